"""The same walk, compiled: used when the `fast` extra (numba) is installed and the work is worth the import."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

PEOPLE_IN_CACHE = 256
WORTH_COMPILING = 2_000_000  # people × steps; below, plain NumPy answers before numba is imported


def is_installed() -> bool:
    """Whether numba can be imported, without importing it."""
    return find_spec("numba") is not None


@cache
def compiled_walk() -> Any:
    """The compiled stepping loop; same sums as the NumPy one, in the same order."""
    import numba

    return numba.njit(cache=True, nogil=True, fastmath={"contract"})(_walk)


def _walk(  # type: ignore[no-untyped-def]  # noqa: C901 - compiled: many short loops over few arrays vectorise
    state, kept, share, fed, givers, feed, lengths, rates, boluses, rows, lates, changes, of_output, results
):  # pragma: no cover
    """Moves `state` (stages, people) through all steps and writes each of `results` (rows, people).

    `of_output` (outputs, 2) gives the first and the one-past-last stage that add up to an output.
    """
    roots, later = feed.shape[0], share.shape[1]
    for start in range(0, state.shape[1], PEOPLE_IN_CACHE):
        end = min(start + PEOPLE_IN_CACHE, state.shape[1])
        people = end - start
        for step in range(lengths.size):
            k, rate, bolus, row = lengths[step], rates[step], boluses[step], rows[step]
            for i in range(later - 1, -1, -1):
                at, last = roots + i, min(givers, roots + i)
                one, keeps, gains = state[at, start:end], kept[k, at, start:end], fed[k, at, start:end]
                for p in range(people):
                    one[p] = one[p] * keeps[p] + rate * gains[p]
                for j in range(0, last - 1, 2):
                    from_a, part_a = state[j, start:end], share[k, i, j, start:end]
                    from_b, part_b = state[j + 1, start:end], share[k, i, j + 1, start:end]
                    for p in range(people):
                        one[p] += from_a[p] * part_a[p] + from_b[p] * part_b[p]
                if last % 2:
                    from_a, part_a = state[last - 1, start:end], share[k, i, last - 1, start:end]
                    for p in range(people):
                        one[p] += from_a[p] * part_a[p]
            for at in range(roots):
                one, keeps, gains = state[at, start:end], kept[k, at, start:end], fed[k, at, start:end]
                for p in range(people):
                    one[p] = one[p] * keeps[p] + rate * gains[p]
                if bolus > 0:
                    enters = feed[at, start:end]
                    for p in range(people):
                        one[p] += bolus * enters[p]
            if changes[step] != 0:
                for at in range(state.shape[0]):
                    one, gains, change = state[at, start:end], fed[lates[step], at, start:end], changes[step]
                    for p in range(people):
                        one[p] += change * gains[p]
            if row < 0:
                continue
            for o in range(of_output.shape[0]):
                first, last, level = of_output[o, 0], of_output[o, 1], results[o][row, start:end]
                from_a = state[first, start:end]
                if last - first == 1:
                    level[:] = from_a
                    continue
                from_b = state[first + 1, start:end]
                for p in range(people):
                    level[p] = from_a[p] + from_b[p]
                for j in range(first + 2, last):
                    from_b = state[j, start:end]
                    for p in range(people):
                        level[p] += from_b[p]


@cache
def compiled_shallow_walk(roots: int, later: int) -> Any:
    """The same for shallow cascades of one shape: all rows of a block lie in one buffer at fixed distances, so that the
    compiler sees that they do not overlap and makes vector code of one fused loop."""
    import numba

    return _shallow_walk(numba, roots, later)


def _shallow_walk(numba: Any, roots: int, later: int) -> Any:  # noqa: C901 - one fused loop, compiled
    size, stages = PEOPLE_IN_CACHE, roots + later
    keeps, gains, shares = stages * size, 2 * stages * size, 3 * stages * size
    rows_needed = 3 * stages + roots * later

    @numba.njit(nogil=True, error_model="numpy", fastmath={"contract"})
    def walk(state, kept, share, fed, feed, lengths, rates, boluses, rows, lates, changes, of_output, results):  # type: ignore[no-untyped-def]  # noqa: C901
        w = np.zeros(rows_needed * size)
        for start in range(0, state.shape[1], size):
            people = min(size, state.shape[1] - start)
            for i in range(stages):
                w[i * size : i * size + people] = state[i, start : start + people]
            length, held = -1, np.nan
            for step in range(lengths.size):
                if lengths[step] != length:
                    length, held = lengths[step], np.nan
                    for i in range(stages):
                        w[keeps + i * size : keeps + i * size + people] = kept[length, i, start : start + people]
                    for i in range(later):
                        for j in range(roots):
                            at = shares + (i * roots + j) * size
                            w[at : at + people] = share[length, i, j, start : start + people]
                if rates[step] != held:
                    held = rates[step]
                    for i in range(stages):
                        for p in range(people):
                            w[gains + i * size + p] = held * fed[length, i, start + p]
                for p in range(size):
                    for i in range(later):
                        at = (roots + i) * size + p
                        total = w[at] * w[keeps + at] + w[gains + at]
                        for j in range(roots):
                            total += w[j * size + p] * w[shares + (i * roots + j) * size + p]
                        w[at] = total
                    for i in range(roots):
                        at = i * size + p
                        w[at] = w[at] * w[keeps + at] + w[gains + at]
                if changes[step] != 0:
                    for i in range(stages):
                        for p in range(people):
                            w[i * size + p] += changes[step] * fed[lates[step], i, start + p]
                if boluses[step] > 0:
                    for i in range(roots):
                        for p in range(people):
                            w[i * size + p] += boluses[step] * feed[i, start + p]
                if rows[step] < 0:
                    continue
                for o in range(of_output.shape[0]):
                    first, last = of_output[o, 0] * size, of_output[o, 1] * size
                    level = results[o][rows[step], start : start + people]
                    one = w[first : first + people]
                    if last - first == 3 * size:
                        two, three = w[first + size : first + size + people], w[last - size : last - size + people]
                        for p in range(people):
                            level[p] = one[p] + two[p] + three[p]
                    elif last - first == 2 * size:
                        two = w[first + size : first + size + people]
                        for p in range(people):
                            level[p] = one[p] + two[p]
                    else:
                        for p in range(people):
                            level[p] = one[p]
                        for at in range(first + size, last, size):
                            two = w[at : at + people]
                            for p in range(people):
                                level[p] += two[p]
            for i in range(stages):
                state[i, start : start + people] = w[i * size : i * size + people]

    return walk


@cache
def compiled_spread() -> Any:
    """The compiled transition numbers of shallow cascades; the exponentials come from NumPy, which vectorises them."""
    import numba

    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})(_spread)


def _spread(rates, kept, lengths_h, feed, link, share, fed, stays):  # type: ignore[no-untyped-def]  # noqa: C901 - as above
    """Fills share (lengths, later, roots, people) and fed (lengths, stages, people); `stays` is scratch.

    Same formulas as `spread.py`; both branches are computed and one is chosen, so that the loops become vector code.
    """
    stages, people = rates.shape
    roots = feed.shape[0]
    for k in range(lengths_h.size):
        h = lengths_h[k]
        for i in range(stages):
            rate, keeps, stay = rates[i], kept[k, i], stays[i]
            for p in range(people):
                x = rate[p] * h
                series = 1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5 * (1 - x / 6 * (1 - x / 7)))))
                stay[p] = h * (series if x < 0.01 else (1 - keeps[p]) / x)
        for i in range(roots):
            enters, stay, gains = feed[i], stays[i], fed[k, i]
            for p in range(people):
                gains[p] = enters[p] * stay[p]
        for i in range(roots, stages):
            gains = fed[k, i]
            gains[:] = 0.0
            for j in range(roots):
                one, other, keep_one, keep_other = rates[j], rates[i], kept[k, j], kept[k, i]
                part = share[k, i - roots, j]
                for p in range(people):
                    x = abs(other[p] - one[p]) * h
                    series = 1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5 * (1 - x / 6 * (1 - x / 7)))))
                    more, less = max(keep_one[p], keep_other[p]), min(keep_one[p], keep_other[p])
                    part[p] = h * (more * series if x < 0.01 else (more - less) / x)
                stay_one, stay_other, strength, enters = stays[j], stays[i], link[i - roots, j], feed[j]
                for p in range(people):
                    b, a = max(one[p], other[p]) * h, min(one[p], other[p]) * h
                    direct = h * (max(stay_one[p], stay_other[p]) - part[p]) / b
                    s1 = a + b
                    s2 = a * s1 + b * b
                    s3 = a * s2 + b * b * b
                    s4 = a * s3 + b * b * b * b
                    s5 = a * s4 + b * b * b * b * b
                    series = h * h * (0.5 - s1 / 6 + s2 / 24 - s3 / 120 + s4 / 720 - s5 / 5040)
                    gains[p] += (series if b < 0.01 else direct) * strength[p] * enters[p]
                for p in range(people):
                    part[p] *= strength[p]


@cache
def compiled_modes() -> Any:
    """The compiled roots of `modes.py`, person by person."""
    import numba

    equation = numba.njit(cache=True, nogil=True, error_model="numpy")(_equation)
    return _bind_modes(numba, equation)


def _bind_modes(numba: Any, equation: Any) -> Any:  # noqa: C901 - one scalar algorithm, compiled
    @numba.njit(cache=True, nogil=True, error_model="numpy")
    def fill(central, clearance, flow, exchange, lost, rates, weights):  # type: ignore[no-untyped-def]  # noqa: C901
        """Fills rates and weights (1 + n, people); poles come sorted, as in `modes.py`."""
        order, people = flow.shape
        for p in range(people):
            for gap in range(order + 1):
                low = exchange[gap - 1, p] + lost[gap - 1, p] if gap else 0.0
                side, skip, origin = 1.0, gap - 1, low
                if gap == order:
                    reach = clearance[p] / central[p] + exchange[order - 1, p] + lost[order - 1, p]
                    for i in range(order):
                        reach += flow[i, p] / central[p]
                else:
                    reach = 0.5 * (exchange[gap, p] + lost[gap, p] - low)
                    if equation(central, clearance, flow, exchange, lost, p, low, -1, 1.0, reach)[0] > 0:
                        side, skip, origin = -1.0, gap, exchange[gap, p] + lost[gap, p]
                lo, hi = (0.0, reach) if side > 0 else (-reach, 0.0)
                x = 0.5 * (lo + hi)
                bare = skip < 0 or flow[skip, p] * exchange[skip, p] == 0
                if bare and equation(central, clearance, flow, exchange, lost, p, origin, skip, side, 0.0)[0] == 0:
                    lo = hi = x = 0.0
                for step in range(1140):
                    if not hi > lo:
                        break
                    value, slope, sign = equation(central, clearance, flow, exchange, lost, p, origin, skip, side, x)
                    if sign > 0:
                        lo = x
                    else:
                        hi = x
                    fresh = x - value / slope
                    if value == 0:
                        fresh = x
                    elif step >= 40 or not (lo <= fresh <= hi):
                        fresh = 0.5 * (lo + hi)
                    moved = abs(fresh - x)
                    x = fresh
                    if moved <= 4.5e-16 * abs(fresh):
                        break
                rates[gap, p] = origin + x
                total = central[p]
                for i in range(order):
                    if flow[i, p] > 0:
                        apart = exchange[i, p] + lost[i, p] - origin - x
                        total += flow[i, p] * exchange[i, p] / (apart * apart)
                weights[gap, p] = 1 / total if reach > 0 else 0.0

    return fill


def _equation(central, clearance, flow, exchange, lost, p, origin, skip, side, x):  # type: ignore[no-untyped-def]
    """Value, slope and sign of `modes._Gap.equation` for one person."""
    value, slope = clearance[p] - (origin + x) * central[p], -central[p]
    for i in range(flow.shape[0]):
        if i == skip:
            value += flow[i, p]
        elif flow[i, p] > 0:
            apart = (exchange[i, p] + lost[i, p] - origin) - x
            value += flow[i, p] * ((lost[i, p] - origin) - x) / apart
            slope -= flow[i, p] * exchange[i, p] / (apart * apart)
    if skip < 0 or flow[skip, p] * exchange[skip, p] == 0:
        return value, slope, value
    product = x * value + flow[skip, p] * exchange[skip, p]
    return product, value + x * slope, side * product
