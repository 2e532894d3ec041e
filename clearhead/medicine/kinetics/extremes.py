"""Peaks, their times, and time above a level, found between the grid points and not on them.

The grid only separates: within each cell the rate is constant, the slope of the level is known exactly, and a change
of its sign is halved down to the last digits with the exact solution from the cell's start. A crossing of a level is
found along the tangent, which is known too, and by halving wherever the tangent does not help.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.kinetics.spread import held, held_passed, passed, triangular_exponential

Array = NDArray[np.float64]

HALVINGS = 48
TRIES = 3  # where a tangent leads outside, or every third time, the stretch is halved instead
CLOSE_H = 1e-12
CELLS_PER_STRETCH = 20
FIRST_CELL_MIN = 0.05


@dataclass(frozen=True, slots=True)
class Extremes:
    """One entry per person. Times in minutes; `below_from` is inf where the level is still above at the end."""

    peak_ng_per_ml: Array
    peak_at_min: Array
    minutes_above: dict[float, Array]
    below_from_min: dict[float, Array]  # after this time the level stays below; 0 if it never rose above


def extremes(
    cascade: Cascade, history: DoseHistory, output: str, *, until_min: float, levels: Sequence[float] = ()
) -> Extremes:
    """Peak and time above each of the levels, from the first dose to `until_min`, for every person."""
    cascade = cascade.only([output])
    watch = _Watch(cascade, output, tuple(levels))
    state = np.zeros((cascade.stages, cascade.people))
    marks = cell_marks(history, until_min)
    for start, end in itertools.pairwise(marks):
        for bolus in history.boluses:
            if bolus.at_min == start:
                state[: cascade.roots] += cascade.feed * bolus.mg
        middle = 0.5 * (start + end)
        rate = sum(s.rate_mg_per_h for s in history.segments if s.start_min < middle < s.end_min)
        after = advance(cascade, state, rate, np.full(cascade.people, (end - start) / 60))
        watch.cell(start, (end - start) / 60, rate, state, after)
        state = after
    return watch.result(until_min)


def cell_marks(history: DoseHistory, until_min: float) -> list[float]:
    """Cell borders: every change of rate, every bolus, and a grid that is fine just after each of them."""
    edges = {0.0, until_min} | {b.at_min for b in history.boluses}
    edges |= {edge for s in history.segments for edge in (s.start_min, s.end_min)}
    corners = sorted(edge for edge in edges if edge <= until_min)
    marks = set(corners)
    for start, end in itertools.pairwise(corners):
        first = min(FIRST_CELL_MIN, 0.5 * (end - start))
        marks |= {start + step for step in np.geomspace(first, end - start, CELLS_PER_STRETCH)[:-1].tolist()}
    return sorted(marks)


def advance(cascade: Cascade, state: Array, rate_mg_per_h: float, hours: Array) -> Array:
    """The state after each person's own number of hours at a constant rate."""
    if not cascade.is_shallow():
        return _advance_deep(cascade, state, rate_mg_per_h, hours)
    roots, rates = cascade.roots, cascade.rate_per_h
    kept, stays = np.exp(-rates * hours), held(rates, hours)
    after = state * kept
    after[:roots] += rate_mg_per_h * cascade.feed * stays[:roots]
    for to, source, link in cascade.links:
        moved = passed(rates[source], rates[to], hours, kept[source], kept[to])
        gained = held_passed(rates[source], rates[to], hours, stays[source], stays[to], moved)
        after[to] += link * (state[source] * moved + rate_mg_per_h * cascade.feed[source] * gained)
    return after


def _advance_deep(cascade: Cascade, state: Array, rate_mg_per_h: float, hours: Array) -> Array:
    n = cascade.stages
    matrix = np.zeros((cascade.people, n + 1, n + 1))
    for i in range(n):
        matrix[:, i + 1, i + 1] = -cascade.rate_per_h[i]
    for j in range(cascade.roots):
        matrix[:, j + 1, 0] = cascade.feed[j] * rate_mg_per_h
    for to, source, link in cascade.links:
        matrix[:, to + 1, source + 1] += link
    moved = triangular_exponential(matrix * hours[:, None, None])
    full = np.concatenate([np.ones((1, cascade.people)), state])
    return np.ascontiguousarray(np.einsum("pij,jp->ip", moved, full)[1:])


def slope_of(cascade: Cascade, output: str, state: Array, rate_mg_per_h: float) -> Array:
    """How fast the level changes, in ng/mL per hour, while the rate holds."""
    stages = set(cascade.outputs[output])
    slope = np.zeros(cascade.people)
    for stage in stages:
        slope = slope - cascade.rate_per_h[stage] * state[stage]
        if stage < cascade.roots:
            slope = slope + cascade.feed[stage] * rate_mg_per_h
    for to, source, link in cascade.links:
        if to in stages:
            slope = slope + link * state[source]
    return slope


class _Watch:
    """Goes from cell to cell and keeps what was seen."""

    def __init__(self, cascade: Cascade, output: str, levels: tuple[float, ...]) -> None:
        self.cascade, self.output, self.levels = cascade, output, levels
        self.stages = list(cascade.outputs[output])
        self.peak, self.peak_at = np.zeros(cascade.people), np.zeros(cascade.people)
        self.above = {level: np.zeros(cascade.people) for level in levels}
        self.last = {level: np.zeros(cascade.people) for level in levels}

    def level(self, state: Array) -> Array:
        return np.asarray(state[self.stages].sum(axis=0))

    def see(self, level: Array, at_min: Array) -> None:
        higher = level > self.peak
        self.peak = np.where(higher, level, self.peak)
        self.peak_at = np.where(higher, at_min, self.peak_at)

    def cell(self, start_min: float, hours: float, rate: float, before: Array, after: Array) -> None:
        """One cell: its ends, its turning point if there is one, and the crossings of every level."""
        people = self.cascade.people
        first, last = self.level(before), self.level(after)
        self.see(first, np.full(people, start_min))
        self.see(last, np.full(people, start_min + hours * 60))
        turns = slope_of(self.cascade, self.output, before, rate) * slope_of(self.cascade, self.output, after, rate) < 0
        turn_h, turn_level = np.full(people, hours), last.copy()
        who = np.flatnonzero(turns)
        if who.size:
            turn_h[who], turn_level[who] = self._turning_point(who, hours, rate, before)
            self.see(turn_level, start_min + turn_h * 60)
        for level in self.levels:
            self._cross(level, start_min, rate, before, np.zeros(people), turn_h, first, turn_level)
            if who.size:
                self._cross(level, start_min, rate, before, turn_h, np.full(people, hours), turn_level, last)

    def _turning_point(self, who: NDArray[np.intp], hours: float, rate: float, before: Array) -> tuple[Array, Array]:
        some, start = pick(self.cascade, who), before[:, who]
        rising = slope_of(some, self.output, start, rate) > 0
        low, high = np.zeros(who.size), np.full(who.size, hours)
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            still = (slope_of(some, self.output, advance(some, start, rate, middle), rate) > 0) == rising
            low, high = np.where(still, middle, low), np.where(still, high, middle)
        return low, self.level(advance(some, start, rate, low))

    def _cross(
        self, level: float, start_min: float, rate: float, before: Array, from_h: Array, to_h: Array, a: Array, b: Array
    ) -> None:
        """Adds the time above `level` on a stretch where the curve only rises or only falls."""
        share = np.where((a >= level) & (b >= level), to_h - from_h, 0.0)
        last = np.where(b >= level, to_h, -1.0)
        who = np.flatnonzero((a >= level) != (b >= level))
        if who.size:
            at = self._crossing(who, level, rate, before, from_h[who], to_h[who], a[who] < level)
            rises = a[who] < level
            share[who] = np.where(rises, to_h[who] - at, at - from_h[who])
            last[who] = np.where(rises, to_h[who], at)
        self.above[level] += 60 * share
        self.last[level] = np.where(last >= 0, start_min + 60 * last, self.last[level])

    def _crossing(
        self,
        who: NDArray[np.intp],
        level: float,
        rate: float,
        before: Array,
        low: Array,
        high: Array,
        rises: NDArray[np.bool_],
    ) -> Array:
        some, start = pick(self.cascade, who), before[:, who]
        at, found = 0.5 * (low + high), np.zeros(who.size, dtype=np.bool_)
        for turn in range(TRIES * HALVINGS):
            state = advance(some, start, rate, at)
            gap = self.level(state) - level
            early = (gap < 0) == rises
            low, high = np.where(early, at, low), np.where(early, high, at)
            nearer = at - gap / slope_of(some, self.output, state, rate)
            found |= np.abs(nearer - at) <= CLOSE_H
            if found.all():
                break
            trusted = (nearer > low) & (nearer < high) & (turn % TRIES != TRIES - 1)
            at = np.where(found, at, np.where(trusted, nearer, 0.5 * (low + high)))
        return np.asarray(at)

    def result(self, until_min: float) -> Extremes:
        ends = {level: np.where(last >= until_min, np.inf, last) for level, last in self.last.items()}
        return Extremes(self.peak, self.peak_at, self.above, ends)


def pick(cascade: Cascade, who: NDArray[np.intp]) -> Cascade:
    """The cascade of the people with these indices."""
    links = tuple((to, source, rate[who]) for to, source, rate in cascade.links)
    return Cascade(cascade.rate_per_h[:, who], cascade.feed[:, who], links, cascade.outputs)
