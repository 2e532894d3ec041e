"""What a patient is asked before a session, and the answers in the words that were ticked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from clearhead.clinic.plan.models import PreparationAnswer

QUESTIONS = {
    "read": (_("I have read when to stop eating and drinking"), (("yes", _("yes")), ("no", _("please call me")))),
    "well": (
        _("Since we last spoke: anything new? Fever, a new illness, a new medicine, a possible pregnancy"),
        (("no", _("nothing new")), ("yes", _("yes, please call me"))),
    ),
    "coming": (_("I will come"), (("yes", _("yes")), ("no", _("I need another date")))),
}
"""Item → question and its two answers; the first needs nobody, the second asks for a call."""
VIA = {"link": _("by link"), "login": _("signed in"), "phone": _("by phone"), "desk": _("at the desk")}


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as the patient read it. `asks`: somebody has to call."""

    question: str
    words: str
    asks: bool
    via: str
    row: PreparationAnswer


def told(rows: Iterable[PreparationAnswer]) -> list[Told]:
    """What was answered before a session."""
    return [_told(row) for row in rows]


def _told(row: PreparationAnswer) -> Told:
    question, choices = QUESTIONS.get(row.item, (row.item, ()))
    words = dict(choices).get(row.value, row.value)
    asks = bool(choices) and row.value != choices[0][0]
    return Told(str(question), str(words), asks, str(VIA.get(row.via, row.via)), row)
