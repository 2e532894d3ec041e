"""A population in numbers: quantiles, chances, times and peaks, each with its Monte-Carlo error, layers apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import ClearheadError
from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.kinetics.extremes import extremes
from clearhead.medicine.kinetics.model import Model, load_model, model_ids
from clearhead.medicine.kinetics.people import check_doses, check_levels, check_person
from clearhead.medicine.kinetics.population import (
    EXACT_UP_TO,
    Job,
    Who,
    probability,
    quantile_error,
    quantiles,
    sample,
    simulate,
    stream_quantiles,
    typical,
)
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve

Array = NDArray[np.float64]
Range = tuple[tuple[float, ...], tuple[float, ...]]  # low and high at each time

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
COUNTED_AFTER_MIN = 24 * 60.0  # after the last dose: so long time above a level is counted
PEAKS_UP_TO = 10_000  # people for whom peaks are sought one by one


@dataclass(frozen=True, slots=True)
class Layers:
    """Three kinds of not knowing, at each time, never mixed: people, models, single measurements. ng/mL."""

    at_min: tuple[float, ...]
    between_people: Range  # 5 and 95 % of people, this model
    between_models: Range  # lowest and highest typical value
    models: tuple[str, ...]
    sites: tuple[str, ...]  # where each of them was sampled
    warnings: tuple[str, ...]  # of all of them
    between_models_of_site: dict[str, Range]  # arteries and veins apart
    single_level: Range  # 5 and 95 % of single levels of a typical person

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "between_people": [list(row) for row in self.between_people],
            "between_models": [list(row) for row in self.between_models],
            "between_models_of_site": {
                site: [list(row) for row in rows] for site, rows in self.between_models_of_site.items()
            },
            "models": list(self.models),
            "sites": dict(zip(self.models, self.sites, strict=True)),
            "warnings": list(self.warnings),
            "single_level": [list(row) for row in self.single_level],
        }

    def as_text(self) -> str:
        """For people: three lines per time, never added up."""
        lines = ["not known, in three layers (5 to 95 %, or lowest to highest typical):"]
        for k, minute in enumerate(self.at_min):
            parts = (
                f"{name} {low[k]:.4g} to {high[k]:.4g}"
                for name, (low, high) in (
                    ("people", self.between_people),
                    ("models", self.between_models),
                    ("a single measured level", self.single_level),
                )
            )
            lines.append(f"{minute:8g}   " + "; ".join(parts))
            apart = (
                f"{site} {low[k]:.4g} to {high[k]:.4g}" for site, (low, high) in self.between_models_of_site.items()
            )
            lines.append(f"{'':8}   models by site: {', '.join(apart)}")
        named = (f"{name} ({site})" for name, site in zip(self.models, self.sites, strict=True))
        return "\n".join([*lines, f"models: {', '.join(named)}"])


def layers(
    model: Model,
    person: Person,
    history: DoseHistory,
    at_min: Sequence[float],
    *,
    n: int = 1000,
    seed: int = 1,
    who: Who | None = None,
) -> Layers:
    """The layers of uncertainty about one curve; models that refuse this person or drug are left out and not named.

    `who` draws the people from a cohort; models and single levels are those of the person.
    """
    low, high = quantiles(simulate(model, who or person, history, at_min, n=n, seed=seed), (0.05, 0.95))
    middles: list[Array] = []
    used: list[Model] = []
    warnings: list[str] = []
    for model_id in model_ids():
        other = load_model(model_id)
        try:
            stretched = check_person(other, person) + check_doses(other, history)
        except ClearheadError:
            continue
        middles.append(solve(typical(other, person), history, at_min, outputs=[other.parent.id])[other.parent.id][:, 0])
        used.append(other)
        warnings += stretched
    own = solve(typical(model, person), history, at_min, outputs=[model.parent.id])[model.parent.id][:, 0]
    residual = model.parent.residual
    if residual.log_sd:
        less, more = own * np.exp(-1.645 * residual.log_sd), own * np.exp(1.645 * residual.log_sd)
    else:
        sd = np.hypot(residual.proportional_sd * own, residual.additive_ng_per_ml)
        less, more = np.maximum(own - 1.645 * sd, 0.0), own + 1.645 * sd
    of_site: dict[str, Range] = {
        site: _range([middle for middle, other in zip(middles, used, strict=True) if other.site == site])
        for site in sorted({other.site for other in used})
    }
    return Layers(
        tuple(float(t) for t in at_min), (_listed(low), _listed(high)), _range(middles),
        tuple(other.id for other in used), tuple(other.shown_site for other in used), tuple(dict.fromkeys(warnings)),
        of_site, (_listed(less), _listed(more)),
    )  # fmt: skip


def _range(middles: Sequence[Array]) -> Range:
    """Lowest and highest of several curves at each time."""
    stack = np.array(middles)
    return _listed(stack.min(axis=0)), _listed(stack.max(axis=0))


def _listed(values: Array) -> tuple[float, ...]:
    return tuple(values.tolist())


@dataclass(frozen=True, slots=True)
class Chance:
    """A level, how many people pass it, and for how long."""

    level_ng_per_ml: float
    probability: float
    error: float  # Monte-Carlo standard error
    minutes_above: tuple[float, float, float]  # 5, 50, 95 %
    minutes_within: tuple[float, float]  # 95 % Monte-Carlo interval of the median


@dataclass(frozen=True, slots=True)
class Summary:
    """What a population does under a dose history."""

    at_min: tuple[float, ...]
    quantiles: tuple[tuple[float, ...], ...]  # one row per share
    quantiles_within: tuple[Range, ...]  # 95 % Monte-Carlo interval of each row
    n: int
    people_for_peaks: int
    counted_until_min: float  # time above a level is counted from the first dose until then
    peak: tuple[float, float, float]
    peak_within: tuple[float, float]  # 95 % Monte-Carlo interval of the median
    peak_at_min: tuple[float, float, float]
    peak_at_within: tuple[float, float]
    chances: tuple[Chance, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "at_min": list(self.at_min),
            "quantiles": {f"{share:g}": list(row) for share, row in zip(SHARES, self.quantiles, strict=True)},
            "quantiles_within_95": {
                f"{share:g}": [_known(row) for row in within]
                for share, within in zip(SHARES, self.quantiles_within, strict=True)
            },
            "median_within_95": [_known(row) for row in self.quantiles_within[SHARES.index(0.5)]],
            "peak": list(self.peak),
            "peak_within_95": _known(self.peak_within),
            "peak_at_min": list(self.peak_at_min),
            "peak_at_within_95": _known(self.peak_at_within),
            "people_for_peaks": self.people_for_peaks,
            "counted_until_min": self.counted_until_min,
            "above": [
                {"level": c.level_ng_per_ml, "probability": c.probability, "standard_error": c.error,
                 "minutes": list(c.minutes_above), "minutes_within_95": _known(c.minutes_within)} for c in self.chances
            ],
        }  # fmt: skip

    def as_text(self, model: Model) -> str:
        """For people."""
        lines = [f"{model.label} ({model.shown_site}), {model.parent.id}, ng/mL, {self.n} virtual people"]
        lines.append(f"{'min':>8}" + "".join(f"{share:>18.0%}" for share in SHARES))
        for k, minute in enumerate(self.at_min):
            lines.append(f"{minute:8g}" + "".join(f"{row[k]:18.4g}" for row in self.quantiles))
            within = (_from_to(low[k], high[k]) for low, high in self.quantiles_within)
            lines.append(f"{'within':>8}" + "".join(f"{text:>18}" for text in within))
        lines.append("within: where the quantile lies with 95 % probability, given so many people; below, the median")
        if any(np.isnan(rows).any() for rows in self.quantiles_within):
            lines.append("?: too few people were drawn to say; ask for more with --n")
        lines.append(
            f"peak {_told(self.peak, self.peak_within)}, at {_told(self.peak_at_min, self.peak_at_within)} min"
        )
        for c in self.chances:
            minutes = _told(c.minutes_above, c.minutes_within)
            lines.append(f"above {c.level_ng_per_ml:g}: {c.probability:.1%} ± {c.error:.1%} of people; {minutes} min")
        if self.chances:
            after = f"{COUNTED_AFTER_MIN / 60:g} h after the last dose"
            lines.append(f"time above a level is counted until {self.counted_until_min:g} min, {after}, and not beyond")
        return "\n".join(lines)


def summarise(
    model: Model,
    who: Who,
    history: DoseHistory,
    at_min: Sequence[float],
    *,
    n: int,
    seed: int,
    levels: Sequence[float] = (),
    client: Any = None,
) -> Summary:
    """Quantiles for all n people; peaks and times above a level for the first 10,000 of them.

    `client` is a Dask client: the quantiles of more than 100,000 people are then mapped over its cluster.
    """
    check_levels(levels)
    rows, within = _bands(model, who, history, at_min, n, seed, client)
    some = min(n, PEAKS_UP_TO)
    until = history.end_min + COUNTED_AFTER_MIN
    peaks = extremes(sample(model, who, some, seed), history, model.parent.id, until_min=until, levels=levels)
    chances = []
    for level in levels:
        share, error = probability(peaks.peak_ng_per_ml > level)
        chances.append(
            Chance(level, share, error, _three(peaks.minutes_above[level]), _within(peaks.minutes_above[level]))
        )
    return Summary(
        tuple(float(t) for t in at_min), tuple(_listed(row) for row in rows), within, n, some, until,
        _three(peaks.peak_ng_per_ml), _within(peaks.peak_ng_per_ml), _three(peaks.peak_at_min),
        _within(peaks.peak_at_min), tuple(chances),
    )  # fmt: skip


def _bands(
    model: Model, who: Who, history: DoseHistory, at_min: Sequence[float], n: int, seed: int, client: Any
) -> tuple[Array, tuple[Range, ...]]:
    """Quantiles, and where each truly lies with 95 % probability: between two order statistics."""
    if n <= EXACT_UP_TO:
        found = simulate(model, who, history, at_min, n=n, seed=seed)
        errors = [quantile_error(found, share) for share in SHARES]
        return quantiles(found, SHARES), tuple((_listed(low), _listed(high)) for low, high in errors)
    job = Job(model, who, history, tuple(float(t) for t in at_min), n, seed, model.parent.id)
    reach = 1.96 * np.sqrt(np.array(SHARES) * (1 - np.array(SHARES)) / n)
    rows, low, high = stream_quantiles(job, [*SHARES, *(SHARES - reach), *(SHARES + reach)], client=client).reshape(
        3, len(SHARES), -1
    )
    return rows, tuple((_listed(a), _listed(b)) for a, b in zip(low, high, strict=True))


def _told(values: tuple[float, float, float], within: tuple[float, float]) -> str:
    """A median with its spread between people and its Monte-Carlo interval."""
    return f"{values[1]:.4g} ({values[0]:.4g} to {values[2]:.4g}; within {_from_to(*within)})"


def _from_to(low: float, high: float) -> str:
    """An interval; “?” where too few people were drawn to say."""
    return " to ".join("?" if np.isnan(end) else f"{end:.4g}" for end in (low, high))


def _known(ends: Sequence[float]) -> list[float | None]:
    """For JSON: nothing where too few people were drawn to say."""
    return [None if np.isnan(end) else end for end in ends]


def _three(values: Array) -> tuple[float, float, float]:
    low, median, high = (float(np.quantile(values, share)) for share in (0.05, 0.5, 0.95))
    return low, median, high


def _within(values: Array) -> tuple[float, float]:
    low, high = quantile_error(values[None, :], 0.5)
    return float(low[0]), float(high[0])
