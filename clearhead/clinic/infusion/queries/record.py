"""The whole record as one list, in order of when things happened, corrections included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as lazy

from clearhead.clinic.infusion import models
from clearhead.clinic.infusion.entered import NEVER_TAKEN_BACK, STRUCK_BY, WHOLE
from clearhead.clinic.infusion.models import ChairFact
from clearhead.clinic.infusion.queries.aside import BY_HAND
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.said import words
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.protocol import Protocol

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


TITLES = {
    "GateAnswer": lazy("go list"), "GoNoGo": lazy("go or no-go"), "Responsible": lazy("responsible nurse"),
    "Access": lazy("vein access"), "Bag": lazy("bag"), "Check": lazy("second check"), "RateChange": lazy("rate"),
    "Bolus": lazy("bolus"), "Flush": lazy("flush"), "PumpReading": lazy("pump read"), "Observation": lazy("set"),
    "Symptom": lazy("symptom"), "Adjunct": lazy("drug"), "AdjunctEffect": lazy("effect"), "Event": lazy("event"),
    "Flag": lazy("flag"), "FlagAck": lazy("done about it"), "DrugClosure": lazy("drug accounted for"),
}  # fmt: skip
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
    why: str = ""
    """Of a row that took another back: "Taken back: " and the reason."""

    @property
    def model(self) -> str:
        """The kind as addresses name it."""
        return str(self.row._meta.model_name)

    @property
    def by_hand(self) -> str:
        """The page where an entry that was set aside is charted by hand; empty for every other line."""
        if getattr(self.row, "kind", "") != "not_understood":
            return ""
        entry = self.row.detail.get("entry") if isinstance(self.row, models.Event) else None
        return BY_HAND.get(str(entry.get("kind")), "infusion-note") if isinstance(entry, dict) else "infusion-note"

    @property
    def in_full(self) -> str:
        """What was written, where its line has no room for all of it."""
        return str(self.row.detail.get("whole", "")) if isinstance(self.row, models.Event) else ""

    @property
    def may_strike(self) -> bool:
        """True for entries a clinician may take back."""
        stays = getattr(self.row, "kind", "") in NEVER_TAKEN_BACK or goes_on(self.row)
        return not self.corrected and self.model in TAKEN_BACK and not stays


def record_of(session: Session) -> tuple[Line, ...]:
    """Every fact of the session, standing or corrected."""
    found: list[Line] = []
    protocol, reasons = protocol_of(session), _reasons(session)
    for kind in KINDS:
        rows: Any = kind._default_manager.filter(session=session).select_related("recorded_by", "corrected_by")
        found += [_line(row, protocol, reasons.get(row.code, "")) for row in rows]
    return tuple(sorted(found, key=lambda line: (line.happened_at, line.recorded_at)))


def _reasons(session: Session) -> dict[UUID, str]:
    """Why each row that took another back did so, in full."""
    notes = models.Event.objects.filter(session=session, detail__has_key=STRUCK_BY)
    return {UUID(note.detail[STRUCK_BY]): str(note.detail.get(WHOLE, note.text)) for note in notes}


def line_of(row: Any) -> Line:
    """One fact as the record shows it."""
    return _line(row, protocol_of(row.session))


def goes_on(row: Any) -> bool:
    """A catheter that lay and was taken out later: what was said of the placing still holds, unless it was struck."""
    after = getattr(row, "corrected_by", None)
    if not isinstance(row, models.Access) or row.out_at is not None or after is None:
        return False
    while (later := getattr(after, "corrected_by", None)) is not None:
        after = later
    return not after.struck


def _line(row: Any, protocol: Protocol, why: str = "") -> Line:
    name = row.recorded_by.name if row.recorded_by else (row.device or "the chair's tablet")
    over = (getattr(row, "corrected_by", None) is not None and not goes_on(row)) or row.struck
    kind, said = str(TITLES[type(row).__name__]), words(row, protocol)
    return Line(row.happened_at, row.recorded_at, name, kind, said, row.queued, over, row, why)
