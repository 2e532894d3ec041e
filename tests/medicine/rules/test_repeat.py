"""May sessions follow?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from clearhead.medicine.rules.repeat import RepeatFacts, judge
from tests.medicine.rules.given import TEN, TODAY, gates, protocol

WELL = RepeatFacts(
    purpose="maintenance",
    response="responder",
    last_session_on=TODAY - timedelta(days=40),
    wanted_on=TODAY,
    sessions_last_12_months=5,
    mg_per_kg_last_12_months=Decimal(6),
    maintenance_last_12_months=1,
    liver_tested_on=TODAY - timedelta(days=20),
    liver_times_uln=Decimal("0.8"),
    urinary_asked_on=TODAY - timedelta(days=5),
    new_urinary_symptoms=False,
)


def said(of=None, **changed):
    return gates(judge(replace(WELL, **changed), of or protocol(), at=TEN))


def test_a_documented_response_with_current_checks_may_go_on():
    assert said() == {}


@pytest.mark.parametrize(
    ("changed", "gate", "outcome"),
    [
        ({"response": "no_response"}, "response_documented", "refused"),
        ({"response": "not_enough_data"}, "response_documented", "open"),
        ({"last_session_on": TODAY - timedelta(days=27)}, "gap_days", "refused"),
        ({"sessions_last_12_months": 16}, "year_sessions", "refused"),
        ({"sessions_last_12_months": None}, "exposure_known", "open"),
        ({"mg_per_kg_last_12_months": Decimal(32)}, "year_total", "refused"),
        ({"maintenance_last_12_months": 6}, "maintenance_per_year", "refused"),
        ({"liver_tested_on": None}, "liver_current", "open"),
        ({"liver_times_uln": Decimal(3)}, "liver_result", "refused"),
        ({"urinary_asked_on": TODAY - timedelta(days=400)}, "urinary_asked", "open"),
        ({"new_urinary_symptoms": True}, "urinary_symptoms", "refused"),
        ({"requests_beyond_plan": True}, "requests_beyond_plan", "open"),
        ({"open_symptoms": ("nausea",)}, "symptoms_closed", "open"),
    ],
)
def test_each_ground_answers_by_its_own_name(changed, gate, outcome):
    assert said(**changed) == {gate: outcome}


def test_a_protocol_without_maintenance_refuses_it():
    bare = replace(protocol(), review=replace(protocol().review, maintenance=None))

    assert said(bare) == {"maintenance_named": "refused"}


def test_the_next_of_a_series_needs_no_response_yet():
    assert said(purpose="series", response=None, last_session_on=TODAY - timedelta(days=1)) == {}
