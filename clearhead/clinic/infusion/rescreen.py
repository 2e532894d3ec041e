"""What is asked again on the day, question by question, and which answers wait for the prescriber.

A draft after common pre-sedation practice (`status = assumption`): no clinician has signed which answer is red, and a
site that wants it otherwise changes this list. Red: a sign of another headache, of illness or of danger, or a sedative
or alcohol on board. The others are what the prescriber should read and what does not by itself stand against a start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `no` is the quiet answer of each."""

    code: str
    text: str | Promise
    red: bool
    """A yes waits for the prescriber. Otherwise a yes asks for a word about what and when."""


QUESTIONS = (
    Question("medicines_changed", lazy("Any medicine new, stopped or changed?"), red=False),
    Question("triptan", lazy("A triptan in the last 24 hours?"), red=False),
    Question("dhe", lazy("Dihydroergotamine or another ergot in the last 24 hours?"), red=False),
    Question("opioid", lazy("An opioid in the last 24 hours?"), red=True),
    Question("benzodiazepine", lazy("A benzodiazepine or sleeping pill in the last 24 hours?"), red=True),
    Question("butalbital", lazy("Butalbital in the last 24 hours?"), red=True),
    Question("stimulant", lazy("A stimulant today?"), red=False),
    Question("cannabis", lazy("Cannabis in the last 24 hours?"), red=True),
    Question("alcohol", lazy("Alcohol in the last 24 hours?"), red=True),
    Question("headache_different", lazy("Is today's headache different from the usual one?"), red=True),
    Question("thunderclap", lazy("A sudden worst headache since last time?"), red=True),
    Question("fever", lazy("Fever, or ill today?"), red=True),
    Question("deficit", lazy("New weakness, numbness, trouble seeing, speaking or walking?"), red=True),
    Question("mood", lazy("Mood much worse than usual?"), red=True),
    Question("suicidality", lazy("Thoughts of not wanting to live, or of self-harm?"), red=True),
    Question("events", lazy("A fall, an injury, a visit to hospital, or anything else new?"), red=False),
)
KNOWN = {one.code: one for one in QUESTIONS}
YES, NO, UNKNOWN = "yes", "no", "unknown"


def judged(answers: Mapping[str, str]) -> dict[str, Any]:
    """The gate's value: each answer, what is red, and whether the whole stands (None: something is not known)."""
    red = [one.code for one in QUESTIONS if one.red and answers.get(one.code) == YES]
    open_ = [one.code for one in QUESTIONS if answers.get(one.code) not in (YES, NO)]
    return {"ok": False if red else None if open_ else True, "items": dict(answers), "red": red}


def told(value: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """What was answered other than no: the question, the answer, whether it is red."""
    items = value.get("items") or {}
    return [
        (str(one.text), str(items[one.code]), one.code in (value.get("red") or ()))
        for one in QUESTIONS
        if items.get(one.code) in (YES, UNKNOWN)
    ]
