"""The facts of the pump as they are handed to the dose arithmetic, and the account it gives back. All frozen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from clearhead.medicine.errors import Refused
from clearhead.medicine.kinetics.doses import Bolus as KineticBolus
from clearhead.medicine.kinetics.doses import DoseHistory, DrugForm, Segment
from clearhead.medicine.rules.clock import aware

Kind = Literal["start", "change", "pause", "resume", "bag_change", "end"]
US = timedelta(microseconds=1)
US_PER_MIN, US_PER_H = 60_000_000, 3_600_000_000


@dataclass(frozen=True, slots=True)
class Bag:
    """One bag or syringe as it was hung."""

    code: str
    mg_per_ml: Decimal
    ml: Decimal


@dataclass(frozen=True, slots=True)
class Tubing:
    """The line between pump and vein: how much it holds and what filled it first. `prime` as in the protocol."""

    dead_volume_ml: Decimal = Decimal(0)
    prime: Literal["drug", "diluent"] = "diluent"


@dataclass(frozen=True, slots=True)
class RateChange:
    """The pump was set. Pause and end carry an explicit zero; a bag change names the new bag and its rate."""

    at: datetime
    kind: Kind
    ml_per_h: Decimal
    bag: str

    def __post_init__(self) -> None:
        if self.ml_per_h < 0 or (self.kind in ("pause", "end") and self.ml_per_h != 0):
            raise Refused(f"A {self.kind} cannot carry {self.ml_per_h} mL/h.")


@dataclass(frozen=True, slots=True)
class BolusGiven:
    """A dose given at once: from a bag through the pump, or (bag None) by hand straight into the vein."""

    at: datetime
    mg: Decimal
    bag: str | None = None

    def __post_init__(self) -> None:
        if self.mg < 0:
            raise Refused(f"A bolus cannot be {self.mg} mg.")


@dataclass(frozen=True, slots=True)
class Flush:
    """Fluid without drug that pushes what is in the line into the vein: a dose segment."""

    at: datetime
    ml: Decimal
    over_min: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if self.ml < 0 or self.over_min <= 0:
            raise Refused("A flush needs a volume of at least 0 mL and a time above 0 min.")

    @property
    def end(self) -> datetime:
        """When the last of it is in."""
        return self.at + timedelta(microseconds=int(self.over_min * US_PER_MIN))


@dataclass(frozen=True, slots=True)
class Delivered:
    """Drug that reached the vein evenly from start to end; start = end is a bolus."""

    start: datetime
    end: datetime
    mg: Fraction


@dataclass(frozen=True, slots=True)
class BagUse:
    """What one bag gave. `left_ml` below zero means the chart claims more than the bag held: shown, never hidden."""

    bag: Bag
    used_ml: Fraction

    @property
    def left_ml(self) -> Fraction:
        """What should still be in the bag."""
        return Fraction(self.bag.ml) - self.used_ml


@dataclass(frozen=True, slots=True)
class DoseAccount:
    """Everything up to `until`, by charted rates."""

    until: datetime
    charted_mg: Fraction
    delivered_mg: Fraction
    in_line_mg: Fraction
    prime_mg: Fraction
    bolus_mg: Fraction
    pump_ml: Fraction
    running_min: Fraction
    paused_min: Fraction
    ml_per_h: Decimal
    mg_per_h: Fraction
    bags: tuple[BagUse, ...]
    delivered: tuple[Delivered, ...]
    charted: tuple[Delivered, ...]

    @property
    def counted_mg(self) -> Fraction:
        """What the caps count: the larger of the two totals."""
        return max(self.charted_mg, self.delivered_mg)

    @property
    def ml_left(self) -> Fraction:
        """Left in the bag that hangs now (the last one used); 0 before the first."""
        return self.bags[-1].left_ml if self.bags else Fraction(0)

    @property
    def overdrawn(self) -> tuple[BagUse, ...]:
        """Bags that gave more than they held, by the chart."""
        return tuple(use for use in self.bags if use.left_ml < 0)

    def mg_per_kg(self, weight_kg: Decimal) -> Fraction:
        """Counted dose per kg of dosing weight."""
        if weight_kg <= 0:
            raise Refused(f"A weight of {weight_kg} kg cannot carry a dose.")
        return self.counted_mg / Fraction(weight_kg)

    def charted_mg_between(self, start: datetime, end: datetime) -> Fraction:
        """What left the bag or was given by hand from start (included) to end, in mg."""
        return total(share_between(part, aware(start), aware(end)) for part in self.charted)

    def minutes_until(self, cap_mg: Decimal) -> Fraction | None:
        """Minutes until the present rate reaches this cap; None when the pump stands still."""
        room = Fraction(cap_mg) - self.counted_mg
        return max(Fraction(0), room / self.mg_per_h * 60) if self.mg_per_h > 0 else None

    def history(self, drug_form: DrugForm, *, zero: datetime) -> DoseHistory:
        """What reached the vein, in minutes from `zero`, for kinetics."""
        zero = aware(zero)
        from_zero = [
            (minutes_between(zero, part.start), minutes_between(zero, part.end), part.mg) for part in self.delivered
        ]
        return DoseHistory.of(
            drug_form,
            segments=[Segment(float(a), float(b), float(mg * 60 / (b - a))) for a, b, mg in from_zero if b > a and mg],
            boluses=[KineticBolus(float(a), float(mg)) for a, b, mg in from_zero if a == b and mg],
        )


@dataclass(frozen=True, slots=True)
class DrugClosure:
    """What became of the drug drawn for one session, in mg. Closes only when nothing is missing or too much."""

    drawn_mg: Decimal
    given_mg: Fraction
    left_in_line_mg: Fraction
    wasted_mg: Decimal

    @property
    def missing_mg(self) -> Fraction:
        """Drawn, but neither given, left nor wasted; negative when more left than was drawn."""
        return Fraction(self.drawn_mg) - self.given_mg - self.left_in_line_mg - Fraction(self.wasted_mg)

    def closes(self, *, within_mg: Decimal) -> bool:
        """True when the difference is no larger than the syringe can be read."""
        return abs(self.missing_mg) <= Fraction(within_mg)


def reconcile_ml(charted: DoseAccount, *, pump_ml: Decimal) -> Fraction:
    """The pump's own total minus the charted one, in mL: what the hourly reconciliation looks at."""
    return Fraction(pump_ml) - charted.pump_ml


def hours_between(start: datetime, end: datetime) -> Fraction:
    """Exact hours between two moments in UTC."""
    return Fraction((end - start) // US, US_PER_H)


def minutes_between(start: datetime, end: datetime) -> Fraction:
    """Exact minutes between two moments in UTC."""
    return hours_between(start, end) * 60


def total(parts: Iterable[Fraction]) -> Fraction:
    """Their exact sum; 0 for none."""
    return sum(parts, Fraction(0))


def share_between(part: Delivered, start: datetime, end: datetime) -> Fraction:
    """The mg of this part that fall into [start, end)."""
    if part.start == part.end:
        return part.mg if start <= part.start < end else Fraction(0)
    inside = hours_between(max(part.start, start), min(part.end, end))
    return part.mg * inside / hours_between(part.start, part.end) if inside > 0 else Fraction(0)
