"""The call list: whom to call when, what was answered, and what is red until somebody owns and closes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.people.models import Site
from clearhead.clinic.plan.models import Escort, Session
from clearhead.clinic.plan.queries import escort_of
from clearhead.clinic.recovery.models import CallAttempt, CallStep, Discharge
from clearhead.clinic.recovery.questions import Question, red_of
from clearhead.medicine.protocols.after import FollowUp
from clearhead.medicine.protocols.protocol import Protocol

LOOK_BACK = timedelta(days=45)
AHEAD = timedelta(hours=24)
LATE = timedelta(hours=12)
"""From this long after its time a call counts as late (assumption)."""
ORDER = ("red", "silent", "late", "due", "ahead", "done")
"""The states of a call, the most pressing first."""


@dataclass(frozen=True)
class CallLine:
    """One call of one patient."""

    session: Session
    left: Discharge
    call: FollowUp
    due_at: datetime
    attempts: tuple[CallAttempt, ...]
    steps: tuple[CallStep, ...]
    state: str
    escort: Escort | None

    @property
    def last(self) -> CallAttempt | None:
        """The newest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def red(self) -> CallAttempt | None:
        """The attempt whose answer somebody has to look after: red, or the last of the silent ones."""
        if self.state == "silent":
            return self.last
        return next((one for one in reversed(self.attempts) if one.red), None) if self.state == "red" else None

    @property
    def owner(self) -> CallStep | None:
        """Who took it."""
        mine = [step for step in self.steps if self.red is not None and step.attempt_id == self.red.pk]
        return mine[-1] if mine else None

    @property
    def alarms(self) -> tuple[Question, ...]:
        """What was answered with yes and cannot wait."""
        return red_of(self.red.answers) if self.red else ()

    @property
    def name(self) -> str:
        """The call in words."""
        return call_name(self.call)

    @property
    def tries_left(self) -> int:
        """How many attempts the protocol still asks for."""
        return max(0, self.call.attempts - len(self.attempts))


def call_name(call: FollowUp) -> str:
    """A call by its time: next day, 3 days, 7 days."""
    hours = int(call.after_h)
    if hours == 24:
        return _("next day")
    if hours % 24:
        return _("after %(n)s h") % {"n": hours}
    return _("after %(n)s days") % {"n": hours // 24}


def follow_up_of(protocol: Protocol, name: str) -> FollowUp | None:
    """A call of the protocol by its id."""
    return next((one for one in protocol.review.follow_up if one.id == name), None)


def calls_of(site: Site, now: datetime) -> list[CallLine]:
    """Every call that is open, late, red, or was made today; red first, then by time."""
    left = (
        Discharge.standing()
        .filter(session__site=site, happened_at__gt=now - LOOK_BACK, happened_at__lte=now)
        .select_related("session__order__protocol_version", "session__patient", "session__site", "session__booking")
    )
    lines = [line for row in left for line in lines_of(row, now)]
    shown = [line for line in lines if line.state != "later" and not _long_done(line, now)]
    return sorted(shown, key=lambda line: (ORDER.index(line.state), line.due_at))


def lines_of(left: Discharge, now: datetime) -> list[CallLine]:
    """The calls that one departure asks for."""
    session, protocol = left.session, protocol_of(left.session)
    attempts = list(
        CallAttempt.standing().filter(session=session).select_related("recorded_by").order_by("happened_at", "pk")
    )
    steps = list(CallStep.standing().filter(session=session).select_related("owner").order_by("happened_at", "pk"))
    wanted = [call for call in protocol.review.follow_up if call.after == "session" or _is_last(session)]
    return [_line(left, call, attempts, steps, now) for call in wanted]


def line_of(session: Session, name: str, now: datetime) -> CallLine | None:
    """One call of one visit."""
    left = Discharge.standing().filter(session=session).select_related("session__patient").last()
    lines = lines_of(left, now) if left is not None else []
    return next((line for line in lines if line.call.id == name), None)


def _is_last(session: Session) -> bool:
    later = Session.objects.filter(
        series_code=session.series_code, cancelled_at__isnull=True, number__gt=session.number
    )
    return not later.exists()


def _line(left: Discharge, call: FollowUp, attempts: Iterable[Any], steps: Iterable[Any], now: datetime) -> CallLine:
    due_at = left.happened_at + timedelta(hours=float(call.after_h))
    mine = tuple(one for one in attempts if one.follow_up == call.id)
    known = {one.pk for one in mine}
    taken = tuple(step for step in steps if step.attempt_id in known)
    state = _state(call, due_at, mine, taken, now)
    return CallLine(left.session, left, call, due_at, mine, taken, state, escort_of(left.session))


def _state(
    call: FollowUp, due_at: datetime, attempts: tuple[CallAttempt, ...], steps: tuple[CallStep, ...], now: datetime
) -> str:
    closed = {step.attempt_id for step in steps if step.closed}
    if any(one.red and one.pk not in closed for one in attempts):
        return "red"
    if any(one.reached for one in attempts):
        return "done"
    if attempts and len(attempts) >= call.attempts:
        return "done" if attempts[-1].pk in closed else "silent"
    if now >= due_at + LATE:
        return "late"
    if now >= due_at:
        return "due"
    return "ahead" if now >= due_at - AHEAD else "later"


def _long_done(line: CallLine, now: datetime) -> bool:
    moments = [one.happened_at for one in (*line.attempts, *line.steps)]
    return line.state == "done" and max(moments) < now - timedelta(hours=12)
