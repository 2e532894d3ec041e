"""A flush pushes the drug in the line into the vein: it says how much, and is judged as the bolus that it is."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag, Flush
from clearhead.clinic.infusion.queries.doses import dose_rows
from clearhead.clinic.infusion.queries.line import pushed_mg
from clearhead.clinic.people import guard
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, protocol_with, running, visit
from tests.clinic.infusion.test_line import LINE, ONE, TWO

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-09")]
CAP_MG = Decimal(140)
"""2 mg/kg at 70 kg, as the protocol has it."""


def t(minute: float) -> datetime:
    return AT_TEN + minutes(minute)


def flush(session: Session, ml: str, at: datetime, **more: Any) -> Flush:
    return actions.flush(session=session, ml=Decimal(ml), by=member("nina"), at=at, **more)


def near_the_cap(at: datetime = AT_TEN) -> Session:
    """279 mg/h for half an hour: 139.5 of 140 mg, and 12 mg more in the line."""
    return running(at, ml_per_h="279")


def refusal(session: Session, ml: str, at: datetime, **more: Any) -> str:
    with pytest.raises(actions.ChairRefused) as refused:
        flush(session, ml, at, **more)
    assert not Flush.objects.exists()
    return str(refused.value)


@pytest.mark.parametrize(("ml", "mg"), [("0.5", "0.5"), ("5", "5"), ("12", "12"), ("20", "12")])
def test_so_many_mg_are_pushed(ml: str, mg: str) -> None:
    session = running()

    assert pushed_mg(dose_rows(session), queries.protocol_of(session), t(10), Decimal(ml)) == Decimal(mg)


def test_a_flush_that_pushes_drug_is_asked_about_where_no_bolus_is_allowed() -> None:
    session = running()

    said = refusal(session, "12", t(10))

    assert said == (
        "Drug stands in the line: 12 mL push 12.00 mg into the vein within 1 min, and this protocol allows no bolus. "
        "Push it in all the same?"
    )
    flush(session, "12", t(10), confirmed=frozenset({"flush=12"}))
    assert queries.account_of(session, t(11)).counted_mg > 12
    assert not Flag.objects.exists()


def test_a_flush_over_the_cap_is_refused_and_says_how_much_fits() -> None:
    session = near_the_cap()

    said = refusal(session, "12", t(30), confirmed=frozenset({"flush=12"}))

    assert "the cap is 140 mg" in said
    assert said.endswith("No flush fits.")


def test_so_many_ml_fit_under_the_cap() -> None:
    session = running(ml_per_h="270")
    actions.pause(session=session, by=member("nina"), at=t(30))

    assert refusal(session, "12", t(31)).endswith("At most 5 mL fit.")
    flush(session, "5", t(31), confirmed=frozenset({"flush=5"}))

    assert queries.account_of(session, t(33)).counted_mg == CAP_MG


@pytest.mark.parametrize("way", ["already", "queue"])
def test_what_was_flushed_over_the_cap_is_saved_and_told(way: str) -> None:
    session = near_the_cap()
    if way == "already":
        flush(session, "12", t(30), intended=False)
    else:
        entry = {"client_id": str(uuid.uuid4()), "kind": "flush", "happened_at": t(30).isoformat(),
                 "fields": {"ml": "12"}}  # fmt: skip
        actions.take_in(session=session, entries=[entry], sender=actions.Sender(member("nina")), at=t(30))

    assert Flush.objects.count() == 1
    flag = Flag.objects.get(rule="breach:session_total")
    assert (flag.level, flag.for_prescriber) == ("high", True)
    assert "the cap is 140 mg" in flag.sentence


def test_a_flush_that_happened_beyond_a_bolus_is_told_as_a_question() -> None:
    session = running()

    flush(session, "12", t(10), intended=False)

    flag = Flag.objects.get()
    assert (flag.rule, flag.level) == ("breach:flush", "medium")
    assert flag.sentence.endswith("and this protocol allows no bolus.")


def test_with_plain_fluid_in_the_line_nothing_is_asked() -> None:
    session = running(session=visit(protocol_version=protocol_with((ONE, TWO + LINE))), ml_per_h="12")

    flush(session, "12", t(0))

    assert not Flag.objects.exists()


def test_the_flush_that_the_protocol_has_at_the_end_is_no_question() -> None:
    session = running(session=visit(protocol_version=protocol_with((ONE, TWO + LINE))), ml_per_h="12")
    actions.end(session=session, by=member("nina"), at=t(120))

    flush(session, "20", t(121))

    assert Flush.objects.count() == 1
    assert not Flag.objects.exists()


def test_the_page_says_how_many_mg_a_flush_pushes_and_asks() -> None:
    session = running(timezone.now() - minutes(30))
    nina = Client()
    nina.force_login(member("nina"))
    page = f"/infusion/{session.code}/flush/"
    said = {guard.FIELD: guard.token(session.patient), "ml": "5", "over_min": "1"}

    shown, asked = nina.get(page).content.decode(), nina.post(page, said)

    assert "12 mg of drug stand in the line" in shown
    assert "the first mL 1 mg, 12 mL or more all of it" in shown
    assert asked.status_code == 422
    assert "5 mL push 5.00 mg into the vein within 1 min" in asked.content.decode()
    assert nina.post(page, {**said, "confirm": "flush=5"}).status_code == 303
    assert nina.post(page, {**said, "already": "on"}).status_code == 303
    assert Flush.objects.count() == 2
