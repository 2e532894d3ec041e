"""What a plan for a level is asked for: the level, the times, and what may not be exceeded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import Refused

Limit = Literal["plasma ceiling", "rate ceiling", "total dose", "time to reach"]

MOST_STEPS = 5000
LONGEST_HALF_LIFE_MIN = 1440.0  # a day: no effect of ketamine lags further behind
GRID_MIN = 1.0  # a level is looked at at least this often, and at every change of rate


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted and what may not be exceeded."""

    level_ng_per_ml: float
    reach_by_min: float
    hold_until_min: float
    ceiling_ng_per_ml: float  # of plasma, also while an effect site is aimed at
    max_rate_mg_per_h: float
    max_total_mg: float
    share: float = 0.5  # of people who should be at or above the level while it is held
    over_share: float = 0.05  # of people who may pass the ceiling
    step_min: float = 5.0
    mg_per_ml: float = 1.0
    effect_equilibration_min: float | None = None  # half-life; None aims at plasma

    @property
    def steps(self) -> int:
        """How many rates; the last step ends at `hold_until_min`, maybe early."""
        return int(np.ceil(self.hold_until_min / self.step_min - 1e-9))

    def ends_min(self, step: int) -> float:
        """When a step ends."""
        return min((step + 1) * self.step_min, self.hold_until_min)

    def within_step_min(self) -> NDArray[np.float64]:
        """Minutes after the start of a step at which the level is looked at; its end is the last."""
        many = max(1, int(np.ceil(self.step_min / GRID_MIN - 1e-9)))
        return self.step_min * np.arange(1, many + 1, dtype=np.float64) / many

    def judged_at_min(self) -> NDArray[np.float64]:
        """Every moment at which a plan is judged: about every minute, each change of rate, both ends of the hold."""
        starts = self.step_min * np.arange(self.steps, dtype=np.float64)
        grid = (starts[:, None] + self.within_step_min()).ravel()
        return np.unique([*grid[grid < self.hold_until_min], self.reach_by_min, self.hold_until_min])

    def check(self) -> None:
        """Refuses what makes no sense."""
        numbers = {
            "level": self.level_ng_per_ml,
            "time to hold": self.hold_until_min - self.reach_by_min,
            "plasma ceiling": self.ceiling_ng_per_ml,
            "rate ceiling": self.max_rate_mg_per_h,
            "total dose": self.max_total_mg,
            "step": self.step_min,
            "concentration": self.mg_per_ml,
        }
        for what, value in numbers.items():
            if not (value > 0 and np.isfinite(value)):
                raise Refused(f"The {what} of {value:g} is not a number above 0.")
        self._check_times()
        if not 0 < self.share < 1 or not 0 <= self.over_share < 1:
            raise Refused("Shares of people lie between 0 and 1; certainty for everybody cannot be planned.")
        if self.ceiling_ng_per_ml <= self.level_ng_per_ml:
            raise Refused(f"The ceiling of {self.ceiling_ng_per_ml:g} ng/mL is not above the wanted level.")

    def _check_times(self) -> None:
        if self.reach_by_min < 0:
            raise Refused(f"The level cannot be reached by minute {self.reach_by_min:g}, before the first dose.")
        if self.hold_until_min / self.step_min > MOST_STEPS:
            raise Refused(
                f"{self.hold_until_min:g} min in steps of {self.step_min:g} min are more than {MOST_STEPS} steps."
            )
        half_life = self.effect_equilibration_min
        if half_life is not None and not 0 < half_life <= LONGEST_HALF_LIFE_MIN:
            most = LONGEST_HALF_LIFE_MIN
            raise Refused(f"The half-life of the effect of {half_life:g} min is not above 0 and at most {most:g}.")
