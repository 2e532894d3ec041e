"""What is asked and measured: history, conditions, warning signs, results, questionnaires."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clearhead.clinic.assessment import actions, queries, words
from clearhead.clinic.assessment.forms import ConditionsForm, FlagsForm, HistoryForm, ScaleForm, StrikeForm
from clearhead.clinic.assessment.forms_results import AppliesForm, HeightForm, PressureForm, ResultForm, WeightForm
from clearhead.clinic.assessment.models import HistoryItem, Measurement
from clearhead.clinic.assessment.pages import CHARTING, page, running_or_none, shown
from clearhead.clinic.people.access import access
from clearhead.clinic.people.models import Course
from clearhead.medicine.scales import scale as scales


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def history(request: Any, course: Course, group: str) -> HttpResponse:
    """One group of the history, item by item."""
    if group not in words.GROUPS:
        raise Http404("There is no such group of questions.")
    form = HistoryForm(request.POST or None, group=group, said=queries.history_of(course.patient))

    def save(said: dict[str, Any]) -> None:
        _answers(request, course, form, said)

    title = words.GROUPS[group][0]
    return page(request, course, "assessment/asked.html", form, save, "overview", title=title, group=group)


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def conditions(request: Any, course: Course) -> HttpResponse:
    """Contraindications by state: no, active, untreated, treated, found by chance, not known."""
    running = running_or_none(course, timezone.now())
    if running is None:
        return render(request, "assessment/no_protocol.html", shown(request, course, running=None))
    said = queries.history_of(course.patient)
    rules = running.protocol.assessment.contraindications
    form = ConditionsForm(request.POST or None, rules=rules, said=said)

    def save(told: dict[str, Any]) -> None:
        _answers(request, course, form, told, everything=told["again"])

    title = _("Conditions")
    more = {"title": title, "states": True, "running": running}
    return page(request, course, "assessment/asked.html", form, save, "overview", **more)


def _answers(request: Any, course: Course, form: Any, said: dict[str, Any], *, everything: bool = False) -> None:
    actions.record_answers(
        course=course,
        answers=form.answers(),
        said_by=said["said_by"],
        everything=everything,
        by=request.user,
        at=timezone.now(),
        client_id=said["client_id"],
    )


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def warning_signs(request: Any, course: Course) -> HttpResponse:
    """SNNOOP10 asked again, and what settled a sign that is there."""
    said = queries.history_of(course.patient)
    flags = queries.warning_signs(course, said)
    asked = queries.flag_answers(course, said)
    settled = {
        name.removeprefix(words.SETTLED): row.detail for name, row in said.items() if name.startswith(words.SETTLED)
    }
    form = FlagsForm(request.POST or None, asked=asked, settled=settled)

    def save(told: dict[str, Any]) -> None:
        given = form.answers()
        plain = {words.FLAG + name: (answer, "", None) for name, (answer, _detail, _on) in given.items()}
        plain |= {
            words.SETTLED + name: (HistoryItem.Answer.YES, detail, None)
            for name, (_answer, detail, _on) in given.items()
            if detail.strip()
        }
        actions.record_answers(
            course=course,
            answers=plain,
            said_by=told["said_by"],
            by=request.user,
            at=timezone.now(),
            client_id=told["client_id"],
        )

    more = {"title": _("Signs of another cause"), "source": flags.source if flags else "", "flags": flags}
    return page(request, course, "assessment/asked.html", form, save, "overview", **more)


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def results(request: Any, course: Course) -> HttpResponse:
    """Dated results of every kind."""
    now = timezone.now()
    form = ResultForm(request.POST or None, today=course.site.today(now))

    def save(said: dict[str, Any]) -> None:
        day: Any = said["on"]
        taken = datetime.combine(day, time(12, 0), course.site.tz)
        kind = words.RESULTS[said["kind"]]
        actions.record_measurement(
            course=course,
            kind=kind.name,
            value=said["value"],
            unit=kind.unit if said["value"] is not None else "",
            text=said["text"],
            inside_limit=said["inside_limit"],
            taken_at=min(taken, now),
            by=request.user,
            at=now,
            client_id=said["client_id"],
        )

    return page(request, course, "assessment/results.html", form, save, "results", **_results(course, now))


def _results(course: Course, now: Any) -> dict[str, Any]:
    running, said = running_or_none(course, now), queries.history_of(course.patient)
    last, tall = queries.last_weight(course.patient), queries.last_height(course.patient)
    tests = running.protocol.assessment.tests if running else ()
    applies = queries.tests_apply(course.patient, running.protocol, said) if running else {}
    titles = _titles()
    return {
        "running": running,
        "measurements": [
            (titles.get(row.kind, row.kind), row, queries.echo_of(row))
            for row in queries.measurements_of(course.patient)
        ],
        "struck": [
            (titles.get(row.kind, row.kind), row, queries.echo_of(row.corrects))
            for row in queries.struck_measurements(course.patient)
        ],
        "tests": [(test, applies.get(test.name)) for test in tests if test.when != "everyone"],
        "needed": [test for test in tests if test.when == "everyone"],
        "weight_form": WeightForm(zone=course.site.tz, **_known(course)),
        "height_form": HeightForm(zone=course.site.tz),
        "pressure_form": PressureForm(zone=course.site.tz),
        "scales": scales.shipped_scales(),
        "last_weight": last,
        "last_height": tall,
    }


def _titles() -> dict[str, Any]:
    """Every kind of result by its name."""
    titles: dict[str, Any] = {name: kind.title for name, kind in words.RESULTS.items()}
    titles |= {"weight": _("Weight"), "height": _("Height"), "bp": _("Blood pressure")}
    return titles | {name: name.upper() for name in scales.shipped_scales()}


def _known(course: Course) -> dict[str, Any]:
    """The last weight and height, which a new weight is held against."""
    last, tall = queries.last_weight(course.patient), queries.last_height(course.patient)
    return {"last_kg": last.value if last else None, "height_cm": tall.value if tall else None}


@require_POST
@access(CHARTING, Course)
def weight(request: Any, course: Course) -> HttpResponse:
    """A weight in kg or lb, echoed in both."""
    now = timezone.now()
    form = WeightForm(request.POST, zone=course.site.tz, **_known(course))

    def save(said: dict[str, Any]) -> None:
        actions.record_measurement(
            course=course,
            kind="weight",
            value=said["read"].kg,
            unit="kg",
            entered_unit=said["unit"],
            text=said["read"].both,
            taken_at=said["taken_at"],
            by=request.user,
            at=now,
            client_id=said["client_id"],
        )

    more = {**_results(course, now), "weight_form": form}
    blank = ResultForm(today=course.site.today(now))
    return _second_form(request, course, form, save, {**more, "form": blank})


@require_POST
@access(CHARTING, Course)
def height(request: Any, course: Course) -> HttpResponse:
    """A height in cm or inches, echoed in both."""
    now = timezone.now()
    form = HeightForm(request.POST, zone=course.site.tz, last_kg=_known(course)["last_kg"])

    def save(said: dict[str, Any]) -> None:
        actions.record_measurement(
            course=course,
            kind="height",
            value=said["read"].cm,
            unit="cm",
            entered_unit=said["unit"],
            text=said["read"].both,
            taken_at=said["taken_at"],
            by=request.user,
            at=now,
            client_id=said["client_id"],
        )

    blank = ResultForm(today=course.site.today(now))
    return _second_form(request, course, form, save, {**_results(course, now), "height_form": form, "form": blank})


@require_POST
@access(CHARTING, Course)
def pressure(request: Any, course: Course) -> HttpResponse:
    """Blood pressure at rest."""
    now = timezone.now()
    form = PressureForm(request.POST, zone=course.site.tz)

    def save(said: dict[str, Any]) -> None:
        systolic, diastolic = said["pressure"]
        actions.record_measurement(
            course=course,
            kind="bp",
            value=systolic,
            value2=diastolic,
            unit="mmHg",
            taken_at=said["taken_at"],
            by=request.user,
            at=now,
            client_id=said["client_id"],
        )

    blank = ResultForm(today=course.site.today(now))
    return _second_form(request, course, form, save, {**_results(course, now), "pressure_form": form, "form": blank})


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def strike(request: Any, course: Course, row: UUID) -> HttpResponse:
    """A result that was typed wrong is taken back, with the reason."""
    wrong = get_object_or_404(Measurement.standing(), patient__in=course.patient.charts, code=row)

    def save(said: dict[str, Any]) -> None:
        actions.strike_measurement(course=course, measurement=wrong, by=request.user, at=timezone.now(), **said)

    shown_row = {"row": wrong, "title": _titles().get(wrong.kind, wrong.kind), "echo": queries.echo_of(wrong)}
    form = StrikeForm(request.POST or None)
    return page(request, course, "assessment/strike.html", form, save, "results", **shown_row)


def _second_form(request: Any, course: Course, form: Any, save: Any, more: dict[str, Any]) -> HttpResponse:
    """One of several forms of the page of results."""
    if form.is_valid():
        try:
            save(form.cleaned_data)
        except actions.AssessmentRefused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("assessment-results", course.code)
    return render(request, "assessment/results.html", shown(request, course, **more), status=422)


@require_POST
@access(CHARTING, Course)
def applies(request: Any, course: Course, test: str) -> HttpResponse:
    """Whether a test that is not for everyone is needed for this person."""
    form = AppliesForm(request.POST)
    if form.is_valid():
        actions.record_answers(
            course=course,
            answers={test: (form.cleaned_data["applies"], "", None)},
            prefix=words.APPLIES,
            said_by="clinician",
            by=request.user,
            at=timezone.now(),
            client_id=form.cleaned_data["client_id"],
        )
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Say yes or no. Nothing was saved."))
    return redirect("assessment-results", course.code)


@require_http_methods(["GET", "POST"])
@access(CHARTING, Course)
def questionnaire(request: Any, course: Course, name: str) -> HttpResponse:
    """One questionnaire. What it triggers becomes an open item at once."""
    if name not in scales.shipped_scales():
        raise Http404("This questionnaire is not kept here.")
    asked = scales.scale(name)
    form = ScaleForm(request.POST or None, scale=asked)

    def save(said: dict[str, Any]) -> None:
        actions.record_scale(
            course=course,
            scale_id=name,
            parts=form.parts(),
            by=request.user,
            at=timezone.now(),
            client_id=said["client_id"],
        )

    earlier = queries.measurements_of(course.patient, name)[:5]
    return page(request, course, "assessment/scale.html", form, save, "results", scale=asked, earlier=earlier)
