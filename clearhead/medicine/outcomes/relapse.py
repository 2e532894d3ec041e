"""When does relief fade? Rolling windows of 28 dates after the last session, under a versioned rule.

Rule "relapse_below_30_confirmed_14_v1" (assumption): the first 28 dates in which moderate or severe headache days are
less than 30 % below the baseline, confirmed by the 14 dates that follow. Who never responded has no relapse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from clearhead.medicine.headache.diary import WINDOW_DAYS, Attack, Day, DiaryCounts, DoseTaken, Window, count

RULE = "relapse_below_30_confirmed_14_v1"
LEAST_IMPROVEMENT = Fraction(30, 100)
CONFIRM_DAYS = 14


class Status(StrEnum):
    """How relief stands."""

    NEVER_RESPONDED = "never_responded"
    STILL_IMPROVED = "still_improved"
    SUSPECTED = "suspected"  # seen, not yet confirmed
    RELAPSED = "relapsed"
    NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True, slots=True)
class Relapse:
    """The status, the window in which it was first seen, and days from the last session to the end of that window."""

    status: Status
    window: Window | None
    days_after_last_session: int | None
    sentence: str
    rule: str = RULE


@dataclass(frozen=True, slots=True)
class DiaryFacts:
    """The raw facts; every window is counted from them with the same rule."""

    days: tuple[Day, ...]
    attacks: tuple[Attack, ...] = ()
    doses: tuple[DoseTaken, ...] = ()

    def counted(self, window: Window) -> DiaryCounts:
        """The counts of a window."""
        return count(self.days, self.attacks, self.doses, window)


def relapse(facts: DiaryFacts, baseline: DiaryCounts, *, last_session: date, until: date) -> Relapse:
    """The relief of one person up to the last whole date `until`."""
    first = facts.counted(Window.after(last_session))
    if not baseline.enough or not first.enough or not baseline.moderate_or_severe_days or first.window.last > until:
        return Relapse(Status.NOT_ENOUGH_DATA, None, None, "Not enough answered dates to say how long relief lasts.")
    if not _improved(first, baseline, of=WINDOW_DAYS):
        return Relapse(
            Status.NEVER_RESPONDED, None, None, "Less than 30 % improvement in the first 28 days: no relapse."
        )
    window = _later(first.window)
    while window.last <= until:
        if _fell(facts.counted(window), baseline, of=WINDOW_DAYS):
            seen = _confirm(facts, baseline, window, last_session, until)
            if seen is not None:
                return seen
        window = _later(window)
    if not facts.counted(Window.ending(until)).enough:
        return Relapse(Status.NOT_ENOUGH_DATA, None, None, "The latest 28 days have too few answered dates.")
    days = (until - last_session).days
    return Relapse(Status.STILL_IMPROVED, None, None, f"Still improved {days} days after the last session.")


def _later(window: Window) -> Window:
    return Window(window.first + timedelta(days=1), window.last + timedelta(days=1))


def _fell(counts: DiaryCounts, baseline: DiaryCounts, *, of: int) -> bool:
    return counts.enough and not _improved(counts, baseline, of=of)


def _improved(counts: DiaryCounts, baseline: DiaryCounts, *, of: int) -> bool:
    """At least 30 % fewer moderate or severe days than the baseline's share of so many dates."""
    expected = Fraction(baseline.moderate_or_severe_days * of, baseline.length)
    return counts.moderate_or_severe_days <= expected * (1 - LEAST_IMPROVEMENT)


def _confirm(
    facts: DiaryFacts, baseline: DiaryCounts, window: Window, last_session: date, until: date
) -> Relapse | None:
    """What the 14 dates after a fallen window say; None = improved again, the search goes on."""
    days = (window.last - last_session).days
    after = Window(window.last + timedelta(days=1), window.last + timedelta(days=CONFIRM_DAYS))
    if after.last > until:
        sentence = f"Improvement fell below 30 % in the 28 days up to day {days}; 14 more days decide."
        return Relapse(Status.SUSPECTED, window, days, sentence)
    counted = facts.counted(after)
    if not counted.enough:
        return Relapse(Status.NOT_ENOUGH_DATA, window, days, "Too few answered dates in the 14 days that confirm.")
    if _improved(counted, baseline, of=CONFIRM_DAYS):
        return None
    return Relapse(Status.RELAPSED, window, days, f"Improvement below 30 % from day {days} on, confirmed by 14 days.")


def longest_free_run(counts: Iterable[DiaryCounts]) -> int:
    """The longest run of answered dates without headache, over consecutive windows. A missing date ends a run."""
    longest = run = 0
    for view in (view for window in counts for view in window.dates):
        run = run + 1 if view.headache is False else 0
        longest = max(longest, run)
    return longest
