"""The waiting list: joined by hand, left by being booked or by not wanting to wait any more.

A person leaves when they get what they waited for: a visit of the same kind at the same site, booked by whatever way,
or moved to an earlier time. Who joined by a phone number or an address alone is known again by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import Course, Patient, Site, User
from clearhead.clinic.schedule.errors import BookingRefused
from clearhead.clinic.schedule.models import Booking, Service, Waiting

SAME_NUMBER_DIGITS = 9
"""So many last digits make two phone numbers one; what stands before is the way to dial: assumption."""


@audit.once
def join_waiting(
    *,
    site: Site,
    service: Service,
    by: User | None,
    at: datetime,
    patient: Patient | None = None,
    contact: str = "",
    note: str = "",
    client_id: UUID | None = None,
) -> Waiting:
    """Put someone on the list for an earlier time. One open place per person and service."""
    if patient is None and not contact.strip():
        raise BookingRefused(_("Say how to reach the person: a phone number or an e-mail address."))
    known = _place_of(_open_at(site).filter(service=service), patient, contact)
    if known is not None:
        return known
    row = Waiting.objects.create(
        site=site, service=service, patient=patient, contact=contact.strip(), since=at, note=note
    )
    audit.record(chain=site.slug, at=at, by=by, verb="join waiting list", subject=row, patient=patient)
    return row


def _open_at(site: Site) -> QuerySet[Waiting]:
    return Waiting.objects.filter(site=site, closed_at__isnull=True)


def _place_of(rows: QuerySet[Waiting], patient: Patient | None, contact: str) -> Waiting | None:
    if patient is not None:
        return rows.filter(patient__in=patient.charts).first()
    mine = reach_of(contact)
    return next((row for row in rows.filter(patient=None) if mine and reach_of(row.contact) == mine), None)


@audit.once
def note_offer(*, waiting: Waiting, by: User | None, at: datetime, client_id: UUID | None = None) -> Waiting:
    """A freed time was offered to this person; the next freed time goes to the next one."""
    Waiting.objects.filter(pk=waiting.pk).update(offered_at=at)
    waiting.refresh_from_db()
    audit.record(
        chain=waiting.site.slug, at=at, by=by, verb="offer a freed time", subject=waiting, patient=waiting.patient
    )
    return waiting


@audit.once
def close_waiting(
    *,
    waiting: Waiting,
    by: User | None,
    at: datetime,
    why: str = Waiting.Why.WITHDRAWN,
    client_id: UUID | None = None,
) -> Waiting:
    """No longer waiting: booked, or does not want to. Who has left already has left once."""
    left = Waiting.objects.filter(pk=waiting.pk, closed_at__isnull=True).update(
        closed_at=at, closed_why=Waiting.Why(why)
    )
    waiting.refresh_from_db()
    if left:
        audit.record(
            chain=waiting.site.slug,
            at=at,
            by=by,
            verb="leave waiting list",
            subject=waiting,
            patient=waiting.patient,
            body={"why": waiting.closed_why},
        )
    return waiting


def leave_waiting(*, booking: Booking, by: User | None, at: datetime, contacts: Iterable[str] = ()) -> list[Waiting]:
    """Whoever got this booking waits no longer for a visit of its kind. `contacts`: what was typed while booking."""
    rows = _open_at(booking.site).filter(service__kind=booking.service.kind).order_by("pk")
    mine = [row for row in rows if booking.patient is not None and _is_of(row, booking.patient, contacts)]
    for row in mine:
        why = Waiting.Why.OFFERED if row.offered_at is not None else Waiting.Why.BOOKED
        close_waiting(waiting=row, why=why, by=by, at=at)
    return mine


def course_closed(*, course: Course, by: User | None, at: datetime) -> None:
    """A reaction: whose course is closed waits for nothing more here."""
    for row in _open_at(course.site).filter(patient__in=course.patient.charts).order_by("pk"):
        close_waiting(waiting=row, by=by, at=at)


def _is_of(row: Waiting, patient: Patient, contacts: Iterable[str]) -> bool:
    if row.patient_id is not None:
        return row.patient_id in patient.charts
    reached = {reach_of(one) for one in (patient.email, patient.phone, *contacts)} - {""}
    return reach_of(row.contact) in reached


def reach_of(contact: str) -> str:
    """An address in small letters, or the last digits of a number: what tells that two ways reach one person."""
    if "@" in contact:
        return contact.strip().casefold()
    return "".join(sign for sign in contact if sign.isdigit())[-SAME_NUMBER_DIGITS:]
