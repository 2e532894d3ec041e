"""The planning bench: rates under ceilings, or which limit stands in the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clearhead.medicine.errors import Refused
from clearhead.medicine.kinetics.model import load_model
from clearhead.medicine.kinetics.population import sample
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve
from clearhead.medicine.kinetics.target import Plan, Wish, plan_target

PETRA = Person(70.0, 40)
WISH = Wish(100.0, 60.0, 240.0, ceiling_ng_per_ml=200.0, max_rate_mg_per_h=60.0, max_total_mg=200.0)


def planned(wish: Wish) -> Plan:
    return plan_target(wish, PETRA, "kamp-2020", fresh=1000)


def test_a_wish_within_its_limits_is_planned_in_pump_steps() -> None:
    plan = planned(WISH)

    assert plan.feasible
    assert plan.says.startswith("Can be done")
    assert plan.share_held >= 0.48
    assert plan.share_over_ceiling <= 0.07
    assert all(abs(rate * 10 - round(rate * 10)) < 1e-9 for rate in plan.rates_ml_per_h)
    assert "No validated level exists for migraine relief" in plan.label
    assert plan.total_mg == pytest.approx(plan.doses.total_mg)


def test_the_share_is_told_for_people_who_took_no_part_in_the_planning() -> None:
    plan = planned(replace(WISH, share=0.9))
    others = sample(load_model("kamp-2020"), PETRA, 3000, 99)

    levels = solve(others, plan.doses, np.arange(60.0, 241.0))["ketamine"]

    assert plan.fresh_people == 1000
    assert float((levels >= 100).mean(axis=1).min()) == pytest.approx(plan.share_held, abs=0.03)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"step_min": 15.0},
        {"step_min": 60.0},
        {"step_min": 60.0, "reach_by_min": 10.0},
        {"step_min": 7.0, "reach_by_min": 33.0, "hold_until_min": 250.0},
        {"step_min": 60.0, "hold_until_min": 100.0},
        {"step_min": 60.0, "ceiling_ng_per_ml": 130.0},
    ],
)
@pytest.mark.parametrize("model_id", ["kamp-2020", "otto-2021"])
def test_what_is_told_holds_at_every_quarter_of_a_minute_of_the_hold(how: dict[str, float], model_id: str) -> None:
    wish = replace(WISH, **how)
    plan = plan_target(wish, PETRA, model_id, fresh=1000)
    others = sample(load_model(model_id), PETRA, 3000, 99)
    name = load_model(model_id).parent.id

    early = solve(others, plan.doses, np.arange(0.0, wish.reach_by_min, 0.25))[name]
    held = solve(others, plan.doses, np.arange(wish.reach_by_min, wish.hold_until_min + 0.01, 0.25))[name]

    over = np.maximum(early.max(axis=0), held.max(axis=0)) > wish.ceiling_ng_per_ml
    assert float((held >= wish.level_ng_per_ml).mean(axis=1).min()) == pytest.approx(plan.share_held, abs=0.04)
    assert float(over.mean()) == pytest.approx(plan.share_over_ceiling, abs=0.03)
    assert plan.doses.end_min == wish.hold_until_min


@pytest.mark.parametrize("step_min", [1.0, 5.0, 15.0, 60.0])
def test_longer_steps_still_hold_the_level_inside_each_step(step_min: float) -> None:
    assert planned(replace(WISH, step_min=step_min)).feasible


def test_a_level_due_within_the_first_step_is_judged_at_that_minute() -> None:
    plan = planned(replace(WISH, step_min=60.0, reach_by_min=10.0))

    assert not plan.feasible
    assert plan.worst_at_min == 10.0
    assert "at the worst moment (minute 10)" in plan.says
    assert "time to reach" in plan.binding


def test_a_level_due_at_once_cannot_be_reached_whatever_the_limits() -> None:
    plan = planned(replace(WISH, reach_by_min=0.0, ceiling_ng_per_ml=1e6, max_rate_mg_per_h=1e6, max_total_mg=1e6))

    assert plan.share_held == 0.0
    assert plan.binding == ("time to reach",)


def test_no_person_needs_a_leap_because_the_share_fell_between_two_people() -> None:
    rates = plan_target(replace(WISH, share=0.9), PETRA, "otto-2021").rates_ml_per_h

    assert max(rates) < 1.1 * rates[0]
    assert min(rates) > 0


def test_a_long_plan_is_judged_in_parts_with_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = planned(WISH)

    monkeypatch.setattr("clearhead.medicine.kinetics.target.NUMBERS_AT_ONCE", 20_000)

    assert planned(WISH) == whole


@pytest.mark.parametrize(
    ("limits", "binds"),
    [
        ({"max_rate_mg_per_h": 10.0}, "rate ceiling"),
        ({"max_total_mg": 20.0}, "total dose"),
        ({"ceiling_ng_per_ml": 105.0, "share": 0.9}, "plasma ceiling"),
        ({"reach_by_min": 5.0, "max_rate_mg_per_h": 30.0}, "rate ceiling"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_limit_that_binds(limits: dict[str, float], binds: str) -> None:
    plan = planned(replace(WISH, **limits))

    assert not plan.feasible
    assert binds in plan.binding
    assert "Cannot be done" in plan.says
    assert binds in plan.says


@pytest.mark.parametrize("limits", [{}, {"max_total_mg": 33.3}, {"max_rate_mg_per_h": 17.77}, {"mg_per_ml": 2.0}])
def test_no_cap_is_passed_by_rounding(limits: dict[str, float]) -> None:
    wish = replace(WISH, **limits)

    plan = planned(wish)

    assert plan.total_mg <= wish.max_total_mg + 1e-9
    assert max(s.rate_mg_per_h for s in plan.doses.segments) <= wish.max_rate_mg_per_h + 1e-9


def test_an_effect_site_is_reached_and_held_under_the_plasma_ceiling() -> None:
    plan = planned(replace(WISH, effect_equilibration_min=6.0, ceiling_ng_per_ml=160.0))

    assert plan.feasible
    assert plan.share_over_ceiling <= 0.07


@pytest.mark.parametrize(
    "wrong",
    [
        {"level_ng_per_ml": 0.0},
        {"max_total_mg": -1.0},
        {"hold_until_min": 30.0},
        {"step_min": 0.0},
        {"hold_until_min": float("inf")},
        {"hold_until_min": 1e9},
        {"max_rate_mg_per_h": float("nan")},
        {"reach_by_min": -5.0},
        {"effect_equilibration_min": 0.0},
        {"effect_equilibration_min": float("inf")},
        {"effect_equilibration_min": 1e308},
    ],
)
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(Refused):
        planned(replace(WISH, **wrong))


def test_certainty_and_a_ceiling_below_the_level_are_refused() -> None:
    with pytest.raises(Refused, match="certainty"):
        planned(replace(WISH, share=1.0))
    with pytest.raises(Refused, match="not above the wanted level"):
        planned(replace(WISH, ceiling_ng_per_ml=90.0))
