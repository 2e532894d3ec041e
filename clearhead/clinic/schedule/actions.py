"""Every write to the calendar. Resources are locked in the order of their ids, then the booking, the audit last."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from clearhead.capacity.phases import Phase
from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import Course, Patient, Site, User
from clearhead.clinic.reactions import react
from clearhead.clinic.schedule import taking, visits
from clearhead.clinic.schedule.errors import BookingRefused, HoldOver, NotOpen, SlotTaken, said_clearly
from clearhead.clinic.schedule.models import Booking, Occupancy, Resource, Service, VisitEvent
from clearhead.clinic.schedule.taking import patient_resource
from clearhead.clinic.schedule.waiting import close_waiting, join_waiting, leave_waiting, note_offer

__all__ = [
    "BookingRefused",
    "HoldOver",
    "NotOpen",
    "SlotTaken",
    "close_waiting",
    "join_waiting",
    "leave_waiting",
    "note_offer",
    "patient_resource",
]

LIVE = (Booking.Status.HELD, Booking.Status.BOOKED)


@said_clearly
@audit.once
def hold(
    *,
    site: Site,
    service: Service,
    starts_at: datetime,
    by: User | None,
    at: datetime,
    phases: Sequence[Phase] | None = None,
    patient: Patient | None = None,
    channel: str = "online",
    client_id: UUID | None = None,
) -> Booking:
    """Keep a time for ten minutes while a form is filled. Nothing stretches it."""
    wish = taking.wish_for(site, service, starts_at, phases, patient)
    until = at + timedelta(minutes=settings.HOLD_MINUTES)
    booking = taking.take(wish, at=at, status=Booking.Status.HELD, hold_until=until, channel=channel)
    audit.record(
        chain=site.slug, at=at, by=by, verb="hold a time", subject=booking, patient=patient, body={"from": starts_at}
    )
    return booking


@said_clearly
@audit.once
def confirm_hold(
    *, booking: Booking, course: Course, by: User | None, at: datetime, client_id: UUID | None = None
) -> Booking:
    """Turn a hold into a booking for this patient, as long as the ten minutes last."""
    mine = patient_resource(course.patient)
    taking.lock_these([mine.pk, *booking.occupancies.values_list("resource", flat=True)])
    taking.free_expired([mine], at)
    held = Booking.objects.select_for_update().get(pk=booking.pk)
    if held.status != Booking.Status.HELD:
        raise HoldOver(_("This time is no longer kept for you. Nothing was booked. Choose a time again."))
    if held.hold_until is None or held.hold_until <= at:
        raise HoldOver(_("The ten minutes are over, and the time was given back. Nothing was booked. Choose again."))
    held.status, held.hold_until = Booking.Status.BOOKED, None
    held.course, held.patient = course, course.patient
    held.save(update_fields=["status", "hold_until", "course", "patient"])
    if not held.occupancies.filter(resource=mine, released_at__isnull=True).exists():
        Occupancy.objects.create(
            booking=held, resource=mine, phase="patient", starts_at=held.starts_at, ends_at=held.ends_at
        )
    leave_waiting(booking=held, by=by, at=at)
    audit.record(chain=held.site.slug, at=at, by=by, verb="book", subject=held, patient=held.patient)
    return held


@said_clearly
@audit.once
def book(
    *,
    site: Site,
    service: Service,
    starts_at: datetime,
    course: Course,
    by: User | None,
    at: datetime,
    phases: Sequence[Phase] | None = None,
    channel: str = "desk",
    client_id: UUID | None = None,
) -> Booking:
    """Book one visit at once, without a hold."""
    taking.refuse_closed(course)
    wish = taking.wish_for(site, service, starts_at, phases, course.patient)
    booking = taking.take(wish, at=at, status=Booking.Status.BOOKED, course=course, channel=channel)
    leave_waiting(booking=booking, by=by, at=at)
    audit.record(
        chain=site.slug,
        at=at,
        by=by,
        verb="book",
        subject=booking,
        patient=course.patient,
        body={"from": starts_at, "service": service, "channel": channel},
    )
    return booking


@said_clearly
@audit.once
def book_series(
    *,
    site: Site,
    service: Service,
    course: Course,
    starts: Sequence[datetime],
    phases: Sequence[Phase] | Sequence[Sequence[Phase]],
    by: User | None,
    at: datetime,
    channel: str = "desk",
    client_id: UUID | None = None,
) -> list[Booking]:
    """Book all sessions of a series or none. `phases` is one visit for all, or one per session."""
    taking.refuse_closed(course)
    per_session = _per_session(phases, len(starts))
    series_code = uuid.uuid4()
    made = [
        taking.take(
            taking.wish_for(site, service, start, each, course.patient),
            at=at,
            status=Booking.Status.BOOKED,
            course=course,
            channel=channel,
            series_code=series_code,
        )
        for start, each in zip(starts, per_session, strict=True)
    ]
    for booking in made[:1]:
        leave_waiting(booking=booking, by=by, at=at)
    audit.record(
        chain=site.slug,
        at=at,
        by=by,
        verb="book a series",
        subject=made[0] if made else site,
        patient=course.patient,
        body={"series": series_code, "bookings": made, "starts": list(starts)},
    )
    return made


def _per_session(phases: Sequence[Phase] | Sequence[Sequence[Phase]], count: int) -> list[tuple[Phase, ...]]:
    if phases and isinstance(phases[0], Phase):
        return [tuple(one for one in phases if isinstance(one, Phase))] * count
    return [tuple(each) for each in phases if not isinstance(each, Phase)]


@said_clearly
@audit.once
def move(
    *,
    booking: Booking,
    starts_at: datetime,
    by: User | None,
    at: datetime,
    phases: Sequence[Phase] | None = None,
    client_id: UUID | None = None,
) -> Booking:
    """Move a booked visit. The row stays, so links and calendar files go on pointing at it; all or nothing."""
    phases = tuple(phases or visits.read_rows(booking.phases) or visits.phases_of(booking.service))
    wish = taking.wish_for(booking.site, booking.service, starts_at, phases, booking.patient)
    if starts_at <= at:
        raise BookingRefused(_("This time has passed. Choose a later one."))
    resources = taking.lock(wish, visits.kinds_of(wish.visit))
    moved = _open_booking(booking, Booking.Status.BOOKED)
    taking.free_expired(resources, at)
    before = moved.starts_at
    moved.occupancies.filter(released_at__isnull=True).update(released_at=at)
    offer = taking.offer(wish, resources, at)
    moved.starts_at, moved.ends_at, moved.ics_sequence = offer.start, offer.end, moved.ics_sequence + 1
    moved.phases = visits.as_rows(phases)
    moved.save(update_fields=["starts_at", "ends_at", "ics_sequence", "phases"])
    taking.occupy(moved, offer.assignments)
    if offer.start < before:
        leave_waiting(booking=moved, by=by, at=at)
    react("booking_moved", booking=moved, before=before, by=by, at=at)
    react("time_freed", site=moved.site, service=moved.service, starts_at=before, by=by, at=at)
    body = {"from": before, "to": offer.start}
    audit.record(chain=moved.site.slug, at=at, by=by, verb="move", subject=moved, patient=moved.patient, body=body)
    return moved


def _open_booking(booking: Booking, *statuses: str) -> Booking:
    locked = Booking.objects.select_for_update().get(pk=booking.pk)
    if locked.status not in statuses:
        raise NotOpen(
            _("This appointment is %(status)s; it can no longer be changed. Call us.")
            % {"status": Booking.Status(locked.status).label.lower()}
        )
    return locked


@said_clearly
@audit.once
def cancel(*, booking: Booking, by: User | None, at: datetime, why: str = "", client_id: UUID | None = None) -> Booking:
    """Cancel a held or booked visit and free everything it took up, in the same transaction."""
    open_one = _open_booking(booking, *LIVE)
    was_booked = open_one.status == Booking.Status.BOOKED
    open_one.occupancies.filter(released_at__isnull=True).update(released_at=at)
    open_one.status, open_one.hold_until = Booking.Status.CANCELLED, None
    open_one.ics_sequence += 1
    open_one.save(update_fields=["status", "hold_until", "ics_sequence"])
    if was_booked:
        react("booking_cancelled", booking=open_one, by=by, at=at)
        said = {"site": open_one.site, "service": open_one.service, "starts_at": open_one.starts_at}
        react("time_freed", **said, by=by, at=at)
    audit.record(
        chain=open_one.site.slug,
        at=at,
        by=by,
        verb="cancel",
        subject=open_one,
        patient=open_one.patient,
        body={"why": why},
    )
    return open_one


@audit.once
def release_expired(*, at: datetime) -> int:
    """Free what expired holds still take up; run by the ticker. Booking does the same for what it needs."""
    due = Resource.objects.filter(
        occupancies__released_at__isnull=True,
        occupancies__booking__status=Booking.Status.HELD,
        occupancies__booking__hold_until__lte=at,
    )
    resources = taking.lock_these(due.values_list("pk", flat=True))
    taking.free_expired(resources, at)
    return len(resources)


@audit.once
def record_visit_event(
    *,
    booking: Booking,
    kind: str,
    by: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    note: str = "",
    corrects: VisitEvent | None = None,
    client_id: UUID | None = None,
) -> VisitEvent:
    """Someone arrived, was roomed, left, did not come. What happened is always recorded, and once.

    Two at the desk press the same button, or one of them twice: the second press finds it said.
    """
    Booking.objects.select_for_update().get(pk=booking.pk)
    newest: VisitEvent | None = VisitEvent.standing().filter(booking=booking).order_by("-pk").first()
    if newest is not None and newest.kind == kind and happened_at is None:
        return newest
    event = VisitEvent.objects.create(
        booking=booking,
        kind=VisitEvent.Kind(kind),
        note=note,
        corrects=corrects,
        happened_at=happened_at or at,
        recorded_at=at,
        recorded_by=by,
    )
    ends: dict[str, str] = {VisitEvent.Kind.NO_SHOW: Booking.Status.NO_SHOW, VisitEvent.Kind.LEFT: Booking.Status.DONE}
    if event.kind in ends:
        Booking.objects.filter(pk=booking.pk, status=Booking.Status.BOOKED).update(status=ends[event.kind])
    if event.kind == VisitEvent.Kind.NO_SHOW:
        booking.occupancies.filter(released_at__isnull=True).update(released_at=at)
    audit.record(
        chain=booking.site.slug,
        at=at,
        by=by,
        verb=f"visit: {event.kind}",
        subject=event,
        patient=booking.patient,
        body={"booking": booking},
    )
    return event


@audit.once
def take_back_visit_event(
    *, booking: Booking, event: VisitEvent, by: User, at: datetime, client_id: UUID | None = None
) -> VisitEvent:
    """A wrong tap on the board: a second fact strikes it, and the visit stands where it stood before.

    Only the newest, and only a step on the way to the chair: who did not come or left has lost the place meanwhile.
    """
    Booking.objects.select_for_update().get(pk=booking.pk)
    known: VisitEvent | None = VisitEvent.objects.filter(corrects=event).first()
    if known is not None:
        return known
    newest = VisitEvent.standing().filter(booking=booking).order_by("-pk").first()
    if newest != event or event.kind not in VisitEvent.ON_THE_WAY:
        raise NotOpen(_("Something else was noted since, so this was not taken back. Look at the visit again."))
    row = VisitEvent.objects.create(
        booking=booking,
        kind=event.kind,
        corrects=event,
        struck=True,
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(
        chain=booking.site.slug,
        at=at,
        by=by,
        verb="visit: taken_back",
        subject=row,
        patient=booking.patient,
        body={"booking": booking, "kind": event.kind, "of": event},
    )
    return row


def record_leaving(*, booking: Booking, by: User | None, at: datetime, happened_at: datetime) -> VisitEvent:
    """The patient left at this time. Nobody leaves twice: where another time was recorded, its line is corrected."""
    left: VisitEvent | None = VisitEvent.standing().filter(booking=booking, kind="left").order_by("-pk").first()
    if left is not None and left.happened_at == happened_at:
        return left
    return record_visit_event(booking=booking, kind="left", by=by, at=at, happened_at=happened_at, corrects=left)
