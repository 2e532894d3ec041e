"""A protocol as a person reads it, top to bottom: every value with its unit and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from clearhead.clinic.policy.named import LABELS, UNITS_OF_KEYS, word_for
from clearhead.clinic.policy.rows import name_of, sentence_of
from clearhead.medicine.protocols.origin import ROW_NAMES
from clearhead.medicine.protocols.protocol import Origin, Protocol
from clearhead.medicine.protocols.wording import span

UNITS = {
    "mg_per_kg": "mg/kg",
    "mg_per_ml": "mg/mL",
    "ml_per_h": "mL/h",
    "min": "min",
    "h": "h",
    "s": "s",
    "days": "days",
    "years": "years",
    "percent": "%",
    "mmhg": "mmHg",
    "usd": "USD",
    "usd_per_session": "USD",
    "kg": "kg",
    "mg": "mg",
    "ml": "mL",
}
TITLES = {
    "people": "People",
    "contact": "First talk",
    "assessment": "Who is a candidate",
    "consent": "Consent",
    "weight": "Weight",
    "dose": "Dose",
    "caps": "Caps",
    "series": "Series",
    "fluids": "Bag, pump, line",
    "orders": "Other medicines",
    "preparation": "Preparation",
    "visit": "Visit",
    "start": "Before the pump starts",
    "observation": "Observation",
    "limits": "Limits and what to do",
    "running": "While it runs",
    "recovery": "Recovery and going home",
    "review": "Looking back",
}
HIDDEN = frozenset({"origins", "sha256", "toml"})


@dataclass(frozen=True, slots=True)
class Line:
    """One value: its dotted key, what it is called, what it says, and where it comes from."""

    key: str
    label: str
    value: str
    origin: Origin | None

    @property
    def assumption(self) -> bool:
        """True for a number that nobody published."""
        return self.origin is not None and self.origin.status == "assumption"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the protocol."""

    name: str
    title: str
    lines: tuple[Line, ...]

    @property
    def assumptions(self) -> int:
        """How many of its values are assumptions."""
        return sum(line.assumption for line in self.lines)


def sections(protocol: Protocol) -> list[Section]:
    """The whole protocol, part by part."""
    head = []
    parts = []
    for part in fields(protocol):
        value = getattr(protocol, part.name)
        if part.name in HIDDEN:
            continue
        if is_dataclass(value):
            lines = tuple(_lines(value, part.name, "", protocol))
            parts.append(Section(part.name, TITLES.get(part.name, _label(part.name)[0]), lines))
        else:
            label = LABELS.get(part.name, _label(part.name)[0])
            head.append(Line(part.name, label, _said(value, part.name), protocol.origin(part.name)))
    return [Section("identity", "What it is", tuple(head)), *parts]


def _lines(value: Any, key: str, inside: str, protocol: Protocol) -> Iterator[Line]:
    for part in fields(value):
        below, name = getattr(value, part.name), f"{key}.{part.name}"
        label, unit = _label(part.name, str(part.type))
        unit = UNITS_OF_KEYS.get(name, unit)
        label = LABELS.get(name) or (f"{inside}: {label}" if inside else label)
        if is_dataclass(below) and not _is_quantity(below):
            yield from _lines(below, name, label, protocol)
        elif isinstance(below, tuple) and below and is_dataclass(below[0]):
            for row in below:
                origin = protocol.origin(f"{name}.{_code(row)}")
                yield Line(name, f"{label}: {name_of(row)}", sentence_of(row), origin)
        else:
            yield Line(name, label, _said(below, name, unit), protocol.origin(name))


def _is_quantity(value: Any) -> bool:
    return {part.name for part in fields(value)} == {"value", "unit"}


def _code(row: Any) -> str:
    """What the file's origins call a row of a list."""
    said = [str(getattr(row, name)) for name in ROW_NAMES if hasattr(row, name)][:1]
    return ":".join(said + [str(getattr(row, name)) for name in ("language", "mg_per_ml") if hasattr(row, name)])


def _label(name: str, kind: str = "") -> tuple[str, str]:
    """The words of a field's name and the unit at its end. A `_min` that counts no minutes is a least number."""
    if name.endswith(("_min", "_max")) and "Minutes" not in kind:
        bare, _, edge = name.rpartition("_")
        words, unit = _label(bare)
        return f"{words}, at {'least' if edge == 'min' else 'most'}", unit or _unit_of_kind(kind)
    for suffix, unit in sorted(UNITS.items(), key=lambda pair: -len(pair[0])):
        if name == suffix or name.endswith(f"_{suffix}"):
            bare = name.removesuffix(suffix).rstrip("_") or name
            words, _, edge = bare.rpartition("_")
            if edge in ("min", "max") and words:
                return f"{words.replace('_', ' ').capitalize()}, at {'least' if edge == 'min' else 'most'}", unit
            return bare.replace("_", " ").capitalize(), unit
    return name.replace("_", " ").capitalize(), ""


def spoken(line: str) -> str:
    """A line of the comparison with the reference, with words and a unit for its dotted key."""
    key, _, rest = line.partition(": ")
    if key in LABELS:
        unit = _label(key.rpartition(".")[2], "" if key.startswith("assessment.") else "Minutes")[1]
        return f"{LABELS[key]}{f' ({unit})' if unit else ''}: {rest}"
    label, unit = _label(key.rpartition(".")[2], "" if key.startswith("assessment.") else "Minutes")
    return f"{label} ({unit}): {rest}" if unit else f"{label}: {rest}"


def _unit_of_kind(kind: str) -> str:
    return {"Days": "days", "Years": "years"}.get(kind.partition(" ")[0], "")


def _said(value: Any, key: str, unit: str = "") -> str:
    """A value in words: its codes by name, its numbers with their unit."""
    if isinstance(value, tuple) and value:
        if is_dataclass(value[0]):
            return "; ".join(f"{name_of(row)}: {sentence_of(row)}" for row in value)
        return _together([_said(item, key) for item in value]) + (f" {unit}" if unit else "")
    if value is None or value == ():
        return word_for(key, "none") or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return word_for(key, str(value)) or _number(value, unit) or _bare(str(value), unit)


def _together(said: list[str]) -> str:
    """Sentences one after the other; parts that hold a comma themselves with a semicolon between them."""
    if said[0].endswith("."):
        return " ".join(said)
    return ("; " if any(", " in each for each in said) else ", ").join(said)


def _number(value: Any, unit: str) -> str:
    if unit == "min" and isinstance(value, int) and value:
        return span(value, value)
    if isinstance(value, (Decimal, int)):
        number = f"{Decimal(value).normalize():f}"
        return "1 day" if (number, unit) == ("1", "days") else f"{number} {unit}".strip()
    return ""


def _bare(text: str, unit: str) -> str:
    spoken = text.replace("_", " ") if " " not in text and "/" not in text and ":" not in text else text
    return f"{spoken} {unit}".strip()
