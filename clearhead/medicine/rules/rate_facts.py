"""What somebody wants the pump to do, and everything that is needed to judge it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from clearhead.medicine.errors import Refused
from clearhead.medicine.rules.dose import DoseAccount
from clearhead.medicine.rules.titration import Score

Kind = Literal["start", "change", "resume", "change_bag", "bolus", "pause", "stop"]
Unit = Literal["mg/kg/h", "mg/h", "mL/h", "mg"]


@dataclass(frozen=True, slots=True)
class Intention:
    """What somebody wants to do, as typed. A bolus carries mg; a pause and a stop carry 0."""

    kind: Kind
    value: Decimal
    unit: Unit


@dataclass(frozen=True, slots=True)
class RateFacts:
    """Everything an intention is judged against. None = not known."""

    intention: Intention
    role: str
    weight_kg: Decimal | None
    mg_per_ml: Decimal | None
    given: DoseAccount
    planned_end: datetime | None
    ordered_mg_per_h: tuple[Decimal, ...] = ()  # rates the signed order names
    rate_before_pause_mg_per_h: Decimal | None = None
    started_at: datetime | None = None
    local_time: time | None = None  # on the site's own clock, for protocols with titration hours
    paused_since: datetime | None = None
    last_change_at: datetime | None = None
    last_session_mg_per_h: tuple[Decimal, ...] = ()  # rates of the patient's last session
    until: datetime | None = None  # an entry set back: the next setting took over then
    later_mg: Fraction = Fraction(0)  # what the settings since give by the planned end
    earlier_mg_24h: Decimal | None = None  # other sessions inside the 24 hours before
    earlier_mg_course: Decimal | None = None
    earlier_mg_year: Decimal | None = None
    earlier_sessions_year: int | None = None
    version_withdrawn: bool = False
    go_valid: bool | None = None  # after a long pause
    prescriber_approved: bool = False
    emergency: str = ""  # the emergency that nobody has ended yet, in words
    unanswered: str = ""  # a high flag that nobody has answered yet, in words
    consent_withdrawn: bool = False  # and not given again
    stop_met: str = ""  # the stop rule of the protocol that is met, in words
    set_wanted: str = ""  # why a set of signs comes first, in words
    open_flags: int = 0  # medium and high, answered or not
    other_kg: Decimal | None = None  # weighed since the start, and clearly another: limits hold by both
    ketamine_allergy: str = ""  # a recorded allergy that names it
    scores: tuple[Score, ...] = ()  # of the target's measure
    second_person: bool = False
    waited_s: int = 0  # the timed pause and self re-read of a single-handed site
    reason: str = ""
    confirmed: frozenset[str] = field(default=frozenset())  # gates the person has read and confirmed

    @property
    def mg_per_h(self) -> Decimal:
        """The intended rate in mg/h. Refuses without the weight or the strength it needs."""
        unit, value = self.intention.unit, self.intention.value
        if unit == "mg/h":
            return value
        if unit == "mg/kg/h" and self.weight_kg is not None:
            return value * self.weight_kg
        if unit == "mL/h" and self.mg_per_ml is not None:
            return value * self.mg_per_ml
        raise Refused(f"{value} {unit} cannot be read without a weight and a strength.")

    @property
    def decreases(self) -> bool:
        """True when no more will run than now: less, the same, or nothing."""
        kind = self.intention.kind
        return kind in ("pause", "stop") or (kind == "change" and Fraction(self.mg_per_h) <= self.given.mg_per_h)

    @property
    def raises(self) -> bool:
        """True for more than ran before: a higher rate, also out of a pause, and a bolus."""
        if self.intention.kind == "resume" and self.rate_before_pause_mg_per_h is not None:
            return self.mg_per_h > self.rate_before_pause_mg_per_h
        return self.intention.kind in ("change", "bolus") and not self.decreases

    @property
    def kg(self) -> Decimal:
        """The dosing weight; a rule that needs it has asked for it before."""
        if self.weight_kg is None:
            raise Refused("No dosing weight is known.")
        return self.weight_kg

    @property
    def strength(self) -> Decimal:
        """The strength of the bag in mg/mL; a rule that needs it has asked for it before."""
        if self.mg_per_ml is None:
            raise Refused("The strength of the bag is not known.")
        return self.mg_per_ml
