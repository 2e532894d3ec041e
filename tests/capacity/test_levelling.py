"""A calm day: starts spread out, the load flat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clearhead.capacity.levelling import calmest_first, crowding, levelling_score, load, same_day, unevenness
from clearhead.capacity.slots import free_starts
from tests.capacity.clinic_day import EVERYTHING, INFUSION, MONDAY, NEW_YORK, NINE_TO_FIVE, local, whole_day


def visit(hour: float, hours: float = 2) -> tuple[datetime, datetime]:
    start = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=hour)
    return start, start + timedelta(hours=hours)


def test_the_load_counts_the_visits_that_run_in_each_quarter_of_an_hour() -> None:
    assert load([visit(9, 0.5), visit(9.25, 0.5)], (visit(9)[0], visit(10)[0])) == [1, 2, 1, 0]


def test_the_same_hours_of_work_are_most_even_one_after_the_other() -> None:
    assert unevenness([visit(9), visit(11)]) < unevenness([visit(9), visit(10)]) < unevenness([visit(9), visit(9)])


def test_starts_and_ends_close_to_others_crowd_the_nurse() -> None:
    others = [visit(9)]

    assert crowding(visit(9.25), others) == 2
    assert crowding(visit(11), others) == 1
    assert crowding(visit(9.75), others) == 0


def test_an_empty_day_prefers_no_start_and_a_busy_one_prefers_the_quiet_end() -> None:
    assert levelling_score(visit(9), []) == levelling_score(visit(14), [])
    assert levelling_score(visit(13), [visit(9), visit(9.5)]) < levelling_score(visit(9.5), [visit(9), visit(9.5)])


def test_offers_come_back_the_calmest_first_and_none_is_lost() -> None:
    offers = free_starts(INFUSION, NINE_TO_FIVE, [], EVERYTHING, whole_day(NEW_YORK, MONDAY), NEW_YORK)
    morning = [(local(NEW_YORK, MONDAY, 9), local(NEW_YORK, MONDAY, 11))]

    ordered = calmest_first(offers, morning)

    assert ordered[0].start >= local(NEW_YORK, MONDAY, 11, 30)
    assert sorted(offer.start for offer in ordered) == [offer.start for offer in offers]


def test_only_visits_of_about_the_same_day_are_compared() -> None:
    assert same_day([visit(9), visit(9 + 24)], visit(12)[0]) == [visit(9)]
