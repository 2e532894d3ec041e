"""The walk through the steps in plain NumPy: many like steps in leaps, anything else one by one.

A leap reads the levels of up to eight steps straight from the state before them (`Step.outlook`) and moves the state
once: half the arithmetic, and a handful of calls where there were eighty.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.steps import Timeline
from clearhead.medicine.kinetics.transitions import Step, spread_over

Array = NDArray[np.float64]

PEOPLE_IN_CACHE = 1024
LEAP = 16
WORTH_LEAPING = 24  # like steps: for fewer, the outlook costs more than it saves


def walk(cascade: Cascade, steps: Timeline, into: Mapping[str, Array]) -> None:
    """Writes the levels of everyone, (rows, people) for each output."""
    for start in range(0, cascade.people, PEOPLE_IN_CACHE):
        who = slice(start, start + PEOPLE_IN_CACHE)
        _Walk(cascade.of(who), steps, {name: level[:, who] for name, level in into.items()}).go()


class _Walk:
    """Some people on their way."""

    def __init__(self, cascade: Cascade, steps: Timeline, into: Mapping[str, Array]) -> None:
        self.feed, self.steps = cascade.feed, steps
        self.shown = [(level, list(cascade.outputs[name])) for name, level in into.items()]
        self.lengths = spread_over(cascade, steps.lengths_h).steps()
        self.rate_and_state = np.zeros((1 + cascade.stages, cascade.people))
        self.state = self.rate_and_state[1:]

    def go(self) -> None:
        """All steps, stretch by stretch."""
        steps = self.steps
        self._enter(steps.first_bolus_mg, steps.first_row)
        first, many = steps.stretches()
        like = np.bincount(steps.length[first], np.where(many > 1, many, 0), minlength=len(self.lengths))
        leaps: dict[int, _Leaps] = {}
        for start, count in zip(first.tolist(), many.tolist(), strict=True):
            length = int(steps.length[start])
            if count == 1 or like[length] < WORTH_LEAPING:
                self._singly(slice(start, start + count))
                continue
            if length not in leaps:
                leaps = {length: _Leaps(self.lengths[length], self.shown)}
            self.rate_and_state[0] = steps.rate_mg_per_h[start]
            leaps[length].walk(self.rate_and_state, int(steps.row[start]), count)

    def _singly(self, which: slice) -> None:
        """Step by step, each with its change of rate, its bolus and its row."""
        s = self.steps
        columns = (s.length, s.rate_mg_per_h, s.late_length, s.late_rate, s.bolus_mg, s.row)
        for length, rate, late, change, bolus, row in zip(*(column[which].tolist() for column in columns), strict=True):
            self.lengths[length].walk(self.state, rate)
            if change:
                self.state += self.lengths[late].fed * change
            self._enter(bolus, row)

    def _enter(self, bolus_mg: float, row: int) -> None:
        """A bolus, and the levels just after it."""
        if bolus_mg:
            self.state[: self.feed.shape[0]] += self.feed * bolus_mg
        if row >= 0:
            for level, stages in self.shown:
                self.state[stages].sum(axis=0, out=level[row])


class _Leaps:
    """Steps of one length, up to eight at once."""

    def __init__(self, step: Step, shown: list[tuple[Array, list[int]]]) -> None:
        self.steps = [step]
        while 2 ** len(self.steps) <= LEAP:
            self.steps.append(self.steps[-1].twice())
        self.seen = [(level, *_packed(step.outlook(stages, LEAP))) for level, stages in shown]

    def walk(self, rate_and_state: Array, row: int, many: int) -> None:
        """Moves the state through so many steps and writes as many rows."""
        rate, state = float(rate_and_state[0, 0]), rate_and_state[1:]
        while many:
            power = min(many.bit_length(), len(self.steps)) - 1
            leap = 2**power
            for level, weights, used in self.seen:
                np.einsum("ksp,sp->kp", weights[:leap], rate_and_state[used], out=level[row : row + leap])
            self.steps[power].walk(state, rate)
            row, many = row + leap, many - leap


def _packed(weights: Array) -> tuple[Array, slice]:
    """The weights from the first to the last number that matters (the rate, then the stages)."""
    matter = np.flatnonzero(weights.any(axis=(0, 2)))
    used = slice(int(matter[0]), int(matter[-1]) + 1) if matter.size else slice(0, 1)
    return np.ascontiguousarray(weights[:, used]), used
