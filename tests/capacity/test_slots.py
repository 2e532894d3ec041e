"""Free starts: what is offered is free, and what is free is offered."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from clearhead.capacity.hours import Occupied, Opening
from clearhead.capacity.phases import Resource, Visit, phase
from clearhead.capacity.slots import free_starts, starts, why_not
from tests.capacity.clinic_day import (
    CHAIRS,
    CLINICIAN,
    EVERYTHING,
    INFUSION,
    MONDAY,
    NEW_YORK,
    NINE_TO_FIVE,
    NURSE,
    PATIENT,
    PHOENIX,
    clock,
    local,
    whole_day,
)

DAY = whole_day(NEW_YORK, MONDAY)


def at(hour: int, minute: int = 0):
    return local(NEW_YORK, MONDAY, hour, minute)


def taken(code: str, start: int, end: int, **more) -> Occupied:
    return Occupied(code, at(start), at(end), **more)


def offered(occupied=(), resources=EVERYTHING, openings=NINE_TO_FIVE, visit=INFUSION, **more) -> list[str]:
    found = free_starts(visit, openings, occupied, resources, DAY, NEW_YORK, **more)
    return [clock(offer.start, NEW_YORK) for offer in found]


def test_an_empty_day_offers_every_quarter_of_an_hour_that_leaves_room_for_the_whole_visit() -> None:
    times = offered()

    assert (times[0], times[-1], len(times)) == ("09:00", "15:00", 25)


def test_a_taken_patient_is_not_offered_a_second_chair() -> None:
    assert offered([taken("petra", 9, 17)]) == []


def test_a_clinician_who_is_away_all_day_but_at_eleven_leaves_the_starts_around_eleven() -> None:
    away = [taken("dario", 9, 11), Occupied("dario", at(11, 25), at(17))]

    assert offered(away) == ["11:00", "11:15"]


def test_two_visits_share_one_nurse_and_a_third_finds_no_share() -> None:
    one = [taken("nina-1/2", 9, 17)]
    assert "09:00" in offered(one)
    assert offered([*one, taken("nina-2/2", 9, 17)]) == []


def test_a_private_room_is_asked_for_by_name() -> None:
    private = Visit((phase("infusion", 60, "1 chair[private] + 1 patient"),))

    [first, *_] = free_starts(private, NINE_TO_FIVE, [], EVERYTHING, DAY, NEW_YORK)

    assert [row.resource for row in first.assignments if row.kind == "chair"] == ["chair-2"]
    assert offered([taken("chair-2", 9, 17)], visit=private) == []


def test_the_tightest_gap_is_used_first_so_that_the_long_one_stays_whole() -> None:
    occupied = [Occupied("chair-2", at(11), at(17))]

    [first, *_] = free_starts(INFUSION, NINE_TO_FIVE, occupied, EVERYTHING, DAY, NEW_YORK)

    assert {row.resource for row in first.assignments if row.kind == "chair"} == {"chair-2"}


def test_the_patient_stays_in_one_chair_though_the_nurse_may_change_between_phases() -> None:
    shifts = [
        *NINE_TO_FIVE,
        Opening(time(9), time(12), weekday=0, resource="early"),
        Opening(time(12), time(17), weekday=0, resource="late"),
    ]
    staff = [Resource("early", "nurse_share"), Resource("late", "nurse_share")]
    half_chairs = [taken("chair-1", 12, 17), taken("chair-2", 9, 12)]
    visit = Visit((phase("infusion", 60, "chair + nurse_share"), phase("recovery", 60, "chair + nurse_share")))

    [over_noon] = [
        offer
        for offer in free_starts(visit, shifts, [], [*CHAIRS, *staff], DAY, NEW_YORK)
        if clock(offer.start, NEW_YORK) == "11:00"
    ]
    assert [row.resource for row in over_noon.assignments if row.kind == "nurse_share"] == ["early", "late"]
    assert len({row.resource for row in over_noon.assignments if row.kind == "chair"}) == 1
    assert "11:00" not in offered(half_chairs, [*CHAIRS, *staff], shifts, visit)


def test_an_earlier_choice_is_taken_back_when_it_leaves_nothing_for_the_next_need() -> None:
    pair = Visit((phase("infusion", 60, "1 room + 1 room[private]"),))
    rooms = [Resource("a-private", "room", frozenset({"private"})), Resource("b-plain", "room")]

    [first, *_] = free_starts(pair, NINE_TO_FIVE, [], rooms, DAY, NEW_YORK)

    assert {row.resource for row in first.assignments} == {"a-private", "b-plain"}
    assert free_starts(pair, NINE_TO_FIVE, [], rooms[:1], DAY, NEW_YORK) == []


def test_an_expired_hold_gives_its_start_back() -> None:
    held = [taken(chair.code, 9, 17, hold_until=at(8, 10)) for chair in CHAIRS]

    assert offered(held, now=at(8, 9)) == []
    assert offered(held, now=at(8, 10)) == offered()


def test_a_visit_over_the_change_of_clocks_lasts_its_real_minutes() -> None:
    night = [Opening(time(0), time(0), weekday=weekday) for weekday in range(7)]
    visit = Visit((phase("infusion", 240, "chair"),))
    spring = date(2026, 3, 8)

    found = free_starts(visit, night, [], CHAIRS, whole_day(NEW_YORK, spring), NEW_YORK, step_min=60)

    one_oclock = next(offer for offer in found if clock(offer.start, NEW_YORK) == "01:00")
    assert one_oclock.end - one_oclock.start == timedelta(hours=4)
    assert clock(one_oclock.end, NEW_YORK) == "06:00"


def test_the_skipped_hour_is_not_offered_and_the_doubled_hour_is_offered_twice() -> None:
    def hours(day: date, zone) -> list[str]:
        return [clock(start, zone) for start in starts(whole_day(zone, day), zone, 60)]

    assert "02:00" not in hours(date(2026, 3, 8), NEW_YORK)
    assert len(hours(date(2026, 3, 8), NEW_YORK)) == 23
    assert hours(date(2026, 11, 1), NEW_YORK).count("01:00") == 2
    assert len(hours(date(2026, 3, 8), PHOENIX)) == 24


@pytest.mark.parametrize(
    ("occupied", "resources", "hour", "sentence"),
    [
        ([], [*NURSE, *CLINICIAN, *PATIENT], 10, "The site has no such chair."),
        ([], EVERYTHING, 6, "No chair is on duty or open from 06:00 to 06:15 (set up)."),
        (
            [taken(chair.code, 9, 17) for chair in CHAIRS],
            EVERYTHING,
            10,
            "No chair is free from 10:00 to 10:15 (set up): all 2 are taken.",
        ),
        (
            [taken(share.code, 11, 12) for share in NURSE],
            EVERYTHING,
            10,
            "No nurse is free from 10:15 to 11:15 (infusion): all 2 are taken.",
        ),
        (
            [Occupied("chair-1", at(9), at(10, 15)), Occupied("chair-2", at(11, 15), at(12))],
            EVERYTHING,
            10,
            "No single chair is free all the way from 10:00 to 12:00; there are 2.",
        ),
    ],
)
def test_a_start_that_is_not_offered_says_why(occupied, resources, hour, sentence) -> None:
    reasons = why_not(INFUSION, at(hour), NINE_TO_FIVE, occupied, resources, NEW_YORK)

    assert sentence in [reason.sentence(NEW_YORK) for reason in reasons]


def test_a_start_that_is_offered_has_no_reason_against_it() -> None:
    assert why_not(INFUSION, at(10), NINE_TO_FIVE, [], EVERYTHING, NEW_YORK) == ()


def test_two_shares_at_once_are_missed_by_name_when_only_one_is_on_duty() -> None:
    double = Visit((phase("set_up", 15, "2 nurse_share"),))

    [reason] = why_not(double, at(10), NINE_TO_FIVE, [], NURSE[:1], NEW_YORK)

    said = "Not enough free at the same time from 10:00 to 10:15 (set up): nurse; there are 1."
    assert reason.sentence(NEW_YORK) == said
