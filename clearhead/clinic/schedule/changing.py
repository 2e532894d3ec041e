"""Changing a site after set-up: hours, chairs, what it offers. From a day on; the days before stay as they were.

Called with everything the site can be booked on locked, so that no visit slips in between the look and the change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clearhead.capacity.hours import Opening as OpenHours
from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import Site, User
from clearhead.clinic.schedule import site_queries as queries
from clearhead.clinic.schedule import taking, visits
from clearhead.clinic.schedule.models import Booking, Opening, Resource, Service, SettingChange
from clearhead.clinic.schedule.setup import DAYS, PLACES, phases_for
from clearhead.clinic.schedule.site_queries import Stretch, said_hours
from clearhead.clinic.web.templatetags.clinic import price_words

MIDNIGHT = time()
Kind = SettingChange.Kind


class SettingRefused(Exception):
    """The change would break something that stands; says what, and what to do first. Nothing was changed."""


@audit.once
def change_hours(
    *,
    site: Site,
    week: Mapping[int, Sequence[Stretch]],
    from_date: date,
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> SettingChange:
    """Other hours on every week from this day on."""
    _lock(site)
    _not_past(site, from_date, at)
    for weekday, stretches in week.items():
        _sensible(stretches, DAYS[weekday].capitalize())
    if not any(week.values()):
        raise SettingRefused(_("The site would never be open. Leave hours on at least one day."))
    old = visits.open_hours(site)
    kept = [row for row in old if row.resource is not None or row.day is not None]
    ended = [_until(row, from_date) for row in old if row.resource is None and row.day is None]
    added = [
        OpenHours(start=a, end=b, weekday=day, since=from_date) for day, each in week.items() for a, b in each
    ]  # fmt: skip
    _cuts_nothing(site, [*kept, *ended, *added], old, at)
    before = _week_words(queries.hours_on(site, from_date))
    rows = Opening.objects.filter(queries.not_over(from_date), site=site, resource=None, weekday__isnull=False)
    rows.update(until_date=from_date - timedelta(days=1))
    for day, stretches in week.items():
        for opens, closes in stretches:
            Opening.objects.create(site=site, weekday=day, opens=opens, closes=closes, from_date=from_date)
    return told(site, Kind.HOURS, from_date, before, _week_words(week), by, at)


@audit.once
def change_day(
    *,
    site: Site,
    day: date,
    stretches: Sequence[Stretch] | None,
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> SettingChange:
    """One day differs: closed (no stretches), open at these hours, or (None) again like every such weekday."""
    _lock(site)
    _not_past(site, day, at)
    _sensible(stretches or (), f"{day:%-d %b}", within_day=True)
    old = visits.open_hours(site)
    kept = [row for row in old if row.resource is not None or row.day != day]
    added = [] if stretches is None else [*_open_rows(day, stretches), *_closed_rows(day, stretches)]
    _cuts_nothing(site, [*kept, *added], old, at)
    rows = Opening.objects.filter(queries.not_over(day), site=site, resource=None, on_date=day)
    before = said_hours(queries.dated_hours(list(rows))) if rows.exists() else str(_("as on every such weekday"))
    rows.update(until_date=day - timedelta(days=1))
    for row in added:
        Opening.objects.create(
            site=site, on_date=day, opens=row.start, closes=row.end, closed=row.closed, from_date=site.today(at)
        )
    after = str(_("as on every such weekday")) if stretches is None else said_hours(stretches)
    return told(site, Kind.DAY, day, before, after, by, at)


def _open_rows(day: date, stretches: Sequence[Stretch]) -> list[OpenHours]:
    return [OpenHours(start=a, end=b, day=day) for a, b in stretches]


def _closed_rows(day: date, stretches: Sequence[Stretch]) -> list[OpenHours]:
    """Closed beats open: what lies between the stretches of this date, from midnight to midnight."""
    edges = [MIDNIGHT, *(edge for stretch in sorted(stretches) for edge in stretch), MIDNIGHT]
    gaps = list(zip(edges[::2], edges[1::2], strict=True))
    shut = [(a, b) for a, b in gaps if a != b or not stretches]
    return [OpenHours(start=a, end=b, day=day, closed=True) for a, b in shut]


@audit.once
def add_chair(
    *,
    site: Site,
    name: str,
    place: str,
    room: str,
    from_date: date,
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> Resource:
    """One more place to be infused, from this day on."""
    _lock(site)
    _not_past(site, from_date, at)
    if queries.chairs_ahead(site, from_date).filter(name__iexact=name.strip()).exists():
        raise SettingRefused(_("There is a chair of this name already. Give the new one another name."))
    chair = Resource.objects.create(
        site=site,
        kind=Resource.Kind.CHAIR,
        name=name.strip(),
        attributes={"room": room.strip(), **PLACES[place]},
        from_date=from_date,
    )
    told(site, Kind.CHAIR, from_date, "", _("%(name)s can be booked") % {"name": chair.name}, by, at)
    return chair


@audit.once
def close_chair(
    *, chair: Resource, last_day: date, by: User | None, at: datetime, client_id: UUID | None = None
) -> Resource:
    """No more bookings on this chair after a day. Refused while a visit stands there beyond it."""
    site = chair.site
    assert site is not None  # a chair stands somewhere
    _lock(site)
    _not_past(site, last_day, at)
    chair.refresh_from_db()
    if chair.until_date is not None and chair.until_date <= last_day:
        raise SettingRefused(_("This chair is closed by then already."))
    booked = queries.visits_on_chair(chair, _midnight_after(site, last_day), at)
    if booked:
        raise SettingRefused(
            _("%(chair)s still has visits after that day. Move them first: %(visits)s.")
            % {"chair": chair.name, "visits": queries.named(booked)}
        )
    Resource.objects.filter(pk=chair.pk).update(until_date=last_day)
    chair.refresh_from_db()
    before = _("%(name)s can be booked") % {"name": chair.name}
    after = _("%(name)s is closed") % {"name": chair.name}
    told(site, Kind.CHAIR, queries.day_after(last_day), before, after, by, at)
    return chair


@audit.once
def offer_service(
    *,
    site: Site,
    kind: str,
    mode: str,
    name: str,
    minutes: int | None,
    price: Decimal | None,
    bookable_online: bool,
    from_date: date,
    by: User | None,
    at: datetime,
    replaces: Service | None = None,
    client_id: UUID | None = None,
) -> Service:
    """Offer something from this day on; where it replaces another, what is booked with that one stays as it is."""
    _lock(site)
    _not_past(site, from_date, at)
    alike = queries.services_ahead(site, from_date).filter(kind=kind, mode=mode, name__iexact=name.strip())
    if alike.exclude(pk=replaces.pk if replaces else None).exists():
        raise SettingRefused(_("This is offered already under the same name. Change that one instead."))
    if replaces is not None:
        Service.objects.filter(pk=replaces.pk).update(until_date=from_date - timedelta(days=1))
    service = Service.objects.create(
        site=site,
        kind=kind,
        mode=mode,
        name=name.strip(),
        minutes=minutes,
        price=price,
        bookable_online=bookable_online,
        phases=phases_for(kind, mode, minutes, _room_kinds(site)),
        video_url=replaces.video_url if replaces else "",
        from_date=from_date,
    )
    told(site, Kind.SERVICE, from_date, service_words(replaces) if replaces else "", service_words(service), by, at)
    return service


@audit.once
def end_service(
    *, service: Service, last_day: date, notice: str, by: User | None, at: datetime, client_id: UUID | None = None
) -> Service:
    """No longer offered after a day. Refused while a visit of it stands beyond it."""
    site = service.site
    _lock(site)
    _not_past(site, last_day, at)
    limit = _midnight_after(site, last_day)
    booked = [one for one in queries.visits_ahead(site, at) if one.service_id == service.pk and one.starts_at >= limit]
    if booked:
        raise SettingRefused(
            _("%(service)s is still booked after that day. Move or cancel first: %(visits)s.")
            % {"service": service.name, "visits": queries.named(booked)}
        )
    Service.objects.filter(pk=service.pk).update(until_date=last_day, notice=notice.strip())
    service.refresh_from_db()
    after = _("%(name)s is no longer offered") % {"name": service.name}
    told(site, Kind.SERVICE, queries.day_after(last_day), service_words(service), after, by, at)
    return service


def service_words(service: Service) -> str:
    """A service in one line of the history."""
    length = f"{service.minutes} min" if service.minutes else _("as long as the order says")
    price = price_words(service.price, service.currency) or _("price by the protocol")
    online = _("booked online") if service.bookable_online else _("booked at the desk")
    return f"{service.name}: {length}, {price}, {online}"


def _lock(site: Site) -> None:
    taking.lock_these(site.resources.values_list("pk", flat=True))


def _not_past(site: Site, day: date, at: datetime) -> None:
    if day < site.today(at):
        raise SettingRefused(_("The past stays as it was. Choose today or a later day."))


def _sensible(stretches: Sequence[Stretch], where: str, *, within_day: bool = False) -> None:
    for opens, closes in stretches:
        if opens == closes != MIDNIGHT:
            raise SettingRefused(_("%(where)s: opening and closing are the same hour.") % {"where": where})
        if within_day and closes < opens and closes != MIDNIGHT:
            raise SettingRefused(_("%(where)s: hours of one day end by midnight.") % {"where": where})
    for (_a, closes), (opens, _b) in pairwise(sorted(stretches)):
        if closes > opens or closes == MIDNIGHT:
            raise SettingRefused(_("%(where)s: two of the hours overlap.") % {"where": where})


def _cuts_nothing(site: Site, new: Sequence[OpenHours], old: Sequence[OpenHours], at: datetime) -> None:
    cut: list[Booking] = queries.cut_by(site, new, old, at)
    if cut:
        raise SettingRefused(
            _("These visits would lie outside the hours. Move or cancel them first: %(visits)s.")
            % {"visits": queries.named(cut)}
        )


def _until(row: OpenHours, from_date: date) -> OpenHours:
    last = from_date - timedelta(days=1)
    until = last if row.until is None else min(row.until, last)
    return OpenHours(start=row.start, end=row.end, weekday=row.weekday, closed=row.closed, since=row.since, until=until)


def _midnight_after(site: Site, day: date) -> datetime:
    return datetime.combine(queries.day_after(day), MIDNIGHT, tzinfo=site.tz).astimezone(UTC)


def _room_kinds(site: Site) -> set[str]:
    rooms = Resource.objects.filter(site=site, kind=Resource.Kind.ROOM)
    return {name for room in rooms for name, has in room.attributes.items() if has is True}


def _week_words(week: Mapping[int, Sequence[Stretch]]) -> str:
    return "; ".join(f"{DAYS[day].capitalize()[:3]} {said_hours(week.get(day, ()))}" for day in range(7))


def told(
    site: Site, kind: str, from_date: date, before: str, after: str, by: User | None, at: datetime
) -> SettingChange:
    """Keep what was changed, for the page and on the chain."""
    row = SettingChange.objects.create(
        site=site,
        kind=kind,
        from_date=from_date,
        before=before[:500],
        after=str(after)[:500],
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )
    said = {"from": date_format(from_date, "Y-m-d"), "before": before, "after": after}
    audit.record(chain=site.slug, at=at, by=by, verb=f"change site: {kind}", subject=row, body=said)
    return row
