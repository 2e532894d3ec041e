"""How many observation sets came in time: every due time counts, also each of those that a long silence missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import aware, in_utc
from clearhead.medicine.rules.observe import ObserveFacts, SetTaken, due_in_utc


@dataclass(frozen=True, slots=True)
class Came:
    """One charted set: when the clock asked for it, when it reached the clinic, and when it was taken."""

    due_at: datetime
    at: datetime
    taken_at: datetime | None = None
    """None: taken as it came."""

    @property
    def taken(self) -> datetime:
        """When somebody stood at the chair."""
        return self.taken_at or self.at


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
    time before is missed, up to the next set that was taken. What is overdue now is missed from the minute at which
    the desk is told; what was overdue when the infusion ended stays missed. Each due time counts once.
    """
    facts, at, grace = in_utc(facts), aware(at), timedelta(minutes=protocol.running.escalation.desk_min)
    met: set[datetime] = set()
    missed: set[datetime] = set()
    for one, times in _answered(came, facts, protocol):
        late = {moment for moment in times if moment + grace < aware(one.at)}
        missed |= late
        met |= set() if len(late) == len(times) else {times[-1]}
    for edge in _edges(facts, at):
        open_now = due_in_utc(_until(facts, edge), protocol, at=edge)
        if open_now is not None and open_now.at + grace <= edge:
            past = _due_times(facts, protocol, first=open_now.at, until=edge)
            missed |= {moment for moment in past if moment + grace <= edge}
    return Timeliness(len(met), len(met | missed))


def _answered(came: Iterable[Came], facts: ObserveFacts, protocol: Protocol) -> Iterator[tuple[Came, list[datetime]]]:
    """Every set with the due times it answers for, in the order in which they were taken."""
    order = sorted(came, key=lambda one: one.taken)
    for one, following in zip_longest(order, order[1:]):
        first, last = aware(one.due_at), aware(one.at)
        until = min(last, aware(following.taken)) if following is not None else last
        yield one, list(_due_times(facts, protocol, first=first, until=max(first, until)))


def _edges(facts: ObserveFacts, at: datetime) -> Iterator[datetime]:
    """The moments at which what is overdue has to be counted: just before the infusion ended, and now."""
    if facts.recovery_since is not None and facts.recovery_since <= at:
        yield facts.recovery_since - timedelta(microseconds=1)
    yield at


def _until(facts: ObserveFacts, edge: datetime) -> ObserveFacts:
    return replace(facts, sets=tuple(one for one in facts.sets if one.at <= edge))


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
