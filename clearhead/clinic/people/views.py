"""Staff pages, one's own secrets, and the doors that links open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.people import actions, devices, doors, forms
from clearhead.clinic.people.access import PUBLIC, SIGNED_IN, access, link, staff
from clearhead.clinic.people.models import Role, Site, User

KEEPERS = staff(Role.OWNER, Role.DIRECTOR)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def colleague(site: Site, person: UUID) -> User:
    """Someone with a role at this site, now or earlier."""
    return get_object_or_404(User.objects.filter(grants__site=site).distinct(), code=person)


@require_GET
@access(KEEPERS, Site)
def staff_list(request: HttpRequest, site: Site) -> HttpResponse:
    """Everyone who works or worked here."""
    people = User.objects.filter(grants__site=site).distinct().order_by("-is_active", "name")
    rows = [(one, one.grants.filter(site=site, until__isnull=True), one.credentials.all()) for one in people]
    return render(request, "people/staff.html", {"site": site, "rows": rows, "today": site.today(timezone.now())})


@require_http_methods(["GET", "POST"])
@access(KEEPERS, Site)
def invite(request: Any, site: Site) -> HttpResponse:
    """Invite someone; their first password is set by their link, or here in the next step."""
    form = forms.InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            user = actions.invite(
                email=said["email"], name=said["name"], title=said["title"], site=site, role=said["role"],
                by=request.user, at=timezone.now(), patients_at_once=said["patients_at_once"],
                client_id=said["client_id"],
            )  # fmt: skip
        except actions.InviteRefused as refusal:
            form.add_error("email", str(refusal))
        else:
            if not user.has_usable_password():
                way_in = _("%(name)s is invited and has no password yet: make the link below and hand it over.")
                messages.success(request, way_in % {"name": user.name})
            return redirect("people-member", site.slug, user.code)
    status = 422 if form.errors else 200
    return render(request, "people/invite.html", {"site": site, "form": form}, status=status)


@require_GET
@access(KEEPERS, Site)
def member(request: HttpRequest, site: Site, person: UUID) -> HttpResponse:
    """One member of staff."""
    user = colleague(site, person)
    shown = {
        "site": site,
        "person": user,
        "grants": user.grants.filter(site=site).order_by("-since"),
        "role_form": forms.RoleForm(),
        "credential_form": forms.CredentialForm(),
        "off_form": forms.ClearForm(),
    }
    return render(request, "people/member.html", shown)


@require_POST
@access(KEEPERS, Site)
def change_role(request: Any, site: Site, person: UUID) -> HttpResponse:
    """Give or withdraw a role."""
    user, form = colleague(site, person), forms.RoleForm(request.POST)
    if not form.is_valid():
        return render(request, "people/invite.html", {"site": site, "form": form}, status=422)
    said = {"user": user, "site": site, "role": form.cleaned_data["role"], "by": request.user, "at": timezone.now()}
    said["client_id"] = form.cleaned_data["client_id"]
    if form.cleaned_data["give"]:
        actions.grant(**said, patients_at_once=form.cleaned_data["patients_at_once"])
    else:
        actions.withdraw_role(**said)
    return redirect("people-member", site.slug, user.code)


@require_POST
@access(KEEPERS, Site)
def reset_password(request: Any, site: Site, person: UUID) -> HttpResponse:
    """A reset that needs no mail: this person reads a one-time link to the other."""
    user = colleague(site, person)
    if user.pk == request.user.pk:
        raise PermissionDenied(_("Your own password is changed on your own page."))
    now = timezone.now()
    _made, token = doors.make_link(
        purpose="reset",
        subject_code=user.code,
        patient=None,
        site=site,
        at=now,
        lasts=timedelta(hours=1),
        single_use=True,
    )
    actions.note_reset(user=user, site=site, by=request.user, at=now)
    return render(request, "people/reset_link.html", {"site": site, "person": user, "token": token})


@require_POST
@access(KEEPERS, Site)
def credential(request: Any, site: Site, person: UUID) -> HttpResponse:
    """Note a licence or certificate."""
    user, form = colleague(site, person), forms.CredentialForm(request.POST)
    if not form.is_valid():
        return render(request, "people/invite.html", {"site": site, "form": form}, status=422)
    said = form.cleaned_data
    actions.note_credential(
        user=user, site=site, kind=said["kind"], number=said["number"], expires_on=said["expires_on"], by=request.user,
        at=timezone.now(), client_id=said["client_id"],
    )  # fmt: skip
    return redirect("people-member", site.slug, user.code)


@require_POST
@access(KEEPERS, Site)
def switch_off(request: Any, site: Site, person: UUID) -> HttpResponse:
    """Switch someone off: out on their next request."""
    user = colleague(site, person)
    actions.switch_off(user=user, site=site, by=request.user, at=timezone.now())
    messages.success(request, _("%(name)s is switched off and out of every open page.") % {"name": user.name})
    return redirect("people-staff", site.slug)


@require_http_methods(["GET", "POST"])
@access(SIGNED_IN)
def own_secrets(request: Any) -> HttpResponse:
    """One's own password and bedside PIN."""
    which = request.POST.get("which")
    password = forms.NewPasswordForm(
        request.POST if which == "password" else None, user=request.user, prefix="password"
    )
    pin = forms.PinForm(request.POST if which == "pin" else None, prefix="pin")
    if which == "password" and password.is_valid():
        user = actions.set_password(
            user=request.user, password=password.cleaned_data["password"], by=request.user, at=timezone.now()
        )
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed."))
        return redirect("people-me")
    if which == "pin" and pin.is_valid():
        try:
            actions.set_pin(
                user=request.user, pin=pin.cleaned_data["pin"], secret=pin.cleaned_data["secret"], at=timezone.now()
            )
            messages.success(request, _("Your PIN is changed."))
            return redirect("people-me")
        except actions.SignatureRefused as refusal:
            pin.refused(refusal, "secret")
    status = 422 if which and (password.errors or pin.errors) else 200
    patient = getattr(request.user, "patient", None)
    kept = devices.open_devices(patient, timezone.now()) if patient else []
    return render(request, "people/me.html", {"password": password, "pin": pin, "devices": kept}, status=status)


@require_http_methods(["GET", "POST"])
@access(link("account"))
def open_account(request: Any) -> HttpResponse:
    """A patient chooses a password and is in. Once the account is open the link opens nothing more."""
    if request.patient.user is not None and request.patient.user.has_usable_password():
        if request.patient.user == request.user:
            return redirect("home")
        messages.info(request, _("This account is open already. Sign in with your e-mail address and password."))
        return redirect("account_login")
    form = forms.NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        doors.use_up(request.link, at=now)
        user = actions.open_account(
            patient=request.patient, password=form.cleaned_data["password"], site=request.link.site, at=now
        )
        login(request, user, backend=BACKEND)
        devices.begin(request)
        return redirect("home")
    shown = {"form": form, "title": _("Choose a password for your diary"), "email": request.patient.email}
    return render(request, "people/new_password.html", shown, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access(link("reset"), User)
def reset_by_link(request: Any, user: User) -> HttpResponse:
    """A new password by a one-time link."""
    form = forms.NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        doors.use_up(request.link, at=now)
        actions.set_password(user=user, password=form.cleaned_data["password"], by=user, at=now)
        messages.success(request, _("Your password is changed. Sign in with it."))
        return redirect("account_login")
    shown = {"form": form, "title": _("Choose a new password"), "email": user.email}
    return render(request, "people/new_password.html", shown, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access(PUBLIC)
def elsewhere(request: HttpRequest, page: str) -> HttpResponse:
    """The sign-in library has pages of its own for this, which the audit would not see."""
    return redirect(page)


@access(PUBLIC)
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or came from elsewhere."""
    return render(
        request,
        "web/refusal.html",
        {
            "title": _("This form could not be accepted"),
            "sentence": _("It was open too long, or did not come from this page. Nothing was saved. Open it again."),
        },
        status=403,
    )
