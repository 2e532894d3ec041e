"""A sedative or a pressure medicine while the signs say that it could harm: refused unless a prescriber decides.

Which sign holds which class of drug is data (guards.toml): by its open flag, and by its newest value in every phase;
without a readable set and in an open emergency it waits too. A drug of no class there, a rescue above all, is never
held.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from clearhead.medicine.medicines.catalogue import is_reversal, named_in
from clearhead.medicine.protocols.bedside import Sign
from clearhead.medicine.protocols.codes import SIGNS
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import minutes_since
from clearhead.medicine.rules.limits import over_now
from clearhead.medicine.rules.looked import Read, Signs, names, unread
from clearhead.medicine.rules.reasons import refused, warned
from clearhead.medicine.rules.verdict import Reason

GATES = ("held_by_signs", "held_by_flag", "signs_unread", "held_in_emergency")
"""What may be given all the same once a prescriber decides; read on the face before it is given."""
ANSWER_FIRST = "Say what was done first, or have a prescriber agree at the chair."
SET_FIRST = "Take a set first, or have a prescriber agree at the chair."
TREAT_FIRST = "Treat that first, or have a prescriber agree at the chair."
END_FIRST = "No sedative and no pressure medicine until then, or have a prescriber agree at the chair."


@dataclass(frozen=True, slots=True)
class Guard:
    """What holds one class of drug back, and which side of a sign calls for it."""

    name: str
    held_by: tuple[str, ...]
    held_unanswered: bool
    may_answer: tuple[str, ...]
    below: Mapping[Sign, Decimal]
    needs: tuple[Sign, ...]
    read_within_min: int
    called_by: str
    why: str
    origin: str


@dataclass(frozen=True, slots=True)
class OpenFlag:
    """A flag that stands now: "<sign>:<side>", a symptom's code or the name of another rule."""

    what: str
    sentence: str
    unanswered: bool
    """High, and nobody has said what was done."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the chart says of the signs: open flags, the newest word on each sign, the resting values."""

    flags: tuple[OpenFlag, ...] = ()
    signs: Signs = field(default_factory=dict)
    baseline: Mapping[Sign, Decimal] = field(default_factory=dict)
    emergency: str = ""
    """Which emergency is open, in words; empty where none is."""


def judge(
    title: str,
    classes: Iterable[str],
    seen: Seen,
    protocol: Protocol,
    *,
    at: datetime,
    called_by: Iterable[str] = (),
    prescriber_decides: bool = False,
) -> Iterable[Reason]:
    """Why a drug of these classes should wait. `called_by` are the symptoms its order answers."""
    for guard in (guards()[name] for name in classes):
        low = [flag for flag in seen.flags if flag.what in guard.held_by]
        free = {*guard.may_answer, *called_by}
        rest = [flag for flag in seen.flags if flag.unanswered and flag not in low and flag.what not in free]
        values = [_low(sign, guard, seen, protocol, at) for sign in guard.below if f"{sign}:low" not in _what(low)]
        if low or any(values):
            found = " ".join([*(flag.sentence for flag in low), *filter(None, values)])
            yield _held(GATES[0], "Not now", title, f"{found} {guard.why}", TREAT_FIRST, guard, prescriber_decides)
        elif rest and guard.held_unanswered and not seen.emergency:
            found = f"Not answered yet: {rest[0].sentence}"
            yield _held(GATES[1], "Flag", title, found, ANSWER_FIRST, guard, prescriber_decides)
        if absent := unread(_recent(seen.signs, guard, at), guard.needs):
            found = f"Not read within {guard.read_within_min} min: {names(absent)}."
            yield _held(GATES[2], "Set", title, found, SET_FIRST, guard, prescriber_decides)
        if seen.emergency:
            yield _held(GATES[3], "Emergency", title, seen.emergency, END_FIRST, guard, prescriber_decides)


def _what(flags: Iterable[OpenFlag]) -> set[str]:
    return {flag.what for flag in flags}


def _low(sign: Sign, guard: Guard, seen: Seen, protocol: Protocol, at: datetime) -> str:
    """The newest number of this sign where it is too low for the drug, in words."""
    read = seen.signs.get(sign)
    if read is None or read.value is None:
        return ""
    words = over_now(sign, "low", read.value, protocol, seen.baseline, guard.below[sign])
    age = max(0, round(minutes_since(read.at, at)))
    return f"{SIGNS[sign]} {read.value}, {age} min ago: {words}." if words else ""


def _recent(signs: Signs, guard: Guard, at: datetime) -> dict[Sign, Read]:
    return {sign: read for sign, read in signs.items() if minutes_since(read.at, at) <= guard.read_within_min}


def _held(gate: str, head: str, title: str, found: str, then: str, guard: Guard, decides: bool) -> Reason:
    if decides:
        return warned(gate, head, f"{title}: {found} A prescriber agrees to give it.", guard.origin)
    return refused(gate, head, f"{title}: {found} {then}", guard.origin, who="prescriber")


def classes_of(ingredient: str, *, sedative: bool, antihypertensive: bool) -> tuple[str, ...]:
    """The classes of guards.toml that a drug belongs to; a reversal to none, whatever its order says."""
    if undoes(ingredient):
        return ()
    return tuple(name for name, is_one in (("sedative", sedative), ("antihypertensive", antihypertensive)) if is_one)


def undoes(ingredient: str) -> bool:
    """True for a drug that reverses another one."""
    return any(map(is_reversal, named_in(ingredient)))


@cache
def guards() -> dict[str, Guard]:
    """Class of drug → its guard."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text, parse_float=Decimal)
    return {
        name: Guard(
            name, tuple(row["held_by"]), row["held_unanswered"], tuple(row["may_answer"]),
            {sign: Decimal(number) for sign, number in row["below"].items()}, tuple(row["needs"]),
            row["read_within_min"], row["called_by"], row["why"],
            f"guards.toml, {name} ({row['status']}: {row['source']})",
        )
        for name, row in rows.items()
    }  # fmt: skip
