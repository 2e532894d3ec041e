"""What a script of the chair or of the recovery room is told, and what it says of its device."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.infusion.actions import Written


def receipt(row: Any) -> dict[str, Any]:
    """What a screen may say about an entry once the server holds it."""
    if not isinstance(row, Fact):
        return {}
    return {"fact": str(row.code), "kind": row._meta.model_name, "saved_at": row.recorded_at.isoformat()}


def wants_json(request: HttpRequest) -> bool:
    """True for a script that asked for JSON."""
    return "application/json" in request.headers.get("Accept", "")


def written(request: HttpRequest) -> Written:
    """Which device this comes from."""
    return Written(device=str(request.headers.get("X-Device", ""))[:40])
