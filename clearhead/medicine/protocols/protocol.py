"""A protocol: everything one kind of treatment may do, read from one versioned TOML file, frozen.

Every limit is data here and logic nowhere. Where a value comes from (label, consensus, published, assumption,
site) is kept beside it: `protocol.origin("preparation.fasting.light_meal_h")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from clearhead.medicine.protocols.after import Recovery, Review
from clearhead.medicine.protocols.bedside import Fluids, Limits, Observation, Orders, Running, Start
from clearhead.medicine.protocols.before import Assessment, Consent, Contact, People, Preparation, Series
from clearhead.medicine.protocols.dose import Caps, DoseMode, Weight
from clearhead.medicine.protocols.fields import Indication, Minutes

Setting = Literal["office_chair", "monitored_bed", "inpatient"]
Status = Literal["label", "consensus", "published", "assumption", "site"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from."""

    status: Status
    source: str = ""
    inherited: bool = False  # taken from the reference file
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.status}: {self.source}" if self.source else self.status


@dataclass(frozen=True, slots=True)
class Visit:
    """Minutes around the infusion, in which the chair is taken as well."""

    set_up_min: Minutes
    turnover_min: Minutes
    place: Literal["chair", "private_room", "bed"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a clinic says about itself. Published only when the claims register carries it with its evidence."""

    id: str
    topic: Literal[
        "benefit_start", "benefit_duration", "attack_length", "dose", "place", "monitoring", "evidence",
        "series", "aftercare", "adjuncts",
    ]  # fmt: skip
    sentence: str
    publish: bool


@dataclass(frozen=True, slots=True)
class Protocol:
    """One version of one protocol."""

    id: str
    version: str
    title: str
    summary: str  # two or three sentences a patient can read
    example: bool  # an example is unusable for orders until a named medical director adopts it
    indications: tuple[Indication, ...]
    purposes: tuple[Literal["series", "maintenance", "rescue"], ...]
    setting: Setting
    intended_depth: Literal["minimal", "moderate"]
    reference: str  # version of the reference file that fills gaps; "none" when nothing is filled
    people: People
    contact: Contact
    assessment: Assessment
    consent: Consent
    weight: Weight
    dose: DoseMode
    caps: Caps
    series: Series
    fluids: Fluids
    orders: Orders
    preparation: Preparation
    visit: Visit
    start: Start
    observation: Observation
    limits: Limits
    running: Running
    recovery: Recovery
    review: Review
    statements: tuple[Statement, ...]
    origins: Mapping[str, Origin] = field(default_factory=dict, compare=False, repr=False)
    sha256: str = field(default="", compare=False)  # of the file's own text
    toml: str = field(default="", compare=False, repr=False)

    def origin(self, key: str) -> Origin | None:
        """Where the value at this dotted key comes from; an unnamed key falls back to its table."""
        while key:
            if key in self.origins:
                return self.origins[key]
            key = key.rpartition(".")[0]
        return None

    def fits(self, setting: Setting) -> bool:
        """True when a site with this setting can run the protocol; more watching may run less, never the reverse."""
        order = ("office_chair", "monitored_bed", "inpatient")
        return order.index(setting) >= order.index(self.setting)


@dataclass(frozen=True, slots=True)
class ChairPhases:
    """How long a visit takes the chair, phase by phase, in minutes."""

    set_up: int
    infusion: int
    recovery: int
    turnover: int

    @property
    def total(self) -> int:
        """From entering to clean, in minutes."""
        return self.set_up + self.infusion + self.recovery + self.turnover


def chair_minutes(protocol: Protocol, infusion_minutes: int) -> ChairPhases:
    """The phases of one visit with this infusion time. Refuses a time outside the protocol."""
    protocol.dose.duration.of(infusion_minutes)
    return ChairPhases(
        set_up=protocol.visit.set_up_min,
        infusion=infusion_minutes,
        recovery=protocol.recovery.minutes(infusion_minutes),
        turnover=protocol.visit.turnover_min,
    )
