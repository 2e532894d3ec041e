"""A tablet's queue as the tests write it, and the clinic that takes it in two hours later."""

from __future__ import annotations

import uuid
from typing import Any

from clearhead.clinic.infusion import actions
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes

BACK = AT_TEN + minutes(120)
CALM = {"sys": 126, "dia": 78, "hr": 74, "rr": 14, "spo2": 98, "sedation": 0}


def entry(kind: str, minute: float, **fields: Any) -> dict[str, Any]:
    when = (AT_TEN + minutes(minute)).isoformat()
    return {
        "client_id": str(uuid.uuid4()), "kind": kind, "happened_at": when, "device": "tablet-2", "device_at": when,
        "fields": fields,
    }  # fmt: skip


def send(session: Any, entries: list[Any], name: str | None = "nina", **more: Any) -> list[actions.EntryReceipt]:
    sender = actions.Sender(member(name) if name else None)
    return actions.take_in(session=session, entries=entries, sender=sender, at=BACK, **more)
