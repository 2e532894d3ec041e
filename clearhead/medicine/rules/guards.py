"""A sedative or a pressure medicine while the signs say that it could harm: refused unless a prescriber decides.

Which sign holds which class of drug is data (guards.toml). A drug of no class there, a rescue above all, is never held.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clearhead.medicine.rules.reasons import refused, warned
from clearhead.medicine.rules.verdict import Reason

GATES = ("held_by_signs", "held_by_flag")
"""What may be given all the same once a prescriber decides; read on the face before it is given."""
ANSWER_FIRST = "Say what was done first, or have a prescriber agree at the chair."
TREAT_FIRST = "Treat that first, or have a prescriber agree at the chair."


@dataclass(frozen=True, slots=True)
class Guard:
    """What holds one class of drug back, and which side of a sign calls for it."""

    name: str
    held_by: tuple[str, ...]
    held_unanswered: bool
    may_answer: tuple[str, ...]
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


def judge(
    title: str,
    classes: Iterable[str],
    flags: Iterable[OpenFlag],
    *,
    called_by: Iterable[str] = (),
    prescriber_decides: bool = False,
) -> Iterable[Reason]:
    """Why a drug of these classes should wait. `called_by` are the symptoms its order answers."""
    stand = tuple(flags)
    for guard in (guards()[name] for name in classes):
        low = [flag for flag in stand if flag.what in guard.held_by]
        free = {*guard.may_answer, *called_by}
        rest = [flag for flag in stand if flag.unanswered and flag not in low and flag.what not in free]
        if low:
            found = " ".join(flag.sentence for flag in low)
            yield _held(GATES[0], "Not now", title, f"{found} {guard.why}", TREAT_FIRST, guard, prescriber_decides)
        elif rest and guard.held_unanswered:
            found = f"Not answered yet: {rest[0].sentence}"
            yield _held(GATES[1], "Flag", title, found, ANSWER_FIRST, guard, prescriber_decides)


def _held(gate: str, head: str, title: str, found: str, then: str, guard: Guard, decides: bool) -> Reason:
    if decides:
        return warned(gate, head, f"{title}: {found} A prescriber agrees to give it.", guard.origin)
    return refused(gate, head, f"{title}: {found} {then}", guard.origin, who="prescriber")


def classes_of(*, sedative: bool, antihypertensive: bool) -> tuple[str, ...]:
    """The classes of guards.toml that a drug belongs to."""
    return tuple(name for name, is_one in (("sedative", sedative), ("antihypertensive", antihypertensive)) if is_one)


@cache
def guards() -> dict[str, Guard]:
    """Class of drug → its guard."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        name: Guard(
            name, tuple(row["held_by"]), row["held_unanswered"], tuple(row["may_answer"]), row["called_by"],
            row["why"], f"guards.toml, {name} ({row['status']}: {row['source']})",
        )
        for name, row in rows.items()
    }  # fmt: skip
