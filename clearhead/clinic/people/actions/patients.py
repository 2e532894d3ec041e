"""A new patient with a course, and new data of a known one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import Course, Patient, PatientChange, Site, User
from clearhead.clinic.people.particulars import IDENTITY, STAFF_FIELDS, known_of, mark_of
from clearhead.clinic.reactions import react


class DetailsRefused(Exception):
    """The person's data stay as they were, and why."""


@audit.once
def add_patient(
    *,
    given_name: str,
    family_name: str,
    birth_date: date,
    site: Site,
    by: User | None,
    at: datetime,
    indication: str = "migraine",
    sex: str = "",
    phone: str = "",
    email: str = "",
    language: str = "en",
    zone: str = "",
    client_id: UUID | None = None,
) -> Course:
    """A new patient (or the one already known by name and birth date) and an open course at the site."""
    patient = Patient.objects.filter(
        given_name__iexact=given_name.strip(),
        family_name__iexact=family_name.strip(),
        birth_date=birth_date,
        merged_into__isnull=True,
    ).first()
    if patient is None:
        patient = Patient.objects.create(
            given_name=given_name.strip(),
            family_name=family_name.strip(),
            birth_date=birth_date,
            sex=sex,
            phone=phone,
            email=email,
            language=language,
            zone=zone or site.zone,
            created_at=at,
        )
    course, opened = Course.objects.get_or_create(
        patient=patient, site=site, indication=indication, closed_at=None, defaults={"opened_at": at}
    )
    if opened:
        audit.record(chain=site.slug, at=at, by=by, verb="open course", subject=course, patient=patient)
    return course


@audit.once
def close_course(*, course: Course, why: str, by: User, at: datetime, client_id: UUID | None = None) -> Course:
    """The journey at this site is over. What stands in it stays readable; a new one begins with a new registration."""
    if Course.objects.filter(pk=course.pk, closed_at__isnull=True).update(closed_at=at, closed_why=why.strip()):
        audit.record(
            chain=course.site.slug, at=at, by=by, verb="close course", subject=course, patient=course.patient,
            body={"why": why.strip()},
        )  # fmt: skip
        react("course_closed", course=course, by=by, at=at)
    course.refresh_from_db()
    return course


@audit.once
def change_details(
    *,
    patient: Patient,
    site: Site | None,
    said: dict[str, Any],
    seen: str,
    by: User,
    at: datetime,
    reason: str = "",
    document_seen: bool = False,
    client_id: UUID | None = None,
) -> Patient:
    """New data of a person. `seen` is the mark of what the screen showed: a screen of before a change is refused."""
    held = Patient.objects.select_for_update().get(pk=patient.pk)
    before = known_of(held)
    if seen != mark_of(held):
        raise DetailsRefused(
            _("Somebody changed these data meanwhile. Nothing was saved. Look at them as they are now.")
        )
    after = {name: audit.plain(value) for name, value in said.items() if name in STAFF_FIELDS}
    changed = sorted(name for name in after if after[name] != before[name])
    if any(before[name] for name in changed if name in IDENTITY) and not reason.strip():
        raise DetailsRefused(_("A change of name, date of birth or sex needs its reason. Nothing was saved."))
    for name in changed:
        setattr(held, name, said[name])
    held.verified_at = at if document_seen else held.verified_at
    held.save(update_fields=[*changed, "verified_at"])
    if changed:
        _keep_change(held, before, after, changed, reason, by, at)
    if "email" in changed or "phone" in changed:
        react("contact_changed", patient=held, site=site, before=before, by=by, at=at)
    audit.record(
        chain=site.slug if site else audit.HOUSE, at=at, by=by, verb="change details", subject=held, patient=held,
        body={"changed": changed, "document_seen": document_seen},
    )  # fmt: skip
    return held


def _keep_change(
    patient: Patient,
    before: dict[str, Any],
    after: dict[str, Any],
    changed: list[str],
    reason: str,
    by: User,
    at: datetime,
) -> None:
    PatientChange.objects.create(
        patient=patient,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        reason=reason.strip(),
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )
