"""On paper for the hour without a computer: the day's visits with the head of the audit chain, an empty chart."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.home import day as days
from clearhead.clinic.home.views import CLINIC, day_asked
from clearhead.clinic.infusion.printing import sheet
from clearhead.clinic.people.access import access
from clearhead.clinic.people.models import Site
from clearhead.clinic.policy.queries import Running, find_protocol_at

BLANK_LINES = 4
LINES_TO_WRITE = 13
TREATED = (("migraine", "series"), ("migraine", "maintenance"), ("migraine", "rescue"))


@require_GET
@access(CLINIC, Site)
def day_list(request: HttpRequest, site: Site) -> HttpResponse:
    """Print it in the morning. The head of the chain on it shows later whether the record was re-written (H-29).

    A browser does not say when it prints, so every opening counts as one: the head on the page is always a kept one.
    """
    now = timezone.now()
    shown: date = day_asked(request, site.today(now))
    rows = days.day_board(site, shown, now)
    place, said = f"day list of {shown}", {"visits": len(rows)}
    context = {
        "site": site,
        "day": shown,
        "rows": rows,
        "now": now,
        "head": audit.print_list(site=site, place=place, by=request.user, at=now, body=said),
        "blank": range(BLANK_LINES),
        "before": shown - timedelta(days=1),
    }
    return render(request, "home/day_list.html", context)


@require_GET
@access(CLINIC, Site)
def downtime(request: HttpRequest, site: Site) -> HttpResponse:
    """An empty chart for a visit that no computer knows of. Print a few; they carry no name."""
    now = timezone.now()
    shown = {
        "site": site,
        "adopted": adopted_at(site, now),
        "lines": range(LINES_TO_WRITE),
        "printed_at": now,
        "blank": True,
    }
    return sheet(request, "home/downtime.html", shown, f"downtime-{site.slug}")


def adopted_at(site: Site, now: datetime) -> list[Running]:
    """The protocols whose limits may stand on an empty sheet: adopted ones, never examples."""
    found = [find_protocol_at(site, indication, purpose, now) for indication, purpose in TREATED]
    known = {one.version.pk: one for one in found if one is not None and one.adopted is not None}
    return list(known.values())
