"""STOP, help, the emergency's lines, the pump seen stopped, the transfer sheet: open in every state.

None of these is ever answered with a refusal to a clinician on duty or to the chair's own token: no stale check, no
form token, no cross-site token (the chair's cookie is same-site strict); an unreadable field is left out, not refused.
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.audit.actions import Conflict
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.pages import receipt, wants_json, written
from clearhead.clinic.infusion.views import clinician, unsigned
from clearhead.clinic.people import doors
from clearhead.clinic.people.access import CHAIR, Rule, access
from clearhead.clinic.people.models import Role
from clearhead.clinic.plan.models import Session
from clearhead.medicine.errors import Unreadable
from clearhead.medicine.units import read_decimal

LINES_FOR_THE_CREW = 40
ANYONE = Rule("chair", roles=tuple(Role))
"""Help: everyone who works here, the desk included, or the chair's own device."""


@csrf_exempt
@require_POST
@access(CHAIR, Session, guarded=False)
def stop(request: HttpRequest, session: Session) -> HttpResponse:
    """The pump was stopped; now it is charted."""
    row = actions.stop(
        session=session, reason=_text(request, "reason"), by=clinician(request, session), at=timezone.now(),
        written=written(request), client_id=_client_id(request),
    )  # fmt: skip
    return _back(request, session, row)


@csrf_exempt
@require_POST
@access(ANYONE, Session, guarded=False)
def help_called(request: Any, session: Session) -> HttpResponse:
    """Help is called to this chair."""
    by = request.user if request.user.is_authenticated and not unsigned(request) else None
    row = _kept(
        actions.call_help, request, "help", session=session, text=_text(request, "text"), by=by, at=timezone.now(),
        written=written(request),
    )  # fmt: skip
    return _back(request, session, row)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@access(CHAIR, Session, guarded=False)
def emergency(request: HttpRequest, session: Session) -> HttpResponse:
    """The emergency's timeline: one tap a line."""
    if request.method == "POST":
        row = _kept(
            actions.emergency, request, "emergency", session=session, what=_text(request, "what"),
            text=_text(request, "text"), by=clinician(request, session), at=timezone.now(), written=written(request),
        )  # fmt: skip
        return _back(request, session, row, "infusion-emergency")
    shown = {
        "session": session,
        "patient": session.patient,
        "over": queries.hand_over(session, timezone.now()),
    }
    return render(request, "infusion/emergency.html", shown)


@csrf_exempt
@require_POST
@access(CHAIR, Session, guarded=False)
def seen_stopped(request: HttpRequest, session: Session) -> HttpResponse:
    """Somebody saw the pump stand still. mL that cannot be read are left out, and that is said."""
    ml = _ml(request)
    row = _kept(
        actions.pump_seen_stopped, request, "pump_seen_stopped", session=session, pump_ml=ml,
        by=clinician(request, session), at=timezone.now(), written=written(request),
    )  # fmt: skip
    typed = _text(request, "pump_ml").strip()[:20]
    if typed and ml is None:
        unread = _("“%(typed)s” mL cannot be read and was not kept. Write a plain number up to 2000, such as 12.5.")
        if wants_json(request):
            return JsonResponse({"saved": True, **receipt(row), "unread": unread % {"typed": typed}})
        messages.warning(request, unread % {"typed": typed})
    if "asked" in row.detail and not wants_json(request) and clinician(request, session) is not None:
        messages.warning(request, row.detail["asked"])
        page = reverse("infusion-reading", args=[session.code])
        return HttpResponseRedirect(f"{page}?pump_ml={row.detail['pump_ml']}", status=303)
    return _back(request, session, row)


@require_GET
@access(CHAIR, Session)
def transfer(request: HttpRequest, session: Session) -> HttpResponse:
    """The transfer sheet: situation, background, assessment, what was done. Prints as it stands.

    At a tablet that nobody is signed in at it opens once help was called, the pump stopped or a line written: a crew
    needs it then, and nobody else who passes by does (H-43).
    """
    now, lines = timezone.now(), queries.for_the_crew(session)
    over = queries.hand_over(session, now)
    if clinician(request, session) is None and not over.emergency:
        raise PermissionDenied(_("This tablet is locked. Sign in; in an emergency press stop or call help first."))
    shown = {
        "session": session, "patient": session.patient, "over": over,
        "responsible": queries.responsible(session), "lines": lines[-LINES_FOR_THE_CREW:],
        "earlier": max(0, len(lines) - LINES_FOR_THE_CREW), "infusion": queries.infusion_of(session), "at": now,
    }  # fmt: skip
    return render(request, "infusion/transfer.html", shown)


def _kept(run: Any, request: HttpRequest, kind: str, **said: Any) -> Any:
    """Keep it; what the tablet's copy has charted stands once, the same id with other content under a new one."""
    try:
        return run(**said, client_id=_client_id(request))
    except Conflict:
        detail = {"what": (said["what"] or "other")[:60]} if "what" in said else {}
        detail |= {name: said[name] for name in said.keys() & {"pump_ml"}}
        known = actions.heard(said["session"], _client_id(request), kind, said.get("text", ""), **detail)
        return known or run(**said, client_id=uuid.uuid4())


def _client_id(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("client_id", ""))
    except ValueError:
        return None


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "")


def _ml(request: HttpRequest) -> Decimal | None:
    """The reading, where it is one that can be; a scrawl is left out."""
    try:
        number = read_decimal(request.POST.get("pump_ml", ""), what="mL")
    except Unreadable:
        return None
    return number.quantize(Decimal("0.01")) if number <= Decimal(2000) else None


def _back(request: HttpRequest, session: Session, row: Any, to: str = "infusion-chair") -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"saved": True, **receipt(row)})
    if clinician(request, session) is None:
        to = "infusion-emergency" if doors.opens_chair(request, session) else "home"
    if to == "home":  # the desk has called: it may not read the chair, and is told that it was heard
        messages.warning(request, _("Help is called to %(who)s. It stands on every board.") % {"who": session.patient})
    return HttpResponseRedirect(reverse(to, args=[] if to == "home" else [session.code]), status=303)
