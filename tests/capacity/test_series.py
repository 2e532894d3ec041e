"""A series is checked session by session before it is offered, and a failure says why."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearhead.capacity.hours import Occupied
from clearhead.capacity.series import (
    CONSECUTIVE,
    EVERY_OTHER_DAY,
    TWICE_WEEKLY,
    WEEKLY,
    Pattern,
    Proposal,
    propose_series,
)
from tests.capacity.clinic_day import (
    CHAIRS,
    EVERY_DAY,
    EVERYTHING,
    INFUSION,
    MONDAY,
    NEW_YORK,
    NINE_TO_FIVE,
    PHOENIX,
    clock,
    local,
    whole_day,
)

THURSDAY = MONDAY + timedelta(days=3)
FRIDAY = MONDAY + timedelta(days=4)


def week(zone=NEW_YORK, first: date = MONDAY, days: int = 7) -> tuple[datetime, datetime]:
    return local(zone, first, 0), local(zone, first + timedelta(days=days), 0)


def proposals(n: int, pattern: Pattern, occupied=(), window=None, openings=NINE_TO_FIVE, **more) -> list[Proposal]:
    return propose_series(
        [INFUSION] * n, pattern, openings, occupied, EVERYTHING, window or week(), NEW_YORK, step_min=30, **more
    )


def days_of(proposal: Proposal) -> list[date]:
    return [session.day for session in proposal.sessions]


def blocked(day: date, start: int = 0, end: int = 23) -> list[Occupied]:
    return [Occupied(chair.code, local(NEW_YORK, day, start), local(NEW_YORK, day, end)) for chair in CHAIRS]


def test_three_different_complete_proposals_at_a_steady_time_of_day() -> None:
    found = proposals(5, CONSECUTIVE)

    assert len(found) == 3
    assert all(proposal.complete and proposal.strayed_min == 0 for proposal in found)
    starts = [proposal.sessions[0].offer.start for proposal in found]
    assert all(abs(a - b) >= timedelta(hours=2) for n, a in enumerate(starts) for b in starts[:n])
    assert days_of(found[0]) == [MONDAY + timedelta(days=n) for n in range(5)]


@pytest.mark.parametrize(
    ("pattern", "first", "offsets"),
    [
        (CONSECUTIVE, THURSDAY, [0, 1, 4, 5]),
        (EVERY_OTHER_DAY, FRIDAY, [0, 3, 5, 7]),
        (WEEKLY, FRIDAY, [0, 7, 14, 21]),
        (TWICE_WEEKLY, MONDAY, [0, 3, 7, 10]),
        (Pattern(1, 1, "use"), FRIDAY, [0, 1, 2, 3]),
    ],
)
def test_a_pattern_steps_over_the_weekend_or_uses_it(pattern, first, offsets) -> None:
    [best, *_] = proposals(4, pattern, window=whole_day(NEW_YORK, first), openings=EVERY_DAY)

    assert [(day - first).days for day in days_of(best)] == offsets


def test_a_series_within_one_week_begins_early_enough_to_end_on_friday() -> None:
    within = Pattern(1, 1, "within_week")

    assert {days_of(proposal)[0] for proposal in proposals(4, within, wanted=20)} == {
        MONDAY,
        MONDAY + timedelta(days=1),
    }
    assert proposals(4, within, window=whole_day(NEW_YORK, FRIDAY)) == []


def test_a_start_that_is_taken_on_one_day_moves_that_session_to_the_nearest_time() -> None:
    tuesday = MONDAY + timedelta(days=1)
    window = local(NEW_YORK, MONDAY, 10), local(NEW_YORK, MONDAY, 10, 30)

    [best] = proposals(3, CONSECUTIVE, blocked(tuesday, 8, 11), window)

    assert [clock(session.offer.start, NEW_YORK) for session in best.sessions] == ["10:00", "11:00", "10:00"]
    assert best.strayed_min == 60


def test_a_day_without_room_is_a_failure_with_its_reason_and_the_nearest_starts() -> None:
    tuesday = MONDAY + timedelta(days=1)
    window = local(NEW_YORK, MONDAY, 10), local(NEW_YORK, MONDAY, 10, 30)

    [best] = proposals(3, CONSECUTIVE, blocked(tuesday), window)

    assert not best.complete
    [failed] = best.failed
    assert (failed.number, failed.day) == (2, tuesday)
    assert [reason.sentence(NEW_YORK) for reason in failed.shortages] == [
        "No chair is free from 10:00 to 10:15 (set up): all 2 are taken."
    ]
    assert len(failed.alternatives) == 3
    nearest = min(abs(offer.start - local(NEW_YORK, tuesday, 10)) for offer in failed.alternatives)
    assert nearest <= timedelta(hours=20)


def test_complete_series_come_before_series_with_a_hole() -> None:
    found = proposals(2, CONSECUTIVE, blocked(MONDAY + timedelta(days=1)), wanted=10)

    assert found[0].complete
    order = [proposal.complete for proposal in found]
    assert order == sorted(order, reverse=True)


def test_a_gap_range_lets_a_session_slip_past_a_full_day() -> None:
    wednesday = MONDAY + timedelta(days=2)

    [best, *_] = proposals(2, Pattern(2, 3), blocked(wednesday), whole_day(NEW_YORK, MONDAY))

    assert best.complete
    assert days_of(best) == [MONDAY, THURSDAY]


def test_sessions_may_differ_in_length() -> None:
    short = INFUSION
    long = type(INFUSION)((*INFUSION.phases, *INFUSION.phases))

    [best, *_] = propose_series([long, short], WEEKLY, NINE_TO_FIVE, [], EVERYTHING, week(), NEW_YORK)

    assert [session.offer.end - session.offer.start for session in best.sessions] == [
        timedelta(hours=4),
        timedelta(hours=2),
    ]


@pytest.mark.parametrize(("zone", "utc_hours"), [(NEW_YORK, {14, 13}), (PHOENIX, {16})])
def test_a_series_over_the_change_of_clocks_keeps_its_time_on_the_wall(zone, utc_hours) -> None:
    before = date(2026, 3, 6)
    window = local(zone, before, 9), local(zone, before, 9, 30)

    [best] = propose_series([INFUSION] * 3, CONSECUTIVE, NINE_TO_FIVE, [], EVERYTHING, window, zone)

    assert {clock(session.offer.start, zone) for session in best.sessions} == {"09:00"}
    assert {session.offer.start.hour for session in best.sessions} == utc_hours


@pytest.mark.parametrize("gaps", [(0, 1), (3, 2), (-1, 4)])
def test_a_pattern_that_cannot_be_meant_is_refused(gaps) -> None:
    with pytest.raises(ValueError, match="least gap"):
        Pattern(*gaps)


patterns = st.sampled_from([CONSECUTIVE, EVERY_OTHER_DAY, WEEKLY, Pattern(1, 3), Pattern(2, 4, "use")])


@given(st.data(), st.integers(2, 5), patterns)
@settings(max_examples=25)
def test_every_session_of_every_proposal_keeps_the_pattern_and_takes_only_what_is_free(data, n, pattern) -> None:
    occupied = []
    for _ in range(data.draw(st.integers(0, 8))):
        day = MONDAY + timedelta(days=data.draw(st.integers(0, 20)))
        chair = data.draw(st.sampled_from(EVERYTHING)).code
        occupied.append(Occupied(chair, local(NEW_YORK, day, 9), local(NEW_YORK, day, data.draw(st.integers(10, 17)))))

    for proposal in proposals(n, pattern, occupied, openings=EVERY_DAY):
        assert [session.number for session in proposal.sessions] == list(range(1, n + 1))
        days = days_of(proposal)
        assert all(after in pattern.next_days(before) for before, after in pairwise(days))
        for session in proposal.sessions:
            assert (session.offer is None) == bool(session.shortages)
            for row in session.offer.assignments if session.offer else ():
                assert not any(
                    row.resource == other.resource and row.starts_at < other.ends_at and other.starts_at < row.ends_at
                    for other in occupied
                )
