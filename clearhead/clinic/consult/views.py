"""The list of the day, the clinician's form, one consult."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.consult import actions, queries, words
from clearhead.clinic.consult.forms import ConsultForm, SignOffForm
from clearhead.clinic.consult.models import Consult, Mode
from clearhead.clinic.people.access import access, roles_of, staff
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Course, Role, Site
from clearhead.clinic.schedule.models import Booking
from clearhead.medicine.protocols.codes import NEXT_STEP_GATES

CLINICIANS = (Role.NURSE, Role.PRESCRIBER)


@require_GET
@access(staff(Role.FRONT_DESK, *CLINICIANS, Role.DIRECTOR, write=()), Site)
def worklist(request: HttpRequest, site: Site) -> HttpResponse:
    """Today's consults, calls to be made again, outcomes that wait for a prescriber."""
    shown = {"site": site, "list": queries.worklist(site, timezone.now()), "charts": _charts(request, site)}
    return render(request, "consult/list.html", shown)


@require_http_methods(["GET", "POST"])
@access(staff(*CLINICIANS), Course)
def record(request: HttpRequest, course: Course) -> HttpResponse:
    """The form, the same whatever the mode."""
    now, booking = timezone.now(), _booking(request, course)
    signs = Role.PRESCRIBER in roles_of(request.user, course.site)
    first = booking.service.mode if booking and booking.service.mode in Mode.values else ""
    form = ConsultForm(request.POST or None, signs=signs, initial={"mode": first or Mode.PHONE})
    if request.method == "POST" and form.is_valid():
        try:
            made = _record(request, course, booking, form, now)
        except actions.ConsultRefused as refusal:
            form.refused(refusal.verdict, "outcome")
        except SignatureRefused as refusal:
            form.refused(refusal, "secret")
        else:
            messages.success(request, _("Saved."))
            return redirect("consult-show", code=made.code)
    shown = {
        "course": course,
        "patient": course.patient,
        "form": form,
        "booking": booking,
        "gates": _gates(course, now),
        "earlier": queries.consults_of(course),
        "status": 422 if request.method == "POST" else 200,
    }
    return render(request, "consult/record.html", shown, status=shown["status"])


def _record(request: Any, course: Course, booking: Booking | None, form: ConsultForm, now: Any) -> Consult:
    said = form.cleaned_data
    more = {
        "identified": said["identified"],
        "headache_days": said["headache_days"],
        "questions": said["questions"],
        "explained": said["agenda"],
        "planned_mode": booking.service.mode if booking else "",
    }
    return actions.record_consult(
        course=course,
        booking=booking,
        mode=said["mode"],
        patient_location=said["patient_location"],
        triage=form.answers("triage_"),
        red_flags=form.answers("flag_"),
        more={
            key: str(value) if key == "headache_days" and value is not None else value for key, value in more.items()
        },
        outcome=said["outcome"],
        outcome_note=said["outcome_note"],
        call_again_on=said["call_again_on"],
        secret=said.get("secret", ""),
        by=request.user,
        at=now,
        client_id=said["client_id"],
    )


@require_GET
@access(staff(*CLINICIANS, write=()), Consult)
def show(request: HttpRequest, consult: Consult) -> HttpResponse:
    """One consult, and who signed it off."""
    return render(request, "consult/show.html", _shown(request, consult, SignOffForm()))


@require_POST
@access(staff(Role.PRESCRIBER), Consult)
def sign_off(request: Any, consult: Consult) -> HttpResponse:
    """The prescriber's signature under the outcome."""
    form = SignOffForm(request.POST)
    if form.is_valid():
        try:
            signed = actions.sign_off(
                consult=consult,
                secret=form.cleaned_data["secret"],
                by=request.user,
                at=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except actions.ConsultRefused as refusal:
            form.refused(refusal.verdict)
        except SignatureRefused as refusal:
            form.refused(refusal, "secret")
        else:
            messages.success(request, _("Signed off."))
            return redirect("consult-show", code=signed.code)
    return render(request, "consult/show.html", _shown(request, consult, form), status=422)


def _shown(request: HttpRequest, consult: Consult, form: SignOffForm) -> dict[str, Any]:
    triage = consult.answers.get("triage", {})
    prescriber = Role.PRESCRIBER in roles_of(request.user, consult.course.site)
    return {
        "consult": consult,
        "course": consult.course,
        "patient": consult.course.patient,
        "triage": [(words.TRIAGE[name], said) for name, said in triage.items() if name in words.TRIAGE],
        "flags": queries.flags_of(consult.answers.get("red_flags", {})).raised,
        "explained": [words.AGENDA[name] for name in consult.answers.get("explained", []) if name in words.AGENDA],
        "replaced": Consult.objects.filter(corrects=consult).first(),
        "form": form if prescriber else None,
    }


def _gates(course: Course, now: Any) -> list[str]:
    running = queries.running_protocol(course, now)
    return [] if running is None else [NEXT_STEP_GATES[gate] for gate in running.protocol.contact.next_step_gates]


def _booking(request: HttpRequest, course: Course) -> Booking | None:
    wanted = request.POST.get("booking") or request.GET.get("booking", "")
    try:
        code = UUID(wanted)
    except ValueError:
        return None
    return Booking.objects.filter(code=code, course=course, service__kind="consult").select_related("service").first()


def _charts(request: Any, site: Site) -> bool:
    return bool(roles_of(request.user, site) & set(CLINICIANS))
