"""Rows of this room as the frozen objects of `clearhead.capacity`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from clearhead.capacity.hours import Occupied
from clearhead.capacity.hours import Opening as OpenHours
from clearhead.capacity.phases import Need, Phase, Visit, phase
from clearhead.capacity.phases import Resource as Place
from clearhead.clinic.people.models import Patient, Site
from clearhead.clinic.schedule.models import Occupancy, Opening, Resource, Service

PATIENT = Resource.Kind.PATIENT.value


def read_rows(rows: Iterable[dict[str, Any]]) -> tuple[Phase, ...]:
    """Phases as a service or a booking keeps them."""
    return tuple(phase(row["name"], int(row["minutes"]), row["needs"]) for row in rows)


def as_rows(phases: Iterable[Phase]) -> list[dict[str, Any]]:
    """Phases as a booking keeps them; `read_rows` reads them again."""
    return [
        {"name": one.name, "minutes": one.minutes, "needs": " + ".join(_said(need) for need in one.needs)}
        for one in phases
    ]


def _said(need: Need) -> str:
    attributes = f"[{', '.join(sorted(need.attributes))}]" if need.attributes else ""
    part = f" {need.minutes} min at {need.at}" if need.minutes else ""
    return f"{need.count} {need.kind}{attributes}{part}"


def phases_of(service: Service, minutes: int | None = None) -> tuple[Phase, ...]:
    """What a service takes up; a service that does not say takes one clinician for its minutes."""
    said = read_rows(service.phases)
    if len(said) <= 1 and (minutes or service.minutes):
        needs = said[0].needs if said else (Need("clinician"),)
        name = said[0].name if said else service.kind
        return (Phase(name, int(minutes or service.minutes or 0), needs),)
    return said


def visit_of(phases: Sequence[Phase], *, patient: Patient | None) -> Visit:
    """The visit with the patient as a resource of every phase, or of none while nobody is named."""
    mine = (Need(PATIENT),) if patient is not None else ()
    return Visit(
        tuple(replace(one, needs=(*(need for need in one.needs if need.kind != PATIENT), *mine)) for one in phases)
    )


def kinds_of(visit: Visit) -> set[str]:
    """The kinds of resource a visit asks for."""
    return {need.kind for one in visit.phases for need in one.needs}


def places(rows: Iterable[Resource]) -> list[Place]:
    """Resources as capacity sees them; the code is the row's id as text."""
    return [
        Place(
            code=str(row.pk),
            kind=row.kind,
            attributes=frozenset(name for name, has in row.attributes.items() if has is True),
            since=row.from_date,
            until=row.until_date,
        )
        for row in rows
    ]


def open_hours(site: Site) -> list[OpenHours]:
    """The opening hours of the site and of its resources."""
    return [
        OpenHours(
            start=row.opens,
            end=row.closes,
            weekday=row.weekday,
            day=row.on_date,
            resource=str(row.resource_id) if row.resource_id else None,
            closed=row.closed,
            since=row.from_date,
            until=row.until_date,
        )
        for row in Opening.objects.filter(site=site)
    ]


def taken(resources: Iterable[Resource], start: datetime, end: datetime) -> list[Occupied]:
    """What is taken up between two moments, holds with their end."""
    rows = Occupancy.objects.filter(
        resource__in=list(resources), released_at__isnull=True, starts_at__lt=end, ends_at__gt=start
    ).select_related("booking")
    return [
        Occupied(
            resource=str(row.resource_id),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            hold_until=row.booking.hold_until if row.booking.status == "held" else None,
        )
        for row in rows
    ]
