"""The wrong-patient guard: a form names its patient, and a look into a chart is recorded."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import Course, Patient

FIELD = "form_for"
SALT = "clearhead.form"
PHONE_SALT = "clearhead.phone"


class WrongPatient(Exception):
    """The form was opened for another patient than the address names (409)."""


class MergedChart(Exception):
    """The chart was merged into another: new things are written there (409)."""


def token(patient: Patient | None) -> str:
    """What a form about this patient carries."""
    return signing.dumps(str(patient.code) if patient else "-", salt=SALT)


def names_of(patient: Patient) -> list[str]:
    """What a phone calls this patient: the name to write with first, then those of merged charts and older keys.

    Unlike `token` it holds no code that stands anywhere else, and it stays the same, so that the phone can compare it.
    """
    codes = dict(Patient.objects.filter(pk__in=patient.charts).values_list("pk", "code"))
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac(PHONE_SALT, str(codes[pk]), secret=key, algorithm="sha256").hexdigest()[:32]
        for pk in patient.charts
        for key in keys
    ]


def check(request: HttpRequest, patient: Patient | None) -> None:
    """Refuse a form that was opened for another patient, or that names none."""
    if patient is None:
        return
    try:
        named = signing.loads(request.POST.get(FIELD, "") or request.headers.get("X-Form-For", ""), salt=SALT)
    except signing.BadSignature:
        named = None
    if named != str(patient.code):
        raise WrongPatient(
            f"This form was not opened for {patient}. Nothing was saved. "
            "Go back to the chart you meant and enter it there."
        )


def refuse_merged(patient: Patient | None) -> None:
    """A chart that was merged is read, and no longer written. What belongs to one of its visits is still recorded."""
    if patient is not None and patient.merged_into_id is not None:
        raise MergedChart(
            f"This chart, {patient.short_code}, was merged into {patient.kept.short_code}. Nothing was saved. "
            "Open that chart and enter it there."
        )


def look(request: Any, patient: Patient | None) -> None:
    """Record one look per user, chart and page opening."""
    if patient is None or getattr(request, "htmx", False):
        return
    site = request.site or getattr(Course.objects.filter(patient=patient).select_related("site").first(), "site", None)
    audit.record(
        chain=site.slug if site else audit.HOUSE,
        at=timezone.now(),
        by=request.user,
        verb="look",
        subject=request.path[:250],
        patient=patient,
    )
