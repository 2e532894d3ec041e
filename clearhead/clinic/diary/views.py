"""Today, one day, the calendar, the medicines, and what a phone kept while it was offline."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.diary import actions, charts, intake, queries, words
from clearhead.clinic.diary.forms import DayForm, DoseForm, MedicineForm, MonthForm, StartForm
from clearhead.clinic.people.access import DIARY, access
from clearhead.clinic.people.models import Patient
from clearhead.medicine.headache.diary import local_date_of_entry


@require_GET
@access(DIARY)
def today(request: HttpRequest) -> HttpResponse:
    """One question; everything else below it."""
    now = timezone.now()
    return render(request, "diary/today.html", _today(_patient(request), now))


def _today(patient: Patient, now: Any, form: DayForm | None = None) -> dict[str, Any]:
    on = queries.today_of(patient, now)
    row = queries.day_of(patient, on)
    month = charts.month_of(patient, on.replace(day=1), on)
    yesterday = on - timedelta(days=1)
    return {
        "on": on,
        "row": row,
        "answers": [(value, name, words.ANSWER_HINTS[value]) for value, name in words.ANSWERS.items()],
        "form": form or DayForm(initial={"local_date": on, "zone": patient.zone}),
        "start_form": StartForm(zone=patient.zone, initial={"zone": patient.zone}),
        "attack": queries.open_attack(patient),
        "month": month,
        "counts": queries.counts_of(patient, on),
        "meters": charts.meters_of(queries.overuse_of(patient, on)),
        "yesterday": yesterday if yesterday in month.open_dates else None,
        "patient": patient,
    }


@require_POST
@access(DIARY)
def record_day(request: HttpRequest) -> HttpResponse:
    """The answer of one date."""
    now, patient = timezone.now(), _patient(request)
    form = DayForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        on = said["local_date"]
        try:
            actions.record_day(
                patient=patient,
                local_date=on,
                answer=said["answer"],
                zone=said["zone"] or patient.zone,
                reason=said["reason"],
                by=_user(request),
                at=now,
                client_id=said["client_id"],
            )
        except actions.DiaryRefused as refusal:
            form.refused(refusal, "reason")
        else:
            messages.success(request, _("Saved to the clinic."))
            is_today = on == queries.today_of(patient, now)
            return redirect("diary-today") if is_today else redirect("diary-day", on=on)
    on = form.cleaned_data.get("local_date") or queries.today_of(patient, now)
    return render(request, "diary/day.html", _one_day(patient, on, now, form), status=422)


@require_GET
@access(DIARY)
def one_day(request: HttpRequest, on: date) -> HttpResponse:
    """One date with everything about it."""
    return render(request, "diary/day.html", _one_day(_patient(request), on, timezone.now()))


def _one_day(patient: Patient, on: date, now: Any, form: DayForm | None = None) -> dict[str, Any]:
    row = queries.day_of(patient, on)
    current = queries.today_of(patient, now)
    initial = {"local_date": on, "zone": patient.zone, "answer": row.answer if row else None}
    form = form or DayForm(initial=initial)
    if (current - on).days <= queries.REASON_AFTER_DAYS:
        form.fields["reason"].widget = form.fields["reason"].hidden_widget()
    cell = queries.cells_of(patient, on, on, current)[0]
    return {
        "on": on,
        "row": row,
        "form": form,
        "cell": cell,
        "future": on > current,
        "attacks": [one for one in queries.attacks_of(patient) if on in one.frozen().dates()],
        "doses": [dose for dose in queries.doses_of(patient) if local_date_of_entry(dose.happened_at, dose.zone) == on],
        "patient": patient,
    }


@require_GET
@access(DIARY)
def calendar(request: HttpRequest) -> HttpResponse:
    """A month: numeral and shade per day, infusions as bars, missing visibly missing."""
    patient, now = _patient(request), timezone.now()
    on = queries.today_of(patient, now)
    first = MonthForm.first_of(request.GET.get("month", ""), on)
    shown = {
        "month": charts.month_of(patient, first, on),
        "counts": queries.counts_of(patient, on),
        "meters": charts.meters_of(queries.overuse_of(patient, on)),
        "attacks": list(reversed(queries.attacks_of(patient)))[:20],
        "patient": patient,
    }
    return render(request, "diary/calendar.html", shown)


@require_http_methods(["GET", "POST"])
@access(DIARY)
def medicines(request: HttpRequest) -> HttpResponse:
    """The patient's own list of medicines."""
    now, patient = timezone.now(), _patient(request)
    form = MedicineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        actions.add_medicine(
            patient=patient,
            typed=said["typed"],
            role=said["role"],
            medicine_class=said["medicine_class"],
            unit=said["unit"],
            by=_user(request),
            at=now,
            client_id=said["client_id"],
        )
        messages.success(request, _("Added to your list."))
        return redirect(_safe_next(request) or "diary-medicines")
    shown = {"form": form, "medicines": queries.medicines_of(patient), "next": _safe_next(request), "patient": patient}
    return render(request, "diary/medicines.html", shown, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@access(DIARY)
def dose(request: HttpRequest) -> HttpResponse:
    """A dose taken outside an attack, or added later."""
    now, patient = timezone.now(), _patient(request)
    listed = queries.medicines_of(patient)
    if not listed:
        return redirect("diary-medicines")
    initial = {"zone": patient.zone}
    form = DoseForm(request.POST or None, zone=patient.zone, medicines=listed, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.record_dose(
                patient=patient,
                medicine=said["medicine"],
                zone=said["zone"] or patient.zone,
                taken_at=said["taken_at"],
                amount=said["amount"],
                by=_user(request),
                at=now,
                client_id=said["client_id"],
            )
        except actions.DiaryRefused as refusal:
            form.refused(refusal, "taken_at")
        else:
            messages.success(request, _("Saved to the clinic."))
            return redirect("diary-today")
    shown = {"form": form, "patient": patient}
    return render(request, "diary/dose.html", shown, status=422 if request.method == "POST" else 200)


@require_POST
@access(DIARY)
def sync(request: HttpRequest) -> HttpResponse:
    """What the phone kept while it was offline. Each entry is answered for itself; sending again changes nothing."""
    try:
        sent = json.loads(request.body)["entries"]
    except (ValueError, KeyError, TypeError, RecursionError):
        sent = None
    if not isinstance(sent, list):
        return JsonResponse({"sentence": _("This is not a list of diary entries.")}, status=422)
    now = timezone.now()
    results = intake.take_in(patient=_patient(request), by=_user(request), entries=sent, at=now)
    return JsonResponse({"results": results, "at": now.isoformat()})


def _patient(request: Any) -> Patient:
    return request.patient


def _user(request: Any) -> Any:
    return request.user


def _safe_next(request: HttpRequest) -> str:
    """Back to the attack that asked for the medicine; no other address is followed."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return wanted if wanted.startswith(reverse("diary-attack")) else ""
