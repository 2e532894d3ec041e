"""The chair board: one tile per chair, in the order of the chairs, for the nurse in charge across the room.

A chair's figures are read again only when its record has a new fact or a quarter of a minute has passed, and the poll
that finds nothing new costs one indexed query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clearhead.clinic.audit.models import Chain
from clearhead.clinic.home.tiles import Figures, figures_of
from clearhead.clinic.infusion.queries.board import chairs_at
from clearhead.clinic.people.models import Site
from clearhead.clinic.plan.models import Session
from clearhead.clinic.plan.queries import chair_of
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.schedule.models import Booking, Occupancy, Resource, VisitEvent

EVERY_S = 15
"""How often a board without a new fact is drawn anew: a countdown is at most this old."""
LOOK_BACK = timedelta(hours=36)
NATURAL = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Tile:
    """One chair: who sits there and how it stands, or until when it is free."""

    chair: str
    session: Session | None
    figures: Figures | None
    free_until: datetime | None
    next_up: Session | None

    @property
    def taken(self) -> bool:
        """True while somebody sits there."""
        return self.session is not None


@dataclass(frozen=True, slots=True)
class Board:
    """Every chair of a site at one moment."""

    site: Site
    now: datetime
    mark: str
    tiles: tuple[Tile, ...]

    @property
    def overdue(self) -> int:
        """Chairs with a set that is overdue."""
        return sum(1 for tile in self.tiles if tile.figures is not None and tile.figures.overdue_min > 0)


def mark_of(site: Site, now: datetime) -> str:
    """Changes with every write at this site and every quarter of a minute. One indexed query."""
    head = Chain.objects.filter(name=site.slug).values_list("head_seq", flat=True).first() or 0
    return f"{site.slug}-{head}-{int(now.timestamp()) // EVERY_S}"


def board(site: Site, now: datetime) -> Board:
    """The board as it stands. A pump that runs is on it, whatever the calendar says of its chair and day."""
    mark = mark_of(site, now)
    chairs = _chairs(site, now)
    sitting, coming = _visits(site, chairs, now)
    tiles = [_tile(chair, sitting.get(chair.pk), coming.get(chair.pk), now) for chair in chairs]
    shown = {visit.pk for visit in sitting.values()}
    for session in chairs_at(site, now):
        if session.infusion.ended_at is None and session.pk not in shown:
            name = chair_of(session) or str(_("no chair booked"))
            tiles.append(Tile(name, session, kept_figures(session, now), None, None))
    return Board(site, now, mark, tuple(tiles))


def _chairs(site: Site, now: datetime) -> list[Resource]:
    """Where infusions run, each place once: the chairs, and an infusion room that has no chair of its own."""
    today = site.today(now)
    rows = Resource.objects.filter(site=site, kind__in=["chair", "room"], from_date__lte=today)
    chairs = {row.name for row in rows if row.kind == "chair"}
    taken = chairs | {row.attributes.get("room") for row in rows if row.kind == "chair"}
    open_rows = [
        row
        for row in rows
        if (row.until_date is None or row.until_date >= today)
        and (row.kind == "chair" or (row.attributes.get("infusion") and row.name not in taken))
    ]
    return sorted(open_rows, key=lambda row: (row.kind != "chair", natural(row.name), row.pk))


def natural(name: str) -> tuple[Any, ...]:
    """Chair 2 comes before chair 10."""
    return tuple((int(part), "") if part.isdigit() else (-1, part.casefold()) for part in NATURAL.split(name) if part)


def _visits(
    site: Site, chairs: Iterable[Resource], now: datetime
) -> tuple[dict[int, Session], dict[int, tuple[datetime, Session | None]]]:
    """Who sits in which chair, and who comes next. A visit that runs over its time still sits there."""
    taken = (
        Occupancy.objects.filter(
            resource__in=list(chairs), released_at__isnull=True, starts_at__lt=now + LOOK_BACK,
            ends_at__gt=now - LOOK_BACK, booking__status=Booking.Status.BOOKED,
        )
        .select_related(
            "booking__visit__order__protocol_version", "booking__visit__site", "booking__visit__patient",
            "booking__visit__infusion",
        )
        .order_by("starts_at")
    )  # fmt: skip
    bookings = [row.booking_id for row in taken]
    left = set(Discharge.standing().filter(session__booking__in=bookings).values_list("session_id", flat=True))
    came = _came(bookings)
    sitting: dict[int, tuple[int, Session]] = {}
    coming: dict[int, tuple[datetime, Session | None]] = {}
    for row in taken:
        visit: Session | None = getattr(row.booking, "visit", None)
        depth = _depth(visit, came.get(row.booking_id, ""))
        if visit is not None and visit.pk not in left and depth:
            if depth > sitting.get(row.resource_id, (0, visit))[0]:
                sitting[row.resource_id] = (depth, visit)
        elif row.starts_at > now and row.resource_id not in coming:
            coming[row.resource_id] = (row.starts_at, visit)
    return {pk: visit for pk, (_depth_, visit) in sitting.items()}, coming


def _came(bookings: Iterable[int]) -> dict[int, str]:
    events = VisitEvent.standing().filter(booking__in=list(bookings)).order_by("happened_at", "pk")
    return dict(events.values_list("booking_id", "kind"))


def _depth(visit: Session | None, came: str) -> int:
    """How surely somebody sits there: 2 with a record that runs, 1 in the room, 0 not yet."""
    if visit is not None and getattr(visit, "infusion", None) is not None:
        return 2
    return 1 if came == "roomed" else 0


def _tile(
    chair: Resource, session: Session | None, coming: tuple[datetime, Session | None] | None, now: datetime
) -> Tile:
    until, next_up = coming if coming is not None else (None, None)
    figures = kept_figures(session, now) if session is not None else None
    return Tile(chair.name, session, figures, until, next_up)


def kept_figures(session: Session, now: datetime) -> Figures:
    """Kept until the record has a new fact, its escort changes, or the quarter of a minute is over."""
    infusion = getattr(session, "infusion", None)
    newest, slot = infusion.last_fact if infusion else 0, int(now.timestamp()) // EVERY_S
    key = f"tile-{session.code}-{newest}-{slot}-{get_language()}"
    kept: Figures | None = cache.get(key) if infusion is not None else None
    if kept is None:
        kept = figures_of(session, now)
        cache.set(key, kept, EVERY_S)
    return kept
