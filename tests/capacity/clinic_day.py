"""A small clinic to test against: two chairs, one nurse with two shares, one clinician, one patient."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from clearhead.capacity.hours import Opening
from clearhead.capacity.phases import Resource, Visit, phase

NEW_YORK = ZoneInfo("America/New_York")
PHOENIX = ZoneInfo("America/Phoenix")
MONDAY = date(2026, 6, 1)

CHAIRS = [Resource("chair-1", "chair"), Resource("chair-2", "chair", frozenset({"private"}))]
NURSE = [Resource("nina-1/2", "nurse_share"), Resource("nina-2/2", "nurse_share")]
CLINICIAN = [Resource("dario", "clinician")]
PATIENT = [Resource("petra", "patient")]
EVERYTHING = [*CHAIRS, *NURSE, *CLINICIAN, *PATIENT]

NINE_TO_FIVE = [Opening(time(9), time(17), weekday=weekday) for weekday in range(5)]
EVERY_DAY = [Opening(time(9), time(17), weekday=weekday) for weekday in range(7)]

INFUSION = Visit(
    (
        phase("set_up", 15, "1 chair + 1 nurse_share + 1 patient + clinician 10 min at start"),
        phase("infusion", 60, "1 chair + 1 nurse_share + 1 patient"),
        phase("recovery", 30, "1 chair + 1 nurse_share + 1 patient"),
        phase("turnover", 15, "1 chair"),
    )
)


def local(zone: ZoneInfo, day: date, hour: int, minute: int = 0) -> datetime:
    """A local time as UTC."""
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


def whole_day(zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """The local day as a window."""
    return local(zone, day, 0), local(zone, date.fromordinal(day.toordinal() + 1), 0)


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """What the clock on the wall says."""
    return f"{moment.astimezone(zone):%H:%M}"
