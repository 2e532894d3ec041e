"""The calls after the visit, and who looks after a red answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import add, lock, not_ahead
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery import questions
from clearhead.clinic.recovery.actions.base import ask, refuse
from clearhead.clinic.recovery.calls import follow_up_of
from clearhead.clinic.recovery.models import CallAttempt, CallStep


@audit.once
def note_call(
    *,
    session: Session,
    follow_up: str,
    reached: bool,
    by: User,
    at: datetime,
    answers: dict[str, Any] | None = None,
    note: str = "",
    happened_at: datetime | None = None,
    client_id: UUID | None = None,
) -> CallAttempt:
    """One attempt. A red answer belongs to the protocol's owner until a person takes it."""
    lock(session)
    not_ahead(happened_at or at, at)
    call = follow_up_of(protocol_of(session), follow_up)
    if call is None:
        raise refuse("follow_up", "Call", f"The protocol knows no call “{follow_up}”.")
    told = {key: value for key, value in (answers or {}).items() if value not in ("", None)} if reached else {}
    red = bool(questions.red_of(told))
    return add(
        CallAttempt, session=session, at=at, by=by, verb="call: reached" if reached else "call: no answer",
        happened_at=happened_at, follow_up=call.id, reached=reached, answers=told, red=red,
        owner=questions.owner_of(told, call.owner) if red else "", note=note.strip()[:500],
    )  # fmt: skip


@audit.once
def take_call(*, attempt: CallAttempt, by: User, at: datetime, client_id: UUID | None = None) -> CallStep:
    """I look after this answer: from now on it has a name."""
    lock(attempt.session)
    return add(
        CallStep, session=attempt.session, at=at, by=by, verb="call: taken", attempt=attempt, owner=by, closed=False
    )


@audit.once
def close_call(*, attempt: CallAttempt, done: str, by: User, at: datetime, client_id: UUID | None = None) -> CallStep:
    """What was done about it. Without words nothing is closed."""
    lock(attempt.session)
    if not done.strip():
        raise ask("done", "What was done", "Say what was done, and whom you spoke with.")
    if attempt.steps.filter(closed=True).exists():
        raise refuse("closed", "Closed", "This is closed already.")
    return add(
        CallStep, session=attempt.session, at=at, by=by, verb="call: closed", attempt=attempt, owner=by, closed=True,
        done=done.strip()[:500],
    )  # fmt: skip
