"""Who may see whom: every answer to "may this person" is in this file.

A view says what it asks with `@access(rule)` or `@access(rule, Model)`. With a model, the decorator itself finds the
row from the URL's `code` (or `site` for a Site), answers 404 to strangers and 403 to the wrong role, and hands the
row to the view. A view without a rule answers 403 to everyone (middleware.DefaultDeny) and fails the matrix test.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from clearhead.clinic.people import doors, guard
from clearhead.clinic.people.held import held_by, held_in
from clearhead.clinic.people.models import CLINICAL, Course, Patient, Role, Site, User

EVERY_STAFF = tuple(Role)


@dataclass(frozen=True)
class Rule:
    """Who is let in. `kind`: public, signed_in, patient, staff, link or chair.

    `lasting`: also opens from a device on which the patient keeps the diary open, long after the sign-in itself ended.
    """

    kind: str
    roles: tuple[str, ...] = ()
    purpose: str = ""
    writers: tuple[str, ...] = field(default=())
    lasting: bool = False

    def __str__(self) -> str:
        if self.kind == "staff":
            return "staff: " + ", ".join(self.roles)
        return f"link:{self.purpose}" if self.kind == "link" else self.kind


PUBLIC = Rule("public")
SIGNED_IN = Rule("signed_in")
PATIENT = Rule("patient")
DIARY = Rule("patient", lasting=True)
"""What a patient writes every day, and reads of it. Everything else about them asks for a fresh sign-in."""
CHAIR = Rule("chair", roles=(Role.NURSE, Role.PRESCRIBER))
"""Stop, emergency notes, help: any clinician on duty, or the chair's own device by its signed token."""


def staff(*roles: str, write: tuple[str, ...] | None = None) -> Rule:
    """Staff with one of these roles at the row's site; `write` narrows who may POST (readers get 403)."""
    return Rule("staff", roles=roles or EVERY_STAFF, writers=write if write is not None else (roles or EVERY_STAFF))


def link(purpose: str) -> Rule:
    """Whoever holds an unexpired link of this purpose; the URL carries `token`."""
    return Rule("link", purpose=purpose)


def roles_of(user: Any, site: Site) -> set[str]:
    """The roles a person holds at a site now; empty for anyone switched off."""
    if not getattr(user, "is_active", False) or not isinstance(user, User):
        return set()
    return {role for place, role in held_by(user) if place == site.pk}


def sites_of(user: Any, *roles: str) -> list[Site]:
    """The sites where a person holds one of these roles (any role when none is named)."""
    if not getattr(user, "is_active", False) or not isinstance(user, User):
        return []
    places = {place for place, role in held_by(user) if not roles or role in roles}
    return list(Site.objects.filter(pk__in=places).order_by("name"))


def lets_in(url: str, roles: set[str]) -> bool:
    """True when the page at this address is for one of these roles: pages link only to what their reader may open."""
    rule = getattr(resolve(url).func, "access_rule", None)
    return rule is not None and (rule.kind != "staff" or bool(roles & set(rule.roles)))


def patient_of(row: Model | None) -> Patient | None:
    """The patient a row is about, or None."""
    if row is None or isinstance(row, Patient):
        return row
    for name in (
        "patient",
        "course",
        "session",
        "order",
        "series",
        "booking",
        "enquiry",
        "review",
        "consent",
        "discharge",
    ):
        near = getattr(row, name, None)
        if isinstance(near, Model):
            found = patient_of(near)
            if found is not None:
                return found
    return None


def site_ids_of(row: Model) -> set[int]:
    """The sites a row belongs to. A row of a patient alone belongs to every site where the patient has a course."""
    if isinstance(row, Site):
        return {row.pk}
    if getattr(row, "site_id", None) is not None:
        return {row.site_id}  # type: ignore[attr-defined]
    for name in ("course", "session", "order", "booking", "consent", "review", "service", "resource", "enquiry"):
        near = getattr(row, name, None)
        if isinstance(near, Model):
            return site_ids_of(near)
    patient = patient_of(row)
    return set(Course.objects.filter(patient=patient).values_list("site", flat=True)) if patient else set()


def access(
    rule: Rule,
    subject: type[Model] | None = None,
    *,
    poll: bool = False,
    guarded: bool = True,
    near: tuple[str, ...] = (),
    placed: bool = True,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Declare who may call a view. `poll`: a machine asks every second, so no look is audited and no session extended.

    `guarded`: a staff POST about a patient must carry the form token that names this patient (H-01).
    `near`: what the view needs of the row's neighbours, read in the same question.
    `placed`: False where the view itself calls `place`, once it knows that it has something to show.
    """

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def admitted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if rule.kind in {"signed_in", "patient", "staff"} and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path() if request.method in {"GET", "HEAD"} else "/")
            row = _row(subject, kwargs, near) if subject is not None and rule.kind != "link" else None
            _admit(rule, request, row, kwargs)
            if rule.kind == "link" and subject is not None:
                row = _row(subject, {"code": request.link.subject_code}, near)  # type: ignore[attr-defined]
            if placed:
                place(request, row)
            if rule.lasting:  # the diary goes by the clock of the person who keeps it, whatever the row is about
                timezone.activate(request.patient.zone)
            if guarded and request.method == "POST" and rule.kind in {"staff", "chair"}:
                guard.check(request, patient_of(row))
                if isinstance(row, (Course, Patient)):
                    guard.refuse_merged(patient_of(row))
            if rule.kind == "staff" and request.method == "GET" and not poll:
                guard.look(request, patient_of(row))
            return view(request, *((row,) if subject is not None else ()), *args, **kwargs)

        admitted.access_rule = rule  # type: ignore[attr-defined]
        admitted.access_subject = subject  # type: ignore[attr-defined]
        admitted.is_poll = poll  # type: ignore[attr-defined]
        return admitted

    return wrap


def _row(subject: type[Model], kwargs: dict[str, Any], near: tuple[str, ...]) -> Model:
    key, column = ("site", "slug") if subject is Site else ("code", "code")
    rows = subject._default_manager.filter(**{column: kwargs.pop(key)})
    row = (rows.select_related(*near) if near else rows).first()
    if row is None:
        raise Http404(_("Nothing is here under this address."))
    return row


def _admit(rule: Rule, request: Any, row: Model | None, kwargs: dict[str, Any]) -> None:
    if rule.kind == "patient":
        _admit_patient(request, row)
    elif rule.kind == "staff":
        _admit_staff(rule, request, row)
    elif rule.kind == "chair":
        if not doors.opens_chair(request, row):
            if not request.user.is_authenticated:
                raise PermissionDenied(_("Sign in, or use the tablet that was bound to this chair."))
            _admit_staff(Rule("staff", roles=rule.roles, writers=rule.roles), request, row)
    elif rule.kind == "link":
        request.link = doors.open_link(kwargs.pop("token"), rule.purpose, timezone.now())
        request.patient = request.link.patient.kept if request.link.patient is not None else None


def _admit_patient(request: Any, row: Model | None) -> None:
    patient = getattr(request.user, "patient", None)
    if patient is None or not request.user.is_active:
        raise PermissionDenied(_("This page is for patients."))
    whose = patient_of(row)
    if row is not None and (whose is None or whose.pk not in patient.charts):
        raise Http404(_("Nothing is here under this address."))
    request.patient = patient


def _admit_staff(rule: Rule, request: Any, row: Model | None) -> None:
    places = None if row is None else site_ids_of(row)
    grants = held_in(request) if request.user.is_active else frozenset()
    held = {role for place, role in grants if places is None or place in places}
    if request.session.get("by_pin"):  # a PIN at a shared tablet opens what charts, never the office
        held &= set(CLINICAL)
    if row is not None and not held:
        if not getattr(request.user, "is_active", False) or not request.user.is_staff_member:
            raise PermissionDenied(_("This page is for the staff of the site."))
        raise Http404(_("Nothing is here under this address."))
    wanted = rule.roles if request.method in {"GET", "HEAD"} else rule.writers
    if not held & set(wanted):
        names = ", ".join(str(Role(role).label) for role in wanted)
        raise PermissionDenied(f"This is for: {names}.")
    request.roles = held


def _site(row: Model | None, site_id: int) -> Site | None:
    if isinstance(row, Site):
        return row
    near = row is not None and row._state.fields_cache.get("site")
    return near or Site.objects.filter(pk=site_id).first()


def place(request: Any, row: Model | None) -> None:
    """Show times in the zone of the site the page is about."""
    site_ids = site_ids_of(row) if row is not None else set()
    request.site = _site(row, *site_ids) if len(site_ids) == 1 else None
    if request.site is None and getattr(request, "link", None) is not None:
        request.site = request.link.site
    if request.site is not None:
        timezone.activate(request.site.tz)
    elif getattr(request, "patient", None) is not None:
        timezone.activate(request.patient.zone)
