"""Flags whose episode is not over, and which of them nobody has answered.

An episode is one flag. When it changes, a further row corrects the one before; the newest row stands. Rows one after
the other with the same level and value ask the same question: what was said to any of them answers it. A row with
another level or value asks anew, and what was said before stays readable beside it. A symptom that fell back, because
its worse grade was taken back, asks what it had asked before that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch

from clearhead.clinic.infusion.entered import BY_ITSELF
from clearhead.clinic.infusion.models import Flag, FlagAck
from clearhead.clinic.plan.models import Session

HELP = "help"
"""The flag of a call for help."""
EMERGENCY = "emergency"
"""The flag of an emergency that lines were charted for."""
LEVELS = ("high", "medium", "low")
REWEIGHED = "reweighed"
"""The flag of a weight that is not the one the infusion counts on."""
DANGER = (
    (EMERGENCY,),
    (HELP,),
    ("spo2_percent", "breathlessness"),
    ("respirations_per_min",),
    ("sedation_rass",),
    ("systolic_mmhg", "diastolic_mmhg"),
    ("heart_rate_per_min",),
    ("symptom",),
)
"""What is looked at first among flags of one level: an emergency, a call for help, oxygen and breath, then pressure,
then pulse, then the rest."""


def gravest_first(flag: Flag) -> tuple[int, int, datetime]:
    """The order of flags: by level, then by danger, then by time."""
    names = flag.rule.split(":")
    danger = next((place for place, group in enumerate(DANGER) if any(one in names for one in group)), len(DANGER))
    return LEVELS.index(flag.level), danger, flag.happened_at


def is_answer(ack: FlagAck) -> bool:
    """True where a person said what was done; an end by what was charted next says nothing."""
    return ack.recorded_by_id is not None and ack.done not in BY_ITSELF


@dataclass(frozen=True)
class FlagLine:
    """One flag with what was done about it, whatever its words were at the time."""

    flag: Flag
    acks: tuple[FlagAck, ...]
    """What was said in the whole episode, and how it ended."""
    answers: tuple[FlagAck, ...]
    """What a person said to the question as it stands."""
    asked_at: datetime
    """Since when this question could be seen."""
    code: UUID
    """Names the question on a screen; stays while only its words change."""
    open: bool
    """True while its episode is not over."""
    rows: tuple[Flag, ...]
    """The whole episode, the newest first."""

    @property
    def answered(self) -> bool:
        """True once somebody said what was done."""
        return bool(self.answers)

    @property
    def unanswered(self) -> bool:
        """True for a high flag that waits for a word."""
        return self.open and self.flag.level == "high" and not self.answered


@dataclass(frozen=True, slots=True)
class Calls:
    """Help that was called to one chair and has not ended, however often it was called."""

    session: Session
    times: int
    at: datetime
    """When it was called last."""


def calls_of(lines: Iterable[FlagLine]) -> Calls | None:
    """The open calls among the flags of one chair, as one."""
    rows = [row for line in lines if line.open and line.flag.rule == HELP for row in line.rows]
    return Calls(rows[0].session, len(rows), max(row.happened_at for row in rows)) if rows else None


def emergency_since(opened: Iterable[Flag]) -> datetime | None:
    """Since when an emergency goes on, by the flags that are open."""
    return max((flag.happened_at for flag in opened if flag.rule == EMERGENCY), default=None)


def lines_of(rows: Iterable[Flag], until: datetime | None = None) -> tuple[FlagLine, ...]:
    """The flags that stand, from all their rows with `acks`; `until`: as far as it had been said by then."""
    known = {row.pk: row for row in rows}
    before = {row.corrects_id for row in known.values()}
    return tuple(_line(row, known, until) for row in known.values() if row.pk not in before)


def _line(flag: Flag, known: dict[int, Flag], until: datetime | None) -> FlagLine:
    episode = [flag]
    while (earlier := known.get(episode[-1].corrects_id or 0)) is not None:
        episode.append(earlier)
    asks = next((n for n, row in enumerate(episode) if _asks_something_else(row, flag)), None)
    said: dict[int, list[FlagAck]] = defaultdict(list)
    for row in episode:
        said[row.pk] = [ack for ack in row.acks.all() if until is None or ack.happened_at <= until]
    everything = [ack for row in episode for ack in said[row.pk] if row is flag or is_answer(ack)]
    question = episode[:asks]
    return FlagLine(
        flag,
        tuple(sorted(everything, key=lambda ack: (ack.happened_at, ack.pk))),
        tuple(ack for row in question for ack in said[row.pk] if is_answer(ack)),
        question[-1].recorded_at,
        question[-1].code,
        not any(ack.cleared for ack in said[flag.pk]),
        tuple(episode),
    )


def _asks_something_else(row: Flag, now: Flag) -> bool:
    """Not the question of now; a grade of a symptom that was worse than now, and was taken back, is passed over."""
    if (row.level, row.value) == (now.level, now.value):
        return False
    graded = now.rule.startswith("symptom:") and row.value.isdigit() and now.value.isdigit()
    return not (graded and int(row.value) > int(now.value))


def flag_lines(session: Session, until: datetime | None = None) -> tuple[FlagLine, ...]:
    """Every flag of the session in order of time, as far as it had happened by then."""
    rows = Flag._default_manager.filter(session=session, **({"happened_at__lte": until} if until else {}))
    said = Prefetch("acks", FlagAck.standing())
    return lines_of(rows.order_by("happened_at", "pk").prefetch_related(said), until)


def other_kg(lines: Iterable[FlagLine]) -> Decimal | None:
    """The weight in kg that was found since the start, until a prescriber has said what counts; None where none was."""
    line = next((one for one in lines if one.flag.rule == REWEIGHED and not _settled(one)), None)
    return None if line is None else Decimal(line.flag.value)


def was_reweighed(lines: Iterable[FlagLine]) -> bool:
    """True where clearly another weight was charted since the start, whatever was said to it."""
    return any(one.flag.rule == REWEIGHED for one in lines)


def _settled(line: FlagLine) -> bool:
    corrected = any(ack.cleared and not is_answer(ack) for ack in line.acks)
    return corrected or any(ack.by_prescriber for ack in line.answers)


def open_lines(session: Session) -> tuple[FlagLine, ...]:
    """Flags whose episode is not over, the gravest first."""
    found = [line for line in flag_lines(session) if line.open]
    return tuple(sorted(found, key=lambda line: gravest_first(line.flag)))


def open_flags(session: Session) -> tuple[Flag, ...]:
    """The flags themselves, the gravest first."""
    return tuple(line.flag for line in open_lines(session))


def unanswered(session: Session) -> tuple[FlagLine, ...]:
    """High flags that wait for a word."""
    return tuple(line for line in open_lines(session) if line.unanswered)
