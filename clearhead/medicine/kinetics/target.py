"""A planning bench for staff: bounded pump rates that reach and hold a level for a stated share of sampled people.

Labelled on every answer: no validated level exists for migraine relief. Nothing here talks to a pump.

Rates are found on few people (`rates.py`). A second set of people tells whether few were sampled too kindly, and the
plan is judged on a third, fresh set: at every minute from `reach_by_min` to `hold_until_min`, both included, not only
where a step ends, since after a cut of the rate a level falls first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.doses import DoseHistory, DrugForm, Segment
from clearhead.medicine.kinetics.model import Model, load_model
from clearhead.medicine.kinetics.people import check_doses, check_person
from clearhead.medicine.kinetics.population import sample
from clearhead.medicine.kinetics.rates import rates_for
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve
from clearhead.medicine.kinetics.wish import Limit, Wish

__all__ = ["NO_VALIDATED_LEVEL", "Plan", "Wish", "plan_target"]

Array = NDArray[np.float64]

NO_VALIDATED_LEVEL = "No validated level exists for migraine relief. A planning bench for staff; never a pump command."
FRESH_PEOPLE = 2000
TUNING_PEOPLE, TUNING_ROUNDS = 400, 5
NUMBERS_AT_ONCE = 4_000_000  # levels in memory while a plan is judged


@dataclass(frozen=True, slots=True)
class Plan:
    """The rounded rates and how they fared on fresh people."""

    doses: DoseHistory
    rates_ml_per_h: tuple[float, ...]
    feasible: bool
    binding: tuple[Limit, ...]
    says: str
    total_mg: float
    share_held: float  # of people at or above the level, at the worst minute of the hold
    share_held_error: float
    worst_at_min: float
    share_over_ceiling: float
    share_over_ceiling_error: float
    fresh_people: int
    label: str
    warnings: tuple[str, ...]


def plan_target(
    wish: Wish,
    person: Person,
    model_id: str,
    *,
    drug_form: DrugForm = "racemic",
    n: int = 50,
    seed: int = 1,
    fresh: int = FRESH_PEOPLE,
) -> Plan:
    """Rates step by step for the wish, or what stands in the way."""
    wish.check()
    model = load_model(model_id)
    probe = DoseHistory.of(drug_form, segments=[Segment(0, wish.hold_until_min, 1.0)])
    warnings = check_person(model, person) + check_doses(model, probe)
    name = model.parent.id
    people = _aimed(sample(model, person, n, seed).only([name]), model, wish)
    tuning = _aimed(sample(model, person, TUNING_PEOPLE, seed + 500_009).only([name]), model, wish)
    asked = wish
    for _ in range(TUNING_ROUNDS):
        ml_per_h, bound = rates_for(people, name, asked)
        doses = _history(drug_form, ml_per_h * wish.mg_per_ml, wish)
        fared = _fared(tuning, name, doses, wish)
        short = wish.share - fared.held
        if short <= 0 or fared.over >= wish.over_share:
            break
        asked = replace(asked, share=min(0.995, asked.share + max(short, 1 / n)))
    return _judged(wish, person, model, doses, ml_per_h, bound, warnings, seed, fresh)


@dataclass(frozen=True, slots=True)
class _Fared:
    """What a plan did with some people."""

    held: float  # share at or above the level at its worst minute
    worst_at_min: float
    over: float  # share that passes the ceiling at some minute


def _fared(people: Cascade, parent: str, doses: DoseHistory, wish: Wish) -> _Fared:
    """Minute by minute, some people at a time so that long plans fit into memory."""
    times = wish.judged_at_min()
    due, at_level, over = times >= wish.reach_by_min, np.zeros(times.size), 0
    block = max(1, NUMBERS_AT_ONCE // times.size)
    for start in range(0, people.people, block):
        found = solve(people.of(slice(start, start + block)), doses, times)
        plasma, aimed = found[parent], found.get("aim", found[parent])
        at_level += (aimed >= wish.level_ng_per_ml).sum(axis=1)
        over += int((plasma.max(axis=0) > wish.ceiling_ng_per_ml).sum())
    shares = at_level[due] / people.people
    worst = int(np.argmin(shares))
    return _Fared(float(shares[worst]), float(times[due][worst]), over / people.people)


def _aimed(cascade: Cascade, model: Model, wish: Wish) -> Cascade:
    if wish.effect_equilibration_min is None:
        return cascade
    return cascade.with_effect_site("aim", model.parent.id, 60 * np.log(2) / wish.effect_equilibration_min)


def _history(drug_form: DrugForm, mg_per_h: Array, wish: Wish) -> DoseHistory:
    """Equal neighbours joined into one segment; the last ends where the hold ends."""
    segments: list[Segment] = []
    for number, rate in enumerate(mg_per_h.tolist()):
        start, end = number * wish.step_min, wish.ends_min(number)
        if segments and segments[-1].rate_mg_per_h == rate:
            segments[-1] = Segment(segments[-1].start_min, end, rate)
        else:
            segments.append(Segment(start, end, rate))
    return DoseHistory.of(drug_form, segments=segments)


def _judged(
    wish: Wish, person: Person, model: Model, doses: DoseHistory, ml_per_h: Array, bound: set[Limit],
    warnings: tuple[str, ...], seed: int, fresh: int,
) -> Plan:  # fmt: skip
    """The rounded plan on people who took no part in finding it."""
    others = _aimed(sample(model, person, fresh, seed + 1_000_003).only([model.parent.id]), model, wish)
    fared = _fared(others, model.parent.id, doses, wish)
    error, over_error = _error(fared.held, fresh), _error(fared.over, fresh)
    low, high = fared.held < wish.share - 2 * error, fared.over > wish.over_share + 2 * over_error
    if high:
        bound = bound | {"plasma ceiling"}
    if low and fared.worst_at_min < wish.ends_min(0):  # before the second rate could do anything about it
        bound = bound | {"time to reach"}
    binding: tuple[Limit, ...] = (tuple(sorted(bound)) or ("time to reach",)) if low or high else ()
    return Plan(
        doses, tuple(round(float(rate), 1) for rate in ml_per_h), not binding, binding,
        _sentence(wish, binding, fared, error, over_error), doses.total_mg,
        fared.held, error, fared.worst_at_min, fared.over, over_error, fresh,
        NO_VALIDATED_LEVEL, warnings,
    )  # fmt: skip


def _error(share: float, people: int) -> float:
    """The Monte-Carlo standard error; two of them are allowed for."""
    return float(np.sqrt(max(share * (1 - share), 1 / people) / people))


def _sentence(wish: Wish, binding: tuple[Limit, ...], fared: _Fared, error: float, over_error: float) -> str:
    outcome = (
        f"at the worst moment (minute {fared.worst_at_min:g}) {fared.held:.0%} (± {2 * error:.1%}) of people are at or "
        f"above {wish.level_ng_per_ml:g} ng/mL ({wish.share:.0%} asked), and {fared.over:.0%} (± {2 * over_error:.1%}) "
        f"pass {wish.ceiling_ng_per_ml:g} ng/mL at some minute ({wish.over_share:.0%} allowed)"
    )
    if not binding:
        return f"Can be done: {outcome}."
    return f"Cannot be done: {outcome}. What binds: {', '.join(binding)}."
