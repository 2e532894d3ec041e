"""Who answers for the chair, what a taking-over nurse has to know, and the transfer sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clearhead.clinic.infusion.models import Adjunct, Event, Flag, FlagAck, Observation, Responsible, Symptom
from clearhead.clinic.infusion.queries.adjuncts import adjuncts, allergies_of, rechecks_open
from clearhead.clinic.infusion.queries.doses import account, dose_rows
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.said import drug_name, symptom_words
from clearhead.clinic.infusion.queries.state import Standing, infusion_of, standing
from clearhead.clinic.infusion.queries.vitals import observations, open_symptoms
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.protocol import Protocol


def responsible(session: Session) -> Responsible | None:
    """The named nurse now."""
    rows = Responsible.standing().filter(session=session).select_related("nurse", "handed_over_by")
    return rows.order_by("happened_at", "pk").last()


def open_flags(session: Session) -> tuple[Flag, ...]:
    """Flags whose episode is not over, the highest first."""
    closed = FlagAck.standing().filter(session=session, cleared=True).values("flag_id")
    rows = Flag.standing().filter(session=session).exclude(pk__in=closed).prefetch_related("acks")
    order = {"high": 0, "medium": 1, "low": 2}
    return tuple(sorted(rows, key=lambda flag: (order[flag.level], flag.happened_at)))


@dataclass(frozen=True)
class HandOver:
    """What is read in thirty seconds: situation, background, assessment, and what is open."""

    at: datetime
    protocol: Protocol
    standing: Standing
    given_mg: float
    mg_per_kg: float | None
    rate_mg_per_h: float
    pump_ml_per_h: Any
    last_sets: tuple[Observation, ...]
    symptoms: tuple[Symptom, ...]
    drugs: tuple[Adjunct, ...]
    rechecks: tuple[Adjunct, ...]
    flags: tuple[Flag, ...]
    allergies: tuple[str, ...] | None
    emergency: tuple[Event, ...]

    @property
    def open_items(self) -> tuple[str, ...]:
        """The lines that the taking-over nurse ticks."""
        found = [flag.sentence for flag in self.flags]
        found += [f"Effect of {drug_name(row.ingredient_id)} to be asked" for row in self.rechecks]
        found += [f"{symptom_words(row.symptom, row.grade, self.protocol)}, still open" for row in self.symptoms]
        if not self.standing.pump_confirmed:
            found.insert(0, "Pump state not confirmed")
        return tuple(found)


def hand_over(session: Session, now: datetime) -> HandOver:
    """Everything open, for a nurse who takes the chair or a crew that takes the patient."""
    rows, protocol, infusion = dose_rows(session), protocol_of(session), infusion_of(session)
    given = account(rows, protocol, now)
    weight = infusion.weight_kg if infusion else None
    lines = Event.standing().filter(session=session, kind__in=["emergency", "stop", "help", "pump_seen_stopped"])
    return HandOver(
        at=now,
        protocol=protocol,
        standing=standing(session, now, rows),
        given_mg=float(given.counted_mg),
        mg_per_kg=float(given.mg_per_kg(weight)) if weight else None,
        rate_mg_per_h=float(given.mg_per_h),
        pump_ml_per_h=given.ml_per_h,
        last_sets=observations(session)[-3:],
        symptoms=open_symptoms(session),
        drugs=adjuncts(session),
        rechecks=rechecks_open(session),
        flags=open_flags(session),
        allergies=allergies_of(session),
        emergency=tuple(lines.order_by("happened_at", "pk")),
    )
