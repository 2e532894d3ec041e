"""The whole record as one list, in order of when things happened, corrections included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from clearhead.clinic.infusion import models
from clearhead.clinic.infusion.entered import AS_SAID
from clearhead.clinic.infusion.models import ChairFact
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.codes import GO_FACTS, READINESS_CHECKS

KINDS: tuple[type[ChairFact], ...] = (
    models.GateAnswer,
    models.GoNoGo,
    models.Responsible,
    models.Access,
    models.Bag,
    models.Check,
    models.RateChange,
    models.Bolus,
    models.Flush,
    models.PumpReading,
    models.Observation,
    models.Symptom,
    models.Adjunct,
    models.AdjunctEffect,
    models.Event,
    models.Flag,
    models.FlagAck,
    models.DrugClosure,
)


TAKEN_BACK = {
    "observation", "symptom", "ratechange", "bolus", "flush", "pumpreading", "adjunct", "adjuncteffect", "event",
    "access",
}  # fmt: skip

NAMES = {
    "gate answer": "go list", "go no go": "go or no-go", "access": "line in the vein", "rate change": "rate",
    "pump reading": "pump read", "adjunct": "drug", "adjunct effect": "effect", "flag ack": "flag answered",
    "drug closure": "ketamine account",
}  # fmt: skip
"""Kinds of facts whose name in the code is not what a nurse would say."""

OK_WORDS = {True: "yes", False: "no", None: "not known"}


@dataclass(frozen=True, slots=True)
class Line:
    """One fact as a line of the record."""

    happened_at: datetime
    recorded_at: datetime
    by: str
    kind: str
    words: str
    queued: bool
    corrected: bool
    row: ChairFact

    @property
    def model(self) -> str:
        """The kind as addresses name it."""
        return str(self.row._meta.model_name)

    @property
    def may_strike(self) -> bool:
        """True for entries a clinician may take back."""
        return not self.corrected and self.model in TAKEN_BACK


def record_of(session: Session) -> tuple[Line, ...]:
    """Every fact of the session, standing or corrected."""
    found: list[Line] = []
    titles = titles_of(session)
    for kind in KINDS:
        rows: Any = kind._default_manager.filter(session=session).select_related("recorded_by", "corrected_by")
        found += [_line(row, titles) for row in rows]
    return tuple(sorted(found, key=lambda line: (line.happened_at, line.recorded_at)))


def line_of(row: Any) -> Line:
    """One fact as the record shows it."""
    return _line(row, titles_of(row.session))


def _line(row: Any, titles: Mapping[str, str]) -> Line:
    name = row.recorded_by.name if row.recorded_by else (row.device or "the chair's tablet")
    over = getattr(row, "corrected_by", None) is not None or row.struck
    kind = str(row._meta.verbose_name)
    said = symptom_words(row, titles) if isinstance(row, models.Symptom) else words(row)
    return Line(row.happened_at, row.recorded_at, name, NAMES.get(kind, kind), said, row.queued, over, row)


def words(row: Any) -> str:
    """What a fact says, in one line."""
    teller = TELL.get(type(row).__name__)
    return teller(row) if teller else ""


def titles_of(session: Session) -> dict[str, str]:
    """Symptoms as the protocol names them: code → title."""
    return {symptom.code: symptom.title for symptom in protocol_of(session).limits.symptoms}


def symptom_words(row: models.Symptom, titles: Mapping[str, str]) -> str:
    """A graded symptom by its name, never by its code."""
    title = titles.get(row.symptom, row.symptom.replace("_", " "))
    text = f"{title}, grade {row.grade}" if row.grade else f"{title}, over"
    return text + (f": {row.note}" if row.note else "")


def _gate(row: models.GateAnswer) -> str:
    code = row.gate.rpartition(":")[2]
    title = READINESS_CHECKS.get(code) or GO_FACTS.get(code, code.replace("_", " "))
    kg = f", {_plain(Decimal(row.value['kg']))} kg" if row.value.get("kg") else ""
    return f"{title}: {OK_WORDS[row.value.get('ok')]}{kg}" + (f" ({row.note})" if row.note else "")


def _event(row: models.Event) -> str:
    what = str(row.detail.get("what", ""))
    kind = "" if row.kind in {"note", "emergency"} and (what or row.text) else row.kind.replace("_", " ")
    return " ".join(filter(None, [kind, AS_SAID.get(what, what.replace("_", " ")), row.text]))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _observation(row: models.Observation) -> str:
    pressure = f"{row.sys}/{row.dia}" if row.sys else row.why_not.get("bp", "")
    said = [
        (f"HR {row.hr}" if row.hr is not None else ""),
        (f"SpO₂ {row.spo2} %" if row.spo2 is not None else ""),
        (f"BP {pressure}" if pressure else ""),
        (f"RR {row.rr}" if row.rr is not None else ""),
        (f"sedation {row.sedation}" if row.sedation is not None else ""),
        (f"pain {row.pain}" if row.pain is not None else ""),
    ]
    absent = [f"{sign}: {word.replace('_', ' ')}" for sign, word in row.why_not.items() if sign != "bp"]
    return ", ".join(part for part in (*said, *absent) if part)


def _rate(row: models.RateChange) -> str:
    text = f"{row.kind.replace('_', ' ')}: {row.entered_value.normalize():f} {row.entered_unit}, "
    text += f"pump {row.pump_ml_per_h.normalize():f} mL/h"
    return text + (f"; {row.breach}" if row.breach else "") + ("" if row.intended else " (recorded as happened)")


TELL: dict[str, Any] = {
    "Observation": _observation,
    "RateChange": _rate,
    "Bolus": lambda row: f"{row.mg.normalize():f} mg" + (f"; {row.breach}" if row.breach else ""),
    "Flush": lambda row: f"{row.ml.normalize():f} mL",
    "PumpReading": lambda row: f"pump {_plain(row.pump_ml)} mL, charted {_plain(row.charted_ml)} mL",
    "Adjunct": lambda row: f"{row.ingredient_id} {row.dose.normalize():f} {row.unit} {row.route}",
    "AdjunctEffect": lambda row: str(row.effect),
    "Event": _event,
    "Flag": lambda row: f"{row.level}: {row.sentence}",
    "FlagAck": lambda row: row.done,
    "GateAnswer": _gate,
    "GoNoGo": lambda row: ("GO" if row.go else "NO-GO") + (f": {row.reason}" if row.reason else ""),
    "Responsible": lambda row: f"{row.nurse.name} answers for the chair",
    "Access": lambda row: f"{row.side} {row.body_site}, {row.gauge} G" + (" out" if row.out_at else ""),
    "Bag": lambda row: f"{row.mg_per_ml.normalize():f} mg/mL, {row.ml.normalize():f} mL, lot {row.lot}",
    "Check": lambda row: (
        f"{row.checker.name}: {_plain(row.weight_kg)} kg, {_plain(row.mg_per_ml)} mg/mL, "
        f"{_plain(row.ml_per_h)} mL/h ({row.act.replace('_', ' ')})"
    ),
    "DrugClosure": lambda row: (
        f"drawn {_plain(row.drawn_mg)} mg, given {_plain(row.given_mg)} mg, "
        f"left {_plain(row.left_mg)} mg, wasted {_plain(row.wasted_mg)} mg"
    ),
}
