"""A shared tablet: whose it is, when it locks, who takes it by PIN. STOP and help stay open while it is locked (H-43).

A session becomes a tablet's when a clinician who signed in with a password takes a chair on it, or locks it. Nobody is
thrown out of it for idling: it locks instead, and any clinician of the site opens it with their own PIN, as themselves,
until the sign-in it began with is over (SESSION_LONGEST_HOURS). What a PIN opens is the chair: roles that do not chart
are not opened by one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people import secrets
from clearhead.clinic.people.models import CLINICAL, Site, User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
OPEN_WHILE_LOCKED = {"account_logout", "infusion-unlock"}
SIGNING = {"account_login", "account_logout"}
OPEN_RULES = {"public", "link", "chair"}
SLACK_S = 60
"""A moment of being there is written at most once a minute; the page itself locks on time."""


def bind(request: Any, site: Site) -> None:
    """This browser is a tablet of the site from now on, and this person has it in hand."""
    if request.user.is_authenticated:
        request.session["tablet"] = [site.slug, site.tablet_lock_min]
        request.session["hands"] = sorted(hands_of(request) | {str(request.user.code)})


def hands_of(request: Any) -> frozenset[str]:
    """Everyone who had this tablet open since it was signed in, by code: an entry may come late and still be theirs."""
    return frozenset(request.session.get("hands", ()))


def site_of(request: Any) -> Site | None:
    """The site this browser is a tablet of."""
    bound = request.session.get("tablet")
    return Site.objects.filter(slug=bound[0]).first() if bound else None


def lock_after_min(request: Any) -> int | None:
    """Minutes without a touch after which it locks; None where this is no tablet."""
    bound = request.session.get("tablet")
    return int(bound[1]) if bound else None


def is_locked(request: Any) -> bool:
    """True while a PIN is asked for."""
    return bool(request.session.get("locked"))


def lock(request: Any, now: datetime, *, chair: object = "", name: str = "") -> None:
    """From the next request on a PIN is asked for. STOP and help stay open at the chair it was locked at.

    A page says `name` with each lock and with the PIN that opens it, so that one on its way does not lock again.
    """
    if name and name == request.session.get("opened"):
        return
    request.session["locked"] = now.timestamp()
    if chair:
        request.session["locked_at"] = str(chair)


def hand_to_patient(request: Any, site: Site, now: datetime) -> None:
    """The patient holds it from now on: this one page stays open, everything else asks for a PIN."""
    bind(request, site)
    lock(request, now)
    request.session["handed"] = request.path


def mates(site: Site, now: datetime) -> tuple[list[User], list[User]]:
    """Who can open a tablet with a PIN: first who signed in somewhere during this shift, then the others."""
    people = (
        User.objects.filter(is_active=True, grants__site=site, grants__until__isnull=True, grants__role__in=CLINICAL)
        .exclude(pin="")
        .distinct()
        .order_by("name")
    )
    since = now - timedelta(hours=settings.SESSION_LONGEST_HOURS["staff"])
    on_duty = [one for one in people if one.last_login is not None and one.last_login >= since]
    return on_duty, [one for one in people if one not in on_duty]


@audit.once
def prove(*, person: User, secret: str, site: Site, at: datetime, client_id: UUID | None = None) -> User:
    """This person is at the tablet: their own PIN (or password) says so."""
    secrets.prove(person, secret, at=at, so="The tablet stays locked.")
    audit.record(chain=site.slug, at=at, by=person, verb="open tablet", subject=site)
    return person


def open_as(request: Any, person: User, now: datetime, *, lock_name: str = "") -> None:
    """The tablet is this person's now. Another person gets a session key of their own, and only what charts."""
    kept = {name: request.session.get(name) for name in ("tablet", "since", "by_pin")}
    before = hands_of(request)
    if request.user.pk != person.pk:
        login(request, person, backend=BACKEND)
        kept["by_pin"] = True
    else:
        User.objects.filter(pk=person.pk).update(last_login=now)
    request.session.update({name: value for name, value in kept.items() if value is not None})
    request.session["hands"] = sorted(before | {str(person.code)})
    request.session.update({"seen": now.timestamp(), "opened": lock_name})
    for name in ("locked", "locked_at", "handed"):
        request.session.pop(name, None)


class TabletLock:
    """Locks a tablet that nobody touches; while it is locked, only what needs no name answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Before the age of the sign-in is looked at: a locked tablet does not idle out, it waits for a PIN."""
        secrets.begin()
        request.tablet_locked = False
        if request.session.get("tablet") and request.user.is_authenticated:
            self._look_at_the_clock(request, timezone.now())
        try:
            return self.get_response(request)
        finally:
            secrets.settle()

    @staticmethod
    def _look_at_the_clock(request: Any, now: datetime) -> None:
        seen = float(request.session.get("seen", now.timestamp()))
        minutes = lock_after_min(request) or 0
        if now.timestamp() - seen > minutes * 60 + SLACK_S and not is_locked(request):
            lock(request, now)
        if is_locked(request) and now.timestamp() - seen > SLACK_S:
            request.session["seen"] = now.timestamp()
        request.tablet_locked = is_locked(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        """Nobody is signed in at a locked tablet, but for the page that opens it. A PIN changes no secrets."""
        if request.session.get("by_pin") and self._keeps_secrets(request, view):
            raise PermissionDenied("A PIN does not open this. Sign in with your password.")
        if not request.tablet_locked or request.resolver_match.url_name in OPEN_WHILE_LOCKED:
            return None
        if request.session.get("handed") == request.path:
            return None
        rule = getattr(view, "access_rule", None)
        if rule is not None and rule.kind in OPEN_RULES:
            request.user = AnonymousUser()
            return None
        reply = self._asks(request, kwargs)
        reply.headers["X-Locked"] = "1"
        return reply

    @staticmethod
    def _keeps_secrets(request: Any, view: Any) -> bool:
        """Passwords, PINs, second factors: whoever knows four digits must not gain more by them."""
        name = request.resolver_match.url_name
        return name == "people-me" or (view.__module__.startswith("allauth.") and name not in SIGNING)

    @staticmethod
    def _asks(request: Any, kwargs: dict[str, Any]) -> HttpResponse:
        if request.method != "GET" or "application/json" in request.headers.get("Accept", ""):
            return HttpResponse("This tablet is locked. Nothing was saved.", status=403, content_type="text/plain")
        on_duty, others = mates(site_of(request), timezone.now())  # type: ignore[arg-type]  # a tablet has a site
        at_chair = kwargs.get("code") if request.path.startswith(("/infusion/", "/recovery/")) else None
        shown = {"on_duty": on_duty, "others": others, "next": request.get_full_path(), "chair_code": at_chair}
        request.site = site_of(request)
        request.user = AnonymousUser()
        return render(request, "people/locked.html", shown, status=403)
