"""A forecast kept ready at the chair: states stored at one moment, answers for any later rate by sums.

The level is linear in the doses, so for fixed display times each person needs two sets of numbers: what the stored
state becomes, and what one mg/h held from now on adds. A new rate, a pause or a bolus is then a sum; nothing is
integrated again. A correction in the past starts anew from time zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import OutOfRange, Refused
from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.doses import DoseHistory, DrugForm
from clearhead.medicine.kinetics.extremes import advance, extremes
from clearhead.medicine.kinetics.forecast import BAND, basis_of, given_until
from clearhead.medicine.kinetics.model import load_model
from clearhead.medicine.kinetics.people import check_doses, check_person
from clearhead.medicine.kinetics.population import probability, quantiles, sample
from clearhead.medicine.kinetics.seam import Band, Person
from clearhead.medicine.kinetics.transitions import spread_over

Array = NDArray[np.float64]

NOT_A_CLOCK = (
    "Not a sobriety clock: minutes until a level is crossed say nothing about fitness to leave, to drive or to decide. "
    "Discharge rests on the person seen."
)


@dataclass(frozen=True, slots=True)
class Chairside:
    """Everything needed to answer “what if the rate were …” for one person, model and set of display times."""

    band: Band  # of the state alone: what happens if nothing more is given
    ahead_min: Array  # display times after now
    carried: Array  # (times, people): level from the stored state
    held: Array  # (times, people): level from 1 mg/h held since now
    jumped: Array  # (times, people): level from 1 mg given now
    drug_form: DrugForm

    def at_rate(self, rate_mg_per_h: float, *, bolus_mg: float = 0.0) -> Band:
        """The band if this rate runs from now on (and a bolus is given now). A sum, a fraction of a millisecond."""
        if rate_mg_per_h < 0 or bolus_mg < 0:
            raise OutOfRange("rate or bolus", min(rate_mg_per_h, bolus_mg), "mg/h or mg", 0, "any", "the pump")
        levels = self.carried + rate_mg_per_h * self.held
        if bolus_mg:
            levels += bolus_mg * self.jumped
        ordered = np.sort(levels, axis=1)
        ranks = [share * (levels.shape[1] - 1) for share in BAND]
        low, median, high = (tuple(_at_rank(ordered, rank).tolist()) for rank in ranks)
        return replace(self.band, low_ng_per_ml=low, median_ng_per_ml=median, high_ng_per_ml=high)


def prepare(
    history: DoseHistory,
    person: Person,
    model_id: str,
    *,
    now_min: float,
    ahead_min: Sequence[float],
    n: int = 200,
    seed: int = 1,
) -> Chairside:
    """Runs the doses given so far once, stores each person's state, and prepares the times (minutes after now)."""
    model = load_model(model_id)
    given = given_until(history, now_min)
    warnings = check_person(model, person) + check_doses(model, given)
    name = model.parent.id
    cascade = sample(model, person, n, seed).only([name])
    state = state_at(cascade, given, now_min)
    ahead = np.asarray(ahead_min, dtype=np.float64)
    spread = spread_over(cascade, np.maximum(ahead, 0.0) / 60)
    carried = np.einsum("tsp,sp->tp", spread.kept, state)
    jumped = np.einsum("tsp,sp->tp", spread.kept, cascade.feed)
    held = spread.fed.sum(axis=1)
    low, median, high = quantiles(carried, BAND)
    band = Band(
        model.id, model.label, model.site, model.shown_name(model.parent, history.drug_form),
        tuple(float(now_min + t) for t in ahead), tuple(low.tolist()), tuple(median.tolist()), tuple(high.tolist()),
        BAND, float(now_min), basis_of(model, n), warnings,
    )  # fmt: skip
    return Chairside(band, ahead, carried, held, jumped, history.drug_form)


def _at_rank(ordered: Array, rank: float) -> Array:
    """Between two order statistics of each row."""
    below = int(rank)
    above = min(below + 1, ordered.shape[1] - 1)
    return np.asarray(ordered[:, below] + (rank - below) * (ordered[:, above] - ordered[:, below]))


def state_at(cascade: Cascade, history: DoseHistory, now_min: float) -> Array:
    """Every person's stages at a moment, after what was given by then."""
    state = np.zeros((cascade.stages, cascade.people))
    edges = {0.0, now_min} | {b.at_min for b in history.boluses if b.at_min <= now_min}
    edges |= {edge for s in history.segments for edge in (s.start_min, s.end_min) if edge <= now_min}
    marks = sorted(edges)
    for start, end in zip(marks, [*marks[1:], marks[-1]], strict=True):
        state[: cascade.roots] += cascade.feed * sum(b.mg for b in history.boluses if b.at_min == start)
        if end > start:
            middle = 0.5 * (start + end)
            rate = sum(s.rate_mg_per_h for s in history.segments if s.start_min < middle < s.end_min)
            state = advance(cascade, state, rate, np.full(cascade.people, (end - start) / 60))
    return state


@dataclass(frozen=True, slots=True)
class MinutesUntil:
    """When a level is fallen below for good: quantiles over people, in minutes from now."""

    level_ng_per_ml: float
    low_min: float
    median_min: float
    high_min: float
    already_below: float  # share of people
    already_below_error: float  # Monte-Carlo standard error
    note: str
    warnings: tuple[str, ...] = ()  # where the model is stretched


def minutes_until_below(
    history: DoseHistory,
    plan: DoseHistory,
    person: Person,
    model_id: str,
    *,
    level_ng_per_ml: float,
    now_min: float,
    n: int = 300,
    seed: int = 1,
    horizon_h: float = 48.0,
) -> MinutesUntil:
    """Minutes from now until the level stays below the chosen one, given the plan. Not a sobriety clock."""
    if not level_ng_per_ml > 0:
        raise OutOfRange("level", level_ng_per_ml, "ng/mL", "above 0", "any", "the question asked")
    model = load_model(model_id)
    doses = given_until(history, now_min) + plan
    warnings = check_person(model, person) + check_doses(model, doses)
    until = max(doses.end_min, now_min) + horizon_h * 60
    found = extremes(sample(model, person, n, seed), doses, model.parent.id, until_min=until, levels=(level_ng_per_ml,))
    wait = np.maximum(found.below_from_min[level_ng_per_ml] - now_min, 0.0)
    low, median, high = (float(np.sort(wait)[round(share * (n - 1))]) for share in BAND)
    share, error = probability(wait == 0)
    if not np.isfinite(median):
        raise Refused(
            f"Half of the people are still above {level_ng_per_ml:g} ng/mL {horizon_h:g} h after the last dose."
        )
    return MinutesUntil(level_ng_per_ml, low, median, high, share, error, NOT_A_CLOCK, warnings)
