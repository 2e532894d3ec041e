"""Clock times people type and read, against UTC. Zone-aware in both directions; ambiguity asks, it never guesses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from clearhead.medicine.errors import Refused

AHEAD_MIN = 5  # an entry further ahead of the server's clock than this is a wrong clock (OpenAPS uses the same bound)


def read_local(wall: datetime, zone: str, *, which: Literal["earlier", "later"] | None = None) -> datetime:
    """The UTC moment of a clock time in a zone. Refuses a time that the clock skips, asks about one it shows twice."""
    if wall.tzinfo is not None:
        raise Refused("A clock time carries no zone of its own; hand over the zone beside it.")
    place = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(place).replace(tzinfo=None) != wall:
        raise Refused(f"{wall:%H:%M} on {wall:%-d %B} does not exist in {zone}: the clocks go forward. Check the time.")
    if first != second and which is None:
        raise Refused(f"{wall:%H:%M} on {wall:%-d %B} comes twice in {zone}: the clocks go back. Say which one.")
    return second if which == "later" else first


def local(at: datetime, zone: str) -> datetime:
    """The moment on the clock of this zone."""
    return aware(at).astimezone(ZoneInfo(zone))


def words(at: datetime, zone: str) -> str:
    """As a patient reads it: "Tue 3 March, 07:30"; with the zone's letters in the hour that comes twice."""
    shown = local(at, zone)
    twice = shown.replace(fold=0).utcoffset() != shown.replace(fold=1).utcoffset()
    return f"{shown:%a %-d %B, %H:%M}" + (f" {shown:%Z}" if twice else "")


def aware(at: datetime) -> datetime:
    """The moment itself; a naive one is refused."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise Refused(f"The time {at.isoformat()} has no zone.")
    return at.astimezone(UTC)


def minutes_since(then: datetime, at: datetime) -> float:
    """Minutes from then to at, by UTC; negative when `then` lies ahead."""
    return (aware(at) - aware(then)).total_seconds() / 60


def is_ahead(then: datetime, at: datetime) -> bool:
    """True for an entry dated more than five minutes into the future."""
    return minutes_since(then, at) < -AHEAD_MIN
