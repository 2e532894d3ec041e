"""The answer to a clinical question: allowed, warned or refused, with every reason and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What a gate says, from best to worst."""

    ALLOWED = "allowed"
    WARNED = "warned"  # may go on; a person reads the reason and, where it says so, writes their own
    OPEN = "open"  # a fact is missing: nothing forbids, nothing yet permits
    REFUSED = "refused"

    @property
    def rank(self) -> int:
        """0 for allowed up to 3 for refused."""
        return list(Outcome).index(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """One gate and what it found.

    `gate` is the stable id that tests, overrides and audits name (such as "uncontrolled_hypertension").
    `overridable` is true only for relative grounds: a prescriber may go on with a written reason.
    """

    gate: str
    outcome: Outcome
    title: str
    sentence: str
    source: str = ""
    who_clears: str = ""
    overridable: bool = False
    limit: str = ""

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Verdict:
    """All reasons of one question. The worst reason decides."""

    question: str
    reasons: tuple[Reason, ...] = field(default=())

    @classmethod
    def of(cls, question: str, reasons: Iterable[Reason]) -> Verdict:
        """A verdict over these reasons, in the order given."""
        return cls(question, tuple(reasons))

    @property
    def outcome(self) -> Outcome:
        """The worst of the reasons; allowed when there is none."""
        return max(
            (reason.outcome for reason in self.reasons), key=lambda outcome: outcome.rank, default=Outcome.ALLOWED
        )

    @property
    def permits(self) -> bool:
        """True when one may go on: nothing refused, nothing open."""
        return self.outcome in (Outcome.ALLOWED, Outcome.WARNED)

    def at(self, outcome: Outcome) -> tuple[Reason, ...]:
        """The reasons with this outcome."""
        return tuple(reason for reason in self.reasons if reason.outcome is outcome)

    @property
    def blocking(self) -> tuple[Reason, ...]:
        """What stands in the way: refused first, then open."""
        return self.at(Outcome.REFUSED) + self.at(Outcome.OPEN)

    def __str__(self) -> str:
        shown = self.blocking or self.at(Outcome.WARNED) or self.reasons
        return " ".join(reason.sentence for reason in shown) or "Nothing stands against it."
