"""The parts of a protocol that act after the pump: recovery, discharge, restrictions, follow-up, review."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from clearhead.medicine.protocols.fields import (
    Count,
    Days,
    DischargeFact,
    Hours,
    Minutes,
    Owner,
    Percent,
    RelapseRule,
    ResponseRule,
)


@dataclass(frozen=True, slots=True)
class DischargeCriterion:
    """One thing that must be true before the label "criteria met"."""

    id: DischargeFact
    title: str


@dataclass(frozen=True, slots=True)
class Discharge:
    """When the label "criteria met" may be given. Departure itself is never refused."""

    score: str  # id of a scale; "none"
    score_min: Count
    systolic_within_percent_of_baseline: Percent
    systolic_at_most_mmhg: Decimal
    systolic_at_least_mmhg: Decimal
    spo2_at_least_percent: Percent
    sets_required: Count  # recovery sets, the last one within `last_set_max_age_min`
    last_set_max_age_min: Minutes
    score_max_age_min: Minutes  # the score and what was seen with it
    criteria: tuple[DischargeCriterion, ...]


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What the patient must not do afterwards, and how long. Hours from leaving; all are read by patients."""

    no_driving_h: Hours
    sleep_rule: str
    no_alcohol_h: Hours
    no_legal_decisions_h: Hours
    no_sole_childcare_h: Hours
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recovery:
    """Observation after the infusion: a base, and what lengthens it."""

    observe_min: Minutes
    added_min_per_infusion_h: Minutes
    added_after_sedative_min: Minutes
    after_reversal_at_least_min: Minutes
    observe_at_most_min: Minutes | None  # for booking only; nobody is sent away by it
    discharge: Discharge
    restrictions: Restrictions

    def minutes(self, infusion_minutes: int, *, sedative: bool = False, reversal: bool = False) -> int:
        """The least observation after this infusion, in whole minutes; each begun hour counts in full.

        `observe_at_most_min` bounds the hourly additions, never what a sedative or a reversal adds.
        """
        hours = -(-infusion_minutes // 60)
        least = self.observe_min + self.added_min_per_infusion_h * hours
        if self.observe_at_most_min is not None:
            least = min(least, self.observe_at_most_min)
        least += self.added_after_sedative_min if sedative else 0
        return max(least, self.after_reversal_at_least_min) if reversal else least


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One contact after a session or a series."""

    id: str
    after: Literal["session", "series"]
    after_h: Hours
    instruments: tuple[str, ...]
    owner: Owner
    attempts: Count


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Whether and when single sessions may follow a series."""

    allowed_if: tuple[str, ...]
    gap_days_min: Days
    max_per_year: Count
    stop_if: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """Looking back: which rules judge effect, and what may follow."""

    response_rule: ResponseRule
    relapse_rule: RelapseRule
    before_days: Days
    after_days: Days
    completeness_percent: Percent
    follow_up: tuple[FollowUp, ...]
    maintenance: Maintenance | None
