"""H-27: both nights on which clocks change, and a zone where they do not. Durations come from UTC pairs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from clearhead.medicine.errors import Refused
from clearhead.medicine.headache.diary import Attack, Window
from clearhead.medicine.rules.clock import read_local, words
from clearhead.medicine.rules.dose import Bag, RateChange, account
from clearhead.medicine.rules.observe import Changed, ObserveFacts, due
from clearhead.medicine.rules.prepare import PrepareFacts, items
from tests.medicine.rules.given import protocol

pytestmark = pytest.mark.hazard("H-27")
ZONES = ("America/New_York", "America/Phoenix", "Europe/Berlin", "Australia/Lord_Howe")
NIGHTS = ((2026, 3, 8), (2026, 11, 1), (2026, 3, 29), (2026, 10, 25), (2026, 4, 5), (2026, 10, 4))
CASES = [(zone, night) for zone in ZONES for night in NIGHTS]


@pytest.mark.parametrize(("zone", "night"), CASES)
def test_h27_the_dose_over_the_night_depends_on_the_hours_that_passed_and_on_nothing_else(zone, night):
    start = datetime(*night, tzinfo=ZoneInfo(zone))
    bag = Bag("bag", Decimal(2), Decimal(500))
    for hours in (1, 2, 3, 4, 8, 24):
        end = (start.astimezone(UTC) + timedelta(hours=hours)).astimezone(ZoneInfo(zone))
        given = account([RateChange(start, "start", Decimal("3.3"), "bag")], [bag], until=end)

        assert given.charted_mg == Fraction("6.6") * hours
        assert given.running_min == hours * 60


@pytest.mark.parametrize(("zone", "night"), CASES)
def test_h27_preparation_times_lie_the_stated_hours_before_the_appointment(zone, night):
    start = datetime(*night, 9, tzinfo=ZoneInfo(zone))
    fasting = protocol().preparation.fasting
    hours = {
        "last_solid_meal": fasting.solid_meal_h,
        "last_light_meal": fasting.light_meal_h,
        "last_clear_drink": fasting.clear_fluids_h,
    }

    for item in items(PrepareFacts(start, zone), protocol()):
        if item.kind in hours:
            assert start.astimezone(UTC) - item.at == timedelta(hours=float(hours[item.kind]))
            assert item.clock == words(item.at, zone)


@pytest.mark.parametrize(("zone", "night"), CASES)
def test_h27_the_observation_clock_runs_on_across_the_change(zone, night):
    start = datetime(*night, 1, 55, tzinfo=ZoneInfo(zone))
    facts = ObserveFacts(start, changes=(Changed("start", start),))

    later = start.astimezone(UTC) + timedelta(minutes=12)

    assert due(facts, protocol(), at=later).overdue_min == pytest.approx(7)


@pytest.mark.parametrize(("zone", "night"), CASES)
def test_h27_every_clock_time_of_the_night_reads_back_or_is_refused(zone, night):
    unreadable = 0
    for minute in range(0, 6 * 60, 15):
        wall = datetime(*night) + timedelta(minutes=minute)  # noqa: DTZ001 - a clock time as a person types it
        try:
            at = read_local(wall, zone)
        except Refused:
            unreadable += 1
            continue
        assert at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    changes = (
        datetime(*night, tzinfo=ZoneInfo(zone)).utcoffset() != datetime(*night, 12, tzinfo=ZoneInfo(zone)).utcoffset()
    )
    assert (unreadable > 0) is changes


def test_h27_windows_are_28_local_dates_and_an_attack_over_the_change_touches_each_date_once():
    attack = Attack(
        datetime(2026, 3, 8, 4, tzinfo=UTC), "America/New_York", ended_at=datetime(2026, 3, 9, 4, 30, tzinfo=UTC)
    )

    assert len(Window.before(datetime(2026, 3, 20, tzinfo=UTC).date()).dates) == 28
    assert [on.day for on in attack.dates()] == [7, 8, 9]
