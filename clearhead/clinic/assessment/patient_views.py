"""Questionnaires the patient answers alone, and what is shown at once when an answer cannot wait (H-40)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clearhead.clinic.assessment import actions, crisis, queries
from clearhead.clinic.assessment.forms import ScaleForm
from clearhead.clinic.assessment.pages import READING
from clearhead.clinic.people.access import DIARY, PATIENT, access
from clearhead.clinic.people.models import Course, Site
from clearhead.medicine.scales import scale as scales


@require_http_methods(["GET", "POST"])
@access(PATIENT)
def questionnaire(request: Any, name: str) -> HttpResponse:
    """One questionnaire of one's own. An answer that cannot wait leads to help, not to a thank-you."""
    course = _course(request)
    if course is None or name not in _offered():
        raise Http404(_("This questionnaire is not kept here."))
    now, asked = timezone.now(), scales.scale(name)
    form = ScaleForm(request.POST or None, scale=asked)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.record_scale(
                course=course, scale_id=name, parts=form.parts(), by=request.user, at=now,
                answer_by=crisis.call_by(course.site, now), client_id=form.cleaned_data["client_id"],
            )  # fmt: skip
        except actions.AssessmentRefused as refusal:
            form.refused(refusal)
        else:
            if scales.triggers_of(asked, row.parts):
                return redirect("assessment-help")
            messages.success(request, _("Saved to the clinic. Somebody reads it with you at the next talk."))
            return redirect("home-visits")
    shown = {"scale": asked, "form": form, "site": course.site}
    return render(request, "assessment/mine.html", shown, status=422 if form.errors else 200)


@require_GET
@access(DIARY)
def help_now(request: Any) -> HttpResponse:
    """Where help is now. Opens from every page of the diary; says honestly who reads what, and by when."""
    course = _course(request)
    item = queries.self_harm_item(course) if course else None
    shown = {"site": course.site if course else None, "item": item, "overdue": item and item.due_at < timezone.now()}
    return render(request, "assessment/help.html", shown)


@require_GET
@access(READING, Site)
def open_list(request: HttpRequest, site: Site) -> HttpResponse:
    """Everything at this site that a person must still do, the most overdue first."""
    rows = queries.open_items_at(site)
    return render(request, "assessment/open_list.html", {"site": site, "rows": rows, "now": timezone.now()})


def _course(request: Any) -> Course | None:
    open_ones = Course.objects.filter(patient=request.patient, closed_at__isnull=True).select_related("site")
    return open_ones.order_by("-opened_at").first()


def _offered() -> tuple[str, ...]:
    """The questionnaires that may be shown with their own words."""
    return tuple(name for name in scales.shipped_scales() if scales.scale(name).items)
