"""A visit to the chair: phases one after the other, and what each of them needs.

Needs are written as a clinic says them: `1 chair[private] + 1 nurse_share + clinician 10 min at start`.
A nurse who looks after two patients at once is two resources of the kind nurse_share; the patient is a resource
of the kind patient, so that the same rules keep a person from being in two places.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

TERM = re.compile(
    r"^(?:(?P<count>\d+)\s+)?(?P<kind>[a-z_]+)(?:\[(?P<attributes>[a-z_, ]+)\])?"
    r"(?:\s+(?P<minutes>\d+)\s+min\s+at\s+(?P<at>start|end))?$"
)
HAND_OVER = frozenset({"nurse_share", "clinician"})
"""Kinds that may change from one phase to the next. A patient does not change chairs in the middle of a visit."""


class WrongVisit(ValueError):
    """A visit that cannot be meant: an unreadable need, a phase without time, more minutes than the phase has."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One bookable thing or share of a person. `since` and `until` are local dates, the last one included."""

    code: str
    kind: str
    attributes: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """So many of a kind, with all of these attributes. `minutes` = None: for the whole phase."""

    kind: str
    count: int = 1
    attributes: frozenset[str] = frozenset()
    minutes: int | None = None
    at: Literal["start", "end"] = "start"

    def met_by(self, resource: Resource) -> bool:
        """True when the resource is of this kind and has everything asked for."""
        return resource.kind == self.kind and self.attributes <= resource.attributes


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a visit."""

    name: str
    minutes: int
    needs: tuple[Need, ...]

    def __post_init__(self) -> None:
        if self.minutes <= 0:
            raise WrongVisit(f"Phase {self.name} takes {self.minutes} min; leave it out or give it at least 1.")
        for need in self.needs:
            if need.count < 1 or not 1 <= (need.minutes or self.minutes) <= self.minutes:
                raise WrongVisit(f"Phase {self.name} of {self.minutes} min cannot hold this need: {need}.")


@dataclass(frozen=True, slots=True)
class Demand:
    """One resource wanted for one stretch of a visit, in minutes from its start."""

    need: Need
    place: int  # the first, second … of its kind; the same place in later phases wants the same resource
    phase: str
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True)
class Visit:
    """Phases one after the other.

    >>> visit = Visit((phase("set_up", 20, "1 chair + 1 patient"), phase("infusion", 40, "1 chair + 1 patient")))
    >>> visit.minutes
    60
    """

    phases: tuple[Phase, ...]
    hand_over: frozenset[str] = field(default=HAND_OVER)

    def __post_init__(self) -> None:
        if not self.phases:
            raise WrongVisit("A visit needs at least one phase.")

    @property
    def minutes(self) -> int:
        """From the first phase's start to the last one's end."""
        return sum(phase.minutes for phase in self.phases)

    def end(self, start: datetime) -> datetime:
        """When a visit that starts then is over. Minutes are real minutes, also across a change of clocks."""
        return start + timedelta(minutes=self.minutes)

    def demands(self) -> list[Demand]:
        """Everything wanted, phase by phase."""
        found, begin = [], 0
        for phase in self.phases:
            for need in phase.needs:
                length = need.minutes or phase.minutes
                start = begin if need.at == "start" else begin + phase.minutes - length
                found += [Demand(need, place, phase.name, start, start + length) for place in range(need.count)]
            begin += phase.minutes
        return found


def needs(text: str) -> tuple[Need, ...]:
    """Read the requirement language; refuse what is not in it.

    >>> [need.kind for need in needs("1 chair[private] + 2 nurse_share + clinician 10 min at start")]
    ['chair', 'nurse_share', 'clinician']
    """
    return tuple(_need(term.strip()) for term in text.split("+"))


def _need(term: str) -> Need:
    read = TERM.match(term)
    if read is None:
        raise WrongVisit(
            f"“{term}” does not read as a need, such as “1 chair[private]” or “clinician 10 min at start”."
        )
    attributes = frozenset(word.strip() for word in (read["attributes"] or "").split(",") if word.strip())
    return Need(
        kind=read["kind"],
        count=int(read["count"] or 1),
        attributes=attributes,
        minutes=int(read["minutes"]) if read["minutes"] else None,
        at="end" if read["at"] == "end" else "start",
    )


def phase(name: str, minutes: int, text: str) -> Phase:
    """A phase with its needs in the requirement language."""
    return Phase(name, minutes, needs(text))
