"""Consent on the patient's own screen by link, on the clinic's tablet, and as the staff see it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clearhead.clinic.consent import actions, queries
from clearhead.clinic.consent.forms import AnswerForm, QuestionForm, SignForm, WithdrawForm
from clearhead.clinic.consent.models import Consent, Question
from clearhead.clinic.consent.rendering import blocks
from clearhead.clinic.people.access import PATIENT, access, link, staff
from clearhead.clinic.people.models import Role, User
from clearhead.clinic.people.tablet import hand_to_patient
from clearhead.clinic.plan import queries as plan
from clearhead.clinic.plan.models import Order
from clearhead.clinic.schedule.errors import BookingRefused

CARE = (Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
TALKERS = (Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)


@access(link("consent"), Order)
def by_link(request: HttpRequest, order: Order) -> HttpResponse:
    """The patient at home: reads, asks, signs, and later may take it back."""
    return _read_and_sign(request, order, via="link", by=None)


@access(PATIENT)
def mine(request: HttpRequest) -> HttpResponse:
    """The same for a patient who is signed in: the present order of an open course."""
    patient = request.patient  # type: ignore[attr-defined]  # set by access
    courses = patient.courses.filter(closed_at__isnull=True).order_by("-opened_at")
    orders = [order for order in (plan.current_order(course) for course in courses) if order is not None]
    if not orders:
        return render(request, "consent/nothing.html")
    return _read_and_sign(request, orders[0], via="login", by=request.user)  # type: ignore[arg-type]  # signed in


@access(staff(*CARE), Order)
def tablet(request: HttpRequest, order: Order) -> HttpResponse:
    """The same on the clinic's tablet: handed over, it opens this page alone until somebody types a PIN."""
    if request.method == "GET":
        hand_to_patient(request, order.site, timezone.now())
    by = request.user if isinstance(request.user, User) else None
    return _read_and_sign(request, order, via="tablet", by=by)


def _read_and_sign(request: HttpRequest, order: Order, *, via: str, by: User | None) -> HttpResponse:
    at, which = timezone.now(), request.POST.get("which", "")
    reading = queries.reading_of(order)
    patient = order.course.patient
    form = SignForm(
        request.POST if which == "sign" else None,
        choices=queries.choices_asked(order),
        interpreter=patient.needs_interpreter,
        minor=patient.age_on(order.site.today(at)) < actions.ADULT_YEARS,
        initial={"read_sha256": reading.sha256},
    )
    question = QuestionForm(request.POST if which == "ask" else None, prefix="q")
    taking_back = WithdrawForm(request.POST if which == "withdraw" else None, prefix="w")
    consent = queries.current_consent(order, at)
    given = queries.unwithdrawn(order.course)
    if _done(order, given[-1] if given else None, form, question, taking_back, via=via, by=by, at=at):
        answer = redirect(request.path)
        answer.status_code = 303
        return answer
    bad = form.errors or question.errors or taking_back.errors
    shown = {
        "order": order,
        "patient": patient,
        "reading": reading,
        "form": form,
        "question_form": question,
        "withdraw_form": taking_back,
        "questions": queries.questions_of(order.course),
        "open_questions": queries.unanswered(order.course),
        "not_written_down": queries.not_written_down(order.site),
        "consent": consent,
        "may_withdraw": bool(given),
        "withdrawal": queries.withdrawal_of(order),
        "visits": [plan.visit_of(one) for one in plan.sessions_of(order)],
        "current": plan.is_current(order),
        "via": via,
    }
    return render(request, "consent/read.html", shown, status=422 if bad else 200)


def _done(
    order: Order,
    consent: Consent | None,
    form: SignForm,
    question: QuestionForm,
    taking_back: WithdrawForm,
    *,
    via: str,
    by: User | None,
    at: Any,
) -> bool:
    """True when one of the three forms was sent and saved."""
    try:
        if form.is_bound and form.is_valid():
            actions.sign(order=order, via=via, by=by, at=at, **form.said())
            return True
        if question.is_bound and question.is_valid():
            said = question.cleaned_data
            actions.ask(course=order.course, question=said["question"], by=by, at=at, client_id=said["client_id"])
            return True
        if taking_back.is_bound and taking_back.is_valid() and consent is not None:
            said = taking_back.cleaned_data
            actions.withdraw(consent=consent, reason=said["reason"], via=via, by=by, at=at, client_id=said["client_id"])
            return True
    except actions.ConsentRefused as refusal:
        form.refused(refusal.verdict)
    return False


@access(staff(*CARE, Role.AUDITOR, write=()), Order)
def order_page(request: HttpRequest, order: Order) -> HttpResponse:
    """Where consent to this order stands, for the staff."""
    return _order_page(request, order)


def _order_page(request: HttpRequest, order: Order, *, status: int = 200, refusal: str = "") -> HttpResponse:
    at = timezone.now()
    shown = {
        "order": order,
        "patient": order.course.patient,
        "consent": queries.current_consent(order, at),
        "withdrawal": queries.withdrawal_of(order),
        "current": plan.is_current(order),
        "questions": [(one, AnswerForm() if not one.answer else None) for one in queries.questions_of(order.course)],
        "visits": [plan.visit_of(one) for one in plan.sessions_of(order)],
        "missing": plan.missing_numbers(order),
        "agreed": plan.agreed_starts(order),
        "all_signed": Consent.standing().filter(order=order).select_related("text"),
        "client_form": AnswerForm(),
        "not_written_down": queries.not_written_down(order.site),
        "refusal": refusal,
    }
    return render(request, "consent/order.html", shown, status=status)


@access(staff(*CARE), Order)
def send(request: HttpRequest, order: Order) -> HttpResponse:
    """Send the link to read and sign."""
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        form.is_valid()
        actions.send_link(order=order, by=request.user, at=timezone.now(), client_id=form.cleaned_data.get("client_id"))
    return _back(order)


@access(staff(*CARE), Order)
def book(request: HttpRequest, order: Order) -> HttpResponse:
    """Book the dates that were agreed after the consent was signed."""
    if request.method != "POST":
        return _back(order)
    form = AnswerForm(request.POST)
    form.is_valid()
    try:
        actions.book_agreed(
            order=order, by=request.user, at=timezone.now(), client_id=form.cleaned_data.get("client_id")
        )
    except (actions.ConsentRefused, BookingRefused) as refusal:
        return _order_page(request, order, status=422, refusal=str(refusal))
    return _back(order)


@access(staff(*TALKERS), Question)
def answer(request: HttpRequest, question: Question) -> HttpResponse:
    """Answer one question of a patient."""
    form = AnswerForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        actions.answer(
            question=question,
            answer=said["answer"],
            by=request.user,  # type: ignore[arg-type]  # staff are signed in
            at=timezone.now(),
            client_id=said["client_id"],
        )
        order = plan.current_order(question.course)
        if order is not None:
            return _back(order)
        return _see_other("plan-course", question.course.code)
    shown = {"question": question, "patient": question.course.patient, "form": form}
    return render(request, "consent/answer.html", shown, status=422 if form.errors else 200)


@access(staff(*CARE, Role.AUDITOR, write=()), Consent)
def signed(request: HttpRequest, consent: Consent) -> HttpResponse:
    """Exactly what was read and signed."""
    shown = {
        "consent": consent,
        "patient": consent.course.patient,
        "blocks": blocks(consent.rendered),
        "teach_back": [(question, consent.teach_back.get(item, "")) for item, question in queries.TEACH_BACK.items()],
        "choices": [(queries.CHOICES.get(name, name), said) for name, said in consent.choices.items()],
        "withdrawn": queries.Withdrawal.standing().filter(consent=consent).last(),
        "form": WithdrawForm(),
    }
    return render(request, "consent/signed.html", shown)


@access(staff(*CARE), Consent)
def withdraw(request: HttpRequest, consent: Consent) -> HttpResponse:
    """The patient takes consent back by phone or at the desk."""
    form = WithdrawForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        actions.withdraw(
            consent=consent,
            reason=said["reason"],
            via="desk",
            by=request.user,  # type: ignore[arg-type]  # staff are signed in
            at=timezone.now(),
            client_id=said["client_id"],
        )
        return _back(consent.order)
    shown = {"consent": consent, "patient": consent.course.patient, "form": form}
    return render(request, "consent/withdraw.html", shown, status=422 if form.errors else 200)


def _back(order: Order) -> HttpResponse:
    return _see_other("consent-order", order.code)


def _see_other(name: str, code: Any) -> HttpResponse:
    reply = redirect(name, code)
    reply.status_code = 303
    return reply
