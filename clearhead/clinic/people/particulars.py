"""What is known of a person as a form shows it: who may change which part, and the mark of what was shown."""

from __future__ import annotations

from typing import Any

from clearhead.clinic.audit.actions import plain, sha256_of
from clearhead.clinic.people.models import Patient

OWN_FIELDS = (
    "used_name",
    "phone",
    "email",
    "language",
    "messages_by",
    "contact_name",
    "contact_relation",
    "contact_phone",
)
"""What a person changes alone."""
IDENTITY = ("given_name", "family_name", "birth_date", "sex")
"""What tells one person from another, and what gates ask: changed by the clinic, with a reason and a second look."""
STAFF_FIELDS = (*IDENTITY, *OWN_FIELDS, "needs_interpreter", "proxy_name")


def known_of(patient: Patient) -> dict[str, Any]:
    """The data as plain values."""
    return {name: plain(getattr(patient, name)) for name in STAFF_FIELDS}


def mark_of(patient: Patient) -> str:
    """A short mark of the data: another mark means that somebody changed them."""
    return sha256_of(known_of(patient))[:16]


def namesakes(patient: Patient, said: dict[str, Any]) -> list[Patient]:
    """Other people who would have this name and date of birth (H-01)."""
    alike = Patient.objects.filter(
        given_name__iexact=said["given_name"].strip(),
        family_name__iexact=said["family_name"].strip(),
        birth_date=said["birth_date"],
        merged_into__isnull=True,
    )
    return list(alike.exclude(pk=patient.pk)[:3])
