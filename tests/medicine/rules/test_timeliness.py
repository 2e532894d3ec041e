"""How many observation sets came in time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearhead.medicine.rules.observe import ObserveFacts
from clearhead.medicine.rules.timeliness import Came, Timeliness, timeliness
from tests.medicine.rules.given import after, protocol
from tests.medicine.rules.test_observe import started


def found(*came: tuple[float, float], now: float) -> Timeliness:
    """Sets as (due, came), in minutes after the start."""
    facts = started(*(at for _, at in came))
    return timeliness([Came(after(due), after(at)) for due, at in came], facts, protocol(), at=after(now))


@pytest.mark.parametrize(
    ("came", "now", "on_time", "due"),
    [
        (((5, 4), (10, 9)), 10, 2, 2),  # a little early
        (((5, 10),), 11, 1, 1),  # exactly when the desk would be told
        (((5, 10.5),), 11, 1, 2),  # the one at 5 was missed, the one at 10 was met
        (((5, 14.9),), 15, 1, 2),
        (((5, 21),), 21, 0, 3),  # 5, 10 and 15 were missed, and 25 had not come
        (((5, 62),), 62, 0, 6),  # 5, 10, 15, then every 10 min to 35, then 50
    ],
)
def test_a_gap_counts_every_due_time_that_passed_in_it(came, now, on_time, due):
    assert found(*came, now=now) == Timeliness(on_time, due)


@pytest.mark.parametrize(("now", "due"), [(9.9, 0), (10, 1), (14.9, 1), (15, 2), (20, 3)])
def test_what_is_overdue_now_is_missed_from_the_minute_the_desk_is_told_and_goes_on_counting(now, due):
    assert found(now=now) == Timeliness(0, due)


def test_a_longer_silence_never_makes_the_share_better():
    shares = [found((5, 5), now=now).percent for now in range(6, 240, 7)]

    assert shares[0] == 100
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < 10


def test_sets_that_were_delivered_late_count_each_for_its_own_time():
    taken, delivered = (5, 10, 15, 25), 30
    came = [Came(after(at), after(delivered), after(at)) for at in taken]

    shares = timeliness(came, started(*taken), protocol(), at=after(delivered))

    assert shares == Timeliness(1, 4), "5, 10 and 15 came too late; 25 came just in time"


def test_an_older_set_that_is_delivered_late_does_not_spoil_the_newer_ones():
    came = [Came(after(5), after(33), after(5)), *(Came(after(at), after(at)) for at in (10, 15, 25))]

    shares = timeliness(came, started(5, 10, 15, 25), protocol(), at=after(33))

    assert shares == Timeliness(3, 4)


def test_what_was_missed_before_the_end_stays_missed_after_it():
    before = timeliness([], started(), protocol(), at=after(60))
    ended = timeliness([], replace(started(), recovery_since=after(60)), protocol(), at=after(61))

    assert before.due > 3
    assert ended == before


def test_nothing_is_asked_before_the_start():
    nothing = timeliness((), ObserveFacts(None), protocol(), at=after(60))

    assert (nothing.due, nothing.percent) == (0, None)
