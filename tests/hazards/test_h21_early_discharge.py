"""H-21 and H-19: no path to the label "criteria met" before every condition, whatever the clock does."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction

from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.recovery import actions
from clearhead.clinic.recovery.facts import AtTheDoor, facts_of
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.recovery.queries import recovery_of
from clearhead.medicine.rules import discharge
from clearhead.medicine.rules.discharge import Padss
from tests.clinic.infusion.room import minutes
from tests.clinic.recovery import ward

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-21"), pytest.mark.hazard("H-19")]
BY_HAND = (
    "oriented",
    "gait_steady",
    "dissociation_gone",
    "nausea_tolerable",
    "catheter_out",
    "symptoms_closed",
    "escort_met",
    "instructions_acknowledged",
)
DRAWS = 40


class Undone(Exception):
    """Takes back one try, so that the next one starts from the same record."""


@pytest.fixture
def session():
    return ward.ended()


@pytest.fixture
def home_at(session):
    return recovery_of(session, ward.ENDED).timer.until


def test_h21_of_all_combinations_of_conditions_only_the_one_where_all_hold_earns_the_label(session, home_at):
    ward.ready(session, home_at)
    protocol = protocol_of(session)
    full = facts_of(session, protocol, AtTheDoor(instructions_ack=True))
    breaks = (
        {"sets": full.sets[:1]},
        {"score": Padss(0, 1, 2, 2)},
        {"on_oxygen": None},
        {"pain_acceptable": False},
        {"sedative_last_at": ward.ENDED},
    )

    for holds in product((True, False), repeat=len(BY_HAND) + len(breaks)):
        by_hand, measured = holds[: len(BY_HAND)], holds[len(BY_HAND) :]
        facts = replace(full, answers=dict(zip(BY_HAND, by_hand, strict=True)))
        for one, holding in zip(breaks, measured, strict=True):
            facts = facts if holding else replace(facts, **one)
        assert discharge.judge(facts, protocol, at=home_at).permits is all(holds), holds


def _try(session, at, missing, earns):
    """Everything but what is missing, then the door; and all of it undone."""
    with transaction.atomic():
        ward.ready(session, at, missing)
        if earns:
            assert ward.go(session, at).disposition == "criteria_met"
        else:
            with pytest.raises(actions.DischargeRefused):
                ward.go(session, at)
            assert not Discharge.objects.exists()
        raise Undone


def test_h21_through_the_door_itself_any_drawn_set_of_missing_things_is_refused(session, home_at):
    draw = random.Random(21)
    for _ in range(DRAWS):
        missing = frozenset(part for part in ward.PARTS if draw.random() < 0.25)
        early = draw.choice((0, 0, 1, 20))
        with pytest.raises(Undone):
            _try(session, home_at - minutes(early), missing, earns=not (missing or early))


@pytest.mark.parametrize(
    ("jump", "gates"),
    [
        (timedelta(0), set()),
        (-timedelta(seconds=1), {"min_observation"}),
        (-timedelta(hours=1, minutes=4), {"min_observation", "recovery_sets", "bp_near_baseline", "spo2_room_air"}),
        (-timedelta(days=1), {"min_observation", "recovery_sets", "bp_near_baseline", "spo2_room_air"}),
        (timedelta(hours=3), {"recovery_sets"}),
        (timedelta(days=365), {"recovery_sets"}),
    ],
)
def test_h21_a_clock_that_jumps_either_way_earns_no_label(session, home_at, jump, gates):
    ward.ready(session, home_at)

    if not gates:
        assert ward.go(session, home_at + jump)
        return
    with pytest.raises(actions.DischargeRefused) as refusal:
        ward.go(session, home_at + jump)

    assert gates <= {reason.gate for reason in refusal.value.verdict.blocking}


def test_h21_an_end_that_is_charted_again_later_begins_the_observation_again(session, home_at):
    ward.ready(session, home_at)
    bag = session.bags.get()
    for kind, rate, at in (("resume", 7, home_at - minutes(12)), ("end", 0, home_at - minutes(2))):
        ward.fact(
            ward.RateChange, session, at, bag=bag, kind=kind, entered_value=rate, entered_unit="mL/h",
            pump_ml_per_h=rate, intended=True,
        )  # fmt: skip
    ward.Infusion.objects.filter(session=session).update(ended_at=home_at - minutes(2))

    with pytest.raises(actions.DischargeRefused) as refusal:
        ward.go(session, home_at)

    assert {"min_observation", "recovery_sets"} <= {reason.gate for reason in refusal.value.verdict.blocking}


def test_h21_while_the_pump_runs_nobody_earns_the_label(session, home_at):
    ward.ready(session, home_at)
    ward.Infusion.objects.filter(session=session).update(ended_at=None)

    with pytest.raises(actions.DischargeRefused) as refusal:
        ward.go(session, home_at)

    assert "min_observation" in {reason.gate for reason in refusal.value.verdict.blocking}
