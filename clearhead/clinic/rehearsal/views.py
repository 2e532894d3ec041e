"""One-click sign-in as a member of the cast. Exists in the demo alone; elsewhere there is nothing here."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clearhead.clinic.people import devices
from clearhead.clinic.people.access import PUBLIC, access
from clearhead.clinic.people.models import Role, User
from clearhead.clinic.rehearsal.story import PIN

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WHAT_THEY_DO = {
    Role.NURSE: "charts at the chairs, takes over a chair, sends people home",
    Role.PRESCRIBER: "consults, decides, signs orders and reviews",
    Role.FRONT_DESK: "runs the day, books, answers enquiries",
    Role.DIRECTOR: "adopts protocols",
    Role.OWNER: "figures, staff; no charts",
    Role.PHARMACIST: "orders and protocols",
    Role.AUDITOR: "reads everything that was done and seen",
    Role.RESEARCHER: "exports only",
}


def _only_in_the_demo() -> None:
    if not settings.DEMO:
        raise Http404(_("There is no demo here."))


@require_GET
@access(PUBLIC)
def cast(request: HttpRequest) -> HttpResponse:
    """Who there is."""
    _only_in_the_demo()
    people = User.objects.filter(is_demo=True, is_active=True).prefetch_related("grants").order_by("pk")
    staff, patients = [], []
    for user in people:
        roles = [grant.role for grant in user.grants.all() if grant.until is None]
        if roles:
            staff.append((user, [(Role(role).label, WHAT_THEY_DO[Role(role)]) for role in roles]))
        elif hasattr(user, "patient"):
            patients.append(user)
    return render(request, "rehearsal/cast.html", {"staff": staff, "patients": patients, "pin": PIN})


@require_POST
@access(PUBLIC)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Be this member of the cast."""
    _only_in_the_demo()
    user = get_object_or_404(User, code=request.POST.get("who", ""), is_demo=True, is_active=True)
    login(request, user, backend=BACKEND)
    devices.begin(request)
    return redirect("home")
