"""The dose part of a protocol: its mode, what the mode plans for one weight, and the caps above it.

Weights are dosing weights in kg, after the protocol's weight rule. All arithmetic is exact in Decimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from clearhead.medicine.errors import Refused
from clearhead.medicine.protocols.fields import Count, Kg, Mg, MgPerKg, Minutes, PositiveMinutes, WholeHours

MIN_PER_H = Decimal(60)
SegmentKind = Literal["load", "infusion", "mini_bolus"]


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as the protocol words it: mg/kg/h or mg/h."""

    value: Decimal
    unit: Literal["mg/kg/h", "mg/h"]

    def mg_per_h(self, weight_kg: Decimal) -> Decimal:
        """The rate in mg/h for this dosing weight.

        >>> Rate(Decimal("0.3"), "mg/kg/h").mg_per_h(Decimal("70"))
        Decimal('21.0')
        """
        return self.value * weight_kg if self.unit == "mg/kg/h" else self.value

    def __str__(self) -> str:
        return f"{self.value.normalize():f} {self.unit}"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as the protocol words it: mg/kg or mg."""

    value: Decimal
    unit: Literal["mg/kg", "mg"]

    def mg(self, weight_kg: Decimal) -> Decimal:
        """The amount in mg for this dosing weight.

        >>> Amount(Decimal("0.5"), "mg/kg").mg(Decimal("70"))
        Decimal('35.0')
        """
        return self.value * weight_kg if self.unit == "mg/kg" else self.value

    def __str__(self) -> str:
        return f"{self.value.normalize():f} {self.unit}"


@dataclass(frozen=True, slots=True)
class PlannedSegment:
    """One planned stretch at a constant rate. A load or mini-bolus is a short one: nothing is given in no time."""

    kind: SegmentKind
    start_min: Decimal
    end_min: Decimal
    mg: Decimal

    @property
    def mg_per_h(self) -> Decimal:
        """The rate of the stretch, in mg/h."""
        return self.mg * MIN_PER_H / (self.end_min - self.start_min)


def _at_rate(kind: SegmentKind, start: Decimal, end: Decimal, mg_per_h: Decimal) -> PlannedSegment:
    return PlannedSegment(kind, start, end, mg_per_h * (end - start) / MIN_PER_H)


@dataclass(frozen=True, slots=True)
class Duration:
    """How long the infusion runs, in minutes: as planned, and the span an order may choose from."""

    plan_min: PositiveMinutes
    shortest_min: PositiveMinutes
    longest_min: PositiveMinutes

    def of(self, minutes: int | None) -> Decimal:
        """The asked minutes, or the planned ones; refuses what the protocol does not span."""
        asked = self.plan_min if minutes is None else minutes
        if not self.shortest_min <= asked <= self.longest_min:
            raise Refused(f"{asked} min is outside the {self.shortest_min} to {self.longest_min} min of this protocol.")
        return Decimal(asked)


@dataclass(frozen=True, slots=True)
class FixedRate:
    """One rate from start to end. The order may choose within the range."""

    duration: Duration
    start_rate: Rate
    lowest_rate: Rate
    highest_rate: Rate
    mode: Literal["fixed_rate"] = "fixed_rate"

    def planned_segments(self, weight_kg: Decimal, minutes: int | None = None) -> tuple[PlannedSegment, ...]:
        """What is given when nothing interferes."""
        return (_at_rate("infusion", Decimal(0), self.duration.of(minutes), self.start_rate.mg_per_h(weight_kg)),)


@dataclass(frozen=True, slots=True)
class TotalOverTime:
    """One total dose, evenly over the chosen time: a shorter infusion is a faster one."""

    duration: Duration
    total_dose: Amount
    lowest_dose: Amount
    highest_dose: Amount
    mode: Literal["total_over_time"] = "total_over_time"

    def planned_segments(self, weight_kg: Decimal, minutes: int | None = None) -> tuple[PlannedSegment, ...]:
        """What is given when nothing interferes."""
        return (PlannedSegment("infusion", Decimal(0), self.duration.of(minutes), self.total_dose.mg(weight_kg)),)


@dataclass(frozen=True, slots=True)
class LoadPlusRate:
    """A loading dose over some minutes, then one rate to the end. The duration covers both."""

    duration: Duration
    load: Amount
    load_over_min: PositiveMinutes
    start_rate: Rate
    lowest_rate: Rate
    highest_rate: Rate
    mode: Literal["load_plus_rate"] = "load_plus_rate"

    def planned_segments(self, weight_kg: Decimal, minutes: int | None = None) -> tuple[PlannedSegment, ...]:
        """What is given when nothing interferes."""
        end, loaded = self.duration.of(minutes), Decimal(self.load_over_min)
        return (
            PlannedSegment("load", Decimal(0), loaded, self.load.mg(weight_kg)),
            _at_rate("infusion", loaded, end, self.start_rate.mg_per_h(weight_kg)),
        )


@dataclass(frozen=True, slots=True)
class Target:
    """What titration aims for: a measure, the value that counts as reached, and how long it must hold."""

    measure: str
    at_or_below: Decimal
    hold_min: Minutes


@dataclass(frozen=True, slots=True)
class Taper:
    """How a long infusion ends: steps down of this size, this far apart."""

    step_down: Rate
    every_min: PositiveMinutes


@dataclass(frozen=True, slots=True)
class Stepped:
    """A start rate and rule-bound steps. Minutes are counted from the last change of rate."""

    duration: Duration
    start_rate: Rate
    lowest_start_rate: Rate
    highest_start_rate: Rate
    step_up: Rate
    step_down: Rate
    step_interval_min: PositiveMinutes
    highest_rate: Rate
    target: Target | None
    titration_hours: str  # "any", or local clock times such as "08:00-20:00"
    approver: str  # who agrees before a step up: "none", "nurse", "prescriber"
    taper: Taper | None
    mode: Literal["stepped"] = "stepped"

    def planned_segments(self, weight_kg: Decimal, minutes: int | None = None) -> tuple[PlannedSegment, ...]:
        """The most the steps allow: each step up taken as soon as its interval has passed, up to the highest rate.

        A taper is left out: it can only lower what is given.
        """
        end, interval = self.duration.of(minutes), Decimal(self.step_interval_min)
        highest, step = self.highest_rate.mg_per_h(weight_kg), self.step_up.mg_per_h(weight_kg)
        at, rate = Decimal(0), self.start_rate.mg_per_h(weight_kg)
        segments: list[PlannedSegment] = []
        while at < end:
            until = end if rate >= highest else min(end, at + interval)
            segments.append(_at_rate("infusion", at, until, rate))
            at, rate = until, min(highest, rate + step)
        return tuple(segments)


@dataclass(frozen=True, slots=True)
class MiniBolus:
    """Small doses over some minutes, each followed by a wait and a look."""

    duration: Duration
    bolus: Amount
    over_min: PositiveMinutes
    wait_min: Minutes
    max_boluses: Count
    mode: Literal["mini_bolus"] = "mini_bolus"

    def planned_segments(self, weight_kg: Decimal, minutes: int | None = None) -> tuple[PlannedSegment, ...]:
        """Every mini-bolus that fits into the time, up to the most allowed."""
        end, over, wait = self.duration.of(minutes), Decimal(self.over_min), Decimal(self.wait_min)
        starts = [(over + wait) * number for number in range(self.max_boluses)]
        mg = self.bolus.mg(weight_kg)
        return tuple(PlannedSegment("mini_bolus", start, start + over, mg) for start in starts if start + over <= end)


DoseMode = FixedRate | TotalOverTime | LoadPlusRate | Stepped | MiniBolus
DOSE_MODES: dict[str, type[DoseMode]] = {
    "fixed_rate": FixedRate,
    "total_over_time": TotalOverTime,
    "load_plus_rate": LoadPlusRate,
    "stepped": Stepped,
    "mini_bolus": MiniBolus,
}


@dataclass(frozen=True, slots=True)
class Caps:
    """Above a soft cap a reason is asked; above a hard cap an intention is refused. None = said to be none."""

    soft_rate: Rate
    hard_rate: Rate
    single_bolus: Amount | None
    session_mg_per_kg: MgPerKg
    session_mg: Mg
    day_mg_per_kg: MgPerKg | None  # any 24 h
    course_mg_per_kg: MgPerKg | None  # the whole series
    year_sessions: Count  # any 12 months
    year_mg_per_kg: MgPerKg  # any 12 months

    def session_cap_mg(self, weight_kg: Decimal) -> Decimal:
        """The most that one session may give this weight, in mg: the stricter of the two caps."""
        return min(self.session_mg_per_kg * weight_kg, self.session_mg)


@dataclass(frozen=True, slots=True)
class Weight:
    """Which weight is dosed on, how old it may be, and where it stops counting."""

    scalar: Literal["actual", "ideal", "adjusted", "lower_of_actual_and_ideal", "lower_of_actual_and_adjusted"]
    max_age_h: WholeHours
    cap_kg: Kg | None


def planned_mg(mode: DoseMode, weight_kg: Decimal, minutes: int | None = None) -> Decimal:
    """The whole planned dose of a session, in mg.

    >>> dose = TotalOverTime(Duration(40, 40, 60), *[Amount(Decimal("0.5"), "mg/kg")] * 3)
    >>> planned_mg(dose, Decimal("70"))
    Decimal('35.0')
    """
    return sum((segment.mg for segment in mode.planned_segments(weight_kg, minutes)), Decimal(0))
