"""Default deny, how long a sign-in lasts, and the refusals that every write shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from clearhead.clinic.audit.actions import Conflict
from clearhead.clinic.people import devices, doors
from clearhead.clinic.people.guard import MergedChart, WrongPatient

FOREIGN = ("allauth.", "django.views.static", "django.contrib.staticfiles", "django.views.i18n")
"""Views of libraries, which carry their own checks; people/urls.py lists which of them are mounted."""


class DefaultDeny:
    """A view that declares no access rule answers nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the check is made when the view is known."""
        response = self.get_response(request)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Refuse a view without a rule."""
        if not hasattr(view, "access_rule") and not view.__module__.startswith(FOREIGN):
            raise PermissionDenied("This page has no access rule, so nobody may open it.")


class SessionAge:
    """Idle and longest age of a sign-in. Polls do not count as being there.

    On a device where a patient keeps the diary open, the diary goes on when the sign-in is over. For every other page
    such a visitor is a stranger, who signs in again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Sign out whom time has signed out, or whom somebody switched off."""
        request.only_diary = False
        if request.user.is_authenticated and not self._good(request):
            logout(request)
            if not self._at_the_chair(request):
                messages.info(
                    request, _("You were signed out. Sign in again: what was not saved has to be entered once more.")
                )
                return redirect(settings.LOGIN_URL)
        return self.get_response(request)

    @staticmethod
    def _good(request: Any) -> bool:
        now = timezone.now()
        if not request.user.is_active:
            return False
        if devices.signed_in(request, now):
            return True
        request.only_diary = devices.here(request, now) is not None
        return bool(request.only_diary)

    @staticmethod
    def _at_the_chair(request: Any) -> bool:
        """STOP, help and emergency lines go on by the chair's own token when the sign-in is over (H-50)."""
        if doors.CHAIR_COOKIE not in request.COOKIES:
            return False
        try:
            view: Any = resolve(request.path_info).func
        except Http404:
            return False
        rule = getattr(view, "access_rule", None)
        return rule is not None and rule.kind == "chair"

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        """Being there is opening a page or sending a form, not a poll; written at most once a minute."""
        if not request.user.is_authenticated or getattr(view, "is_poll", False):
            return
        if request.only_diary and not self._opens_from_the_device(request, view):
            request.user = AnonymousUser()
            return
        devices.be_there(request, timezone.now(), only_diary=request.only_diary)

    @staticmethod
    def _opens_from_the_device(request: Any, view: Any) -> bool:
        rule = getattr(view, "access_rule", None)
        if rule is None:
            return bool(request.resolver_match.url_name == "account_logout")
        return rule.lasting or rule.kind in {"public", "link"}


class ClearRefusals:
    """409 for a repeated id with other content and for a form of another patient."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; who opens an address that only takes entries (a reload, an old link) reads why nothing is there."""
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET":
            return response
        sentence = _("This address takes entries and shows no page. Nothing was saved by opening it.")
        page = render(
            request, "web/refusal.html", {"title": _("Nothing to see here"), "sentence": sentence}, status=405
        )
        page.headers["Allow"] = response.headers["Allow"]
        return page

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Answer what is a refusal; leave what is a fault."""
        titles = {
            Conflict: _("Saved already, with other content"),
            WrongPatient: _("Another patient's form"),
            MergedChart: _("A chart that was merged"),
        }
        title = titles.get(type(fault))
        if title is None:
            return None
        return render(request, "web/refusal.html", {"title": title, "sentence": str(fault)}, status=409)
