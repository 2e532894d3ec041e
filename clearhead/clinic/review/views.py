"""The review of a course."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.diary import charts
from clearhead.clinic.people.access import access, roles_of, staff
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Course, Role
from clearhead.clinic.review import actions, queries
from clearhead.clinic.review.forms import CloseForm, HarmForm, ReviewForm

CLINICIANS = staff(Role.NURSE, Role.PRESCRIBER)


@require_GET
@access(CLINICIANS, Course)
def course(request: HttpRequest, course: Course) -> HttpResponse:
    """Every series of a course and how it went."""
    return _page(request, course)


@require_http_methods(["GET", "POST"])
@access(staff(Role.NURSE, Role.PRESCRIBER, write=(Role.PRESCRIBER,)), Course)
def sign(request: Any, course: Course, series: UUID) -> HttpResponse:
    """A prescriber signs a review."""
    if request.method == "GET":
        return redirect("review-course", course.code)
    form = ReviewForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.sign_review(
                course=course,
                series_code=series,
                next_step=said["next_step"],
                note=said["note"],
                harms_asked=said["harms_asked"],
                secret=said["secret"],
                by=request.user,
                at=timezone.now(),
                client_id=said["client_id"],
            )
        except (actions.ReviewRefused, SignatureRefused) as refusal:
            form.refused(refusal)
        else:
            messages.success(request, _("The review is signed."))
            return redirect("review-course", course.code)
    return _page(request, course, sign_form=form, status=422)


@require_POST
@access(staff(Role.PRESCRIBER), Course)
def close(request: Any, course: Course) -> HttpResponse:
    """The course ends here."""
    form = CloseForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.close_course(
                course=course, why=said["why"], secret=said["secret"], by=request.user, at=timezone.now(),
                client_id=said["client_id"],
            )  # fmt: skip
        except (actions.ReviewRefused, SignatureRefused) as refusal:
            form.refused(refusal)
        else:
            messages.success(request, _("The course is closed."))
            return redirect("home-course", course.code)
    return _page(request, course, close_form=form, status=422)


@require_POST
@access(CLINICIANS, Course)
def harm(request: Any, course: Course) -> HttpResponse:
    """Note a harm."""
    form = HarmForm(request.POST)
    form.fields["happened_at"].zone = course.site.tz  # type: ignore[attr-defined]
    if not form.is_valid():
        return _page(request, course, harm_form=form, status=422)
    said = dict(form.cleaned_data)
    actions.note_harm(course=course, by=request.user, at=timezone.now(), **said)
    messages.success(request, _("The harm is noted."))
    return redirect("review-course", course.code)


def _page(
    request: Any,
    course: Course,
    *,
    sign_form: ReviewForm | None = None,
    harm_form: HarmForm | None = None,
    close_form: CloseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    harm_form = harm_form or HarmForm(initial={"happened_at": now})
    harm_form.fields["happened_at"].zone = course.site.tz  # type: ignore[attr-defined]
    views = [queries.review_of(course, series, now) for series in queries.series_given(course)]
    if sign_form is not None and not views:
        raise Http404("There is no series to review.")
    context = {
        "course": course,
        "patient": course.patient,
        "reviews": list(reversed(views)),
        "strip": charts.strip_of(course.patient, course.site.today(now)),
        "sign_form": sign_form or ReviewForm(),
        "harm_form": harm_form,
        "close_form": close_form or CloseForm(),
        "may_close": course.closed_at is None and Role.PRESCRIBER in roles_of(request.user, course.site),
    }
    return render(request, "review/course.html", context, status=status)
