"""Refusals that every write shares become a clear page with the right status."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from clearhead.clinic.audit.actions import Conflict
from clearhead.clinic.people.guard import WrongPatient


class ClearRefusals:
    """409 for a repeated id with other content and for a form of another patient."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Answer what is a refusal; leave what is a fault."""
        titles = {Conflict: _("Saved already, with other content"), WrongPatient: _("Another patient's form")}
        title = titles.get(type(fault))
        if title is None:
            return None
        return render(request, "web/refusal.html", {"title": title, "sentence": str(fault)}, status=409)
