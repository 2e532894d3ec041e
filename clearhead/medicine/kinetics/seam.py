"""What the clinic hands to kinetics and what it gets back. Frozen: both sides are built against these shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Person:
    """Who the doses went into. None = not known; a model that needs it refuses."""

    weight_kg: float
    age_years: float | None = None
    sex: Literal["female", "male"] | None = None
    height_cm: float | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A forecast at the asked times: a quantile band over people for one model and one sampling site.

    All tuples have one entry per time. Concentrations in ng/mL of plasma. `warnings` go to the screen as they are.
    """

    model_id: str
    model_label: str  # "Kamp 2020"
    sampling_site: Literal["arterial", "venous"]
    analyte: str
    at_min: tuple[float, ...]
    low_ng_per_ml: tuple[float, ...]
    median_ng_per_ml: tuple[float, ...]
    high_ng_per_ml: tuple[float, ...]
    quantiles: tuple[float, float, float]  # (0.05, 0.5, 0.95)
    now_min: float
    basis: str  # one sentence: people, range, variability, residual, what is borrowed
    warnings: tuple[str, ...] = ()
