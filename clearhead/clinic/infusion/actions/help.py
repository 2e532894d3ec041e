"""Help is called to a chair, as often as it is called; one answer at the chair answers every call until then."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import HERE, Written, add, believed, lock, raise_flag
from clearhead.clinic.infusion.models import Event, FlagAck
from clearhead.clinic.infusion.queries.flags import HELP, FlagLine, calls_of, flag_lines, open_lines
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Role, User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules.clock import clock_time


@audit.once
def call_help(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    text: str = "",
    happened_at: datetime | None = None,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Event:
    """Help is called to this chair: by anyone, the desk included. It stands as a high flag until answered.

    A further call is a fact of its own and renews the flag that is open. It asks anew only where somebody had answered.
    """
    lock(session)
    row = add(
        Event, session=session, at=at, by=by, verb="help called", happened_at=believed(happened_at, at),
        written=written, kind="help", text=text,
    )  # fmt: skip
    before = [line for line in open_lines(session) if line.flag.rule == HELP]
    line, calls = (before[-1], calls_of(before)) if before else (None, None)
    sentence = "Help was called to this chair."
    if calls is not None:
        last = clock_time(max(calls.at, row.happened_at), session.site.tz)
        sentence = f"Help was called to this chair {calls.times + 1} times, last {last}."
    raise_flag(
        session=session, at=at, by=by, rule=HELP, level="high", since=row.happened_at, for_prescriber=True,
        sentence=sentence, value=str(row.code) if line is None or line.answered else line.flag.value,
        corrects=line.flag if line else None,
    )  # fmt: skip
    return row


def called_until(session: Session, when: datetime) -> tuple[FlagLine, ...]:
    """Calls to this chair that had been made by then and have not ended: what one answer answers."""
    lines = (line for line in flag_lines(session, when) if line.flag.rule == HELP)
    return tuple(line for line in lines if not any(ack.cleared for ack in line.flag.acks.all()))


def ended_by(line: Event, by: User, at: datetime, written: Written) -> None:
    """The emergency is over, said by somebody who is signed in: so are the calls for help before it."""
    lock(line.session)
    for calls in called_until(line.session, line.happened_at):
        add(
            FlagAck, session=line.session, at=at, by=by, verb="flag answered", happened_at=line.happened_at,
            written=written, flag=calls.flag, done=f"Emergency: {line.detail['what'].replace('_', ' ')}.", cleared=True,
            by_prescriber=Role.PRESCRIBER in roles_of(by, line.session.site),
        )  # fmt: skip
