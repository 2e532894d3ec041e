"""What stands against more drug at a moment: an emergency, an allergy to it, flags not answered, flags still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion.entered import EMERGENCY_OVER
from clearhead.clinic.infusion.models import Event, Flag
from clearhead.clinic.infusion.queries.flags import flag_lines
from clearhead.clinic.plan.models import Session
from clearhead.medicine.medicines.allergies import ketamine_held_by


@dataclass(frozen=True, slots=True)
class Unrest:
    """In words, as the chair says them; empty where all is calm."""

    emergency: str = ""
    unanswered: str = ""
    """The first high flag without an answer."""
    open_flags: int = 0
    """Medium and high flags whose episode is not over, answered or not."""
    allergy: str = ""
    """The recorded text that names ketamine."""


def unrest(session: Session, at: datetime) -> Unrest:
    """As it stood at this moment, by what is charted now."""
    opened = [line for line in flag_lines(session, at) if line.open and line.flag.level != "low"]
    high = [line.flag for line in opened if line.unanswered]
    helped = next((flag for flag in high if flag.rule == "help"), None)
    return Unrest(
        _emergency(session, at, helped), high[0].sentence if high else "", len(opened), ketamine_allergy(session, at)
    )


def ketamine_allergy(session: Session, at: datetime) -> str:
    """What was recorded by then as an allergy, where it names ketamine; empty where nothing does."""
    rows = Allergy.standing().filter(patient__in=session.patient.charts, none_known=False, happened_at__lte=at)
    return ketamine_held_by(rows.order_by("happened_at", "pk").values_list("substance", flat=True))


def _emergency(session: Session, at: datetime, helped: Flag | None) -> str:
    zone = session.site.tz
    if helped is not None:
        return f"Help was called at {helped.happened_at.astimezone(zone):%H:%M} and is not answered yet."
    lines = Event.standing().filter(session=session, kind="emergency", happened_at__lte=at)
    last = next((row for row in lines.order_by("-happened_at", "-pk") if row.detail.get("what") != "family_told"), None)
    if last is None or last.detail.get("what") in EMERGENCY_OVER:
        return ""
    when = f"{last.happened_at.astimezone(zone):%H:%M}"
    return f"The emergency of {when} is open; its line “recovered” ends it."
