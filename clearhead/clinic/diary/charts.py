"""Numbers to pictures: the month, the meters, the strip of three months."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clearhead.clinic.diary import queries, words
from clearhead.clinic.people.models import Patient
from clearhead.clinic.web.dates import with_year
from clearhead.medicine.headache.overuse import Overuse, Use

STRIP_DAYS = 84
STEP, HEIGHT, BASE = 10, 22, 84  # one date is 10 units wide; one grade of severity 22 units high


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks of cells; None where a week reaches into another month."""

    first: date
    weeks: tuple[tuple[queries.DayCell | None, ...], ...]
    headache_days: int
    strong_days: int
    answered: int
    so_far: int
    open_dates: tuple[date, ...]
    infusions: tuple[date, ...]
    conflicts: tuple[str, ...]

    @property
    def previous(self) -> str:
        """The month before, as 2026-10."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def next(self) -> str:
        """The month after."""
        return f"{self.first + timedelta(days=31):%Y-%m}"


def month_of(patient: Patient, first: date, today: date) -> Month:
    """One month of the diary."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    cells = {cell.on: cell for cell in queries.cells_of(patient, first, last, today)}
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    past = [cell for cell in cells.values() if cell.on <= today]
    return Month(
        first=first,
        weeks=tuple(tuple(cells.get(on) for on in week) for week in weeks),
        headache_days=sum(cell.state not in {"none", "missing", "future"} for cell in past),
        strong_days=sum(cell.state in {"moderate", "severe"} for cell in past),
        answered=sum(cell.state != "missing" for cell in past),
        so_far=len(past),
        open_dates=tuple(queries.open_dates(past, today)),
        infusions=tuple(cell.on for cell in cells.values() if cell.infusion),
        conflicts=tuple(cell.conflict for cell in past if cell.conflict),
    )


@dataclass(frozen=True, slots=True)
class Meter:
    """Days with one kind of acute medicine against its threshold."""

    name: Any
    days: int
    threshold: int
    percent: int
    over: bool
    unknown: bool


def meters_of(use: Overuse) -> list[Meter]:
    """One meter for each kind that was taken at all; without any, none."""
    return [
        Meter(
            name=words.USE_NAMES.get(one.name, one.name),
            days=one.days,
            threshold=one.threshold,
            percent=min(100, round(100 * one.days / one.threshold)),
            over=one.use in (Use.OVER_NOW, Use.OVER_THREE_WINDOWS),
            unknown=one.use is Use.UNKNOWN,
        )
        for one in use.uses
        if one.days
    ]


@dataclass(frozen=True, slots=True)
class Column:
    """One date of the strip."""

    x: int
    y: int
    height: int
    cell: queries.DayCell
    label: str


def strip_of(patient: Patient, last: date, days: int = STRIP_DAYS) -> dict[str, Any]:
    """The last dates as columns; missing dates as a dash on the floor, infusions as bars beneath."""
    first = last - timedelta(days=days - 1)
    cells = queries.cells_of(patient, first, last, last)
    columns = [_column(n, cell, last) for n, cell in enumerate(cells)]
    mondays = [
        {"x": STEP * n, "label": with_year(cell.on, "j M", last)}
        for n, cell in enumerate(cells)
        if cell.on.weekday() == 0
    ]
    return {
        "columns": columns,
        "width": STEP * days,
        "base": BASE,
        "mondays": mondays[::2],
        "first": first,
        "last": last,
    }


def _column(n: int, cell: queries.DayCell, today: date) -> Column:
    grade = {"mild": 1, "moderate": 2, "severe": 3, "headache": 1}.get(cell.state, 0)
    return Column(
        STEP * n, BASE - grade * HEIGHT, grade * HEIGHT, cell, f"{with_year(cell.on, 'j M', today)}: {cell.words}"
    )
