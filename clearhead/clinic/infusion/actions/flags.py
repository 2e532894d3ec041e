"""The flags of typed signs, opened, sharpened and closed by the sets that stand; and what was done about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import HERE, Written, add, lock, not_ahead, raise_flag, refuse
from clearhead.clinic.infusion.actions.help import called_until
from clearhead.clinic.infusion.entered import BACK, CORRECTED
from clearhead.clinic.infusion.models import Flag, FlagAck, Observation
from clearhead.clinic.infusion.queries.flags import EMERGENCY, HELP, FlagLine, flag_lines
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.state import infusion_of
from clearhead.clinic.infusion.queries.vitals import COLUMNS, limit_facts, observations
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Role, User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols import codes
from clearhead.medicine.rules import limits
from clearhead.medicine.rules.worsening import asks_again, worst_of

LIMIT = "limit:"
COLUMN_OF = {sign: column for column, sign in COLUMNS.items()}


def keep_flags(session: Session, at: datetime, by: User | None) -> None:
    """Bring the flags in line with the episodes of the rule, as the standing sets make them: one flag per episode."""
    protocol, rows = protocol_of(session), observations(session)
    lines = (line for line in flag_lines(session) if line.flag.rule.startswith(LIMIT) and not _taken_back(line))
    known = {(line.flag.rule, line.flag.happened_at): line for line in lines}
    episodes = limits.flags(limit_facts(rows), protocol, at=at)
    for episode in episodes:
        _keep(session, episode, known.get((_rule_of(episode), episode.since)), rows, at, by)
    stand = {(_rule_of(episode), episode.since) for episode in episodes}
    for line in [line for key, line in known.items() if key not in stand and line.open]:
        add(
            FlagAck, session=session, at=at, by=by, verb="flag over", flag=line.flag, cleared=True,
            done=CORRECTED,
        )  # fmt: skip


def flag_lost_baseline(row: Observation, at: datetime, by: User | None) -> None:
    """The last resting set was taken back under way: what was watched against it is watched no more, and that is said.

    While the flag is open a step up asks, as over any open flag.
    """
    if infusion_of(row.session) is None:
        return
    protocol, stand = protocol_of(row.session), observations(row.session)
    before, after = (limits.without_baseline(limit_facts(rows).baseline, protocol) for rows in ((*stand, row), stand))
    if set(after) <= set(before):
        return
    raise_flag(
        session=row.session, at=at, by=by, rule="no_baseline", level="medium", value=str(row.code),
        sentence=f"The resting sets were taken back. {limits.no_baseline(after)}",
    )  # fmt: skip


def drop_doubts(row: Observation, at: datetime, by: User | None) -> None:
    """What was doubted about a set that was taken back needs no answer any more."""
    doubts = {f"{column}={getattr(row, column)}" for column in COLUMNS}
    raised = Flag.standing().filter(session=row.session, happened_at=row.happened_at, rule__in=doubts)
    for flag in raised.exclude(acks__cleared=True):
        add(
            FlagAck, session=row.session, at=at, by=by, verb="flag over", flag=flag, cleared=True, done=CORRECTED,
        )  # fmt: skip


def _taken_back(line: FlagLine) -> bool:
    """Over because its readings were corrected: what is read later is another flag, that nobody has answered."""
    return any(ack.cleared and ack.done == CORRECTED for ack in line.acks)


def _rule_of(episode: limits.Flag) -> str:
    return f"{LIMIT}{episode.during}:{episode.sign}:{episode.side}"


def _keep(
    session: Session,
    episode: limits.Flag,
    line: FlagLine | None,
    rows: Sequence[Observation],
    at: datetime,
    by: User | None,
) -> None:
    """The row of this episode says its level, its worst and its newest reading; a further row only where that changed.

    `value` is the reading that the flag asks about: it stays while only the words change, so that an answer holds.
    """
    level, sentence = limits.FLAG_LEVELS[episode.level], _said(episode)
    asks = line is None or line.flag.level != level or _worse_than_answered(line, episode, rows)
    flag, is_open = (line.flag, line.open) if line is not None else (None, False)
    if flag is None or asks or sentence != flag.sentence or (episode.open and not is_open):
        flag = raise_flag(
            session=session, at=at, by=by, rule=_rule_of(episode), level=level, since=episode.since,
            ladder=_ladder(episode), sentence=sentence, value=f"{episode.worst:f}" if asks or not flag else flag.value,
            corrects=flag,
        )  # fmt: skip
        is_open = True
    if not episode.open and is_open:
        add(
            FlagAck, session=session, at=at, by=by, verb="flag over", happened_at=episode.ended_at, flag=flag,
            done=BACK, cleared=True,
        )  # fmt: skip


def _said(episode: limits.Flag) -> str:
    newest = "" if episode.newest == episode.worst else f", last {episode.newest:f}"
    return f"{codes.SIGNS[episode.sign]} {episode.worst:f}{newest}: {', '.join(episode.limits)}."


def _ladder(episode: limits.Flag) -> list[dict[str, str]]:
    return [
        {"action": rung.step.action, "sentence": rung.step.sentence, "due_at": rung.due_at.isoformat()}
        for rung in episode.ladder
    ]


def _worse_than_answered(line: FlagLine, episode: limits.Flag, rows: Sequence[Observation]) -> bool:
    """A step worse than anything that had reached the clinic when somebody last said what was done."""
    if not line.answers:
        return False
    last = max(min(ack.happened_at, ack.recorded_at) for ack in line.answers)
    column, asked = COLUMN_OF[episode.sign], Decimal(line.flag.value)
    read = [
        (Decimal(str(value)), row.recorded_at)
        for row in rows
        if row.happened_at >= episode.since and (value := getattr(row, column)) is not None
    ]
    known = [value for value, recorded_at in read if recorded_at < last or value == asked]
    return asks_again(episode.sign, episode.side, known=worst_of(episode.side, known or [asked]), worst=episode.worst)


@audit.once
def acknowledge(
    *,
    session: Session,
    flag: Flag,
    done: str,
    by: User | None,
    at: datetime,
    cleared: bool = False,
    happened_at: datetime | None = None,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> FlagAck:
    """What was done about a flag. A limit's own episode closes by a value, an emergency by its line; what
    was brought, by a prescriber's word.
    """
    if flag.session_id != session.pk:
        raise refuse("flag", "Flag", "This flag belongs to another session.")
    if not done.strip():
        raise refuse("done", "What was done", "Say what was done, in a word or two.")
    lock(session)
    not_ahead(happened_at or at, at)
    over = cleared and flag.rule != EMERGENCY and not flag.rule.startswith("limit:")
    if over and flag.rule != HELP:  # its words may have changed since it was read: the row that stands is called over
        flag = next((line.flag for line in flag_lines(session) if line.code == flag.code), flag)
    said, *_same = [
        add(
            FlagAck, session=session, at=at, by=by, verb="flag answered", happened_at=happened_at, written=written,
            flag=one, done=done, cleared=over, by_prescriber=Role.PRESCRIBER in roles_of(by, session.site),
        )
        for one in _answered_with(flag, happened_at or at)
    ]  # fmt: skip
    if flag.rule.startswith(LIMIT):
        keep_flags(session, at, by)
    return said


def _answered_with(flag: Flag, when: datetime) -> list[Flag]:
    """This flag; of calls for help every one that was made at this chair until then."""
    if flag.rule != HELP:
        return [flag]
    lines = called_until(flag.session, when)
    here = [line.flag for line in lines if flag in line.rows]
    return [*(here or [flag]), *(line.flag for line in lines if flag not in line.rows)]
