"""The photograph of a patient: the page of the desk, and the picture itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.people import actions
from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.models import Course, Photo, Role
from clearhead.clinic.web.forms import ClearForm

WRITERS = (Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER)
SEERS = staff(*WRITERS, Role.DIRECTOR, write=WRITERS)
KEPT_S = 600
"""So long a browser may show a picture again without asking: a shared tablet forgets it soon."""


class PhotoForm(ClearForm):
    """A picture, and that the person agreed."""

    photo = forms.FileField(
        label=gettext_lazy("Photo of the face"),
        help_text=gettext_lazy("JPEG or PNG, at most 2 MB."),
        error_messages={"required": gettext_lazy("Choose a photo: JPEG or PNG, at most 2 MB.")},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "data-shrink": "640"}),
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("The person agrees that a photograph is kept in the record, to avoid mixing people up.")
    )


@require_http_methods(["GET", "POST"])
@access(SEERS, Course)
def photo(request: Any, course: Course) -> HttpResponse:
    """Add a photograph, or another one."""
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.keep_photo(
                patient=course.patient, site=course.site, data=said["photo"].read(), by=request.user,
                at=timezone.now(), client_id=said["client_id"],
            )  # fmt: skip
            messages.success(request, _("The photo is kept."))
            return redirect("home-course", course.code)
        except actions.PhotoRefused as refusal:
            form.refused(refusal, "photo")
    shown = {"course": course, "patient": course.patient, "form": form, "out": ClearForm()}
    return render(request, "people/photo.html", shown, status=422 if form.errors else 200)


@require_POST
@access(SEERS, Course)
def remove_photo(request: Any, course: Course) -> HttpResponse:
    """Take the photograph out of the record."""
    form = ClearForm(request.POST)
    form.is_valid()
    actions.remove_photo(
        patient=course.patient,
        site=course.site,
        by=request.user,
        at=timezone.now(),
        client_id=form.cleaned_data.get("client_id"),
    )
    messages.success(request, _("The photo is taken out of the record."))
    return redirect("people-photo", course.code)


@require_GET
@access(SEERS, Photo)
def face(request: HttpRequest, photo: Photo) -> HttpResponse:
    """The picture itself, for whoever may open the chart. It is never run, and never kept for long."""
    if not photo.image:
        raise Http404(_("Nothing is here under this address."))
    answer = HttpResponse(bytes(photo.image), content_type=photo.media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = "inline"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = f"private, max-age={KEPT_S}"
    return answer
