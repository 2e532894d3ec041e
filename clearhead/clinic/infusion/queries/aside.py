"""An entry of a queue that was set aside, in words: what it is, when it happened as it was typed, all that it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from clearhead.clinic.infusion.entered import ENTRY_WORDS, WHY_NOT
from clearhead.medicine.rules.clock import clock_time

BY_HAND = {
    "observation": "infusion-observe", "symptom": "infusion-symptom", "adjunct": "infusion-drug",
    "note": "infusion-note", "rate": "infusion-rate", "pause": "infusion-pause", "resume": "infusion-resume",
    "reading": "infusion-reading", "bolus": "infusion-bolus", "flush": "infusion-flush", "end": "infusion-end",
}  # fmt: skip
"""Where an entry of this kind is charted by hand, with the time at which it happened."""
AS_READ = {
    "order_id": "order {}", "dose": "{}", "mg": "{} mg", "ml": "{} mL", "pump_ml": "pump {} mL",
    "over_min": "over {} min", "value": "{}", "unit": "{}", "code": "{}", "what": "{}", "text": "{}",
}  # fmt: skip
SILENT = {"confirmed", "phase", "cleared", "kind"}
"""What says nothing about the patient or the pump."""


def aside_words(entry: Any, zone: ZoneInfo, signs: Mapping[str, str]) -> str:
    """In one line: "Set of signs, 10:05: HR 187, SpO₂ 9770 %"."""
    if not isinstance(entry, dict):
        return str(entry)
    kind = str(entry.get("kind", ""))
    read = {**signs, **AS_READ}
    order = {name: place for place, name in enumerate(read)}
    found = sorted(_flat(entry.get("fields")), key=lambda pair: order.get(pair[0], len(order)))
    said = [text for name, value in found for text in _words(name, value, read)]
    head = f"{ENTRY_WORDS.get(kind, kind.replace('_', ' ') or '?')}, {_when(entry.get('happened_at'), zone)}"
    return ": ".join(filter(None, [head, ", ".join(said)]))


def _when(typed: Any, zone: ZoneInfo) -> str:
    try:
        when = datetime.fromisoformat(str(typed)).astimezone(zone)
        return f"{when:%d %b} {clock_time(when, zone)}"
    except (ValueError, OverflowError):
        return f"time “{typed}”"


def _flat(fields: Any, name: str = "") -> Iterable[tuple[str, Any]]:
    """Every field with its value; what lies inside another one under its own name."""
    if isinstance(fields, dict):
        if {"sys", "dia"} <= set(fields):
            pressure = {"sys": f"{fields['sys']}/{fields['dia']}"}
            fields = {**{inner: value for inner, value in fields.items() if inner != "dia"}, **pressure}
        for inner, value in fields.items():
            yield from _flat(value, str(inner))
    elif isinstance(fields, list):
        for value in fields:
            yield from _flat(value, name)
    else:
        yield name, fields


def _words(name: str, value: Any, read: Mapping[str, str]) -> Iterable[str]:
    if value is None or value is False or value == "" or name in SILENT:
        return
    shown = "yes" if value is True else str(WHY_NOT.get(str(value), value)).replace("_", " ")
    text = read.get(name, "")
    yield text.replace("{}", shown) if text else f"{name.replace('_', ' ')} {shown}".strip()
