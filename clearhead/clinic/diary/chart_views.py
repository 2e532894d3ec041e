"""The report to print, the file to take along, and the staff's view."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clearhead.clinic.diary import charts, exports, queries
from clearhead.clinic.people.access import PATIENT, access, staff
from clearhead.clinic.people.models import Course, Patient, Role

ON_PAPER = 40
"""So many attacks fit on the second page; the table to take along holds every one."""


@require_GET
@access(PATIENT)
def report(request: Any) -> HttpResponse:
    """Two pages to print and take to any doctor."""
    shown = _picture(request.patient, timezone.now())
    every = shown["attacks"]
    return render(
        request, "diary/report.html", {**shown, "attacks": every[-ON_PAPER:], "left_off": len(every[:-ON_PAPER])}
    )


@require_GET
@access(PATIENT)
def export(request: Any) -> HttpResponse:
    """Every fact that stands, as a table."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="headache-diary.csv"'
    csv.writer(answer).writerows(exports.rows_of(request.patient))
    return answer


@require_GET
@access(staff(Role.NURSE, Role.PRESCRIBER, write=()), Course)
def chart(request: HttpRequest, course: Course) -> HttpResponse:
    """Three months of a patient's diary."""
    shown = _picture(course.patient, timezone.now())
    return render(request, "diary/chart.html", {**shown, "course": course})


def _picture(patient: Patient, now: Any) -> dict[str, Any]:
    on = queries.today_of(patient, now)
    windows = queries.windows_of(patient, on)
    attacks = [one for one in queries.attacks_of(patient) if (on - one.frozen().dates()[-1]).days < charts.STRIP_DAYS]
    return {
        "patient": patient,
        "on": on,
        "windows": windows,
        "newest": windows[-1],
        "conflicts": [conflict for counts in windows for conflict in counts.conflicts],
        "strip": charts.strip_of(patient, on),
        "use": queries.overuse_of(patient, on),
        "meters": charts.meters_of(queries.overuse_of(patient, on)),
        "attacks": attacks,
        "medicines": queries.medicines_of(patient),
    }
