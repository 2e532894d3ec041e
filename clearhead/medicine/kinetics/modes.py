"""Exponential modes of one drug in one body: a central volume, its peripheral volumes, and where it is cleared.

Each peripheral volume i exchanges Q_i with the centre and may clear on its own at e_i. With p_i = Q_i/V_i + e_i, the
Laplace transform of the central level after a unit bolus is 1 / D(s) with

    D(s) = s V1 + CL + Σ Q_i (s + e_i) / (s + p_i).

D(-x) falls from pole to pole, so there is exactly one root in each gap (0, p_1), (p_1, p_2), …, (p_n, ∞): the rates
are real and positive, and the weights 1 / D'(-x) are positive too. Each root is sought as a distance from the nearer
pole, which keeps its distance to that pole, and so its weight, accurate when the two nearly meet. No sum here has
terms of opposite sign that matter, hence no special case for near-equal rates, zero clearances or empty volumes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.kinetics import fast

Array = NDArray[np.float64]

_NEWTON_STEPS = 40
_HALVINGS = 1100  # enough to reach any double from any bracket
SETTLED = 2e-15  # relative; a Newton step that short lands as near to the root as rounding lets it


def mammillary_modes(
    *,
    central_l: Array,
    clearance_l_per_h: Array,
    flow_l_per_h: Array,
    volume_l: Array,
    lost_per_h: Array | None = None,
    compiled: bool = False,
) -> tuple[Array, Array]:
    """Rates (1/h) and weights (1/L) of the central level after a unit bolus, each of shape (1 + n, people).

    `central_l` and `clearance_l_per_h` have shape (people,), the other arrays (n, people) for n peripheral volumes.
    The level is Σ weight · exp(-rate · t).
    """
    order = flow_l_per_h.shape[0]
    if order == 0:
        return (clearance_l_per_h / central_l)[None, :], (1 / central_l)[None, :]
    exchange = flow_l_per_h / volume_l
    if order == 1 and lost_per_h is None:
        return _two_compartments(central_l, clearance_l_per_h, flow_l_per_h[0], exchange[0])
    lost = np.zeros_like(exchange) if lost_per_h is None else np.where(flow_l_per_h > 0, lost_per_h, 0.0)
    rank = np.argsort(exchange + lost, axis=0, kind="stable")
    sort = [np.take_along_axis(part, rank, axis=0) for part in (flow_l_per_h, exchange, lost)]
    rates, weights = np.empty((order + 1, central_l.size)), np.empty((order + 1, central_l.size))
    if order == 2 and lost_per_h is None:
        guesses = _cubic_guess(central_l, clearance_l_per_h, *sort[:2])
    else:
        guesses = np.full(rates.shape, np.nan)
    if compiled:
        fast.wide().fill_modes(central_l, clearance_l_per_h, *sort, guesses, rates, weights)
        return rates, weights
    secular = _Secular(central_l, clearance_l_per_h, *sort)
    for gap in range(order + 1):
        secular.root(gap, guesses[gap], rates[gap], weights[gap])
    return rates, weights


def _two_compartments(central: Array, clearance: Array, flow: Array, back: Array) -> tuple[Array, Array]:
    """The quadratic, arranged so that nothing cancels."""
    out = (clearance + flow) / central
    product, apart = flow / central * back, out - back
    root = np.sqrt(apart * apart + 4 * product)
    fast = 0.5 * (out + back + root)
    slow = np.where(fast > 0, clearance / central * back / np.where(fast > 0, fast, 1.0), 0.0)
    sum_ = np.abs(apart) + root
    with np.errstate(divide="ignore", invalid="ignore"):
        minor = np.where(sum_ > 0, 2 * product / sum_, 0.0)  # the smaller of the distances of `back` to its roots
        below, above = np.where(apart > 0, minor, 0.5 * sum_), np.where(apart > 0, 0.5 * sum_, minor)
        share = np.where(root > 0, below / np.where(root > 0, root, 1.0), 0.5)  # of the slow root: (back - slow) / root
        other = np.where(root > 0, above / np.where(root > 0, root, 1.0), 0.5)
    return np.stack([slow, fast]), np.stack([share, other]) / central


def _cubic_guess(central: Array, clearance: Array, flow: Array, back: Array) -> Array:
    """Roots of the three-compartment cubic to about half the digits, in rising order."""
    there = flow / central
    out = clearance / central
    third = (out + there[0] + there[1] + back[0] + back[1]) / 3
    second = out * (back[0] + back[1]) + there[0] * back[1] + there[1] * back[0] + back[0] * back[1]
    radius2 = np.maximum(third * third - second / 3, 0.0)
    radius = np.sqrt(radius2)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (third * (third * third - 0.5 * second) + 0.5 * out * back[0] * back[1]) / (radius2 * radius)
    angle = np.arccos(np.clip(np.nan_to_num(ratio), -1.0, 1.0)) / 3
    cos, sin = radius * np.cos(angle), np.sqrt(3.0) * radius * np.sin(angle)
    return np.stack([third - cos - sin, third - cos + sin, third + 2 * cos])


class _Secular:
    """The function D(-x) of the module's first lines, and its roots gap by gap."""

    def __init__(self, central: Array, clearance: Array, flow: Array, exchange: Array, lost: Array) -> None:
        self.central, self.clearance, self.flow, self.exchange, self.lost = central, clearance, flow, exchange, lost
        self.pole = exchange + lost
        self.order = flow.shape[0]

    def take(self, who: NDArray[np.intp]) -> _Secular:
        """The same for some of the people."""
        return _Secular(
            self.central[who], self.clearance[who], self.flow[:, who], self.exchange[:, who], self.lost[:, who]
        )

    def root(self, gap: int, guess: Array, rate: Array, weight: Array) -> None:
        """Fills rate and weight of the one root between pole `gap - 1` (or 0) and pole `gap` (or infinity).

        A gap without width (two equal poles, or a volume without flow, whose pole was put at 0) has weight 0.
        """
        low = self.pole[gap - 1] if gap else np.zeros_like(self.central)
        if gap == self.order:
            reach = (self.clearance + self.flow.sum(axis=0)) / self.central + self.pole.max(axis=0)
            near_high = np.zeros(low.size, dtype=bool)
        else:
            reach = 0.5 * (self.pole[gap] - low)
            near_high = _Gap(self, low, -1).smooth(reach)[0] > 0
        for side, at in ((1.0, ~near_high), (-1.0, near_high)):
            who = np.flatnonzero(at)
            if who.size == 0:
                continue
            pole = gap - 1 if side > 0 else gap
            system, origin = self.take(who), (low if side > 0 else self.pole[gap])[who]
            part = _Gap(system, origin, pole)
            x = part.solve(side, reach[who], guess[who] - origin)
            rate[who] = origin + x
            weight[who] = np.where(reach[who] > 0, part.weight(x), 0.0)


class _Gap:
    """D(-(origin + x)) for people whose root lies nearest to the same pole (`skip`; -1: to 0, which is no pole)."""

    def __init__(self, system: _Secular, origin: Array, skip: int) -> None:
        self.system, self.origin, self.skip = system, origin, skip
        self.apart, self.loss = system.pole - origin, system.lost - origin
        self.pull = system.flow * system.exchange
        self.has_flow = system.flow > 0
        self.all_flow = bool(self.has_flow.all())

    def take(self, who: NDArray[np.intp]) -> _Gap:
        """The same for some of the people."""
        return _Gap(self.system.take(who), self.origin[who], self.skip)

    def smooth(self, x: Array) -> tuple[Array, Array]:
        """Value and slope in x without the term of the nearest pole."""
        system = self.system
        value = system.clearance - (self.origin + x) * system.central
        slope = -system.central
        for i in range(system.order):
            if i == self.skip:
                value = value + system.flow[i]
                continue
            apart = self.apart[i] - x
            if not self.all_flow:
                apart = np.where(self.has_flow[i], apart, 1.0)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                value = value + system.flow[i] * (self.loss[i] - x) / apart
                slope = slope - self.pull[i] / (apart * apart)
        return value, slope

    def weight(self, x: Array) -> Array:
        """The weight 1 / D' at the root, in 1/L."""
        total = self.system.central
        with np.errstate(divide="ignore", over="ignore"):
            for i in range(self.system.order):
                apart = self.apart[i] - x
                total = total + self.pull[i] / np.where(self.has_flow[i], apart * apart, 1.0)
            return np.asarray(1 / total, dtype=np.float64)

    def equation(self, side: float, x: Array) -> tuple[Array, Array, Array]:
        """A smooth function with the same root, its slope, and D's sign; near a pole D is multiplied by x."""
        value, slope = self.smooth(x)
        if self.skip < 0:
            return value, slope, value
        strength = self.pull[self.skip]
        near = strength > 0
        product = np.where(near, x * value + strength, value)
        return product, np.where(near, value + x * slope, slope), np.where(near, side * product, product)

    def solve(self, side: float, reach: Array, guess: Array) -> Array:
        """Newton within a bracket that only shrinks; halving for the few who do not settle. A guess may be absent."""
        low, high = (np.zeros_like(reach), reach.copy()) if side > 0 else (-reach, np.zeros_like(reach))
        x = np.where((guess > low) & (guess < high), guess, 0.5 * (low + high))
        bare = self.pull[self.skip] == 0 if self.skip >= 0 else np.ones(x.size, dtype=bool)
        at_origin = bare & (self.smooth(np.zeros_like(x))[0] == 0)
        x[at_origin] = 0.0
        waiting, part = np.flatnonzero(~at_origin & (high > low)), self
        for step in range(_NEWTON_STEPS + _HALVINGS):
            if waiting.size == 0:
                break
            if waiting.size < part.origin.size:
                part = self.take(waiting)
            now = x[waiting]
            value, slope, sign = part.equation(side, now)
            below = sign > 0
            low[waiting], high[waiting] = np.where(below, now, low[waiting]), np.where(below, high[waiting], now)
            with np.errstate(divide="ignore", invalid="ignore"):
                newton = now - value / slope
            inside = (newton >= low[waiting]) & (newton <= high[waiting])
            if step >= _NEWTON_STEPS:
                inside[:] = False
            fresh = np.where(inside, newton, 0.5 * (low[waiting] + high[waiting]))
            fresh = np.where(value == 0, now, fresh)
            x[waiting] = fresh
            waiting = waiting[np.abs(fresh - now) > SETTLED * np.abs(fresh)]
        return x
