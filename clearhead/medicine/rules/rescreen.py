"""What is asked again on the day: which answers stand, which wait for the prescriber, which are not known yet.

The protocol lists the questions and says of each what a yes does: `red` waits for the prescriber, `told` is written
down with what and when, for the prescriber to read. An answer that is missing or not known leaves the gate open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clearhead.medicine.protocols.codes import DAY_QUESTIONS
from clearhead.medicine.protocols.protocol import Protocol

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True, slots=True)
class Rescreen:
    """The day's answers, judged. `ok`: True stands, False waits for the prescriber, None is still open."""

    answers: Mapping[str, str]
    red: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def ok(self) -> bool | None:
        """Red outweighs open: what is known to be wrong is said first."""
        return False if self.red else None if self.open else True

    @property
    def value(self) -> dict[str, Any]:
        """As it is kept at the gate."""
        return {"ok": self.ok, "items": dict(self.answers), "red": list(self.red)}


def judge(answers: Mapping[str, str], protocol: Protocol) -> Rescreen:
    """The answers under this protocol's list. Answers to what it does not ask are left out."""
    asked = protocol.start.rescreen
    kept = {one.code: answers[one.code] for one in asked if one.code in answers}
    return Rescreen(
        kept,
        red=tuple(one.code for one in asked if one.yes == "red" and kept.get(one.code) == YES),
        open=tuple(one.code for one in asked if kept.get(one.code) not in (YES, NO)),
    )


def told(value: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """What was answered other than no: the question, the answer, whether it is red. In the order it was asked."""
    items, red = value.get("items") or {}, value.get("red") or ()
    return [
        (DAY_QUESTIONS.get(code, code), str(answer), code in red)
        for code, answer in items.items()
        if answer in (YES, UNKNOWN)
    ]
