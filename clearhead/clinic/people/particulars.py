"""What is known of a person as a form shows it: who may change which part, and the mark of what was shown."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from clearhead.clinic.audit.actions import plain, sha256_of
from clearhead.clinic.people import finding
from clearhead.clinic.people.models import Patient, Site

OWN_FIELDS = (
    "used_name",
    "phone",
    "email",
    "language",
    "zone",
    "messages_by",
    "contact_name",
    "contact_relation",
    "contact_phone",
)
"""What a person changes alone."""
IDENTITY = ("given_name", "family_name", "birth_date", "sex")
"""What tells one person from another, and what gates ask: changed by the clinic, with a reason and a second look."""
SAME_PHONE_DIGITS = 7
"""A number with fewer digits is no phone of one person."""
STAFF_FIELDS = (*IDENTITY, *OWN_FIELDS, "needs_interpreter", "proxy_name")


def known_of(patient: Patient) -> dict[str, Any]:
    """The data as plain values."""
    return {name: plain(getattr(patient, name)) for name in STAFF_FIELDS}


def mark_of(patient: Patient) -> str:
    """A short mark of the data: another mark means that somebody changed them."""
    return sha256_of(known_of(patient))[:16]


def alike(*, site: Site, given_name: str, family_name: str, birth_date: date, phone: str = "") -> list[Patient]:
    """People of this site who may be the same person: spelt otherwise, born on another day, or with this phone."""
    given, family, number = given_name.strip(), family_name.strip(), finding.digits(phone)

    def may_be(one: finding.Known) -> bool:
        first, last = finding.near(one.given_name, given), finding.near(one.family_name, family)
        swapped = finding.near(one.given_name, family) and finding.near(one.family_name, given)
        if one.birth_date == birth_date and (first or last or swapped):
            return True
        if first and len(number) >= SAME_PHONE_DIGITS and finding.digits(one.phone).endswith(number[-4:]):
            return True
        return finding.folded(one.given_name + one.family_name) == finding.folded(given + family)

    people = Patient.objects.filter(courses__site=site)
    exact = Q(given_name__iexact=given, family_name__iexact=family, birth_date=birth_date)
    likely = [one.pk for one in finding.everybody(people.exclude(exact)) if may_be(one)]
    return list(Patient.objects.filter(pk__in=likely[:5]).order_by("family_name", "given_name"))


def namesakes(patient: Patient, said: dict[str, Any]) -> list[Patient]:
    """Other people who would have this name and date of birth (H-01)."""
    alike = Patient.objects.filter(
        given_name__iexact=said["given_name"].strip(),
        family_name__iexact=said["family_name"].strip(),
        birth_date=said["birth_date"],
        merged_into__isnull=True,
    )
    return list(alike.exclude(pk=patient.pk)[:3])
