"""Published levels against every model: hits and misses alike, and which model was fitted on which data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from clearhead.medicine.errors import ClearheadError
from clearhead.medicine.kinetics.dose_list import read_doses
from clearhead.medicine.kinetics.doses import DoseHistory, DrugForm
from clearhead.medicine.kinetics.forecast import ARTERIAL_DEFAULT, VENOUS_DEFAULT
from clearhead.medicine.kinetics.model import Model, load_model, model_ids
from clearhead.medicine.kinetics.population import typical
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve

MEASURED = Path(__file__).with_name("measured_levels.json")
AGE_YEARS = 30.0  # of the volunteers; only a model that asks for it reads it
UNJUDGED = "no figure: its people are children, and no level of theirs is among these"
MEDIAN_LIMIT, FOLD_LIMIT, MIXING_MIN = 0.20, 1.7, 10.0


@dataclass(frozen=True, slots=True)
class Level:
    """One published level."""

    at_min: float
    analyte: str
    ng_per_ml: float
    statistic: str
    sd_ng_per_ml: float | None
    reading_error: float | None


@dataclass(frozen=True, slots=True)
class Study:
    """One published arm: who, what was given, what was measured."""

    id: str
    label: str
    drug: DrugForm
    site: str
    weight_kg: float
    doses: tuple[Mapping[str, float], ...]
    source: str
    fitted_on_it: tuple[str, ...]
    counts: bool  # fit to judge a model by
    read_at_source: bool
    assumed: tuple[str, ...]
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Prediction:
    """One level beside what a model says."""

    study: Study
    level: Level
    model_id: str
    predicted_ng_per_ml: float
    fitted_on_it: bool

    @property
    def error(self) -> float:
        """Relative error of the prediction."""
        return self.predicted_ng_per_ml / self.level.ng_per_ml - 1


@dataclass(frozen=True, slots=True)
class Score:
    """A model against the levels of one site."""

    model_id: str
    site: str
    analytes: str
    n: int
    independent: int  # levels of studies the model was not fitted on
    median_error: float
    median_absolute_error: float
    worst: float
    outside_fold: int


@cache
def studies() -> tuple[Study, ...]:
    """All published arms."""
    return tuple(_study(item) for item in json.loads(MEASURED.read_text(encoding="utf-8")))


def _study(item: dict[str, Any]) -> Study:
    levels = tuple(
        Level(
            float(one["at_min"]), one["analyte"], float(one["ng_per_ml"]), one["statistic"], one.get("sd_ng_per_ml"),
            one["reading_error_pct"] / 100 if "reading_error_pct" in one else None,
        )
        for one in item["levels"]
    )  # fmt: skip
    return Study(
        item["id"], item["label"], item["drug"], item["site"], float(item["weight_kg"]), tuple(item["doses"]),
        item["source"], tuple(item["fitted_on_it"]), item["counts"], item["read_at_source"], tuple(item["assumed"]),
        levels,
    )  # fmt: skip


def curve(model: Model, study: Study, analyte: str, at_min: Sequence[float]) -> list[float] | None:
    """The typical curve of a model in a study, or None where the model has no such analyte or refuses the person.

    An enantiomer measured after the racemate is run as half the dose; R + S after the racemate as one drug.
    """
    wanted = "norketamine" if "norketamine" in analyte else "ketamine"
    found = [one.id for one in model.analytes if one.id.removeprefix("S-") == wanted]
    weight = study.weight_kg
    if not found or not model.weight_kg.low <= weight <= model.weight_kg.high or not _adult(model):
        return None
    halved = study.drug == "racemic" and analyte.startswith("S-")
    form: DrugForm = "S" if halved else study.drug
    if form not in model.runs:
        return None
    doses = read_doses(list(study.doses), weight, form)
    levels = solve(typical(model, Person(weight, AGE_YEARS)), doses, list(at_min), outputs=found)[found[0]][:, 0]
    return [float(level) * (0.5 if halved else 1.0) for level in levels]


def _adult(model: Model) -> bool:
    return model.age_years.low <= AGE_YEARS <= model.age_years.high


def predictions() -> list[Prediction]:
    """Every model against every level it has an opinion on."""
    result = []
    for model_id in model_ids():
        model = load_model(model_id)
        for study in studies():
            for level in study.levels:
                try:
                    predicted = curve(model, study, level.analyte, [level.at_min])
                except ClearheadError:
                    predicted = None
                if predicted is not None:
                    fitted = model_id in study.fitted_on_it
                    result.append(Prediction(study, level, model_id, predicted[0], fitted))
    return result


def scores(found: Sequence[Prediction]) -> list[Score]:
    """Per model, site and substance, over the levels that count."""
    result = []
    for model_id in model_ids():
        for site in ("arterial", "venous"):
            for name in ("ketamine", "norketamine"):
                some = [p for p in found if p.model_id == model_id and p.study.site == site and p.study.counts]
                some = [p for p in some if ("norketamine" in p.level.analyte) == (name == "norketamine")]
                if some:
                    result.append(score(model_id, site, name, some))
    return result


def score(model_id: str, site: str, analytes: str, some: Sequence[Prediction]) -> Score:
    """The figures of one group of predictions."""
    errors = [p.error for p in some]
    outside = [p for p in some if not 1 / FOLD_LIMIT <= 1 + p.error <= FOLD_LIMIT and p.level.at_min >= MIXING_MIN]
    return Score(
        model_id, site, analytes, len(some), sum(not p.fitted_on_it for p in some), median(errors),
        median(map(abs, errors)), max(errors, key=abs), len(outside),
    )  # fmt: skip


def unjudged(found: Sequence[Prediction]) -> list[Model]:
    """Models of children: none of the published levels here is of their people."""
    seen = {one.model_id for one in scores(found)}
    return [load_model(model_id) for model_id in model_ids() if model_id not in seen]


def judged(found: Sequence[Prediction]) -> list[tuple[Score, bool]]:
    """The two default models at their own site, all substances together, and whether they pass."""
    result = []
    for model_id in (ARTERIAL_DEFAULT, VENOUS_DEFAULT):
        site = load_model(model_id).site
        some = [p for p in found if p.model_id == model_id and p.study.site == site and p.study.counts]
        one = score(model_id, site, "all", some)
        result.append((one, one.median_absolute_error <= MEDIAN_LIMIT and one.outside_fold == 0))
    return result


def site_note(one: Score) -> str:
    """Whether the levels are of the model's own site, and whether anybody read that site."""
    model = load_model(one.model_id)
    note = "" if model.site == one.site else "other site than the model"
    return note if model.site_basis == "stated" else f"{note} (its site, {model.site}, is assumed)".strip()


def table() -> str:
    """The validation table as text."""
    found = predictions()
    lines = [
        f"{'model':22}{'site':10}{'substance':13}{'n':>4}{'indep.':>8}{'median':>9}{'median |err|':>14}{'worst':>8}"
    ]
    for one in scores(found):
        lines.append(
            f"{one.model_id:22}{one.site:10}{one.analytes:13}{one.n:4}{one.independent:8}{one.median_error:+9.0%}"
            f"{one.median_absolute_error:14.0%}{one.worst:+8.0%}  {site_note(one)}".rstrip()
        )
    lines += [f"{model.id:22}{model.shown_site:18}{UNJUDGED}" for model in unjudged(found)]
    lines.append("")
    for one, passed in judged(found):
        lines.append(
            f"{one.model_id} on {one.n} {one.site} levels: median absolute error {one.median_absolute_error:.0%} "
            f"(limit {MEDIAN_LIMIT:.0%}), {one.outside_fold} outside {FOLD_LIMIT}-fold: {'pass' if passed else 'FAIL'}"
        )
    return "\n".join(lines)


def history_of(study: Study) -> DoseHistory:
    """The doses of a study as given."""
    return read_doses(list(study.doses), study.weight_kg, study.drug)
