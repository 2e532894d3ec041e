"""From doses and asked times to steps of constant rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.kinetics.doses import DoseHistory

Array = NDArray[np.float64]
Index = NDArray[np.int64]

MIN_PER_H = 60.0
SHORTEST_PART = 0.02  # of a step: a shorter first part is walked on its own, lest its share drown in a difference


@dataclass(frozen=True, slots=True)
class Timeline:
    """Steps from moment to moment, one entry each."""

    length: Index  # which of `lengths_h`
    lengths_h: Array
    rate_mg_per_h: Array  # from the start of the step
    bolus_mg: Array  # at its end
    row: Index  # output row written after it, or -1
    late_length: Index  # which of `lengths_h` was left when the rate changed within the step, or -1
    late_rate: Array  # by how much, in mg/h
    first_bolus_mg: float  # at the very start
    first_row: int  # output row for the very start, or -1

    def stretches(self) -> tuple[Index, Index]:
        """First step and number of steps of each run of like steps: one length and rate, no event, row after row."""
        calm = (self.bolus_mg == 0) & (self.late_rate == 0) & (self.row >= 0)
        like = calm[1:] & calm[:-1] & (np.diff(self.row) == 1)
        like &= (np.diff(self.length) == 0) & (np.diff(self.rate_mg_per_h) == 0)
        first = np.flatnonzero(np.concatenate([[True], ~like])[: self.length.size])
        return first, np.diff(np.append(first, self.length.size))


def timeline(history: DoseHistory, at_min: Array, *, start_min: float = 0.0) -> Timeline:
    """The steps needed for doses from `start_min` on and levels at the (sorted, unique) times."""
    edges = [edge for s in history.segments if s.end_min > s.start_min for edge in (s.start_min, s.end_min)]
    last = float(at_min[-1]) if at_min.size else start_min
    marks = np.concatenate([[start_min], edges, [b.at_min for b in history.boluses], at_min])
    marks = np.unique(marks[(marks >= start_min) & (marks <= last)])
    middle = 0.5 * (marks[1:] + marks[:-1])
    rate, bolus = np.zeros(middle.size), np.zeros(marks.size)
    for segment in history.segments:
        rate += np.where((middle > segment.start_min) & (middle < segment.end_min), segment.rate_mg_per_h, 0.0)
    for given in history.boluses:
        bolus[marks == given.at_min] += given.mg
    row = np.full(marks.size, -1, dtype=np.int64)
    row[np.searchsorted(marks, at_min)] = np.arange(at_min.size)
    return _joined(np.diff(marks), rate, bolus, row)


def _joined(span: Array, rate: Array, bolus: Array, row: Index) -> Timeline:
    """Joins the two parts of a step within which only the rate changes: fewer lengths to prepare.

    The change then counts as an extra input over what is left of the step; where it is a fall after a very short
    first part, the parts stay apart.
    """
    first_part = np.zeros(span.size, dtype=bool)
    if span.size > 1:
        whole = (row[:-2] >= 0) & (row[1:-1] < 0) & (row[2:] >= 0) & (bolus[1:-1] == 0)
        safe = (rate[1:] >= rate[:-1]) | (span[:-1] >= SHORTEST_PART * (span[:-1] + span[1:]))
        first_part[:-1] = whole & safe
    second_part = np.concatenate([[False], first_part[:-1]])
    full, left, change, start_rate = span.copy(), np.zeros(span.size), np.zeros(span.size), rate.copy()
    at = np.flatnonzero(second_part)
    full[at] += span[at - 1]
    left[at], change[at], start_rate[at] = span[at], rate[at] - rate[at - 1], rate[at - 1]
    kept = ~first_part
    index, lengths = _distinct(np.concatenate([full[kept], left[kept & second_part]]))
    late = np.full(int(kept.sum()), -1, dtype=np.int64)
    late[second_part[kept]] = index[int(kept.sum()) :]
    return Timeline(
        index[: int(kept.sum())],
        lengths / MIN_PER_H,
        start_rate[kept],
        bolus[1:][kept],
        row[1:][kept],
        late,
        change[kept],
        float(bolus[0]),
        int(row[0]),
    )


def _distinct(steps: Array) -> tuple[Index, Array]:
    """Step lengths that differ by rounding only are taken as one; the times keep 12 digits."""
    if steps.size == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    digits = 11 - np.floor(np.log10(steps))
    key = np.round(steps * 10.0**digits) / 10.0**digits
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    return index.astype(np.int64), steps[first]
