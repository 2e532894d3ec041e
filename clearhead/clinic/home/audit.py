"""What the auditor reads: every write and every look at a site, newest first."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clearhead.clinic.audit.models import Chain, Event
from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.models import Patient, Role, Site, User


@require_GET
@access(staff(Role.AUDITOR), Site)
def event_list(request: HttpRequest, site: Site) -> HttpResponse:
    """The chain of one site, by verb, person or patient."""
    events = Event.objects.filter(chain=site.slug).order_by("-seq")
    wanted = {key: request.GET.get(key, "") for key in ("verb", "actor_code", "patient_code")}
    events = events.filter(**{key: value for key, value in wanted.items() if value})
    page = Paginator(events, 100).get_page(request.GET.get("page"))
    actors = {str(user.code): user.name for user in User.objects.filter(code__in=_uuids(e.actor_code for e in page))}
    patients = {str(p.code): str(p) for p in Patient.objects.filter(code__in=_uuids(e.patient_code for e in page))}
    shown = {
        "site": site,
        "page": page,
        "rows": [(e, actors.get(e.actor_code, e.actor_code), patients.get(e.patient_code, "")) for e in page],
        "verbs": Event.objects.filter(chain=site.slug).values_list("verb", flat=True).distinct().order_by("verb"),
        "wanted": wanted,
        "head": Chain.objects.filter(name=site.slug).first(),
    }
    return render(request, "home/audit.html", shown)


def _uuids(codes: object) -> list[str]:
    return [code for code in codes if len(code) == 36]  # type: ignore[attr-defined]
