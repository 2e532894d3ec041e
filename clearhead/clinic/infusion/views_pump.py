"""The pump: another rate, pause, resume, end, bolus, flush, another bag."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clearhead.clinic.infusion import actions, forms, queries
from clearhead.clinic.infusion.actions.moment import NOW_MEANS
from clearhead.clinic.infusion.alone import Pause, pause_of, waited_s
from clearhead.clinic.infusion.models import Bag
from clearhead.clinic.infusion.pages import (
    CLINICIANS,
    answer,
    confirmed,
    form_of,
    in_json,
    wants_json,
    written,
)
from clearhead.clinic.infusion.queries.doses import DoseRows, ml_before
from clearhead.clinic.people.access import access
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules.rate import Intention

FORM = require_http_methods(["GET", "POST"])


def asked(request: HttpRequest, form: Any, said: dict[str, Any], now: datetime) -> actions.Ask:
    """What stands beside the number."""
    return actions.Ask(
        seen=said.get("seen") or None,
        reason=said.get("reason", ""),
        confirmed=confirmed(request),
        second=said.get("second"),
        waited_s=waited_s(form, now),
    )


@FORM
@access(CLINICIANS, Session)
def rate(request: Any, session: Session) -> HttpResponse:
    """Another rate: chips, the read-back of what the pump should show, then what it shows."""
    now = timezone.now()
    form = form_of(forms.RateForm, request, session, seen=queries.dose_rows(session).mark)
    if request.method == "POST" and request.POST.get("preview"):
        return _preview(request, session, form, now)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.change_rate(
            session=session, value=said["value"], unit=said["unit"], happened_at=said["happened_at"],
            intended=not said["already"], ask=asked(request, form, said, now), by=request.user, at=now,
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    shown = {"view": queries.chair(session, now, by=request.user), "checks": True}
    return answer(request, session, form, run, title=_("Rate"), template="infusion/rate.html", **shown)


def _preview(request: HttpRequest, session: Session, form: Any, now: datetime) -> HttpResponse:
    """The read-back: nothing is saved."""
    back, pause = None, None
    if form.is_valid():
        said = form.cleaned_data
        ask = asked(request, form, said, now)
        wanted = Intention("change", said["value"], said["unit"])
        back = queries.read_back(session, wanted, by=request.user, at=now, said=ask.said())
        pause = pause_of(form, now) if back is not None and back.second_check else None
    if wants_json(request):
        return JsonResponse(_back_json(back, pause, form), status=200 if back else 422)
    shown = {
        "session": session, "patient": session.patient, "form": form, "back": back, "title": _("Rate"), "checks": True,
        "pause": pause, "view": queries.chair(session, now, by=request.user),
    }  # fmt: skip
    return render(request, "infusion/rate.html", shown, status=200 if back else 422)


def _back_json(back: queries.ReadBack | None, pause: Pause | None, form: Any) -> dict[str, Any]:
    if back is None or back.pump_ml_per_h is None:
        said = [one for listed in form.errors.values() for one in listed]
        said += [reason.sentence for reason in back.verdict.blocking] if back else []
        said = said or [_("No bag hangs yet.")]
        return {"pump_ml_per_h": None, "reasons": [], "errors": said}
    return {
        "pump_ml_per_h": str(back.pump_ml_per_h),
        "mg_per_h": str(back.mg_per_h),
        "mg_per_kg_h": str(back.mg_per_kg_h),
        "second_check": back.second_check,
        "permits": back.verdict.permits,
        "mark": back.mark,
        "reasons": [
            {"gate": r.gate, "outcome": str(r.outcome), "title": r.title, "sentence": r.sentence}
            for r in back.verdict.reasons
        ],
        **in_json(pause),
    }


@FORM
@access(CLINICIANS, Session)
def resume(request: Any, session: Session) -> HttpResponse:
    """On again after a pause."""
    form = form_of(forms.ResumeForm, request, session, seen=queries.dose_rows(session).mark)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.resume(
            session=session, value=said["value"], unit=said["unit"] or "mg/h", happened_at=said["happened_at"],
            intended=not said["already"], ask=asked(request, form, said, now), by=request.user, at=now,
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    rows = _of_then(form, queries.dose_rows(session))
    shown = {"back": _afterwards(session, rows, rows.bag)}
    say = _("At the rate before the pause the pump should show")
    return answer(request, session, form, run, title=_("Resume"), template="infusion/pump.html", checks=True, say=say,
                  send=_("The pump runs again"), **shown)  # fmt: skip


def _of_then(form: Any, rows: DoseRows) -> DoseRows:
    """The rows as they stood at the time that was typed; now's where none was."""
    when = form.cleaned_data.get("happened_at") if form.is_bound and form.is_valid() else None
    return rows.at(when) if when is not None else rows


def _afterwards(session: Session, rows: DoseRows, bag: Bag | None) -> Decimal | None:
    """mL/h the pump should show with this bag, at the rate that runs or ran before a pause; none before the start."""
    infusion = queries.infusion_of(session)
    if bag is None or infusion is None:
        return None
    protocol = queries.protocol_of(session)
    return queries.next_ml_per_h(rows, protocol, weight_kg=infusion.weight_kg, mg_per_ml=bag.mg_per_ml)


@FORM
@access(CLINICIANS, Session)
def pause(request: Any, session: Session) -> HttpResponse:
    """The pump stands still for a while."""
    form = form_of(forms.ReasonForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.pause(
            session=session, happened_at=said["happened_at"], reason=said["reason"], confirmed=confirmed(request),
            by=request.user, at=now, written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    return answer(request, session, form, run, title=_("Pause"))


@FORM
@access(CLINICIANS, Session)
def end(request: Any, session: Session) -> HttpResponse:
    """The infusion is over; the pump still has to be seen stopped."""
    form = form_of(forms.ReasonForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.end(
            session=session, happened_at=said["happened_at"], reason=said["reason"], confirmed=confirmed(request),
            by=request.user, at=now, written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    return answer(request, session, form, run, title=_("End the infusion"))


@FORM
@access(CLINICIANS, Session)
def bolus(request: Any, session: Session) -> HttpResponse:
    """A dose at one moment."""
    now = timezone.now()
    form = form_of(forms.BolusForm, request, session, seen=queries.dose_rows(session).mark)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.bolus(
            session=session, mg=said["mg"], over_min=said["over_min"] or 0, happened_at=said["happened_at"],
            intended=not said["already"], ask=asked(request, form, said, now), by=request.user, at=now,
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    shown = {"permit": queries.permit_of(session, "bolus", by=request.user, at=now), "checks": True}
    return answer(request, session, form, run, title=_("Bolus"), template="infusion/bolus.html", **shown)


@FORM
@access(CLINICIANS, Session)
def flush(request: Any, session: Session) -> HttpResponse:
    """Fluid pushed what was in the line into the vein."""
    form = form_of(forms.FlushForm, request, session)

    def run(said: dict[str, Any], now: datetime) -> Any:
        return actions.flush(
            session=session, ml=said["ml"], over_min=said["over_min"], happened_at=said["happened_at"],
            intended=not said["already"], confirmed=confirmed(request), by=request.user, at=now,
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    stands = queries.in_line(session, timezone.now())
    return answer(request, session, form, run, title=_("Flush"), template="infusion/flush.html", stands=stands)


def anew(said: dict[str, Any]) -> bool:
    """True where somebody says that the pump was set for a bag that hangs already."""
    return bool(said.get("set_anew"))


def _hung_before(form: Any, now: datetime) -> bool:
    """True where what was sent is about a bag that hangs already: it is charted as what happened."""
    if not form.is_bound or not form.is_valid():
        return False
    said = form.cleaned_data
    return bool(said["already"] or anew(said) or (said["happened_at"] or now) < now - NOW_MEANS)


def _say_of_the_bag(then: DoseRows, *, hung: bool, kept: bool) -> str:
    """Which of the two is charted, in front of the number."""
    if then.paused:
        return _("Paused: it stays so. Once resumed, the pump should show")
    if kept:
        return _("Charted as it hung: the pump kept")
    if hung:
        return _("Charted as it hung: the pump was set anew, for the same mg/h, to")
    return _("With this bag the pump should show")


@FORM
@access(CLINICIANS, Session)
def change_bag(request: Any, session: Session) -> HttpResponse:
    """The bag prepared last: hung now at the same mg/h, with what the pump should show; or charted as it hung."""
    now, rows = timezone.now(), queries.dose_rows(session)
    new = rows.new_bag
    form = form_of(forms.HangForm, request, session, seen=rows.mark, bag=new.code if new else None)
    if new is None:
        for name in form.second_names:
            del form.fields[name]
    if new is None or all(row.bag.mg_per_ml == new.mg_per_ml for row in rows.rates):
        del form.fields["set_anew"]

    def run(said: dict[str, Any], now: datetime) -> Any:
        if new is None:
            raise actions.refuse("bag", "Bag", "No new bag is prepared. Prepare one, checked by two, then hang it.")
        if said["bag"] != new.code:
            raise actions.refuse("bag", "Bag", "Another bag was prepared since. Open the page again and look.")
        return actions.change_bag(
            session=session, bag=new, happened_at=said["happened_at"], intended=not said["already"] and not anew(said),
            set_anew=anew(said), by=request.user, at=now, ask=asked(request, form, said, now),
            written=written(request), client_id=said["client_id"],
        )  # fmt: skip

    then = _of_then(form, rows)
    old = then.bag
    other = new is not None and old is not None and new.mg_per_ml != old.mg_per_ml
    hung = _hung_before(form, now)
    kept = hung and new is not None and not then.paused and not anew(form.cleaned_data)
    shown: dict[str, Any] = {"bag": new, "was": old and old.mg_per_ml, "stronger": other, "hung": hung, "kept": kept}
    shown["back"] = ml_before(then) if kept else _afterwards(session, then, new)
    shown["say"] = _say_of_the_bag(then, hung=hung, kept=kept)
    return answer(request, session, form, run, title=_("Hang the new bag"), template="infusion/pump.html",
                  send=_("Chart it as it hung") if hung else _("It hangs, the pump is set"), **shown)  # fmt: skip
