"""A person's own data: the page of the desk, and the page of the person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clearhead.clinic.people import actions
from clearhead.clinic.people.access import PATIENT, access, staff
from clearhead.clinic.people.forms_charts import SeenForm
from clearhead.clinic.people.forms_details import DetailsForm, OwnDetailsForm
from clearhead.clinic.people.models import Course, PatientChange, Role

DESK = (Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER)


@require_http_methods(["GET", "POST"])
@access(staff(*DESK, Role.DIRECTOR, write=DESK), Course)
def details(request: Any, course: Course) -> HttpResponse:
    """Read and change a patient's data; every change stays readable below."""
    now, patient = timezone.now(), course.patient
    form = DetailsForm(request.POST or None, patient=patient, today=course.site.today(now))
    if request.method == "POST" and form.is_valid() and _saved(request, form, course, now):
        messages.success(request, _("Saved."))
        return redirect("home-course", course.code)
    changes = PatientChange.standing().filter(patient__in=patient.charts).select_related("recorded_by")
    latest = [_change(one) for one in changes.order_by("-pk")[:20]]
    shown = {"course": course, "patient": patient, "form": form, "changes": latest, "seen": SeenForm()}
    return render(request, "people/details.html", shown, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access(PATIENT)
def own_details(request: Any) -> HttpResponse:
    """How we reach you. Who you are is changed by the clinic, with your document."""
    patient = request.patient
    course = Course.objects.filter(patient=patient).select_related("site").order_by("-opened_at").first()
    form = OwnDetailsForm(request.POST or None, patient=patient)
    if request.method == "POST" and form.is_valid() and _saved(request, form, course, timezone.now()):
        messages.success(request, _("Saved."))
        return redirect("people-my-details")
    shown = {"patient": patient, "form": form, "site": course.site if course else None}
    return render(request, "people/own_details.html", shown, status=422 if form.errors else 200)


def _saved(request: HttpRequest, form: OwnDetailsForm, course: Course | None, now: Any) -> bool:
    said = form.cleaned_data
    try:
        actions.change_details(
            patient=form.patient, site=course.site if course else None, said=form.details(), seen=said["seen"],
            reason=said.get("reason", ""), document_seen=said.get("document_seen", False), by=request.user, at=now,
            client_id=said["client_id"],
        )  # fmt: skip
    except actions.DetailsRefused as refusal:
        form.refused(refusal)
        return False
    return True


def _change(change: PatientChange) -> dict[str, Any]:
    lines = [
        f"{name.replace('_', ' ')}: {change.before[name] or '–'} → {new or '–'}" for name, new in change.after.items()
    ]
    return {"at": change.happened_at, "by": change.recorded_by, "lines": lines, "reason": change.reason}
