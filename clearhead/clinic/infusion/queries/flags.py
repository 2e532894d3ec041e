"""Flags whose episode is not over, and which of them nobody has answered."""

from __future__ import annotations

from collections.abc import Iterable

from clearhead.clinic.infusion.entered import BY_ITSELF
from clearhead.clinic.infusion.models import Flag, FlagAck
from clearhead.clinic.plan.models import Session


def open_flags(session: Session) -> tuple[Flag, ...]:
    """Flags whose episode is not over, the highest first."""
    closed = FlagAck.standing().filter(session=session, cleared=True).values("flag_id")
    rows = Flag.standing().filter(session=session).exclude(pk__in=closed).prefetch_related("acks")
    order = {"high": 0, "medium": 1, "low": 2}
    return tuple(sorted(rows, key=lambda flag: (order[flag.level], flag.happened_at)))


def is_answer(ack: FlagAck) -> bool:
    """True where a person said what was done; an end by what was charted next says nothing."""
    return ack.recorded_by_id is not None and ack.done not in BY_ITSELF


def answered(acks: Iterable[FlagAck]) -> bool:
    """True once somebody said what was done."""
    return any(is_answer(ack) for ack in acks)


def unanswered(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """High flags that wait for a word, of those that are open."""
    return tuple(flag for flag in flags if flag.level == "high" and not answered(flag.acks.all()))
