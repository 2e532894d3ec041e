"""The day in parts, so that nobody reads a list of ninety-six times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PARTS = (
    ("night", 0, gettext_lazy("Night")),
    ("morning", 6, gettext_lazy("Morning")),
    ("afternoon", 12, gettext_lazy("Afternoon")),
    ("evening", 18, gettext_lazy("Evening")),
)
"""Name, first hour on the clinic's clock, and the word for it."""
BY_DAY = frozenset({"morning", "afternoon"})
FEW = 10
"""Up to so many free times a number says more than the parts of the day."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a day with its free times, in order."""

    name: str
    title: str
    times: tuple[datetime, ...]
    shut: bool
    """True for evening and night where the day has other times: opened by a tap."""

    @property
    def first(self) -> datetime:
        """Its earliest time."""
        return self.times[0]

    @property
    def last(self) -> datetime:
        """Its latest time."""
        return self.times[-1]


def part_of(moment: datetime, zone: ZoneInfo) -> str:
    """In which part of the clinic's day this lies."""
    hour = moment.astimezone(zone).hour
    return next(name for name, first, _title in reversed(PARTS) if hour >= first)


def parts_of(times: Iterable[datetime], zone: ZoneInfo) -> list[Part]:
    """The parts of a day that have free times."""
    found: dict[str, list[datetime]] = {}
    for moment in times:
        found.setdefault(part_of(moment, zone), []).append(moment)
    by_day = bool(BY_DAY & set(found))
    return [
        Part(name, str(title), tuple(found[name]), by_day and name not in BY_DAY)
        for name, _first, title in PARTS
        if name in found
    ]


def said(free: int, names: Iterable[str]) -> str:
    """How much is free on a day: a few times by number, many by the parts of the day."""
    if free == 1:
        return str(_("one time"))
    if free <= FEW:
        return str(_("%(n)s times") % {"n": free})
    there = set(names)
    titles = [str(title) for name, _first, title in PARTS if name in there & BY_DAY] or [
        str(title) for name, _first, title in PARTS if name in there
    ]
    return ", ".join([titles[0], *(title.lower() for title in titles[1:])])
