"""The parts of a protocol that act at the chair: bag and pump, orders, the go gate, observation, limits, checks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from clearhead.medicine.protocols.before import Act, Level, Role
from clearhead.medicine.protocols.dose import Rate
from clearhead.medicine.protocols.fields import (
    Count,
    DayQuestionCode,
    GoFact,
    Hours,
    Mg,
    MgPerMl,
    Minutes,
    Ml,
    MlPerHour,
    Monitor,
    Owner,
    ReadinessCheck,
    ScaleId,
)

Sign = Literal[
    "systolic_mmhg",
    "diastolic_mmhg",
    "heart_rate_per_min",
    "spo2_percent",
    "respirations_per_min",
    "temperature_c",
    "sedation_rass",
]
ObservationSet = Literal[
    "core", "full"
]  # core: HR, SpO2, BP, RR, sedation; full adds pain, nausea, dissociation, IV site
ObservationPhase = Literal["baseline", "early", "running", "stable", "recovery", "departure"]
Change = Literal["start", "increase", "bolus", "decrease", "sedative", "antihypertensive"]


@dataclass(frozen=True, slots=True)
class Concentration:
    """One allowed strength. Nothing else can be hung."""

    use: Literal["infusion", "load", "mini_bolus"]
    mg_per_ml: MgPerMl
    bag_ml: Ml
    diluent: str
    vial_mg_per_ml: MgPerMl
    vial_ml: Ml

    @property
    def bag_mg(self) -> Decimal:
        """Drug in one full bag or syringe, in mg."""
        return self.mg_per_ml * self.bag_ml


@dataclass(frozen=True, slots=True)
class Pump:
    """What the pump can be set to."""

    dose_mode: Literal["ml_per_h_only", "dose_mode_with_library"]
    step_ml_per_h: MlPerHour
    max_ml_per_h: MlPerHour


@dataclass(frozen=True, slots=True)
class Line:
    """The tubing counts: what fills it first, what stays in it, what happens to that at the end."""

    dead_volume_ml: Ml
    prime: Literal["drug", "diluent"]
    at_end: Literal["discard", "flush"]
    flush_ml: Ml


@dataclass(frozen=True, slots=True)
class Fluids:
    """Drug form, strengths, pump and line."""

    drug_form: Literal["racemic", "S", "R"]
    concentrations: tuple[Concentration, ...]
    pump: Pump
    line: Line

    def for_use(self, use: str) -> tuple[Concentration, ...]:
        """The strengths allowed for this use."""
        return tuple(strength for strength in self.concentrations if strength.use == use)


@dataclass(frozen=True, slots=True)
class ScheduledDrug:
    """A co-drug given by plan: before the start (minutes below zero) or along the infusion."""

    id: str
    ingredient: str
    title: str
    dose: Decimal
    unit: Literal["mg", "mg/kg", "g", "mL"]
    max_mg: Mg | None
    route: str
    at_min: int
    repeat_every_min: Minutes  # 0 = once
    max_doses: Count
    over_min: Minutes
    sedative: bool
    condition: str  # "always", or when


@dataclass(frozen=True, slots=True)
class PrnOrder:
    """A standing order that the prescriber signs for one patient: given when its trigger is seen."""

    id: str
    ingredient: str
    title: str
    triggers: tuple[str, ...]  # symptom codes, or "vital:<sign>"
    dose: Decimal
    unit: Literal["mg", "mL"]
    route: str
    over_min: Minutes
    min_gap_min: Minutes
    max_total: Decimal  # per session, in the same unit
    who_gives: tuple[Role, ...]
    recheck_min: Minutes
    sedative: bool
    antihypertensive: bool
    added_observation_every_min: Minutes  # 0 = none
    added_observation_for_min: Minutes
    added_recovery_min: Minutes

    @property
    def needs_confirm_face(self) -> bool:
        """Sedatives and antihypertensives show dose, route, allergy, last given and cap before they are charted."""
        return self.sedative or self.antihypertensive


@dataclass(frozen=True, slots=True)
class Orders:
    """Every drug beside ketamine. Empty tuples say "none"."""

    premedication: tuple[ScheduledDrug, ...]
    scheduled_adjuncts: tuple[ScheduledDrug, ...]
    prn_orders: tuple[PrnOrder, ...]
    co_treatments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoGate:
    """One fact that must stand before the pump starts."""

    fact: GoFact
    title: str
    max_age_min: Minutes | None
    level: Level
    who_clears: Owner


@dataclass(frozen=True, slots=True)
class DayQuestion:
    """One question asked again on the day, and what a yes does: red waits for the prescriber, told is written down."""

    code: DayQuestionCode
    yes: Literal["red", "told"]


@dataclass(frozen=True, slots=True)
class Start:
    """Everything asked before the pump starts."""

    go_gates: tuple[GoGate, ...]
    rescreen: tuple[DayQuestion, ...]
    readiness_checks: tuple[ReadinessCheck, ...]
    monitors: tuple[Monitor, ...]
    baseline_sets: Count
    baseline_gap_min: Minutes
    go_valid_min: Minutes


@dataclass(frozen=True, slots=True)
class PhaseObservation:
    """How often a set is due in one phase. `full_every_min` = 0: only core sets."""

    phase: ObservationPhase
    core_every_min: Minutes
    full_every_min: Minutes


@dataclass(frozen=True, slots=True)
class AfterChange:
    """Sets due after a change, in minutes from it; `then_every_min` for `for_min` more (0 = back to the phase)."""

    change: Change
    set: ObservationSet
    at_min: tuple[Minutes, ...]
    then_every_min: Minutes
    for_min: Minutes
    monitors: tuple[Monitor, ...]


@dataclass(frozen=True, slots=True)
class ScaleTime:
    """A scale asked at stated moments."""

    scale: ScaleId
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """The observation clock."""

    phases: tuple[PhaseObservation, ...]
    after_change: tuple[AfterChange, ...]
    stable_after_min: Minutes  # without change of rate, sedative or open symptom
    early_min: Minutes  # how long "early" lasts after the start
    temperature: Literal["once", "every_full_set"]
    scales: tuple[ScaleTime, ...]

    def phase(self, name: str) -> PhaseObservation | None:
        """The intervals of this phase."""
        return next((phase for phase in self.phases if phase.phase == name), None)


@dataclass(frozen=True, slots=True)
class VitalLimit:
    """One limit on one sign. Absolute: below or at_or_above; against the patient's own baseline: rise or fall.

    `readings` in a row, at least `apart_min` apart, make it count.
    """

    id: str  # stays when the number changes: flags, overrides and audits name it
    sign: Sign
    during: Literal["pre_start", "infusion", "recovery"]
    level: Literal["review", "amber", "red", "no_start"]
    below: Decimal | None = None
    at_or_above: Decimal | None = None
    fall_from_baseline: Decimal | None = None
    rise_from_baseline: Decimal | None = None
    fall_percent: Decimal | None = None
    rise_percent: Decimal | None = None
    readings: Count = 1
    apart_min: Minutes = 0
    ladder: str = "none"  # id of an action ladder


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One rung: what to do, in order."""

    action: Literal[
        "recheck", "reposition", "stimulate", "calm", "oxygen", "slow", "pause", "treat_cause", "give_order",
        "call_prescriber", "call_help", "stop", "transfer",
    ]  # fmt: skip
    sentence: str
    after_min: Minutes = 0  # minutes from the finding before this rung is due


@dataclass(frozen=True, slots=True)
class Ladder:
    """An ordered answer to a finding."""

    id: str
    title: str
    steps: tuple[LadderStep, ...]


@dataclass(frozen=True, slots=True)
class Symptom:
    """A symptom of one tap: its grades, the orders that may answer it, and the grade that pauses."""

    code: str
    title: str
    grades: tuple[str, ...]  # words for grade 1, 2, 3 …
    orders: tuple[str, ...]  # ids of prn_orders
    call_from_grade: Count | None
    pause_from_grade: Count | None
    stop_from_grade: Count | None
    ladder: str = "none"


@dataclass(frozen=True, slots=True)
class BedsideRule:
    """A rule to stop or to step down: the condition as an id, and the sentence a nurse reads."""

    id: str
    sentence: str
    symptom: str | None = None
    grade_at_least: Count | None = None
    limit_level: Literal["amber", "red"] | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What is too much, on both sides, and what to do about it."""

    vital_limits: tuple[VitalLimit, ...]
    ladders: tuple[Ladder, ...]
    symptoms: tuple[Symptom, ...]
    stop_rules: tuple[BedsideRule, ...]
    step_down_rules: tuple[BedsideRule, ...]

    def ladder(self, id: str) -> Ladder | None:
        """The ladder with this id."""
        return next((ladder for ladder in self.ladders if ladder.id == id), None)

    def symptom(self, code: str) -> Symptom | None:
        """The symptom with this code."""
        return next((symptom for symptom in self.symptoms if symptom.code == code), None)


Compared = Literal["weight_kg", "mg_per_ml", "ml_per_h"]
"""What a second person may be asked to read and enter at the pump."""


@dataclass(frozen=True, slots=True)
class SecondCheck:
    """Where a second person checks blind: the acts, and the size of an increase from which it is asked.

    At the pump they enter what `compares` lists, beside a drug its dose.
    """

    acts: tuple[Act, ...]
    increase_above: Rate | None  # None = every increase
    compares: tuple[Compared, ...]
    single_handed_wait_s: Count


@dataclass(frozen=True, slots=True)
class Escalation:
    """Minutes by which an overdue set is told further."""

    nurse_device_min: Minutes
    desk_min: Minutes
    prescriber_min: Minutes


@dataclass(frozen=True, slots=True)
class Running:
    """The infusion between start and end."""

    max_pause_min: Minutes  # a longer pause needs the go gate again
    reconcile_every_min: Minutes  # charted mL against the pump's own
    night_rule: str  # "none" where nobody stays the night
    handover_every_h: Hours | None
    second_check: SecondCheck
    escalation: Escalation
