"""Recording what was measured and sent: results, scales, open items, letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from clearhead.clinic.assessment.actions.base import AssessmentRefused, lock, times, told
from clearhead.clinic.assessment.models import Measurement, OpenItem, Referral
from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import Course, Role, User
from clearhead.medicine.errors import Missing
from clearhead.medicine.scales import scale as scales


@audit.once
def record_measurement(
    *,
    course: Course,
    kind: str,
    by: User | None,
    at: datetime,
    value: Decimal | None = None,
    value2: Decimal | None = None,
    unit: str = "",
    entered_unit: str = "",
    text: str = "",
    inside_limit: bool | None = None,
    taken_at: datetime | None = None,
    client_id: UUID | None = None,
) -> Measurement:
    """A dated result: weight in kg, blood pressure in mmHg, a laboratory value, a check that was made."""
    row = Measurement.objects.create(
        patient=course.patient,
        kind=kind,
        value=value,
        value2=value2,
        unit=unit,
        entered_unit=entered_unit or unit,
        text=text.strip(),
        inside_limit=inside_limit,
        **times(at, by, taken_at),
    )
    told(course, f"record {kind}", row, by, at, value=value, value2=value2, unit=unit)
    return row


@audit.once
def strike_measurement(
    *, course: Course, measurement: Measurement, why: str, by: User, at: datetime, client_id: UUID | None = None
) -> Measurement:
    """It should not have been on file, and why. Both rows stay readable; what rests on results looks past it.

    A questionnaire too, but not while an answer in it waits for a person: a strike never closes that (H-40).
    """
    if not why.strip():
        raise AssessmentRefused("Say why it is wrong.")
    lock(course.patient)
    waits = OpenItem.standing().filter(about_code=str(measurement.code), done="").first()
    if waits is not None:
        raise AssessmentRefused(f"A person must act first: {waits.sentence} Say what was done, then strike it.")
    if not Measurement.standing().filter(pk=measurement.pk).exists():
        raise AssessmentRefused("This was struck already.")
    row = Measurement.objects.create(
        patient=measurement.patient,
        kind=measurement.kind,
        value=measurement.value,
        value2=measurement.value2,
        unit=measurement.unit,
        entered_unit=measurement.entered_unit,
        text=why.strip(),
        corrects=measurement,
        struck=True,
        **times(at, by),
    )
    told(course, f"strike {measurement.kind}", row, by, at, why=row.text)
    return row


@audit.once
def record_scale(
    *,
    course: Course,
    scale_id: str,
    parts: Sequence[int | None],
    by: User | None,
    at: datetime,
    answer_by: datetime | None = None,
    client_id: UUID | None = None,
) -> Measurement:
    """A questionnaire. What it triggers becomes exactly one open item each, also on a half-filled form (H-40).

    `answer_by`: what a patient who answers alone is told; beside a clinician it is now.
    """
    asked = scales.scale(scale_id)
    if all(part is None for part in parts):
        raise AssessmentRefused("Nothing was answered.")
    try:
        scored: scales.Scored | None = scales.score(asked, parts)
    except Missing:
        scored = None
    row = Measurement.objects.create(
        patient=course.patient,
        kind=scale_id,
        value=None if scored is None else Decimal(scored.total),
        text="not complete" if scored is None else scored.band,
        unit="points",
        parts=list(parts),
        **times(at, by),
    )
    for trigger in scales.triggers_of(asked, parts):
        OpenItem.objects.create(
            course=course,
            kind=trigger.id,
            about_code=str(row.code),
            sentence=trigger.sentence,
            owner_role=Role.PRESCRIBER,
            due_at=answer_by or at,
            **times(at, by),
        )
    told(course, f"record {scale_id}", row, by, at, total=row.value)
    return row


@audit.once
def close_item(*, item: OpenItem, done: str, by: User, at: datetime, client_id: UUID | None = None) -> OpenItem:
    """Somebody says what was done about it."""
    if not done.strip():
        raise AssessmentRefused("Say what was done. Looking at it does not close it.")
    Course.objects.select_for_update().get(pk=item.course_id)
    if OpenItem.objects.filter(corrects=item).exists():
        raise AssessmentRefused("This was closed already.")
    row = OpenItem.objects.create(
        course=item.course,
        kind=item.kind,
        about_code=item.about_code,
        sentence=item.sentence,
        owner_role=item.owner_role,
        due_at=item.due_at,
        done=done.strip(),
        corrects=item,
        **times(at, by),
    )
    told(item.course, "close open item", row, by, at, done=done)
    return row


@audit.once
def record_referral(
    *,
    course: Course,
    to_specialty: str,
    by: User | None,
    at: datetime,
    to_name: str = "",
    seen_on: date | None = None,
    letter_on_file: bool = False,
    secondary_causes_excluded: bool | None = None,
    client_id: UUID | None = None,
) -> Referral:
    """A letter asked for, or what came back: seen when, letter on file, other causes excluded or not."""
    row = Referral.objects.create(
        course=course,
        to_specialty=to_specialty,
        to_name=to_name.strip(),
        seen_on=seen_on,
        letter_on_file=letter_on_file,
        secondary_causes_excluded=secondary_causes_excluded,
        **times(at, by),
    )
    told(course, "record referral", row, by, at, to=to_specialty, seen_on=seen_on)
    return row
