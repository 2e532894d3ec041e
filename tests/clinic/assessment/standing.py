"""A course that lacks nothing, built through the real actions; each test takes one thing away or adds one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from clearhead.clinic.assessment import actions
from clearhead.clinic.consult.actions import record_consult
from clearhead.clinic.diary.models import Day
from clearhead.clinic.people.models import Course
from clearhead.clinic.policy.queries import protocol_at
from clearhead.medicine.headache.red_flags import FLAGS
from clearhead.medicine.medicines import catalogue
from tests import builders, cast
from tests.cast import AT_TEN, PIN

PREVENTIVES = ("topiramate", "amitriptyline", "propranolol", "erenumab", "candesartan", "verapamil")
ACUTES = ("sumatriptan", "ibuprofen", "rimegepant", "acetaminophen")
TODAY = date(2026, 11, 20)


def course_at_mesa() -> Course:
    """Petra's course; Mesa has adopted the stepped series."""
    site = cast.mesa()
    course = builders.course_of(cast.petra())
    builders.adopt(site)
    return course


def protocol_of(course: Course, at: datetime = AT_TEN) -> Any:
    """What Mesa runs."""
    return protocol_at(course.site, course.indication, "series", at).protocol


def everything_settled(course: Course, *, at: datetime = AT_TEN - timedelta(hours=1)) -> Course:
    """Asked, measured, confirmed: nothing stands in the way."""
    nina, dario, protocol = cast.member("nina"), cast.member("dario"), protocol_of(course)
    when = {"course": course, "by": nina, "at": at}
    answers = {rule.code: ("no", "", None) for rule in protocol.assessment.contraindications}
    actions.record_answers(answers=answers, said_by="patient", **when)
    record_consult(
        course=course,
        mode="phone",
        patient_location="Mesa",
        triage={"other_treatments_insufficient": "yes", "several_medicines_tried": "yes", "neurologist_seen": "yes"},
        red_flags={flag.id: "no" for flag in FLAGS},
        outcome="invite",
        secret=PIN,
        by=dario,
        at=at,
    )
    actions.add_medication(typed="propranolol", kind="medicine", **when)
    actions.confirm_medicines(**when)
    actions.record_no_known_allergies(**when)
    for typed in PREVENTIVES:
        _tried(typed, "preventive", when)
    for typed in ACUTES:
        _tried(typed, "acute", when)
    for test in protocol.assessment.tests:
        actions.record_answers(answers={test.name: ("yes", "", None)}, prefix="applies:", said_by="clinician", **when)
        actions.record_measurement(kind=test.name, text="fine", inside_limit=True, **when)
    actions.record_measurement(kind="weight", value=Decimal(70), unit="kg", text="70.0 kg = 154.3 lb", **when)
    actions.record_referral(
        to_specialty="neurology", seen_on=TODAY, letter_on_file=True, secondary_causes_excluded=True, **when
    )
    actions.confirm_diagnosis(course=course, indication=protocol.indications[0], by=dario, at=at)
    _diary(course, at)
    return course


def _tried(typed: str, role: str, when: dict[str, Any]) -> None:
    assert catalogue.find(typed), typed
    more = {"started_on": date(2025, 1, 1), "stopped_on": date(2025, 9, 1), "why_stopped": "no_effect"}
    more |= {"reached_target_dose": True, "weeks_at_target": 20} if role == "preventive" else {}
    actions.add_trial(typed=typed, role=role, effect="none", more=more, **when)


def _diary(course: Course, at: datetime) -> None:
    Day.objects.bulk_create(
        Day(
            patient=course.patient,
            local_date=TODAY - timedelta(days=back),
            answer=2 if back % 4 else 0,
            zone="America/Phoenix",
            happened_at=at,
            recorded_at=at,
        )
        for back in range(28)
    )
