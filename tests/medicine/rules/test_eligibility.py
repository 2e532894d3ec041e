"""May this person be treated under this protocol?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from clearhead.medicine.headache.red_flags import FLAGS, red_flags
from clearhead.medicine.protocols.before import NeurologyGate
from clearhead.medicine.protocols.loader import shipped_ids
from clearhead.medicine.rules.eligibility import Condition, Result, State, judge
from clearhead.medicine.rules.interactions import MedicineFacts
from clearhead.medicine.rules.reasons import Override
from clearhead.medicine.rules.verdict import Outcome
from tests.medicine.rules.given import TEN, TODAY, candidate, full_diary, gates, protocol

REASON = Override("glaucoma", "Pressure measured yesterday, eye specialist agrees by phone.", "Dario")


def said(of=None, **known):
    of = of or protocol()
    return gates(judge(candidate(of, **known), of, at=TEN))


def with_condition(code, state, cleared_days_ago=None, as_of_days_ago=0):
    cleared = None if cleared_days_ago is None else TODAY - timedelta(days=cleared_days_ago)
    condition = Condition(state, TODAY - timedelta(days=as_of_days_ago), cleared)
    return {"conditions": candidate(protocol()).conditions | {code: condition}}


@pytest.mark.parametrize("name", shipped_ids())
def test_against_an_ordinary_candidate_nothing_stands_in_any_shipped_protocol(name):
    assert said(protocol(name)) == {}


@pytest.mark.parametrize("state", [State.ACTIVE, State.UNTREATED, State.UNKNOWN])
def test_an_absolute_state_is_refused_and_no_override_helps(state):
    override = Override("raised_intracranial_pressure", "I am sure.", "Dario")
    of, facts = protocol(), with_condition("raised_intracranial_pressure", state, cleared_days_ago=1)

    verdict = judge(candidate(of, **facts, overrides=(override,)), of, at=TEN)

    assert gates(verdict) == {"raised_intracranial_pressure": "refused"}
    assert not verdict.at(Outcome.REFUSED)[0].overridable


def test_a_treated_absolute_finding_needs_a_current_letter_and_is_then_relative():
    without = said(**with_condition("raised_intracranial_pressure", State.TREATED))
    old = said(**with_condition("raised_intracranial_pressure", State.TREATED, cleared_days_ago=181))
    facts = with_condition("raised_intracranial_pressure", State.TREATED, cleared_days_ago=180)
    override = Override("raised_intracranial_pressure", "Shunt checked in May.", "Dario")

    assert without == old == {"raised_intracranial_pressure": "open"}
    assert said(**facts) == {"raised_intracranial_pressure": "refused"}
    assert said(**facts, overrides=(override,)) == {"raised_intracranial_pressure": "warned"}


def test_an_absolute_ground_that_nothing_clears_stays_absolute_when_treated():
    assert said(**with_condition("ketamine_allergy", State.TREATED, 1)) == {"ketamine_allergy": "refused"}


def test_a_relative_ground_is_refused_until_overridden_in_writing():
    facts = with_condition("glaucoma", State.ACTIVE)

    assert said(**facts) == {"glaucoma": "refused"}
    verdict = judge(candidate(protocol(), **facts, overrides=(REASON,)), protocol(), at=TEN)
    assert verdict.permits
    assert "Overridden by Dario: Pressure measured yesterday" in str(verdict)


def test_a_current_specialist_letter_turns_a_relative_ground_into_a_warning():
    assert said(**with_condition("glaucoma", State.TREATED, 365)) == {"glaucoma": "warned"}
    assert said(**with_condition("glaucoma", State.TREATED, 366)) == {"glaucoma": "refused"}


def test_an_unresolved_question_is_open_and_an_override_does_not_close_it():
    override = Override("pregnancy_unknown", "Very unlikely.", "Dario")
    facts = with_condition("pregnancy_unknown", State.UNKNOWN)

    assert said(**facts, overrides=(override,)) == {"pregnancy_unknown": "open"}
    assert said(**with_condition("pregnancy_unknown", State.UNKNOWN, cleared_days_ago=7)) == {
        "pregnancy_unknown": "warned"
    }


@pytest.mark.hazard("H-20")
def test_h20_the_answer_to_an_unresolved_question_expires_on_the_day_after_its_last():
    assert said(**with_condition("pregnancy_unknown", State.ABSENT, as_of_days_ago=7)) == {}
    assert said(**with_condition("pregnancy_unknown", State.ABSENT, as_of_days_ago=8)) == {"pregnancy_unknown": "open"}


@pytest.mark.hazard("H-20")
@pytest.mark.parametrize("code", [c.code for c in protocol().assessment.contraindications if c.level != "inform"])
def test_h20_each_question_that_was_not_asked_keeps_the_answer_open_by_its_own_name(code):
    conditions = {k: v for k, v in candidate(protocol()).conditions.items() if k != code}

    assert said(conditions=conditions) == {code: "open"}


def test_a_correction_changes_the_verdict():
    of = protocol()
    wrong = candidate(of, **with_condition("active_psychosis", State.ACTIVE))
    corrected = replace(wrong, conditions=candidate(of).conditions)

    assert not judge(wrong, of, at=TEN).permits
    assert judge(corrected, of, at=TEN).permits


@pytest.mark.parametrize(
    ("known", "gate", "outcome"),
    [
        ({"age_years": 17}, "age", "refused"),
        ({"age_years": 76}, "age", "refused"),
        ({"age_years": None}, "age", "open"),
        ({"indication": "depression"}, "indication", "refused"),
        ({"failed_preventive_classes": 0}, "failed_preventive_classes", "warned"),
        ({"failed_preventive_classes": None}, "failed_preventive_classes", "warned"),
        ({"diary": None}, "baseline_diary", "warned"),
        ({"diary": full_diary(headache_days=7)}, "headache_days", "warned"),
        ({"results": {}}, "test_pdmp", "open"),
        ({"results": {"pdmp": Result(TODAY, False)}}, "test_pdmp", "refused"),
        ({"results": {"pdmp": Result(TODAY - timedelta(days=31), True)}}, "test_pdmp", "open"),
        ({"tests_apply": {}}, "test_pregnancy_test", "open"),
        ({"red_flags": None}, "red_flags_asked", "open"),
        ({"medicines": MedicineFacts((), None, ())}, "medicines_confirmed", "open"),
        ({"medicines": MedicineFacts((), TEN, None)}, "allergies_known", "open"),
        ({"medicines": MedicineFacts((), TEN, ("Ketamine: rash",))}, "ketamine_allergy", "refused"),
    ],
)
def test_each_gate_answers_by_its_own_name(known, gate, outcome):
    assert said(**known)[gate] == outcome


def test_a_required_neurologist_keeps_it_open_without_a_current_letter():
    gate = NeurologyGate("require", 365)
    of = replace(protocol(), assessment=replace(protocol().assessment, neurology_gate=gate))

    assert said(of, neurologist_seen_on=None) == {"neurologist_seen": "open"}
    assert said(of, neurologist_seen_on=TODAY - timedelta(days=366)) == {"neurologist_seen": "open"}
    assert said(of, neurologist_seen_on=TODAY - timedelta(days=365)) == {}


def test_a_thunderclap_is_refused_until_a_review_settles_it():
    answers = {flag.id: flag.id == "thunderclap_onset" for flag in FLAGS}
    letter = {"thunderclap_onset": "Angiography of 2 February"}

    assert said(red_flags=red_flags(answers)) == {"red_flag_thunderclap_onset": "refused"}
    assert said(red_flags=red_flags(answers, settled=letter)) == {}
