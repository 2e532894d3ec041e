"""The emergencies of one session by their lines: one begins with a line and goes on until a line ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clearhead.clinic.infusion.entered import EMERGENCY_OVER
from clearhead.clinic.infusion.models import Event
from clearhead.clinic.plan.models import Session

BESIDE = "family_told"
"""A line that neither begins an emergency nor goes on with it."""


@dataclass(frozen=True, slots=True)
class Emergency:
    """Its lines in order of time, and the one that ended it."""

    lines: tuple[Event, ...]
    over: Event | None = None

    @property
    def since(self) -> datetime:
        """When its first line happened."""
        return self.lines[0].happened_at


def emergencies(session: Session, until: datetime | None = None) -> tuple[Emergency, ...]:
    """Every emergency in order of time, whatever came in late; `until`: by what had happened then."""
    rows = Event.standing().filter(session=session, kind="emergency", **({"happened_at__lte": until} if until else {}))
    found: list[Emergency] = []
    lines: list[Event] = []
    for row in rows.order_by("happened_at", "pk"):
        what = row.detail.get("what")
        if what in EMERGENCY_OVER and lines:
            found.append(Emergency(tuple(lines), row))
            lines = []
        elif what not in EMERGENCY_OVER and what != BESIDE:
            lines.append(row)
    return (*found, Emergency(tuple(lines))) if lines else tuple(found)


def emergency_now(session: Session, at: datetime) -> Emergency | None:
    """The one that nobody has ended by then."""
    last = next(reversed(emergencies(session, at)), None)
    return last if last is not None and last.over is None else None
