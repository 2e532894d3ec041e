"""H-19: no path to a start or to the label around one gate: every combination of a handful of gates."""

from __future__ import annotations

from itertools import product

import pytest

from clearhead.medicine.rules import discharge, start
from clearhead.medicine.rules.start import GateAnswer
from tests.medicine.rules.given import TEN, after, protocol, ready, recovered

pytestmark = pytest.mark.hazard("H-19")
AT_THE_DOOR = ("consent_current", "willing_today", "prescriber_present", "escort_reached", "weight_today", "iv_access")
AT_THE_EXIT = (
    "oriented",
    "gait_steady",
    "dissociation_gone",
    "catheter_out",
    "escort_met",
    "instructions_acknowledged",
)


@pytest.mark.parametrize("answers", list(product((True, False), repeat=len(AT_THE_DOOR))))
def test_h19_only_the_all_yes_combination_starts(answers):
    changed = {fact: GateAnswer(yes, after(-5)) for fact, yes in zip(AT_THE_DOOR, answers, strict=True)}
    facts = ready(protocol(), answers=ready(protocol()).answers | changed)

    assert start.judge(facts, protocol(), at=TEN).permits is all(answers)


@pytest.mark.parametrize("answers", list(product((True, False), repeat=len(AT_THE_EXIT))))
def test_h19_only_the_all_yes_combination_earns_the_label(answers):
    changed = dict(zip(AT_THE_EXIT, answers, strict=True))
    facts = recovered(protocol(), answers=recovered(protocol()).answers | changed)

    assert discharge.judge(facts, protocol(), at=after(90)).permits is all(answers)
