"""Opening hours on the local clock, in zones with and without daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from clearhead.capacity.hours import Occupied, Opening, common, free_time, joined, open_time, without
from clearhead.capacity.phases import Resource
from tests.capacity.clinic_day import MONDAY, NEW_YORK, NINE_TO_FIVE, PHOENIX, clock, local, whole_day

SPRING = date(2026, 3, 8)  # New York skips 02:00 to 03:00
AUTUMN = date(2026, 11, 1)  # New York lives 01:00 to 02:00 twice
SUMMER, WINTER = date(2026, 7, 6), date(2026, 12, 7)


def test_nine_oclock_is_nine_on_the_wall_in_summer_and_in_winter() -> None:
    for day, utc_hour in ((SUMMER, 13), (WINTER, 14)):
        [(start, end)] = open_time(NINE_TO_FIVE, None, whole_day(NEW_YORK, day), NEW_YORK)
        assert (clock(start, NEW_YORK), clock(end, NEW_YORK)) == ("09:00", "17:00")
        assert start.hour == utc_hour


def test_phoenix_never_moves_its_clock() -> None:
    for day in (SUMMER, WINTER):
        [(start, end)] = open_time(NINE_TO_FIVE, None, whole_day(PHOENIX, day), PHOENIX)
        assert (start.hour, end - start) == (16, timedelta(hours=8))


def test_a_night_with_a_change_of_clocks_is_shorter_or_longer_in_real_hours() -> None:
    night = [Opening(time(22), time(6), weekday=weekday) for weekday in range(7)]
    for day, hours in ((SPRING, 7), (AUTUMN, 9), (SUMMER, 8)):
        window = local(NEW_YORK, day - timedelta(days=1), 12), local(NEW_YORK, day, 12)
        [(start, end)] = open_time(night, None, window, NEW_YORK)
        assert end - start == timedelta(hours=hours)


def test_a_dated_row_adds_hours_and_a_closed_one_takes_them_away() -> None:
    saturday = MONDAY + timedelta(days=5)
    rows = [
        *NINE_TO_FIVE,
        Opening(time(10), time(12), day=saturday),
        Opening(time(0), time(0), day=MONDAY, closed=True),
        Opening(time(12), time(13), weekday=1, closed=True),
    ]

    assert open_time(rows, None, whole_day(NEW_YORK, MONDAY), NEW_YORK) == []
    [lunchless_morning, afternoon] = open_time(rows, None, whole_day(NEW_YORK, MONDAY + timedelta(days=1)), NEW_YORK)
    assert (clock(lunchless_morning[1], NEW_YORK), clock(afternoon[0], NEW_YORK)) == ("12:00", "13:00")
    [(start, _)] = open_time(rows, None, whole_day(NEW_YORK, saturday), NEW_YORK)
    assert clock(start, NEW_YORK) == "10:00"


def test_hours_hold_only_while_they_are_in_effect() -> None:
    rows = [Opening(time(9), time(17), weekday=0, until=MONDAY), Opening(time(7), time(17), weekday=0, since=SUMMER)]

    assert open_time(rows, None, whole_day(NEW_YORK, MONDAY + timedelta(days=7)), NEW_YORK) == []
    [(start, _)] = open_time(rows, None, whole_day(NEW_YORK, SUMMER), NEW_YORK)
    assert clock(start, NEW_YORK) == "07:00"


def test_a_resource_keeps_the_sites_hours_its_own_hours_its_absences_and_its_years_of_service() -> None:
    nina, chair = Resource("nina", "nurse_share"), Resource("chair", "chair")
    gone = Resource("gone", "pump", until=MONDAY - timedelta(days=1))
    rows = [
        *NINE_TO_FIVE,
        Opening(time(8), time(13), weekday=0, resource="nina"),
        Opening(time(15), time(16), day=MONDAY, resource="chair", closed=True),
    ]

    free = free_time([nina, chair, gone], rows, [], whole_day(NEW_YORK, MONDAY), NEW_YORK)

    shown = {code: [(clock(a, NEW_YORK), clock(b, NEW_YORK)) for a, b in found] for code, found in free.items()}
    assert shown == {
        "nina": [("09:00", "13:00")],
        "chair": [("09:00", "15:00"), ("16:00", "17:00")],
        "gone": [],
    }


def test_a_hold_counts_until_the_minute_it_runs_out_and_always_without_a_clock() -> None:
    start = datetime(2026, 6, 1, 14, tzinfo=UTC)
    hold = Occupied("chair", start, start + timedelta(hours=1), hold_until=start)

    assert hold.counts(start - timedelta(seconds=1))
    assert not hold.counts(start)
    assert hold.counts(None)


def test_cutting_and_joining_stretches() -> None:
    at = [datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in range(10)]

    assert joined([(at[3], at[4]), (at[1], at[2]), (at[2], at[3])]) == [(at[1], at[4])]
    assert without([(at[0], at[9])], [(at[1], at[2]), (at[1], at[3]), (at[8], at[9])]) == [
        (at[0], at[1]),
        (at[3], at[8]),
    ]
    assert common([(at[0], at[4])], [(at[3], at[6])]) == [(at[3], at[4])]
