"""A sedative or a pressure medicine at signs where it could harm is refused; a prescriber decides; no rescue waits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest

from clearhead.medicine.protocols.bedside import Sign
from clearhead.medicine.protocols.loader import shipped
from clearhead.medicine.rules import adjunct, guards
from clearhead.medicine.rules.guards import OpenFlag
from clearhead.medicine.rules.looked import Read
from tests.medicine.rules.given import RESTING, TEN, after, gates, protocol
from tests.medicine.rules.test_adjunct import MIDAZOLAM, ONDANSETRON, facts

LABETALOL = adjunct.order_of("labetalol_pressure", protocol())


def told(order, *flags, **known):
    seen = guards.Seen(flags, signs_of(), RESTING)
    return adjunct.judge(facts(order, **{"seen": seen, **known}), protocol(), at=TEN)


def signs_of(*, minute=0.0, **changed):
    """Calm signs of this minute; one named with None could not be read."""
    values = {**RESTING, **{sign: None if value is None else Decimal(value) for sign, value in changed.items()}}
    return {sign: Read(after(minute), value) for sign, value in values.items()}


def at_signs(order, *, minute=0.0, known=None, **changed):
    return told(order, seen=guards.Seen(signs=signs_of(minute=minute, **changed)), **(known or {}))


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
    ("order", "sign", "value"),
    [
        (MIDAZOLAM, "sedation_rass", -2),
        (MIDAZOLAM, "spo2_percent", 91),
        (MIDAZOLAM, "respirations_per_min", 9),
        (MIDAZOLAM, "systolic_mmhg", 94),
        (LABETALOL, "systolic_mmhg", 94),
        (LABETALOL, "diastolic_mmhg", 49),
        (LABETALOL, "heart_rate_per_min", 44),
    ],
)
def test_the_newest_value_holds_it_without_any_flag(order, sign, value):
    verdict = at_signs(order, **{sign: value})

    assert gates(verdict) == {"held_by_signs": "refused"}
    assert f"{value}, 0 min ago: below" in str(verdict)
    assert gates(at_signs(order, **{sign: value + 1})) == {}
    assert at_signs(order, known={"prescriber_decides": True}, **{sign: value}).permits


def test_the_protocols_own_limit_of_the_infusion_stands_before_the_guards_own():
    deeper = shipped("monitored-bed")
    order = next(one for one in deeper.orders.prn_orders if one.sedative)

    def at_depth(depth):
        seen = guards.Seen(signs=signs_of(sedation_rass=depth))
        return "held_by_signs" in {
            reason.gate for reason in guards.judge("Midazolam", adjunct.classes_of(order), seen, deeper, at=TEN)
        }

    assert (at_depth(-2), at_depth(-3)) == (False, True)


@pytest.mark.parametrize("sign", ["sedation_rass", "spo2_percent", "respirations_per_min", "systolic_mmhg"])
def test_no_sedative_without_each_sign_read_lately(sign):
    unreadable, old, agreed = (
        at_signs(MIDAZOLAM, **{sign: None}),
        at_signs(MIDAZOLAM, minute=-16),
        at_signs(MIDAZOLAM, known={"prescriber_decides": True}, **{sign: None}),
    )

    assert gates(unreadable) == gates(old) == {"signs_unread": "refused"}
    assert "Take a set first" in str(unreadable)
    assert agreed.permits
    assert gates(at_signs(MIDAZOLAM, minute=-15)) == {}
    assert gates(at_signs(ONDANSETRON, **{sign: None})) == {}, "no rescue and no antiemetic waits for a set"


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
    assert gates(told(LABETALOL, triggers=frozenset({"vital:systolic_mmhg:low"}))) == {"trigger_present": "open"}
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
        assert {f"{sign}:low" for sign in guard.below} == set(guard.held_by)
        assert set(guard.needs) <= set(guard.below)
        assert "assumption" in guard.origin
