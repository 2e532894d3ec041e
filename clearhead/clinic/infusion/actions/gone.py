"""What was asked about an entry that has been taken back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from clearhead.clinic.infusion.actions.base import add
from clearhead.clinic.infusion.entered import TAKEN_BACK
from clearhead.clinic.infusion.models import Flag, FlagAck
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session

STRUCK_DOSE = "struck_dose"
"""The flag that says that a dose was taken back: it names the dose and stays."""


def close_flags_of(code: UUID, *, session: Session, at: datetime, by: User | None) -> None:
    """The flags that name this entry are over: it never happened. The prescriber still reads how they ended."""
    raised = Flag.standing().filter(session=session, value=str(code)).exclude(rule=STRUCK_DOSE)
    for flag in raised.exclude(pk__in=FlagAck.standing().filter(session=session, cleared=True).values("flag_id")):
        add(
            FlagAck, session=session, at=at, by=by, verb="flag over", flag=flag, cleared=True, done=TAKEN_BACK,
        )  # fmt: skip
