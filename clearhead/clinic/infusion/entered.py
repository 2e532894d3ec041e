"""Words a form offers, and typed values on their way from a form to an action."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as lazy

from clearhead.clinic.people.models import CLINICAL, Site, User

TYPED = ("text", "note", "done", "reason", "sentence", "breach")
"""Columns that hold sentences: what somebody wrote in their own words, and what a rule said."""
WHOLE, WHOLE_OF = "whole", "of"
"""Where an event keeps a text that is longer than its line, and the code of the other fact whose text it keeps."""
IN_FULL = "In full"
"""How such a note begins."""
STRUCK_BY = "struck_by"
"""Where a note that says why an entry was taken back keeps the code of the row that struck it."""
NOTES = (
    "note",
    "toilet",
    "comfort",
    "iv",
    "asleep",
    "awake",
    "monitor",
    "desaturation",
    "prescriber_in",
    "prescriber_out",
    "prescriber_agrees",
    "break",
)
EMERGENCY = (
    "unresponsive",
    "airway",
    "oxygen",
    "suction",
    "bag_mask",
    "cpr",
    "aed",
    "call_911",
    "crew_here",
    "drug",
    "iv_line",
    "glucose",
    "family_told",
    "left_with_crew",
    "recovered",
    "other",
)
"""One tap each; no field is asked. Text may be added later."""
EMERGENCY_OVER = frozenset({"recovered", "left_with_crew"})
"""With one of these an emergency ends."""
AS_SAID = {"cpr": "CPR", "aed": "AED", "bag_mask": "bag and mask", "call_911": "911 called", "iv_line": "IV line"}
"""Words that are no plain words when their underscore is taken away."""
EMERGENCY_WORDS = tuple((word, AS_SAID.get(word, word.replace("_", " "))) for word in EMERGENCY)
NEVER_TAKEN_BACK = frozenset(
    {"stop", "help", "emergency", "consent_withdrawn", "not_understood", "pump_seen_stopped", "end"}
)
"""Kinds of event and of pump setting that stay on the record: a note is added beside them."""
WHY_NOT = {
    "not_obtainable": lazy("not obtainable"),
    "refused": lazy("refused"),
    "artefact": lazy("artefact"),
    "asleep_rouses": lazy("asleep, rouses to voice"),
    "asleep_not_woken": lazy("asleep, not woken, breaths counted"),
    "not_asked_asleep": lazy("not asked, asleep"),
}
"""Why a sign has no number. Each is a value of its own, never read as normal and never as missing."""
WORDS = tuple(WHY_NOT)
WITH_A_WORD = ("hr", "spo2", "bp", "rr", "sedation", "pain", "nausea", "dissociation", "iv_site")
"""Signs whose missing value is said by a word of their own."""
ENTRY_WORDS = {
    "observation": lazy("Set of signs"),
    "sedation": lazy("Sedation"),
    "symptom": lazy("Symptom"),
    "no_new_symptoms": lazy("No new symptoms"),
    "adjunct": lazy("Drug"),
    "by_plan": lazy("Drug by plan"),
    "effect": lazy("Effect"),
    "note": lazy("Note"),
    "ack": lazy("Flag, what was done"),
    "rate": lazy("Rate"),
    "pause": lazy("Pause"),
    "resume": lazy("The pump runs again"),
    "reading": lazy("Read the pump"),
    "bolus": lazy("Bolus"),
    "flush": lazy("Flush"),
    "end": lazy("The infusion has ended"),
    "stop": "STOP",
    "help": lazy("Help was called"),
    "emergency": lazy("Emergency"),
    "pump_seen_stopped": lazy("Pump seen stopped"),
    "score": lazy("Score before going home"),
    "escort": lazy("The escort is here"),
    "catheter": lazy("The catheter is out"),
    "elsewhere": lazy("an entry at another chair"),
}
"""What waits on a tablet, by the kind of its entry."""

VEIN, VEIN_GRADES = "iv_site_pain", {"clear": 0, "sore": 1, "swollen": 2}
"""What a full set says of the vein is a grade of the symptom “vein hurts or swells”."""
BACK, CORRECTED = "Back within the limit.", "The value was corrected."
EASED, TAKEN_BACK = "The symptom eased.", "The entry was taken back."
BY_ITSELF = (BACK, CORRECTED, EASED, TAKEN_BACK)
"""How a flag ends by what was charted next: nobody said what was done."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A password or PIN on its way to be compared. Prints as nothing, so that no receipt keeps a trace of it."""

    word: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """What the checker typed without seeing the other's numbers: off weight, bag and pump, or the dose of a drug."""

    checker: User
    secret: Secret
    weight_kg: Decimal | None = None
    mg_per_ml: Decimal | None = None
    ml_per_h: Decimal | None = None
    dose: Decimal | None = None


def colleagues(site: Site, but: User | None) -> QuerySet[User]:
    """Clinicians of this site who may be the second person: anyone but oneself."""
    people = User.objects.filter(
        is_active=True, grants__site=site, grants__until__isnull=True, grants__role__in=CLINICAL
    ).distinct()
    return (people.exclude(pk=but.pk) if but is not None and but.is_authenticated else people).order_by("name")
