"""Dose plans side by side and models side by side: what “40 to 60 minutes” and “3 to 5 hours” mean in the blood.

Takes plain plans (label, doses, assumption); it knows nothing of where they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import Missing
from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.kinetics.extremes import extremes
from clearhead.medicine.kinetics.forecast import ARTERIAL_DEFAULT, BAND, VENOUS_DEFAULT
from clearhead.medicine.kinetics.model import Model, load_model
from clearhead.medicine.kinetics.people import check_amount, check_doses, check_levels, check_person
from clearhead.medicine.kinetics.population import probability, quantiles, sample, simulate
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve

Array = NDArray[np.float64]
Span = tuple[float, float, float]  # 5, 50 and 95 % of people

WATCHED = (50.0, 100.0)  # lowest level with measurable effects (Bowdle 1998); lowest of dissociation (Zanos 2018)
OVERSHOOT = 200.0  # a chosen mark within the 100 to 250 ng/mL of dissociation, no limit of anybody
TAIL_MIN = 48 * 60.0
SHOWN_AT = 160


@dataclass(frozen=True, slots=True)
class DosePlan:
    """What is compared: a label, the doses, and the sentence that says on what the doses rest."""

    label: str
    doses: DoseHistory
    assumption: str
    group: str = ""  # plans of one group are drawn in one panel; the first of them with its band
    span: str = ""  # “40 to 60 minutes”, as a clinic words it


@dataclass(frozen=True, slots=True)
class Row:
    """One plan under one model. Levels in ng/mL, exposure in ng·h/mL, times in minutes from the start."""

    plan: DosePlan
    model_label: str
    sampling_site: str
    analyte: str
    mg: float
    minutes: float
    peak: Span
    peak_at_min: float
    exposure: Span
    minutes_above: dict[float, float]  # median
    overshoot: float  # share of people whose peak passes the mark
    overshoot_error: float
    minutes_to_fall: Span  # from the end of the doses until below the lowest watched level, for good
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """The band of one plan under one model, for drawing."""

    plan: DosePlan
    model_label: str
    sampling_site: str
    at_min: tuple[float, ...]
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows and curves, for how many people, of which weight, with which mark."""

    rows: tuple[Row, ...]
    curves: tuple[Curve, ...]
    person: Person
    n: int
    seed: int
    watched: tuple[float, ...]
    mark: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """Where a model is stretched, each once."""
        return tuple(dict.fromkeys(warning for row in self.rows for warning in row.warnings))


def compare(
    plans: Sequence[DosePlan],
    person: Person,
    *,
    models: Sequence[str] = (ARTERIAL_DEFAULT, VENOUS_DEFAULT),
    n: int = 500,
    seed: int = 1,
    watched: Sequence[float] = WATCHED,
    mark: float = OVERSHOOT,
) -> Comparison:
    """Every plan under every model."""
    if not plans:
        raise Missing("Dose plans", "there is nothing to compare.")
    check_levels((*watched, mark))
    rows, curves = [], []
    for plan in plans:
        for model_id in models:
            model = load_model(model_id)
            rows.append(_row(plan, model, person, n, seed, tuple(watched), mark))
            curves.append(_curve(plan, model, person, n, seed))
    return Comparison(tuple(rows), tuple(curves), person, n, seed, tuple(watched), mark)


def _row(
    plan: DosePlan, model: Model, person: Person, n: int, seed: int, watched: tuple[float, ...], mark: float
) -> Row:
    warnings = check_person(model, person) + check_doses(model, plan.doses)
    warnings += check_amount(plan.doses, person.weight_kg)
    name, end = model.parent.id, plan.doses.end_min
    people = sample(model, person, n, seed).only([name])
    found = extremes(people, plan.doses, name, until_min=end + TAIL_MIN, levels=watched)
    area = solve(people.with_exposure("exposure", name), plan.doses, [end + 100 * TAIL_MIN], outputs=["exposure"])
    fall = np.maximum(found.below_from_min[min(watched)] - end, 0.0)
    share, error = probability(found.peak_ng_per_ml > mark)
    return Row(
        plan, model.label, model.site, model.shown_name(model.parent, plan.doses.drug_form), plan.doses.total_mg, end,
        _span(found.peak_ng_per_ml), float(np.median(found.peak_at_min)), _span(area["exposure"][0]),
        {level: float(np.median(minutes)) for level, minutes in found.minutes_above.items()},
        share, error, _span(fall), warnings,
    )  # fmt: skip


def _span(values: Array) -> Span:
    low, median, high = (float(np.quantile(values, share)) for share in BAND)
    return low, median, high


def _curve(plan: DosePlan, model: Model, person: Person, n: int, seed: int) -> Curve:
    end = plan.doses.end_min
    edges = [edge for s in plan.doses.segments for edge in (s.start_min, s.end_min)]
    tail = 6 * 60 if end <= 12 * 60 else 24 * 60
    times = sorted({*np.linspace(0, end + tail, SHOWN_AT).tolist(), *edges})
    low, median, high = quantiles(simulate(model, person, plan.doses, times, n=n, seed=seed), BAND)
    return Curve(
        plan, model.label, model.site, tuple(times), tuple(low.tolist()), tuple(median.tolist()), tuple(high.tolist())
    )


def table(found: Comparison) -> str:
    """The comparison as text, one line per plan and model."""
    lowest = min(found.watched)
    above = [f"min > {level:g}" for level in found.watched]
    head = ["plan", "model", "mg", "peak ng/mL (5-95 %)", "at min", "exposure ng·h/mL", *above]
    head += [f"peak > {found.mark:g}", f"min to fall below {lowest:g}"]
    lines = [head]
    for row in found.rows:
        lines.append([
            row.plan.label, f"{row.model_label} ({row.sampling_site})", f"{row.mg:.0f}", _shown(row.peak, 0),
            f"{row.peak_at_min:.0f}", _shown(row.exposure, 0),
            *(f"{row.minutes_above[level]:.0f}" for level in found.watched),
            f"{row.overshoot:.0%} ± {row.overshoot_error:.0%}", _shown(row.minutes_to_fall, 0),
        ])  # fmt: skip
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    assumptions = dict.fromkeys(f"{row.plan.group or row.plan.label}: {row.plan.assumption}" for row in found.rows)
    foot = (
        f"{found.n} virtual people of {found.person.weight_kg:g} kg, seed {found.seed}; median (5 to 95 % of people)."
    )
    return "\n".join(
        [*text, "", foot, *(f"  {line}" for line in assumptions), *(f"  ! {line}" for line in found.warnings)]
    )


def _shown(span: Span, digits: int) -> str:
    low, median, high = (f"{value:.{digits}f}" for value in span)
    return f"{median} ({low}-{high})"
