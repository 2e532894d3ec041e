"""The frozen sum of what was given: boluses and constant-rate segments. The seam between the clinic and kinetics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from clearhead.medicine.errors import Refused

DrugForm = Literal["racemic", "S", "R"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A constant rate from `start_min` (inclusive) to `end_min` (exclusive). Minutes from the history's zero."""

    start_min: float
    end_min: float
    rate_mg_per_h: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_min <= self.end_min or self.rate_mg_per_h < 0:
            raise Refused(f"A segment needs 0 ≤ start ≤ end and a rate of at least 0 mg/h, got {self}.")

    @property
    def mg(self) -> float:
        """Dose of the segment, in mg."""
        return self.rate_mg_per_h * (self.end_min - self.start_min) / 60


@dataclass(frozen=True, slots=True)
class Bolus:
    """A dose given at one moment."""

    at_min: float
    mg: float

    def __post_init__(self) -> None:
        if self.at_min < 0 or self.mg < 0:
            raise Refused(f"A bolus needs a time and a dose of at least 0, got {self}.")


@dataclass(frozen=True, slots=True)
class DoseHistory:
    """What was given (or is planned) in one drug form. Segments may overlap: their rates add."""

    drug_form: DrugForm
    segments: tuple[Segment, ...] = ()
    boluses: tuple[Bolus, ...] = ()

    @classmethod
    def of(cls, drug_form: DrugForm, *, segments: Iterable[Segment] = (), boluses: Iterable[Bolus] = ()) -> DoseHistory:
        """A history with its parts in order of time."""
        return cls(
            drug_form,
            tuple(sorted(segments, key=lambda segment: (segment.start_min, segment.end_min))),
            tuple(sorted(boluses, key=lambda bolus: bolus.at_min)),
        )

    @property
    def total_mg(self) -> float:
        """Everything in the history, in mg."""
        return sum(segment.mg for segment in self.segments) + sum(bolus.mg for bolus in self.boluses)

    @property
    def end_min(self) -> float:
        """When the last part ends, in minutes; 0 for an empty history."""
        return max([0.0, *(s.end_min for s in self.segments), *(b.at_min for b in self.boluses)])

    def mg_between(self, start_min: float, end_min: float) -> float:
        """What is given from start to end, both included, in mg."""
        shares = (
            segment.rate_mg_per_h * max(0.0, min(end_min, segment.end_min) - max(start_min, segment.start_min)) / 60
            for segment in self.segments
        )
        return sum(shares) + sum(bolus.mg for bolus in self.boluses if start_min <= bolus.at_min <= end_min)

    def most_mg_within(self, minutes: float) -> float:
        """The most that is given in any stretch of so many minutes: it begins or ends where a part does."""
        begins = [s.start_min for s in self.segments] + [b.at_min for b in self.boluses]
        begins += [s.end_min - minutes for s in self.segments] + [b.at_min - minutes for b in self.boluses]
        return max((self.mg_between(begin, begin + minutes) for begin in begins), default=0.0)

    def __add__(self, other: DoseHistory) -> DoseHistory:
        """Given + planned. Refuses two drug forms."""
        if self.drug_form != other.drug_form:
            raise Refused(f"Doses of {self.drug_form} and {other.drug_form} ketamine cannot be added.")
        return DoseHistory.of(
            self.drug_form, segments=self.segments + other.segments, boluses=self.boluses + other.boluses
        )
