"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from clearhead.clinic.people.menu import menu_for

DEMO_PIN = "2468"
"""Signs for everyone in the demo, and opens nothing elsewhere."""


def page(request: HttpRequest) -> dict[str, Any]:
    """Demo banner, language, menu."""
    return {
        "demo": settings.DEMO,
        "demo_pin": DEMO_PIN,
        "page_language": get_language() or "en",
        "menu": menu_for(request),
    }
