"""When a place, a thing or a person is there: opening times on the local clock, free stretches in UTC.

Openings are written in local time and turned into UTC day by day, so that a clinic in a zone with daylight saving
opens at nine by its own clock all year, and one in Phoenix does so without ever changing its offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clearhead.capacity.phases import Resource

Stretch = tuple[datetime, datetime]
"""From (inclusive) to (exclusive), both in UTC."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Hours on a weekday (Monday = 0) or on one date, for the whole site or for one resource.

    A dated row adds hours, or with `closed` takes them away. An end at or before the start lies on the next day:
    00:00 to 00:00 is the whole day.
    """

    start: time
    end: time
    weekday: int | None = None
    day: date | None = None
    resource: str | None = None
    closed: bool = False
    since: date | None = None
    until: date | None = None

    def on(self, day: date) -> bool:
        """True when this row speaks about that local date."""
        in_effect = (self.since is None or self.since <= day) and (self.until is None or day <= self.until)
        return in_effect and (day == self.day if self.day else day.weekday() == self.weekday)


@dataclass(frozen=True, slots=True)
class Occupied:
    """A resource that is taken. A hold is taken only until `hold_until`."""

    resource: str
    starts_at: datetime
    ends_at: datetime
    hold_until: datetime | None = None

    def counts(self, now: datetime | None) -> bool:
        """False for a hold that has run out. Without a clock every hold counts."""
        return self.hold_until is None or now is None or now < self.hold_until


def utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time as UTC. In the hour that spring skips, the clock has already been moved on."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _stretch(opening: Opening, day: date, zone: ZoneInfo) -> Stretch:
    last = day if opening.end > opening.start else day + timedelta(days=1)
    return utc(day, opening.start, zone), utc(last, opening.end, zone)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time, in order, with touching and overlapping stretches made one."""
    whole: list[Stretch] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((start, end))
    return whole


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """What is left of these stretches when the taken ones are cut out."""
    left: list[Stretch] = []
    cuts = joined(taken)
    for start, end in joined(stretches):
        for cut_start, cut_end in cuts:
            if cut_end <= start or cut_start >= end:
                continue
            if start < cut_start:
                left.append((start, cut_start))
            start = max(start, cut_end)
        if start < end:
            left.append((start, end))
    return left


def common(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    """The time that lies in both."""
    return joined((max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other if a[0] < b[1] and b[0] < a[1])


def local_days(window: Stretch, zone: ZoneInfo) -> Iterator[date]:
    """Every local date that the window touches."""
    day, last = window[0].astimezone(zone).date(), window[1].astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def open_time(openings: Sequence[Opening], scope: str | None, window: Stretch, zone: ZoneInfo) -> list[Stretch]:
    """The open time of the site (scope None) or by the rows of one resource, inside the window."""
    rows = [row for row in openings if row.resource == scope]
    opened: list[Stretch] = []
    closed: list[Stretch] = []
    # The day before may reach over midnight into the window.
    early = (window[0] - timedelta(days=1), window[1])
    for day in local_days(early, zone):
        for row in rows:
            if row.on(day):
                (closed if row.closed else opened).append(_stretch(row, day, zone))
    return common(without(opened, closed), [window])


def _in_service(resource: Resource, window: Stretch, zone: ZoneInfo) -> list[Stretch]:
    start = utc(resource.since, time(), zone) if resource.since else window[0]
    end = utc(resource.until + timedelta(days=1), time(), zone) if resource.until else window[1]
    return common([(start, end)], [window]) if start < end else []


def free_time(
    resources: Sequence[Resource],
    openings: Sequence[Opening],
    occupied: Sequence[Occupied],
    window: Stretch,
    zone: ZoneInfo,
    *,
    now: datetime | None = None,
) -> dict[str, list[Stretch]]:
    """When each resource could still be taken. One without hours of its own keeps the site's hours."""
    site = open_time(openings, None, window, zone)
    own_hours = {row.resource for row in openings if row.resource and not row.closed}
    taken: dict[str, list[Stretch]] = {}
    for row in occupied:
        if row.counts(now):
            taken.setdefault(row.resource, []).append((row.starts_at, row.ends_at))
    free = {}
    for resource in resources:
        there = common(site, _in_service(resource, window, zone))
        if resource.code in own_hours:
            there = common(there, open_time(openings, resource.code, window, zone))
        away = [_stretch(row, day, zone) for row, day in _absences(openings, resource.code, window, zone)]
        free[resource.code] = without(there, [*away, *taken.get(resource.code, [])])
    return free


def _absences(
    openings: Sequence[Opening], code: str, window: Stretch, zone: ZoneInfo
) -> Iterator[tuple[Opening, date]]:
    rows = [row for row in openings if row.closed and row.resource == code]
    for day in local_days((window[0] - timedelta(days=1), window[1]), zone) if rows else ():
        yield from ((row, day) for row in rows if row.on(day))
