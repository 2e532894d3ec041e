"""H-17: from what a person typed to the rule, for every medicine of the catalogue. Nothing is silently passed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clearhead.medicine.medicines.catalogue import catalogue, find
from clearhead.medicine.rules.interactions import MedicineFacts, MedicineTaken, judge
from clearhead.medicine.rules.verdict import Outcome
from tests.medicine.rules.given import TEN, gates, protocol

pytestmark = pytest.mark.hazard("H-17")
OUTCOME = {"refuse": Outcome.REFUSED, "warn": Outcome.WARNED, "inform": Outcome.ALLOWED}


def typed(text: str) -> MedicineTaken:
    """A medicine as the chart would hold it after somebody typed this text."""
    found = find(text)
    keys = found.keys if found else frozenset()
    return MedicineTaken(text, found.id if found else None, keys, last_taken_at=TEN - timedelta(minutes=30))


@pytest.mark.parametrize("ingredient", catalogue().ingredients.values(), ids=lambda one: one.id)
def test_h17_every_name_of_every_medicine_reaches_every_rule_that_names_its_group(ingredient):
    rules = {
        f"interaction_{r.key}": OUTCOME[r.action]
        for r in protocol().assessment.interactions
        if r.key in ingredient.keys
    }

    for name in ingredient.names:
        said = judge(MedicineFacts((typed(name),), TEN, ()), protocol(), at=TEN).reasons
        assert {reason.gate: reason.outcome for reason in said} == rules, name


@pytest.mark.parametrize("text", ["water pill", "the blue one", "Theofillin", "xyz 5 mg", "St Johns worth"])
def test_h17_a_text_that_matches_nothing_is_shown_as_not_checked(text):
    facts = MedicineFacts((typed(text),), TEN, ())

    assert gates(judge(facts, protocol(), at=TEN)) == {"medicine_not_checked": "warned"}
    assert text in str(judge(facts, protocol(), at=TEN))


def test_h17_theophylline_by_any_name_is_refused():
    hard = [i for i in catalogue().ingredients.values() if "xanthine" in i.keys]

    assert hard
    for ingredient in hard:
        for name in ingredient.names:
            assert not judge(MedicineFacts((typed(name),), TEN, ()), protocol(), at=TEN).permits
