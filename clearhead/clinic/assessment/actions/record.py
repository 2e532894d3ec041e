"""Recording what was asked and said: history, diagnosis, medicines, allergies, treatments tried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from clearhead.clinic.assessment import words
from clearhead.clinic.assessment.actions.base import AssessmentRefused, lock, times, told
from clearhead.clinic.assessment.models import (
    Allergy,
    HistoryItem,
    Medication,
    Trial,
)
from clearhead.clinic.assessment.queries import allergies_of, history_of
from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Course, Role, User
from clearhead.clinic.reactions import react
from clearhead.medicine.medicines import catalogue
from clearhead.medicine.protocols.codes import INDICATIONS

Answers = Mapping[str, tuple[str, str, date | None]]


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
                **times(at, by),
            )
        )
    if rows:
        told(course, "record history", course, by, at, answers={row.item: row.answer for row in rows})
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
        **times(at, by),
    )
    told(course, "confirm diagnosis", row, by, at, indication=indication)
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
        **times(at, by),
    )
    told(course, "add medicine", row, by, at, typed=typed, ingredient=row.ingredient_id)
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
        **times(at, by),
    )
    told(course, "stop medicine", row, by, at)
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
        **times(at, by),
    )
    told(course, "confirm medicines", row, by, at)
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
    lock(course.patient)
    none = next((row for row in allergies_of(course.patient) if row.none_known), None)
    row = Allergy.objects.create(
        patient=course.patient,
        substance=substance.strip(),
        reaction=reaction.strip(),
        severity=severity,
        corrects=none,
        **times(at, by),
    )
    react("allergy_recorded", allergy=row, by=by, at=at)
    told(course, "add allergy", row, by, at, substance=substance)
    return row


@audit.once
def record_no_known_allergies(
    *, course: Course, by: User | None, at: datetime, client_id: UUID | None = None
) -> Allergy:
    """Asked, and none is known: a statement of its own, never an empty list."""
    lock(course.patient)
    if any(not row.none_known for row in allergies_of(course.patient)):
        raise AssessmentRefused("An allergy is on the list. Strike it first if it is wrong.")
    row = Allergy.objects.create(patient=course.patient, none_known=True, **times(at, by))
    told(course, "no known allergies", row, by, at)
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
        **times(at, by),
    )
    react("allergy_taken_back", allergy=allergy, by=by, at=at)
    told(course, "strike allergy", row, by, at)
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
        **times(at, by),
    )
    told(course, "add treatment tried", row, by, at, medicine_class=chosen, effect=effect)
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
        **times(at, by),
    )
    told(course, "strike treatment tried", row, by, at)
    return row
