"""Charting: sets, symptoms, drugs, notes, readings, flags, who answers for the chair, closing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.infusion import actions, forms, queries
from clearhead.clinic.infusion.actions.strike import STRIKABLE
from clearhead.clinic.infusion.alone import waited_s
from clearhead.clinic.infusion.entered import WHY_NOT, WITH_A_WORD
from clearhead.clinic.infusion.models import Adjunct, Flag
from clearhead.clinic.infusion.pages import CLINICIANS, answer, confirmed, form_of, written
from clearhead.clinic.infusion.views_gate import GO, card
from clearhead.clinic.infusion.views_keep import bind
from clearhead.clinic.people.access import access
from clearhead.clinic.plan.models import Session

FORM = require_http_methods(["GET", "POST"])


@FORM
@access(CLINICIANS, Session)
def observe(request: Any, session: Session) -> HttpResponse:
    """One set of signs, in the order of the monitor."""
    due = queries.chair(session, timezone.now()).due
    form = form_of(forms.SetForm, request, session, kind=due.set if due else "core")

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.observe(
            session=session, values=form.values, why_not=form.why_not, kind=said["kind"], confirmed=confirmed(request),
            happened_at=said["happened_at"], by=request.user, at=now, written=written(request),
            client_id=said["client_id"],
        )  # fmt: skip

    shown = {"due": due, "words": WHY_NOT, "signs": [(sign, form.fields[sign].label) for sign in WITH_A_WORD]}
    return answer(request, session, form, run, title=_("Set of signs"), template="infusion/observe.html", **shown)


@FORM
@access(CLINICIANS, Session)
def symptom(request: Any, session: Session) -> HttpResponse:
    """A graded symptom."""
    form = form_of(forms.SymptomForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.symptom(
            session=session, code=said["code"], grade=said["grade"], note=said["note"],
            happened_at=said["happened_at"], by=request.user, at=now, written=written(request),
            client_id=said["client_id"],
        )  # fmt: skip

    return answer(request, session, form, run, title=_("Symptom"))


@require_POST
@access(CLINICIANS, Session)
def no_new_symptoms(request: Any, session: Session) -> HttpResponse:
    """Asked, and nothing new."""
    form = form_of(forms.ReasonForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.no_new_symptoms(
            session=session, happened_at=said["happened_at"], by=request.user, at=now, written=written(request),
            client_id=said["client_id"],
        )  # fmt: skip

    return answer(request, session, form, run, title=_("No new symptoms"))


@FORM
@access(CLINICIANS, Session)
def drug(request: Any, session: Session) -> HttpResponse:
    """A drug from an order signed for this patient."""
    form = form_of(forms.DrugForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.give(
            session=session, order_id=said["order_id"], dose=said["dose"], unit=said["unit"],
            confirmed=said["confirmed"], read=confirmed(request), intended=not said["already"],
            happened_at=said["happened_at"], second=said["second"], waited_s=waited_s(form, now), by=request.user,
            at=now, written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    view = queries.chair(session, timezone.now(), by=request.user)
    return answer(request, session, form, run, title=_("Drug"), template="infusion/drug.html", view=view)


@FORM
@access(CLINICIANS, Session)
def by_plan(request: Any, session: Session) -> HttpResponse:
    """A drug that the signed order gives by plan: given, or not given and why."""
    form = form_of(forms.ByPlanForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        common = {
            "session": session, "order_id": said["order_id"], "happened_at": said["happened_at"], "by": request.user,
            "at": now, "written": written(request), "client_id": said["client_id"],
        }  # fmt: skip
        if said["act"] == "not_given":
            return actions.leave_out(why=said["why"], **common)
        return actions.give_by_plan(
            confirmed=said["confirmed"], read=confirmed(request), intended=not said["already"], second=said["second"],
            waited_s=waited_s(form, now), **common,
        )  # fmt: skip

    return answer(request, session, form, run, title=_("Drug by plan"))


@require_POST
@access(CLINICIANS, Session)
def effect(request: Any, session: Session) -> HttpResponse:
    """What a dose did."""
    form = form_of(forms.EffectForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        given = get_object_or_404(Adjunct, session=session, code=said["adjunct"])
        return actions.effect(
            session=session, adjunct=given, effect=said["effect"], happened_at=said["happened_at"], by=request.user,
            at=now, written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    return answer(request, session, form, run, title=_("Effect"))


@FORM
@access(CLINICIANS, Session)
def note(request: Any, session: Session) -> HttpResponse:
    """A line on the record: a note, the toilet, the prescriber in or out."""
    form = form_of(forms.NoteForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.note(
            session=session, kind=said["kind"], text=said["text"], happened_at=said["happened_at"], by=request.user,
            at=now, written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    if request.POST.get("from") == "go":
        part = card(request, session, "prescriber_present")
        return answer(request, session, form, run, title=_("Note"), to=GO, part=part)
    return answer(request, session, form, run, title=_("Note"))


@FORM
@access(CLINICIANS, Session)
def reading(request: Any, session: Session) -> HttpResponse:
    """The pump's own mL."""
    form = form_of(forms.ReadingForm, request, session, pump_ml=request.GET.get("pump_ml", "")[:12])

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.read_pump(
            session=session, pump_ml=said["pump_ml"], happened_at=said["happened_at"], by=request.user, at=now,
            confirmed=confirmed(request), written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    return answer(request, session, form, run, title=_("Read the pump"))


@require_POST
@access(CLINICIANS, Session)
def flag(request: Any, session: Session, flag: Any) -> HttpResponse:
    """What was done about a flag."""
    row = get_object_or_404(Flag, session=session, code=flag)
    form = form_of(forms.AckForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.acknowledge(
            session=session, flag=row, done=said["done"], cleared=said["cleared"], by=request.user, at=now,
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    return answer(request, session, form, run, title=_("Answer a flag"))


@FORM
@access(CLINICIANS, Session)
def take(request: Any, session: Session) -> HttpResponse:
    """I take this chair: what is open, each line ticked."""
    who = queries.responsible(session)
    form = form_of(forms.TakeForm, request, session, who=who)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.take_over(
            session=session, read_items=tuple(request.POST.getlist("read")), for_break=said.get("for_break", False),
            by=request.user, at=now, written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    over = queries.hand_over(session, timezone.now())
    shown = {"over": over, "responsible": who}
    reply = answer(request, session, form, run, title=_("Take this chair"), template="infusion/take.html", **shown)
    if request.method == "POST" and reply.status_code in {200, 303}:
        bind(request, reply, session, str(request.headers.get("X-Device", "")))
    return reply


@FORM
@access(CLINICIANS, Session)
def close(request: Any, session: Session) -> HttpResponse:
    """The drug is accounted for and the session is closed."""
    view = queries.chair(session, timezone.now(), by=request.user)
    ended = _("stopped") if any(row.kind == "stop" for row in view.events) else _("planned end")
    form = form_of(forms.CloseForm, request, session, end_reason=ended)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.finish(
            session=session, left_mg=said["left_mg"], wasted_mg=said["wasted_mg"], reason=said["reason"],
            witness=said["witness"], witness_secret=said["witness_secret"], end_reason=said["end_reason"],
            by=request.user, at=now, client_id=said["client_id"],
        )  # fmt: skip

    left = queries.remains(view.dose_rows, view.given.account, view.protocol)
    return answer(
        request, session, form, run, title=_("Close the session"), template="infusion/close.html", view=view, left=left
    )


@require_GET
@access(CLINICIANS, Session)
def record(request: HttpRequest, session: Session) -> HttpResponse:
    """Every fact of the session in one list, both times, corrections beside what they correct."""
    shown = {"session": session, "patient": session.patient, "lines": queries.record_of(session)}
    return render(request, "infusion/record.html", shown)


@FORM
@access(CLINICIANS, Session)
def strike(request: Any, session: Session, kind: str, fact: Any) -> HttpResponse:
    """Take an entry back, with a reason."""
    model = STRIKABLE.get(kind)
    if model is None:
        raise Http404("Nothing of this kind is taken back.")
    row = get_object_or_404(model, session=session, code=fact)
    form = form_of(forms.StrikeForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.strike(
            row=row, reason=said["reason"], confirmed=confirmed(request), by=request.user, at=now,
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    line = queries.line_of(row)
    return answer(
        request, session, form, run, title=_("Take an entry back"), template="infusion/strike.html", line=line
    )
