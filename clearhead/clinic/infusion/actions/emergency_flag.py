"""The flag of an emergency: one for each, from its first line to the line that ends it."""

from __future__ import annotations

from datetime import datetime

from clearhead.clinic.infusion.actions.base import add, raise_flag
from clearhead.clinic.infusion.models import Flag, FlagAck
from clearhead.clinic.infusion.queries.emergency import Emergency, emergencies
from clearhead.clinic.infusion.queries.flags import EMERGENCY, FlagLine, flag_lines
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Role, User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules.clock import clock_time


def keep_emergency_flags(session: Session, at: datetime, by: User | None) -> None:
    """Bring the flags in line with the emergencies, as their lines stand now; a further line asks nothing anew.

    A line that came late may move the beginning, or show that one emergency was two.
    """
    known = {line.flag.value: line for line in flag_lines(session) if line.flag.rule == EMERGENCY}
    for emergency in emergencies(session):
        lines = (known.get(str(row.code)) for row in emergency.lines)
        _keep(session, emergency, next((line for line in lines if line is not None), None), at, by)


def _keep(session: Session, emergency: Emergency, line: FlagLine | None, at: datetime, by: User | None) -> None:
    """`value` is the line that it began with: it stays when an earlier one comes in, so that an answer holds."""
    flag: Flag | None = line.flag if line is not None else None
    if flag is None or flag.happened_at != emergency.since:
        began = clock_time(emergency.since, session.site.tz)
        flag = raise_flag(
            session=session, at=at, by=by, rule=EMERGENCY, level="high", since=emergency.since, for_prescriber=True,
            sentence=f"An emergency began at this chair at {began}; its line “recovered” ends it.",
            value=flag.value if flag is not None else str(emergency.lines[0].code), corrects=flag,
        )  # fmt: skip
    over = emergency.over
    if over is not None and (line is None or line.open or flag is not line.flag):
        add(
            FlagAck, session=session, at=at, by=by, verb="flag over", happened_at=over.happened_at, flag=flag,
            done=f"Emergency: {over.detail['what'].replace('_', ' ')}.", cleared=True,
            by_prescriber=Role.PRESCRIBER in roles_of(by, session.site),
        )  # fmt: skip
