"""How every page at the chair answers: a form, an action, then the chair again; or 422 with the reasons."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.audit.actions import note_refusal
from clearhead.clinic.infusion.actions import ChairRefused
from clearhead.clinic.infusion.alone import Pause, pause_of
from clearhead.clinic.infusion.forms import ChairForm, CheckedForm
from clearhead.clinic.infusion.queries import protocol_of
from clearhead.clinic.infusion.replies import not_saved, receipt, wants_json
from clearhead.clinic.infusion.replies import written as written
from clearhead.clinic.people.access import staff
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Role
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules.verdict import Outcome, Reason

CLINICIANS = staff(Role.NURSE, Role.PRESCRIBER)
READERS = staff(Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR, write=(Role.NURSE, Role.PRESCRIBER))
ASKED_AGAIN = {"stale", "second_check", "step_approver", "complete", "go", "hand_over", "target_held", "open_flags"}
"""Open reasons that a tick does not answer."""


def form_of(kind: type[ChairForm], request: HttpRequest, session: Session, /, **initial: Any) -> Any:
    """The form of this request: bound when it was sent."""
    data = request.POST if request.method == "POST" else None
    return kind(data, session=session, protocol=protocol_of(session), user=request.user, initial=initial)


def answer(
    request: HttpRequest,
    session: Session,
    form: Any,
    run: Callable[[dict[str, Any], datetime], Any],
    *,
    title: str,
    template: str = "infusion/form.html",
    to: str = "infusion-chair",
    part: Callable[[], HttpResponse] | None = None,
    **shown: Any,
) -> HttpResponse:
    """Do it and go back to the chair, or show the form again with what stands against it.

    `part`: what a page that swaps its own parts gets instead of the way back.
    """
    doubts: list[Reason] = []
    pause: Pause | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = run(form.cleaned_data, timezone.now())
            except (ChairRefused, SignatureRefused) as refusal:
                doubts, pause = told(form, refusal), alone(form, refusal)
            else:
                return part() if part is not None and swaps(request) else done(request, session, row, to)
        if wants_json(request):
            _note_refusal(form)
            return not_saved(form.errors.get_json_data(), to_confirm(doubts), **in_json(pause))
    page = {
        "session": session,
        "patient": session.patient,
        "form": form,
        "title": title,
        "pause": pause,
        "doubts": to_confirm(doubts),
        **shown,
    }
    reply = render(request, template, page, status=status)
    if part is not None and swaps(request):  # what is asked or refused gets a page of its own
        reply.headers["HX-Retarget"], reply.headers["HX-Reswap"] = "body", "innerHTML show:top"
    return reply


def _note_refusal(form: Any) -> None:
    """An intention that is refused leaves a trace: its answer may be lost, and its tablet then sends it as an entry."""
    client_id = form.cleaned_data.get("client_id")
    if client_id is None or "already" not in form.fields or form.cleaned_data.get("already"):
        return
    sentence = " ".join(str(one) for listed in form.errors.values() for one in listed)
    with suppress(OperationalError, InterfaceError):  # the refusal itself is answered all the same
        note_refusal(client_id=client_id, sentence=sentence)


def swaps(request: Any) -> bool:
    """True for a page that swaps its own parts."""
    return bool(getattr(request, "htmx", False))


def told(form: Any, refusal: Exception) -> list[Reason]:
    """Put a refusal on the form; the open reasons come back as things to read and confirm."""
    verdict = getattr(refusal, "verdict", None)
    form.refused(verdict if verdict is not None and verdict.blocking else str(refusal))
    if verdict is None or verdict.at(Outcome.REFUSED):  # no tick opens what is refused
        return []
    return list(verdict.at(Outcome.OPEN))


def alone(form: Any, refusal: Exception) -> Pause | None:
    """The timed pause that takes the place of a second person, where one was asked for and the site may."""
    verdict = getattr(refusal, "verdict", None)
    asked = verdict is not None and any(reason.gate == "second_check" for reason in verdict.at(Outcome.OPEN))
    return pause_of(form, timezone.now()) if asked and isinstance(form, CheckedForm) else None


def to_confirm(doubts: list[Reason]) -> list[Reason]:
    """What a tick answers; the rest asks for something else to be done."""
    return [reason for reason in doubts if reason.gate not in ASKED_AGAIN]


def in_json(pause: Pause | None) -> dict[str, Any]:
    """The pause for a script."""
    return {} if pause is None else {"alone": {"token": pause.token, "wait_s": pause.wait_s}}


def done(request: HttpRequest, session: Session, row: Any, to: str) -> HttpResponse:
    """Saved: for a script the receipt, for a page the way back."""
    if wants_json(request):
        return JsonResponse({"saved": True, **receipt(row)})
    return HttpResponseRedirect(reverse(to, args=[session.code]), status=303)


def confirmed(request: HttpRequest) -> frozenset[str]:
    """The gates whose sentence was read and ticked."""
    return frozenset(request.POST.getlist("confirm"))
