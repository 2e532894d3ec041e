"""What changes when a patient goes from one protocol, or one version, to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from clearhead.medicine.protocols.codes import DAY_QUESTIONS
from clearhead.medicine.protocols.dose import Amount, Rate
from clearhead.medicine.protocols.loader import reference
from clearhead.medicine.protocols.origin import ROW_NAMES, leaves
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.protocols.wording import ANSWERED_YES, DRAFTS, FACETS, plain

UNTOLD = ("origins", "sha256", "toml")
# Where a bigger number is the more careful one, and where a smaller one is.
CAREFUL_ABOVE = (
    "preparation.fasting.light_meal_h",
    "preparation.fasting.solid_meal_h",
    "preparation.fasting.clear_fluids_h",
    "recovery.observe_min",
    "recovery.after_reversal_at_least_min",
    "recovery.restrictions.no_driving_h",
    "recovery.restrictions.no_alcohol_h",
    "recovery.discharge.spo2_at_least_percent",
    "assessment.failed_preventive_classes_min",
    "start.baseline_sets",
)
CAREFUL_BELOW = (
    "people.patients_per_nurse_start",
    "people.patients_per_nurse_infusion",
    "people.patients_per_nurse_recovery",
    "recovery.discharge.systolic_at_most_mmhg",
    "assessment.decision_valid_days",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a patient or a nurse would notice."""

    topic: str
    before: str
    after: str
    tail: str = ""

    def __str__(self) -> str:
        return f"{self.topic} {self.before} → {self.after}{self.tail}"


def differences(old: Protocol, new: Protocol) -> list[str]:
    """Sentences for a patient, in the order of the journey: "last light meal 4 h → 6 h before"."""
    return [str(change) for change in changes(old, new)]


def changes(old: Protocol, new: Protocol) -> list[Change]:
    """The same in parts, for a table."""
    answers = [(facet, facet.answer(old), facet.answer(new)) for facet in FACETS]
    said = [Change(facet.topic, before, after, facet.tail) for facet, before, after in answers if before != after]
    return said + list(_conditions(old, new)) + list(_medicines(old, new)) + list(_asked_again(old, new))


def _conditions(old: Protocol, new: Protocol) -> Iterator[Change]:
    before = {row.code: row for row in old.assessment.contraindications}
    after = {row.code: row for row in new.assessment.contraindications}
    for code in before | after:
        was, now = before.get(code), after.get(code)
        if (was and was.level) == (now and now.level):
            continue
        title = (now or was).title if (now or was) else code  # type: ignore[union-attr]  # one of them is there
        yield Change(title, was.level if was else "not asked", now.level if now else "not asked")


def _medicines(old: Protocol, new: Protocol) -> Iterator[Change]:
    before = {row.medicine_class: row.draft for row in old.preparation.medicine_instructions}
    after = {row.medicine_class: row.draft for row in new.preparation.medicine_instructions}
    for name in before | after:
        if before.get(name) != after.get(name):
            was, now = (DRAFTS.get(rows.get(name, ""), "nothing said") for rows in (before, after))
            yield Change(name.replace("_", " "), was, now)


def _asked_again(old: Protocol, new: Protocol) -> Iterator[Change]:
    before = {row.code: row.yes for row in old.start.rescreen}
    after = {row.code: row.yes for row in new.start.rescreen}
    for code in before | after:
        if before.get(code) != after.get(code):
            was, now = (ANSWERED_YES.get(rows.get(code, ""), "not asked") for rows in (before, after))
            yield Change(f"on the day, “{DAY_QUESTIONS[code]}” yes:", was, now)


def every_difference(old: Protocol, new: Protocol) -> list[str]:
    """Every value that differs, for staff: its dotted key, before and after."""
    before, after = dict(values(old)), dict(values(new))
    return [
        f"{key}: {before.get(key, 'not there')} → {after.get(key, 'not there')}"
        for key in before | after
        if before.get(key) != after.get(key)
    ]


def values(part: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every value of a protocol as text under its dotted key; rows go by their names."""
    if isinstance(part, Rate | Amount):
        yield key, str(part)
    elif is_dataclass(part):
        for field in fields(part):
            if field.name not in UNTOLD:
                yield from values(getattr(part, field.name), f"{key}.{field.name}".strip("."))
    elif isinstance(part, tuple) and any(is_dataclass(item) for item in part):
        for number, item in enumerate(part):
            yield from values(item, f"{key}.{row_name(item) or number}")
    else:
        yield key, _text(part)


def row_name(row: Any) -> str | None:
    """What a row of a list is called."""
    names = [str(getattr(row, name)) for name in ROW_NAMES if hasattr(row, name)][:1]
    names += [str(getattr(row, name)) for name in ("language", "mg_per_ml") if hasattr(row, name) and names]
    return ":".join(names) or None


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ", ".join(_text(item) for item in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value) if isinstance(value, Decimal) else str(value)


def softer_than_reference(protocol: Protocol) -> list[str]:
    """Where the protocol is less careful than the reference: allowed, and said aloud before anybody adopts it."""
    theirs = {key: node.value for key, node in leaves(reference())}
    ours = dict(values(protocol))
    said = []
    for keys, softer in ((CAREFUL_ABOVE, -1), (CAREFUL_BELOW, 1)):
        for key in keys:
            if key in theirs and (Decimal(ours[key]) - Decimal(theirs[key])) * softer > 0:
                said.append(f"{key}: {ours[key]} here, {plain(theirs[key])} in the reference")
    return said + [
        f"{key}: {ours.get(key, 'not asked')} here, red in the reference"
        for key, value in theirs.items()
        if key.startswith("start.rescreen.") and value == "red" and ours.get(key) != "red"
    ]
