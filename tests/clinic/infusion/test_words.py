"""What the record, the sheets and the forecast say: a nurse's words, never a code of the program."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Observation
from clearhead.clinic.infusion.queries import screen
from clearhead.medicine.rules.titration import NextStep
from tests.cast import AT_TEN, member
from tests.clinic.infusion.morning import booked, go, prepared, start
from tests.clinic.infusion.room import minutes, running

pytestmark = pytest.mark.django_db


def test_no_line_of_the_record_shows_a_code_or_an_unfinished_number() -> None:
    session = prepared(booked())
    go(session)
    start(session)
    nina = member("nina")
    actions.emergency(session=session, what="call_911", by=nina, at=AT_TEN + minutes(3))
    actions.symptom(session=session, code="nausea", grade=2, by=nina, at=AT_TEN + minutes(4))

    said = [f"{line.kind}: {line.words}" for line in queries.record_of(session)]

    assert [text for text in said if re.search(r"_|\bTrue\b|\bNone\b|\d\.\d*0 ", text)] == []
    assert "go list: Suction tried: yes" in said
    assert "event: 911 called" in said
    assert "symptom: Nausea, grade 2: bothers" in said


def test_who_takes_over_reads_symptoms_by_their_name() -> None:
    session, nina = running(), member("nina")
    actions.symptom(session=session, code="nausea", grade=2, by=nina, at=AT_TEN + minutes(4))

    assert queries.hand_over(session, AT_TEN + minutes(4)).open_items == ("Nausea, grade 2: bothers, still open",)


def test_taking_an_entry_back_shows_which_entry_it_is() -> None:
    session = running(at=timezone.now() - timedelta(minutes=30))
    client, row = Client(), Observation.objects.filter(session=session).latest("pk")
    client.force_login(member("nina"))

    page = client.get(f"/infusion/{session.code}/strike/observation/{row.code}/").content.decode()

    assert f"HR {row.hr}" in page
    assert "struck through, with your reason" in page


def test_the_forecast_has_its_numbers_every_half_hour_for_both_sampling_sites() -> None:
    session = running()

    made = queries.forecast_of(session, AT_TEN + minutes(60))

    lines = queries.forecast_lines(made)
    assert lines[1].at - lines[0].at == minutes(30)
    assert all(low <= middle <= high for line in lines for low, middle, high in line.values)
    assert {len(line.values) for line in lines} == {2}


def test_where_a_stop_rule_is_met_the_next_step_is_to_stop_and_names_no_rate() -> None:
    met = NextStep("step_down", Fraction(0), None, ("A stop rule is met: stop the pump, then record it.",))

    said = screen.advice(SimpleNamespace(next_step=met, dose_rows=SimpleNamespace(bag=None)))

    assert (said.head, said.mg_per_h, said.ml_per_h) == ("Stop", None, None)
    assert "stop the pump" in said.sentences[0]


def test_an_empty_field_for_the_pressure_shows_no_number(client: Client) -> None:
    session = running(timezone.now() - minutes(20))
    client.force_login(member("nina"))

    for address in (f"/infusion/{session.code}/", f"/infusion/{session.code}/observe/", f"/recovery/{session.code}/"):
        page = client.get(address).content.decode()
        fields = re.findall(r'<input[^>]*name="bp"[^>]*>', page)
        assert fields, address
        assert [one for one in fields if re.search(r'placeholder="[^"]*\d', one)] == []
