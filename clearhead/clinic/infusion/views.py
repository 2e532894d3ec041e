"""The chair's page, what polls it, and the door for entries written offline."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.actions.intake import WITHOUT_SIGN_IN
from clearhead.clinic.infusion.beats import unchanged
from clearhead.clinic.infusion.forms_level import LevelForm
from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.infusion.pages import READERS
from clearhead.clinic.people import guard, tablet
from clearhead.clinic.people.access import CHAIR, access, roles_of
from clearhead.clinic.people.models import CLINICAL, User
from clearhead.clinic.plan.models import Session


@require_GET
@access(READERS, Session)
def chair(request: HttpRequest, session: Session) -> HttpResponse:
    """Everything about this chair on one page."""
    view = queries.chair(session, timezone.now(), by=clinician(request, session))
    return render(request, "infusion/chair.html", {"view": view, "session": session, "patient": session.patient})


def clinician(request: Any, session: Session) -> User | None:
    """Who writes: a clinician of this site who is signed in, or nobody (the chair's own token, a hidden screen)."""
    user = request.user
    if unsigned(request):
        return None
    return user if user.is_authenticated and roles_of(user, session.site) & set(CLINICAL) else None


def unsigned(request: HttpRequest) -> bool:
    """It was pressed while nobody was signed in at the screen, whoever the browser belongs to when it arrives."""
    return bool(request.POST.get("unsigned"))


@require_GET
@access(CHAIR, Session, poll=True)
def live(request: HttpRequest, session: Session) -> HttpResponse:
    """Asked every second or two: 304 from one indexed query until there is a new fact. Writes nothing."""
    number = Infusion.objects.filter(session=session).values_list("last_fact", flat=True).first() or 0
    if request.GET.get("after") == str(number):
        return unchanged(request, session.code)
    now = timezone.now()
    view = queries.chair(session, now)
    return JsonResponse(strip(view) if clinician(request, session) else alarms(view))


def alarms(view: queries.ChairView) -> dict[str, Any]:
    """What a locked tablet may show: that something calls, and nothing about whom (H-43)."""
    return {
        "number": view.number,
        "now": view.now.isoformat(),
        "state": str(view.standing.state),
        "pump_confirmed": view.standing.pump_confirmed,
        "high": sum(1 for line in view.open_flags if line.flag.level == "high"),
        "late": [{"what": late.word, "level": late.level} for late in view.late],
    }


def strip(view: queries.ChairView) -> dict[str, Any]:
    """The status strip as numbers and times; the server's clock is in it."""
    due = view.due
    return {
        **alarms(view),
        "mark": view.mark,
        "phase": view.phase,
        "elapsed_min": view.elapsed_min,
        "rate_mg_per_h": str(view.rate.mg_per_h),
        "pump_ml_per_h": str(view.rate.ml_per_h),
        "given_mg": f"{view.given.mg:.2f}",
        "ml_left": f"{view.given.ml_left:.1f}",
        "planned_end": view.planned_end.isoformat() if view.planned_end else None,
        "due": {"at": due.at.isoformat(), "set": due.set, "told": due.told, "why": due.why} if due else None,
        "late": [{"what": one.what, "level": one.level, "sentence": one.sentence} for one in view.late],
        "flags": [
            {"code": str(line.code), "level": line.flag.level, "sentence": line.flag.sentence}
            for line in view.open_flags
        ],
        "responsible": view.responsible.nurse.name if view.responsible else None,
    }


@require_GET
@access(READERS, Session)
def forecast(request: HttpRequest, session: Session) -> HttpResponse:
    """The band in numbers, or why it was withdrawn; and two questions to it, which save nothing."""
    now = timezone.now()
    view = queries.chair(session, now, by=clinician(request, session))
    made = queries.forecast_of(session, now, view)
    form = LevelForm(request.GET if {"level", "rate"} & set(request.GET) else None, rates=queries.rates_to_ask(view))
    asked = None
    if form.is_bound and form.is_valid():
        asked = queries.ask(session, view, level=form.cleaned_data["level"], rate=form.cleaned_data["rate"])
    shown = {"session": session, "patient": session.patient, "forecast": made, "lines": queries.forecast_lines(made)}
    status = 422 if form.errors else 200
    return render(request, "infusion/forecast.html", {**shown, "form": form, "asked": asked}, status=status)


@csrf_exempt  # A queue outlives the page's token. The chair's cookie is same-site strict, and only JSON is read.
@require_POST
@access(CHAIR, Session, guarded=False)
def entries(request: HttpRequest, session: Session) -> HttpResponse:
    """The queue of a device: a list of entries, a receipt for each. Replays are harmless."""
    said = _body(request)
    if said is None:
        return JsonResponse({"error": "A JSON object with a list “entries” is expected."}, status=400)
    now, user = timezone.now(), clinician(request, session)
    listed = said["entries"]
    if not _names_this_patient(request, said, session):
        kept = [one for one in listed if isinstance(one, dict) and str(one.get("kind")) in WITHOUT_SIGN_IN]
        if len(kept) < len(listed):
            return JsonResponse({"error": "These entries were written for another patient."}, status=409)
    sender = actions.Sender(user, hands=tablet.hands_of(request))
    answers = actions.take_in(
        session=session, entries=listed, sender=sender, at=now, device_now=_moment(said.get("device_now"))
    )
    return JsonResponse({"now": now.isoformat(), "receipts": [_receipt(one) for one in answers]})


def _body(request: HttpRequest) -> dict[str, Any] | None:
    try:
        said = json.loads(request.body) if request.content_type == "application/json" else None
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and isinstance(said.get("entries"), list) else None


def _names_this_patient(request: HttpRequest, said: dict[str, Any], session: Session) -> bool:
    """The queue carries the token of the page it was written on (H-01)."""
    token = str(said.get(guard.FIELD) or request.headers.get("X-Form-For", ""))
    try:
        return bool(signing.loads(token, salt=guard.SALT) == str(session.patient.code))
    except (signing.BadSignature, ValueError):  # the second: half a letter, which cannot be signed
        return False


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _receipt(one: actions.EntryReceipt) -> dict[str, Any]:
    return {
        "client_id": one.client_id,
        "status": one.status,
        "fact": one.fact,
        "saved_at": one.saved_at.isoformat() if one.saved_at else None,
        "sentence": one.sentence,
    }
