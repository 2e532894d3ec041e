"""A site as it is on a day: its hours, chairs and services, and how they came to be so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clearhead.capacity.hours import Opening as OpenHours
from clearhead.capacity.hours import open_time
from clearhead.clinic.people.models import Site
from clearhead.clinic.schedule.models import Booking, Occupancy, Opening, Resource, Service, SettingChange

Stretch = tuple[time, time]
NAMED = 5
"""So many visits stand in a refusal by name; of the others it says how many."""


def in_effect(day: date) -> Q:
    """What counts on this day."""
    return Q(from_date__lte=day) & (Q(until_date__isnull=True) | Q(until_date__gte=day))


def not_over(day: date) -> Q:
    """What counts on this day or begins later."""
    return Q(until_date__isnull=True) | Q(until_date__gte=day)


def hours_on(site: Site, day: date) -> dict[int, list[Stretch]]:
    """The hours of every weekday as they are in force on this day."""
    rows = Opening.objects.filter(in_effect(day), site=site, resource=None, weekday__isnull=False, closed=False)
    week: dict[int, list[Stretch]] = {weekday: [] for weekday in range(7)}
    for row in rows.order_by("opens"):
        week[row.weekday or 0].append((row.opens, row.closes))
    return week


def said_hours(stretches: Sequence[Stretch]) -> str:
    """“07:00 to 18:00”, “open all day”, “closed”."""
    if not stretches:
        return str(_("closed"))
    if list(stretches) == [(time(), time())]:
        return str(_("open all day"))
    return ", ".join(_("%(a)s to %(b)s") % {"a": f"{a:%H:%M}", "b": f"{b:%H:%M}"} for a, b in stretches)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day on which other hours hold than on that weekday."""

    day: date
    words: str


def special_days(site: Site, since: date) -> list[SpecialDay]:
    """The days ahead that differ from their weekday."""
    rows = Opening.objects.filter(site=site, resource=None, on_date__gte=since)
    days = sorted({row.on_date for row in rows if row.on_date and _stands(row)})
    return [SpecialDay(day, said_hours(dated_hours([row for row in rows if row.on_date == day]))) for day in days]


def dated_hours(rows: Sequence[Opening]) -> list[Stretch]:
    """The open hours of one date; a day that is only closed has none."""
    return sorted((row.opens, row.closes) for row in rows if _stands(row) and not row.closed)


def _stands(row: Opening) -> bool:
    return row.on_date is not None and (row.until_date is None or row.until_date >= row.on_date)


def chairs_on(site: Site, day: date) -> QuerySet[Resource]:
    """The chairs that can be booked on this day."""
    return Resource.objects.filter(in_effect(day), site=site, kind=Resource.Kind.CHAIR).order_by("name", "pk")


def chairs_ahead(site: Site, day: date) -> QuerySet[Resource]:
    """The chairs of this day and those that come later."""
    return Resource.objects.filter(not_over(day), site=site, kind=Resource.Kind.CHAIR).order_by("name", "pk")


def services_ahead(site: Site, day: date) -> QuerySet[Service]:
    """What is offered on this day and what begins later."""
    return Service.objects.filter(not_over(day), site=site).order_by("kind", "name", "from_date")


def changes_of(site: Site) -> QuerySet[SettingChange]:
    """What was changed after set-up, the newest first."""
    return SettingChange.standing().filter(site=site).select_related("recorded_by").order_by("-happened_at", "-pk")


def visits_ahead(site: Site, at: datetime) -> list[Booking]:
    """Visits that are not over: booked, or held for somebody who is just filling a form."""
    live = Q(status=Booking.Status.BOOKED) | Q(status=Booking.Status.HELD, hold_until__gt=at)
    return list(Booking.objects.filter(live, site=site, ends_at__gt=at).select_related("service", "patient", "site"))


def cut_by(site: Site, new: Sequence[OpenHours], old: Sequence[OpenHours], at: datetime) -> list[Booking]:
    """Visits that lie in the old hours and no longer in the new ones."""
    return [one for one in visits_ahead(site, at) if _inside(one, old, site) and not _inside(one, new, site)]


def _inside(visit: Booking, openings: Sequence[OpenHours], site: Site) -> bool:
    window = (visit.starts_at, visit.ends_at)
    return open_time(openings, None, window, site.tz) == [window]


def visits_on_chair(chair: Resource, after: datetime, at: datetime) -> list[Booking]:
    """Visits that take up this chair beyond a moment."""
    taken = Occupancy.objects.filter(resource=chair, released_at__isnull=True, ends_at__gt=max(after, at))
    wanted = set(taken.values_list("booking", flat=True))
    return [one for one in visits_ahead(chair.site, at) if one.pk in wanted] if chair.site else []


def named(visits: Sequence[Booking]) -> str:
    """Visits by day, hour, service and the patient's short code: what the desk needs to find them, and no name."""
    said = "; ".join(_named(one) for one in visits[:NAMED])
    more = len(visits) - NAMED
    return said if more <= 0 else _("%(said)s; and %(n)s more") % {"said": said, "n": more}


def _named(visit: Booking) -> str:
    local = visit.starts_at.astimezone(visit.site.tz)
    who = f", {visit.patient.short_code}" if visit.patient else ""
    return f"{date_format(local, 'D j M, H:i')} {visit.service.name}{who}"


def day_after(day: date) -> date:
    """The day after this one."""
    return day + timedelta(days=1)
