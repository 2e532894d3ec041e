"""Step by step the pump rate that brings a share of people to a level and keeps them there, cut by every limit.

The level is linear in the rates. For each step the rate is sought at which the wanted share of people is at the level
at every minute of the step that counts, and at which no more than the allowed share passes the ceiling at any minute
of it; the pump's own step is rounded to at once, so that the next rate makes good what rounding took. The share is
counted in people, never read between two of them: somebody just below the level would need a leap within the minute.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.transitions import Spread, spread_over
from clearhead.medicine.kinetics.wish import Limit, Wish

Array = NDArray[np.float64]

PUMP_STEP_ML_PER_H = 0.1


def rates_for(people: Cascade, parent: str, wish: Wish) -> tuple[Array, set[Limit]]:
    """Rates in mL/h, in pump steps, and the limits that cut one of them."""
    looks = _Looks(people, parent, wish)
    rates, bound, given_mg = np.zeros(wish.steps), set[Limit](), 0.0
    per_pump_step = PUMP_STEP_ML_PER_H * wish.mg_per_ml
    for step in range(wish.steps):
        hours = (wish.ends_min(step) - step * wish.step_min) / 60
        left = max(0.0, wish.max_total_mg - given_mg) / hours
        wanted, room = looks.wanted(step), looks.allowed()
        limits: dict[Limit, float] = {
            "plasma ceiling": room,
            "rate ceiling": wish.max_rate_mg_per_h,
            "total dose": left,
        }
        best = max(0.0, min(wanted, *limits.values()))
        bound |= {name for name, most in limits.items() if most < wanted and most <= best + 1e-9}
        never_above = np.floor(min(wish.max_rate_mg_per_h, left) / per_pump_step + 1e-9)
        rates[step] = min(np.floor(best / per_pump_step + 0.5), never_above) * PUMP_STEP_ML_PER_H
        given_mg += rates[step] * wish.mg_per_ml * hours
        looks.go_on(rates[step] * wish.mg_per_ml)
    return rates, bound


class _Looks:
    """Sampled people at the start of a step, and what each rate would make of them at the minutes that count."""

    def __init__(self, people: Cascade, parent: str, wish: Wish) -> None:
        self.wish = wish
        self.within = wish.within_step_min()
        self.lag_min = wish.effect_equilibration_min or 0.0
        ahead = [self._due(step) for step in range(wish.steps)]
        self.minutes = np.unique(np.concatenate([self.within, *ahead]))
        self.rows = [np.searchsorted(self.minutes, due) for due in ahead]
        spread = spread_over(people, self.minutes / 60)
        aim = list(people.outputs.get("aim", people.outputs[parent]))
        self.aim, self.aim_fed = _weights(spread, aim), spread.fed[:, aim].sum(1)
        plasma, here = list(people.outputs[parent]), np.searchsorted(self.minutes, self.within)
        self.plasma, self.plasma_fed = _weights(spread, plasma)[here], spread.fed[here][:, plasma].sum(1)
        self.step = spread.steps()[int(here[-1])]
        self.state = np.zeros((people.stages, people.people))

    def _due(self, step: int) -> Array:
        """Minutes after the start of the step at which the level is due.

        Before `reach_by_min` that moment alone; afterwards every minute of the step, and for an effect site not before
        the site can follow, so that the rate does not swing.
        """
        to_go = self.wish.reach_by_min - step * self.wish.step_min
        if to_go > self.wish.step_min:
            return np.array([to_go])
        first = max(to_go, self.lag_min)
        lasts = self.wish.ends_min(step) - step * self.wish.step_min
        due = self.within[(self.within >= first) & (self.within <= lasts)]
        return np.unique([*due, first or self.within[0]]) if due.size < self.within.size else due

    def wanted(self, step: int) -> float:
        """The rate at which the wanted share of people is at or above the level whenever it is due."""
        rows = self.rows[step]
        free = np.einsum("tsp,sp->tp", self.aim[rows], self.state)
        needed = np.maximum(self.wish.level_ng_per_ml - free, 0.0) / self.aim_fed[rows]
        enough = int(np.ceil(self.wish.share * needed.shape[1] - 1e-9)) - 1
        return float(np.sort(needed, axis=1)[:, enough].max())

    def allowed(self) -> float:
        """The rate at which at most the allowed share of people passes the ceiling at some minute of the step."""
        free = np.einsum("tsp,sp->tp", self.plasma, self.state)
        most = (np.maximum(self.wish.ceiling_ng_per_ml - free, 0.0) / self.plasma_fed).min(axis=0)
        return float(np.sort(most)[int(self.wish.over_share * most.size)])

    def go_on(self, rate_mg_per_h: float) -> None:
        """To the start of the next step."""
        self.step.walk(self.state, rate_mg_per_h)


def _weights(spread: Spread, shown: list[int]) -> Array:
    """How much a unit in each stage now adds to the sum of some stages later: (times, stages, people)."""
    weights = np.zeros_like(spread.kept)
    weights[:, shown] = spread.kept[:, shown]
    later = [stage - spread.roots for stage in shown if stage >= spread.roots]
    weights[:, : spread.givers] += spread.share[:, later].sum(axis=1)
    return weights
