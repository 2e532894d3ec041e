"""The letter queue for staff, one letter on screen and on paper."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.letters import actions, backends, queries
from clearhead.clinic.letters.forms import StepForm
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.models import Role, Site

DESK = staff(Role.FRONT_DESK, Role.NURSE)
STEPS = {"withdraw": actions.withdraw_one, "printed": actions.mark_printed, "again": actions.send_again}


@require_GET
@access(DESK, Site)
def queue(request: HttpRequest, site: Site) -> HttpResponse:
    """What waits, what failed, what went out this week."""
    rows = queries.queue_of(site, timezone.now())
    shown = {"rows": rows, "mail_is_set_up": backends.mail_is_set_up(), "folder": settings.LETTERS_FOLDER.name}
    return render(request, "letters/queue.html", shown)


@require_http_methods(["GET"])
@access(staff(Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER), Outgoing)
def letter(request: HttpRequest, letter: Outgoing) -> HttpResponse:
    """One letter as it reads; prints on one page."""
    row = queries.QueueRow(letter, queries.state_of(letter, timezone.now()))
    return render(request, "letters/letter.html", {"row": row, "form": StepForm()})


@require_POST
@access(DESK, Outgoing)
def step(request: HttpRequest, letter: Outgoing) -> HttpResponse:
    """Withdraw it, say that it was printed, or let it go again."""
    form, now = StepForm(request.POST), timezone.now()
    if not form.is_valid():
        row = queries.QueueRow(letter, queries.state_of(letter, now))
        return render(request, "letters/letter.html", {"row": row, "form": form}, status=422)
    act = STEPS[form.cleaned_data["step"]]
    act(letter=letter, by=request.user, at=now, client_id=form.cleaned_data["client_id"])
    return redirect("letters-queue", site=letter.site.slug)
