"""When to stop, step down, pause or call."""

from __future__ import annotations

from clearhead.medicine.rules.limits import LimitFacts, flags
from clearhead.medicine.rules.stop import StopFacts, SymptomNow, judge, step_down_asked, stop_asked
from tests.medicine.rules.given import RESTING, TEN, after, gates, protocol, vitals


def said(minute=30, **known):
    return judge(StopFacts(**known), protocol(), at=after(minute))


def symptom(code, grade):
    return {"symptoms": (SymptomNow(code, grade, TEN),)}


def test_a_quiet_chart_asks_for_nothing():
    assert said().permits
    assert not stop_asked(said())


def test_chest_pain_of_any_grade_a_thunderclap_and_the_patients_word_stop():
    assert stop_asked(said(**symptom("chest_pain", 1)))
    assert stop_asked(said(**symptom("headache_different", 2)))
    assert stop_asked(said(said=frozenset({"patient_says_stop"})))
    assert not stop_asked(said(**symptom("headache_worse", 2)))


def test_withdrawn_consent_is_a_stop():
    assert gates(said(consent_withdrawn=True)) == {"consent_withdrawn": "refused"}


def test_a_disturbing_hallucination_steps_down_and_a_mild_one_does_not():
    assert step_down_asked(said(**symptom("hallucination", 2)))
    assert not step_down_asked(said(**symptom("hallucination", 1)))


def test_a_red_limit_stops_only_when_it_stands_after_the_first_rungs():
    red = flags(LimitFacts((vitals(5, systolic=205),), RESTING), protocol(), at=after(6))

    assert "red_limit_persists" not in gates(said(6, flags=red))
    assert gates(said(7, flags=red))["red_limit_persists"] == "refused"


def test_a_red_limit_that_fell_back_to_amber_steps_down_and_does_not_stop():
    sets = (vitals(5, systolic=205), vitals(10, systolic=170))
    falling = flags(LimitFacts(sets, RESTING), protocol(), at=after(30))

    assert not stop_asked(said(30, flags=falling))
    assert step_down_asked(said(30, flags=falling))


def test_a_symptom_nobody_defined_is_named():
    assert gates(said(**symptom("hiccups", 1))) == {"symptom_unknown": "warned"}
