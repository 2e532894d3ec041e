"""A device on which a patient keeps the diary open, and how long each kind of sign-in lasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from clearhead.clinic.people.held import held_in
from clearhead.clinic.people.models import Device, Patient

MINUTE, HOUR, DAY = 60, 3600, 86400
SEEN_EVERY_S = {False: MINUTE, True: HOUR}
"""A moment of being there is written at most so often; on a kept device less often."""


def longest() -> timedelta:
    """How long a device keeps the diary open at most."""
    return timedelta(days=settings.DIARY_LONGEST_DAYS)


def name_of(request: HttpRequest) -> str:
    """What the browser says it runs on, in one word, for the list of devices."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    known = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
    return next((word for word in known if word in agent), "a browser")


def bind(request: Any, device: Device) -> None:
    """This browser session is that device from now on."""
    request.session["device"] = str(device.code)
    request.session["diary_seen"] = timezone.now().timestamp()
    request.session.set_expiry(longest())


def here(request: Any, now: datetime) -> Device | None:
    """The device this session is bound to, if it still keeps the diary open."""
    code = request.session.get("device")
    if code is None or idle(request, "diary_seen", now) > settings.DIARY_IDLE_DAYS * DAY:
        return None
    return Device.objects.filter(
        code=code, ended_at__isnull=True, expires_at__gt=now, patient__user__is_active=True
    ).first()


def open_devices(patient: Patient, now: datetime) -> list[Device]:
    """Every device that opens this patient's diary."""
    return list(Device.objects.filter(patient=patient, ended_at__isnull=True, expires_at__gt=now).order_by("opened_at"))


def idle(request: Any, key: str, now: datetime) -> float:
    """Seconds since this moment of the session; none yet counts as now."""
    return now.timestamp() - float(request.session.get(key, now.timestamp()))


def signed_in(request: Any, now: datetime) -> bool:
    """Is the sign-in itself, by password, still good?"""
    kind = "staff" if held_in(request) else "patient"
    return (
        idle(request, "seen", now) <= settings.SESSION_IDLE_MINUTES[kind] * MINUTE
        and idle(request, "since", now) <= settings.SESSION_LONGEST_HOURS[kind] * HOUR
    )


def be_there(request: Any, now: datetime, *, only_diary: bool) -> None:
    """Note that somebody is there: for the diary alone, or for the sign-in."""
    key = "diary_seen" if only_diary else "seen"
    if not only_diary:
        request.session.setdefault("since", now.timestamp())
    if key not in request.session or idle(request, key, now) > SEEN_EVERY_S[only_diary]:
        request.session[key] = now.timestamp()


def only_the_diary(request: Any) -> None:
    """End the sign-in and keep the device: what a link in a letter opens."""
    request.session["since"] = request.session["seen"] = 0


def begin(request: Any) -> None:
    """A sign-in begins now, also on a device where the diary was open before."""
    request.session["since"] = request.session["seen"] = timezone.now().timestamp()
