"""The day on paper: the list of visits with the head of the audit chain, for the hour without a computer."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.home import day as days
from clearhead.clinic.home.views import CLINIC, day_asked
from clearhead.clinic.people.access import access
from clearhead.clinic.people.models import Site

BLANK_LINES = 4


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
