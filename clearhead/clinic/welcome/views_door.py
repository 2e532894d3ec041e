"""Back in without a password: a link by message, to the diary or to a new password."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clearhead.clinic.people.access import PUBLIC, access
from clearhead.clinic.welcome import actions, queries
from clearhead.clinic.welcome.crowd import too_many
from clearhead.clinic.welcome.forms import DoorForm


@require_http_methods(["GET", "POST"])
@access(PUBLIC)
def door(request: HttpRequest) -> HttpResponse:
    """Ask for a link. Known or unknown, the answer is the same: nobody learns who is a patient here."""
    form = DoorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if too_many(request, "door"):
            form.refused(_("Many links were asked for from this connection. Wait ten minutes, or call us."))
        else:
            for user, patient in queries.who_has(form.cleaned_data["contact"]):
                actions.send_door(user=user, patient=patient, opens=form.cleaned_data["opens"], at=timezone.now())
            return render(request, "welcome/door_sent.html", {"contact": form.cleaned_data["contact"]})
    return render(request, "welcome/door.html", {"form": form}, status=422 if form.errors else 200)
