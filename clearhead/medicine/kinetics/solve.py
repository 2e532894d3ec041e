"""The exact curve: closed form over each stretch of constant rate, from one moment of interest to the next.

Rules of time: a rate holds from its start (inclusive) to its end (exclusive); a bolus counts at its own minute, so a
level asked for at that minute is the one just after it. Nothing is interpolated and no step size is chosen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import OutOfRange
from clearhead.medicine.kinetics import fast
from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.kinetics.drift import drifting_levels
from clearhead.medicine.kinetics.steps import Timeline, timeline
from clearhead.medicine.kinetics.transitions import link_table, spread_over
from clearhead.medicine.kinetics.walk import Walk, add_up

Array = NDArray[np.float64]
Engine = Literal["auto", "numpy", "fast"]

MOST_AT_ONCE = 5000  # people per block: long rows for NumPy, bounded memory for everyone
COMPILED_AT_ONCE = 2560
WORTH_THREADS = 1_000_000  # people × steps
PAGE_BYTES = 4096


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


def run(cascade: Cascade, steps: Timeline, into: Mapping[str, Array], *, compiled: bool = False) -> None:
    """Walks the steps from a state of nothing given and writes the levels (rows, people) of each output."""
    if not compiled:
        Walk(cascade, steps, into).go()
        return
    state = np.zeros((cascade.stages, cascade.people))
    state[: cascade.roots] += cascade.feed * steps.first_bolus_mg
    if steps.first_row >= 0:
        for name, level in into.items():
            add_up(state, cascade.outputs[name], level[steps.first_row])
    if steps.length.size and not _walk_narrow(cascade, steps, state, into):
        _walk_wide(cascade, steps, state, into)


def _walk_narrow(cascade: Cascade, steps: Timeline, state: Array, into: Mapping[str, Array]) -> bool:
    """The steps by the compiled narrow kernels; False if stages or outputs do not fit them."""
    roots, later, levels = cascade.roots, cascade.stages - cascade.roots, tuple(into.values())
    whole = {tuple(range(roots)): 0, tuple(range(roots, cascade.stages)): 1}
    is_later = [whole.get(cascade.outputs[name], -1) for name in into]
    narrow = roots <= fast.NARROW_ROOTS and later <= fast.NARROW_LATER
    if not (narrow and cascade.is_shallow()) or -1 in is_later or any(level.strides[1] != 8 for level in levels):
        return False
    fast.narrow().narrow_walk(
        state, np.ascontiguousarray(cascade.rate_per_h), np.ascontiguousarray(cascade.feed), link_table(cascade),
        steps.lengths_h, steps.length, steps.rate_mg_per_h, steps.bolus_mg, steps.row, steps.late_length,
        steps.late_rate, np.array(is_later), levels[0].strides[0] // 8, tuple(_flat(level) for level in levels),
    )  # fmt: skip
    return True


def _walk_wide(cascade: Cascade, steps: Timeline, state: Array, into: Mapping[str, Array]) -> None:
    """The steps of a cascade of any depth in compiled code."""
    spread = spread_over(cascade, steps.lengths_h)
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
