"""Longer reads of the calendar: free starts, series, a day's board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from clearhead.capacity.phases import Phase, Visit
from clearhead.capacity.series import Pattern, Proposal
from clearhead.capacity.series import propose_series as propose
from clearhead.capacity.slots import Offer, Shortage
from clearhead.capacity.slots import free_starts as find_starts
from clearhead.capacity.slots import why_not as find_reasons
from clearhead.clinic.people.models import Patient, Site
from clearhead.clinic.schedule import visits
from clearhead.clinic.schedule.models import Booking, Resource, Service, VisitEvent, Waiting

SHOWN = (Booking.Status.HELD, Booking.Status.BOOKED, Booking.Status.DONE, Booking.Status.NO_SHOW)
REACH = timedelta(days=2)
"""Longest visit in the calendar: how far around a window what is taken is read."""


def resources_for(site: Site, visit: Visit, patient: Patient | None) -> list[Resource]:
    """Everything that could come into question, the patient included once it is in the calendar."""
    wanted = Q(site=site, kind__in=visits.kinds_of(visit) - {visits.PATIENT})
    if patient is not None:
        wanted |= Q(patient=patient)
    return list(Resource.objects.filter(wanted).order_by("pk"))


def _known(patient: Patient | None) -> Patient | None:
    """The patient, once they stand in the calendar as a resource; before that nothing of theirs can be taken."""
    return patient if patient is not None and Resource.objects.filter(patient=patient).exists() else None


def day_window(site: Site, first: date, days: int) -> tuple[datetime, datetime]:
    """From local midnight of the first day to local midnight after the last, in UTC."""
    begin, end = (datetime.combine(day, time(), tzinfo=site.tz) for day in (first, first + timedelta(days=days)))
    return begin.astimezone(UTC), end.astimezone(UTC)


def free_starts(
    *,
    site: Site,
    service: Service,
    from_date: date,
    days: int,
    at: datetime,
    phases: Sequence[Phase] | None = None,
    patient: Patient | None = None,
    step_min: int = 15,
) -> list[Offer]:
    """Every free start of a service on these local days, none of it in the past. Offer.start is UTC."""
    start, end = day_window(site, from_date, days)
    start = max(start, at + timedelta(minutes=1))
    known = _known(patient)
    visit = visits.visit_of(tuple(phases or visits.phases_of(service)), patient=known)
    if start >= end:
        return []
    resources = resources_for(site, visit, known)
    taken = visits.taken(resources, start - REACH, end + REACH)
    return find_starts(
        visit,
        visits.open_hours(site),
        taken,
        visits.places(resources),
        (start, end),
        site.tz,
        now=at,
        step_min=step_min,
    )


def why_not(
    *,
    site: Site,
    service: Service,
    starts_at: datetime,
    at: datetime,
    phases: Sequence[Phase] | None = None,
    patient: Patient | None = None,
) -> tuple[Shortage, ...]:
    """Why this start cannot be had; empty when it can."""
    known = _known(patient)
    visit = visits.visit_of(tuple(phases or visits.phases_of(service)), patient=known)
    resources = resources_for(site, visit, known)
    taken = visits.taken(resources, starts_at - REACH, starts_at + REACH)
    return find_reasons(visit, starts_at, visits.open_hours(site), taken, visits.places(resources), site.tz, now=at)


def propose_series(
    *,
    site: Site,
    phases: Sequence[Phase] | Sequence[Sequence[Phase]],
    sessions: int,
    pattern: Pattern,
    from_date: date,
    days: int,
    at: datetime,
    patient: Patient | None = None,
    step_min: int = 30,
    wanted: int = 3,
) -> list[Proposal]:
    """Up to three series whose first session lies in these local days; incomplete ones carry their reasons."""
    known = _known(patient)
    each = [phases] * sessions if phases and isinstance(phases[0], Phase) else list(phases)
    visited = [visits.visit_of(tuple(one), patient=known) for one in each]  # type: ignore[arg-type]
    start, end = day_window(site, from_date, days)
    start = max(start, at + timedelta(minutes=1))
    rows = {row.pk: row for visit in dict.fromkeys(visited) for row in resources_for(site, visit, known)}
    resources = [rows[pk] for pk in sorted(rows)]
    last = end + timedelta(days=sessions * (pattern.gap_days_max + 3))
    taken = visits.taken(resources, start - REACH, last + REACH)
    return propose(
        visited,
        pattern,
        visits.open_hours(site),
        taken,
        visits.places(resources),
        (start, end),
        site.tz,
        now=at,
        step_min=step_min,
        wanted=wanted,
    )


@dataclass(frozen=True, slots=True)
class DayRow:
    """One visit on the day board."""

    code: UUID
    starts_at: datetime
    ends_at: datetime
    patient: Patient | None
    service: str
    kind: str
    mode: str
    status: str
    places: tuple[str, ...]  # chair or room, then people; the patient is not among them
    last_event: str
    last_event_at: datetime | None
    arrived_at: datetime | None
    series_code: UUID | None
    channel: str

    @property
    def chair(self) -> str:
        """The chair or room, or nothing."""
        return self.places[0] if self.places else ""


def day_of(site: Site, day: date) -> list[DayRow]:
    """The visits that touch a local day, in order of time."""
    start, end = day_window(site, day, 1)
    rows = (
        Booking.objects.filter(site=site, status__in=SHOWN, starts_at__lt=end, ends_at__gt=start)
        .select_related("patient", "service")
        .prefetch_related("occupancies__resource", "events__corrected_by")
    )
    return [_day_row(row) for row in rows]


def _day_row(row: Booking) -> DayRow:
    order = [Resource.Kind.CHAIR, Resource.Kind.ROOM, Resource.Kind.CLINICIAN, Resource.Kind.NURSE_SHARE]
    held = {
        (order.index(one.resource.kind), one.resource.name)
        for one in row.occupancies.all()
        if one.resource.kind in order and one.released_at is None
    }
    events = [event for event in row.events.all() if not event.struck and not hasattr(event, "corrected_by")]
    arrived = next((event.happened_at for event in events if event.kind == VisitEvent.Kind.ARRIVED), None)
    return DayRow(
        code=row.code,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        patient=row.patient,
        service=row.service.name,
        kind=row.service.kind,
        mode=row.service.mode,
        status=row.status,
        places=tuple(name for _, name in sorted(held)),
        last_event=events[-1].kind if events else "",
        last_event_at=events[-1].happened_at if events else None,
        arrived_at=arrived,
        series_code=row.series_code,
        channel=row.channel,
    )


def services_on(site: Site, day: date, **wanted: object) -> list[Service]:
    """What the site offers on a day."""
    rows = Service.objects.filter(site=site, from_date__lte=day, **wanted)
    return list(rows.filter(Q(until_date__isnull=True) | Q(until_date__gte=day)).order_by("minutes", "name"))


def ended_services(site: Site, day: date) -> list[Service]:
    """What the site no longer offers and has something to say about."""
    return list(Service.objects.filter(site=site, until_date__lt=day).exclude(notice="").order_by("-until_date"))


def next_waiting(site: Site, service: Service) -> Waiting | None:
    """Who has waited longest and was not yet offered a time."""
    alike = {"service__kind": service.kind, "service__mode": service.mode}  # a new price is a new row of the same kind
    rows = Waiting.objects.filter(site=site, **alike, closed_at__isnull=True, offered_at__isnull=True)
    return rows.order_by("since", "pk").first()


def waiting_at(site: Site) -> list[Waiting]:
    """Who waits for an earlier time, the longest wait first."""
    rows = Waiting.objects.filter(site=site, closed_at__isnull=True).select_related("patient", "service")
    return list(rows.order_by("since", "pk"))


def left_waiting(site: Site, since: datetime) -> list[Waiting]:
    """Who has left the list since then, the newest first."""
    rows = Waiting.objects.filter(site=site, closed_at__gte=since).select_related("patient", "service")
    return list(rows.order_by("-closed_at", "-pk"))


def bookings_of(patient: Patient, at: datetime) -> list[Booking]:
    """The patient's visits that are still to come."""
    rows = Booking.objects.filter(patient__in=patient.charts, status=Booking.Status.BOOKED, ends_at__gt=at)
    return list(rows.select_related("service", "site"))


def no_time_ahead(*, kept: Patient, closed: Patient, at: datetime, found: list[str]) -> None:
    """A reaction: a chart with time booked ahead is not merged away; its person would hold time under two names."""
    ahead = Booking.objects.filter(patient=closed, status=Booking.Status.BOOKED, ends_at__gt=at).order_by("starts_at")
    for booking in ahead[:3]:
        when = f"{booking.starts_at.astimezone(booking.site.tz):%a %-d %b, %H:%M}"
        said = _("The chart to be merged has time booked: %(when)s. Cancel it, or keep that chart.")
        found.append(said % {"when": when})
