"""The chair's page on a tablet that has lost the clinic: the worker's script, and how long a page may be kept."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from clearhead.clinic.people import doors, tablet
from clearhead.clinic.people.access import PUBLIC, access
from clearhead.clinic.plan.models import Session

KEEP_HEADER = "X-Keep-Offline"
CHAIR_COOKIE_S = 24 * 3600


@require_GET
@access(PUBLIC)
def worker(request: HttpRequest) -> HttpResponse:
    """The script of the worker; its address is its reach: the chairs, or the recovery rooms, and no other page."""
    return HttpResponse(_script(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@lru_cache
def _script() -> str:
    return Path(str(finders.find("web/chair_worker.js"))).read_text(encoding="utf-8")


def keep_for_s(request: HttpRequest) -> int:
    """Seconds a tablet may keep this page: no longer than the sign-in that opened it could last."""
    now = timezone.now().timestamp()
    longest = settings.SESSION_LONGEST_HOURS["staff"] * 3600
    return max(0, int(float(request.session.get("since", now)) + longest - now))


def kept(request: Any, reply: HttpResponse, session: Session) -> HttpResponse:
    """The chair's page of somebody who charts: it may be kept, and a tablet's STOP works here when it is locked."""
    reply.headers[KEEP_HEADER] = str(keep_for_s(request))
    if tablet.lock_after_min(request) is not None:
        bind(request, reply, session)
    return reply


def bind(request: Any, reply: HttpResponse, session: Session, device: str = "") -> None:
    """This device is a tablet of the site, and has the chair's token: STOP, help, emergency lines need no sign-in."""
    tablet.bind(request, session.site)
    reply.set_cookie(
        doors.CHAIR_COOKIE,
        doors.chair_token(session.code, device or "tablet"),
        max_age=CHAIR_COOKIE_S,
        path=f"/infusion/{session.code}/",
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )
