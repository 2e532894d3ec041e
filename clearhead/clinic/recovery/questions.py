"""What is asked on the phone after a visit, and which answers cannot wait. Assumptions until a site's director signs.

A yes to an alarm is red: a person has to own it and close it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

NOT_ASKED = "not_asked"
WORST = 10


@dataclass(frozen=True, slots=True)
class Question:
    """One question with yes or no. `alarm`: a yes is red."""

    code: str
    sentence: str | LazyText
    alarm: bool


HARMS = (
    Question("thunderclap", _("A sudden worst headache, weakness, a numb face or trouble speaking?"), True),
    Question("chest", _("Chest pain, a racing heart, trouble breathing, or a faint?"), True),
    Question("confused", _("Still confused, seeing or hearing things, or feeling unreal?"), True),
    Question("self_harm", _("Thoughts of not wanting to live, or of hurting yourself?"), True),
    Question("vomiting", _("Vomiting, or not able to keep fluids down?"), True),
    Question("arm", _("Is the arm red, hot, swollen or very painful where the drip was?"), True),
    Question("urine", _("Pain when passing urine, or blood in it?"), True),
    Question("nausea", _("Some nausea?"), False),
    Question("sleepy", _("Sleepier than usual?"), False),
    Question("rules", _("Did driving or alcohol come before the time was over?"), False),
)
"""Asked wherever the protocol names the instrument “harms”."""


def asked_by(instruments: Iterable[str]) -> tuple[Question, ...]:
    """The yes-or-no questions of a call."""
    return HARMS if "harms" in instruments else ()


def asks_pain(instruments: Iterable[str]) -> bool:
    """Whether headache now is asked from 0 to 10."""
    return "nrs_pain" in instruments


def red_of(answers: Mapping[str, object]) -> tuple[Question, ...]:
    """The alarms that were answered with yes."""
    return tuple(question for question in HARMS if question.alarm and answers.get(question.code) == "yes")
