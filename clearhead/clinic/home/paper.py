"""The day on paper: the list of visits with the head of the audit chain, for the hour without a computer."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clearhead.clinic.audit.models import Chain
from clearhead.clinic.home import day as days
from clearhead.clinic.home.views import CLINIC, day_asked
from clearhead.clinic.people.access import access
from clearhead.clinic.people.models import Site

BLANK_LINES = 4


@require_GET
@access(CLINIC, Site)
def day_list(request: HttpRequest, site: Site) -> HttpResponse:
    """Print it in the morning. The head of the chain on it shows later whether the record was re-written (H-29)."""
    now = timezone.now()
    shown: date = day_asked(request, site.today(now))
    context = {
        "site": site,
        "day": shown,
        "rows": days.day_board(site, shown, now),
        "now": now,
        "head": Chain.objects.filter(name=site.slug).first(),
        "blank": range(BLANK_LINES),
        "before": shown - timedelta(days=1),
    }
    return render(request, "home/day_list.html", context)
