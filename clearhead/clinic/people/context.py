"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from clearhead.clinic.people.menu import menu_for
from clearhead.clinic.people.models import Site

DEMO_PIN = "2468"
"""Signs for everyone in the demo, and opens nothing elsewhere."""


def page(request: HttpRequest) -> dict[str, Any]:
    """Demo banner, language, menu."""
    return {
        "demo": settings.DEMO,
        "demo_pin": DEMO_PIN,
        "page_language": get_language() or "en",
        "menu": menu_for(request),
        "clinic": getattr(request, "site", None) or _own_clinic(request),
    }


def _own_clinic(request: HttpRequest) -> Site | None:
    """The site that treats the patient who asks, so that its name and number stand on every page."""
    patient = getattr(request, "patient", None)
    if patient is None:
        return None
    course = patient.courses.filter(closed_at__isnull=True).select_related("site").order_by("opened_at").last()
    return course.site if course else None
