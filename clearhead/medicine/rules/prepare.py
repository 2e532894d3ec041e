"""What the patient does before coming, in clock times of the site. All arithmetic is on UTC; the zone only words it.

Medicine lines are drafts until a clinician has signed them, and some classes are never held by a rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from clearhead.medicine.protocols.before import MedicineInstruction
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import aware, words
from clearhead.medicine.rules.reasons import missing, refused, source_of, warned
from clearhead.medicine.rules.verdict import Reason, Verdict

QUESTION = "prepare"
Kind = Literal["last_solid_meal", "last_light_meal", "last_clear_drink", "medicine", "escort", "advice", "come"]
NEVER_HELD = (
    "benzodiazepine",
    "barbiturate",
    "barbiturate_combination",
    "opioid",
    "antihypertensive",
    "insulin",
    "glucose_lowering",
)


@dataclass(frozen=True, slots=True)
class PatientMedicine:
    """One medicine of the patient and the classes that the instructions name."""

    typed: str
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrepareFacts:
    """The appointment (its aware start), the zone of the site, and who it is for."""

    start_at: datetime
    zone: str
    medicines: tuple[PatientMedicine, ...] = ()
    escort_named: bool | None = None
    signed_lines: frozenset[str] = frozenset()  # typed names whose line a clinician has signed
    arrive_before_min: int = 0


@dataclass(frozen=True, slots=True)
class PreparationItem:
    """One line of the sheet. `at` in UTC; `clock` as the patient reads it. A draft must be signed before it is sent."""

    kind: Kind
    sentence: str
    at: datetime | None = None
    clock: str = ""
    draft: Literal["", "take", "hold", "ask"] = ""
    signer: str = ""
    signed: bool = True
    source: str = ""


def items(facts: PrepareFacts, protocol: Protocol) -> tuple[PreparationItem, ...]:
    """The sheet: times first, then medicines, escort and advice."""
    return (
        *_fasting(facts, protocol),
        *(_medicine(medicine, facts, protocol) for medicine in facts.medicines),
        *_escort(protocol),
        *(
            PreparationItem("advice", s, source=source_of(protocol, "preparation.advice"))
            for s in protocol.preparation.advice
        ),
        _come(facts),
    )


def judge(facts: PrepareFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """Whether the sheet can go out: escort named, medicine lines signed, times still ahead."""
    reasons = [*_escort_named(facts, protocol), *_unsigned(facts, protocol), *_too_late(facts, protocol, at)]
    return Verdict.of(QUESTION, reasons)


def _fasting(facts: PrepareFacts, protocol: Protocol) -> Iterable[PreparationItem]:
    rule, source = protocol.preparation.fasting, source_of(protocol, "preparation.fasting")
    rows: tuple[tuple[Kind, Decimal, str], ...] = (
        ("last_solid_meal", rule.solid_meal_h, "Finish any full or fatty meal by {clock}."),
        ("last_light_meal", rule.light_meal_h, "A light meal is fine until {clock}."),
        ("last_clear_drink", rule.clear_fluids_h, "Clear drinks are fine, and wanted, until {clock}."),
    )
    for kind, hours, sentence in sorted(rows, key=lambda row: -row[1]):
        moment = aware(facts.start_at) - timedelta(minutes=float(hours * 60))
        clock = words(moment, facts.zone)
        yield PreparationItem(kind, sentence.format(clock=clock), moment, clock, source=source)


def _medicine(medicine: PatientMedicine, facts: PrepareFacts, protocol: Protocol) -> PreparationItem:
    """The strictest line that fits: ask before hold before take; nothing fits: ask."""
    rules = protocol.preparation.medicine_instructions
    fitting = [rule for rule in rules if rule.medicine_class in medicine.classes]
    fitting = fitting or [rule for rule in rules if rule.medicine_class == "other" and medicine.classes]
    signed = medicine.typed in facts.signed_lines
    if not fitting:
        sentence = f"{medicine.typed}: ask us before the day."
        return PreparationItem("medicine", sentence, draft="ask", signer="prescriber", signed=signed)
    rule = min(fitting, key=lambda one: ("ask", "hold", "take").index(_draft(one)))
    sentence = (
        f"{medicine.typed}: {rule.sentence}" if _draft(rule) == rule.draft else f"{medicine.typed}: ask us first."
    )
    source = source_of(protocol, "preparation.medicine_instructions")
    return PreparationItem("medicine", sentence, draft=_draft(rule), signer=rule.signer, signed=signed, source=source)


def _draft(rule: MedicineInstruction) -> Literal["take", "hold", "ask"]:
    """Stopping some classes suddenly is dangerous: a file that says hold is read as ask."""
    return "ask" if rule.draft == "hold" and rule.medicine_class in NEVER_HELD else rule.draft


def _escort(protocol: Protocol) -> Iterable[PreparationItem]:
    rule = protocol.preparation.escort
    if rule.required != "none":
        yield PreparationItem("escort", rule.sentence, source=source_of(protocol, "preparation.escort"))


def _come(facts: PrepareFacts) -> PreparationItem:
    moment = aware(facts.start_at) - timedelta(minutes=facts.arrive_before_min)
    clock = words(moment, facts.zone)
    return PreparationItem("come", f"Be here at {clock}.", moment, clock)


def _escort_named(facts: PrepareFacts, protocol: Protocol) -> Iterable[Reason]:
    level, source = protocol.preparation.escort.required, source_of(protocol, "preparation.escort")
    if level != "none" and not facts.escort_named:
        wording = missing if level == "required" else warned
        yield wording("escort_named", "Escort", "No adult is named who takes the patient home.", source, who="patient")


def _unsigned(facts: PrepareFacts, protocol: Protocol) -> Iterable[Reason]:
    drafts = [m.typed for m in facts.medicines if m.typed not in facts.signed_lines]
    if drafts:
        sentence = f"Still drafts, to be signed line by line: {', '.join(drafts)}."
        source = source_of(protocol, "preparation.medicine_instructions")
        yield missing("medicine_lines_signed", "Medicine lines", sentence, source, who="prescriber")


def _too_late(facts: PrepareFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    if aware(at) >= aware(facts.start_at):
        yield refused("start_ahead", "Time", "The appointment is not in the future.")
        return
    past = [item for item in _fasting(facts, protocol) if item.at is not None and item.at <= aware(at)]
    if past:
        named = ", ".join(item.kind.replace("_", " ") for item in past)
        yield warned("times_ahead", "Short notice", f"Already past: {named}. Call the patient.")
