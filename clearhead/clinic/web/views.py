"""Pages that belong to no step: health, and a form that was open too long."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from clearhead.clinic.people.access import PUBLIC, access


@access(PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    """Answers when the process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@access(PUBLIC)
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or came from elsewhere."""
    return render(
        request,
        "web/refusal.html",
        {
            "title": _("This form could not be accepted"),
            "sentence": _("It was open too long, or did not come from this page. Nothing was saved. Open it again."),
        },
        status=403,
    )
