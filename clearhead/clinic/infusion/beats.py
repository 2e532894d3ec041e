"""A screen that asks again within seconds is answered from one indexed question.

A full answer costs four questions: who, until when, with which roles, which chair. When it was "nothing new", the same
browser session may ask the same address again for a few seconds, and only whether there is a new fact is looked up.
Whoever was signed out elsewhere meanwhile learns for that long that nothing is new, and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

KEPT_S = 5.0
MOST = 2000
NEWEST = (
    "SELECT infusion.last_fact FROM infusion_infusion infusion"
    " JOIN plan_session visit ON visit.id = infusion.session_id WHERE visit.code = %s"
)
Asker = tuple[str, str, str]

_admitted: dict[Asker, tuple[float, str]] = {}


def _asker(request: HttpRequest) -> Asker | None:
    """Browser session, address and the newest fact it knows; None for every other kind of request."""
    who = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    after = request.GET.get("after", "")
    if request.method != "GET" or not who or not after.isdigit():
        return None
    return who, request.path_info, after


def unchanged(request: HttpRequest, code: UUID) -> HttpResponse:
    """Nothing new, after every check: the next few seconds are answered from here."""
    asker = _asker(request)
    if asker is not None:
        if len(_admitted) >= MOST:
            _admitted.clear()
        _admitted[asker] = (time.monotonic() + KEPT_S, code.hex)  # SQLite keeps this form, PostgreSQL reads it
    return HttpResponseNotModified()


class Beats:
    """Stands before everything that asks who somebody is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """304 for who was admitted a moment ago and still knows the newest fact; everybody else passes on."""
        if request.method == "POST":
            _forget(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        asker = _asker(request) if _admitted else None
        until, code = _admitted.get(asker, (0.0, "")) if asker is not None else (0.0, "")
        if asker is None or time.monotonic() >= until or _newest(code) != asker[2]:
            return self.get_response(request)
        return HttpResponseNotModified(headers={"Cache-Control": "no-store"})


def _forget(who: str | None) -> None:
    """Whoever sends a form may be locking the tablet or signing out: the next beat is asked everything again."""
    for asker in [one for one in list(_admitted) if one[0] == who]:
        _admitted.pop(asker, None)


def _newest(code: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [code])
        row = cursor.fetchone()
    return str(row[0]) if row else ""
