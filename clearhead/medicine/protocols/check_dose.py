"""What must hold between dose, time, caps, strength and pump: the arithmetic that a reader cannot do at a glance."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from clearhead.medicine.protocols.dose import (
    Amount,
    FixedRate,
    LoadPlusRate,
    PlannedSegment,
    Rate,
    Stepped,
    TotalOverTime,
    planned_mg,
)
from clearhead.medicine.protocols.protocol import Protocol

Found = Iterator[tuple[str, str, str]]
WEIGHTS_KG = (Decimal(50), Decimal(70), Decimal(100))  # people for whom every plan must work out
DAY_MIN = Decimal(24 * 60)
PUSH_LIMIT_MG_PER_KG_MIN = Decimal("0.5")  # US label: intravenous push not faster than 0.5 mg/kg/min
UNDILUTED_MG_PER_ML = Decimal(100)  # US label: never intravenously without dilution
RATE_ERROR = Decimal("0.05")  # the pump must be able to set the start rate to within a twentieth


def dose_faults(protocol: Protocol) -> Found:
    """Every contradiction of the dose part."""
    yield from _ranges(protocol)
    yield from _strengths(protocol)
    span = protocol.dose.duration
    if not span.shortest_min <= span.plan_min <= span.longest_min:
        found = f"shortest {span.shortest_min}, plan {span.plan_min}, longest {span.longest_min} min"
        yield "dose.duration", found, "shortest ≤ plan ≤ longest"
        return  # the rest cannot be reckoned without a time
    if isinstance(protocol.dose, LoadPlusRate) and protocol.dose.load_over_min >= span.shortest_min:
        yield "dose.load_over_min", str(protocol.dose.load_over_min), f"less than the shortest {span.shortest_min} min"
        return
    for weight_kg in WEIGHTS_KG:
        yield from _plan_under_caps(protocol, weight_kg)
        yield from _pump_can(protocol, weight_kg)
    yield from _course(protocol)


def _ranges(protocol: Protocol) -> Found:
    dose, caps = protocol.dose, protocol.caps
    triples: list[tuple[str, list[Rate] | list[Amount]]] = [("caps.soft_rate", [caps.soft_rate, caps.hard_rate])]
    if isinstance(dose, FixedRate | LoadPlusRate):
        triples.append(("dose.start_rate", [dose.lowest_rate, dose.start_rate, dose.highest_rate]))
    if isinstance(dose, Stepped):
        triples.append(("dose.start_rate", [dose.lowest_start_rate, dose.start_rate, dose.highest_start_rate]))
        triples.append(("dose.highest_rate", [dose.highest_start_rate, dose.highest_rate, caps.hard_rate]))
    if isinstance(dose, TotalOverTime):
        triples.append(("dose.total_dose", [dose.lowest_dose, dose.total_dose, dose.highest_dose]))
    for key, numbers in triples:
        if len({number.unit for number in numbers}) > 1:
            yield key, " and ".join(map(str, numbers)), "one unit"
        elif [number.value for number in numbers] != sorted(number.value for number in numbers):
            yield key, " > ".join(map(str, numbers)), "numbers that do not fall from left to right"


def _plan_under_caps(protocol: Protocol, weight_kg: Decimal) -> Found:
    dose, caps, span = protocol.dose, protocol.caps, protocol.dose.duration
    cap_mg = caps.session_cap_mg(weight_kg)
    for minutes in sorted({span.shortest_min, span.plan_min, span.longest_min}):
        segments = dose.planned_segments(weight_kg, minutes)
        total, at = planned_mg(dose, weight_kg, minutes), f"at {weight_kg} kg over {minutes} min"
        if total > cap_mg:
            yield "caps.session_mg_per_kg", f"{_plain(cap_mg)} mg {at}", f"at least the planned {_plain(total)} mg"
        cap_rate = (caps.soft_rate if minutes == span.plan_min else caps.hard_rate).mg_per_h(weight_kg)
        fastest = max((part.mg_per_h for part in segments if part.kind == "infusion"), default=Decimal(0))
        if fastest > cap_rate:
            yield "caps.hard_rate", f"{_plain(cap_rate)} mg/h {at}", f"at least the planned {_plain(fastest)} mg/h"
        yield from _boluses(protocol, segments, weight_kg)
        if caps.day_mg_per_kg is not None and (most := _most_in_a_day(segments)) > caps.day_mg_per_kg * weight_kg:
            yield "caps.day_mg_per_kg", f"{caps.day_mg_per_kg} mg/kg", f"at least {_plain(most / weight_kg)} {at}"


def _boluses(protocol: Protocol, segments: tuple[PlannedSegment, ...], weight_kg: Decimal) -> Found:
    for part in (part for part in segments if part.kind in ("load", "mini_bolus")):
        cap = protocol.caps.single_bolus
        if cap is None or part.mg > cap.mg(weight_kg):
            yield "caps.single_bolus", str(cap or "none"), f"at least the planned {_plain(part.mg)} mg"
        if part.mg_per_h / 60 > PUSH_LIMIT_MG_PER_KG_MIN * weight_kg:
            yield (
                "dose",
                f"{_plain(part.mg_per_h / 60)} mg/min",
                "at most 0.5 mg/kg/min (label)",
            )


def _most_in_a_day(segments: tuple[PlannedSegment, ...]) -> Decimal:
    """The most that any 24 h hold, in mg: a window of constant rates is fullest when it starts or ends at an edge."""
    edges = {part.start_min for part in segments} | {part.end_min - DAY_MIN for part in segments}
    return max((_within(segments, max(edge, Decimal(0))) for edge in edges), default=Decimal(0))


def _within(segments: tuple[PlannedSegment, ...], start: Decimal) -> Decimal:
    overlaps = ((min(p.end_min, start + DAY_MIN) - max(p.start_min, start), p.mg_per_h) for p in segments)
    return sum((minutes * rate / 60 for minutes, rate in overlaps if minutes > 0), Decimal(0))


def _course(protocol: Protocol) -> Found:
    caps, series = protocol.caps, protocol.series
    long_or_many = series.sessions_max > 1 or protocol.dose.duration.longest_min > DAY_MIN
    for key in ("day_mg_per_kg", "course_mg_per_kg"):
        if long_or_many and getattr(caps, key) is None:
            yield f"caps.{key}", '"none"', "a cap, because there are several sessions or more than 24 hours"
    planned = max(planned_mg(protocol.dose, kg) / kg for kg in WEIGHTS_KG) * series.sessions
    if caps.course_mg_per_kg is not None and planned > caps.course_mg_per_kg:
        yield "caps.course_mg_per_kg", str(caps.course_mg_per_kg), f"at least {_plain(planned)}, the planned series"
    if caps.year_mg_per_kg < planned:
        yield "caps.year_mg_per_kg", str(caps.year_mg_per_kg), f"at least {_plain(planned)}, the planned series"
    if caps.year_sessions < series.sessions_max:
        yield "caps.year_sessions", str(caps.year_sessions), f"at least {series.sessions_max}, the longest series"


def _strengths(protocol: Protocol) -> Found:
    fluids = protocol.fluids
    uses = {"infusion"} if not isinstance(protocol.dose, LoadPlusRate) else {"infusion", "load"}
    uses = {"mini_bolus"} if protocol.dose.mode == "mini_bolus" else uses
    for use in sorted(uses):
        if not fluids.for_use(use):
            yield "fluids.concentrations", f"none for {use}", "at least one strength"
    for strength in fluids.concentrations:
        key = f"fluids.concentrations.{strength.use}:{strength.mg_per_ml}"
        if strength.mg_per_ml > strength.vial_mg_per_ml:
            yield key, f"{strength.mg_per_ml} mg/mL", f"at most the vial's {strength.vial_mg_per_ml} mg/mL"
        if strength.mg_per_ml >= UNDILUTED_MG_PER_ML:
            yield key, f"{strength.mg_per_ml} mg/mL", "a diluted strength (label)"
        if strength.use == "infusion" and fluids.line.dead_volume_ml * 2 > strength.bag_ml:
            yield "fluids.line.dead_volume_ml", str(fluids.line.dead_volume_ml), "at most half of the bag"


def _pump_can(protocol: Protocol, weight_kg: Decimal) -> Found:
    pump, segments = protocol.fluids.pump, protocol.dose.planned_segments(weight_kg)
    for strength in protocol.fluids.for_use("infusion"):
        rates = [part.mg_per_h / strength.mg_per_ml for part in segments if part.kind == "infusion"]
        key, at = "fluids.pump", f"at {weight_kg} kg with {strength.mg_per_ml} mg/mL"
        if rates and max(rates) > pump.max_ml_per_h:
            yield f"{key}.max_ml_per_h", str(pump.max_ml_per_h), f"at least {_plain(max(rates))} mL/h {at}"
        if rates and pump.step_ml_per_h / 2 > min(rates) * RATE_ERROR:
            yield (
                f"{key}.step_ml_per_h",
                str(pump.step_ml_per_h),
                f"finer, for {_plain(min(rates))} mL/h {at}",
            )


def _plain(number: Decimal) -> str:
    """A number for a fault's sentence, to two places."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
