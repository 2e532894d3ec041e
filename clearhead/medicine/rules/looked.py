"""Whether somebody has looked: the newest word on each sign, and whether it says enough to give more drug."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clearhead.medicine.protocols.bedside import Sign
from clearhead.medicine.protocols.codes import SIGNS

BEFORE_MORE: tuple[Sign, ...] = ("spo2_percent", "systolic_mmhg", "heart_rate_per_min", "sedation_rass")
"""Signs that must be readable before the rate is raised (assumption)."""
CHART_FIRST = "Chart a set first, or have a prescriber agree at the chair."


@dataclass(frozen=True, slots=True)
class Read:
    """The newest that was charted of one sign. `value` None: it could not be read, and `asleep` says whether so."""

    at: datetime
    value: Decimal | None
    asleep: bool = False


Signs = Mapping[Sign, Read]


def unread(signs: Signs, wanted: Iterable[Sign], *, asleep_counts: bool = False) -> tuple[Sign, ...]:
    """The wanted signs whose newest word is no number. A sleeper who was looked at is no gap where that counts."""
    return tuple(sign for sign in wanted if not _readable(signs.get(sign), asleep_counts))


def _readable(read: Read | None, asleep_counts: bool) -> bool:
    return read is not None and (read.value is not None or (asleep_counts and read.asleep))


def set_wanted(signs: Signs, *, overdue_min: float) -> str:
    """Why a set comes before more drug, in words; empty where the newest set is in time and readable."""
    absent = unread(signs, BEFORE_MORE, asleep_counts=True)
    if overdue_min > 0:
        return f"A set of signs is {max(1, round(overdue_min))} min overdue."
    return f"Not readable in the newest set: {names(absent)}." if absent else ""


def names(signs: Iterable[Sign]) -> str:
    """The signs in words, as they stand inside a sentence."""
    return ", ".join(SIGNS[sign] for sign in signs)
