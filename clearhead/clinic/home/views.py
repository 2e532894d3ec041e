"""Where a person starts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clearhead.clinic.people.access import PUBLIC, access


@access(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """The first page of whoever comes: a visitor, a patient, a member of staff."""
    return render(request, "web/base.html")
