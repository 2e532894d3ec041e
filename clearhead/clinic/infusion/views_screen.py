"""The live parts of the chair's screen: swapped as they stand, 304 while nothing is new."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from clearhead.clinic.infusion import forms, queries
from clearhead.clinic.infusion.beats import Question, unchanged
from clearhead.clinic.infusion.entered import ENTRY_WORDS, WHY_NOT
from clearhead.clinic.infusion.pages import CLINICIANS, READERS
from clearhead.clinic.infusion.queries import screen
from clearhead.clinic.infusion.queries.grid import asks_co2
from clearhead.clinic.infusion.views import alarms, clinician
from clearhead.clinic.infusion.views_keep import kept
from clearhead.clinic.people import tablet
from clearhead.clinic.people.access import CHAIR, access, place
from clearhead.clinic.plan.models import Session

WIDTHS = (280, 1800)
DEFAULT_WIDTH = 900
SPANS = (60, 120)
WITHOUT_FORECAST_PX = 420
"""Below this width the forecast is a page of its own: a phone shows the record first."""

QUICK_NOTES = ("toilet", "comfort", "asleep", "awake", "break", "prescriber_in", "prescriber_out", "prescriber_agrees")
SEDATION = (
    ("0", "0", lazy("alert")),
    ("-1", "−1", lazy("drowsy")),
    ("-2", "−2", lazy("light")),
    ("-3", "−3", lazy("hard to rouse")),
    ("-4", "−4", lazy("deep")),
    ("-5", "−5", lazy("not rousable")),
    ("1", "+1", lazy("restless")),
    ("2", "+2", lazy("agitated")),
    ("3", "+3", lazy("very agitated")),
    ("4", "+4", lazy("combative")),
)
"""The whole Richmond scale: alert and down in one row and a bit, then up."""


@require_GET
@access(READERS, Session, near=screen.NEAR)
@gzip_page
def chair(request: HttpRequest, session: Session) -> HttpResponse:
    """Everything about this chair on one page."""
    now = timezone.now()
    shown = _screen(request, session)
    shown["rate_form"] = forms.RateForm(
        session=session,
        protocol=shown["view"].protocol,
        user=request.user,
        initial={"seen": shown["view"].mark},
    )
    shown |= {
        "can_chart": clinician(request, session) is not None,
        "note_kinds": [(word, word.replace("_", " ")) for word in QUICK_NOTES],
        "sedation": SEDATION,
        "asks_co2": asks_co2(shown["view"].protocol),
        "whys": WHY_NOT.items(),
        "entry_words": ENTRY_WORDS.items(),
        "units": [unit for unit, _ in forms.UNITS],
        "mates": tablet.mates(session.site, now),
        "lock_min": session.site.tablet_lock_min,
        "is_tablet": tablet.lock_after_min(request) is not None,
    }
    reply = render(request, "infusion/chair.html", shown)
    return kept(request, reply, session) if shown["can_chart"] else reply


@require_GET
@access(CLINICIANS, Session)
def more(request: HttpRequest, session: Session) -> HttpResponse:
    """The rarer acts as a page: what "More…" opens where no script runs."""
    view = queries.chair(session, timezone.now(), by=clinician(request, session))
    shown = {"session": session, "patient": session.patient, "offers": screen.offers(view)}
    return render(request, "infusion/more.html", {**shown, "phase_word": screen.phase_words(view)})


@require_GET
@access(CHAIR, Session, poll=True, near=screen.BEAT, placed=False)
@gzip_page
def parts(request: HttpRequest, session: Session) -> HttpResponse:
    """Asked every two seconds. A tablet that nobody is signed in at gets the alarms alone (H-43)."""
    number = screen.newest(session)
    if request.GET.get("after") == number and request.user.is_authenticated:
        return _for_whom(request, unchanged(request, Question.CHAIR, session.code))
    place(request, session)
    if clinician(request, session) is None:
        return JsonResponse(alarms(queries.chair(session, timezone.now())))
    reply = render(request, "infusion/_parts.html", {**_screen(request, session), "live": True})
    return _for_whom(request, reply)


def _for_whom(request: Any, reply: HttpResponse) -> HttpResponse:
    """Who is signed in now: a page that was opened for somebody else gives way to theirs."""
    reply.headers["X-Signed-In"] = str(request.user.code)
    return reply


def _screen(request: Any, session: Session) -> dict[str, Any]:
    number = screen.newest(session)
    now, width = timezone.now(), _whole(request.GET.get("width"), DEFAULT_WIDTH)
    width = min(max(width, WIDTHS[0]), WIDTHS[1])
    last = _whole(request.GET.get("last"), 0)
    view = queries.chair(session, now, by=clinician(request, session))
    forecast = queries.forecast_of(session, now, view) if width >= WITHOUT_FORECAST_PX else None
    return screen.screen(view, forecast, number=number, width=width, last_min=last if last in SPANS else None)


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else default
