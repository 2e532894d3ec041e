"""An attack: start, three large buttons, the details later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.diary import actions, queries
from clearhead.clinic.diary.forms import DetailsForm, DoseForm, EffectForm, OverForm, StartForm
from clearhead.clinic.diary.models import Attack, AttackEvent, Dose
from clearhead.clinic.people.access import DIARY, access
from clearhead.clinic.web.forms import ClearForm
from clearhead.medicine.headache.diary import local_date_of_entry

MULTIPLE = {"symptoms": "symptom", "aura": "aura", "premonitory": "premonitory", "triggers": "trigger"}
"""A symptom or an aura that is not ticked was asked and was not there; a trigger not ticked says nothing."""


@require_GET
@access(DIARY)
def attack(request: HttpRequest) -> HttpResponse:
    """Attack mode: three large buttons, nothing to read. Without an attack: when did it begin?"""
    patient = _patient(request)
    running = queries.open_attack(patient)
    form = StartForm(zone=patient.zone, initial={"zone": patient.zone})
    return render(request, "diary/attack.html", {"attack": running, "form": form, "patient": patient})


@require_POST
@access(DIARY)
def start(request: HttpRequest) -> HttpResponse:
    """It begins now, or began some minutes ago."""
    now, patient = timezone.now(), _patient(request)
    form = StartForm(request.POST, zone=patient.zone)
    if form.is_valid():
        said = form.cleaned_data
        ago = said["minutes_ago"]
        begun = said["started_at"] if ago is None else now - timedelta(minutes=ago)
        running = queries.open_attack(patient)
        if running is not None and ago is not None and running.started_at <= begun:
            return redirect("diary-attack")  # it is going on already: nothing new was said
        try:
            actions.start_attack(
                patient=patient,
                started_at=begun,
                ended_at=said["ended_at"],
                precision_min=(ago or 0) // 2,
                zone=said["zone"] or patient.zone,
                by=_user(request),
                at=now,
                client_id=said["client_id"],
            )
        except actions.DiaryRefused as refusal:
            form.refused(refusal, "started_at")
        else:
            if said["ended_at"] is None:
                return redirect("diary-attack")
            messages.success(request, _("Saved to the clinic."))
            return redirect("diary-calendar")
    shown = {"attack": None, "form": form, "patient": patient}
    return render(request, "diary/attack.html", shown, status=422)


@require_POST
@access(DIARY, Attack)
def worse(request: HttpRequest, row: Attack) -> HttpResponse:
    """One tap: it got worse."""
    form = ClearForm(request.POST)
    form.is_valid()
    try:
        actions.add_to_attack(
            attack=row,
            kind=AttackEvent.Kind.WORSE,
            by=_user(request),
            at=timezone.now(),
            client_id=form.cleaned_data.get("client_id"),
        )
    except actions.DiaryRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("diary-attack")


@require_POST
@access(DIARY, Attack)
def over(request: HttpRequest, row: Attack) -> HttpResponse:
    """It is over, now or at a time."""
    now, present = timezone.now(), queries.present(row)
    if present is None:
        return _gone(request)
    form = OverForm(request.POST, zone=_patient(request).zone)
    if form.is_valid():
        try:
            actions.add_to_attack(
                attack=row,
                kind=AttackEvent.Kind.OVER,
                happened_at=form.cleaned_data["ended_at"],
                by=_user(request),
                at=now,
                client_id=form.cleaned_data["client_id"],
            )
        except actions.DiaryRefused as refusal:
            form.refused(refusal, "ended_at")
        else:
            messages.success(request, _("Saved. The rest can wait until you feel well."))
            return redirect("diary-today")
    shown = {"attack": queries.attack_view(present), "over_form": form, "patient": _patient(request)}
    return render(request, "diary/attack.html", shown, status=422)


@require_POST
@access(DIARY, Attack)
def mistake(request: HttpRequest, row: Attack) -> HttpResponse:
    """It was entered by mistake."""
    if queries.present(row) is not None:
        actions.strike_attack(attack=row, by=_user(request), at=timezone.now())
    messages.success(request, _("Taken out of your diary. The clinic can still see that it was there."))
    return redirect("diary-today")


@require_http_methods(["GET", "POST"])
@access(DIARY, Attack)
def details(request: HttpRequest, row: Attack) -> HttpResponse:
    """Everything that could wait. The address of an attack that was put right leads to it as it stands."""
    present = queries.present(row)
    if present is None:
        return _gone(request)
    if present != row and request.method == "GET":
        return redirect("diary-attack-details", code=present.code)
    now, view = timezone.now(), queries.attack_view(present)
    form = DetailsForm(request.POST or None, zone=_patient(request).zone, initial=_initial(view))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row = actions.describe_attack(
                attack=row,
                started_at=said["started_at"],
                ended_at=said["ended_at"],
                said=_said(said),
                by=_user(request),
                at=now,
                client_id=said["client_id"],
            )
        except actions.ChangedSince as refusal:
            return _as_it_stands(request, row, str(refusal))
        except actions.DiaryRefused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, _("Saved to the clinic."))
            return redirect("diary-day", on=local_date_of_entry(row.happened_at, row.zone))
    shown = {"attack": view, "form": form, "patient": _patient(request)}
    return render(request, "diary/details.html", shown, status=422 if request.method == "POST" else 200)


def _gone(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("This attack was taken out of your diary. Nothing was saved."))
    return redirect("diary-today")


def _as_it_stands(request: HttpRequest, row: Attack, sentence: str) -> HttpResponse:
    """What a page that was left behind would have overwritten, to be looked at first."""
    view = queries.attack_view(queries.present(row) or row)
    form = DetailsForm(zone=_patient(request).zone, initial=_initial(view))
    shown = {"attack": view, "form": form, "stale": sentence, "patient": _patient(request)}
    return render(request, "diary/details.html", shown, status=409)


def _initial(view: queries.AttackView) -> dict[str, Any]:
    one = {name: next(iter(view.said.get(name, ())), "") for name in ("side", "quality", "note")}
    several = {name: sorted(view.said.get(kind, ())) for name, kind in MULTIPLE.items()}
    return {**one, **several, "started_at": view.started_at, "ended_at": view.ended_at, "peak": view.peak}


def _said(said: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    told: dict[str, tuple[str, ...]] = {}
    for name, kind in MULTIPLE.items():
        told[kind] = tuple(said[name])
    every = queries.SYMPTOM_NAMES
    told["symptom"] += tuple(f"not:{name}" for name in every if name not in said["symptoms"])
    if not said["aura"]:
        told["aura"] = ("not:aura",)
    for kind in ("side", "quality", "note"):
        told[kind] = (said[kind],) if said[kind] else ()
    told["peak"] = (str(said["peak"]),) if said["peak"] else ()
    return told


@require_http_methods(["GET", "POST"])
@access(DIARY, Attack)
def took_medicine(request: HttpRequest, row: Attack) -> HttpResponse:
    """Which medicine; one tap each."""
    now, patient, present = timezone.now(), _patient(request), queries.present(row)
    if present is None:
        return _gone(request)
    listed = queries.medicines_of(patient, role="acute")
    if not listed:
        return redirect(f"{reverse('diary-medicines')}?next={reverse('diary-took-medicine', args=[row.code])}")
    form = DoseForm(request.POST or None, zone=patient.zone, medicines=listed, initial={"zone": patient.zone})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.record_dose(
                patient=patient,
                medicine=said["medicine"],
                zone=said["zone"] or patient.zone,
                taken_at=None,
                attack=row,
                by=_user(request),
                at=now,
                client_id=said["client_id"],
            )
        except actions.DiaryRefused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("diary-attack")
    shown = {"attack": queries.attack_view(present), "form": form, "medicines": listed, "patient": patient}
    return render(request, "diary/took.html", shown, status=422 if request.method == "POST" else 200)


@require_POST
@access(DIARY, Dose)
def effect(request: HttpRequest, row: Dose) -> HttpResponse:
    """How it was two hours after the dose."""
    form = EffectForm(request.POST)
    if form.is_valid():
        actions.record_effect(
            dose=row,
            effect=form.cleaned_data["effect"],
            by=_user(request),
            at=timezone.now(),
            client_id=form.cleaned_data["client_id"],
        )
        messages.success(request, _("Saved to the clinic."))
    else:
        messages.error(request, _("Choose how it was. Nothing was saved."))
    return redirect("diary-day", on=local_date_of_entry(row.happened_at, row.zone))


def _patient(request: Any) -> Any:
    return request.patient


def _user(request: Any) -> Any:
    return request.user
