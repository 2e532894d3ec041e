"""The waiting list: seen and cleared at the desk, left by the link in an offer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.people.access import access, link
from clearhead.clinic.people.models import Course, Patient, Site
from clearhead.clinic.schedule import actions as calendar
from clearhead.clinic.schedule.models import Waiting
from clearhead.clinic.schedule.queries import left_waiting, waiting_at
from clearhead.clinic.web.forms import ClearForm
from clearhead.clinic.welcome import queries
from clearhead.clinic.welcome.views_desk import DESK

SHOWN_AFTER = timedelta(days=30)
"""How long the list still tells who has left it, and why."""


@require_GET
@access(DESK, Site)
def waiting(request: HttpRequest, site: Site) -> HttpResponse:
    """Who waits for an earlier time, and who has left the list lately."""
    rows = [(one, _course(one.patient, site)) for one in waiting_at(site)]
    left = left_waiting(site, timezone.now() - SHOWN_AFTER)
    return render(request, "welcome/waiting.html", {"site": site, "rows": rows, "left": left, "form": ClearForm()})


def _course(patient: Patient | None, site: Site) -> Course | None:
    if patient is None:
        return None
    return Course.objects.filter(patient__in=patient.charts, site=site, closed_at__isnull=True).first()


@require_POST
@access(DESK, Waiting)
def wants_no_more(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """The person told us that they do not want to wait."""
    form = ClearForm(request.POST)
    form.is_valid()
    calendar.close_waiting(
        waiting=waiting, by=request.user, at=timezone.now(), client_id=form.cleaned_data.get("client_id")
    )
    messages.success(request, _("Taken off the waiting list."))
    return redirect("welcome-waiting", site=waiting.site.slug)


@require_POST
@access(DESK, Course)
def earlier(request: HttpRequest, course: Course) -> HttpResponse:
    """This patient would like an earlier time."""
    form, now = ClearForm(request.POST), timezone.now()
    form.is_valid()
    try:
        offer = queries.offer_of(course.site, UUID(request.POST.get("offer", "")), now, online=False)
    except ValueError as fault:
        raise Http404(_("That is not a talk this site offers.")) from fault
    if offer is None:
        raise Http404(_("That is not a talk this site offers."))
    calendar.join_waiting(
        site=course.site,
        service=offer.service,
        patient=course.patient,
        by=request.user,
        at=now,
        client_id=form.cleaned_data.get("client_id"),
    )
    messages.success(request, _("On the waiting list. Whoever is booked leaves it."))
    return redirect("welcome-desk-book", code=course.code)


@require_http_methods(["GET", "POST"])
@access(link("waiting"), Waiting)
def leave(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """The person leaves the list by the link in our offer."""
    if request.method == "POST":
        calendar.close_waiting(waiting=waiting, by=None, at=timezone.now())
    return render(request, "welcome/leave.html", {"site": waiting.site, "waiting": waiting})
