"""The same formulas as in `modes.py`, `spread.py` and `solve.py`, compiled. Imported by `fast.py` only, when needed.

Everything is a function of the module, so that the compiled code is kept on disk and one process in a hundred waits
for the compiler. The narrow kernels work on tiles of people whose rows lie in one buffer at fixed distances: only then
does the compiler see that rows do not overlap, and makes vector code of the loops.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, untyped-decorator, misc"

from __future__ import annotations

import numba
import numpy as np

TILE = 128  # people: their 21 rows and 8 staged ones fit the first cache
AT_ONCE = 4  # steps walked while the numbers stay in registers
ROOTS, LATER = 3, 2  # stages of a narrow cascade; what a model has fewer of stays empty and costs little
STAGES, PAIRS = ROOTS + LATER, ROOTS * LATER
KEEP, GAIN, SHARE = STAGES * TILE, 2 * STAGES * TILE, 3 * STAGES * TILE
PER_RATE = (3 * STAGES + PAIRS) * TILE
WIDTH = (4 * STAGES + PAIRS) * TILE

plain = numba.njit(cache=True, nogil=True, error_model="numpy")
jit = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})


@jit
def _four_steps(w, shown):
    """Walks a tile through four like steps, roots x and later stages y, and stages both sums after each step."""
    for p in range(TILE):
        x0, x1, x2, y0, y1 = w[p], w[TILE + p], w[2 * TILE + p], w[3 * TILE + p], w[4 * TILE + p]
        k0, k1, k2 = w[KEEP + p], w[KEEP + TILE + p], w[KEEP + 2 * TILE + p]
        m0, m1 = w[KEEP + 3 * TILE + p], w[KEEP + 4 * TILE + p]
        g0, g1, g2 = w[GAIN + p], w[GAIN + TILE + p], w[GAIN + 2 * TILE + p]
        n0, n1 = w[GAIN + 3 * TILE + p], w[GAIN + 4 * TILE + p]
        a0, a1, a2 = w[SHARE + p], w[SHARE + TILE + p], w[SHARE + 2 * TILE + p]
        b0, b1, b2 = w[SHARE + 3 * TILE + p], w[SHARE + 4 * TILE + p], w[SHARE + 5 * TILE + p]
        y0 = y0 * m0 + n0 + x0 * a0 + x1 * a1 + x2 * a2
        y1 = y1 * m1 + n1 + x0 * b0 + x1 * b1 + x2 * b2
        x0 = x0 * k0 + g0
        x1 = x1 * k1 + g1
        x2 = x2 * k2 + g2
        shown[p] = x0 + x1 + x2
        shown[TILE + p] = y0 + y1
        y0 = y0 * m0 + n0 + x0 * a0 + x1 * a1 + x2 * a2
        y1 = y1 * m1 + n1 + x0 * b0 + x1 * b1 + x2 * b2
        x0 = x0 * k0 + g0
        x1 = x1 * k1 + g1
        x2 = x2 * k2 + g2
        shown[2 * TILE + p] = x0 + x1 + x2
        shown[3 * TILE + p] = y0 + y1
        y0 = y0 * m0 + n0 + x0 * a0 + x1 * a1 + x2 * a2
        y1 = y1 * m1 + n1 + x0 * b0 + x1 * b1 + x2 * b2
        x0 = x0 * k0 + g0
        x1 = x1 * k1 + g1
        x2 = x2 * k2 + g2
        shown[4 * TILE + p] = x0 + x1 + x2
        shown[5 * TILE + p] = y0 + y1
        y0 = y0 * m0 + n0 + x0 * a0 + x1 * a1 + x2 * a2
        y1 = y1 * m1 + n1 + x0 * b0 + x1 * b1 + x2 * b2
        x0 = x0 * k0 + g0
        x1 = x1 * k1 + g1
        x2 = x2 * k2 + g2
        shown[6 * TILE + p] = x0 + x1 + x2
        shown[7 * TILE + p] = y0 + y1
        w[p] = x0
        w[TILE + p] = x1
        w[2 * TILE + p] = x2
        w[3 * TILE + p] = y0
        w[4 * TILE + p] = y1


@jit
def _one_step(w):
    """Walks a tile through one step and shows nothing."""
    for p in range(TILE):
        x0, x1, x2, y0, y1 = w[p], w[TILE + p], w[2 * TILE + p], w[3 * TILE + p], w[4 * TILE + p]
        k0, k1, k2 = w[KEEP + p], w[KEEP + TILE + p], w[KEEP + 2 * TILE + p]
        m0, m1 = w[KEEP + 3 * TILE + p], w[KEEP + 4 * TILE + p]
        g0, g1, g2 = w[GAIN + p], w[GAIN + TILE + p], w[GAIN + 2 * TILE + p]
        n0, n1 = w[GAIN + 3 * TILE + p], w[GAIN + 4 * TILE + p]
        a0, a1, a2 = w[SHARE + p], w[SHARE + TILE + p], w[SHARE + 2 * TILE + p]
        b0, b1, b2 = w[SHARE + 3 * TILE + p], w[SHARE + 4 * TILE + p], w[SHARE + 5 * TILE + p]
        y0 = y0 * m0 + n0 + x0 * a0 + x1 * a1 + x2 * a2
        y1 = y1 * m1 + n1 + x0 * b0 + x1 * b1 + x2 * b2
        x0 = x0 * k0 + g0
        x1 = x1 * k1 + g1
        x2 = x2 * k2 + g2
        w[p] = x0
        w[TILE + p] = x1
        w[2 * TILE + p] = x2
        w[3 * TILE + p] = y0
        w[4 * TILE + p] = y1


@jit
def _show(w, shown):
    """Stages the sums of a tile as they are now."""
    for p in range(TILE):
        shown[p] = w[p] + w[TILE + p] + w[2 * TILE + p]
        shown[TILE + p] = w[3 * TILE + p] + w[4 * TILE + p]


@jit
def _write(shown, results, apart, is_later, row, many, start, people):
    """Copies staged rows into the answer."""
    for o in range(is_later.size):
        level = results[o]
        for s in range(many):
            at, to = (2 * s + is_later[o]) * TILE, (row + s) * apart + start
            for p in range(people):
                level[to + p] = shown[at + p]


@jit
def _place(stage, roots):
    """Row of a stage in a tile: roots first, later stages behind the place of three roots."""
    return stage if stage < roots else ROOTS + stage - roots


@jit
def _fill(w, at, row, start, people, factor):
    """Copies factor × part of a row into a tile."""
    for p in range(people):
        w[at + p] = factor * row[start + p]


@jit
def _add(w, at, row, start, people, factor):
    """Adds factor × part of a row to a row of a tile."""
    for p in range(people):
        w[at + p] += factor * row[start + p]


# Rows of a second buffer, in which one root and one later stage meet.
ONE, OTHER, KEEP_ONE, KEEP_OTHER, STAY_ONE, STAY_OTHER, LINK, ENTERS, PART, GAINED = (row * TILE for row in range(10))
MEETING = 10 * TILE


@jit
def _series(x):
    """(1 - exp(-x)) / x for small x."""
    return 1 - x * (1 / 2 - x * (1 / 6 - x * (1 / 24 - x * (1 / 120 - x * (1 / 720 - x * (1 / 5040))))))


@jit
def _stay(stay, rate, keep, h, start, people):
    """What a unit input leaves in a stage in a time h; both formulas are computed and one is chosen, without a jump."""
    for p in range(people):
        x = rate[start + p] * h
        stay[p] = h * (_series(x) if x < 0.01 else (1 - keep[start + p]) / x)


@jit
def _pass_on(v, h):
    """`passed` and `held_passed` of `spread.py` for a tile of one root and one later stage, times their link."""
    for p in range(TILE):
        one, other, strength = v[ONE + p], v[OTHER + p], v[LINK + p]
        b, a = max(one, other) * h, min(one, other) * h
        x = b - a
        more, less = max(v[KEEP_ONE + p], v[KEEP_OTHER + p]), min(v[KEEP_ONE + p], v[KEEP_OTHER + p])
        part = h * (more * _series(x) if x < 0.01 else (more - less) / x)
        direct = h * (max(v[STAY_ONE + p], v[STAY_OTHER + p]) - part) / b
        s1 = a + b
        s2 = a * s1 + b * b
        s3 = a * s2 + b * b * b
        s4 = a * s3 + b * b * b * b
        s5 = a * s4 + b * b * b * b * b
        series = 1 / 2 - s1 * (1 / 6) + s2 * (1 / 24) - s3 * (1 / 120) + s4 * (1 / 720) - s5 * (1 / 5040)
        v[PART + p] = part * strength
        v[GAINED + p] = (h * h * series if b < 0.01 else direct) * strength * v[ENTERS + p]


@jit
def _make(v, stay, unit, passed, rates, kept, feed, link, h, start, people):
    """Transition numbers of a tile for a length h: `unit` (what 1 mg/h held over it adds) and `passed`."""
    stages, roots = rates.shape[0], feed.shape[0]
    for i in range(stages):
        _stay(stay[_place(i, roots)], rates[i], kept[i], h, start, people)
    for i in range(roots):
        for p in range(people):
            unit[i, p] = feed[i, start + p] * stay[i, p]
    for i in range(roots, stages):
        at = _place(i, roots)
        _fill(v, OTHER, rates[i], start, people, 1.0)
        _fill(v, KEEP_OTHER, kept[i], start, people, 1.0)
        _fill(v, STAY_OTHER, stay[at], 0, people, 1.0)
        unit[at] = 0.0
        for j in range(roots):
            _fill(v, ONE, rates[j], start, people, 1.0)
            _fill(v, KEEP_ONE, kept[j], start, people, 1.0)
            _fill(v, STAY_ONE, stay[j], 0, people, 1.0)
            _fill(v, LINK, link[i - roots, j], start, people, 1.0)
            _fill(v, ENTERS, feed[j], start, people, 1.0)
            _pass_on(v, h)
            _fill(passed[(i - roots) * ROOTS + j], 0, v, PART, people, 1.0)
            _add(unit[at], 0, v, GAINED, people, 1.0)


@jit
def _load(w, unit, passed, kept, roots, start, people):
    """Takes over what a step of one length keeps, passes on and gains per mg/h."""
    for i in range(kept.shape[0]):
        _fill(w, KEEP + _place(i, roots) * TILE, kept[i], start, people, 1.0)
    for n in range(PAIRS):
        _fill(w, SHARE + n * TILE, passed[n], 0, TILE, 1.0)
    for i in range(STAGES):
        _fill(w, PER_RATE + i * TILE, unit[i], 0, TILE, 1.0)


@jit
def _like_steps(step, lengths, rates, boluses, rows, changes):
    """How many steps from here, at most four, have one length and rate, no event, and fill the answer row by row."""
    many = 0
    while (
        many < AT_ONCE
        and step + many < lengths.size
        and lengths[step + many] == lengths[step]
        and rates[step + many] == rates[step]
        and changes[step + many] == 0
        and boluses[step + many] == 0
        and rows[step] >= 0
        and rows[step + many] == rows[step] + many
    ):
        many += 1
    return many


@jit
def narrow_walk(  # noqa: C901 - one loop over steps, one over tiles
    state, rates_per_h, kept, lengths_h, feed, link, lengths, rates, boluses, rows, lates, changes, is_later, apart,
    results,
):  # fmt: skip
    """Moves `state` (stages, people) through all steps and writes `results`, whose rows begin `apart` numbers apart.

    Steps are the outer loop, so that the answer's memory is touched in its own order. An output is the sum of
    the roots (`is_later` 0) or of the later stages (1).
    """
    stages, everyone = state.shape
    roots = feed.shape[0]
    tiles, shown, v = np.zeros(((everyone + TILE - 1) // TILE, WIDTH)), np.zeros(2 * AT_ONCE * TILE), np.ones(MEETING)
    stay, unit, passed = np.zeros((STAGES, TILE)), np.zeros((STAGES, TILE)), np.zeros((PAIRS, TILE))
    for tile in range(tiles.shape[0]):
        for i in range(stages):
            _fill(tiles[tile], _place(i, roots) * TILE, state[i], tile * TILE, min(TILE, everyone - tile * TILE), 1.0)
    length, held, step = -1, np.nan, 0
    while step < lengths.size:
        fresh_length, fresh_rate = lengths[step] != length, lengths[step] != length or rates[step] != held
        length, held = lengths[step], rates[step]
        many = _like_steps(step, lengths, rates, boluses, rows, changes)
        for tile in range(tiles.shape[0]):
            w, start = tiles[tile], tile * TILE
            people = min(TILE, everyone - start)
            if fresh_length:
                _make(v, stay, unit, passed, rates_per_h, kept[length], feed, link, lengths_h[length], start, people)
                _load(w, unit, passed, kept[length], roots, start, people)
            if fresh_rate:
                for n in range(STAGES * TILE):
                    w[GAIN + n] = held * w[PER_RATE + n]
            if many == AT_ONCE:
                _four_steps(w, shown)
                _write(shown, results, apart, is_later, rows[step], AT_ONCE, start, people)
                continue
            _one_step(w)
            if changes[step] != 0:
                _make(
                    v,
                    stay,
                    unit,
                    passed,
                    rates_per_h,
                    kept[lates[step]],
                    feed,
                    link,
                    lengths_h[lates[step]],
                    start,
                    people,
                )
                for i in range(STAGES):
                    _add(w, i * TILE, unit[i], 0, TILE, changes[step])
            if boluses[step] > 0:
                for i in range(roots):
                    _add(w, i * TILE, feed[i], start, people, boluses[step])
            if rows[step] >= 0:
                _show(w, shown)
                _write(shown, results, apart, is_later, rows[step], 1, start, people)
        step += AT_ONCE if many == AT_ONCE else 1
    for tile in range(tiles.shape[0]):
        for i in range(stages):
            for p in range(min(TILE, everyone - tile * TILE)):
                state[i, tile * TILE + p] = tiles[tile, _place(i, roots) * TILE + p]
