"""A date without its year is read as one of this year; so another year is always said."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format

LONG_AGO_DAYS = 6
"""From here on a weekday alone could be that of another week."""


def with_year(on: date, pattern: str, today: date) -> str:
    """In words of Django: the pattern "j M" gains a year in another year, "D" alone its date from a week on.

    >>> with_year(date(2025, 2, 3), "j M", date(2026, 11, 20))
    '3 Feb 2025'
    >>> with_year(date(2026, 2, 3), "j M", date(2026, 11, 20))
    '3 Feb'
    """
    day = date(on.year, on.month, on.day)
    names_month = "M" in pattern or "F" in pattern
    if not names_month and "D" in pattern and abs((today - day).days) > LONG_AGO_DAYS:
        pattern = pattern.replace("D", "D j M", 1)
    if day.year != today.year:
        pattern = pattern.replace("M", "M Y").replace("F", "F Y")
    return date_format(on, pattern)
