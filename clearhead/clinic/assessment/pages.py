"""What every section of the assessment shares: who may open it, what it shows, how a form is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clearhead.clinic.assessment import ledger, queries, words
from clearhead.clinic.assessment.actions import AssessmentRefused
from clearhead.clinic.people.access import staff
from clearhead.clinic.people.models import Course, Role
from clearhead.clinic.policy.queries import NoProtocol, Running
from clearhead.clinic.web.forms import ClearForm

CHARTING = staff(Role.NURSE, Role.PRESCRIBER)
READING = staff(Role.NURSE, Role.PRESCRIBER, write=())


@dataclass(frozen=True, slots=True)
class Section:
    """One line of the list of sections."""

    url: str
    title: Any
    done: bool
    said: str
    argument: str = ""


def sections_of(course: Course, running: Running | None, now: Any) -> list[Section]:
    """Every section with what is there: for the overview, which alone shows them all."""
    patient, said = course.patient, queries.history_of(course.patient)
    today = course.site.today(now)
    groups = [_group(name, title, [item in said for item in items]) for name, (title, items) in words.GROUPS.items()]
    medicines, allergies = queries.medications_of(patient, today), queries.allergies_of(patient)
    trials, results = ledger.trials_of(patient), queries.measurements_of(patient)
    seen, found = queries.neurologist_seen_on(course), queries.diagnosis_of(patient)
    flags = queries.warning_signs(course, said)
    confirmed = words.MEDICINES_CONFIRMED in said
    codes = [rule.code for rule in running.protocol.assessment.contraindications] if running else []
    asked = sum(code in said for code in codes)
    return [
        *groups,
        Section(
            "conditions", gettext_lazy("Conditions"), bool(codes) and asked == len(codes), f"{asked} / {len(codes)}"
        ),
        Section(
            "warning-signs",
            gettext_lazy("Signs of another cause"),
            flags is not None and not flags.open,
            _("not asked") if flags is None else _("%(n)s open") % {"n": len(flags.open)},
        ),
        Section("medicines", gettext_lazy("Medicines and supplements"), confirmed, _count(len(medicines))),
        Section("allergies", gettext_lazy("Allergies"), bool(allergies), _allergies(allergies)),
        Section("trials", gettext_lazy("Treatments tried"), bool(trials), _count(len(trials))),
        Section("results", gettext_lazy("Weight, pressure, results"), bool(results), _count(len(results))),
        Section(
            "referrals", gettext_lazy("Neurologist, letters"), seen is not None, f"{seen:%-d %b %Y}" if seen else ""
        ),
        Section("diagnosis", gettext_lazy("Diagnosis"), found is not None, found.get_answer_display() if found else ""),
    ]


def _group(name: str, title: Any, asked: list[bool]) -> Section:
    return Section("history", title, all(asked), f"{sum(asked)} / {len(asked)}", name)


def _count(number: int) -> str:
    return str(number) if number else ""


def _allergies(rows: list[Any]) -> str:
    if not rows:
        return _("not asked")
    return _("none known") if rows[0].none_known else str(len(rows))


def running_or_none(course: Course, now: Any) -> Running | None:
    """What the site works under, or None where nobody has chosen anything yet."""
    try:
        return queries.running_protocol(course, now)
    except NoProtocol:
        return None


def shown(request: HttpRequest, course: Course, **more: Any) -> dict[str, Any]:
    """What every page of the assessment knows. What a page has looked up already, it hands on."""
    now = timezone.now()
    if "running" not in more:
        more["running"] = running_or_none(course, now)
    return {
        "course": course,
        "patient": course.patient,
        "open_items": queries.open_items(course),
        "today": course.site.today(now),
        **more,
    }


def page(
    request: HttpRequest,
    course: Course,
    template: str,
    form: ClearForm,
    save: Callable[[dict[str, Any]], Any],
    back: str,
    *arguments: Any,
    **more: Any,
) -> HttpResponse:
    """Show the form, or save it and go to `back`."""
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except AssessmentRefused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(f"assessment-{back}", course.code, *arguments)
    status = 422 if request.method == "POST" else 200
    return render(request, template, shown(request, course, form=form, **more), status=status)


def once(request: HttpRequest, course: Course, save: Callable[[Any], Any], back: str) -> HttpResponse:
    """A button without fields: do it, and go back."""
    form = ClearForm(request.POST)
    form.is_valid()
    try:
        save(form.cleaned_data.get("client_id"))
    except AssessmentRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect(f"assessment-{back}", course.code)
