"""The exact curve: closed form over each stretch of constant rate, from one moment of interest to the next.

Rules of time: a rate holds from its start (inclusive) to its end (exclusive); a bolus counts at its own minute, so a
level asked for at that minute is the one just after it. Nothing is interpolated and no step size is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import OutOfRange
from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.kinetics.spread import held, held_passed, passed, triangular_exponential

Array = NDArray[np.float64]

MIN_PER_H = 60.0
PEOPLE_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Timeline:
    """Steps from moment to moment: length, rate while it lasts, bolus at its end, and where to write the levels."""

    length: NDArray[np.int64]  # index into `lengths_h` for each step
    lengths_h: Array
    rate_mg_per_h: Array
    bolus_mg: Array  # given at the end of the step
    row: NDArray[np.int64]  # output row written after the step, or -1
    first_bolus_mg: float
    first_row: int  # output row for the very start, or -1


@dataclass(frozen=True, slots=True)
class Spread:
    """What each stage passes on over each step length: arrays of (lengths, people)."""

    kept: Array  # (stages, lengths, people)
    moved: tuple[tuple[int, int, Array], ...]  # (to, from, per unit)
    fed: tuple[Array, ...]  # per stage: ng/mL per mg/h held over the step


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
    length, lengths = _distinct(np.diff(marks))
    return Timeline(length, lengths / MIN_PER_H, rate, bolus[1:], row[1:], float(bolus[0]), int(row[0]))


def _distinct(steps: Array) -> tuple[NDArray[np.int64], Array]:
    """Step lengths that differ by rounding only are taken as one; the times keep 12 digits."""
    if steps.size == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    with np.errstate(divide="ignore"):
        digits = 11 - np.floor(np.log10(steps))
    key = np.round(steps * 10.0**digits) / 10.0**digits
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    return index.astype(np.int64), steps[first]


def spread_over(cascade: Cascade, lengths_h: Array) -> Spread:
    """What happens to every stage over each of the step lengths."""
    h = lengths_h[:, None]
    if not cascade.is_shallow():
        return _deep_spread(cascade, lengths_h)
    roots, rates = cascade.roots, cascade.rate_per_h
    kept = np.exp(-rates[:, None, :] * h)
    fed = [cascade.feed[j] * held(rates[j], h) for j in range(roots)]
    fed += [np.zeros_like(kept[0]) for _ in range(cascade.stages - roots)]
    moved = []
    for to, source, link in cascade.links:
        moved.append((to, source, link * passed(rates[source], rates[to], h)))
        fed[to] = fed[to] + cascade.feed[source] * link * held_passed(rates[source], rates[to], h)
    return Spread(kept, tuple(moved), tuple(fed))


def _deep_spread(cascade: Cascade, lengths_h: Array) -> Spread:
    """The same for cascades of any depth; row 0 of each matrix is the unit input."""
    n, people, many = cascade.stages, cascade.people, lengths_h.size
    matrix = np.zeros((people, n + 1, n + 1))
    for i in range(n):
        matrix[:, i + 1, i + 1] = -cascade.rate_per_h[i]
    for j in range(cascade.roots):
        matrix[:, j + 1, 0] = cascade.feed[j]
    for to, source, link in cascade.links:
        matrix[:, to + 1, source + 1] = link
    result = np.empty((many, people, n + 1, n + 1))
    for k, hours in enumerate(lengths_h):
        result[k] = triangular_exponential(matrix * hours)
    reach = _reach(cascade)
    kept = np.moveaxis(np.diagonal(result, axis1=2, axis2=3)[..., 1:], 2, 0)
    moved = tuple((i, j, result[:, :, i + 1, j + 1]) for i in range(n) for j in range(i) if reach[i, j])
    return Spread(np.ascontiguousarray(kept), moved, tuple(result[:, :, i + 1, 0] for i in range(n)))


def _reach(cascade: Cascade) -> NDArray[np.bool_]:
    reach = np.eye(cascade.stages, dtype=bool)
    for to, source, _ in sorted(cascade.links, key=lambda link: link[0]):
        reach[to] |= reach[source]
    return reach


def solve(
    cascade: Cascade,
    history: DoseHistory,
    at_min: Sequence[float] | Array,
    *,
    outputs: Sequence[str] | None = None,
) -> dict[str, Array]:
    """Levels in ng/mL, (times, people) for each output, at any times ≥ 0 in any order."""
    asked = np.asarray(at_min, dtype=np.float64)
    if asked.size and not (np.all(np.isfinite(asked)) and asked.min() >= 0):
        raise OutOfRange("time", float(np.min(asked)), "min", 0, "any length of", "the first dose as zero")
    times, back = np.unique(asked, return_inverse=True)
    names = list(cascade.outputs) if outputs is None else list(outputs)
    steps = timeline(history, times)
    result = {name: np.empty((times.size, cascade.people)) for name in names}
    for start in range(0, cascade.people, PEOPLE_AT_ONCE):
        who = slice(start, start + PEOPLE_AT_ONCE)
        part = cascade.of(who)
        run(part, steps, {name: levels[:, who] for name, levels in result.items()})
    in_order = times.size == asked.size and bool(np.all(back == np.arange(asked.size)))
    return result if in_order else {name: levels[back] for name, levels in result.items()}


def run(cascade: Cascade, steps: Timeline, into: Mapping[str, Array], state: Array | None = None) -> Array:
    """Walks the steps from a state (nothing given yet by default), writing levels; returns the last state."""
    state = np.zeros((cascade.stages, cascade.people)) if state is None else state.copy()
    state[: cascade.roots] += cascade.feed * steps.first_bolus_mg
    if steps.first_row >= 0:
        _write(cascade, state, into, steps.first_row)
    if steps.length.size == 0:
        return state
    spread = spread_over(cascade, steps.lengths_h)
    scratch = np.empty(cascade.people)
    plan = _order(cascade, spread)
    for step, length in enumerate(steps.length):
        rate = steps.rate_mg_per_h[step]
        for to, kept, moved, fed in plan:
            np.multiply(state[to], kept[length], out=state[to])
            for source, share in moved:
                np.multiply(state[source], share[length], out=scratch)
                state[to] += scratch
            if rate:
                np.multiply(fed[length], rate, out=scratch)
                state[to] += scratch
        if steps.bolus_mg[step]:
            state[: cascade.roots] += cascade.feed * steps.bolus_mg[step]
        if steps.row[step] >= 0:
            _write(cascade, state, into, int(steps.row[step]))
    return state


def _order(cascade: Cascade, spread: Spread) -> list[tuple[int, Array, list[tuple[int, Array]], Array]]:
    """Last stage first: a stage is moved on before the stages that feed it are."""
    return [
        (i, spread.kept[i], [(source, share) for to, source, share in spread.moved if to == i], spread.fed[i])
        for i in reversed(range(cascade.stages))
    ]


def _write(cascade: Cascade, state: Array, into: Mapping[str, Array], row: int) -> None:
    for name, levels in into.items():
        stages = cascade.outputs[name]
        target = levels[row]
        if len(stages) == 1:
            target[:] = state[stages[0]]
            continue
        np.add(state[stages[0]], state[stages[1]], out=target)
        for stage in stages[2:]:
            target += state[stage]
