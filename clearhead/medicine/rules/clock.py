"""Clock times people type and read, against UTC. Zone-aware in both directions; ambiguity asks, it never guesses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from operator import is_
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from clearhead.medicine.errors import Refused

T = TypeVar("T")
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
    return f"{shown:%a %-d %B, %H:%M}{letters(shown)}"


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """As the room writes it: "07:30"; with the zone's letters in the hour that comes twice."""
    shown = aware(at).astimezone(zone)
    return f"{shown:%H:%M}{letters(shown)}"


def letters(shown: datetime) -> str:
    """ " EDT" behind a clock time of the hour that comes twice, when the clocks go back; else nothing."""
    twice = shown.replace(fold=0).utcoffset() != shown.replace(fold=1).utcoffset()
    return f" {shown:%Z}" if twice else ""


def aware(at: datetime) -> datetime:
    """The moment itself; a naive one is refused."""
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None or at.utcoffset() is None:
        raise Refused(f"The time {at.isoformat()} has no zone.")
    return at.astimezone(UTC)


def in_utc(facts: T) -> T:
    """The same facts with every moment in UTC, however deep it lies.

    Python adds hours to a zoned time on the wall clock, so on two nights a year a sum in local time is wrong. Every
    rule therefore turns its facts to UTC before it adds or compares anything.
    """
    return _in_utc(facts)  # type: ignore[no-any-return]


PLAIN = (str, int, float, Decimal, Fraction, type(None))
"""What holds no moment."""


def _in_utc(thing: Any) -> Any:
    if isinstance(thing, datetime):
        return thing if thing.tzinfo is UTC else aware(thing)
    names = _timed_fields(thing.__class__)
    if names is not None:
        changed = {}
        for name in names:
            value = getattr(thing, name)
            if (turned := _in_utc(value)) is not value:
                changed[name] = turned
        return replace(thing, **changed) if changed else thing
    if isinstance(thing, tuple):
        every = [_in_utc(one) for one in thing]
        return thing if all(map(is_, thing, every)) else tuple(every)
    if not isinstance(thing, PLAIN) and isinstance(thing, Mapping):
        values = {key: _in_utc(value) for key, value in thing.items()}
        return thing if all(values[key] is value for key, value in thing.items()) else values
    return thing


@cache
def _timed_fields(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass that can hold a moment, by their declared types; None for anything else."""
    if not is_dataclass(kind):
        return None
    try:
        declared = get_type_hints(kind)
    except NameError:  # a type that is known only where it was written: look into every field
        return tuple(field.name for field in fields(kind))
    return tuple(field.name for field in fields(kind) if _timed(declared[field.name]))


def _timed(declared: Any) -> bool:
    """Could a value of this type hold a moment? Numbers, words and collections of them cannot."""
    if get_origin(declared) is Literal or declared is Ellipsis:
        return False
    inner = get_args(declared)
    if inner:
        return any(_timed(one) for one in inner)
    return not (isinstance(declared, type) and issubclass(declared, PLAIN))


def minutes_since(then: datetime, at: datetime) -> float:
    """Minutes from then to at, by UTC; negative when `then` lies ahead."""
    return (aware(at) - aware(then)).total_seconds() / 60


def is_ahead(then: datetime, at: datetime) -> bool:
    """True for an entry dated more than five minutes into the future."""
    return minutes_since(then, at) < -AHEAD_MIN
