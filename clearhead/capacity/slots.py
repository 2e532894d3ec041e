"""Free starts for a visit: every resource that every phase needs, free at the same time, or the reason why not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from clearhead.capacity.hours import Occupied, Opening, Stretch, free_time, local_days, open_time
from clearhead.capacity.phases import Demand, Resource, Visit

STEP_MIN = 15
PATIENT = "patient"
WORDS = {"nurse_share": "nurse"}
"""Kinds of resource whose name is not what a person calls them."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """This resource is taken for this phase, from and to in UTC."""

    resource: str
    kind: str
    phase: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A start at which everything is free, and what would be taken."""

    start: datetime
    end: datetime
    assignments: tuple[Assignment, ...]


Cause = Literal["none exists", "closed", "taken", "not in one piece", "too few"]


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why a visit cannot start then: what is missing, in which phase, out of how many."""

    kind: str
    phase: str
    starts_at: datetime
    ends_at: datetime
    exist: int
    cause: Cause

    def sentence(self, zone: ZoneInfo) -> str:
        """What the person at the desk reads."""
        begin, end = (f"{at.astimezone(zone):%H:%M}" for at in (self.starts_at, self.ends_at))
        if self.kind == PATIENT:
            return f"The patient has another appointment between {begin} and {end}."
        what, when = WORDS.get(self.kind, self.kind), f"from {begin} to {end} ({self.phase.replace('_', ' ')})"
        there = "the only one is taken" if self.exist == 1 else f"all {self.exist} are taken"
        return {
            "none exists": f"The site has no such {what}.",
            "closed": f"No {what} is on duty or open {when}.",
            "taken": f"No {what} is free {when}: {there}.",
            "not in one piece": f"No single {what} is free all the way from {begin} to {end}; there are {self.exist}.",
            "too few": f"Not enough free at the same time {when}: {what}; there are {self.exist}.",
        }[self.cause]


@dataclass(frozen=True, slots=True)
class Day:
    """What the search looks at: the site's hours, the resources, when each is free, when each is there at all."""

    site: list[Stretch]
    resources: Sequence[Resource]
    free: dict[str, list[Stretch]]
    present: dict[str, list[Stretch]]

    @classmethod
    def read(
        cls,
        openings: Sequence[Opening],
        occupied: Sequence[Occupied],
        resources: Sequence[Resource],
        window: Stretch,
        zone: ZoneInfo,
        now: datetime | None,
    ) -> Day:
        """Work out free and present time once for a whole search."""
        free = free_time(resources, openings, occupied, window, zone, now=now)
        present = free_time(resources, openings, (), window, zone)
        return cls(open_time(openings, None, window, zone), resources, free, present)

    def is_free(self, code: str, start: datetime, end: datetime) -> bool:
        """True when the resource can be taken for all of this time."""
        return _covers(self.free[code], start, end) is not None

    def slack(self, code: str, start: datetime, end: datetime) -> timedelta:
        """How much free time would be left around it: the tightest fit leaves the others whole."""
        found = _covers(self.free[code], start, end)
        return found[1] - found[0] if found else timedelta.max


def _covers(stretches: list[Stretch], start: datetime, end: datetime) -> Stretch | None:
    index = bisect_right(stretches, start, key=lambda stretch: stretch[0]) - 1
    return stretches[index] if index >= 0 and end <= stretches[index][1] else None


@dataclass(frozen=True, slots=True)
class Claim:
    """Demands that one and the same resource has to meet."""

    demands: tuple[Demand, ...]
    times: tuple[Stretch, ...]

    @property
    def kind(self) -> str:
        """The kind of resource."""
        return self.demands[0].need.kind

    def met_by(self, resource: Resource, day: Day) -> bool:
        """True when the resource suits every demand and is free for all of them."""
        suits = all(demand.need.met_by(resource) for demand in self.demands)
        return suits and all(day.is_free(resource.code, *times) for times in self.times)

    def overlaps(self, other: Claim) -> bool:
        """True when both want a resource at the same time."""
        return any(a[0] < b[1] and b[0] < a[1] for a in self.times for b in other.times)


Choice = tuple[Claim, str]
"""A claim and the code of the resource that meets it."""


def claims(visit: Visit, start: datetime) -> list[Claim]:
    """Group a visit's demands: what may be handed over stands alone, the rest stays with one resource throughout."""
    grouped: dict[tuple[str, ...], list[Demand]] = {}
    for demand in visit.demands():
        need = demand.need
        which = (need.kind, ",".join(sorted(need.attributes)), str(demand.place))
        alone = (demand.phase, str(demand.start_min)) if need.kind in visit.hand_over else ()
        grouped.setdefault((*which, *alone), []).append(demand)
    return [
        Claim(
            tuple(demands),
            tuple((start + timedelta(minutes=d.start_min), start + timedelta(minutes=d.end_min)) for d in demands),
        )
        for demands in grouped.values()
    ]


def _assign(
    open_claims: list[tuple[Claim, list[str]]], taken: list[tuple[Claim, str]]
) -> list[tuple[Claim, str]] | None:
    """Give each claim a resource of its own; go back where an earlier choice left nothing."""
    if not open_claims:
        return taken
    (claim, candidates), *rest = open_claims
    used = {code for other, code in taken if other.overlaps(claim)}
    familiar = {code for other, code in taken if other.kind == claim.kind}
    for code in sorted(candidates, key=lambda code: code not in familiar):  # stable: else the tightest fit first
        if code not in used and (done := _assign(rest, [*taken, (claim, code)])) is not None:
            return done
    return None


def _candidates(claim: Claim, day: Day) -> list[str]:
    fitting = [resource.code for resource in day.resources if claim.met_by(resource, day)]
    return sorted(fitting, key=lambda code: (sum((day.slack(code, *t) for t in claim.times), timedelta()), code))


def offer_at(visit: Visit, start: datetime, day: Day) -> Offer | None:
    """The visit at this start, or nothing."""
    if _covers(day.site, start, visit.end(start)) is None:
        return None
    with_candidates = []
    for claim in claims(visit, start):
        candidates = _candidates(claim, day)
        if not candidates:
            return None
        with_candidates.append((claim, candidates))
    with_candidates.sort(key=lambda pair: len(pair[1]))
    chosen = _assign(with_candidates, [])
    if chosen is None:
        return None
    rows = [
        Assignment(code, claim.kind, demand.phase, *times)
        for claim, code in chosen
        for demand, times in zip(claim.demands, claim.times, strict=True)
    ]
    rows.sort(key=lambda row: (row.starts_at, row.kind, row.resource))
    return Offer(start, visit.end(start), tuple(rows))


def shortages_at(visit: Visit, start: datetime, day: Day) -> tuple[Shortage, ...]:
    """Every reason why the visit cannot start then; empty when it can."""
    found = []
    for claim in claims(visit, start):
        suiting = [r for r in day.resources if all(demand.need.met_by(r) for demand in claim.demands)]
        if any(claim.met_by(resource, day) for resource in suiting):
            continue
        found.append(_shortage(claim, suiting, day))
    if not found and offer_at(visit, start, day) is None:
        scarcest = min(claims(visit, start), key=lambda claim: len(_candidates(claim, day)))
        exist = sum(1 for resource in day.resources if resource.kind == scarcest.kind)
        found.append(Shortage(scarcest.kind, scarcest.demands[0].phase, *scarcest.times[0], exist, "too few"))
    return tuple(found)


def _shortage(claim: Claim, suiting: list[Resource], day: Day) -> Shortage:
    """Why none of the suiting resources meets this claim."""
    for demand, times in zip(claim.demands, claim.times, strict=True):
        if not _any_free(suiting, times, day):
            there = any(_covers(day.present[resource.code], *times) for resource in suiting)
            cause: Cause = "none exists" if not suiting else "taken" if there else "closed"
            return Shortage(claim.kind, demand.phase, *times, len(suiting), cause)
    whole = claim.times[0][0], claim.times[-1][1]
    return Shortage(claim.kind, claim.demands[0].phase, *whole, len(suiting), "not in one piece")


def _any_free(suiting: list[Resource], times: Stretch, day: Day) -> bool:
    return any(day.is_free(resource.code, *times) for resource in suiting)


def starts(window: Stretch, zone: ZoneInfo, step_min: int = STEP_MIN) -> Iterator[datetime]:
    """Every round local time in the window, as UTC and in order. An hour that happens twice is offered twice."""
    found = set()
    for day in local_days(window, zone):
        for minute in range(0, 24 * 60, step_min):
            at = time(minute // 60, minute % 60)
            for fold in (0, 1):
                local = datetime.combine(day, at.replace(fold=fold), tzinfo=zone)
                moment = local.astimezone(UTC)
                exists = moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None, fold=0)
                if exists and window[0] <= moment < window[1]:
                    found.add(moment)
    yield from sorted(found)


def free_starts(
    visit: Visit,
    openings: Sequence[Opening],
    occupied: Sequence[Occupied],
    resources: Sequence[Resource],
    window: Stretch,
    zone: ZoneInfo,
    *,
    now: datetime | None = None,
    step_min: int = STEP_MIN,
) -> list[Offer]:
    """Every start inside the window at which the whole visit finds everything it needs.

    `window` bounds the starts; the visit may run past its end. With `now`, holds that have run out count as free.
    """
    reach = (window[0], visit.end(window[1]))
    day = Day.read(openings, occupied, resources, reach, zone, now)
    return [offer for start in starts(window, zone, step_min) if (offer := offer_at(visit, start, day))]


def why_not(
    visit: Visit,
    start: datetime,
    openings: Sequence[Opening],
    occupied: Sequence[Occupied],
    resources: Sequence[Resource],
    zone: ZoneInfo,
    *,
    now: datetime | None = None,
) -> tuple[Shortage, ...]:
    """Every reason why the visit cannot start then; empty when it can."""
    day = Day.read(openings, occupied, resources, (start, visit.end(start)), zone, now)
    return shortages_at(visit, start, day)
