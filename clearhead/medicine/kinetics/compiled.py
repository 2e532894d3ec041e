"""The walk of `walk.py` and the formulas of `spread.py` compiled, for at most three roots and two other stages.

Imported by `fast.py` only, when needed. Everything is a function of this one module, so that the compiled code is kept
on disk, one process in a hundred waits for the compiler, and a change of any line compiles all anew. People are taken
in tiles: one buffer in which every number of every person has a row at a fixed distance, since only then does the
compiler see that rows do not overlap and makes vector code of the loops. Rows that a model does not need stay empty.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, untyped-decorator, misc, call-arg"

from __future__ import annotations

import numba
import numpy as np
from llvmlite import ir
from numba.extending import intrinsic

TILE = 128  # people
AT_ONCE = 8  # steps walked while the numbers stay in registers, at most
ROOTS, LATER = 3, 2
STAGES, PAIRS = ROOTS + LATER, ROOTS * LATER
# Rows of what a step keeps, passes on and gains per mg/h …
KEEP, SHARE, UNIT = 0, STAGES * TILE, (STAGES + PAIRS) * TILE
STEP = UNIT + STAGES * TILE
# … of the people's own numbers …
RATE, FEED, LINK = 0, STAGES * TILE, (STAGES + ROOTS) * TILE
BODY = LINK + PAIRS * TILE
# … and a tile: what stages hold, what the rate adds in a step, and the rows of a step of the usual length.
GAIN, MOVES = STAGES * TILE, 2 * STAGES * TILE
KEPT, PASSED = MOVES + KEEP, MOVES + SHARE
WIDTH = MOVES + STEP

# exp(x) = 2ⁿ exp(r): adding the large number leaves n in the last bits of the sum, from where it moves to the exponent.
LOG2_E, LARGE = 1.4426950408889634, 1.5 * 2.0**52
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770e-10
LOWEST = -708.0  # exp(-708) is 3e-308
BITS, ONE = np.int64(52), np.int64(1023 << 52)

jit = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})

memcpy = numba.types.ExternalFunction("memcpy", numba.types.voidptr(*[numba.types.intp] * 3))


@intrinsic
def _stream_pair(typing, to, at):
    """Copies two numbers past the caches to an address that 16 divides; any other store reads the memory first.

    Such stores reach other processors at the latest with the lock by which a thread says that it is done.
    """

    def generate(context, builder, signature, addresses):
        pair = ir.VectorType(ir.DoubleType(), 2)
        target, source = (builder.inttoptr(address, pair.as_pointer()) for address in addresses)
        store = builder.store(builder.load(source, align=8), target, align=16)
        store.set_metadata("nontemporal", builder.module.add_metadata([ir.IntType(32)(1)]))

    return numba.types.void(to, at), generate


@jit
def _exp(r):
    """exp(r) for |r| ≤ ln 2 / 2 to the last digit."""
    last = 1 / 3628800 + r * (1 / 39916800 + r * (1 / 479001600 + r * (1 / 6227020800)))
    rest = 1 / 720 + r * (1 / 5040 + r * (1 / 40320 + r * (1 / 362880 + r * last)))
    return 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * rest)))))


@jit
def _decay(body, step, scale, bits, h):
    """What each stage keeps over a time h; `bits` are those of `scale`."""
    for n in range(STAGES * TILE):
        x = -body[RATE + n] * h
        x = x if x > LOWEST else LOWEST
        whole = x * LOG2_E + LARGE
        scale[n] = whole
        whole -= LARGE
        step[KEEP + n] = _exp((x - whole * LN2_HIGH) - whole * LN2_LOW)
    for n in range(STAGES * TILE):
        bits[n] = (bits[n] << BITS) + ONE
    for n in range(STAGES * TILE):
        step[KEEP + n] *= scale[n]


@jit
def _series(x):
    """(1 - exp(-x)) / x for small x."""
    return 1 - x * (1 / 2 - x * (1 / 6 - x * (1 / 24 - x * (1 / 120 - x * (1 / 720 - x * (1 / 5040))))))


@jit
def _stay(rate, keep, h):
    """`held` of `spread.py`; both formulas are computed and one is chosen, without a jump."""
    x = rate * h
    return h * (_series(x) if x < 0.01 else (1 - keep) / x)


@jit
def _pass(one, other, keep_one, keep_other, h):
    """`passed` of `spread.py`."""
    x = (max(one, other) - min(one, other)) * h
    more, less = max(keep_one, keep_other), min(keep_one, keep_other)
    return h * (more * _series(x) if x < 0.01 else (more - less) / x)


@jit
def _gain(one, other, stay_one, stay_other, part, h):
    """`held_passed` of `spread.py`."""
    a, b = min(one, other) * h, max(one, other) * h
    s1 = a + b
    s2 = a * s1 + b * b
    s3 = a * s2 + b * b * b
    s4 = a * s3 + b * b * b * b
    s5 = a * s4 + b * b * b * b * b
    series = 1 / 2 - s1 * (1 / 6) + s2 * (1 / 24) - s3 * (1 / 120) + s4 * (1 / 720) - s5 * (1 / 5040)
    return h * h * series if b < 0.01 else h * (max(stay_one, stay_other) - part) / b


@jit
def _make(body, step, scale, bits, h):
    """Fills the rows of a step of h hours."""
    _decay(body, step, scale, bits, h)
    for n in range(STAGES * TILE):
        step[UNIT + n] = _stay(body[RATE + n], step[KEEP + n], h)
    for j in range(ROOTS, STAGES):
        for p in range(TILE):
            to, keep_to, stay_to, gained = j * TILE + p, step[KEEP + j * TILE + p], step[UNIT + j * TILE + p], 0.0
            for i in range(ROOTS):
                one, link = i * TILE + p, ((j - ROOTS) * ROOTS + i) * TILE + p
                part = _pass(body[RATE + one], body[RATE + to], step[KEEP + one], keep_to, h)
                gain = _gain(body[RATE + one], body[RATE + to], step[UNIT + one], stay_to, part, h)
                gained += gain * body[LINK + link] * body[FEED + one]
                step[SHARE + link] = part * body[LINK + link]
            step[UNIT + to] = gained
    for n in range(ROOTS * TILE):
        step[UNIT + n] *= body[FEED + n]


@jit
def _steps(w, shown, many):
    """Walks a tile through like steps, roots x and later stages y, and stages both sums after each.

    Brackets keep the chain from one step to the next short; the processor works on several people at a time.
    """
    for p in range(TILE):
        x0, x1, x2, y0, y1 = w[p], w[TILE + p], w[2 * TILE + p], w[3 * TILE + p], w[4 * TILE + p]
        k0, k1, k2 = w[KEPT + p], w[KEPT + TILE + p], w[KEPT + 2 * TILE + p]
        m0, m1 = w[KEPT + 3 * TILE + p], w[KEPT + 4 * TILE + p]
        g0, g1, g2 = w[GAIN + p], w[GAIN + TILE + p], w[GAIN + 2 * TILE + p]
        n0, n1 = w[GAIN + 3 * TILE + p], w[GAIN + 4 * TILE + p]
        a0, a1, a2 = w[PASSED + p], w[PASSED + TILE + p], w[PASSED + 2 * TILE + p]
        b0, b1, b2 = w[PASSED + 3 * TILE + p], w[PASSED + 4 * TILE + p], w[PASSED + 5 * TILE + p]
        for s in range(many):
            y0 = (y0 * m0 + n0) + (x0 * a0 + x1 * a1 + x2 * a2)
            y1 = (y1 * m1 + n1) + (x0 * b0 + x1 * b1 + x2 * b2)
            x0, x1, x2 = x0 * k0 + g0, x1 * k1 + g1, x2 * k2 + g2
            shown[2 * s * TILE + p] = x0 + x1 + x2
            shown[(2 * s + 1) * TILE + p] = y0 + y1
        w[p], w[TILE + p], w[2 * TILE + p], w[3 * TILE + p], w[4 * TILE + p] = x0, x1, x2, y0, y1


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
        for s in range(many):
            to = results[o].ctypes.data + 8 * ((row + s) * apart + start)
            at = shown.ctypes.data + 8 * (2 * s + is_later[o]) * TILE
            if to % 16 == 0 and people % 2 == 0:
                for pair in range(0, 8 * people, 16):
                    _stream_pair(to + pair, at + pair)
            else:
                memcpy(to, at, 8 * people)


@jit
def _settle(tiles, bodies, state, rates, feed, link):
    """Spreads everyone over tiles: stages in their places, roots first, later ones behind the place of three roots."""
    stages, everyone, roots = state.shape[0], state.shape[1], feed.shape[0]
    for one in range(everyone):
        w, body, p = tiles[one // TILE], bodies[one // TILE], one % TILE
        for i in range(stages):
            place = (i if i < roots else ROOTS + i - roots) * TILE + p
            w[place], body[RATE + place] = state[i, one], rates[i, one]
        for i in range(roots):
            body[FEED + i * TILE + p] = feed[i, one]
            for j in range(stages - roots):
                body[LINK + (j * ROOTS + i) * TILE + p] = link[j, i, one]


@jit
def _take_up(w, rate):
    """What a rate adds in each step."""
    for n in range(STAGES * TILE):
        w[GAIN + n] = rate * w[MOVES + UNIT + n]


@jit
def _add(w, extra, factor, many):
    """Adds so many rows to the state."""
    for n in range(many):
        w[n] += factor * extra[n]


@jit
def _like_steps(step, lengths, rates, boluses, rows, changes):
    """How many steps from here have one length and rate, no event, and fill the answer row by row."""
    many = 0
    while (
        step + many < lengths.size
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
def _stretch(w, shown, results, apart, is_later, row, many, start, people):
    """Walks a tile through like steps and writes a row after each; counts that the compiler knows make fast loops."""
    end = row + many
    while row < end:
        if end - row >= AT_ONCE:
            some = AT_ONCE
            _steps(w, shown, AT_ONCE)
        elif end - row >= 4:
            some = 4
            _steps(w, shown, 4)
        elif end - row >= 2:
            some = 2
            _steps(w, shown, 2)
        else:
            some = 1
            _steps(w, shown, 1)
        _write(shown, results, apart, is_later, row, some, start, people)
        row += some


@jit
def narrow_walk(
    state, rates_per_h, feed, link, lengths_h, lengths, rates, boluses, rows, lates, changes, is_later, apart, results
):
    """Walks all steps from `state` (stages, people) and writes `results`, whose rows begin `apart` numbers apart.

    A tile goes through a stretch of like steps while it is in the nearest cache, then the next tile does. An output is
    the sum of the roots (`is_later` 0) or of the later stages (1).
    """
    everyone = state.shape[1]
    many_tiles = (everyone + TILE - 1) // TILE
    tiles, bodies, late = np.zeros((many_tiles, WIDTH)), np.zeros((many_tiles, BODY)), np.zeros(STEP)
    shown, scale = np.zeros(2 * AT_ONCE * TILE), np.zeros(STAGES * TILE)
    bits = scale.view(np.int64)
    _settle(tiles, bodies, state, rates_per_h, feed, link)
    length, held, step = -1, np.nan, 0
    while step < lengths.size:
        fresh_length, fresh_rate = lengths[step] != length, lengths[step] != length or rates[step] != held
        length, held = lengths[step], rates[step]
        many = _like_steps(step, lengths, rates, boluses, rows, changes)
        for tile in range(many_tiles):
            w, body, start = tiles[tile], bodies[tile], tile * TILE
            people = min(TILE, everyone - start)
            if fresh_length:
                _make(body, w[MOVES:], scale, bits, lengths_h[length])
            if fresh_rate:
                _take_up(w, held)
            if many > 0:
                _stretch(w, shown, results, apart, is_later, rows[step], many, start, people)
                continue
            _steps(w, shown, 1)
            if changes[step] != 0:
                _make(body, late, scale, bits, lengths_h[lates[step]])
                _add(w, late[UNIT:], changes[step], STAGES * TILE)
            _add(w, body[FEED:], boluses[step], ROOTS * TILE)
            if rows[step] >= 0:
                _show(w, shown)
                _write(shown, results, apart, is_later, rows[step], 1, start, people)
        step += max(many, 1)
