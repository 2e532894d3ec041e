"""What every form about a patient carries."""

from __future__ import annotations

from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html

from clearhead.clinic.people import guard
from clearhead.clinic.people.access import lets_in
from clearhead.clinic.people.models import Patient, Photo

register = template.Library()


@register.filter
def opens(request: Any, url: str) -> bool:
    """True when whoever asks may open this address: {% if request|opens:to %}."""
    return lets_in(url, getattr(request, "roles", set()))


@register.simple_tag(takes_context=True)
def journey(context: dict[str, Any], patient: Patient | None) -> str:
    """The address of this patient's journey at the site of the page; empty for whoever may not open it."""
    request = context.get("request")
    site, roles = getattr(request, "site", None), getattr(request, "roles", None)
    if site is None or not roles or patient is None:
        return ""
    course = patient.courses.filter(site=site).order_by("opened_at").last()
    url = reverse("home-course", args=[course.code]) if course else ""
    return url if url and lets_in(url, roles) and url != request.path else ""


@register.simple_tag(takes_context=True)
def face(context: dict[str, Any], patient: Patient | None) -> str:
    """The address of this patient's photo; empty where there is none, or for whoever may not see it."""
    roles = getattr(context.get("request"), "roles", None)
    if not roles or patient is None:
        return ""
    code = Photo.objects.filter(patient__in=patient.charts).order_by("-added_at").values_list("code", flat=True).first()
    url = reverse("people-face", args=[code]) if code else ""
    return url if url and lets_in(url, roles) else ""


@register.simple_tag(takes_context=True)
def whose(context: dict[str, Any]) -> str:
    """The names under which a phone keeps what waits for the patient who is signed in; empty for anybody else."""
    patient = getattr(context["request"].user, "patient", None)
    return " ".join(guard.names_of(patient)) if patient is not None else ""


@register.simple_tag(takes_context=True)
def form_guard(context: dict[str, Any], patient: Patient | None = None) -> str:
    """What every form about a patient carries: the cross-site token and the patient it was opened for."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="{}" value="{}">',
        get_token(context["request"]),
        guard.FIELD,
        guard.token(patient),
    )
