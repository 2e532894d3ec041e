"""Recording what was asked, said, measured and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from clearhead.clinic.assessment import words
from clearhead.clinic.assessment.models import (
    Allergy,
    HistoryItem,
    Measurement,
    Medication,
    OpenItem,
    Referral,
    Trial,
)
from clearhead.clinic.assessment.queries import allergies_of, history_of
from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Course, Patient, Role, User
from clearhead.medicine.errors import Missing
from clearhead.medicine.medicines import catalogue
from clearhead.medicine.protocols.codes import INDICATIONS
from clearhead.medicine.scales import scale as scales

Answers = Mapping[str, tuple[str, str, date | None]]


class AssessmentRefused(Exception):
    """This cannot be recorded as it stands; says what now."""


def _times(at: datetime, by: User | None, happened_at: datetime | None = None) -> dict[str, Any]:
    if happened_at is not None and happened_at > at:
        raise AssessmentRefused("That time has not come yet. Check the entry.")
    return {"happened_at": happened_at or at, "recorded_at": at, "recorded_by": by}


def _audit(course: Course, verb: str, subject: Any, by: User | None, at: datetime, **body: Any) -> None:
    audit.record(chain=course.site.slug, at=at, by=by, verb=verb, subject=subject, patient=course.patient, body=body)


def _lock(patient: Patient) -> None:
    Patient.objects.select_for_update().get(pk=patient.pk)


@audit.once
def record_answers(
    *,
    course: Course,
    answers: Answers,
    said_by: str,
    by: User | None,
    at: datetime,
    everything: bool = False,
    prefix: str = "",
    client_id: UUID | None = None,
) -> list[HistoryItem]:
    """New answers to questions. An answer that has not changed is not written again, unless all were asked again."""
    before = history_of(course.patient)
    rows = []
    for item, (answer, detail, cleared_on) in answers.items():
        old = before.get(prefix + item)
        same = old is not None and (old.answer, old.detail, old.cleared_on) == (answer, detail.strip(), cleared_on)
        if same and not everything:
            continue
        rows.append(
            HistoryItem.objects.create(
                patient=course.patient,
                item=prefix + item,
                answer=answer,
                detail=detail.strip(),
                cleared_on=cleared_on,
                as_of=course.site.today(at),
                said_by=said_by,
                **_times(at, by),
            )
        )
    if rows:
        _audit(course, "record history", course, by, at, answers={row.item: row.answer for row in rows})
    return rows


@audit.once
def confirm_diagnosis(
    *, course: Course, indication: str, by: User, at: datetime, client_id: UUID | None = None
) -> HistoryItem:
    """A prescriber confirms which migraine it is."""
    if Role.PRESCRIBER not in roles_of(by, course.site):
        raise AssessmentRefused("A diagnosis is confirmed by a prescriber of this site.")
    if indication not in INDICATIONS:
        raise AssessmentRefused(f"“{indication}” is none of: {', '.join(INDICATIONS.values())}.")
    row = HistoryItem.objects.create(
        patient=course.patient,
        item=words.DIAGNOSIS,
        answer=HistoryItem.Answer.YES,
        detail=indication,
        as_of=course.site.today(at),
        said_by="clinician",
        **_times(at, by),
    )
    _audit(course, "confirm diagnosis", row, by, at, indication=indication)
    return row


@audit.once
def add_medication(
    *,
    course: Course,
    typed: str,
    kind: str,
    by: User | None,
    at: datetime,
    dose: str = "",
    since: date | None = None,
    client_id: UUID | None = None,
) -> Medication:
    """A medicine or supplement taken now. A name that matches nothing is kept and shown as not checked."""
    found = catalogue.find(typed)
    row = Medication.objects.create(
        patient=course.patient,
        ingredient_id=found.id if found else "",
        typed=typed.strip(),
        kind=kind,
        dose=dose.strip(),
        since=since,
        **_times(at, by),
    )
    _audit(course, "add medicine", row, by, at, typed=typed, ingredient=row.ingredient_id)
    return row


@audit.once
def stop_medication(
    *, course: Course, medication: Medication, by: User | None, at: datetime, client_id: UUID | None = None
) -> Medication:
    """It is no longer taken: the same row again, with its end."""
    today = course.site.today(at)
    row = Medication.objects.create(
        patient=course.patient,
        ingredient_id=medication.ingredient_id,
        typed=medication.typed,
        kind=medication.kind,
        dose=medication.dose,
        since=medication.since,
        until=date.fromordinal(today.toordinal() - 1),
        corrects=medication,
        **_times(at, by),
    )
    _audit(course, "stop medicine", row, by, at)
    return row


@audit.once
def confirm_medicines(*, course: Course, by: User | None, at: datetime, client_id: UUID | None = None) -> HistoryItem:
    """A clinician went through the list with the patient: it is complete as it stands."""
    row = HistoryItem.objects.create(
        patient=course.patient,
        item=words.MEDICINES_CONFIRMED,
        answer=HistoryItem.Answer.YES,
        as_of=course.site.today(at),
        said_by="clinician",
        **_times(at, by),
    )
    _audit(course, "confirm medicines", row, by, at)
    return row


@audit.once
def add_allergy(
    *,
    course: Course,
    substance: str,
    by: User | None,
    at: datetime,
    reaction: str = "",
    severity: str = "",
    client_id: UUID | None = None,
) -> Allergy:
    """A substance and what it did. It replaces the statement that none is known."""
    _lock(course.patient)
    none = next((row for row in allergies_of(course.patient) if row.none_known), None)
    row = Allergy.objects.create(
        patient=course.patient,
        substance=substance.strip(),
        reaction=reaction.strip(),
        severity=severity,
        corrects=none,
        **_times(at, by),
    )
    _audit(course, "add allergy", row, by, at, substance=substance)
    return row


@audit.once
def record_no_known_allergies(
    *, course: Course, by: User | None, at: datetime, client_id: UUID | None = None
) -> Allergy:
    """Asked, and none is known: a statement of its own, never an empty list."""
    _lock(course.patient)
    if any(not row.none_known for row in allergies_of(course.patient)):
        raise AssessmentRefused("An allergy is on the list. Strike it first if it is wrong.")
    row = Allergy.objects.create(patient=course.patient, none_known=True, **_times(at, by))
    _audit(course, "no known allergies", row, by, at)
    return row


@audit.once
def strike_allergy(
    *, course: Course, allergy: Allergy, by: User | None, at: datetime, client_id: UUID | None = None
) -> Allergy:
    """It should not have been on the list. Both rows stay readable."""
    row = Allergy.objects.create(
        patient=course.patient,
        substance=allergy.substance,
        none_known=allergy.none_known,
        reaction=allergy.reaction,
        severity=allergy.severity,
        corrects=allergy,
        struck=True,
        **_times(at, by),
    )
    _audit(course, "strike allergy", row, by, at)
    return row


@audit.once
def add_trial(
    *,
    course: Course,
    typed: str,
    role: str,
    effect: str,
    by: User | None,
    at: datetime,
    medicine_class: str = "",
    more: Mapping[str, Any] | None = None,
    client_id: UUID | None = None,
) -> Trial:
    """One earlier treatment. The class comes from the catalogue, or is chosen where it knows none.

    `more`: dose, started_on, stopped_on, reached_target_dose, weeks_at_target, cycles, quarterly, why_stopped.
    """
    found = catalogue.find(typed)
    known = (found.preventive_class if role == "preventive" else found.acute_class) if found else None
    chosen = medicine_class or known or ("complementary" if role == "complementary" else "")
    if not chosen:
        raise AssessmentRefused(f"The class of “{typed}” is not known. Choose it from the list.")
    row = Trial.objects.create(
        patient=course.patient,
        ingredient_id=found.id if found else "",
        typed=typed.strip(),
        role=role,
        medicine_class=chosen,
        effect=effect,
        **(more or {}),
        **_times(at, by),
    )
    _audit(course, "add treatment tried", row, by, at, medicine_class=chosen, effect=effect)
    return row


@audit.once
def strike_trial(
    *, course: Course, trial: Trial, by: User | None, at: datetime, client_id: UUID | None = None
) -> Trial:
    """It should not be in the ledger."""
    row = Trial.objects.create(
        patient=course.patient,
        typed=trial.typed,
        role=trial.role,
        medicine_class=trial.medicine_class,
        effect=trial.effect,
        corrects=trial,
        struck=True,
        **_times(at, by),
    )
    _audit(course, "strike treatment tried", row, by, at)
    return row


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
        **_times(at, by, taken_at),
    )
    _audit(course, f"record {kind}", row, by, at, value=value, value2=value2, unit=unit)
    return row


@audit.once
def record_scale(
    *,
    course: Course,
    scale_id: str,
    parts: Sequence[int | None],
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> Measurement:
    """A questionnaire. What it triggers becomes exactly one open item each, also on a half-filled form (H-40)."""
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
        **_times(at, by),
    )
    for trigger in scales.triggers_of(asked, parts):
        OpenItem.objects.create(
            course=course,
            kind=trigger.id,
            about_code=str(row.code),
            sentence=trigger.sentence,
            owner_role=Role.PRESCRIBER,
            due_at=at,
            **_times(at, by),
        )
    _audit(course, f"record {scale_id}", row, by, at, total=row.value)
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
        **_times(at, by),
    )
    _audit(item.course, "close open item", row, by, at, done=done)
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
        **_times(at, by),
    )
    _audit(course, "record referral", row, by, at, to=to_specialty, seen_on=seen_on)
    return row
