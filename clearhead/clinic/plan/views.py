"""Pages of the order: the course at a glance, the order form, the dates, the estimate, the medicine lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Course, Role
from clearhead.clinic.plan import actions, drafts, queries, series, sheet
from clearhead.clinic.plan.forms import AgreeForm, MedicineLinesForm, OrderForm
from clearhead.clinic.plan.models import MedicineLine, Order
from clearhead.clinic.policy import queries as policy
from clearhead.clinic.schedule.errors import BookingRefused
from clearhead.medicine.protocols import wording
from clearhead.medicine.rules import prepare

CARE = (Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
READERS = (*CARE, Role.PHARMACIST, Role.AUDITOR)


@access(staff(*READERS, write=()), Course)
def course_page(request: HttpRequest, course: Course) -> HttpResponse:
    """Decision, order, dates and sessions of one course."""
    at = timezone.now()
    order = queries.current_order(course)
    shown = {
        "course": course,
        "patient": course.patient,
        "decision": queries.current_decision(course, at),
        "running": policy.find_protocol_at(course.site, course.indication, "series", at),
        "order": order,
        "said": order_words(order) if order else [],
        "visits": _visits(order),
        "missing": queries.missing_numbers(order) if order else [],
        "agreed": _agreed(order),
        "times": series.chair_time(order) if order else None,
        "prescriber": Role.PRESCRIBER in request.roles,  # type: ignore[attr-defined]  # set by access
    }
    return render(request, "plan/course.html", shown)


def _visits(order: Order | None) -> list[queries.Visit]:
    """Its sessions, and those held under the orders it took the place of."""
    rows = [one for each in queries.lineage(order) for one in queries.sessions_of(each)] if order else []
    return [queries.visit_of(one) for one in sorted(rows, key=lambda one: one.number)]


def _agreed(order: Order | None) -> list[series.Slot]:
    if order is None:
        return []
    numbers = queries.missing_numbers(order)
    starts = queries.agreed_starts(order)
    if len(numbers) != len(starts):
        return []
    return [series.slot(order, number, start) for number, start in zip(numbers, starts, strict=True)]


def order_words(order: Order) -> list[tuple[str, str]]:
    """An order as staff read it back."""
    protocol = queries.protocol_of(order)
    kg = queries.dosing_weight_kg(order)
    weight = f"{drafts.plain_decimal(order.weight_kg)} kg"
    if kg != order.weight_kg:
        weight += " · " + _("dosed on %(kg)s kg") % {"kg": drafts.plain_decimal(kg)}
    if order.height_cm is not None and protocol.weight.scalar != "actual":
        weight += " · " + _("%(rule)s, height %(cm)s cm of %(day)s") % {
            "rule": protocol.weight.scalar.replace("_", " "),
            "cm": drafts.plain_decimal(order.height_cm),
            "day": f"{order.height_measured_at.astimezone(order.site.tz):%-d %b %Y}",
        }
    said = [
        (_("Protocol"), f"{protocol.title} {order.protocol_version.version}"),
        (_("Weight"), weight),
        (_("Dose"), wording.dose(replace(protocol, dose=queries.dose_mode_of(order)))),
        (_("Infusion"), f"{order.infusion_minutes} min"),
        (
            _("Limits"),
            f"≤ {_short(order.max_rate_mg_per_kg_h)} mg/kg/h · ≤ {_short(order.max_session_mg)} mg · "
            f"≤ {_short(order.max_session_mg_per_kg)} mg/kg",
        ),
        (_("Sessions"), f"{order.sessions}, {order.spacing}"),
    ]
    drugs = [f"{row['title']}: {row['dose']} {row['unit']}" for row in (*order.premedication, *order.prn_orders)]
    return [*said, (_("Other medicines"), "; ".join(drugs) or _("none"))]


def _short(number: Decimal) -> str:
    return drafts.plain_decimal(round(number, 3))


@access(staff(Role.PRESCRIBER), Course)
def order(request: HttpRequest, course: Course) -> HttpResponse:
    """The prescriber writes, sees every reason, and signs."""
    at, purpose = timezone.now(), _purpose(request)
    running = policy.find_protocol_at(course.site, course.indication, purpose, at)
    if running is None:
        nothing = {"course": course, "patient": course.patient, "site": course.site}
        return render(request, "plan/no_protocol.html", nothing)
    earlier = queries.current_order(course, purpose)
    corrects = earlier if earlier is not None and (queries.missing_numbers(earlier) or _ahead(earlier, at)) else None
    start = _start(course, running, corrects, purpose, at)
    form = OrderForm(request.POST or None, protocol=running.protocol, start=start, zone=course.site.tz)
    draft = form.draft() if form.is_bound and form.is_valid() else start
    verdict, _running = actions.judge_order(course=course, draft=draft, by=request.user, at=at, corrects=corrects)
    if form.is_bound and form.is_valid():
        try:
            signed = actions.sign_order(
                course=course,
                draft=draft,
                secret=form.cleaned_data["secret"],
                by=request.user,
                at=at,
                corrects=corrects,
                client_id=form.cleaned_data["client_id"],
            )
            return redirect("plan-dates" if queries.missing_numbers(signed) else "plan-course", _next_code(signed))
        except actions.OrderRefused as refusal:
            form.refused(refusal.verdict)
            verdict = refusal.verdict
        except SignatureRefused as refusal:
            form.refused(refusal, "secret")
    shown = {
        "course": course,
        "patient": course.patient,
        "form": form,
        "running": running,
        "verdict": verdict,
        "corrects": corrects,
        "purpose": purpose,
    }
    return render(request, "plan/order.html", shown, status=422 if form.errors else 200)


def _next_code(signed: Order) -> Any:
    return signed.code if queries.missing_numbers(signed) else signed.course.code


def _purpose(request: HttpRequest) -> str:
    asked = request.GET.get("purpose", "series")
    return asked if asked in ("series", "maintenance", "rescue") else "series"


def _ahead(order: Order, at: Any) -> bool:
    return bool(queries.upcoming(list(queries.sessions_of(order)), at))


def _start(course: Course, running: policy.Running, corrects: Order | None, purpose: str, at: Any) -> drafts.Draft:
    """The form opens with the protocol's plan, or with the order that is being changed."""
    start = drafts.starting_draft(running.protocol, purpose=purpose, **queries.measured(course.patient, at))
    if corrects is None or corrects.protocol_version_id != running.version.pk:
        return start
    return replace(
        start,
        dose={key: Decimal(number) for key, number in corrects.dose.items() if key in start.dose} or start.dose,
        infusion_minutes=corrects.infusion_minutes,
        sessions=corrects.sessions,
        gap_days_min=corrects.gap_days_min,
        gap_days_max=corrects.gap_days_max,
        premedication=tuple(row["id"] for row in corrects.premedication),
        prn_orders=tuple(row["id"] for row in corrects.prn_orders),
    )


@access(staff(*CARE), Order)
def dates(request: HttpRequest, order: Order) -> HttpResponse:
    """Up to three ways in which all sessions fit; one of them is agreed with the patient."""
    at = timezone.now()
    form = AgreeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actions.agree_starts(
                order=order,
                starts=form.cleaned_data["starts"],
                reason=form.cleaned_data.get("reason", ""),
                secret=form.cleaned_data.get("secret", ""),
                by=request.user,
                at=at,
                client_id=form.cleaned_data["client_id"],
            )
            return _see_other("plan-course", order.course.code)
        except actions.ReasonAsked as refusal:
            form.refused(refusal)
            if Role.PRESCRIBER in request.roles:  # type: ignore[attr-defined]  # set by access
                form.ask_reason()
        except BookingRefused as refusal:
            form.refused(refusal.in_full)
        except SignatureRefused as refusal:
            form.refused(refusal, "secret")
    first_day = _first_day(request, order, at)
    shown = {
        "order": order,
        "patient": order.course.patient,
        "form": form,
        "first_day": first_day,
        "later": first_day + timedelta(days=7),
        "times": series.chair_time(order),
        "home_minutes": series.home_minutes(series.chair_time(order)),
        "proposals": [_shown(order, one) for one in _proposals(order, first_day, at)],
        "current": queries.is_current(order),
    }
    return render(request, "plan/dates.html", shown, status=422 if form.errors else 200)


def _proposals(order: Order, first_day: date, at: Any) -> list[Any]:
    if not queries.is_current(order) or not queries.missing_numbers(order):
        return []
    return series.propose(order, first_day=first_day, at=at)


def _first_day(request: HttpRequest, order: Order, at: Any) -> date:
    earliest = series.earliest_first_day(order, at)
    try:
        return max(earliest, date.fromisoformat(request.GET.get("from", "")))
    except ValueError:
        return earliest


def _shown(order: Order, proposal: Any) -> dict[str, Any]:
    zone = order.site.tz
    return {
        "complete": proposal.complete,
        "slots": series.slots_of(order, proposal),
        "starts": " ".join(one.offer.start.isoformat() for one in proposal.sessions if one.offer),
        "failed": [
            (one.number, one.day, [shortage.sentence(zone) for shortage in one.shortages]) for one in proposal.failed
        ],
    }


@access(staff(*READERS, Role.OWNER, write=()), Order)
def estimate(request: HttpRequest, order: Order) -> HttpResponse:
    """The written price estimate, to print."""
    return render(request, "plan/estimate.html", {"order": order, "patient": order.course.patient})


@access(staff(*CARE, write=(Role.PRESCRIBER,)), Course)
def medicine_lines(request: HttpRequest, course: Course) -> HttpResponse:
    """What this patient does with each own medicine on the day: drafts of the protocol, signed line by line."""
    at, lines = timezone.now(), _drafts(course)
    form = MedicineLinesForm(request.POST or None, lines=lines)
    if form.is_bound and form.is_valid():
        try:
            actions.sign_medicine_lines(
                course=course,
                lines=form.lines,
                secret=form.cleaned_data["secret"],
                by=request.user,
                at=at,
                client_id=form.cleaned_data["client_id"],
            )
            return _see_other("plan-course", course.code)
        except SignatureRefused as refusal:
            form.refused(refusal, "secret")
    shown = {
        "course": course,
        "patient": course.patient,
        "form": form,
        "lines": lines,
        "signed": MedicineLine.standing().filter(course=course),
        "prescriber": Role.PRESCRIBER in request.roles,  # type: ignore[attr-defined]  # set by access
    }
    return render(request, "plan/medicines.html", shown, status=422 if form.errors else 200)


def _drafts(course: Course) -> list[tuple[str, str]]:
    order = queries.current_order(course)
    if order is None:
        return []
    protocol = queries.protocol_of(order)
    medicines = sheet.medicines_of(course.patient)
    facts = prepare.PrepareFacts(start_at=order.happened_at, zone=course.site.zone, medicines=medicines)
    signed = {row.typed: row.sentence for row in MedicineLine.standing().filter(course=course)}
    drafted = [item.sentence.partition(": ") for item in prepare.items(facts, protocol) if item.kind == "medicine"]
    return [(typed, signed.get(typed, sentence)) for typed, _colon, sentence in drafted]


def _see_other(name: str, code: Any) -> HttpResponse:
    answer = redirect(name, code)
    answer.status_code = 303
    return answer
