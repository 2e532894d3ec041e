"""Whether what stands on the chart can be believed as current: stale, frozen, future-dated and gap are four things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from clearhead.medicine.rules.clock import aware, in_utc, is_ahead, minutes_since
from clearhead.medicine.rules.limits import VitalsSet

SAME_IN_A_ROW = 3  # identical sets of at least three signs: a copied row or a sensor that stands still (assumption)
SIGNS_TO_COMPARE = 3
Kind = Literal["stale", "frozen", "future", "gap"]


@dataclass(frozen=True, slots=True)
class ChartState:
    """One thing to know before trusting the figures."""

    kind: Kind
    since: datetime
    sentence: str


def chart_states(sets: Sequence[VitalsSet], *, every_min: int, at: datetime) -> tuple[ChartState, ...]:
    """All four, in order of time. `every_min` is the interval that the observation clock asks for now."""
    sets, at = in_utc(tuple(sets)), aware(at)
    future = [ChartState("future", s.at, _future(s, at)) for s in sets if is_ahead(s.at, at)]
    believed = sorted((s for s in sets if not is_ahead(s.at, at)), key=lambda s: s.at)
    states = [*future, *_gaps(believed, every_min), *_frozen(believed)]
    if believed and minutes_since(believed[-1].at, at) > every_min:
        age = minutes_since(believed[-1].at, at)
        states.append(ChartState("stale", believed[-1].at, f"OLD: the last set is {age:.0f} min old."))
    return tuple(sorted(states, key=lambda state: state.since))


def _future(charted: VitalsSet, at: datetime) -> str:
    ahead = -minutes_since(charted.at, at)
    return f"Dated {ahead:.0f} min into the future: the clock of the device is wrong. Not used."


def _gaps(sets: Sequence[VitalsSet], every_min: int) -> list[ChartState]:
    """Stretches of more than two intervals without a set, once they are over."""
    return [
        ChartState("gap", before.at, f"No set for {minutes_since(before.at, after.at):.0f} min.")
        for before, after in pairwise(sets)
        if minutes_since(before.at, after.at) > 2 * every_min
    ]


def _frozen(sets: Sequence[VitalsSet]) -> list[ChartState]:
    if len(sets) < SAME_IN_A_ROW:
        return []
    last = sets[-SAME_IN_A_ROW:]
    first = last[0].values
    if len(first) < SIGNS_TO_COMPARE or any(dict(s.values) != dict(first) for s in last):
        return []
    return [ChartState("frozen", last[0].at, f"{SAME_IN_A_ROW} identical sets in a row: measure again.")]
