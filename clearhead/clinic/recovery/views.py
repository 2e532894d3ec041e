"""The recovery room of one session, the departure, the sheet to take home."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion.actions import ChairRefused
from clearhead.clinic.infusion.entered import ENTRY_WORDS
from clearhead.clinic.infusion.printing import sheet as paper
from clearhead.clinic.infusion.queries.gates import vein_lies
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.state import infusion_of
from clearhead.clinic.infusion.replies import not_saved, receipt, wants_json, written
from clearhead.clinic.infusion.views_keep import kept
from clearhead.clinic.people import tablet
from clearhead.clinic.people.access import access, link, staff
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Role
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery import actions, calls, queries
from clearhead.clinic.recovery.forms import EscortForm, LeaveForm, RecoverySet, ScoreForm
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.web.forms import ClearForm
from clearhead.medicine.rules.verdict import Outcome

CLINICIANS = staff(Role.NURSE, Role.PRESCRIBER)


@require_GET
@access(CLINICIANS, Session)
def room(request: HttpRequest, session: Session) -> HttpResponse:
    """Timer, criteria, what is still open, and the ways to leave."""
    reply = _page(request, session)
    return reply if queries.departure_of(session) else kept(request, reply, session)


@require_POST
@access(CLINICIANS, Session)
def observe(request: Any, session: Session) -> HttpResponse:
    """A set in recovery: the infusion room's own action."""
    form = _set_form(request, session, request.POST)
    if not form.is_valid():
        return _page(request, session, set_form=form)
    phase = "discharge" if "discharge" in request.POST else ""  # else by its own time
    try:
        row = chair.observe(
            session=session, values=form.values, by=request.user, at=timezone.now(), phase=phase,
            kind=form.kind_of_set, why_not=form.why_not, confirmed=frozenset(request.POST.getlist("confirm")),
            happened_at=form.cleaned_data["happened_at"], written=written(request),
            client_id=form.cleaned_data["client_id"],
        )  # fmt: skip
    except ChairRefused as refusal:
        form.refused(refusal.verdict)
        doubts = [reason for reason in refusal.verdict.at(Outcome.OPEN) if reason.gate != "complete"]
        return _page(request, session, set_form=form, doubts=doubts)
    return _back(request, session, _("The set is saved to the clinic."), row)


@require_POST
@access(CLINICIANS, Session)
def score(request: Any, session: Session) -> HttpResponse:
    """One look at the patient."""
    view = queries.recovery_of(session, timezone.now())
    form = ScoreForm(request.POST, **_asks(view))
    if form.is_valid():
        try:
            row = actions.score(
                session=session, by=request.user, at=timezone.now(), written=written(request),
                client_id=form.cleaned_data["client_id"], **form.said,
            )  # fmt: skip
        except ChairRefused as refusal:
            form.refused(refusal.verdict)
        else:
            return _back(request, session, _("The score is saved to the clinic."), row)
    return _page(request, session, score_form=form)


@require_POST
@access(CLINICIANS, Session)
def escort(request: Any, session: Session) -> HttpResponse:
    """The escort stands here."""
    form = EscortForm(request.POST, alternatives=tuple(protocol_of(session).preparation.escort.alternatives))
    if form.is_valid():
        said = form.cleaned_data
        try:
            row = actions.meet_escort(
                session=session, name=said["name"], note=said["note"], alternative=said.get("alternative", ""),
                by=request.user, at=timezone.now(), written=written(request), client_id=said["client_id"],
            )  # fmt: skip
        except ChairRefused as refusal:
            form.refused(refusal.verdict)
        else:
            return _back(request, session, _("The escort is here."), row)
    return _page(request, session, escort_form=form)


@require_POST
@access(CLINICIANS, Session)
def catheter(request: Any, session: Session) -> HttpResponse:
    """The catheter is out."""
    form = ClearForm(request.POST)
    client_id = form.cleaned_data["client_id"] if form.is_valid() else None
    try:
        row = actions.take_catheter_out(
            session=session, by=request.user, at=timezone.now(), intended="already" not in request.POST,
            written=written(request), client_id=client_id,
        )  # fmt: skip
    except ChairRefused as refusal:
        return _page(request, session, said=str(refusal))
    return _back(request, session, _("The catheter is out."), row)


@require_POST
@access(CLINICIANS, Session)
def leave(request: Any, session: Session) -> HttpResponse:
    """The departure, as it was."""
    now = timezone.now()
    view = queries.recovery_of(session, now)
    form = LeaveForm(request.POST, session=session, open_symptoms=bool(view.open_symptoms))
    if form.is_valid():
        said = form.cleaned_data
        try:
            row = actions.discharge(
                session=session, disposition=said["disposition"], by=request.user, at=now, left_at=said["left_at"],
                instructions_ack=said["instructions_ack"], hand_over=said.get("hand_over", ""), reason=said["reason"],
                signer=said["signer"], secret=actions.Secret(said["secret"]) if said["secret"] else None,
                corrects=_corrected(request, session), client_id=said["client_id"],
                confirmed=frozenset(request.POST.getlist("confirm")),
            )  # fmt: skip
        except (ChairRefused, SignatureRefused) as refusal:
            form.refused(getattr(refusal, "verdict", refusal))
            reasons = refusal.verdict.reasons if isinstance(refusal, ChairRefused) else ()
            doubts = [reason for reason in reasons if reason.gate == "set_back"]
            return _page(request, session, leave_form=form, doubts=doubts)
        else:
            return _back(
                request, session, _("The visit is closed. Print the sheet, or it has gone out as a link."), row
            )
    return _page(request, session, leave_form=form)


def _corrected(request: Any, session: Session) -> Discharge | None:
    """The departure that stood when the form was opened: the same form sent again names the same one."""
    try:
        code = UUID(request.POST.get("corrects", ""))
    except ValueError:
        return None
    return Discharge.objects.filter(session=session, code=code).first()


@require_GET
@access(staff(Role.NURSE, Role.PRESCRIBER, Role.FRONT_DESK), Session)
def sheet(request: HttpRequest, session: Session) -> HttpResponse:
    """One page for patient and escort, on screen and on paper."""
    return _sheet(request, session, staff=True)


@require_GET
@access(link("discharge-sheet"), Session)
def sheet_by_link(request: HttpRequest, session: Session) -> HttpResponse:
    """The same page behind the link that was sent."""
    return _sheet(request, session, staff=False)


def _sheet(request: HttpRequest, session: Session, *, staff: bool) -> HttpResponse:
    now, left = timezone.now(), queries.departure_of(session)
    protocol = protocol_of(session)
    restrictions = queries.restrictions_of(left.happened_at if left else now, protocol)
    context = {
        "session": session, "patient": session.patient, "site": session.site, "left": left, "staff": staff, "now": now,
        "restrictions": restrictions, "sentences": queries.own_sentences(restrictions, protocol),
        "calls": [line for line in calls.lines_of(left, now) if line.call.after == "session"] if left else [],
    }  # fmt: skip
    if request.GET.get("as") == "pdf":
        return paper(request, "recovery/leaflet.html", context, f"after-{session.code}", style="recovery/leaflet")
    return render(request, "recovery/sheet.html", context)


def _set_form(request: Any, session: Session, data: Any = None) -> RecoverySet:
    vein = vein_lies(session, timezone.now())
    return RecoverySet(data, session=session, protocol=protocol_of(session), user=request.user, vein=vein)


def _asks(view: queries.RecoveryView) -> dict[str, bool]:
    return {"asks_arrival": view.asks_pain_on_arrival, "asks_line": not view.accesses}


def _back(request: HttpRequest, session: Session, said: str, row: Any) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"saved": True, **receipt(row)})
    messages.success(request, said)
    answer = redirect("recovery-room", session.code)
    answer.status_code = 303
    return answer


def _refused(form: Any, said: str, doubts: list[Any]) -> HttpResponse:
    """The reasons, for the script of the room."""
    return not_saved(form.errors.get_json_data() if form is not None else {"__all__": [{"message": said}]}, doubts)


def _page(request: Any, session: Session, *, said: str = "", doubts: list[Any] | None = None, **forms: Any) -> Any:
    """The room; a refused form stands where it was, with its reasons and its values."""
    if wants_json(request):
        return _refused(next(iter(forms.values()), None), said, doubts or [])
    now = timezone.now()
    running = infusion_of(session)  # before the facts: a page never names a fact that it does not show
    view = queries.recovery_of(session, now)
    status = 422 if forms or said else 200
    asked = "correct" in request.GET or "corrects" in request.POST
    opened, correcting = bool(view.open_symptoms), view.left is not None and asked
    told = {"left_at": view.left.happened_at} if view.left and correcting else {}
    context = {
        "session": session, "patient": session.patient, "view": view, "now": now, "said": said, "doubts": doubts or [],
        "number": running.last_fact if running else 0,
        "entry_words": ENTRY_WORDS.items(),
        "mates": tablet.mates(session.site, now),
        "lock_min": session.site.tablet_lock_min,
        "is_tablet": tablet.lock_after_min(request) is not None,
        "correcting": correcting,
        "set_form": forms.get("set_form") or _set_form(request, session),
        "score_form": forms.get("score_form") or ScoreForm(**_asks(view)),
        "escort_form": forms.get("escort_form") or EscortForm(alternatives=view.alternatives),
        "leave_form": forms.get("leave_form") or LeaveForm(session=session, open_symptoms=opened, initial=told),
        "refused": next(iter(forms), ""),
    }  # fmt: skip
    return render(request, "recovery/room.html", context, status=status)
