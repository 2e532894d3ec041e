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
    """One question with yes or no. `alarm`: a yes is red, and belongs to `owner` until a person takes it."""

    code: str
    sentence: str | LazyText
    alarm: bool
    owner: str = "nurse"


HARMS = (
    Question(
        "thunderclap", _("A sudden worst headache, weakness, a numb face or trouble speaking?"), True, "prescriber"
    ),
    Question("chest", _("Chest pain, a racing heart, trouble breathing, or a faint?"), True, "prescriber"),
    Question(
        "pressure", _("A pounding head, blurred sight, or a blood pressure far above your own?"), True, "prescriber"
    ),
    Question("confused", _("Still confused, seeing or hearing things, or feeling unreal?"), True, "prescriber"),
    Question("self_harm", _("Thoughts of not wanting to live, or of hurting yourself?"), True, "prescriber"),
    Question("vomiting", _("Vomiting, or not able to keep fluids down?"), True),
    Question("arm", _("Is the arm red, hot, swollen or very painful where the drip was?"), True),
    Question("urine", _("Pain when passing urine, needing to go more often, or blood in it?"), True),
    Question("mood", _("Lower in mood than before the infusion?"), False),
    Question("sleep", _("A bad night?"), False),
    Question("nausea", _("Some nausea?"), False),
    Question("sleepy", _("Sleepier than usual?"), False),
    Question("rules", _("Did driving or alcohol come before the time was over?"), False),
)
"""Asked wherever the protocol names the instrument “harms”."""


def asked_by(instruments: Iterable[str]) -> tuple[Question, ...]:
    """The yes-or-no questions of a call."""
    return HARMS if "harms" in instruments else ()


def asks_pain(instruments: Iterable[str]) -> bool:
    """Whether headache now is asked from 0 to 10: on every call that asks about harms, too."""
    return bool({"nrs_pain", "harms"} & set(instruments))


def owner_of(answers: Mapping[str, object], otherwise: str) -> str:
    """Whose a red answer is: the prescriber's as soon as one of its alarms is, else as the protocol says."""
    owners = {question.owner for question in red_of(answers)}
    return "prescriber" if "prescriber" in owners else otherwise


def red_of(answers: Mapping[str, object]) -> tuple[Question, ...]:
    """The alarms that were answered with yes."""
    return tuple(question for question in HARMS if question.alarm and answers.get(question.code) == "yes")
