"""Go or no-go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from clearhead.medicine.protocols.loader import shipped_ids
from clearhead.medicine.rules.start import NEVER_OPTIONAL, FastingFacts, GateAnswer, judge, valid_until
from clearhead.medicine.rules.verdict import Outcome
from tests.medicine.rules.given import TEN, after, gates, protocol, ready, vitals

SPECIAL = ("fasting", "baseline_sets", "readiness_check")


def said(of=None, **known):
    of = of or protocol()
    return gates(judge(ready(of, **known), of, at=TEN))


def answers(of=None, **changed):
    return {"answers": ready(of or protocol()).answers | changed}


@pytest.mark.parametrize("name", shipped_ids())
def test_when_everything_is_answered_it_is_a_go_in_every_shipped_protocol(name):
    assert said(protocol(name)) == {}


@pytest.mark.hazard("H-19")
@pytest.mark.parametrize(
    ("name", "fact"), [(n, g.fact) for n in shipped_ids() for g in protocol(n).start.go_gates if g.fact not in SPECIAL]
)
def test_h19_each_gate_with_only_its_own_fact_missing_answers_by_its_own_name(name, fact):
    of = protocol(name)
    level = next(gate.level for gate in of.start.go_gates if gate.fact == fact)
    without = {k: v for k, v in ready(of).answers.items() if k != fact}

    assert said(of, answers=without) == {fact: "warned" if level == "warn" else "open"}
    assert said(of, **answers(of, **{fact: GateAnswer(False, after(-5))})) == {
        fact: "warned" if level == "warn" else "refused"
    }


@pytest.mark.hazard("H-18")
@pytest.mark.parametrize("fact", NEVER_OPTIONAL)
def test_h18_consent_and_identity_are_asked_even_by_a_protocol_that_forgot_them(fact):
    gate_list = tuple(gate for gate in protocol().start.go_gates if gate.fact != fact)
    of = replace(protocol(), start=replace(protocol().start, go_gates=gate_list))

    without = {k: v for k, v in ready(of).answers.items() if k != fact}
    verdict = judge(ready(of, answers=without), of, at=TEN)

    assert gates(verdict) == {fact: "open"}


@pytest.mark.hazard("H-18")
def test_h18_a_refused_consent_cannot_be_overridden():
    facts = ready(protocol(), **answers(consent_current=GateAnswer(False, after(-5))))

    (reason,) = judge(facts, protocol(), at=TEN).at(Outcome.REFUSED)

    assert (reason.gate, reason.overridable) == ("consent_current", False)


@pytest.mark.hazard("H-20")
@pytest.mark.parametrize("gate", [g for g in protocol().start.go_gates if g.max_age_min and g.fact not in SPECIAL])
def test_h20_each_answer_expires_one_minute_after_its_age_limit(gate):
    at_limit, over = (GateAnswer(True, after(-gate.max_age_min - more)) for more in (0, 1))

    assert said(**answers(**{gate.fact: at_limit})) == {}
    assert gate.fact in said(**answers(**{gate.fact: over}))


@pytest.mark.hazard("H-12")
def test_h12_an_answer_dated_into_the_future_is_not_believed():
    assert said(**answers(weight_today=GateAnswer(True, after(6)))) == {"weight_today": "open"}


@pytest.mark.hazard("H-19")
@pytest.mark.parametrize(
    ("light", "solid", "clear", "outcome"),
    [
        (6, 8, 2, {}),
        (5.9, 9, 3, {"fasting": "refused"}),
        (9, 7.9, 3, {"fasting": "refused"}),
        (9, 9, 1.9, {"fasting": "refused"}),
    ],
)
def test_h19_fasting_is_counted_from_the_times_given(light, solid, clear, outcome):
    eaten = FastingFacts(after(-10), *(after(-hours * 60) for hours in (light, solid, clear)))

    assert said(fasting=eaten) == outcome


def test_a_protocol_that_warns_about_fasting_warns():
    of = protocol("short-total-dose")

    assert said(of, fasting=FastingFacts(after(-10), after(-180), None, None)) == {"fasting": "warned"}


@pytest.mark.parametrize(
    "sets",
    [
        (),
        (vitals(-6, "pre_start"),),
        (vitals(-8, "pre_start"), vitals(-6, "pre_start")),
        (vitals(-50, "pre_start"), vitals(-6, "pre_start")),
    ],
)
def test_resting_sets_must_be_enough_apart_and_recent(sets):
    assert said(resting_sets=sets) == {"baseline_sets": "open"}


def test_resting_pressure_too_high_twice_forbids_the_start_and_once_only_warns():
    twice = (vitals(-12, "pre_start", systolic=185), vitals(-6, "pre_start", systolic=183))

    assert said(resting_sets=twice) == {"systolic_mmhg_high": "refused"}
    assert said(resting_sets=(twice[0], vitals(-6, "pre_start"))) == {}


def test_a_readiness_check_left_out_is_named():
    done = {check: after(-60) for check in protocol().start.readiness_checks if check != "suction"}

    verdict = judge(ready(protocol(), readiness=done), protocol(), at=TEN)

    assert "Not checked: Suction tried." in str(verdict)


@pytest.mark.hazard("H-04")
def test_h04_without_limits_nothing_starts():
    bare = replace(protocol(), limits=replace(protocol().limits, vital_limits=()))
    uncapped = replace(protocol(), caps=replace(protocol().caps, hard_rate=None))

    assert said(bare)["limits_present"] == "refused"
    assert said(uncapped)["limits_present"] == "refused"


def test_a_withdrawn_version_starts_nothing():
    assert said(version_withdrawn=True) == {"version_withdrawn": "refused"}


def test_a_go_holds_for_the_minutes_of_the_protocol():
    assert valid_until(TEN, protocol()) - TEN == timedelta(minutes=protocol().start.go_valid_min)
    assert isinstance(protocol().preparation.fasting.light_meal_h, Decimal)
