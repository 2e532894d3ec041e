"""The label is given to a patient who is awake and calm now: by the newest set, and with nothing grave going on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion import queries
from clearhead.clinic.recovery import actions
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.recovery.queries import recovery_of
from tests.cast import member
from tests.clinic.infusion.room import minutes
from tests.clinic.recovery import ward
from tests.clinic.recovery.test_late_drugs import LOOK, look, refused

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-21")]
CALM = {"sys": 121, "dia": 75, "hr": 71, "rr": 15, "spo2": 98, "o2_l_per_min": Decimal(0), "sedation": 0}


@pytest.fixture
def session():
    return ward.ended()


@pytest.fixture
def at(session):
    """Everything is true at this moment."""
    moment = recovery_of(session, ward.ENDED).timer.until
    ward.ready(session, moment)
    return moment


def seen(session, at, happened_at=None, **changed):
    values = {**CALM, **changed}
    absent = {name: values.pop(name) for name, value in changed.items() if value == "refused"}
    sure = frozenset(f"{name}={value}" for name, value in values.items())
    chair.observe(
        session=session,
        values=values,
        why_not=absent,
        by=member("nina"),
        at=at,
        happened_at=happened_at,
        confirmed=sure,
    )


def answer_all(session, at):
    for flag in queries.open_flags(session):
        chair.acknowledge(session=session, flag=flag, done="seen to", by=member("dario"), at=at, cleared=True)


def test_h21_an_unconscious_patient_does_not_get_the_label_after_a_score_of_eight(session, at):
    seen(session, at + minutes(2), sedation=-5, hr=38, rr=9)

    assert refused(session, at + minutes(3)) == {*LOOK, "awake", "pulse", "breathing", "flags_answered"}
    view = recovery_of(session, at + minutes(3))
    assert view.look_again == "before a set that says sedation -5"
    said = {reason.gate: reason.sentence for reason in view.verdict.blocking}
    assert said["awake"] == "Sedation -5 in the last set; 0, alert and calm, is asked for."
    assert said["pulse"] == "Pulse 38 in the last set: below 45, below 40."


def test_h21_the_score_is_taken_again_once_the_patient_is_awake_again(session, at):
    seen(session, at + minutes(2), sedation=-3)
    seen(session, at + minutes(6))

    assert refused(session, at + minutes(7)) == LOOK
    look(session, at + minutes(7))
    assert ward.go(session, at + minutes(8)).disposition == "criteria_met"


@pytest.mark.parametrize(
    ("changed", "gates"),
    [
        ({"hr": 38}, {"pulse", "flags_answered"}),
        ({"hr": 140}, {"pulse", "flags_answered"}),
        ({"rr": 7}, {"breathing", "flags_answered"}),
        ({"rr": 30}, {"breathing"}),
        ({"sedation": -1}, {*LOOK, "awake"}),
        ({"sedation": 3}, {*LOOK, "awake", "flags_answered"}),
        ({"dia": 115}, {"diastolic"}),
        ({"temp_c": Decimal("39.5")}, {"temperature"}),
        ({"nausea": 3}, {"nausea_tolerable"}),
        ({"hr": "refused", "rr": "refused", "sedation": "refused"}, {"pulse", "breathing", "awake"}),
    ],
)
def test_h21_a_last_set_outside_the_protocols_limits_refuses_the_label_only(session, at, changed, gates):
    seen(session, at + minutes(2), **changed)

    assert refused(session, at + minutes(3)) == gates
    assert not Discharge.objects.exists()
    left = ward.go(session, at + minutes(3), disposition="against_advice", reason="Leaves.")
    assert left.disposition == "against_advice"


def test_h21_a_call_for_help_that_nobody_answered_refuses_the_label(session, at):
    chair.call_help(session=session, by=member("nina"), at=at + minutes(1))

    assert refused(session, at + minutes(2)) == {"emergency_over", "flags_answered"}
    answer_all(session, at + minutes(3))
    assert ward.go(session, at + minutes(4)).disposition == "criteria_met"


def test_h21_an_emergency_refuses_the_label_until_its_line_recovered(session, at):
    for what in ("unresponsive", "bag_mask", "call_911"):
        chair.emergency(session=session, what=what, by=member("nina"), at=at + minutes(1))

    assert refused(session, at + minutes(2)) == {"emergency_over"}
    chair.emergency(session=session, what="recovered", by=member("nina"), at=at + minutes(3))
    assert ward.go(session, at + minutes(4)).disposition == "criteria_met"


def test_h21_no_words_hand_over_a_grave_symptom(session, at):
    for code in ("chest_pain", "seizure"):
        chair.symptom(session=session, code=code, grade=3, by=member("nina"), at=at + minutes(1))
    answer_all(session, at + minutes(2))
    with pytest.raises(actions.DischargeRefused, match="Still open: Chest pain, grade 3, Seizure, grade 3") as refusal:
        ward.go(session, at + minutes(3), hand_over="The husband looks after it.")

    assert {reason.gate for reason in refusal.value.verdict.blocking} == {"no_grave_symptom"}
    assert ward.go(session, at + minutes(3), disposition="emergency").disposition == "emergency"
