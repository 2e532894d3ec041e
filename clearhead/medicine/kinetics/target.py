"""A planning bench for staff: bounded pump rates that reach and hold a level for a stated share of sampled people.

Labelled on every answer: no validated level exists for migraine relief. Nothing here talks to a pump.

The level is linear in the rates, c = G r, one block of rows per sampled person. Reaching the level wants rates up,
the plasma ceiling, the rate ceiling and the cap on the dose want them down. For each time step the rate that lifts the
wanted quantile of people to the level is taken, and cut by whatever limit binds; then it is rounded to the pump's step.
A second set of people tells whether few were sampled too kindly, and the rounded plan is judged on a third, fresh set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import Refused
from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.doses import DoseHistory, DrugForm, Segment
from clearhead.medicine.kinetics.model import Model, load_model
from clearhead.medicine.kinetics.people import check_doses, check_person
from clearhead.medicine.kinetics.population import sample
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve
from clearhead.medicine.kinetics.transitions import Spread, spread_over

Array = NDArray[np.float64]
Limit = Literal["plasma ceiling", "rate ceiling", "total dose", "time to reach"]

NO_VALIDATED_LEVEL = "No validated level exists for migraine relief. A planning bench for staff; never a pump command."
PUMP_STEP_ML_PER_H = 0.1
FRESH_PEOPLE = 2000
TUNING_PEOPLE, TUNING_ROUNDS = 400, 5
MOST_STEPS = 5000


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


@dataclass(frozen=True, slots=True)
class Plan:
    """The rounded rates and how they fared on fresh people."""

    doses: DoseHistory
    rates_ml_per_h: tuple[float, ...]
    feasible: bool
    binding: tuple[Limit, ...]
    says: str
    total_mg: float
    share_held: float  # of (person, step) pairs at or above the level while it should be held
    share_held_error: float
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
    _check(wish)
    model = load_model(model_id)
    steps = int(np.ceil(wish.hold_until_min / wish.step_min))
    probe = DoseHistory.of(drug_form, segments=[Segment(0, steps * wish.step_min, 1.0)])
    warnings = check_person(model, person) + check_doses(model, probe)
    name = model.parent.id
    people = _aimed(sample(model, person, n, seed).only([name]), model, wish)
    tuning = _aimed(sample(model, person, TUNING_PEOPLE, seed + 500_009).only([name]), model, wish)
    asked = wish
    for _ in range(TUNING_ROUNDS):
        rates, bound = _rates(people, name, asked, steps)
        ml_per_h = np.floor(rates / wish.mg_per_ml / PUMP_STEP_ML_PER_H + 0.5) * PUMP_STEP_ML_PER_H
        ml_per_h = np.minimum(ml_per_h, np.floor(wish.max_rate_mg_per_h / wish.mg_per_ml * 10 + 1e-9) / 10)
        doses = _within_total(drug_form, ml_per_h, wish)
        held, over = _fared(tuning, name, doses, wish, steps)
        short, spare = wish.share - held, wish.over_share - over
        if short <= 0 or spare <= 0:
            break
        asked = replace(asked, share=min(0.995, asked.share + short + 0.005))
    return _judged(wish, person, model, doses, ml_per_h, bound, warnings, seed, fresh)


def _within_total(drug_form: DrugForm, ml_per_h: Array, wish: Wish) -> DoseHistory:
    """Rounded rates may add up to a little more than the cap: the last steps that do are lowered, never the cap."""
    mg_per_step = wish.mg_per_ml * wish.step_min / 60
    for step in range(ml_per_h.size):
        left = wish.max_total_mg - ml_per_h[:step].sum() * mg_per_step
        most = np.floor(max(0.0, left) / mg_per_step / PUMP_STEP_ML_PER_H + 1e-9) * PUMP_STEP_ML_PER_H
        ml_per_h[step] = min(ml_per_h[step], most)
    return _history(drug_form, ml_per_h * wish.mg_per_ml, wish.step_min)


def _fared(people: Cascade, parent: str, doses: DoseHistory, wish: Wish, steps: int) -> tuple[float, float]:
    """Share at or above the level at its worst moment, and share that passes the ceiling."""
    times = np.arange(1, steps + 1, dtype=np.float64) * wish.step_min
    found = solve(people, doses, times)
    plasma, aimed = found[parent], found.get("aim", found[parent])
    held = aimed[times >= wish.reach_by_min] >= wish.level_ng_per_ml
    worst = float(held.mean(axis=1).min()) if held.size else 0.0
    return worst, float((plasma.max(axis=0) > wish.ceiling_ng_per_ml).mean())


def _check(wish: Wish) -> None:
    numbers = {
        "level": wish.level_ng_per_ml,
        "time to hold": wish.hold_until_min - wish.reach_by_min,
        "plasma ceiling": wish.ceiling_ng_per_ml,
        "rate ceiling": wish.max_rate_mg_per_h,
        "total dose": wish.max_total_mg,
        "step": wish.step_min,
        "concentration": wish.mg_per_ml,
    }
    for what, value in numbers.items():
        if not (value > 0 and np.isfinite(value)):
            raise Refused(f"The {what} of {value:g} is not a number above 0.")
    if wish.reach_by_min < 0:
        raise Refused(f"The level cannot be reached by minute {wish.reach_by_min:g}, before the first dose.")
    if wish.hold_until_min / wish.step_min > MOST_STEPS:
        raise Refused(
            f"{wish.hold_until_min:g} min in steps of {wish.step_min:g} min are more than {MOST_STEPS} steps."
        )
    half_life = wish.effect_equilibration_min
    if half_life is not None and not (half_life > 0 and np.isfinite(half_life)):
        raise Refused(f"The half-life of the effect of {half_life:g} min is not a number above 0.")
    if not 0 < wish.share < 1 or not 0 <= wish.over_share < 1:
        raise Refused("Shares of people lie between 0 and 1; certainty for everybody cannot be planned.")
    if wish.ceiling_ng_per_ml <= wish.level_ng_per_ml:
        raise Refused(f"The ceiling of {wish.ceiling_ng_per_ml:g} ng/mL is not above the wanted level.")


def _aimed(cascade: Cascade, model: Model, wish: Wish) -> Cascade:
    if wish.effect_equilibration_min is None:
        return cascade
    return cascade.with_effect_site("aim", model.parent.id, 60 * np.log(2) / wish.effect_equilibration_min)


def _rates(people: Cascade, parent: str, wish: Wish, steps: int) -> tuple[Array, set[Limit]]:
    """Step by step: the steady rate that would bring the wanted quantile to the level in time, cut by every limit.

    Before `reach_by_min` the level is due then; afterwards it is due one step ahead, and for an effect site as far
    ahead as the site follows, so that the rate does not swing.
    """
    hours = wish.step_min / 60
    due = max(1, int(np.floor(wish.reach_by_min / wish.step_min)))
    follow = (
        1 if wish.effect_equilibration_min is None else 1 + int(np.ceil(wish.effect_equilibration_min / wish.step_min))
    )
    spread = spread_over(people, hours * np.arange(1, max(due, follow) + 1, dtype=np.float64))
    plasma, aim = list(people.outputs[parent]), list(people.outputs.get("aim", people.outputs[parent]))
    state, rates, bound = np.zeros((people.stages, people.people)), np.zeros(steps), set[Limit]()
    for step in range(steps):
        ahead = max(due - step, follow if step >= due else 1) - 1
        free = _left_alone(spread, people.roots, state, ahead)
        wanted = _wanted(free[aim].sum(0), spread.fed[ahead][aim].sum(0), wish.level_ng_per_ml, wish.share)
        free = _left_alone(spread, people.roots, state, 0)
        room = _allowed(free[plasma].sum(0), spread.fed[0][plasma].sum(0), wish.ceiling_ng_per_ml, wish.over_share)
        left = max(0.0, wish.max_total_mg - rates.sum() * hours) / hours
        limits: dict[Limit, float] = {
            "plasma ceiling": room,
            "rate ceiling": wish.max_rate_mg_per_h,
            "total dose": left,
        }
        rates[step] = max(0.0, min(wanted, *limits.values()))
        bound |= {name for name, most in limits.items() if most < wanted and most <= rates[step] + 1e-9}
        state = free + rates[step] * spread.fed[0]
    return rates, bound


def _left_alone(spread: Spread, roots: int, state: Array, length: int) -> Array:
    """The state after some steps without any drug."""
    free: Array = state * spread.kept[length]
    free[roots:] += np.einsum("lgp,gp->lp", spread.share[length], state[: spread.givers])
    return free


def _wanted(free: Array, per_rate: Array, level: float, share: float) -> float:
    """The rate at which the given share of people ends the step at or above the level."""
    needed = np.maximum(level - free, 0.0) / per_rate
    return float(np.quantile(needed, share))


def _allowed(free: Array, per_rate: Array, ceiling: float, over_share: float) -> float:
    """The rate at which at most the given share of people passes the ceiling."""
    most = np.maximum(ceiling - free, 0.0) / per_rate
    return float(np.quantile(most, over_share))


def _history(drug_form: DrugForm, mg_per_h: Array, step_min: float) -> DoseHistory:
    """Equal neighbours joined into one segment."""
    segments: list[Segment] = []
    for number, rate in enumerate(mg_per_h.tolist()):
        start, end = number * step_min, (number + 1) * step_min
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
    share_held, over = _fared(others, model.parent.id, doses, wish, ml_per_h.size)
    error = float(np.sqrt(max(share_held * (1 - share_held), 1 / fresh) / fresh))
    over_error = float(np.sqrt(max(over * (1 - over), 1 / fresh) / fresh))
    too_high = over > wish.over_share + 2 * over_error
    feasible = share_held >= wish.share - 2 * error and not too_high
    if too_high:
        bound = bound | {"plasma ceiling"}
    binding = () if feasible else tuple(sorted(bound)) or ("time to reach",)
    return Plan(
        doses, tuple(round(float(rate), 1) for rate in ml_per_h), feasible, binding,
        _sentence(wish, feasible, binding, (share_held, error), (over, over_error)), doses.total_mg,
        share_held, error, over, over_error, fresh,
        NO_VALIDATED_LEVEL, warnings,
    )  # fmt: skip


Share = tuple[float, float]  # with its Monte-Carlo standard error; two of them are allowed for


def _sentence(wish: Wish, feasible: bool, binding: tuple[Limit, ...], held: Share, over: Share) -> str:
    outcome = (
        f"at the worst moment {held[0]:.0%} (± {2 * held[1]:.1%}) of people are at or above "
        f"{wish.level_ng_per_ml:g} ng/mL ({wish.share:.0%} asked), and {over[0]:.0%} (± {2 * over[1]:.1%}) pass "
        f"{wish.ceiling_ng_per_ml:g} ng/mL at some step ({wish.over_share:.0%} allowed)"
    )
    if feasible:
        return f"Can be done: {outcome}."
    return f"Cannot be done: {outcome}. What binds: {', '.join(binding)}."
