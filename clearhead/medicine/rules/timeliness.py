"""How many observation sets came in time: every due time counts, also each of those that a long silence missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import aware, in_utc
from clearhead.medicine.rules.observe import ObserveFacts, SetTaken, due_in_utc


@dataclass(frozen=True, slots=True)
class Came:
    """One charted set: when the clock asked for it, and when it reached the clinic."""

    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Timeliness:
    """How many due times there were, and how many a set met."""

    on_time: int
    due: int

    @property
    def percent(self) -> int | None:
        """None where nothing was due yet."""
        return round(100 * self.on_time / self.due) if self.due else None


def timeliness(came: Iterable[Came], facts: ObserveFacts, protocol: Protocol, *, at: datetime) -> Timeliness:
    """In time = at the clinic before the desk would have been told.

    A set that comes late meets the last due time before it, where that one has not gone to the desk yet; every due
    time before is missed. What is overdue now is missed from the minute at which the desk is told.
    """
    facts, at, grace = in_utc(facts), aware(at), timedelta(minutes=protocol.running.escalation.desk_min)
    met = asked = 0
    for one in came:
        first, last = aware(one.due_at), aware(one.at)
        times = list(_due_times(facts, protocol, first=first, until=max(first, last)))
        missed = sum(moment + grace < last for moment in times)
        met, asked = met + (missed < len(times)), asked + missed + (missed < len(times))
    now = due_in_utc(facts, protocol, at=at)
    if now is not None and now.at + grace <= at:
        asked += sum(moment + grace <= at for moment in _due_times(facts, protocol, first=now.at, until=at))
    return Timeliness(met, asked)


def _due_times(facts: ObserveFacts, protocol: Protocol, *, first: datetime, until: datetime) -> Iterator[datetime]:
    """From `first` to `until`, as the clock would have asked had each set been taken at its time."""
    moment, taken = first, tuple(one for one in facts.sets if one.at <= first)
    while moment <= until:
        yield moment
        taken = (*taken, SetTaken(moment, "full"))
        following = due_in_utc(replace(facts, sets=taken), protocol, at=moment)
        if following is None or following.at <= moment:
            return
        moment = following.at
