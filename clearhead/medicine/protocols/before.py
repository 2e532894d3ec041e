"""What a protocol says before the chair: people, contact, assessment, consent, series, preparation."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from clearhead.medicine.protocols.fields import (
    ConsentTextId,
    Count,
    Days,
    Hours,
    Minutes,
    NextStepGate,
    Owner,
    Percent,
    ReconsentEvent,
    SeparateConsent,
    Usd,
    Years,
)

Level = Literal["off", "warn", "refuse"]
Act = Literal[
    "start",
    "increase",
    "decrease",
    "pause",
    "resume",
    "bolus",
    "change_bag",
    "give_prn",
    "give_sedative",
    "give_antihypertensive",
    "give_premedication",
    "stop",
    "discharge",
]
Role = Literal["nurse", "sedation_nurse", "nurse_anaesthetist", "prescriber", "pharmacist", "desk"]


@dataclass(frozen=True, slots=True)
class ActPermission:
    """Who may do one act at the chair. Stop is open to every clinician whatever stands here."""

    act: Act
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Who must be there."""

    prescriber_presence: Literal["in_room", "in_building", "reachable"]
    patients_per_nurse_start: Count  # first 30 minutes after a start
    patients_per_nurse_infusion: Count
    patients_per_nurse_recovery: Count
    credentials_on_site: tuple[str, ...]
    acts_by_role: tuple[ActPermission, ...]
    single_handed: Literal["refused", "timed_pause"]

    def who_may(self, act: Act) -> tuple[Role, ...]:
        """The roles that may do this act."""
        return tuple(role for permission in self.acts_by_role if permission.act == act for role in permission.roles)

    def may(self, act: Act, role: str) -> bool:
        """True when this role may do this act. Stop always may."""
        return act == "stop" or any(
            role in permission.roles for permission in self.acts_by_role if permission.act == act
        )


@dataclass(frozen=True, slots=True)
class ConsultType:
    """One way to talk before anything is decided."""

    id: str
    mode: Literal["phone", "video", "in_person"]
    title: str  # as a patient reads it
    minutes: Minutes
    price_usd: Usd
    with_whom: str


@dataclass(frozen=True, slots=True)
class Contact:
    """First contact: how to talk, and what must be true before the next step."""

    first_contact: tuple[Literal["online", "phone", "telehealth", "form"], ...]
    consult_types: tuple[ConsultType, ...]
    next_step_gates: tuple[NextStepGate, ...]


@dataclass(frozen=True, slots=True)
class NeurologyGate:
    """Whether a neurologist must have looked for other causes."""

    level: Literal["off", "warn", "require"]
    max_age_days: Days | None


@dataclass(frozen=True, slots=True)
class BaselineDiary:
    """How much diary is asked before the first session."""

    days: Days
    completeness_percent: Percent
    level: Level


@dataclass(frozen=True, slots=True)
class Contraindication:
    """A state that speaks against treatment. Absolute is never overridden; unresolved is cleared by a new fact."""

    code: str
    title: str
    level: Literal["absolute", "relative", "unresolved", "inform"]
    clearance: str  # what clears it; "none" when nothing does
    expires_days: Days | None  # how long a clearance holds


@dataclass(frozen=True, slots=True)
class Interaction:
    """What a medicine class means for the infusion. `within_h` counts back from the start; None = while taken."""

    key: str  # interaction key of medicines/ingredients.toml
    title: str
    action: Literal["refuse", "warn", "inform"]
    within_h: Hours | None
    who_clears: Owner
    sentence: str


@dataclass(frozen=True, slots=True)
class Test:
    """A dated result that must be at hand."""

    name: str
    title: str
    when: Literal["everyone", "if_applicable", "risk", "repeat_course"]
    max_age_days: Days
    limit: str
    level: Level


@dataclass(frozen=True, slots=True)
class Assessment:
    """What makes a person a candidate here."""

    neurology_gate: NeurologyGate
    failed_preventive_classes_min: Count
    failed_acute_classes_min: Count
    failed_classes_level: Level
    headache_days_min: Count | None  # per 28 days
    baseline_diary: BaselineDiary
    age_min_years: Years
    age_max_years: Years
    decision_valid_days: Days
    contraindications: tuple[Contraindication, ...]
    interactions: tuple[Interaction, ...]
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A text that must be signed, by id and language."""

    id: ConsentTextId
    language: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What is agreed to, and when it must be asked again."""

    texts: tuple[ConsentText, ...]
    reconsent_days: Days
    reconsent_after: tuple[ReconsentEvent, ...]
    separate_consents: tuple[SeparateConsent, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """How many sessions belong together, and how they lie in time."""

    sessions: Count
    sessions_min: Count
    sessions_max: Count
    pattern: str  # as a patient reads it: "on consecutive days"
    gap_days_min: Days  # calendar days from one session to the next
    gap_days_max: Days
    weekends: bool
    continue_rule: str  # what is looked at before the next session; "none"
    price_usd_per_session: Usd


@dataclass(frozen=True, slots=True)
class Fasting:
    """Hours before the start without food or drink, and what happens when they are not kept."""

    light_meal_h: Hours
    solid_meal_h: Hours
    clear_fluids_h: Hours
    level: Literal["warn", "refuse"]


@dataclass(frozen=True, slots=True)
class MedicineInstruction:
    """A draft for one class of medicine. A clinician signs it line by line; nothing is held by a rule."""

    medicine_class: str
    draft: Literal["take", "hold", "ask"]
    sentence: str
    signer: str


@dataclass(frozen=True, slots=True)
class Escort:
    """The adult who takes the patient home."""

    required: Literal["required", "recommended", "none"]
    alternatives: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the patient does before coming."""

    fasting: Fasting
    escort: Escort
    messages_at_h: tuple[Decimal, ...]  # hours before the start
    advice: tuple[str, ...]  # sentences for the preparation sheet
    medicine_instructions: tuple[MedicineInstruction, ...]
