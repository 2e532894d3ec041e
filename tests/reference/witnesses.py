"""The one question that every independent program is asked: three rates over an hour and a half, five times."""

from __future__ import annotations

import numpy as np

from clearhead.medicine.kinetics.doses import DoseHistory, Segment
from clearhead.medicine.kinetics.model import Model
from clearhead.medicine.kinetics.population import typical
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve

AT_H = (0.25, 0.75, 1.5, 4.0, 9.0)
PARTS_H = ((0.0, 0.5, 60.0), (0.5, 1.5, 20.0), (1.5, np.inf, 0.0))  # start, end, mg/h


def person_of(model: Model) -> Person:
    """Somebody whom the model covers, off its reference weight."""
    low, high = model.weight_kg.low, model.weight_kg.high
    age = min(30.0, model.age_years.high)
    return Person(low + 0.6 * (high - low), max(age, model.age_years.low))


def doses(model: Model) -> DoseHistory:
    """The rates as a history of the model's own drug."""
    return DoseHistory.of(
        model.drug, segments=[Segment(a * 60, b * 60, rate) for a, b, rate in PARTS_H if np.isfinite(b)]
    )


def engine_levels(model: Model) -> dict[str, list[float]]:
    """What this project's engine answers, in ng/mL."""
    names = [analyte.id for analyte in model.analytes]
    found = solve(typical(model, person_of(model)), doses(model), [at * 60 for at in AT_H], outputs=names)
    return {name: levels[:, 0].tolist() for name, levels in found.items()}
