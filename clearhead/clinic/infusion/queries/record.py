"""The whole record as one list, in order of when things happened, corrections included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clearhead.clinic.infusion import models
from clearhead.clinic.infusion.models import ChairFact
from clearhead.clinic.plan.models import Session

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
    for kind in KINDS:
        rows: Any = kind._default_manager.filter(session=session).select_related("recorded_by", "corrected_by")
        found += [_line(row) for row in rows]
    return tuple(sorted(found, key=lambda line: (line.happened_at, line.recorded_at)))


def _line(row: Any) -> Line:
    name = row.recorded_by.name if row.recorded_by else (row.device or "the chair's tablet")
    over = getattr(row, "corrected_by", None) is not None or row.struck
    return Line(row.happened_at, row.recorded_at, name, str(row._meta.verbose_name), words(row), row.queued, over, row)


def words(row: Any) -> str:
    """What a fact says, in one line."""
    teller = TELL.get(type(row).__name__)
    return teller(row) if teller else ""


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
    "PumpReading": lambda row: f"pump {row.pump_ml} mL, charted {row.charted_ml} mL",
    "Symptom": lambda row: f"{row.symptom} {row.grade}" + (f": {row.note}" if row.note else ""),
    "Adjunct": lambda row: f"{row.ingredient_id} {row.dose.normalize():f} {row.unit} {row.route}",
    "AdjunctEffect": lambda row: str(row.effect),
    "Event": lambda row: " ".join(filter(None, [row.kind.replace("_", " "), row.detail.get("what", ""), row.text])),
    "Flag": lambda row: f"{row.level}: {row.sentence}",
    "FlagAck": lambda row: row.done,
    "GateAnswer": lambda row: f"{row.gate}: {row.value.get('ok')}" + (f" ({row.note})" if row.note else ""),
    "GoNoGo": lambda row: ("GO" if row.go else "NO-GO") + (f": {row.reason}" if row.reason else ""),
    "Responsible": lambda row: f"{row.nurse.name} answers for the chair",
    "Access": lambda row: f"{row.side} {row.body_site}, {row.gauge} G" + (" out" if row.out_at else ""),
    "Bag": lambda row: f"{row.mg_per_ml.normalize():f} mg/mL, {row.ml.normalize():f} mL, lot {row.lot}",
    "Check": lambda row: (
        f"{row.checker.name}: {row.weight_kg} kg, {row.mg_per_ml} mg/mL, {row.ml_per_h} mL/h ({row.act})"
    ),
    "DrugClosure": lambda row: (
        f"drawn {row.drawn_mg}, given {row.given_mg}, left {row.left_mg}, wasted {row.wasted_mg} mg"
    ),
}
