"""Another address to sign in with: asked for by the person or at the desk, confirmed by whoever reads mail there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clearhead.clinic.people import actions, doors
from clearhead.clinic.people.access import SIGNED_IN, access, link, sites_of, staff
from clearhead.clinic.people.forms_charts import AddressForm, DeskAddressForm, OwnAddressForm, SeenForm
from clearhead.clinic.people.models import AddressChange, Course, Site, User
from clearhead.clinic.people.views import KEEPERS, colleague
from clearhead.clinic.people.views_details import DESK

NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"


@require_http_methods(["GET", "POST"])
@access(SIGNED_IN)
def own_address(request: Any) -> HttpResponse:
    """One's own sign-in address, with the password."""
    form = OwnAddressForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        asked = _asked(request, form, request.user, _own_site(request.user))
        if asked is not None:
            messages.success(request, _sent(asked))
            return redirect("people-me")
    return _page(request, form, request.user)


@require_http_methods(["GET", "POST"])
@access(staff(*DESK), Course)
def patient_address(request: Any, course: Course) -> HttpResponse:
    """A patient's sign-in address, at the desk."""
    account = course.patient.user
    if account is None:
        raise Http404("This patient has no account yet. Invite them first.")
    form = DeskAddressForm(request.POST or None)
    asked = None
    if request.method == "POST" and form.is_valid():
        asked = _asked(request, form, account, course.site)
    return _page(request, form, account, course=course, patient=course.patient, **_said(asked, course))


@require_POST
@access(staff(*DESK), Course)
def patient_reset(request: Any, course: Course) -> HttpResponse:
    """A new password for a patient who stands at the desk: a one-time link, and no mail."""
    account, form = course.patient.user, SeenForm(request.POST)
    if account is None or not form.is_valid():
        messages.error(request, _("Look at the person's document first, and say so. Nothing was made."))
        return redirect("people-details", course.code)
    now = timezone.now()
    _link, token = doors.make_link(
        purpose="reset", subject_code=account.code, patient=course.patient, site=course.site, at=now,
        lasts=timedelta(hours=1), single_use=True,
    )  # fmt: skip
    actions.note_reset(user=account, site=course.site, by=request.user, at=now, patient=course.patient)
    shown = {"site": course.site, "course": course, "patient": course.patient, "person": account, "token": token}
    return render(request, "people/reset_link.html", shown)


@require_http_methods(["GET", "POST"])
@access(KEEPERS, Site)
def colleague_address(request: Any, site: Site, person: UUID) -> HttpResponse:
    """A colleague's sign-in address."""
    user, form = colleague(site, person), DeskAddressForm(request.POST or None)
    asked = None
    if request.method == "POST" and form.is_valid():
        asked = _asked(request, form, user, site)
    return _page(request, form, user, site=site, person=user, **_said(asked, site))


@require_http_methods(["GET", "POST"])
@access(link("sign-in"), AddressChange)
def new_address(request: Any, asked: AddressChange) -> HttpResponse:
    """Opened from a message to the new address: looking changes nothing, the button does."""
    refused = ""
    if request.method == "POST":
        now = timezone.now()
        doors.use_up(request.link, at=now)
        try:
            actions.change_address(asked=asked, site=request.link.site, at=now)
        except actions.AddressRefused as refusal:
            refused = str(refusal)
        else:
            logout(request)
            messages.success(request, _("From now on you sign in with %(mail)s.") % {"mail": asked.new_email})
            return redirect("account_login")
    return render(
        request, "people/new_address.html", {"asked": asked, "refused": refused}, status=422 if refused else 200
    )


def _asked(request: Any, form: AddressForm, user: User, site: Site | None) -> AddressChange | None:
    said = form.cleaned_data
    try:
        return actions.ask_address(
            user=user, new_email=said["new_email"], site=site, by=request.user, at=timezone.now(),
            client_id=said["client_id"],
        )  # fmt: skip
    except actions.AddressRefused as refusal:
        form.refused(refusal, "new_email")
        return None


def _said(asked: AddressChange | None, where: Course | Site) -> dict[str, Any]:
    """What the desk reads afterwards; without a mail server also the link itself, to hand over."""
    if asked is None:
        return {}
    if settings.EMAIL_BACKEND != NO_MAIL:
        return {"done": _sent(asked)}
    course = where if isinstance(where, Course) else None
    _link, token = doors.make_link(
        purpose="sign-in",
        subject_code=asked.code,
        patient=course.patient if course else None,
        site=course.site if course else where,
        at=timezone.now(),
        lasts=timedelta(hours=1),
        single_use=True,
    )
    said = _("No mail server is set up. Hand this link to the person; it works once, for one hour:")
    return {"done": said, "token": token}


def _sent(asked: AddressChange) -> str:
    return _("A message with a link goes to %(mail)s. Until it is opened there, nothing changes.") % {
        "mail": asked.new_email
    }


def _own_site(user: User) -> Site | None:
    patient = getattr(user, "patient", None)
    if patient is not None:
        course = patient.courses.select_related("site").order_by("-opened_at").first()
        return course.site if course else None
    return next(iter(sites_of(user)), None)


def _page(request: HttpRequest, form: AddressForm, account: User, **shown: Any) -> HttpResponse:
    context = {"form": form, "account": account, **shown}
    return render(request, "people/address.html", context, status=422 if form.errors else 200)
