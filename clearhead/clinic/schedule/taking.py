"""Taking up time: lock what could come into question, let go of holds that ran out, look, write.

Called by actions only, inside their transaction. Locks are taken in the order of ids, so that two who want the same
wait for each other instead of locking each other out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from clearhead.capacity.phases import Phase, Visit
from clearhead.capacity.slots import Assignment, Day, Offer, offer_at, shortages_at
from clearhead.clinic.people.models import Course, Patient, Site
from clearhead.clinic.schedule import visits
from clearhead.clinic.schedule.errors import BookingRefused, SlotTaken
from clearhead.clinic.schedule.models import Booking, Occupancy, Resource, Service


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: a service at a start, taking up these phases, for this patient (or nobody yet)."""

    site: Site
    service: Service
    starts_at: datetime
    phases: tuple[Phase, ...]
    patient: Patient | None

    @property
    def visit(self) -> Visit:
        """The phases with the patient as one more resource."""
        return visits.visit_of(self.phases, patient=self.patient)


def patient_resource(patient: Patient) -> Resource:
    """The patient as a resource: nobody is in two places at once."""
    row, _new = Resource.objects.get_or_create(
        patient=patient,
        defaults={
            "kind": Resource.Kind.PATIENT,
            "name": f"patient {patient.short_code}",
            "from_date": patient.birth_date,
        },
    )
    return row


def lock_these(ids: Iterable[int]) -> list[Resource]:
    """Lock these resources, in the order of ids."""
    return list(Resource.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk"))


def lock(wish: Wish, kinds: set[str]) -> list[Resource]:
    """Lock everything that could come into question, in the order of ids."""
    wanted = Q(site=wish.site, kind__in=kinds - {visits.PATIENT})
    if wish.patient is not None:
        wanted |= Q(pk=patient_resource(wish.patient).pk)
    return list(Resource.objects.select_for_update().filter(wanted).order_by("pk"))


def free_expired(resources: Iterable[Resource], at: datetime) -> None:
    """Let go of holds that have run out: a database constraint cannot ask what time it is."""
    over = Booking.objects.filter(
        status=Booking.Status.HELD, hold_until__lte=at, occupancies__resource__in=list(resources)
    )
    codes = list(over.order_by("pk").values_list("pk", flat=True).distinct())
    if codes:
        locked = Booking.objects.select_for_update().filter(pk__in=codes, status=Booking.Status.HELD).order_by("pk")
        codes = list(locked.values_list("pk", flat=True))
        Occupancy.objects.filter(booking__in=codes, released_at__isnull=True).update(released_at=at)
        Booking.objects.filter(pk__in=codes).update(status=Booking.Status.EXPIRED)


def offer(wish: Wish, resources: Sequence[Resource], at: datetime) -> Offer:
    """The visit at this very start, or SlotTaken with what is missing."""
    visit, zone = wish.visit, wish.site.tz
    end = visit.end(wish.starts_at)
    taken = visits.taken(resources, wish.starts_at, end)
    day = Day.read(visits.open_hours(wish.site), taken, visits.places(resources), (wish.starts_at, end), zone, now=at)
    found = offer_at(visit, wish.starts_at, day)
    if found is None:
        raise SlotTaken(*(shortage.sentence(zone) for shortage in shortages_at(visit, wish.starts_at, day)))
    return found


def occupy(booking: Booking, assignments: Iterable[Assignment]) -> None:
    for one in assignments:
        Occupancy.objects.create(
            booking=booking,
            resource_id=int(one.resource),
            phase=one.phase,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )


def refuse_closed(course: Course) -> None:
    """Nothing is booked in a course that is over."""
    if Course.objects.filter(pk=course.pk, closed_at__isnull=False).exists():
        raise BookingRefused(_("This course is closed, so nothing is booked in it. Register the person anew first."))


def take(wish: Wish, *, at: datetime, **columns: Any) -> Booking:
    """Lock, look, write the booking and all it takes up."""
    if wish.starts_at <= at:
        raise BookingRefused(_("This time has passed. Choose a later one."))
    resources = lock(wish, visits.kinds_of(wish.visit))
    free_expired(resources, at)
    found = offer(wish, resources, at)
    booking = Booking.objects.create(
        site=wish.site,
        service=wish.service,
        patient=wish.patient,
        starts_at=found.start,
        ends_at=found.end,
        created_at=at,
        phases=visits.as_rows(wish.phases),
        **columns,
    )
    occupy(booking, found.assignments)
    return booking


def wish_for(
    site: Site, service: Service, starts_at: datetime, phases: Sequence[Phase] | None, patient: Patient | None
) -> Wish:
    return Wish(site, service, starts_at, tuple(phases or visits.phases_of(service)), patient)
