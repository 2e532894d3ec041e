"""Compiled code for what the narrow kernels do not cover: cascades of any depth, and the modes themselves."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, untyped-decorator, misc"

from __future__ import annotations

import numba

from clearhead.medicine.kinetics.modes import SETTLED

PEOPLE_IN_CACHE = 256
plain = numba.njit(cache=True, nogil=True, error_model="numpy")
jit = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})


@jit
def wide_walk(  # noqa: C901 - compiled: many short loops over few arrays vectorise
    state, kept, share, fed, givers, feed, lengths, rates, boluses, rows, lates, changes, of_output, results
):
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


@plain
def _equation(central, clearance, flow, exchange, lost, p, origin, skip, side, x):
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


@plain
def fill_modes(central, clearance, flow, exchange, lost, guesses, rates, weights):  # noqa: C901 - one scalar algorithm
    """Fills rates and weights (1 + n, people); poles come sorted and guesses may be absent, as in `modes.py`."""
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
                if _equation(central, clearance, flow, exchange, lost, p, low, -1, 1.0, reach)[0] > 0:
                    side, skip, origin = -1.0, gap, exchange[gap, p] + lost[gap, p]
            lo, hi = (0.0, reach) if side > 0 else (-reach, 0.0)
            x = guesses[gap, p] - origin
            if not lo < x < hi:
                x = 0.5 * (lo + hi)
            bare = skip < 0 or flow[skip, p] * exchange[skip, p] == 0
            if bare and _equation(central, clearance, flow, exchange, lost, p, origin, skip, side, 0.0)[0] == 0:
                lo = hi = x = 0.0
            for step in range(1140):
                if not hi > lo:
                    break
                value, slope, sign = _equation(central, clearance, flow, exchange, lost, p, origin, skip, side, x)
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
                if moved <= SETTLED * abs(fresh):
                    break
            rates[gap, p] = origin + x
            total = central[p]
            for i in range(order):
                if flow[i, p] > 0:
                    apart = exchange[i, p] + lost[i, p] - origin - x
                    total += flow[i, p] * exchange[i, p] / (apart * apart)
            weights[gap, p] = 1 / total if reach > 0 else 0.0
