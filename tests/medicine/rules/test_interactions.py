"""What the medicines mean for an infusion at a stated time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clearhead.medicine.rules.interactions import MedicineFacts, MedicineTaken, judge
from clearhead.medicine.rules.reasons import Override
from tests.medicine.rules.given import TEN, gates, protocol


def said(*medicines, overrides=(), **known):
    facts = MedicineFacts(medicines, TEN, (), overrides=overrides, **known)
    return gates(judge(facts, protocol(), at=TEN))


def taken(key, hours_ago=None, **known):
    last = None if hours_ago is None else TEN - timedelta(hours=hours_ago)
    return MedicineTaken(f"a {key}", key, frozenset({key}), last_taken_at=last, **known)


@pytest.mark.hazard("H-17")
@pytest.mark.parametrize("rule", protocol().assessment.interactions, ids=lambda rule: rule.key)
def test_h17_every_interaction_of_the_protocol_is_found_inside_its_window_and_not_after(rule):
    outcome = {"refuse": "refused", "warn": "warned", "inform": "allowed"}[rule.action]
    inside = taken(rule.key, 1)
    facts = MedicineFacts((inside,), TEN, ())

    verdict = judge(facts, protocol(), at=TEN)

    assert [(r.gate, r.outcome.value) for r in verdict.reasons] == [(f"interaction_{rule.key}", outcome)]
    hours = rule.within_h
    over = taken(rule.key, still_taken=False) if hours is None else taken(rule.key, float(hours))
    assert said(over) == {}


@pytest.mark.hazard("H-17")
def test_h17_a_text_that_matched_nothing_is_never_passed_over():
    assert said(MedicineTaken("St. John's something", None)) == {"medicine_not_checked": "warned"}


@pytest.mark.hazard("H-17")
def test_h17_unknown_is_not_none():
    assert gates(judge(MedicineFacts((), None, None), protocol(), at=TEN)) == {
        "medicines_confirmed": "open",
        "allergies_known": "open",
    }


def test_the_window_counts_back_from_the_infusion_and_not_from_today():
    in_three_days = TEN + timedelta(hours=72)

    assert said(taken("xanthine", 1), infusion_at=in_three_days) == {}
    assert said(taken("xanthine", 1)) == {"interaction_xanthine": "refused"}


def test_an_unknown_time_keeps_a_hard_interaction_open():
    assert said(taken("maoi")) == {"interaction_maoi": "open"}


def test_a_prescriber_may_override_in_writing_where_the_protocol_names_one():
    override = Override("interaction_xanthine", "Level not measurable today.", "Dario")

    assert said(taken("xanthine", 1), overrides=(override,)) == {"interaction_xanthine": "warned"}
