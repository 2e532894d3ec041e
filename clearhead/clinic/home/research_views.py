"""The researcher's page and its file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.home import research
from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.models import Role, Site

RESEARCH = staff(Role.RESEARCHER, write=())


@require_GET
@access(RESEARCH, Site)
def page(request: HttpRequest, site: Site) -> HttpResponse:
    """Counts of people who agreed, small cells hidden."""
    found = research.tables(site, timezone.now())
    return render(request, "home/research.html", {"site": site, "tables": found, "smallest": research.SMALLEST})


@require_GET
@access(RESEARCH, Site)
def export(request: Any, site: Site) -> HttpResponse:
    """The same as a file; that it was taken stands in the audit."""
    now = timezone.now()
    found = research.tables(site, now)
    audit.record(
        chain=site.slug, at=now, by=request.user, verb="export counts", subject=site, body={"tables": len(found)}
    )
    name = research.name_of(site, site.today(now))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(research.as_csv(found), content_type="text/csv; charset=utf-8", headers=headers)
