"""For the chair: what was given so far and what is planned → a band, for one model and one sampling site at a time.

A planning aid, not a sobriety clock: no forecast is an input to discharge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from clearhead.medicine.errors import OutOfRange, Refused
from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.kinetics.model import Model, load_model
from clearhead.medicine.kinetics.people import check_doses, check_person
from clearhead.medicine.kinetics.population import quantiles, simulate
from clearhead.medicine.kinetics.seam import Band, Person

ARTERIAL_DEFAULT = "kamp-2020"
VENOUS_DEFAULT = "otto-2021"
BAND = (0.05, 0.5, 0.95)
DEFAULT_PEOPLE = 500


def forecast(
    history: DoseHistory,
    plan: DoseHistory,
    person: Person,
    model_id: str,
    *,
    now_min: float,
    at_min: Sequence[float],
    n: int = DEFAULT_PEOPLE,
    seed: int = 1,
    analyte: str | None = None,
) -> Band:
    """The level of the drug given, in ng/mL, as a band over people who differ as the model says people differ.

    `history` is what was given until `now_min`, `plan` what is meant to follow; both count minutes from the same
    zero. A rate still running is cut at `now_min`: what follows is the plan's. Nothing is carried over from an earlier
    call, so a dose corrected in the past changes the whole curve.
    """
    model = load_model(model_id)
    _check_times(plan, now_min, at_min)
    doses = given_until(history, now_min) + plan
    warnings = check_person(model, person) + check_doses(model, doses)
    wanted = model.parent if analyte is None else model.analyte(analyte)
    levels = simulate(model, person, doses, at_min, n=n, seed=seed, analyte=wanted.id)
    low, median, high = quantiles(levels, BAND)
    return Band(
        model_id=model.id,
        model_label=model.label,
        sampling_site=model.site,
        analyte=model.shown_name(wanted, doses.drug_form),
        at_min=tuple(float(t) for t in at_min),
        low_ng_per_ml=tuple(low.tolist()),
        median_ng_per_ml=tuple(median.tolist()),
        high_ng_per_ml=tuple(high.tolist()),
        quantiles=BAND,
        now_min=float(now_min),
        basis=basis_of(model, n),
        warnings=warnings,
    )


def forecast_both_sites(
    history: DoseHistory,
    plan: DoseHistory,
    person: Person,
    *,
    now_min: float,
    at_min: Sequence[float],
    n: int = DEFAULT_PEOPLE,
    seed: int = 1,
) -> tuple[Band, Band]:
    """The arterial and the venous band together: the two differ up to twofold at the end of a short infusion."""
    arterial, venous = (
        forecast(history, plan, person, model_id, now_min=now_min, at_min=at_min, n=n, seed=seed)
        for model_id in (ARTERIAL_DEFAULT, VENOUS_DEFAULT)
    )
    return arterial, venous


def given_until(history: DoseHistory, now_min: float) -> DoseHistory:
    """What had been given by `now_min`: a rate still running is cut there, later entries are left out."""
    cut = [replace(s, end_min=min(s.end_min, now_min)) for s in history.segments if s.start_min < now_min]
    boluses = [bolus for bolus in history.boluses if bolus.at_min <= now_min]
    return DoseHistory.of(history.drug_form, segments=cut, boluses=boluses)


def basis_of(model: Model, n: int) -> str:
    """One sentence for the screen: who, how different, what is borrowed, what is left out."""
    spread = (
        f"variability borrowed from {model.variability_borrowed_from}"
        if model.variability_borrowed_from
        else ("variability between people as published")
    )
    return (
        f"{model.label} ({model.shown_site}; {model.people}); {spread}; 90 % of {n} virtual people lie within the "
        "band; "
        f"the scatter of single measured levels and the spread between models come on top. {model.reference}"
    )


def _check_times(plan: DoseHistory, now_min: float, at_min: Sequence[float]) -> None:
    if not at_min or not np.all(np.isfinite(at_min)) or min(at_min) < 0:
        raise OutOfRange("forecast time", list(at_min), "min", 0, "any finite number of", "the zero of the history")
    early = [s.start_min for s in plan.segments] + [b.at_min for b in plan.boluses]
    if early and min(early) < now_min:
        raise Refused(
            f"The plan starts at {min(early):g} min, before now ({now_min:g} min): what is past was given, not planned."
        )
