"""The walk through the steps in plain NumPy: many like steps in leaps, anything else one by one.

A leap reads the levels of up to eight steps straight from the state before them (`Step.outlook`) and moves the state
once: half the arithmetic. Calls are few and long, since two threads wait for each other between calls, not in them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.steps import Timeline
from clearhead.medicine.kinetics.transitions import NUMBERS_AT_ONCE, Step, spread_over

Array = NDArray[np.float64]

LEAP = 8  # steps at once: a power of two
WORTH_LEAPING = 24  # like steps: for fewer, the outlook costs more than it saves


class Walk:
    """Some people on their way."""

    def __init__(self, cascade: Cascade, steps: Timeline, into: Mapping[str, Array]) -> None:
        self.steps = steps
        walked = np.unique(steps.length)
        self.moves = dict(zip(walked.tolist(), spread_over(cascade, steps.lengths_h[walked]).steps(), strict=True))
        self.fed = {length: step.fed for length, step in self.moves.items()} | dict(_late_fed(cascade, steps))
        self.now = np.zeros((1 + cascade.stages, cascade.people))  # the rate, then what each stage holds
        self.state, self.feed, self.roots = self.now[1:], cascade.feed, self.now[1 : 1 + cascade.roots]
        self.leaps: _Leaps | None = None
        self.shown = [(level, list(cascade.outputs[name])) for name, level in into.items()]

    def go(self) -> None:
        """All steps, stretch by stretch."""
        s = self.steps
        self._enter(s.first_bolus_mg, s.first_row)
        first, many = s.stretches()
        like = np.bincount(s.length[first], np.where(many > 1, many, 0), minlength=s.lengths_h.size)
        leapt = (many > 1) & (like[s.length[first]] >= WORTH_LEAPING)
        columns = (s.length, s.rate_mg_per_h, s.late_length, s.late_rate, s.bolus_mg, s.row)
        singles = list(zip(*(column.tolist() for column in columns), strict=True))
        done = 0
        for start, count in zip(first[leapt].tolist(), many[leapt].tolist(), strict=True):
            self._singly(singles[done:start])
            self._leap(start, count)
            done = start + count
        self._singly(singles[done:])

    def _leap(self, start: int, count: int) -> None:
        """Through so many like steps."""
        length, rate, row = (column[start] for column in (self.steps.length, self.steps.rate_mg_per_h, self.steps.row))
        if self.leaps is None or self.leaps.step is not self.moves[length]:
            self.leaps = _Leaps(self.moves[length], self.shown)
        self.now[0] = rate
        self.now[:] = self.leaps.walk(self.now, int(row), count)

    def _singly(self, steps: list[tuple[int, float, int, float, float, int]]) -> None:
        """Step by step, each with its change of rate, its bolus and its row."""
        for length, rate, late, change, bolus, row in steps:
            self.moves[length].walk(self.state, rate)
            if change:
                self.state += self.fed[late] * change
            self._enter(bolus, row)

    def _enter(self, bolus_mg: float, row: int) -> None:
        """A bolus, and the levels just after it."""
        if bolus_mg:
            self.roots += self.feed * bolus_mg
        if row >= 0:
            for level, stages in self.shown:
                add_up(self.state, stages, level[row])


def add_up(state: Array, stages: Sequence[int], total: Array) -> None:
    """The level: the sum of its stages."""
    total[:] = state[stages[0]]
    for stage in stages[1:]:
        total += state[stage]


def _late_fed(cascade: Cascade, steps: Timeline) -> Iterator[tuple[int, Array]]:
    """What 1 mg/h adds over what is left of each step in which the rate changes; a few lengths at a time."""
    late = np.unique(steps.late_length[steps.late_rate != 0])
    if late.size == 0:
        return
    pairs = max(1, (cascade.stages - cascade.roots) * cascade.roots * cascade.people)
    for some in np.array_split(late, 1 + late.size * pairs // NUMBERS_AT_ONCE):
        yield from zip(some.tolist(), spread_over(cascade, steps.lengths_h[some]).fed, strict=True)


class _Leaps:
    """Steps of one length, up to eight at once."""

    def __init__(self, step: Step, shown: list[tuple[Array, list[int]]]) -> None:
        self.step = step
        self.seen = [(level, *_packed(step.outlook(stages, LEAP))) for level, stages in shown]
        self.moves = [step.matrix()]
        while 2 ** len(self.moves) <= LEAP:
            step = step.twice()
            self.moves.append(step.matrix())

    def walk(self, now: Array, row: int, many: int) -> Array:
        """The state (below the rate in row 0) after so many steps; writes as many rows."""
        leaps, rest = divmod(many, LEAP)
        starts = np.empty((leaps + 1, *now.shape))
        starts[0] = now
        for start, after in itertools.pairwise(starts):
            np.einsum("tsp,sp->tp", self.moves[-1], start, out=after)
        self._show(starts[:-1], LEAP, row)
        now = starts[-1]
        self._show(starts[-1:], rest, row + leaps * LEAP)
        for power, move in enumerate(self.moves[:-1]):
            if rest >> power & 1:
                now = np.einsum("tsp,sp->tp", move, now)
        return now

    def _show(self, starts: Array, many: int, row: int) -> None:
        """Writes so many rows from each of the states."""
        for level, weights, used in self.seen:
            rows = level[row : row + len(starts) * many].reshape(len(starts), many, level.shape[1])
            np.einsum("ksp,nsp->nkp", weights[:many], starts[:, used], out=rows)


def _packed(weights: Array) -> tuple[Array, slice]:
    """The weights from the first to the last number that matters (the rate, then the stages)."""
    matter = np.flatnonzero(weights.any(axis=(0, 2)))
    used = slice(int(matter[0]), int(matter[-1]) + 1) if matter.size else slice(0, 1)
    return weights[:, used], used
