"""What a script of the chair or of the recovery room is told, and what it says of its device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.infusion.actions import Written
from clearhead.medicine.rules.verdict import Reason


def receipt(row: Any) -> dict[str, Any]:
    """What a screen may say about an entry once the server holds it."""
    if not isinstance(row, Fact):
        return {}
    return {"fact": str(row.code), "kind": row._meta.model_name, "saved_at": row.recorded_at.isoformat()}


def not_saved(errors: Any, doubts: Iterable[Reason], **more: Any) -> JsonResponse:
    """Nothing was saved: what is wrong by field, and what can be confirmed by naming it."""
    asked = [{"gate": one.gate, "title": one.title, "sentence": one.sentence} for one in doubts]
    return JsonResponse({"saved": False, "errors": errors, "ask": asked, **more}, status=422)


def wants_json(request: HttpRequest) -> bool:
    """True for a script that asked for JSON."""
    return "application/json" in request.headers.get("Accept", "")


def written(request: HttpRequest) -> Written:
    """Which device this comes from."""
    return Written(device=str(request.headers.get("X-Device", ""))[:40])
