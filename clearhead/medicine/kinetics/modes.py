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

Array = NDArray[np.float64]

_NEWTON_STEPS = 40
_HALVINGS = 1100  # enough to reach any double from any bracket


def mammillary_modes(
    *, central_l: Array, clearance_l_per_h: Array, flow_l_per_h: Array, volume_l: Array, lost_per_h: Array | None = None
) -> tuple[Array, Array]:
    """Rates (1/h) and weights (1/L) of the central level after a unit bolus, each of shape (1 + n, people).

    `central_l` and `clearance_l_per_h` have shape (people,), the other arrays (n, people) for n peripheral volumes.
    The level is Σ weight · exp(-rate · t).
    """
    order = flow_l_per_h.shape[0]
    lost = np.zeros_like(flow_l_per_h) if lost_per_h is None else lost_per_h
    lost = np.where(flow_l_per_h > 0, lost, 0.0)
    exchange = flow_l_per_h / volume_l
    if order == 0:
        return (clearance_l_per_h / central_l)[None, :], (1 / central_l)[None, :]
    rank = np.argsort(exchange + lost, axis=0, kind="stable")
    sort = [np.take_along_axis(part, rank, axis=0) for part in (flow_l_per_h, exchange, lost)]
    secular = _Secular(central_l, clearance_l_per_h, *sort)
    rates, weights = np.empty((order + 1, central_l.size)), np.empty((order + 1, central_l.size))
    for gap in range(order + 1):
        rates[gap], weights[gap] = secular.root(gap)
    return rates, weights


class _Secular:
    """The function D(-x) of the module's first lines, and its roots gap by gap."""

    def __init__(self, central: Array, clearance: Array, flow: Array, exchange: Array, lost: Array) -> None:
        self.central, self.clearance, self.flow, self.exchange, self.lost = central, clearance, flow, exchange, lost
        self.pole = exchange + lost
        self.order = flow.shape[0]

    def _differences(self, origin: Array) -> tuple[Array, Array]:
        """Pole minus origin and own loss minus origin, each (n, people); exact where they meet."""
        return self.pole - origin, self.lost - origin

    def _smooth(self, x: Array, origin: Array, skip: Array) -> tuple[Array, Array]:
        """D(-(origin + x)) and its slope in x, without the pole `skip` (an index per person, -1 for none)."""
        gap, loss = self._differences(origin)
        value = self.clearance - (origin + x) * self.central
        slope = -self.central.copy()
        for i in range(self.order):
            apart = gap[i] - x
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                part = np.where(self.flow[i] > 0, self.flow[i] * (loss[i] - x) / apart, 0.0)
                fall = np.where(self.flow[i] > 0, self.flow[i] * self.exchange[i] / (apart * apart), 0.0)
            used = skip != i
            value += np.where(used, part, np.where(self.flow[i] > 0, self.flow[i], 0.0))
            slope -= np.where(used, fall, 0.0)
        return value, slope

    def _weight(self, x: Array, origin: Array) -> Array:
        """The weight 1 / D' at the root, in 1/L."""
        gap, _ = self._differences(origin)
        total = self.central.copy()
        with np.errstate(divide="ignore", over="ignore"):
            for i in range(self.order):
                apart = np.where(self.flow[i] > 0, gap[i] - x, 1.0)
                total = total + self.flow[i] * self.exchange[i] / (apart * apart)
            return np.asarray(1 / total, dtype=np.float64)

    def root(self, gap: int) -> tuple[Array, Array]:
        """Rate and weight of the one root between pole `gap - 1` (or 0) and pole `gap` (or infinity).

        A gap without width (two equal poles, or a volume without flow, whose pole was put at 0) has weight 0.
        """
        low = self.pole[gap - 1] if gap else np.zeros_like(self.central)
        if gap < self.order:
            reach = 0.5 * (self.pole[gap] - low)
            near_high = self._smooth(reach, low, np.full(low.size, -1))[0] > 0
            origin = np.where(near_high, self.pole[gap], low)
        else:
            reach = (self.clearance + self.flow.sum(axis=0)) / self.central + self.pole.max(axis=0, initial=0.0)
            near_high, origin = np.zeros(low.size, dtype=bool), low
        skip = np.where(near_high, gap, gap - 1)
        x = self._solve(origin, skip, np.where(near_high, -reach, 0.0), np.where(near_high, 0.0, reach))
        weight = np.where(reach > 0, self._weight(x, origin), 0.0)
        return np.asarray(origin + x, dtype=np.float64), weight

    def _take(self, who: NDArray[np.intp]) -> _Secular:
        return _Secular(
            self.central[who], self.clearance[who], self.flow[:, who], self.exchange[:, who], self.lost[:, who]
        )

    def _solve(self, origin: Array, skip: Array, low: Array, high: Array) -> Array:
        """Bracketed Newton on D · x (the skipped pole multiplied away); halving for the few who do not settle."""
        strength = np.zeros_like(origin)
        for i in range(self.order):
            strength = np.where(skip == i, self.flow[i] * self.exchange[i], strength)
        bare = (skip < 0) | (strength == 0)
        start, _ = self._smooth(np.zeros_like(origin), origin, skip)
        at_origin = bare & (start == 0)
        low, high = low.copy(), high.copy()
        x = np.where(at_origin, 0.0, 0.5 * (low + high))
        side = np.where(low < 0, -1.0, 1.0)
        waiting, system = np.flatnonzero(~at_origin & (high > low)), self
        for step in range(_NEWTON_STEPS + _HALVINGS):
            if waiting.size == 0:
                break
            if waiting.size < system.central.size:
                system = self._take(waiting)
            now = x[waiting]
            smooth, slope = system._smooth(now, origin[waiting], skip[waiting])
            alone = bare[waiting]
            value = np.where(alone, smooth, now * smooth + strength[waiting])
            steep = np.where(alone, slope, smooth + now * slope)
            above = np.where(alone, value, side[waiting] * value) > 0
            low[waiting] = np.where(above, now, low[waiting])
            high[waiting] = np.where(above, high[waiting], now)
            with np.errstate(divide="ignore", invalid="ignore"):
                newton = now - value / steep
            inside = (newton >= low[waiting]) & (newton <= high[waiting]) & (step < _NEWTON_STEPS)
            fresh = np.where(value == 0, now, np.where(inside, newton, 0.5 * (low[waiting] + high[waiting])))
            x[waiting] = fresh
            waiting = waiting[np.abs(fresh - now) > 4.5e-16 * np.abs(fresh)]
        return x
