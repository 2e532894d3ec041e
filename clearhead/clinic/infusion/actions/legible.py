"""What a device sent, made fit to be kept: whatever it holds, the record can store it and read it back."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from clearhead.clinic.web.forms import TWICE, WhenField

DEEPEST = 8
"""A real entry is three levels deep; what lies deeper is kept as text."""
FIRST_YEAR, LAST_YEAR = 1900, 2199


def legible(value: Any, depth: int = 0) -> Any:
    """The same, without what no database takes: halves of letters, zero bytes, numbers that are none."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if value is None or isinstance(value, (bool, int)):
        return value if not isinstance(value, int) or abs(value) < 10**18 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth >= DEEPEST:
        return legible(str(value)[:500])
    if isinstance(value, dict):
        return {str(legible(str(name))): legible(one, depth + 1) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [legible(one, depth + 1) for one in value]
    return legible(str(value))


def moment(text: Any) -> datetime:
    """A time with its zone, in UTC; one that no calendar shows is refused."""
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError as fault:
        raise ValueError(f"The time “{text}” cannot be read.") from fault
    if read.tzinfo is None:
        raise ValueError(f"The time {text} has no zone.")
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise ValueError(f"{text} is no time of this clinic. Check the date.")
    return read.astimezone(UTC)


def of_wall(wall: Any, which: Any, zone: ZoneInfo) -> datetime | None:
    """The moment of a clock time that was typed, by the clinic's zone; None where it names none, or one of two."""
    chosen = f"{str(wall)[:16]} {which}" if which in TWICE else str(wall)[:16]
    try:
        named: datetime | None = WhenField(zone=zone).clean(chosen)
    except (ValidationError, ValueError, OverflowError):
        return None
    return named
