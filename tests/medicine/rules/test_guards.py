"""A sedative or a pressure medicine at signs where it could harm is refused; a prescriber decides; no rescue waits."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from clearhead.medicine.protocols.bedside import Sign
from clearhead.medicine.rules import adjunct, guards
from clearhead.medicine.rules.guards import OpenFlag
from tests.medicine.rules.given import TEN, gates, protocol
from tests.medicine.rules.test_adjunct import MIDAZOLAM, ONDANSETRON, facts

LABETALOL = adjunct.order_of("labetalol_pressure", protocol())


def told(order, *flags, **known):
    return adjunct.judge(facts(order, open_flags=flags, **known), protocol(), at=TEN)


def flag(what, *, unanswered=False):
    return OpenFlag(what, f"{what} is out of its limit.", unanswered)


@pytest.mark.parametrize(
    ("order", "what"),
    [
        (MIDAZOLAM, "sedation_rass:low"),
        (MIDAZOLAM, "spo2_percent:low"),
        (MIDAZOLAM, "respirations_per_min:low"),
        (MIDAZOLAM, "systolic_mmhg:low"),
        (LABETALOL, "systolic_mmhg:low"),
        (LABETALOL, "diastolic_mmhg:low"),
        (LABETALOL, "heart_rate_per_min:low"),
    ],
)
@pytest.mark.parametrize("unanswered", [True, False])
def test_a_sign_that_the_drug_could_worsen_refuses_it_answered_or_not(order, what, unanswered):
    verdict = told(order, flag(what, unanswered=unanswered))

    assert gates(verdict) == {"held_by_signs": "refused"}
    assert f"{what} is out of its limit." in str(verdict)
    assert "have a prescriber agree at the chair" in str(verdict)


@pytest.mark.parametrize(
    ("order", "what"),
    [(MIDAZOLAM, "spo2_percent:low"), (MIDAZOLAM, "help"), (LABETALOL, "systolic_mmhg:low")],
)
def test_a_prescriber_may_decide_and_the_reason_stays_readable(order, what):
    verdict = told(order, flag(what, unanswered=True), prescriber_decides=True)

    assert verdict.permits
    assert "A prescriber agrees to give it." in str(verdict)


def test_a_high_flag_without_an_answer_holds_a_sedative_but_not_the_one_it_calls_for():
    assert gates(told(MIDAZOLAM, flag("chest_pain", unanswered=True))) == {"held_by_flag": "refused"}
    assert gates(told(MIDAZOLAM, flag("chest_pain"))) == {}
    assert gates(told(MIDAZOLAM, flag("anxiety", unanswered=True))) == {}
    assert gates(told(MIDAZOLAM, flag("sedation_rass:high", unanswered=True))) == {}
    assert gates(told(LABETALOL, flag("systolic_mmhg:high", unanswered=True))) == {}


@pytest.mark.parametrize("sign", get_args(Sign))
@pytest.mark.parametrize("side", ["low", "high"])
def test_a_drug_that_neither_sedates_nor_lowers_pressure_is_never_held(sign, side):
    assert gates(told(ONDANSETRON, flag(f"{sign}:{side}", unanswered=True), flag("help", unanswered=True))) == {}


def test_low_pressure_is_no_reason_for_a_pressure_medicine_and_high_pressure_is():
    assert gates(told(LABETALOL, triggers=frozenset({"vital:systolic_mmhg:low"}))) == {"trigger_present": "warned"}
    assert gates(told(LABETALOL, triggers=frozenset({"vital:systolic_mmhg:high"}))) == {}


def test_either_side_calls_for_a_drug_of_no_class():
    atropine = replace(ONDANSETRON, triggers=("vital:heart_rate_per_min",))

    for side in ("low", "high"):
        assert adjunct._called(atropine.triggers[0], atropine, frozenset({f"vital:heart_rate_per_min:{side}"}))


def test_every_guard_names_known_signs_and_says_that_it_is_an_assumption():
    sides = {f"{sign}:{side}" for sign in get_args(Sign) for side in ("low", "high")}

    for guard in guards.guards().values():
        assert {*guard.held_by, *guard.may_answer} <= sides
        assert not set(guard.held_by) & set(guard.may_answer)
        assert "assumption" in guard.origin
