"""The exact curve: closed form over each stretch of constant rate, from one moment of interest to the next.

Rules of time: a rate holds from its start (inclusive) to its end (exclusive); a bolus counts at its own minute, so a
level asked for at that minute is the one just after it. Nothing is interpolated and no step size is chosen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import OutOfRange
from clearhead.medicine.kinetics import fast
from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.kinetics.drift import drifting_levels
from clearhead.medicine.kinetics.spread import held, held_passed, passed, triangular_exponential
from clearhead.medicine.kinetics.steps import Timeline, timeline

Array = NDArray[np.float64]
Engine = Literal["auto", "numpy", "fast"]

MOST_AT_ONCE = 5000  # people per block: long rows for NumPy, bounded memory for everyone
COMPILED_AT_ONCE = 2560
WORTH_THREADS = 1_000_000  # people × steps
PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Spread:
    """What each stage keeps, passes on and gains over each step length: (lengths, …, people)."""

    kept: Array  # (lengths, stages, people)
    share: Array  # (lengths, later stages, givers, people): what a later stage gets from each giver
    fed: Array  # (lengths, stages, people): ng/mL per mg/h held over the step
    givers: int  # the first so many stages give; the roots for shallow cascades, all stages for deep ones


def spread_over(cascade: Cascade, lengths_h: Array) -> Spread:
    """What happens to every stage over each of the step lengths."""
    if not cascade.is_shallow():
        return _deep_spread(cascade, lengths_h)
    roots, h = cascade.roots, lengths_h[:, None, None]
    rates = cascade.rate_per_h[None, :, :]
    kept, stays = np.exp(-rates * h), held(rates, h)
    fed = np.zeros_like(kept)
    fed[:, :roots] = cascade.feed * stays[:, :roots]
    first, second, hh = rates[:, None, :roots], rates[:, roots:, None], h[:, None]
    share = passed(first, second, hh, kept[:, None, :roots], kept[:, roots:, None])
    gain = held_passed(first, second, hh, stays[:, None, :roots], stays[:, roots:, None], share)
    link = _link_table(cascade)
    share *= link
    gain *= link * cascade.feed
    gain.sum(axis=2, out=fed[:, roots:])
    return Spread(kept, share, fed, roots)


def _link_table(cascade: Cascade) -> Array:
    """Links of a shallow cascade as (later stages, roots, people)."""
    table = np.zeros((cascade.stages - cascade.roots, cascade.roots, cascade.people))
    for to, source, link in cascade.links:
        table[to - cascade.roots, source] += link
    return table


def _deep_spread(cascade: Cascade, lengths_h: Array) -> Spread:
    """The same for cascades of any depth; row 0 of each matrix is the unit input."""
    n, people, many, roots = cascade.stages, cascade.people, lengths_h.size, cascade.roots
    matrix = np.zeros((people, n + 1, n + 1))
    for i in range(n):
        matrix[:, i + 1, i + 1] = -cascade.rate_per_h[i]
    for j in range(roots):
        matrix[:, j + 1, 0] = cascade.feed[j]
    for to, source, link in cascade.links:
        matrix[:, to + 1, source + 1] += link
    kept, fed = np.empty((many, n, people)), np.empty((many, n, people))
    share = np.empty((many, n - roots, n, people))
    for k, hours in enumerate(lengths_h):
        moved = np.moveaxis(triangular_exponential(matrix * hours), 0, 2)
        fed[k] = moved[1:, 0]
        kept[k] = np.einsum("iip->ip", moved[1:, 1:])
        share[k] = moved[roots + 1 :, 1:]
        share[k][np.arange(n - roots), np.arange(roots, n)] = 0.0
    return Spread(kept, share, fed, n)


def solve(
    cascade: Cascade,
    history: DoseHistory,
    at_min: Sequence[float] | Array,
    *,
    outputs: Sequence[str] | None = None,
    engine: Engine = "auto",
) -> dict[str, Array]:
    """Levels in ng/mL, (times, people) for each output, at any times ≥ 0 in any order.

    `engine`: "numpy" needs nothing else; "fast" needs numba; "auto" takes the fast one where it pays.
    """
    asked = np.asarray(at_min, dtype=np.float64)
    if asked.size and not (np.all(np.isfinite(asked)) and asked.min() >= 0):
        raise OutOfRange("time", float(np.min(asked)), "min", 0, "any length of", "the first dose as zero")
    times, back = np.unique(asked, return_inverse=True)
    wanted = [*cascade.outputs, *cascade.drifts] if outputs is None else list(outputs)
    names = [name for name in wanted if name not in cascade.drifts]
    levels = np.empty((len(names), times.size, cascade.people))
    cascade = cascade.only(names)
    solve_into(levels, lambda who, _: cascade.of(who), cascade.people, names, timeline(history, times), engine)
    in_order = times.size == asked.size and bool(np.all(back == np.arange(asked.size)))
    found = {name: levels[k] if in_order else levels[k][back] for k, name in enumerate(names)}
    return found | {name: _drifting(cascade, name, history, asked) for name in wanted if name in cascade.drifts}


def _drifting(cascade: Cascade, name: str, history: DoseHistory, at_min: Array) -> Array:
    drift = cascade.drifts[name]

    def level_at(times: Array) -> Array:
        return solve(cascade, history, times, outputs=[drift.source])[drift.source]

    return drifting_levels(drift, history, at_min, level_at)


def solve_into(
    levels: Array,
    cascade_of: Callable[[slice, bool], Cascade],
    people: int,
    names: Sequence[str],
    steps: Timeline,
    engine: Engine = "auto",
) -> None:
    """Fills levels (outputs, times, people) block by block, on all processors when the work is worth it.

    `cascade_of` gives the cascade of a block of people, by compiled code where the second argument says so.
    """
    compiled = _wants_compiled(engine, people * steps.length.size)

    threads = (os.cpu_count() or 1) if people * steps.length.size >= WORTH_THREADS else 1
    size = COMPILED_AT_ONCE if compiled else min(MOST_AT_ONCE, -(-people // threads))

    def block(start: int) -> None:
        who = slice(start, min(start + size, people))
        into = {name: levels[k][:, who] for k, name in enumerate(names)}
        run(cascade_of(who, compiled), steps, into, compiled=compiled)

    starts = range(0, people, max(size, 1))
    if threads > 1 and len(starts) > 1:
        with ThreadPoolExecutor(max_workers=threads) as pool:
            list(pool.map(_touch, np.array_split(levels.reshape(-1), threads)))
            list(pool.map(block, starts))
    else:
        for start in starts:
            block(start)


def _touch(part: Array) -> None:
    """Asks for the memory of a part of the answer; two threads that ask for the same page at once both wait for it."""
    part[:: PAGE_BYTES // part.itemsize] = 0.0


def _wants_compiled(engine: Engine, work: int) -> bool:
    if engine == "auto":
        return work >= fast.WORTH_COMPILING and fast.is_installed()
    return engine == "fast"


def run(
    cascade: Cascade,
    steps: Timeline,
    into: Mapping[str, Array],
    state: Array | None = None,
    *,
    compiled: bool = False,
) -> Array:
    """Walks the steps from a state (nothing given yet by default), writing levels; returns the last state."""
    state = np.zeros((cascade.stages, cascade.people)) if state is None else state.copy()
    state[: cascade.roots] += cascade.feed * steps.first_bolus_mg
    if steps.first_row >= 0:
        _writer(cascade, state, into)(steps.first_row)
    if steps.length.size and not (compiled and _walk_narrow(cascade, steps, state, into)):
        (_walk_wide if compiled else _walk)(cascade, steps, spread_over(cascade, steps.lengths_h), state, into)
    return state


def _walk_narrow(cascade: Cascade, steps: Timeline, state: Array, into: Mapping[str, Array]) -> bool:
    """The steps by the compiled narrow kernels; False if stages or outputs do not fit them."""
    roots, later, levels = cascade.roots, cascade.stages - cascade.roots, tuple(into.values())
    whole = {tuple(range(roots)): 0, tuple(range(roots, cascade.stages)): 1}
    is_later = [whole.get(cascade.outputs[name], -1) for name in into]
    narrow = roots <= fast.NARROW_ROOTS and later <= fast.NARROW_LATER
    if not (narrow and cascade.is_shallow()) or -1 in is_later or any(level.strides[1] != 8 for level in levels):
        return False
    kept = np.multiply(-cascade.rate_per_h, steps.lengths_h[:, None, None])
    np.exp(kept, out=kept)
    fast.narrow().narrow_walk(
        state, np.ascontiguousarray(cascade.rate_per_h), kept, steps.lengths_h, np.ascontiguousarray(cascade.feed),
        _link_table(cascade), steps.length, steps.rate_mg_per_h, steps.bolus_mg, steps.row, steps.late_length,
        steps.late_rate, np.array(is_later), levels[0].strides[0] // 8, tuple(_flat(level) for level in levels),
    )  # fmt: skip
    return True


def _walk_wide(cascade: Cascade, steps: Timeline, spread: Spread, state: Array, into: Mapping[str, Array]) -> None:
    """The steps of a cascade of any depth in compiled code."""
    spans = np.array([(at[0], at[-1] + 1) for at in (cascade.outputs[name] for name in into)], dtype=np.int64)
    fast.wide().wide_walk(
        state, spread.kept, spread.share, spread.fed, spread.givers, np.ascontiguousarray(cascade.feed),
        steps.length, steps.rate_mg_per_h, steps.bolus_mg, steps.row, steps.late_length, steps.late_rate, spans,
        tuple(into.values()),
    )  # fmt: skip


def _flat(level: Array) -> Array:
    """A row-wise view of some columns as one line of numbers, which compiled code can stream into."""
    numbers = (level.shape[0] - 1) * (level.strides[0] // level.itemsize) + level.shape[1]
    return np.lib.stride_tricks.as_strided(level, (numbers,), (level.itemsize,))


def _walk(cascade: Cascade, steps: Timeline, spread: Spread, state: Array, into: Mapping[str, Array]) -> None:
    """Every step in place: what later stages get from the givers' old state, then what all keep and gain."""
    roots = cascade.roots
    givers, later = state[: spread.givers], state[roots:]
    kept, share = list(spread.kept), list(spread.share)
    moved = np.empty(spread.share.shape[1:])
    columns = [moved[:, giver] for giver in range(spread.givers)]
    write = _writer(cascade, state, into)
    gains: dict[tuple[int, float], Array] = {}
    columns_of = (steps.length, steps.rate_mg_per_h, steps.bolus_mg, steps.row, steps.late_length, steps.late_rate)
    for length, rate, bolus, row, late, change in zip(*(c.tolist() for c in columns_of), strict=True):
        if later.size:
            np.multiply(share[length], givers, moved)
        np.multiply(state, kept[length], state)
        if later.size:
            for column in columns:
                np.add(later, column, later)
        if rate:
            if (length, rate) not in gains:
                gains = {(length, rate): spread.fed[length] * rate}
            np.add(state, gains[length, rate], state)
        if change:
            state += spread.fed[late] * change
        if bolus:
            state[:roots] += cascade.feed * bolus
        if row >= 0:
            write(row)


def _writer(cascade: Cascade, state: Array, into: Mapping[str, Array]) -> Callable[[int], None]:
    """A function that adds up the stages of each output into its row."""
    parts = [(levels, [state[stage] for stage in cascade.outputs[name]]) for name, levels in into.items()]

    def write(row: int) -> None:
        for levels, stages in parts:
            target = levels[row]
            if len(stages) == 1:
                target[:] = stages[0]
                continue
            np.add(stages[0], stages[1], target)
            for stage in stages[2:]:
                np.add(target, stage, target)

    return write
