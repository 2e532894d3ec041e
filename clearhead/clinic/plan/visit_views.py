"""Pages of one session: preparation, escort, move and cancel, the patient's own link, the list of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid5

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clearhead.clinic.people.access import PATIENT, access, link, staff
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Role, Site
from clearhead.clinic.plan import actions, queries
from clearhead.clinic.plan.answers import told
from clearhead.clinic.plan.forms import AnswersForm, CancelForm, EscortForm, MoveForm, ReachedForm
from clearhead.clinic.plan.models import Session
from clearhead.clinic.schedule import actions as schedule
from clearhead.clinic.schedule.errors import BookingRefused
from clearhead.clinic.schedule.models import VisitEvent
from clearhead.clinic.web.forms import ClearForm

CARE = (Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)


@access(staff(*CARE, Role.AUDITOR, write=()), Session)
def session_page(request: HttpRequest, session: Session) -> HttpResponse:
    """Preparation, escort and answers of one session, with what can be changed."""
    return _page(request, session)


def _page(request: HttpRequest, session: Session, *, status: int = 200, **forms: Any) -> HttpResponse:
    at, zone = timezone.now(), session.site.tz
    visit = queries.visit_of(session)
    escort = visit.escort
    named = (
        {"name": escort.name, "phone": escort.phone, "mail": escort.mail, "may_be_told": escort.may_be_told}
        if escort
        else {}
    )
    sheet = queries.sheet_of(session, at) if session.booking and session.cancelled_at is None else None
    shown = {
        "session": session,
        "patient": session.patient,
        "visit": visit,
        "carried": queries.carried_over(session),
        "sheet": sheet,
        "told": told(sheet.answers) if sheet else [],
        "move_form": MoveForm(zone=zone, initial={"starts_at": session.booking.starts_at if session.booking else at}),
        "cancel_form": CancelForm(),
        "escort_form": EscortForm(initial=named),
        "reached_form": ReachedForm(zone=zone, initial={"reached_at": at}),
        "answers_form": AnswersForm(),
        "gone": session.day_is_gone(at),
        "missed_form": ClearForm(),
        "ahead": bool(session.booking and session.booking.starts_at > at and visit.booked),
        **forms,
    }
    return render(request, "plan/session.html", shown, status=status)


@access(staff(*CARE), Session)
def move(request: HttpRequest, session: Session) -> HttpResponse:
    """Move one session, it and the later ones, or all."""
    form = MoveForm(request.POST or None, zone=session.site.tz)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            actions.move_sessions(
                session=session,
                starts_at=said["starts_at"],
                scope=said["scope"],
                reason=said.get("reason", ""),
                secret=said.get("secret", ""),
                by=request.user,
                at=timezone.now(),
                client_id=said["client_id"],
            )
            return _back(session)
        except actions.ReasonAsked as refusal:
            form.refused(refusal)
            if Role.PRESCRIBER in request.roles:  # type: ignore[attr-defined]  # set by access
                form.ask_reason()
        except BookingRefused as refusal:
            form.refused(refusal.in_full)
        except SignatureRefused as refusal:
            form.refused(refusal, "secret")
    return _page(request, session, status=422, move_form=form) if form.is_bound else _back(session)


@access(staff(*CARE), Session)
def missed(request: HttpRequest, session: Session) -> HttpResponse:
    """Nobody came: noted, the place is free, and the next page finds another date."""
    form, at = ClearForm(request.POST or None), timezone.now()
    if not form.is_valid() or session.booking is None or not session.day_is_gone(at):
        return _back(session)
    schedule.record_visit_event(
        booking=session.booking,
        kind=VisitEvent.Kind.NO_SHOW,
        by=request.user,  # type: ignore[arg-type]  # staff is signed in
        at=at,
        client_id=form.cleaned_data["client_id"],
    )
    return _see_other("plan-dates", (queries.current_order(session.course) or session.order).code)


@access(staff(*CARE), Session)
def cancel(request: HttpRequest, session: Session) -> HttpResponse:
    """Cancel one session, it and the later ones, or all."""
    form = CancelForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            actions.cancel_sessions(
                session=session,
                scope=said["scope"],
                why=said["why"],
                by=request.user,
                at=timezone.now(),
                client_id=said["client_id"],
            )
            return _see_other("plan-course", session.course.code)
        except BookingRefused as refusal:
            form.refused(refusal.in_full)
    return _page(request, session, status=422, cancel_form=form) if form.is_bound else _back(session)


@access(staff(*CARE), Session)
def escort(request: HttpRequest, session: Session) -> HttpResponse:
    """Name who takes the patient home."""
    form = EscortForm(request.POST or None)
    if form.is_bound and form.is_valid():
        _name_escort(session, form, by=request.user)
        return _back(session)
    return _page(request, session, status=422, escort_form=form) if form.is_bound else _back(session)


def _name_escort(session: Session, form: EscortForm, *, by: Any) -> None:
    said = form.cleaned_data
    actions.name_escort(
        session=session,
        name=said["name"],
        phone=said["phone"],
        mail=said["mail"],
        may_be_told=said["may_be_told"],
        by=by,
        at=timezone.now(),
        client_id=said["client_id"],
    )


@access(staff(*CARE), Session)
def reached(request: HttpRequest, session: Session) -> HttpResponse:
    """Somebody spoke with the escort."""
    form = ReachedForm(request.POST or None, zone=session.site.tz)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            actions.escort_reached(
                session=session,
                reached_at=said["reached_at"],
                by=request.user,
                at=timezone.now(),
                client_id=said["client_id"],
            )
            return _back(session)
        except BookingRefused as refusal:
            form.refused(refusal.in_full)
    return _page(request, session, status=422, reached_form=form) if form.is_bound else _back(session)


@access(staff(*CARE), Session)
def answers(request: HttpRequest, session: Session) -> HttpResponse:
    """Write down what the patient answered by phone or at the desk."""
    form = AnswersForm(request.POST or None)
    if form.is_bound and form.is_valid():
        _answer(session, form, via="phone", by=request.user)
        return _back(session)
    return _page(request, session, status=422, answers_form=form) if form.is_bound else _back(session)


def _answer(session: Session, form: AnswersForm, *, via: str, by: Any) -> None:
    at, page = timezone.now(), form.cleaned_data["client_id"]
    for item, value in form.answers.items():
        again = uuid5(page, item) if page else None
        actions.answer_preparation(session=session, item=item, value=value, via=via, by=by, at=at, client_id=again)


@access(link("prepare"), Session)
def prepare(request: HttpRequest, session: Session) -> HttpResponse:
    """The patient's own sheet for one session, by link: clock times, medicines, answers, the escort."""
    return _prepare(request, session, via="link", by=None)


@access(PATIENT, Session)
def prepare_mine(request: HttpRequest, session: Session) -> HttpResponse:
    """The same for a patient who is signed in."""
    return _prepare(request, session, via="login", by=request.user)


def _prepare(request: HttpRequest, session: Session, *, via: str, by: Any) -> HttpResponse:
    at = timezone.now()
    which = request.POST.get("which", "")
    form = AnswersForm(request.POST if which == "answers" else None, prefix="a")
    escort_form = EscortForm(request.POST if which == "escort" else None, prefix="e")
    if form.is_bound and form.is_valid():
        _answer(session, form, via=via, by=by)
        return _again(request)
    if escort_form.is_bound and escort_form.is_valid():
        _name_escort(session, escort_form, by=by)
        return _again(request)
    open_ahead = bool(session.booking and session.cancelled_at is None and session.booking.status == "booked")
    sheet = queries.sheet_of(session, at, for_patient=True) if open_ahead else None
    shown = {
        "session": session,
        "patient": session.patient,
        "visit": queries.visit_of(session),
        "sheet": sheet,
        "told": told(sheet.answers) if sheet else [],
        "form": form,
        "escort_form": escort_form,
        "protocol": queries.protocol_of(session.order),
    }
    return render(request, "plan/prepare.html", shown, status=422 if form.errors or escort_form.errors else 200)


def _again(request: HttpRequest) -> HttpResponse:
    answer = redirect(request.path)
    answer.status_code = 303
    return answer


@access(staff(*CARE, Role.AUDITOR, write=()), Site)
def day(request: HttpRequest, site: Site) -> HttpResponse:
    """The infusions of one day: who, when, where, who takes them home."""
    chosen = _day(request.GET.get("on", ""), site.today(timezone.now()))
    visits = queries.visits_on(site, chosen)
    shown = {
        "site": site,
        "day": chosen,
        "before": chosen - timedelta(days=1),
        "after": chosen + timedelta(days=1),
        "rows": [(visit, told(queries.sheet_of(visit.session, timezone.now()).answers)) for visit in visits],
    }
    return render(request, "plan/day.html", shown)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _back(session: Session) -> HttpResponse:
    return _see_other("plan-session", session.code)


def _see_other(name: str, code: Any) -> HttpResponse:
    answer = redirect(name, code)
    answer.status_code = 303
    return answer
