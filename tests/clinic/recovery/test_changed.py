"""What changes on the record after recovery was judged is told to the prescriber; nothing is refused for it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.clinic.home.brought import brought
from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion import queries
from clearhead.clinic.infusion.models import Access, Adjunct, Flag, Observation
from clearhead.clinic.recovery import actions
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.recovery.queries import recovery_of
from tests.cast import member
from tests.clinic.infusion.room import minutes
from tests.clinic.recovery import ward
from tests.clinic.recovery.test_late_drugs import refused
from tests.clinic.recovery.test_signs_at_the_door import seen

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-21")]


@pytest.fixture
def session():
    return ward.ended()


@pytest.fixture
def home_at(session):
    return recovery_of(session, ward.ENDED).timer.until


@pytest.fixture
def left(session, home_at):
    """With the label, one minute after everything was ready."""
    ward.ready(session, home_at)
    return ward.go(session, home_at + minutes(1)).happened_at


def midazolam(session, at, happened_at):
    return chair.give(
        session=session, order_id="midazolam_distress", dose=Decimal(1), unit="mg", by=member("nina"), at=at,
        happened_at=happened_at, intended=False,
    )  # fmt: skip


def told(session):
    return Flag.standing().filter(session=session, rule="label_changed").last()


def test_h21_a_sedative_charted_late_as_given_before_leaving_is_brought_to_the_prescriber(session, left):
    midazolam(session, left + minutes(20), left - minutes(15))

    flag = told(session)
    assert (flag.level, flag.for_prescriber) == ("high", True)
    assert "with “criteria met”. By what is charted now, not met: Observation time over" in flag.sentence
    assert flag in brought(session.site, left + minutes(21)).flags
    assert flag in queries.open_flags(session)
    assert Discharge.standing().get().disposition == "criteria_met", "the departure stays as it was"


def test_h21_a_set_charted_late_with_dangerous_signs_is_brought_once(session, left):
    chair.observe(
        session=session, by=member("nina"), at=left + minutes(5), happened_at=left - minutes(0.5), intended=False,
        values={"sys": 121, "dia": 75, "hr": 38, "rr": 7, "spo2": 97, "sedation": -4, "o2_l_per_min": Decimal(0)},
    )  # fmt: skip

    assert Flag.standing().filter(rule="label_changed").count() == 1
    for word in ("Awake", "Pulse", "Breathing", "High flags answered", "Score"):
        assert word in told(session).sentence


def test_h21_a_catheter_that_was_never_out_is_brought_after_the_departure(session, left):
    out = Access.standing().get(session=session)
    chair.strike(row=out, reason="another chair", by=member("nina"), at=left + minutes(10))

    assert "not met: Vein catheter out." in told(session).sentence


def test_what_changes_nothing_of_the_label_raises_nothing(session, left):
    seen(session, left + minutes(3), happened_at=left - minutes(3))
    chair.note(session=session, kind="note", text="umbrella left here", by=member("nina"), at=left + minutes(5))

    assert told(session) is None
    assert not Flag.objects.filter(level="low").exists()


def test_what_was_answered_before_the_label_was_given_stays_answered(session, home_at):
    ward.ready(session, home_at)
    chair.call_help(session=session, by=member("nina"), at=home_at)
    for flag in queries.open_flags(session):
        done = {"done": "seen to", "by": member("dario"), "cleared": True}
        chair.acknowledge(session=session, flag=flag, at=home_at + minutes(5), **done)
    ward.go(session, home_at + minutes(6), left_at=home_at + minutes(2))

    seen(session, home_at + minutes(8), happened_at=home_at - minutes(3))

    assert told(session) is None


def test_a_departure_without_the_label_is_not_judged_again(session, home_at):
    ward.go(session, home_at, disposition="against_advice", reason="Leaves.")
    midazolam(session, home_at + minutes(20), home_at - minutes(15))

    assert told(session) is None


@pytest.mark.parametrize("what", ["set", "score", "symptom"])
def test_what_is_dated_after_the_departure_is_kept_and_asked_about(session, left, what):
    after = left + minutes(4)
    if what == "set":
        seen(session, after)
    elif what == "symptom":
        chair.symptom(session=session, code="nausea", grade=1, by=member("nina"), at=after)
    else:
        actions.score(session=session, items=ward.GOOD, answers=ward.SEEN, by=member("nina"), at=after)

    flag = Flag.objects.get(rule="after_leaving")
    assert flag.level == "low"
    assert "after the patient left at" in flag.sentence
    assert told(session) is None


def test_h21_the_sedative_that_held_the_label_back_is_taken_back_and_the_prescriber_knows(session, home_at):
    ward.ready(session, home_at)
    given = midazolam(session, home_at, home_at - minutes(10))
    assert "min_observation" in refused(session, home_at + minutes(1))

    chair.strike(row=given, reason="never given", by=member("nina"), at=home_at + minutes(2))

    flag = Flag.objects.get(rule="struck_in_recovery")
    assert (flag.level, flag.for_prescriber) == ("medium", True)
    assert flag.sentence.startswith("Midazolam 1 mg of ")
    assert "was taken back in recovery: never given. Observation ends at" in flag.sentence
    assert "No longer against “criteria met”: Observation time over" in flag.sentence
    assert flag in brought(session.site, home_at + minutes(3)).flags


def test_h21_a_set_taken_back_that_stood_against_the_label_is_told(session, home_at):
    ward.ready(session, home_at)
    seen(session, home_at + minutes(1), hr=38)
    row = Observation.standing().filter(session=session).order_by("happened_at").last()

    chair.strike(row=row, reason="typed wrong", by=member("nina"), at=home_at + minutes(2))

    assert "A set of" in Flag.objects.get(rule="struck_in_recovery").sentence
    assert "“criteria met”: Pulse" in Flag.objects.get(rule="struck_in_recovery").sentence


def test_a_strike_that_helps_nobody_home_is_not_told(session, home_at):
    ward.ready(session, home_at)
    row = Observation.standing().filter(session=session).order_by("happened_at").last()
    chair.strike(row=row, reason="another patient", by=member("nina"), at=home_at + minutes(1))
    out = Access.standing().get(session=session)
    chair.strike(row=out, reason="another chair", by=member("nina"), at=home_at + minutes(1))

    assert not Flag.objects.filter(rule="struck_in_recovery").exists()
    assert not Adjunct.objects.exists()
