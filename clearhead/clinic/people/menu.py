"""The menu of a person: what their roles open, in the order of the journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.people.access import sites_of
from clearhead.clinic.people.models import Role

CLINIC = (Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
STAFF_ITEMS: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (_("Day"), "home-day", CLINIC),
    (_("Chairs"), "home-chairs", (Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR, Role.FRONT_DESK)),
    (_("Patients"), "home-patients", CLINIC),
    (_("Consults"), "consult-list", (Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER)),
    (_("Sessions"), "plan-day", (*CLINIC, Role.AUDITOR)),
    (_("Orders"), "plan-orders", (Role.PHARMACIST,)),
    (_("Research"), "home-research", (Role.RESEARCHER,)),
    (_("Enquiries"), "welcome-inbox", CLINIC),
    (_("Calls"), "recovery-calls", (Role.NURSE, Role.PRESCRIBER)),
    (_("Tasks"), "assessment-open-list", (Role.PRESCRIBER,)),
    (
        _("Protocols"),
        "policy-list",
        (Role.DIRECTOR, Role.PRESCRIBER, Role.NURSE, Role.PHARMACIST, Role.OWNER, Role.AUDITOR),
    ),
    (_("Letters"), "letters-queue", (Role.FRONT_DESK, Role.NURSE)),
    (_("Site"), "schedule-site", (Role.OWNER, Role.FRONT_DESK, Role.DIRECTOR, Role.AUDITOR)),
    (_("Staff"), "people-staff", (Role.OWNER, Role.DIRECTOR)),
    (_("Figures"), "home-figures", (Role.OWNER, Role.DIRECTOR)),
    (_("Audit"), "audit-list", (Role.AUDITOR,)),
)
PATIENT_ITEMS: tuple[tuple[Any, str], ...] = (
    (_("Today"), "diary-today"),
    (_("Calendar"), "diary-calendar"),
    (_("Visits"), "home-visits"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu."""

    name: str
    url: str
    here: bool


def menu_for(request: HttpRequest) -> list[Item]:
    """The entries for whoever asks; empty for a visitor."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    if getattr(user, "patient", None) is not None:
        return [_item(request, name, url) for name, url in PATIENT_ITEMS if _exists(url)]
    site = getattr(request, "site", None)
    sites = sites_of(user)
    if site is None or site not in sites:
        site = sites[0] if sites else None
    if site is None:
        return []
    from clearhead.clinic.people.access import roles_of

    held = roles_of(user, site)
    return [
        _item(request, name, url, site.slug)
        for name, url, roles in STAFF_ITEMS
        if held & set(roles) and _exists(url, site.slug)
    ]


def _exists(url: str, *args: str) -> bool:
    try:
        reverse(url, args=args)
    except NoReverseMatch:
        return False
    return True


def _item(request: HttpRequest, name: Any, url: str, *args: str) -> Item:
    address = reverse(url, args=args)
    return Item(str(name), address, request.path == address)
