"""Escort, answers, and the medicine lines that a clinician signs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.models import Course, User
from clearhead.clinic.plan import queries
from clearhead.clinic.plan.actions.told import record
from clearhead.clinic.plan.models import Escort, MedicineLine, PreparationAnswer, Session
from clearhead.clinic.schedule.errors import BookingRefused


@audit.once
def name_escort(
    *,
    session: Session,
    name: str,
    phone: str,
    may_be_told: bool,
    by: User | None,
    at: datetime,
    mail: str = "",
    client_id: UUID | None = None,
) -> Escort:
    """Who takes the patient home. Another name replaces the earlier one, which then has to be reached anew."""
    row = Escort.objects.create(
        session=session,
        name=name.strip(),
        phone=phone.strip(),
        mail=mail.strip(),
        may_be_told=may_be_told,
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
        corrects=queries.escort_of(session),
    )
    record(session.order, "name escort", row, by, at, {"session": session})
    return row


@audit.once
def escort_reached(
    *, session: Session, reached_at: datetime, by: User | None, at: datetime, client_id: UUID | None = None
) -> Escort:
    """Somebody spoke with the escort, who knows when and where to come."""
    named = queries.escort_of(session)
    if named is None:
        raise BookingRefused(_("Nobody is named yet who takes the patient home."))
    row = Escort.objects.create(
        session=session,
        name=named.name,
        phone=named.phone,
        mail=named.mail,
        may_be_told=named.may_be_told,
        reached_at=reached_at,
        happened_at=reached_at,
        recorded_at=at,
        recorded_by=by,
        corrects=named,
    )
    record(session.order, "reach escort", row, by, at, {"session": session})
    return row


@audit.once
def answer_preparation(
    *,
    session: Session,
    item: str,
    value: str,
    via: str,
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> PreparationAnswer:
    """One answer about preparation, from the patient by link or through the staff. A later answer replaces it."""
    row = PreparationAnswer.objects.create(
        session=session,
        item=item,
        value=value.strip()[:200],
        via=via,
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
        corrects=PreparationAnswer.standing().filter(session=session, item=item).last(),
    )
    record(session.order, "answer preparation", row, by, at, {"item": item, "via": via})
    return row


@audit.once
def sign_medicine_lines(
    *,
    course: Course,
    lines: Mapping[str, str],
    secret: str,
    by: User,
    at: datetime,
    client_id: UUID | None = None,
) -> list[MedicineLine]:
    """A prescriber signs, line by line, what this patient does with each own medicine on the day."""
    made = []
    for typed, sentence in lines.items():
        code, digest = uuid.uuid4(), audit.sha256_of({"course": course, "typed": typed, "sentence": sentence})
        made.append(
            MedicineLine.objects.create(
                code=code,
                course=course,
                typed=typed,
                sentence=sentence.strip(),
                signature=people.sign(
                    by=by,
                    secret=secret,
                    meaning="medicine line",
                    subject_code=code,
                    sha256=digest,
                    site=course.site,
                    at=at,
                ),
                happened_at=at,
                recorded_at=at,
                recorded_by=by,
                corrects=MedicineLine.standing().filter(course=course, typed=typed).last(),
            )
        )
    body = {"lines": dict(lines)}
    audit.record(
        chain=course.site.slug,
        at=at,
        by=by,
        verb="sign medicine lines",
        subject=course,
        patient=course.patient,
        body=body,
    )
    return made
