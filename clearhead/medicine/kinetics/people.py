"""From a person to a model's parameters: range first, then covariates, then the deviation from the typical."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import Missing, OutOfRange, Refused
from clearhead.medicine.kinetics.doses import DoseHistory, DrugForm
from clearhead.medicine.kinetics.model import Model, Parameter, Range
from clearhead.medicine.kinetics.seam import Person

Array = NDArray[np.float64]

REFERENCE_KG = 70.0
WEIGHT_SCALES_PART_KG = 120.0
PLAUSIBLE = Path(__file__).with_name("plausible.toml")


@dataclass(frozen=True, slots=True)
class Bodies:
    """Covariates of several people, one entry each; age is NaN where it is not known."""

    weight_kg: Array
    age_years: Array

    @classmethod
    def of(cls, person: Person, n: int = 1) -> Bodies:
        """The same person n times."""
        age = np.nan if person.age_years is None else person.age_years
        return cls(np.full(n, float(person.weight_kg)), np.full(n, float(age)))

    def __getitem__(self, who: slice) -> Bodies:
        return Bodies(self.weight_kg[who], self.age_years[who])


def check_person(model: Model, person: Person) -> tuple[str, ...]:
    """Warnings where the model is stretched; refuses outside its range and where a needed fact is missing."""
    inside("weight", person.weight_kg, "kg", model.weight_kg, model)
    warnings = []
    if model.site_basis == "assumption":
        warnings.append(f"{model.label}: the sampling site was not read in the paper; {model.site} is assumed.")
    if person.age_years is None:
        if model.needs_age:
            raise Missing("Age", f"{model.label} covers {model.age_years.low:g} to {model.age_years.high:g} years.")
        warnings.append(
            f"{model.label}: age not given; the model covers {model.age_years.low:g} to {model.age_years.high:g} years."
        )
    else:
        inside("age", person.age_years, "years", model.age_years, model)
        warnings += stretched("age", person.age_years, "years", model.studied_age_years, model)
    warnings += stretched("weight", person.weight_kg, "kg", model.studied_weight_kg, model)
    if person.weight_kg > WEIGHT_SCALES_PART_KG:
        warnings.append(
            f"{model.label}: above {WEIGHT_SCALES_PART_KG:g} kg published models scale weight differently and disagree."
        )
    return tuple(warnings)


def check_doses(model: Model, history: DoseHistory) -> tuple[str, ...]:
    """Warnings about form and length of the infusion; refuses a form the model cannot run."""
    how = model.runs.get(history.drug_form)
    if how is None:
        forms = ", ".join(f"{form} ({way})" for form, way in model.runs.items())
        raise Refused(f"{model.label} cannot run {history.drug_form} ketamine. It runs: {forms}.")
    warnings = []
    if how == "as one drug":
        warnings.append(
            f"{model.label} was fitted on {_drug(model.drug)}; {_drug(history.drug_form)} is run as one drug with the "
            "same numbers. R-ketamine is cleared 10 to 15 % more slowly than S-ketamine (Wang 2019)."
        )
    if history.segments and history.end_min > model.max_hours * 60:
        warnings.append(
            f"{model.label}: {history.end_min / 60:g} h is longer than the {model.max_hours:g} h of infusion it rests "
            "on; show the spread between models, not one line."
        )
    return tuple(warnings)


def check_amount(history: DoseHistory, weight_kg: float) -> tuple[str, ...]:
    """A warning where more is given within an hour than any label names at once: a wrong unit is likelier."""
    most = _most_in_an_hour_mg_per_kg()
    given = history.most_mg_within(60.0) / weight_kg
    if given <= most:
        return ()
    return (f"{given:.3g} mg/kg within an hour is more than the {most:g} mg/kg of anaesthesia: check amount and unit.",)


def check_levels(levels: Sequence[float]) -> None:
    """Refuses levels that nobody can be above or below."""
    odd = [level for level in levels if not 0 < level < math.inf]
    if odd:
        told = ", ".join(f"{level:g}" for level in odd)
        raise Refused(f"Levels to compare with are finite and lie above 0 ng/mL; {told} does not.")


@cache
def _most_in_an_hour_mg_per_kg() -> float:
    return float(tomllib.loads(PLAUSIBLE.read_text(encoding="utf-8"))["most_in_an_hour"]["mg_per_kg"])


def _drug(form: DrugForm) -> str:
    return "racemic ketamine" if form == "racemic" else f"{form}-ketamine"


def inside(what: str, value: float, unit: str, limits: Range, model: Model) -> None:
    """Refuses a number outside the range that a model covers."""
    if not limits.low <= value <= limits.high:
        basis = "" if limits.basis == "published" else f" ({limits.basis})"
        raise OutOfRange(what, value, unit, limits.low, limits.high, f"{model.label}, {model.reference}{basis}")


def stretched(what: str, value: float, unit: str, studied: Range | None, model: Model) -> list[str]:
    """A warning where a number is allowed and was not among the people studied."""
    if studied is None or studied.low <= value <= studied.high:
        return []
    return [
        f"{model.label}: {what} of {value:g} {unit} lies outside the {studied.low:g} to {studied.high:g} {unit} "
        f"studied ({studied.basis}); the curve is an extrapolation."
    ]


def parameters_of(model: Model, bodies: Bodies, deviations: Mapping[str, Array] | None = None) -> dict[str, Array]:
    """Each parameter for each person: typical value, covariates, then times exp(deviation)."""
    drawn = deviations or {}
    return {name: _value(parameter, bodies, drawn) for name, parameter in model.parameters.items()}


def _value(parameter: Parameter, bodies: Bodies, deviations: Mapping[str, Array]) -> Array:
    value = np.full(bodies.weight_kg.shape, parameter.value)
    if parameter.per_year_above:
        slope, above = parameter.per_year_above
        value = value + slope * np.maximum(0.0, bodies.age_years - above)
    if parameter.per_kg:
        value = value * bodies.weight_kg
    elif parameter.weight_exponent == 1.0:
        value = value * (bodies.weight_kg / REFERENCE_KG)
    elif parameter.weight_exponent:
        value = value * (bodies.weight_kg / REFERENCE_KG) ** parameter.weight_exponent
    deviation = deviations.get(parameter.shared_with or parameter.name)
    return np.asarray(value if deviation is None else value * np.exp(deviation), dtype=np.float64)
