"""Before the pump: the go page, its gates, weight, catheter, bag, start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clearhead.clinic.infusion import actions, forms, forms_gate, queries
from clearhead.clinic.infusion.alone import waited_s
from clearhead.clinic.infusion.models import GateAnswer
from clearhead.clinic.infusion.pages import (
    CLINICIANS,
    READERS,
    answer,
    confirmed,
    form_of,
    written,
)
from clearhead.clinic.infusion.queries.flags import flag_lines, other_kg
from clearhead.clinic.infusion.queries.gates import READINESS
from clearhead.clinic.infusion.views_keep import bind
from clearhead.clinic.people.access import access
from clearhead.clinic.people.models import CLINICAL, Role
from clearhead.clinic.plan import queries as plan
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules import rescreen
from clearhead.medicine.rules.reasons import sources_under

GO = "infusion-go"
FORM = require_http_methods(["GET", "POST"])
OK = {"yes": True, "no": False, "unknown": None}


@FORM
@access(READERS, Session)
def go(request: Any, session: Session) -> HttpResponse:
    """Go or no-go: every gate, then the signature. For a session whose day is over the list is only read."""
    form = form_of(forms_gate.GoForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.sign_go(
            session=session, go=said["go"] == "go", reason=said["reason"], secret=actions.Secret(said["secret"]),
            by=request.user, at=now, client_id=said["client_id"],
        )  # fmt: skip

    shown = {**cards(request, session), "carried": plan.carried_over(session)}
    return answer(request, session, form, run, title=_("Go or no-go"), template="infusion/go.html", to=GO, **shown)


def cards(request: Any, session: Session) -> dict[str, Any]:
    """What the cards of the go list need."""
    protocol, now = queries.protocol_of(session), timezone.now()
    asked = GateAnswer.standing().filter(session=session, gate="day_rescreen").order_by("happened_at", "pk").last()
    return {
        "page": queries.go_page(session, now),
        "day_is_gone": session.day_is_gone(now),
        "standing": queries.standing(session, now),
        "other_kg": other_kg(flag_lines(session)),
        "told": rescreen.told(asked.value) if asked is not None else [],
        "rescreen_source": sources_under(protocol, "start.rescreen"),
        "can_chart": bool(request.roles & set(CLINICAL)),
        "start_permit": queries.permit_of(session, "start", by=request.user, at=now),
        "is_prescriber": Role.PRESCRIBER in request.roles,
        "weight_form": forms_gate.WeightForm(session=session, protocol=protocol, auto_id="weight_%s"),
        "fasting_form": forms_gate.FastingForm(session=session, protocol=protocol, auto_id="fasting_%s"),
        "access_form": forms_gate.AccessForm(session=session, protocol=protocol, auto_id="access_%s"),
        "rescreen_form": forms_gate.RescreenForm(session=session, protocol=protocol, auto_id="rescreen_%s"),
    }


def card(request: Any, session: Session, fact: str) -> Callable[[], HttpResponse]:
    """The one card that changed, for a page that swaps it, and the head with it."""

    def part() -> HttpResponse:
        shown = cards(request, session)
        line = next(line for line in shown["page"].gates if line.gate.fact == fact)
        shown |= {"session": session, "patient": session.patient, "line": line}
        return render(request, "infusion/_gate_reply.html", shown)

    return part


@require_POST
@access(CLINICIANS, Session)
def gate(request: Any, session: Session) -> HttpResponse:
    """One answer of the day's list."""
    form = form_of(forms_gate.GateForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.answer_gate(
            session=session, gate=said["gate"], value=_value(session, said["gate"], OK[said["ok"]]),
            note=said["note"], by=request.user, at=now, written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    asked = str(request.POST.get("gate", ""))
    fact = "readiness_check" if asked.startswith(READINESS) else asked
    return answer(request, session, form, run, title=_("Answer"), to=GO, part=card(request, session, fact))


def _value(session: Session, gate: str, ok: bool | None) -> dict[str, Any]:
    """The re-screen is cleared over what was answered; it is never answered by one tick."""
    if gate != "day_rescreen":
        return {"ok": ok}
    asked = GateAnswer.standing().filter(session=session, gate=gate).order_by("happened_at", "pk").last()
    if asked is None or not asked.value.get("items"):
        raise actions.refuse("day_rescreen", "Asked again today", "Ask question by question first.")
    return {**asked.value, "ok": ok, "cleared": True}


@FORM
@access(CLINICIANS, Session)
def ask_again(request: Any, session: Session) -> HttpResponse:
    """The day's questions, each with its own answer; a red one waits for the prescriber."""
    form = form_of(forms_gate.RescreenForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        judged = rescreen.judge(form.answers, form.protocol)
        return actions.answer_gate(
            session=session, gate="day_rescreen", value=judged.value, note=said["note"], by=request.user, at=now,
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    part = card(request, session, "day_rescreen")
    return answer(request, session, form, run, title=_("Asked again today"), to=GO, part=part)


@require_POST
@access(CLINICIANS, Session)
def fasting(request: Any, session: Session) -> HttpResponse:
    """When the patient last ate and drank."""
    form = form_of(forms_gate.FastingForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        names = ("light_meal_at", "solid_meal_at", "clear_fluids_at")
        times = {name: said[name].isoformat() if said[name] else None for name in names}
        return actions.answer_gate(
            session=session, gate="fasting", value={"ok": True, **times}, by=request.user, at=now,
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    part = card(request, session, "fasting")
    return answer(request, session, form, run, title=_("Fasting"), to=GO, part=part)


@require_POST
@access(CLINICIANS, Session)
def weight(request: Any, session: Session) -> HttpResponse:
    """Today's weight, its unit chosen."""
    form = form_of(forms_gate.WeightForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.weigh(
            session=session, value=said["value"], unit=said["unit"], confirmed=confirmed(request), by=request.user,
            at=now, written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    part = card(request, session, "weight_today")
    return answer(request, session, form, run, title=_("Weight today"), to=GO, part=part)


@require_POST
@access(CLINICIANS, Session)
def place_access(request: Any, session: Session) -> HttpResponse:
    """A catheter lies."""
    form = form_of(forms_gate.AccessForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.place_access(
            session=session, body_site=said["body_site"], side=said["side"], gauge=said["gauge"],
            attempts=said["attempts"], patent=said["patent"], happened_at=said["happened_at"], by=request.user, at=now,
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    part = card(request, session, "iv_access")
    return answer(request, session, form, run, title=_("Catheter"), to=GO, part=part)


@require_POST
@access(CLINICIANS, Session)
def remove_access(request: Any, session: Session) -> HttpResponse:
    """The catheter is out."""
    form = form_of(forms_gate.AccessOutForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.remove_access(
            session=session, happened_at=said["happened_at"], intended=not said["already"], by=request.user, at=now,
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    return answer(request, session, form, run, title=_("Catheter out"))


@FORM
@access(CLINICIANS, Session)
def bag(request: Any, session: Session) -> HttpResponse:
    """A bag or syringe, checked by a second person."""
    form = form_of(forms.BagForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.prepare_bag(
            session=session, strength=said["strength"], lot=said["lot"], expires_on=said["expires_on"],
            pump=said["pump"], prime_ml=said.get("prime_ml") or 0, second=said["second"], waited_s=waited_s(form, now),
            by=request.user, at=now, written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    to = "infusion-chair" if queries.infusion_of(session) else GO
    return answer(request, session, form, run, title=_("Prepare a bag"), to=to, checks=True)


@FORM
@access(CLINICIANS, Session)
def start(request: Any, session: Session) -> HttpResponse:
    """The pump starts; this device gets the chair's token."""
    view = queries.chair(session, timezone.now(), by=request.user)
    form = form_of(forms.StartForm, request, session, unit="mg/kg/h")

    def run(said: dict[str, Any], now: datetime) -> Any:
        ask = actions.Ask(
            reason=said["reason"], confirmed=confirmed(request), second=said["second"], waited_s=waited_s(form, now)
        )
        return actions.start(
            session=session, value=said["value"], unit=said["unit"], ask=ask, by=request.user, at=now,
            written=actions.Written(said["device"]), client_id=said["client_id"],
        )  # fmt: skip

    reply = answer(
        request, session, form, run, title=_("Start"), template="infusion/start.html", view=view, checks=True
    )
    if reply.status_code in {200, 303} and request.method == "POST":
        bind(request, reply, session, form.cleaned_data["device"])
    return reply
