"""How many observation sets were on time."""

from __future__ import annotations

from fractions import Fraction

from clearhead.medicine.rules.observe import ObserveFacts
from clearhead.medicine.rules.timeliness import timeliness
from tests.medicine.rules.given import after, protocol
from tests.medicine.rules.test_observe import started


def test_sets_up_to_the_desks_minutes_late_are_on_time_and_later_ones_are_not():
    found = timeliness(started(11, 15, 25), protocol(), at=after(26))

    assert (found.asked, found.on_time, found.longest_late_min) == (3, 2, 6)
    assert found.share == Fraction(2, 3)


def test_a_set_that_is_overdue_now_counts_as_late():
    assert timeliness(started(), protocol(), at=after(11)).share == 0
    assert timeliness(started(), protocol(), at=after(10)).share is None


def test_nothing_is_asked_before_the_start():
    assert timeliness(ObserveFacts(None), protocol(), at=after(60)).asked == 0
