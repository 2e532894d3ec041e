"""How evenly a day is loaded, so that starts do not pile up in front of the same two nurses.

A score orders offers that are all possible; it never forbids one. Lower is calmer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from clearhead.capacity.hours import Stretch
from clearhead.capacity.slots import Offer

BIN_MIN = 15
BUSY_MIN = 30
"""Around a start or an end a nurse is with one patient: cannula, pump and second check, or catheter and discharge."""
CROWD_WEIGHT = 4.0
"""One more start or end at the same time weighs as much as this many squared patients for a quarter of an hour."""


def load(visits: Sequence[Stretch], window: Stretch, bin_min: int = BIN_MIN) -> list[int]:
    """How many visits run in each bin of the window."""
    bins, start = [], window[0]
    while start < window[1]:
        end = start + timedelta(minutes=bin_min)
        bins.append(sum(1 for begins, ends in visits if begins < end and start < ends))
        start = end
    return bins


def unevenness(visits: Sequence[Stretch], bin_min: int = BIN_MIN) -> float:
    """Sum of squared loads: for the same hours of work it is least when the day is flat."""
    if not visits:
        return 0.0
    window = min(start for start, _ in visits), max(end for _, end in visits)
    return float(sum(count * count for count in load(visits, window, bin_min)))


def crowding(visit: Stretch, others: Iterable[Stretch], busy_min: int = BUSY_MIN) -> int:
    """How many starts and ends of other visits fall within the busy minutes of this one's start and end."""
    busy = timedelta(minutes=busy_min)
    moments = [moment for other in others for moment in other]
    return sum(1 for own in visit for moment in moments if abs(moment - own) < busy)


def levelling_score(visit: Stretch, others: Sequence[Stretch]) -> float:
    """What this visit would add to the day's unevenness, plus the crowding it would cause."""
    added = unevenness([*others, visit]) - unevenness(others)
    return added + CROWD_WEIGHT * crowding(visit, others)


def calmest_first(offers: Sequence[Offer], others: Sequence[Stretch]) -> list[Offer]:
    """The same offers, those that level the day first; equals in order of time."""
    return sorted(offers, key=lambda offer: (levelling_score((offer.start, offer.end), others), offer.start))


def same_day(visits: Iterable[Stretch], moment: datetime, reach_h: int = 16) -> list[Stretch]:
    """The visits that start within so many hours of a moment: what a start there has to be levelled against."""
    reach = timedelta(hours=reach_h)
    return [visit for visit in visits if abs(visit[0] - moment) <= reach]
