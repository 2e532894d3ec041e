"""What the writes of recovery share: their refusal."""

from __future__ import annotations

from clearhead.clinic.infusion.actions.base import ChairRefused
from clearhead.medicine.rules import discharge as rule
from clearhead.medicine.rules.reasons import missing, refused
from clearhead.medicine.rules.verdict import Verdict


class DischargeRefused(ChairRefused):
    """The label was refused, or something the departure needs is missing. Nothing was saved."""


def refuse(gate: str, title: str, sentence: str) -> DischargeRefused:
    """One plain refusal."""
    return DischargeRefused(Verdict.of(rule.QUESTION, [refused(gate, title, sentence)]))


def ask(gate: str, title: str, sentence: str) -> DischargeRefused:
    """One thing that is missing."""
    return DischargeRefused(Verdict.of(rule.QUESTION, [missing(gate, title, sentence)]))
