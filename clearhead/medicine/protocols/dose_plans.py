"""Protocols as plain dose plans for the kinetics comparison: durations as stated, doses as each file assumes them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from clearhead.medicine.errors import Refused
from clearhead.medicine.kinetics.compare import DosePlan
from clearhead.medicine.kinetics.doses import DoseHistory, Segment
from clearhead.medicine.protocols.dose import (
    Duration,
    FixedRate,
    LoadPlusRate,
    PlannedSegment,
    Stepped,
    TotalOverTime,
)
from clearhead.medicine.protocols.loader import load, shipped, shipped_ids
from clearhead.medicine.protocols.protocol import Protocol

HOURS_FROM_MIN = 120


def dose_plans(names: Sequence[str], weight_kg: float) -> list[DosePlan]:
    """Plans of these protocols (ids or files; all shipped ones without names): as planned, shortest and longest."""
    return [plan for name in names or shipped_ids() for plan in plans_of(_open(name), weight_kg)]


def plans_of(protocol: Protocol, weight_kg: float) -> list[DosePlan]:
    """The plan of one protocol at its planned, its shortest and its longest duration."""
    span = protocol.dose.duration
    minutes = dict.fromkeys((span.plan_min, span.shortest_min, span.longest_min))
    return [_plan(protocol, weight_kg, one) for one in minutes]


def _plan(protocol: Protocol, weight_kg: float, minutes: int) -> DosePlan:
    segments = protocol.dose.planned_segments(Decimal(str(weight_kg)), minutes)
    return DosePlan(
        label=f"{protocol.title}, {_time(minutes)}",
        doses=history_of(segments),
        assumption=assumption_of(protocol),
        group=protocol.title,
        span=span_of(protocol.dose.duration),
    )


def history_of(segments: Sequence[PlannedSegment]) -> DoseHistory:
    """Planned stretches as a dose history of racemic ketamine; exact times and rates become floats here."""
    return DoseHistory.of(
        "racemic",
        segments=[Segment(float(s.start_min), float(s.end_min), float(s.mg_per_h)) for s in segments if s.mg > 0],
    )


def assumption_of(protocol: Protocol) -> str:
    """On what the dose rests, in one sentence."""
    dose = protocol.dose
    if isinstance(dose, TotalOverTime):
        what = f"{dose.total_dose}, spread evenly"
    elif isinstance(dose, FixedRate):
        what = f"{dose.start_rate} throughout"
    elif isinstance(dose, LoadPlusRate):
        what = f"{dose.load} over {dose.load_over_min} min, then {dose.start_rate}"
    elif isinstance(dose, Stepped):
        what = (
            f"{dose.start_rate}, up by {dose.step_up} every {dose.step_interval_min} min to at most "
            f"{dose.highest_rate}, as if every step were taken"
        )
    else:
        raise Refused(f"{protocol.title}: a dose of this kind cannot be drawn.")
    return f"Assumed dose: {what}."


def span_of(duration: Duration) -> str:
    """“40 to 60 minutes”, “3 to 5 hours”, “2 to 5 days”."""
    low, high = duration.shortest_min, duration.longest_min
    unit, size = ("minutes", 1)
    if low >= 24 * 60:
        unit, size = "days", 24 * 60
    elif low >= HOURS_FROM_MIN and low % 60 == 0:
        unit, size = "hours", 60
    first, last = f"{low / size:.3g}", f"{high / size:.3g}"
    return f"{first} {unit}" if first == last else f"{first} to {last} {unit}"


def _time(minutes: int) -> str:
    if minutes >= 24 * 60:
        return f"{minutes / 1440:.3g} days"
    return f"{minutes / 60:.3g} h" if minutes >= HOURS_FROM_MIN else f"{minutes} min"


def _open(name: str) -> Protocol:
    if name in shipped_ids() or not Path(name).is_file():
        return shipped(name)
    return load(Path(name))
