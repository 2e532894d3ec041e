"""Keeping the diary open on a device, and closing it everywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clearhead.clinic.people import actions, devices, doors
from clearhead.clinic.people.access import PATIENT, access, link

A_DAY = timedelta(days=1)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_POST
@access(PATIENT)
def keep(request: Any) -> HttpResponse:
    """This device keeps the diary open; asked of somebody who has just signed in."""
    device = actions.keep_device(
        patient=request.patient,
        name=devices.name_of(request),
        lasts=devices.longest(),
        by=request.user,
        at=timezone.now(),
    )
    devices.bind(request, device)
    messages.success(request, _("The diary stays open on this device. Everything else asks for your password."))
    return redirect("diary-today")


@require_POST
@access(PATIENT)
def close(request: Any) -> HttpResponse:
    """Every device forgets: a phone was lost, or sold."""
    actions.close_devices(patient=request.patient, by=request.user, at=timezone.now())
    messages.success(request, _("Closed on every device. Sign in to open the diary again."))
    return redirect("people-me")


@require_http_methods(["GET", "POST"])
@access(link("diary"))
def open_diary(request: Any) -> HttpResponse:
    """What the letter opens. Looking at the page uses nothing up: mail programs look ahead."""
    if request.method == "GET":
        return render(request, "people/open_diary.html", {"days": devices.longest().days})
    now, patient = timezone.now(), request.patient
    doors.use_up(request.link, at=now)
    user = actions.open_account(patient=patient, password=None, site=request.link.site, at=now)
    if not user.is_active:
        raise PermissionDenied(_("This account is switched off. Call us."))
    login(request, user, backend=BACKEND)
    lasts = devices.longest() if "keep" in request.POST else A_DAY
    device = actions.keep_device(patient=patient, name=devices.name_of(request), lasts=lasts, by=user, at=now)
    devices.bind(request, device)
    devices.only_the_diary(request)
    return redirect("diary-today")
