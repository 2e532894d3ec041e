"""The overview, and the lists: medicines, allergies, treatments tried, letters, open items."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.assessment import actions, ledger, queries
from clearhead.clinic.assessment.forms import AllergyForm, CloseItemForm, MedicationForm, ReferralForm, TrialForm
from clearhead.clinic.assessment.models import Allergy, Medication, OpenItem, Trial
from clearhead.clinic.assessment.pages import CHARTING, READING, once, page, running_or_none, sections_of, shown
from clearhead.clinic.people.access import access
from clearhead.clinic.people.models import Course

MORE_OF_TRIAL = (
    "dose",
    "started_on",
    "stopped_on",
    "reached_target_dose",
    "weeks_at_target",
    "cycles",
    "quarterly",
    "why_stopped",
)


@require_GET
@access(READING, Course)
def overview(request: HttpRequest, course: Course) -> HttpResponse:
    """Every section, what is there and what is missing."""
    now = timezone.now()
    running = running_or_none(course, now)
    sections, decision = sections_of(course, running, now), queries.latest_decision(course)
    said = shown(request, course, running=running, sections=sections, decision=decision)
    return render(request, "assessment/overview.html", said)


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def medicines(request: Any, course: Course) -> HttpResponse:
    """Current medicines and supplements; what matched nothing says so."""
    now = timezone.now()

    def save(said: dict[str, Any]) -> None:
        actions.add_medication(course=course, by=request.user, at=now, **said)

    return page(
        request,
        course,
        "assessment/medicines.html",
        MedicationForm(request.POST or None),
        save,
        "medicines",
        medications=queries.medications_of(course.patient, course.site.today(now)),
        own=queries.own_list(course.patient),
        confirmed=queries.history_of(course.patient).get("medicines_confirmed"),
    )


@require_POST
@access(CHARTING, Course)
def confirm_medicines(request: Any, course: Course) -> HttpResponse:
    """The list was gone through with the patient."""
    now, user = timezone.now(), request.user
    return once(
        request,
        course,
        lambda client_id: actions.confirm_medicines(course=course, by=user, at=now, client_id=client_id),
        "medicines",
    )


@require_POST
@access(CHARTING, Course)
def stop_medicine(request: Any, course: Course, row: UUID) -> HttpResponse:
    """It is no longer taken."""
    now, user = timezone.now(), request.user
    medication = get_object_or_404(Medication.standing(), patient__in=course.patient.charts, code=row)
    return once(
        request,
        course,
        lambda client_id: actions.stop_medication(
            course=course, medication=medication, by=user, at=now, client_id=client_id
        ),
        "medicines",
    )


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def allergies(request: Any, course: Course) -> HttpResponse:
    """Substances, or the statement that none is known."""

    def save(said: dict[str, Any]) -> None:
        actions.add_allergy(course=course, by=request.user, at=timezone.now(), **said)

    listed = queries.allergies_of(course.patient)
    form = AllergyForm(request.POST or None)
    return page(request, course, "assessment/allergies.html", form, save, "allergies", allergies=listed)


@require_POST
@access(CHARTING, Course)
def no_allergies(request: Any, course: Course) -> HttpResponse:
    """Asked, and none is known."""
    now, user = timezone.now(), request.user
    return once(
        request,
        course,
        lambda client_id: actions.record_no_known_allergies(course=course, by=user, at=now, client_id=client_id),
        "allergies",
    )


@require_POST
@access(CHARTING, Course)
def strike_allergy(request: Any, course: Course, row: UUID) -> HttpResponse:
    """It should not be on the list."""
    now, user = timezone.now(), request.user
    allergy = get_object_or_404(Allergy.standing(), patient__in=course.patient.charts, code=row)
    return once(
        request,
        course,
        lambda client_id: actions.strike_allergy(course=course, allergy=allergy, by=user, at=now, client_id=client_id),
        "allergies",
    )


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def trials(request: Any, course: Course) -> HttpResponse:
    """The ledger of treatments tried, with what counts as adequate."""
    now = timezone.now()

    def save(said: dict[str, Any]) -> None:
        more = {name: said[name] for name in MORE_OF_TRIAL}
        rest = {name: said[name] for name in ("typed", "role", "effect", "medicine_class", "client_id")}
        actions.add_trial(course=course, more=more, by=request.user, at=now, **rest)

    lines = ledger.ledger_of(course.patient, course.site.today(now))
    return page(
        request,
        course,
        "assessment/trials.html",
        TrialForm(request.POST or None),
        save,
        "trials",
        ledger=lines,
        failed_preventive=ledger.failed_classes(lines, "preventive"),
        failed_acute=ledger.failed_classes(lines, "acute"),
    )


@require_POST
@access(CHARTING, Course)
def strike_trial(request: Any, course: Course, row: UUID) -> HttpResponse:
    """It should not be in the ledger."""
    now, user = timezone.now(), request.user
    trial = get_object_or_404(Trial.standing(), patient__in=course.patient.charts, code=row)
    return once(
        request,
        course,
        lambda client_id: actions.strike_trial(course=course, trial=trial, by=user, at=now, client_id=client_id),
        "trials",
    )


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def referrals(request: Any, course: Course) -> HttpResponse:
    """Letters asked for, and what came back."""
    now = timezone.now()

    def save(said: dict[str, Any]) -> None:
        actions.record_referral(course=course, by=request.user, at=now, **said)

    form = ReferralForm(request.POST or None, today=course.site.today(now))
    listed = queries.referrals_of(course)
    return page(request, course, "assessment/referrals.html", form, save, "referrals", referrals=listed)


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def close_item(request: Any, course: Course, row: UUID) -> HttpResponse:
    """What was done about an open item. Opening this page does not close it."""
    item = get_object_or_404(OpenItem.standing(), course=course, code=row, done="")

    def save(said: dict[str, Any]) -> None:
        actions.close_item(item=item, by=request.user, at=timezone.now(), **said)

    form = CloseItemForm(request.POST or None)
    return page(request, course, "assessment/close.html", form, save, "overview", item=item)
