"""Treatments tried: the ledger and what the rules make of each line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clearhead.clinic.assessment import models
from clearhead.clinic.people.models import Patient
from clearhead.medicine.headache.refractory import Effect, Judged, PreventiveClass, Trial, judge_trial

EFFECTS = {"none": Effect.NONE, "some": Effect.PARTIAL, "good": Effect.EFFECTIVE, "unknown": Effect.UNKNOWN}
WHY = {"side_effects": Effect.NOT_TOLERATED, "contraindicated": Effect.CONTRAINDICATED, "cost": Effect.NOT_AVAILABLE}


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One trial with what the rules make of it; None for what is judged by nobody (acute, complementary)."""

    row: models.Trial
    judged: Judged | None
    failed: bool | None


def effect_of(row: models.Trial) -> Effect:
    """Why it was stopped outweighs how well it worked, unless it worked well."""
    return EFFECTS[row.effect] if row.effect == "good" else WHY.get(row.why_stopped, EFFECTS[row.effect])


def trials_of(patient: Patient) -> list[models.Trial]:
    """The ledger, acute first, newest first within."""
    return sorted(
        models.Trial.standing().filter(patient__in=patient.charts),
        key=lambda row: (row.role, row.medicine_class, row.started_on or date.min),
    )


def ledger_of(patient: Patient, on: date) -> list[LedgerLine]:
    """Every trial with its adequacy."""
    return [_line(row, on) for row in trials_of(patient)]


def _line(row: models.Trial, on: date) -> LedgerLine:
    effect = effect_of(row)
    if row.role != "preventive":
        worked = {Effect.EFFECTIVE: False, Effect.UNKNOWN: None, Effect.NOT_AVAILABLE: False}
        return LedgerLine(row, None, worked.get(effect, True) if row.role == "acute" else None)
    known = row.medicine_class in set(PreventiveClass)
    trial = Trial(
        ingredient=row.typed,
        preventive_class=PreventiveClass(row.medicine_class) if known else PreventiveClass.OTHER,
        effect=effect,
        start=row.started_on,
        stop=row.stopped_on,
        weeks_at_target=row.weeks_at_target,
        reached_target_dose=row.reached_target_dose,
        cycles=row.cycles,
        quarterly=row.quarterly,
    )
    judged = judge_trial(trial, on=on)
    return LedgerLine(row, judged, judged.failed)


def failed_classes(ledger: list[LedgerLine], role: str) -> int | None:
    """How many classes failed; None when nobody has written down a single trial of this role."""
    lines = [line for line in ledger if line.row.role == role]
    return len({line.row.medicine_class for line in lines if line.failed}) if lines else None
