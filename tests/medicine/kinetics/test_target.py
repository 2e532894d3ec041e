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

    levels = solve(others, plan.doses, np.arange(60.0, 241.0, 5.0))["ketamine"]

    assert plan.fresh_people == 1000
    assert float((levels >= 100).mean(axis=1).min()) == pytest.approx(plan.share_held, abs=0.03)


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
