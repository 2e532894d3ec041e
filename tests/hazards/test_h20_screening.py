"""H-20: pregnancy, pressure and psychosis are screened, and the answers grow old. Every shipped protocol."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from clearhead.medicine.protocols.loader import shipped_ids
from clearhead.medicine.rules import eligibility, start
from clearhead.medicine.rules.eligibility import Condition, State
from clearhead.medicine.rules.reasons import Override
from clearhead.medicine.rules.start import GateAnswer
from tests.medicine.rules.given import TEN, TODAY, after, candidate, gates, protocol, ready

pytestmark = pytest.mark.hazard("H-20")
ABSOLUTE = [
    (name, rule.code)
    for name in shipped_ids()
    for rule in protocol(name).assessment.contraindications
    if rule.level == "absolute"
]


@pytest.mark.parametrize("code", ["pregnancy", "uncontrolled_hypertension", "active_psychosis"])
def test_h20_the_three_of_the_hazard_are_absolute_in_every_shipped_protocol(code):
    assert {(name, code) for name in shipped_ids()} <= set(ABSOLUTE)


@pytest.mark.parametrize(("name", "code"), ABSOLUTE)
def test_h20_no_override_opens_an_absolute_ground(name, code):
    of = protocol(name)
    for state in (State.ACTIVE, State.UNTREATED, State.UNKNOWN):
        conditions = candidate(of).conditions | {code: Condition(state, TODAY, TODAY)}
        facts = candidate(of, conditions=conditions, overrides=(Override(code, "I take it on me.", "Dario"),))

        assert gates(eligibility.judge(facts, of, at=TEN))[code] == "refused"


@pytest.mark.parametrize("name", shipped_ids())
def test_h20_what_was_asked_once_is_asked_again_when_it_has_expired(name):
    of = protocol(name)
    for rule in of.assessment.contraindications:
        if rule.level != "unresolved" or rule.expires_days is None:
            continue
        for days, outcome in ((rule.expires_days, None), (rule.expires_days + 1, "open")):
            asked = Condition(State.ABSENT, TODAY - timedelta(days=days))
            facts = candidate(of, conditions=candidate(of).conditions | {rule.code: asked})

            assert gates(eligibility.judge(facts, of, at=TEN)).get(rule.code) == outcome


@pytest.mark.parametrize("name", shipped_ids())
def test_h20_the_questions_of_the_day_expire_while_the_patient_waits(name):
    of = protocol(name)
    gate = next((g for g in of.start.go_gates if g.fact == "day_rescreen"), None)
    assert gate is not None
    assert gate.max_age_min is not None
    facts = ready(of)
    old = GateAnswer(True, after(-gate.max_age_min - 1))

    judged = start.judge(replace(facts, answers=facts.answers | {"day_rescreen": old}), of, at=TEN)

    assert gates(judged) == {"day_rescreen": "open"}
