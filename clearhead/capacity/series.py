"""Several sessions as one plan: every session is checked before any is offered, and a failure says why.

A proposal keeps the first session's time of day as far as it can. When a day has no room, the proposal carries the
reasons and the nearest starts that would do, instead of pretending.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from clearhead.capacity.hours import Occupied, Opening, Stretch
from clearhead.capacity.levelling import levelling_score, same_day
from clearhead.capacity.phases import Resource, Visit
from clearhead.capacity.slots import STEP_MIN, Day, Offer, Shortage, offer_at, shortages_at, starts

Weekends = Literal["use", "skip", "within_week"]
SATURDAY = 5
ALTERNATIVES = 3
ALIKE_H = 2
"""Two proposals that begin on the same day within these hours are one proposal to the person who chooses."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How sessions follow each other, in calendar days from one to the next.

    `weekends`: `use` them like other days; `skip` them, so that Monday follows Friday; or keep the whole series
    `within_week`, from Monday to Friday.
    """

    gap_days_min: int
    gap_days_max: int
    weekends: Weekends = "skip"

    def __post_init__(self) -> None:
        if not 1 <= self.gap_days_min <= self.gap_days_max:
            raise ValueError(f"A pattern needs 1 ≤ least gap ≤ longest gap in days, got {self}.")

    def may_begin_on(self, day: date) -> bool:
        """True when a session may lie on that day at all."""
        return self.weekends == "use" or day.weekday() < SATURDAY

    def next_days(self, day: date) -> list[date]:
        """The days on which the session after one on `day` may lie, the soonest first."""
        soonest, latest = (day + timedelta(days=gap) for gap in (self.gap_days_min, self.gap_days_max))
        span = [soonest + timedelta(days=more) for more in range((latest - soonest).days + 1)]
        if self.weekends == "within_week":
            friday = day + timedelta(days=SATURDAY - 1 - day.weekday())
            return [each for each in span if each <= friday]
        if self.weekends == "skip":
            return list(dict.fromkeys(_after_weekend(each) for each in span))
        return span


CONSECUTIVE = Pattern(1, 1)
EVERY_OTHER_DAY = Pattern(2, 2)
TWICE_WEEKLY = Pattern(3, 4)
WEEKLY = Pattern(7, 7)


def _after_weekend(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day


@dataclass(frozen=True, slots=True)
class Planned:
    """One session of a proposal: an offer, or the reasons why there is none and what lies nearest."""

    number: int
    day: date
    offer: Offer | None
    shortages: tuple[Shortage, ...] = ()
    alternatives: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole series. Only a complete one can be booked, and only as one."""

    sessions: tuple[Planned, ...]
    strayed_min: int  # how far the starts leave the first one's time of day, in all
    load_score: float  # how much it adds to days that are already busy

    @property
    def complete(self) -> bool:
        """True when every session has its offer."""
        return all(session.offer for session in self.sessions)

    @property
    def failed(self) -> tuple[Planned, ...]:
        """The sessions without an offer."""
        return tuple(session for session in self.sessions if session.offer is None)


@dataclass(frozen=True, slots=True)
class Search:
    """Every free start of every visit of the series, by local day. Worked out once for all proposals."""

    visits: tuple[Visit, ...]
    pattern: Pattern
    zone: ZoneInfo
    day: Day
    offers: dict[tuple[Visit, date], list[Offer]]
    running: list[Stretch]

    def on(self, number: int, day: date) -> list[Offer]:
        """Free starts of that session on that local day."""
        return self.offers.get((self.visits[number - 1], day), [])

    def nearest(self, number: int, moment: datetime) -> tuple[Offer, ...]:
        """The free starts of that session nearest to a moment, on whatever day."""
        visit = self.visits[number - 1]
        every = [offer for (which, _), offers in self.offers.items() if which == visit for offer in offers]
        return tuple(sorted(every, key=lambda offer: abs(offer.start - moment))[:ALTERNATIVES])


def _minute_of_day(moment: datetime, zone: ZoneInfo) -> int:
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute


def _closest(offers: Sequence[Offer], minute: int, after: datetime, zone: ZoneInfo) -> Offer | None:
    """The offer nearest to a time of day that does not begin before the last session is over."""
    later = [offer for offer in offers if offer.start >= after]
    return min(later, key=lambda offer: abs(_minute_of_day(offer.start, zone) - minute), default=None)


def _session(search: Search, number: int, days: list[date], minute: int, after: datetime) -> Planned:
    """The session on the soonest day that has room, else the reasons for the soonest day."""
    for day in days:
        if offer := _closest(search.on(number, day), minute, after, search.zone):
            return Planned(number, day, offer)
    wanted = datetime.combine(days[0], time(minute // 60, minute % 60), tzinfo=search.zone).astimezone(UTC)
    reasons = shortages_at(search.visits[number - 1], wanted, search.day)
    return Planned(number, days[0], None, reasons, search.nearest(number, wanted))


def _follow(search: Search, first: Offer) -> Proposal | None:
    """The proposal that begins with this offer; nothing when the pattern cannot hold so many sessions."""
    day = first.start.astimezone(search.zone).date()
    minute = _minute_of_day(first.start, search.zone)
    sessions, after = [Planned(1, day, first)], first.end
    for number in range(2, len(search.visits) + 1):
        days = search.pattern.next_days(sessions[-1].day)
        if not days:
            return None
        sessions.append(_session(search, number, days, minute, after))
        if offer := sessions[-1].offer:
            after = offer.end
    found = [session.offer for session in sessions if session.offer]
    strayed = sum(abs(_minute_of_day(offer.start, search.zone) - minute) for offer in found)
    score = sum(levelling_score((offer.start, offer.end), same_day(search.running, offer.start)) for offer in found)
    return Proposal(tuple(sessions), strayed, score)


def _search(
    visits: Sequence[Visit],
    pattern: Pattern,
    openings: Sequence[Opening],
    occupied: Sequence[Occupied],
    resources: Sequence[Resource],
    window: Stretch,
    zone: ZoneInfo,
    now: datetime | None,
    step_min: int,
) -> Search:
    """Look at the window and as far behind it as the last session could lie."""
    longest = max(visit.minutes for visit in visits)
    behind = timedelta(days=(len(visits) - 1) * (pattern.gap_days_max + 2) + 1, minutes=longest)
    reach = (window[0], window[1] + behind)
    day = Day.read(openings, occupied, resources, reach, zone, now)
    offers: dict[tuple[Visit, date], list[Offer]] = {}
    for visit in dict.fromkeys(visits):
        for start in starts(reach, zone, step_min):
            if offer := offer_at(visit, start, day):
                offers.setdefault((visit, start.astimezone(zone).date()), []).append(offer)
    chairs = {resource.code for resource in resources if resource.kind in ("chair", "room")}
    running = [(row.starts_at, row.ends_at) for row in occupied if row.resource in chairs and row.counts(now)]
    return Search(tuple(visits), pattern, zone, day, offers, running)


def _different(ranked: Sequence[Proposal], wanted: int) -> Iterator[Proposal]:
    """The best ones that a person would call different: another first day, or another time of day."""
    shown: list[datetime] = []
    for proposal in ranked:
        first = proposal.sessions[0].offer
        if len(shown) == wanted or first is None:
            return
        if all(abs(first.start - other) >= timedelta(hours=ALIKE_H) for other in shown):
            shown.append(first.start)
            yield proposal


def propose_series(
    visits: Sequence[Visit],
    pattern: Pattern,
    openings: Sequence[Opening],
    occupied: Sequence[Occupied],
    resources: Sequence[Resource],
    window: Stretch,
    zone: ZoneInfo,
    *,
    now: datetime | None = None,
    step_min: int = STEP_MIN,
    wanted: int = 3,
) -> list[Proposal]:
    """Up to three series whose first session starts in the window, one visit per session, the best first.

    Complete before incomplete; then the steadiest time of day, the sooner start, the calmer days. Where no series
    is complete, the nearest misses come with the reasons for each session and the nearest free starts.
    """
    search = _search(visits, pattern, openings, occupied, resources, window, zone, now, step_min)
    firsts = [
        offer
        for (visit, day), offers in search.offers.items()
        if visit == visits[0] and pattern.may_begin_on(day)
        for offer in offers
        if window[0] <= offer.start < window[1]
    ]
    proposals = [proposal for first in firsts if (proposal := _follow(search, first))]

    def rank(proposal: Proposal) -> tuple[int, date, int, float, datetime]:
        first = proposal.sessions[0]
        start = first.offer.start if first.offer else datetime.max.replace(tzinfo=UTC)
        return len(proposal.failed), first.day, proposal.strayed_min, proposal.load_score, start

    return list(_different(sorted(proposals, key=rank), wanted))
