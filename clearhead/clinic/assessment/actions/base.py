"""What every write of the assessment shares: its refusal, its times, its audit, its lock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import Course, Patient, User


class AssessmentRefused(Exception):
    """This cannot be recorded as it stands; says what now."""


def times(at: datetime, by: User | None, happened_at: datetime | None = None) -> dict[str, Any]:
    """The times of a fact; refuses one that lies ahead."""
    if happened_at is not None and happened_at > at:
        raise AssessmentRefused("That time has not come yet. Check the entry.")
    return {"happened_at": happened_at or at, "recorded_at": at, "recorded_by": by}


def told(course: Course, verb: str, subject: Any, by: User | None, at: datetime, **body: Any) -> None:
    """The write on the audit chain."""
    audit.record(chain=course.site.slug, at=at, by=by, verb=verb, subject=subject, patient=course.patient, body=body)


def lock(patient: Patient) -> None:
    """Take the patient's lock: two people may be at the same history."""
    Patient.objects.select_for_update().get(pk=patient.pk)
