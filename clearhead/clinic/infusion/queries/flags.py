"""Flags whose episode is not over, and which of them nobody has answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from clearhead.clinic.infusion.entered import BY_ITSELF
from clearhead.clinic.infusion.models import Flag, FlagAck
from clearhead.clinic.plan.models import Session

LEVELS = ("high", "medium", "low")
DANGER = (
    ("help",),
    ("spo2_percent", "breathlessness"),
    ("respirations_per_min",),
    ("sedation_rass",),
    ("systolic_mmhg", "diastolic_mmhg"),
    ("heart_rate_per_min",),
    ("symptom",),
)
"""What is looked at first among flags of one level: oxygen and breath, then pressure, then pulse, then the rest."""


def gravest_first(flag: Flag) -> tuple[int, int, datetime]:
    """The order of flags: by level, then by danger, then by time."""
    names = flag.rule.split(":")
    danger = next((place for place, group in enumerate(DANGER) if any(one in names for one in group)), len(DANGER))
    return LEVELS.index(flag.level), danger, flag.happened_at


def open_flags(session: Session) -> tuple[Flag, ...]:
    """Flags whose episode is not over, the gravest first."""
    closed = FlagAck.standing().filter(session=session, cleared=True).values("flag_id")
    rows = Flag.standing().filter(session=session).exclude(pk__in=closed).prefetch_related("acks")
    return tuple(sorted(rows, key=gravest_first))


def is_answer(ack: FlagAck) -> bool:
    """True where a person said what was done; an end by what was charted next says nothing."""
    return ack.recorded_by_id is not None and ack.done not in BY_ITSELF


def answered(acks: Iterable[FlagAck]) -> bool:
    """True once somebody said what was done."""
    return any(is_answer(ack) for ack in acks)


def unanswered(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """High flags that wait for a word, of those that are open."""
    return tuple(flag for flag in flags if flag.level == "high" and not answered(flag.acks.all()))
