"""Where a person starts."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from clearhead.clinic.people.access import PUBLIC, access, roles_of, sites_of
from clearhead.clinic.people.models import Role

FIRST_PAGE = (
    ({Role.NURSE, Role.PRESCRIBER, Role.FRONT_DESK, Role.DIRECTOR}, "home-day"),
    ({Role.OWNER}, "home-figures"),
    ({Role.AUDITOR}, "audit-list"),
    ({Role.PHARMACIST}, "policy-list"),
)


@require_GET
@access(PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    """Answers when the process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_GET
@access(PUBLIC)
def home(request: Any) -> HttpResponse:
    """The first page of whoever comes: a visitor, a patient, a member of staff."""
    if not request.user.is_authenticated:
        return redirect("welcome-front")
    if getattr(request.user, "patient", None) is not None:
        return redirect("diary-today")
    for site in sites_of(request.user):
        held = roles_of(request.user, site)
        for roles, page in FIRST_PAGE:
            if held & roles:
                return redirect(page, site.slug)
    return redirect("people-me")
