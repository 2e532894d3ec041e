"""Leaving: one label has conditions, everything else is recorded as it was."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.home.brought import brought
from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion import queries
from clearhead.clinic.infusion.actions.base import ChairRefused
from clearhead.clinic.infusion.models import Adjunct, DrugClosure, Event, Flag, Flush, Infusion, PumpReading, Symptom
from clearhead.clinic.infusion.queries.forecast import forecast_of
from clearhead.clinic.infusion.queries.offers import offers
from clearhead.clinic.people import guard
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.plan import queries as plan
from clearhead.clinic.plan.models import Session, SessionSummary
from clearhead.clinic.recovery import actions
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.recovery.queries import recovery_of
from clearhead.clinic.schedule.models import Booking, VisitEvent
from clearhead.medicine.kinetics import solve
from tests import builders
from tests.cast import AT_TEN, PIN, member, petra
from tests.clinic.infusion import room
from tests.clinic.infusion.room import minutes
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db


def refused(session, at, **said):
    with pytest.raises(actions.DischargeRefused) as refusal:
        ward.go(session, at, **said)
    assert not Discharge.objects.exists()
    return {reason.gate for reason in refusal.value.verdict.blocking}


def test_when_everything_is_true_the_patient_leaves_with_the_label(session, home_at):
    ward.ready(session, home_at)

    left = ward.go(session, home_at)

    assert left.disposition == "criteria_met"
    assert left.verdict["outcome"] == "allowed"
    assert left.restriction_until == home_at + timedelta(hours=24)


def test_a_forecast_is_never_an_input_to_discharge(session, home_at, monkeypatch):
    def computed(*_args, **_kept):
        raise AssertionError("a level was computed")

    monkeypatch.setattr(solve, "run", computed)
    with pytest.raises(AssertionError, match="computed"):
        forecast_of(session, home_at)
    ward.ready(session, home_at)

    assert ward.go(session, home_at).verdict["outcome"] == "allowed"


@pytest.mark.hazard("H-21")
def test_h21_a_time_of_leaving_ahead_of_now_does_not_shorten_the_observation(session, home_at):
    early = home_at - minutes(3)
    ward.ready(session, early)

    assert refused(session, early, left_at=home_at) == {"left_at"}


@pytest.mark.parametrize(
    ("without", "gate"),
    [
        ("score", {"score", "oriented", "gait_steady", "dissociation_gone", "nausea_tolerable", "pain_acceptable"}),
        ("sets", {"recovery_sets", "bp_near_baseline", "spo2_room_air"}),
        ("catheter", {"catheter_out"}),
        ("escort", {"escort_met"}),
        ("gait_steady", {"gait_steady"}),
        ("pain_said", {"pain_acceptable"}),
    ],
)
def test_each_missing_thing_refuses_the_label_by_its_name(session, home_at, without, gate):
    ward.ready(session, home_at, frozenset({without}))

    assert refused(session, home_at) == gate


def test_instructions_that_nobody_acknowledged_refuse_the_label(session, home_at):
    ward.ready(session, home_at)

    assert refused(session, home_at, instructions_ack=False) == {"instructions_acknowledged"}


def test_an_open_symptom_is_ended_or_handed_over_in_writing(session, home_at):
    ward.ready(session, home_at)
    ward.fact(Symptom, session, home_at, symptom="nausea", grade=1)

    assert refused(session, home_at) == {"symptoms_closed"}
    left = ward.go(session, home_at, hand_over="Slight nausea; ondansetron at home if it stays.")
    told = {"symptom": "nausea", "grade": 1, "words": "Nausea, grade 1: slight"}
    assert SessionSummary.objects.get().open_symptoms == [told]
    assert left.hand_over.startswith("Slight nausea")


def test_what_was_left_open_stands_on_the_pages_of_the_next_session(session, home_at):
    ward.ready(session, home_at)
    ward.fact(Symptom, session, home_at, symptom="nausea", grade=2)
    ward.go(session, home_at, hand_over="Calls if it stays.")
    following = builders.session(petra(), number=2, starts_at=AT_TEN + timedelta(days=7), signed=session.order)
    nurse = Client()
    nurse.force_login(member("nina"))

    for page in (f"/infusion/{following.code}/go/", f"/plan/session/{following.code}/"):
        assert "Nausea, grade 2: bothers" in nurse.get(page).content.decode()
    assert plan.carried_over(session) is None, "the session itself is not its own predecessor"


def test_a_set_on_oxygen_or_with_an_unknown_flow_is_not_room_air(session, home_at):
    ward.ready(session, home_at, frozenset({"sets"}))
    ward.taken(session, home_at - minutes(20))
    ward.taken(session, home_at - minutes(5), o2_l_per_min=None)

    assert refused(session, home_at) == {"spo2_room_air"}


def test_a_set_from_before_the_end_is_no_recovery_set_whatever_it_is_called(session, home_at):
    ward.ready(session, home_at, frozenset({"sets"}))
    ward.taken(session, ward.ENDED - minutes(1))
    ward.taken(session, home_at - minutes(5))

    assert refused(session, home_at) == {"recovery_sets"}


def test_a_later_set_that_says_far_away_outweighs_the_score(session, home_at):
    ward.ready(session, home_at - minutes(1))
    ward.taken(session, home_at, dissociation=2)

    assert refused(session, home_at) == {"dissociation_gone"}


def test_a_sedative_a_flush_and_a_reversal_lengthen_the_observation(session, home_at):
    ward.fact(Flush, session, ward.ENDED + minutes(4), ml=Decimal(10), over_min=Decimal(1))
    assert recovery_of(session, home_at).timer.until == home_at + minutes(5)

    given = {"order_id": "midazolam_distress", "ingredient_id": "midazolam", "dose": 1, "unit": "mg", "route": "iv"}
    ward.fact(Adjunct, session, AT_TEN + minutes(30), **given)
    view = recovery_of(session, home_at)
    assert view.timer.until == home_at + minutes(35)
    assert any("sedative" in why for why in view.timer.why)

    ward.fact(Event, session, ward.ENDED + minutes(50), kind="emergency", text="Flumazenil 0.2 mg")
    assert recovery_of(session, home_at).timer.until == ward.ENDED + minutes(50 + 120)


def test_a_sedative_by_plan_lengthens_the_observation_as_one_when_needed_does(session, home_at):
    by_plan = {"order_id": "midazolam_before", "ingredient_id": "midazolam", "dose": 1, "unit": "mg", "route": "iv"}
    ward.fact(Adjunct, session, AT_TEN - minutes(5), **by_plan, raises_monitoring=True)

    assert recovery_of(session, home_at).timer.until == home_at + minutes(30)


def test_the_label_is_given_by_those_the_licence_table_names_and_a_departure_by_anyone():
    asked = '[people]\nfrom   = "reference"\nstatus = "assumption"\n'
    rows = asked + 'acts_by_role = [{ act = "discharge", roles = ["prescriber"] }]\n'
    session = ward.ended(protocol_version=room.protocol_with((asked, rows)))
    at = recovery_of(session, ward.ENDED).timer.until
    ward.ready(session, at)

    assert refused(session, at) == {"act_permitted"}
    assert ward.go(session, at, by=member("dario")).disposition == "criteria_met"


@pytest.mark.parametrize("disposition", ["against_advice", "admitted"])
def test_any_other_departure_is_recorded_at_any_time_with_its_reason(session, disposition):
    at = ward.ENDED + minutes(1)

    with pytest.raises(actions.DischargeRefused, match="says why"):
        ward.go(session, at, disposition=disposition)
    left = ward.go(session, at, disposition=disposition, reason="Wants to go now.", instructions_ack=False)

    assert left.reason == "Wants to go now."
    assert "refused" not in {reason["outcome"] for reason in left.verdict["reasons"]}


def test_an_emergency_waits_for_no_words_and_not_for_the_pump():
    session = room.running()

    ward.go(session, AT_TEN + minutes(20), disposition="emergency")

    assert Flag.objects.filter(rule="left_running", level="high").exists()
    assert not SessionSummary.objects.exists()


def test_an_exception_is_signed_by_a_prescriber(session):
    at, why = ward.ENDED + minutes(10), {"disposition": "exception", "reason": "Lives next door."}

    with pytest.raises(actions.DischargeRefused, match="signed by a prescriber"):
        ward.go(session, at, **why)
    with pytest.raises(actions.DischargeRefused, match="no prescriber"):
        ward.go(session, at, **why, signer=member("nina"), secret=actions.Secret(PIN))
    with pytest.raises(SignatureRefused):
        ward.go(session, at, **why, signer=member("dario"), secret=actions.Secret("0000"))
    assert not Discharge.objects.exists()

    left = ward.go(session, at, **why, signer=member("dario"), secret=actions.Secret(PIN))

    assert left.signature.meaning == "discharge exception"


def test_leaving_closes_the_visit_and_writes_what_the_session_came_to(session, home_at):
    ward.ready(session, home_at)

    ward.go(session, home_at)

    session.booking.refresh_from_db()
    assert session.booking.status == Booking.Status.DONE
    assert VisitEvent.objects.filter(booking=session.booking, kind="left").exists()
    summary = SessionSummary.objects.get(session=session)
    assert summary.infusion_minutes == 60
    assert Decimal("6") < summary.given_mg <= Decimal("7")
    assert Infusion.objects.get(session=session).ended_at == ward.ENDED


def test_a_drug_that_is_not_accounted_for_is_flagged_and_the_session_still_counts():
    session = room.running()
    ward.fact(
        room.RateChange, session, ward.ENDED, bag=session.bags.get(), kind="end", entered_value=0, entered_unit="mL/h",
        pump_ml_per_h=0, intended=True,
    )  # fmt: skip
    Infusion.objects.filter(session=session).update(ended_at=ward.ENDED)

    ward.go(session, ward.ENDED + minutes(5), disposition="against_advice", reason="Leaves.")

    assert Flag.objects.filter(rule="left_open").exists()
    assert SessionSummary.objects.get(session=session).infusion_minutes == 60


def test_nobody_leaves_twice_but_a_departure_can_be_corrected(session, home_at):
    ward.ready(session, home_at)
    first = ward.go(session, home_at)

    with pytest.raises(actions.DischargeRefused, match="left at"):
        ward.go(session, home_at + minutes(1))
    said = {"disposition": "against_advice", "reason": "Left before the talk."}
    second = ward.go(session, home_at + minutes(1), corrects=first, **said)

    assert Discharge.standing().get() == second
    assert VisitEvent.standing().get(kind="left").happened_at == second.happened_at


def test_who_leaves_against_advice_is_brought_to_the_prescriber_with_what_was_not_met() -> None:
    session, at = ward.ended(), ward.ENDED + minutes(7)

    ward.go(session, at, disposition="against_advice", reason="Leaves.")

    (flag,) = brought(session.site, at + minutes(1)).flags
    assert (flag.rule, flag.level) == ("left_early", "high")
    assert "Left against advice, not met:" in flag.sentence
    assert "catheter" in flag.sentence.lower()


def left_early(session):
    return [flag.sentence for flag in queries.open_flags(session) if flag.rule == "left_early"]


def test_a_departure_corrected_to_against_advice_is_brought_to_the_prescriber_too(session, home_at) -> None:
    ward.ready(session, home_at)
    first = ward.go(session, home_at)
    goes = {"disposition": "against_advice", "reason": "Would not hear it.", "instructions_ack": False}

    second = ward.go(session, home_at + minutes(1), left_at=home_at, corrects=first, **goes)

    (flag,) = brought(session.site, home_at + minutes(2)).flags
    assert (flag.rule, flag.level) == ("left_early", "high")
    assert flag.sentence == "Left against advice, not met: Instructions read and acknowledged."
    third = ward.go(session, home_at + minutes(3), corrects=second, **goes)
    assert left_early(session) == [flag.sentence], "another time is no second alarm"
    admitted = {"disposition": "admitted", "reason": "Taken to the ward."}
    fourth = ward.go(session, home_at + minutes(4), corrects=third, **admitted)
    ward.go(session, home_at + minutes(5), corrects=fourth, **goes)
    assert len(left_early(session)) == 1


def test_a_corrected_time_of_leaving_moves_the_line_of_the_visit_and_keeps_the_old_one(session, home_at) -> None:
    goes = {"disposition": "against_advice", "reason": "Leaves."}
    first = ward.go(session, home_at, **goes)

    ward.go(session, home_at + minutes(5), left_at=home_at + minutes(3), corrects=first, **goes)

    line = VisitEvent.standing().get(booking=session.booking, kind="left")
    assert (line.happened_at, line.recorded_at) == (home_at + minutes(3), home_at + minutes(5))
    assert line.corrects.happened_at == home_at


def test_who_has_met_everything_leaves_no_flag() -> None:
    session, at = ward.ended(), ward.ENDED + minutes(90)
    ward.ready(session, at)

    ward.go(session, at, disposition="against_advice", reason="In a hurry.")

    assert brought(session.site, at + minutes(1)).flags == ()


def test_the_catheter_is_taken_out_of_the_record_also_after_the_departure() -> None:
    session, at, client = ward.ended(), timezone.now(), Client()
    ward.go(session, at, disposition="against_advice", reason="Leaves.")
    client.force_login(member("nina"))
    page = f"/recovery/{session.code}/"

    assert "It is out, the site is dry" in client.get(page).content.decode()
    client.post(f"{page}catheter/", {guard.FIELD: guard.token(session.patient)})

    assert "It is out, the site is dry" not in client.get(page).content.decode()


@pytest.mark.hazard("H-08")
def test_the_drug_is_accounted_for_also_after_the_departure_and_its_flag_goes() -> None:
    session, at, nina = room.running(), ward.ENDED + minutes(7), member("nina")
    bag = session.bags.get()
    ward.fact(
        room.RateChange, session, ward.ENDED, bag=bag, kind="end", entered_value=0, entered_unit="mL/h",
        pump_ml_per_h=0, intended=True,
    )  # fmt: skip
    Infusion.objects.filter(session=session).update(ended_at=ward.ENDED)
    ward.fact(PumpReading, session, ward.ENDED, bag=bag, pump_ml=Decimal(7), charted_ml=Decimal(7), stopped=True)
    session = Session.objects.get(pk=session.pk)
    ward.go(session, at, disposition="against_advice", reason="Leaves.")
    left = SessionSummary.standing().get(session=session)
    assert [one.page for one in offers(queries.chair(session, at)) if "drug" in one.word] == ["infusion-close"]

    drug = {"session": session, "left_mg": Decimal(12), "wasted_mg": Decimal(0), "by": nina, "at": at}
    written = chair.finish(**drug, reason="the bag fell and broke")

    assert written == left, "the departure had written it"
    assert DrugClosure.standing().filter(session=session).count() == 1
    assert [flag.rule for flag in queries.open_flags(session)] == ["left_early"]
    with pytest.raises(ChairRefused, match="closed already"):
        chair.finish(**drug)
