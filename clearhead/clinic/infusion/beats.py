"""A screen that asks again within seconds is answered from one indexed question.

A full answer costs four questions: who, until when, with which roles, which chair. When it was "nothing new", the same
browser session may ask the same address again for a few seconds, and only whether there is a new fact is looked up.
Whoever was signed out elsewhere meanwhile learns for that long that nothing is new, and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
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
HELP = (
    "SELECT (SELECT COALESCE(MAX(id), 0) FROM infusion_flag WHERE rule = 'help'),"
    " (SELECT COALESCE(MAX(ack.id), 0) FROM infusion_flagack ack"
    " JOIN infusion_flag flag ON flag.id = ack.flag_id WHERE flag.rule = 'help')"
)
Asker = tuple[str, str, str]


class Question(StrEnum):
    """What is looked up for a screen that asks again: the newest fact of its chair, or of all calls for help."""

    CHAIR = "chair"
    HELP = "help"


_admitted: dict[Asker, tuple[float, Question, str]] = {}


def _asker(request: HttpRequest) -> Asker | None:
    """Browser session, address and the newest fact it knows; None for every other kind of request."""
    who = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    after = request.GET.get("after", "")
    if request.method != "GET" or not who or not after.isdigit():
        return None
    return who, request.path_info, after


def unchanged(request: HttpRequest, question: Question, code: UUID | None = None) -> HttpResponse:
    """Nothing new, after every check: the next few seconds are answered from here."""
    asker = _asker(request)
    if asker is not None:
        if len(_admitted) >= MOST:
            _admitted.clear()
        kept = code.hex if code else ""  # SQLite keeps this form, PostgreSQL reads it
        _admitted[asker] = (time.monotonic() + KEPT_S, question, kept)
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
        kept = _admitted.get(asker) if asker is not None else None
        if asker is None or kept is None or time.monotonic() >= kept[0] or newest(*kept[1:]) != asker[2]:
            return self.get_response(request)
        return HttpResponseNotModified(headers={"Cache-Control": "no-store"})


def _forget(who: str | None) -> None:
    """Whoever sends a form may be locking the tablet or signing out: the next beat is asked everything again."""
    for asker in [one for one in list(_admitted) if one[0] == who]:
        _admitted.pop(asker, None)


def newest(question: Question, code: str = "") -> str:
    """Digits that change with every new fact of the chair, or with every call for help and every word about one."""
    with connection.cursor() as cursor:
        if question is Question.HELP:
            cursor.execute(HELP)
            return "{}{:09d}".format(*cursor.fetchone())
        cursor.execute(NEWEST, [code])
        row = cursor.fetchone()
    return str(row[0]) if row else ""
