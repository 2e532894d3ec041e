"""On the night the clocks go back an hour comes twice: every time of it carries the letters of its zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic import infusion
from clearhead.clinic.infusion import actions, charts, queries
from clearhead.clinic.infusion.models import Flag, RateChange
from clearhead.clinic.infusion.queries import chair, screen
from clearhead.clinic.people.models import Site
from clearhead.clinic.plan.models import Session
from tests.cast import member
from tests.clinic.infusion.queue import entry
from tests.clinic.infusion.room import minutes, running, taken_back, visit

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-27")]
START = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
"""00:30 EDT in New York; at 06:00 UTC it is 01:00 EST."""
CLINIC = Path(infusion.__file__).parents[1]
SIGNS = {"sys": 122, "dia": 75, "hr": 70, "rr": 14, "spo2": 98, "sedation": 0}


@pytest.fixture
def session() -> Session:
    booked = visit()
    Site.objects.filter(pk=booked.site.pk).update(zone="America/New_York")
    session, nina = running(START, session=Session.objects.get(pk=booked.pk)), member("nina")
    for minute in (40, 100):
        actions.observe(session=session, values={**SIGNS, "hr": 70 + minute // 20}, by=nina, at=START + minutes(minute))
    actions.pause(session=session, by=nina, at=START + minutes(75))
    actions.resume(session=session, by=nina, at=START + minutes(100), intended=False)
    return session


def page(session: Session, name: str) -> str:
    client = Client()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: START + minutes(130))
        client.force_login(member("nina"))
        reply = client.get(f"/infusion/{session.code}/{name}")
    assert reply.status_code == 200
    return " ".join(reply.content.decode().split())


@pytest.mark.parametrize("name", ["print/", "record/"])
def test_a_pause_at_1_45_and_its_end_at_1_10_say_which_hour_each_is_in(session: Session, name: str) -> None:
    text = page(session, name)

    assert "01:45 EDT</" in text
    assert "01:10 EST</" in text
    assert "00:30</" in text  # the hour before comes once
    assert "00:30 E" not in text


def test_the_columns_of_the_grid_and_the_picture_say_it_too(session: Session) -> None:
    text = page(session, "")

    assert 'scope="col">01:10 EDT<' in text
    assert 'scope="col">01:10 EST<' in text
    view = chair(session, START + minutes(130))
    drawn = charts.picture(screen.numbers(view, None))
    words = {str(getattr(shape, "words", "")) for shape in drawn.shapes}
    assert {"01:30 EDT", "01:30 EST"} <= words


def test_what_was_taken_back_is_no_late_entry(session: Session) -> None:
    late: Any = RateChange.objects.get(kind="pause")
    row = actions.note(session=session, kind="toilet", by=member("nina"), at=START + minutes(101))
    actions.strike(row=row, reason="wrong chair", by=member("nina"), at=START + minutes(125))

    text = page(session, "print/")

    assert late.happened_at == late.recorded_at
    assert "toilet" in text.partition("Corrections")[2]
    assert "Written late" not in text.partition("Nothing was charted under:")[0]


EARLIER, LATER = START + minutes(75), START + minutes(100)
"""01:45 EDT, and 25 minutes later 01:10 EST."""


def newest_flag(session: Session) -> str:
    return str(Flag.objects.filter(session=session).latest("pk").sentence)


def test_help_that_was_called_again_names_the_hour(session: Session) -> None:
    for when in (EARLIER, LATER):
        actions.call_help(session=session, by=member("nina"), at=when)

    assert newest_flag(session) == "Help was called to this chair 2 times, last 01:10 EST."


def test_a_stop_that_came_after_the_pump_was_set_again_names_both_hours(session: Session) -> None:
    actions.stop(session=session, by=member("nina"), at=START + minutes(110), happened_at=EARLIER)

    said = [flag.sentence for flag in Flag.objects.filter(session=session)]
    assert any("run again at 01:10 EST, after this STOP of 01:45 EDT" in sentence for sentence in said), said


def test_an_entry_that_was_set_aside_is_found_at_its_hour(session: Session) -> None:
    lost = {**entry("observation", 0, values={"spo2": 9770}), "happened_at": EARLIER.isoformat()}
    actions.take_in(session=session, entries=[lost], sender=actions.Sender(member("nina")), at=START + minutes(110))

    assert "stands on the whole record at 01:45 EDT." in newest_flag(session)
    assert any("01 Nov 01:45 EDT" in line.words for line in queries.record_of(session))


def test_an_entry_that_was_taken_back_is_named_by_its_hour(session: Session) -> None:
    row = RateChange.objects.get(kind="resume")
    taken_back(row, "wrong chair", START + minutes(125))

    assert "of 01:10 EST was taken back" in newest_flag(session)


def test_a_pause_that_came_late_names_its_hour_and_that_of_the_setting_after_it(session: Session) -> None:
    kept = {**entry("pause", 0), "happened_at": (START + minutes(95)).isoformat()}
    actions.take_in(session=session, entries=[kept], sender=actions.Sender(member("nina")), at=START + minutes(112))

    assert "of 01:05 EST was charted late" in newest_flag(session)
    assert "was charted at 01:10 EST" in newest_flag(session)


def test_no_sentence_of_the_room_writes_a_clock_time_by_itself() -> None:
    """The same helper everywhere: `clock_time` knows the hour that comes twice."""
    places = [path for room in ("infusion", "recovery") for path in (CLINIC / room).rglob("*.py")]
    found = [path.name for path in places if re.search(r"%H:%M[}\"]", path.read_text(encoding="utf-8"))]

    assert found == []
