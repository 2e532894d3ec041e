"""The demo can be opened at any hour: its chairs are taken across midnight too."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from clearhead.clinic.rehearsal import demo, demo_day
from clearhead.clinic.rehearsal.management.commands.demo import CLINIC, made_by, ready, throw_away
from clearhead.clinic.schedule.models import Occupancy

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
"""Half past nine in the evening of a Sunday in Mesa."""


def test_a_visit_that_runs_past_midnight_is_booked() -> None:
    site = demo.clinic(LATE)
    person, minutes = demo.CHAIRS[0]

    story = demo.planned(site, person, LATE, first=LATE - timedelta(minutes=minutes))

    last = Occupancy.objects.filter(booking=story.sessions[0].booking).latest("ends_at")
    assert last.ends_at.astimezone(site.tz).date() > LATE.astimezone(site.tz).date()


def test_the_demo_loads_in_the_morning_when_its_chairs_are_all_taken_at_the_same_hour() -> None:
    morning = datetime(2026, 11, 29, 15, 52, tzinfo=UTC)  # eight minutes to nine in Mesa: five would sit at eight

    site = demo.clinic(morning)
    first = morning - timedelta(minutes=300)
    for (person, _minutes), late in zip((*demo.CHAIRS, (demo_day.RECOVERING, 0)), (0, 60, 90, 120), strict=True):
        demo.planned(site, person, morning, first=first + timedelta(minutes=late))
    story = demo.bring(site, demo.LATER[0][0], morning, "booked")

    start = story.sessions[0].booking.starts_at.astimezone(site.tz)
    assert len(story.sessions) == story.known_order.sessions
    assert start.date() == site.today(morning) + timedelta(days=1)
    assert start.time() > time(8)


def test_a_demo_of_another_version_is_refused_with_the_remedy_and_an_unfinished_one_begins_anew(tmp_path: Path) -> None:
    database, stamp = tmp_path / "demo.sqlite3", tmp_path / "demo.sqlite3.made-by"
    assert not ready(database)
    database.write_bytes(b"half loaded")
    assert not ready(database)

    stamp.write_text(made_by())
    assert ready(database)
    stamp.write_text("older tables")
    with pytest.raises(CommandError, match=r"another version of Clearhead.*Run: python3 run\.py demo --fresh"):
        ready(database)
    assert database.read_bytes() == b"half loaded"

    throw_away(database)
    assert list(tmp_path.iterdir()) == []
    assert len(list(CLINIC.rglob("migrations/0001_*.py"))) > 5
