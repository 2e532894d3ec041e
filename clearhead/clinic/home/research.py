"""For research: counts of people who agreed, never rows; a small cell is hidden, and what would betray it too."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from clearhead.clinic.consent.models import Consent
from clearhead.clinic.home.timeline import RESPONSES
from clearhead.clinic.people.models import Course, Site
from clearhead.clinic.plan.models import SessionSummary
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.review.models import Harm, Review

SMALLEST = 5
"""A cell with fewer people is not shown (assumption; a site's ethics board may ask for more)."""
AGES = ((0, "under 30"), (30, "30 to 44"), (45, "45 to 59"), (60, "60 and over"))
SESSIONS = ((0, "none yet"), (1, "1"), (2, "2 to 4"), (5, "5 or more"))


@dataclass(frozen=True, slots=True)
class Cell:
    """How many people; None where the number is hidden."""

    group: str
    n: int | None

    @property
    def shown(self) -> str:
        """The number, or that it is hidden."""
        return _("hidden") if self.n is None else str(self.n)


@dataclass(frozen=True, slots=True)
class Table:
    """People by one property."""

    name: str
    cells: tuple[Cell, ...]


def tables(site: Site, now: datetime) -> list[Table]:
    """People of this site who agreed to the registry, by each property. Below the smallest cell, none at all."""
    courses = agreed(site)
    if len(courses) < SMALLEST:
        return []
    today, given = site.today(now), _sessions(courses)
    return [
        table(_("Age"), (_band(AGES, one.patient.age_on(today)) for one in courses)),
        table(_("Sex recorded at birth"), (one.patient.sex or "not asked" for one in courses)),
        table(_("Sessions given"), (_band(SESSIONS, given[one.pk]) for one in courses)),
        table(_("Last review"), _last_review(courses)),
        table(_("Left against advice, or transferred, at least once"), _left_otherwise(courses)),
        table(_("Any harm noted"), _harmed(courses)),
    ]


def agreed(site: Site) -> list[Course]:
    """Courses whose patient said yes to the registry in the newest consent, and did not withdraw it."""
    newest: dict[int, Consent] = {}
    for row in Consent.standing().filter(site=site).order_by("happened_at", "pk").prefetch_related("withdrawals"):
        newest[row.course_id] = row
    yes = [pk for pk, row in newest.items() if row.choices.get("registry") is True and not row.withdrawals.all()]
    return list(Course.objects.filter(pk__in=yes).select_related("patient"))


def table(name: str, groups: Iterable[str]) -> Table:
    """Counts with small cells hidden. One hidden cell alone would follow from the sum: the next smallest goes too."""
    counts = Counter(groups)
    hidden = {group for group, n in counts.items() if n < SMALLEST}
    if len(hidden) == 1:
        rest = [group for group in counts if group not in hidden]
        hidden |= set(sorted(rest, key=lambda group: (counts[group], group))[:1])
    cells = (Cell(group, None if group in hidden else n) for group, n in sorted(counts.items()))
    return Table(name, tuple(cells))


def as_csv(found: list[Table]) -> str:
    """The same, to take along."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["property", "group", "people"])
    writer.writerows([one.name, cell.group, "" if cell.n is None else cell.n] for one in found for cell in one.cells)
    return out.getvalue()


def _band(bands: tuple[tuple[int, str], ...], number: int) -> str:
    return next(name for low, name in reversed(bands) if number >= low)


def _sessions(courses: list[Course]) -> Counter[int]:
    rows = SessionSummary.standing().filter(session__course__in=courses).values_list("session__course", "session")
    return Counter(course for course, _session in set(rows))


def _last_review(courses: list[Course]) -> list[str]:
    said = {
        row.course_id: str(RESPONSES.get(row.response, "not enough data"))
        for row in Review.standing().filter(course__in=courses).order_by("happened_at", "pk")
    }
    return [said.get(one.pk, "none yet") for one in courses]


def _left_otherwise(courses: list[Course]) -> list[str]:
    rows = Discharge.standing().filter(session__course__in=courses).exclude(disposition="criteria_met")
    return _yes_no(courses, set(rows.values_list("session__course", flat=True)))


def _harmed(courses: list[Course]) -> list[str]:
    return _yes_no(courses, set(Harm.standing().filter(course__in=courses).values_list("course", flat=True)))


def _yes_no(courses: list[Course], yes: set[int]) -> list[str]:
    return ["yes" if one.pk in yes else "no" for one in courses]


def name_of(site: Site, day: date) -> str:
    """The file's name."""
    return f"counts-{site.slug}-{day.isoformat()}.csv"
