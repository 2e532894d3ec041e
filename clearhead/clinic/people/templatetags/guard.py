"""What every form about a patient carries."""

from __future__ import annotations

from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.utils.html import format_html

from clearhead.clinic.people import guard
from clearhead.clinic.people.access import lets_in
from clearhead.clinic.people.models import Patient

register = template.Library()


@register.filter
def opens(request: Any, url: str) -> bool:
    """True when whoever asks may open this address: {% if request|opens:to %}."""
    return lets_in(url, getattr(request, "roles", set()))


@register.simple_tag(takes_context=True)
def form_guard(context: dict[str, Any], patient: Patient | None = None) -> str:
    """What every form about a patient carries: the cross-site token and the patient it was opened for."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="{}" value="{}">',
        get_token(context["request"]),
        guard.FIELD,
        guard.token(patient),
    )
