"""Is this the day of the booking, and is its chair free?"""

from __future__ import annotations

from datetime import datetime, timedelta

from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.plan.models import Session
from clearhead.clinic.schedule.models import Booking, Occupancy, VisitEvent
from clearhead.medicine.rules.clock import clock_time

EARLY = timedelta(hours=1)
"""So long before a booking just after midnight, the evening before counts as its day."""
SEATS = ("chair", "room")


def other_day(session: Session, at: datetime) -> str:
    """Empty on the day of the booking, at the site; a visit that runs over midnight is still of its day."""
    booking, site = session.booking, session.site
    if booking is None or site.today(booking.starts_at) == site.today(at):
        return ""
    if booking.starts_at - EARLY <= at <= booking.ends_at:
        return ""
    when = f"{booking.starts_at.astimezone(site.tz):%a %d %b}, {clock_time(booking.starts_at, site.tz)}"
    return f"This session is booked for {when}, not for today. Give it today's date first."


def chair_taken(session: Session, at: datetime) -> str:
    """Empty while nobody else runs or recovers in the chair of this session."""
    if session.booking is None:
        return ""
    mine = _seats(session.booking, "infusion")
    others = Infusion.objects.filter(site=session.site, started_at__lte=at, session__booking__isnull=False)
    if not mine or not others.exists():
        return ""
    for other in others.exclude(session=session).select_related("session__booking", "session__patient"):
        booking = other.session.booking
        if booking is None or _gone(other, booking, at):
            continue
        shared = mine & _seats(booking, "infusion" if other.ended_at is None else "recovery")
        if shared:
            state = "the infusion runs" if other.ended_at is None else "not recorded as gone home"
            return f"Somebody else is still in {min(shared)} ({state}). Move one of the two first."
    return ""


def _gone(other: Infusion, booking: Booking, at: datetime) -> bool:
    """Left, as the day board has it; what ended on another day and was never recorded as left blocks no chair."""
    if other.ended_at is None:
        return False
    if other.site.today(other.ended_at) != other.site.today(at):
        return True
    return VisitEvent.standing().filter(booking=booking, kind=VisitEvent.Kind.LEFT).exists()


def _seats(booking: Booking, phase: str) -> frozenset[str]:
    """Chairs and rooms taken up for this phase; for the whole visit where the phase has none of its own."""
    taken = Occupancy.objects.filter(booking=booking, resource__kind__in=SEATS, released_at__isnull=True)
    rows = list(taken.select_related("resource"))
    own = [row for row in rows if row.phase == phase]
    return frozenset(str(row.resource) for row in (own or rows))
