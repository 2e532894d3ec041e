"""The verdict, the diagnosis, the signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.assessment import actions, queries, told
from clearhead.clinic.assessment.forms import DiagnosisForm, SignForm
from clearhead.clinic.assessment.pages import READING, page, running_or_none, shown
from clearhead.clinic.people.access import access, roles_of, staff
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Course, Role
from clearhead.clinic.policy.queries import Running
from clearhead.medicine.rules.verdict import Outcome, Verdict


@require_GET
@access(READING, Course)
def verdict(request: Any, course: Course) -> HttpResponse:
    """Every ground with its source, what the patient reads, and the signature."""
    now = timezone.now()
    running = running_or_none(course, now)
    if running is None:
        return render(request, "assessment/no_protocol.html", shown(request, course, running=None))
    found = _verdict(course, running, now)
    return render(request, "assessment/verdict.html", _shown(request, course, running, found, _form(found)))


@require_POST
@access(staff(Role.PRESCRIBER), Course)
def sign(request: Any, course: Course) -> HttpResponse:
    """The prescriber's decision over the facts as they stand now."""
    now = timezone.now()
    running = running_or_none(course, now)
    if running is None:
        return render(request, "assessment/no_protocol.html", shown(request, course, running=None), status=422)
    found = _verdict(course, running, now)
    form = SignForm(request.POST, gates=_gates(found))
    if form.is_valid():
        try:
            actions.sign_decision(
                course=course,
                outcome=form.cleaned_data["outcome"],
                note=form.cleaned_data["note"],
                overrides=form.overrides(),
                secret=form.cleaned_data["secret"],
                by=request.user,
                at=now,
                client_id=form.cleaned_data["client_id"],
            )
        except actions.DecisionRefused as refusal:
            form.refused(refusal.verdict)
        except SignatureRefused as refusal:
            form.refused(refusal, "secret")
        else:
            messages.success(request, _("Signed."))
            return redirect("assessment-verdict", course.code)
    return render(request, "assessment/verdict.html", _shown(request, course, running, found, form), status=422)


@require_http_methods(["GET", "POST"])
@access(staff(Role.NURSE, Role.PRESCRIBER, write=(Role.PRESCRIBER,)), Course)
def diagnosis(request: Any, course: Course) -> HttpResponse:
    """The clinician's own diagnosis, beside what the history and the diary support."""
    now = timezone.now()

    def save(said: dict[str, Any]) -> None:
        actions.confirm_diagnosis(
            course=course, indication=said["indication"], by=request.user, at=now, client_id=said["client_id"]
        )

    form = DiagnosisForm(request.POST or None)
    support = queries.diagnosis_support(course, now)
    found = queries.diagnosis_of(course.patient)
    return page(request, course, "assessment/diagnosis.html", form, save, "overview", support=support, found=found)


def _verdict(course: Course, running: Running, now: Any) -> Verdict:
    return queries.verdict_of(course, queries.facts_of(course, now), running.protocol, now)


def _gates(found: Verdict) -> dict[str, str]:
    return {reason.gate: reason.title for reason in found.reasons if reason.overridable}


def _form(found: Verdict) -> SignForm:
    return SignForm(gates=_gates(found))


def _shown(request: HttpRequest, course: Course, running: Running, found: Verdict, form: SignForm) -> dict[str, Any]:
    user: Any = request.user
    decision = queries.latest_decision(course)
    titles = {reason.gate: reason.title for reason in found.reasons}
    return shown(
        request,
        course,
        running=running,
        verdict=found,
        headline=told.headline(found),
        summary=told.summary(found),
        reads=told.what_the_patient_reads(found),
        # What stands in the way is shown first; what is fine is folded away.
        pressing=Verdict.of(found.question, [*found.blocking, *found.at(Outcome.WARNED)]),
        fine=Verdict.of(found.question, found.at(Outcome.ALLOWED)),
        form=form,
        prescriber=Role.PRESCRIBER in roles_of(user, course.site),
        decision=decision,
        holds=queries.current_decision(course, timezone.now()),
        overrides=[(titles.get(o.gate, o.gate), o.reason) for o in decision.overrides.all()] if decision else [],
    )
