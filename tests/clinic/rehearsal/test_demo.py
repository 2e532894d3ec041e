"""The demo can be opened at any hour: its chairs are taken across midnight too."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from clearhead.clinic.diary import queries as diary
from clearhead.clinic.diary.models import Attack
from clearhead.clinic.recovery import calls
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.rehearsal import demo, demo_day
from clearhead.clinic.rehearsal.management.commands.demo import CLINIC, in_use, kept_key, made_by, ready, throw_away
from clearhead.clinic.schedule.models import Occupancy
from clearhead.medicine.headache.diary import AcuteClass

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
"""Half past nine in the evening of a Sunday in Mesa."""


def test_a_visit_that_runs_past_midnight_is_booked() -> None:
    site = demo.clinic(LATE)
    person, minutes = demo.CHAIRS[0]

    story = demo.planned(site, person, LATE, first=LATE - timedelta(minutes=minutes))

    last = Occupancy.objects.filter(booking=story.sessions[0].booking).latest("ends_at")
    assert last.ends_at.astimezone(site.tz).date() > LATE.astimezone(site.tz).date()


def test_the_demos_diary_counts_its_triptan_days_as_migraine_and_its_attacks_are_told_whole() -> None:
    site = demo.clinic(LATE)
    person, minutes = demo.CHAIRS[0]

    story = demo.planned(site, person, LATE, first=LATE - timedelta(minutes=minutes))

    first = site.today(story.clock.now) - timedelta(days=1)
    counts = diary.counts_of(story.patient, first)
    triptans = counts.days_on_any([AcuteClass.TRIPTAN])
    assert [one.typed for one in diary.medicines_of(story.patient) if not one.ingredient_id] == []
    assert counts.migraine_days >= triptans >= 3
    attacks = [diary.attack_view(attack) for attack in Attack.standing().filter(patient=story.patient)]
    assert [(one.peak, [dose.medicine.typed for dose in one.doses]) for one in attacks] == [(3, ["sumatriptan"])] * 2


def test_the_reviewed_patient_was_called_in_the_week_after() -> None:
    site = demo.clinic(LATE)

    story = demo.bring(site, demo.LATER[3][0], LATE, "reviewed")

    lines = calls.lines_of(Discharge.standing().get(session=story.sessions[0]), LATE)
    states = {line.call.id: (len(line.attempts), line.state) for line in lines}
    assert [states[name] for name in ("next_day", "three_day", "week")] == [(1, "done")] * 3
    assert states["month"][0] == 0, "left for the review that waits"


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


def test_nobody_throws_away_the_data_under_a_demo_that_serves(tmp_path: Path) -> None:
    database = tmp_path / "demo.sqlite3"

    running, second = in_use(database, alone=False), in_use(database, alone=False)  # two may serve the same data
    with running, second, pytest.raises(CommandError, match="Another demo runs on the same data: stop it first"):
        in_use(database, alone=True).__enter__()

    with in_use(database, alone=True) as share:
        with pytest.raises(CommandError, match="is just being loaded"):
            in_use(database, alone=False).__enter__()
        share()
        in_use(database, alone=False).__enter__()


def test_the_demos_key_is_its_own_and_stays_the_same(tmp_path: Path) -> None:
    """What waits on a tablet while the demo is started anew was signed with it."""
    key = kept_key(tmp_path / "secret.key")

    assert kept_key(tmp_path / "secret.key") == key
    assert len(key) >= 50
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
