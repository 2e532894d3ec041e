"""Recording a consult and signing its outcome off."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.consult import queries
from clearhead.clinic.consult.models import Consult
from clearhead.clinic.letters import actions as letters
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Course, Role, Signature, User
from clearhead.clinic.schedule.models import Booking
from clearhead.medicine.rules.reasons import refused
from clearhead.medicine.rules.verdict import Verdict

OUTCOME_MEANING = "consult outcome"


class ConsultRefused(Exception):
    """This outcome cannot be recorded or signed; `verdict` names every reason."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(str(verdict))


@audit.once
def record_consult(
    *,
    course: Course,
    mode: str,
    patient_location: str,
    triage: Mapping[str, str],
    red_flags: Mapping[str, str],
    outcome: str,
    by: User,
    at: datetime,
    more: Mapping[str, Any] | None = None,
    outcome_note: str = "",
    call_again_on: date | None = None,
    booking: Booking | None = None,
    secret: str = "",
    client_id: UUID | None = None,
) -> Consult:
    """What was asked and what came of it. With the prescriber's secret the outcome is signed off at once."""
    if outcome == Consult.Outcome.INVITE:
        verdict = queries.against_inviting(red_flags)
        if not verdict.permits:
            raise ConsultRefused(verdict)
    if call_again_on is not None and call_again_on < course.site.today(at):
        raise ConsultRefused(_said("call_again_on", f"{call_again_on:%-d %B} is over. Choose today or a later day."))
    code = uuid.uuid4()
    said: dict[str, Any] = {
        "course": course,
        "booking": booking,
        "clinician": by,
        "mode": mode,
        "patient_location": patient_location.strip(),
        "answers": {**(more or {}), "triage": dict(triage), "red_flags": dict(red_flags)},
        "red_flags": [name for name, answer in red_flags.items() if answer != "no"],
        "outcome": outcome,
        "outcome_note": outcome_note.strip(),
        "call_again_on": call_again_on if outcome == Consult.Outcome.CALL_AGAIN else None,
    }
    signature = _signed(course, code, said, by, secret, at) if secret else None
    row = Consult.objects.create(code=code, happened_at=at, recorded_at=at, recorded_by=by, signature=signature, **said)
    body = {"outcome": outcome, "mode": mode, "signed": signature is not None}
    _hand_over(row, by, at)
    audit.record(
        chain=course.site.slug, at=at, by=by, verb="record consult", subject=row, patient=course.patient, body=body
    )
    return row


@audit.once
def sign_off(*, consult: Consult, secret: str, by: User, at: datetime, client_id: UUID | None = None) -> Consult:
    """A prescriber signs the outcome that somebody proposed: the same consult again, with a signature."""
    Course.objects.select_for_update().get(pk=consult.course_id)
    if consult.signature_id is not None or Consult.objects.filter(corrects=consult).exists():
        raise ConsultRefused(_said("signed_once", "This outcome is signed off, or was replaced. Open the newest one."))
    said = {
        "course": consult.course,
        "booking": consult.booking,
        "clinician": consult.clinician,
        "mode": consult.mode,
        "patient_location": consult.patient_location,
        "answers": consult.answers,
        "red_flags": consult.red_flags,
        "outcome": consult.outcome,
        "outcome_note": consult.outcome_note,
        "call_again_on": consult.call_again_on,
    }
    code = uuid.uuid4()
    row = Consult.objects.create(
        code=code,
        happened_at=consult.happened_at,
        recorded_at=at,
        recorded_by=by,
        corrects=consult,
        signature=_signed(consult.course, code, said, by, secret, at),
        **said,
    )
    _hand_over(row, by, at)
    audit.record(
        chain=consult.course.site.slug,
        at=at,
        by=by,
        verb="sign off consult",
        subject=row,
        patient=consult.course.patient,
        body={"outcome": consult.outcome},
    )
    return row


def _hand_over(consult: Consult, by: User, at: datetime) -> None:
    """A signed referral becomes a letter on paper, to be handed over; nothing of it goes by mail."""
    if consult.outcome != Consult.Outcome.REFER or consult.signature is None:
        return
    patient, site = consult.course.patient, consult.course.site
    letters.queue(
        site=site,
        patient=patient,
        template="letter",
        context={
            "title": _("Referral to neurology"),
            "paragraphs": [
                _("We ask you to see this patient about headache, and to look for other causes."),
                *([consult.outcome_note] if consult.outcome_note else []),
                _("Please send us your letter with the date of the visit and whether other causes are excluded."),
            ],
            "rows": [
                (_("Patient"), f"{patient}, {patient.birth_date:%-d %B %Y}"),
                (_("Spoken with us"), f"{consult.happened_at.astimezone(site.tz):%-d %B %Y}, {consult.clinician}"),
                (_("Signed"), str(consult.signature.signer)),
            ],
        },
        about_code=consult.code,
        due_at=at,
        channel="print",
        by=by,
        at=at,
    )


def _signed(course: Course, code: UUID, said: dict[str, Any], by: User, secret: str, at: datetime) -> Signature:
    if Role.PRESCRIBER not in roles_of(by, course.site):
        raise ConsultRefused(_said("prescriber_signs", "The outcome is signed off by a prescriber of this site."))
    return people.sign(
        by=by,
        secret=secret,
        meaning=OUTCOME_MEANING,
        subject_code=code,
        sha256=audit.sha256_of(said),
        site=course.site,
        at=at,
    )


def _said(gate: str, sentence: str) -> Verdict:
    return Verdict.of("consult", [refused(gate, "Consult", sentence)])
