"""The chair's page on a tablet that has lost the clinic: the worker's script, and how long a page may be kept."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from clearhead.clinic.people.access import PUBLIC, access

KEEP_HEADER = "X-Keep-Offline"


@require_GET
@access(PUBLIC)
def worker(request: HttpRequest) -> HttpResponse:
    """The script of the worker; its address is its reach: the pages of the chairs and no others."""
    return HttpResponse(_script(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@lru_cache
def _script() -> str:
    return Path(str(finders.find("web/chair_worker.js"))).read_text(encoding="utf-8")


def keep_for_s(request: HttpRequest) -> int:
    """Seconds a tablet may keep this page: no longer than the sign-in that opened it could last."""
    now = timezone.now().timestamp()
    longest = settings.SESSION_LONGEST_HOURS["staff"] * 3600
    return max(0, int(float(request.session.get("since", now)) + longest - now))
