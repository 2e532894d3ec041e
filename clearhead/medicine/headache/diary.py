"""Diary facts → counts over a window of 28 local dates.

Rule "headache-day-1": a headache day is a date whose answer is mild or worse, or that an attack touches, or on
which acute medicine was taken. A missing date is never a headache-free date. The raw facts are kept elsewhere;
before and after are always counted again with the same rule.

Sources: ICHD-3, Cephalalgia 2018;38:1-211 (attack features); Tassorelli 2018, Cephalalgia 38:815-832 (28-day
windows). The rule for a touched date and the limit of 80 % answered are this project's own choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from clearhead.medicine.errors import Refused

RULE = "headache-day-1"
WINDOW_DAYS = 28
ENOUGH_ANSWERED = Fraction(80, 100)
BACKFILLED_AFTER_H = 48
T = TypeVar("T")


class Severity(IntEnum):
    """The one-tap answer of a day, and the peak of an attack."""

    NONE = 0
    MILD = 1
    MODERATE = 2
    SEVERE = 3


class AcuteClass(StrEnum):
    """Classes of acute medicine as ICHD-3 8.2 counts them; unclassified is shown, never dropped."""

    TRIPTAN = "triptan"
    ERGOT = "ergot"
    PARACETAMOL = "paracetamol"
    NSAID = "nsaid"
    COMBINATION = "combination_analgesic"
    OPIOID = "opioid"
    GEPANT = "gepant"
    DITAN = "ditan"
    ANTIEMETIC = "antiemetic"
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True)
class Day:
    """The answer for one calendar date, in the patient's zone at entry."""

    local_date: date
    answer: Severity
    backfilled: bool = False


@dataclass(frozen=True, slots=True)
class Attack:
    """One headache. A feature that was not asked is None, which is not "no"."""

    started_at: datetime
    zone: str
    ended_at: datetime | None = None
    last_event_at: datetime | None = None
    peak: Severity | None = None
    unilateral: bool | None = None
    pulsating: bool | None = None
    worse_with_activity: bool | None = None
    nausea: bool | None = None
    vomiting: bool | None = None
    photophobia: bool | None = None
    phonophobia: bool | None = None
    aura: bool | None = None

    def dates(self) -> tuple[date, ...]:
        """Local dates that the attack touches.

        An attack that was never closed reaches only as far as the last thing written about it: a forgotten
        "over" must not turn four weeks into headache days. An end at midnight does not touch the new date.
        """
        zone = ZoneInfo(self.zone)
        end = max(self.ended_at or self.last_event_at or self.started_at, self.started_at)
        first, last = self.started_at.astimezone(zone).date(), end.astimezone(zone)
        at_midnight = last.time() == datetime.min.time() and end > self.started_at
        last_date = last.date() - timedelta(days=1) if at_midnight else last.date()
        return tuple(first + timedelta(days=n) for n in range((last_date - first).days + 1))

    def is_migraine(self) -> bool | None:
        """Aura, or ICHD-3 1.1 criteria C and D of this attack. None while unasked features could decide it."""
        if self.aura:
            return True
        certain, possible = self._features(unasked=False), self._features(unasked=True)
        return True if certain else (None if possible or self.aura is None else False)

    def _features(self, *, unasked: bool) -> bool:
        """Criteria C (two of four) and D (one of two), with every unasked feature taken as `unasked`."""

        def said(answer: bool | None) -> bool:
            return unasked if answer is None else answer

        strong = unasked if self.peak is None else self.peak >= Severity.MODERATE
        c = sum((said(self.unilateral), said(self.pulsating), strong, said(self.worse_with_activity))) >= 2
        d = said(self.nausea) or said(self.vomiting) or (said(self.photophobia) and said(self.phonophobia))
        return c and d


@dataclass(frozen=True, slots=True)
class DoseTaken:
    """One dose as the patient wrote it down. Preventives are not counted as acute medicine."""

    taken_at: datetime
    zone: str
    acute_class: AcuteClass
    role: Literal["acute", "preventive"] = "acute"

    @property
    def local_date(self) -> date:
        """The date in the zone of the entry."""
        return self.taken_at.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class Window:
    """A run of local dates, both ends included."""

    first: date
    last: date

    @property
    def dates(self) -> tuple[date, ...]:
        """Every date of the window."""
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    @classmethod
    def before(cls, first_session: date) -> Window:
        """The 28 dates before the first session."""
        return cls(first_session - timedelta(days=WINDOW_DAYS), first_session - timedelta(days=1))

    @classmethod
    def after(cls, last_session: date, *, number: int = 1) -> Window:
        """The 28 dates that follow the last session; number 2 is days 29-56, number 3 is days 57-84."""
        first = last_session + timedelta(days=1 + WINDOW_DAYS * (number - 1))
        return cls(first, first + timedelta(days=WINDOW_DAYS - 1))

    @classmethod
    def ending(cls, last: date) -> Window:
        """The 28 dates up to and including this one."""
        return cls(last - timedelta(days=WINDOW_DAYS - 1), last)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two facts of one date that contradict each other. The sentence is shown; the attack counts."""

    local_date: date
    sentence: str


@dataclass(frozen=True, slots=True)
class DateView:
    """What the facts say about one date. None = not known."""

    local_date: date
    answered: bool
    headache: bool | None
    moderate_or_severe: bool | None
    migraine: bool | None
    acute_classes: frozenset[AcuteClass]
    backfilled: bool


@dataclass(frozen=True, slots=True)
class DiaryCounts:
    """Counts over a window. Days are dates with the property, never tablets; unknown stands apart from no."""

    window: Window
    rule: str
    dates: tuple[DateView, ...]
    headache_days: int
    moderate_or_severe_days: int
    moderate_or_severe_unknown: int
    migraine_days: int
    migraine_unknown: int
    acute_medicine_days: int
    acute_days_by_class: Mapping[AcuteClass, int]
    backfilled_days: int
    conflicts: tuple[Conflict, ...] = field(default=())

    @property
    def length(self) -> int:
        """Dates in the window."""
        return len(self.dates)

    @property
    def answered(self) -> int:
        """Dates about which the patient said anything."""
        return sum(view.answered for view in self.dates)

    @property
    def completeness(self) -> Fraction:
        """Share of dates answered, exactly."""
        return Fraction(self.answered, self.length)

    @property
    def enough(self) -> bool:
        """False below 80 % answered: then nothing individual may be concluded."""
        return self.completeness >= ENOUGH_ANSWERED

    def days_on_any(self, classes: Iterable[AcuteClass]) -> int:
        """Dates on which at least one of these classes was taken."""
        wanted = frozenset(classes)
        return sum(bool(view.acute_classes & wanted) for view in self.dates)


def local_date_of_entry(at: datetime, zone: str) -> date:
    """The diary date of a moment: the date on the patient's own clock."""
    return at.astimezone(ZoneInfo(zone)).date()


def is_backfilled(local_date: date, *, recorded_at: datetime, zone: str) -> bool:
    """True for an entry later than 48 h after the end of its date, on the patient's own clock."""
    end_of_date = datetime.combine(local_date + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    return recorded_at.timestamp() - end_of_date.timestamp() > BACKFILLED_AFTER_H * 3600


def count(days: Iterable[Day], attacks: Iterable[Attack], doses: Iterable[DoseTaken], window: Window) -> DiaryCounts:
    """Counts of the window by the rule named in `RULE`."""
    answers = _one_answer_per_date(days)
    attacks_on = _by_date((touched, attack) for attack in attacks for touched in attack.dates())
    acute_on = _by_date((dose.local_date, dose.acute_class) for dose in doses if dose.role == "acute")
    views, conflicts = [], []
    for on in window.dates:
        views.append(_view(on, answers.get(on), attacks_on.get(on, ()), frozenset(acute_on.get(on, ()))))
        conflicts += _conflicts(on, answers.get(on), bool(attacks_on.get(on)), bool(acute_on.get(on)))
    per_class = Counter(taken for view in views for taken in view.acute_classes)
    return DiaryCounts(
        window=window,
        rule=RULE,
        dates=tuple(views),
        headache_days=sum(view.headache is True for view in views),
        moderate_or_severe_days=sum(view.moderate_or_severe is True for view in views),
        moderate_or_severe_unknown=sum(view.answered and view.moderate_or_severe is None for view in views),
        migraine_days=sum(view.migraine is True for view in views),
        migraine_unknown=sum(view.answered and view.migraine is None for view in views),
        acute_medicine_days=sum(bool(view.acute_classes) for view in views),
        acute_days_by_class=dict(per_class),
        backfilled_days=sum(view.backfilled for view in views),
        conflicts=tuple(conflicts),
    )


def _one_answer_per_date(days: Iterable[Day]) -> dict[date, Day]:
    answers: dict[date, Day] = {}
    for day in days:
        if day.local_date in answers:
            raise Refused(f"Two answers for {day.local_date:%-d %B %Y}: hand over only the one that stands.")
        answers[day.local_date] = day
    return answers


def _by_date(pairs: Iterable[tuple[date, T]]) -> dict[date, tuple[T, ...]]:
    found: dict[date, tuple[T, ...]] = {}
    for on, thing in pairs:
        found[on] = (*found.get(on, ()), thing)
    return found


def _view(on: date, day: Day | None, attacks: tuple[Attack, ...], acute: frozenset[AcuteClass]) -> DateView:
    answered = day is not None or bool(attacks) or bool(acute)
    headache = (day is not None and day.answer >= Severity.MILD) or bool(attacks) or bool(acute) if answered else None
    severity = _severity(day, attacks, on) if headache else Severity.NONE
    return DateView(
        local_date=on,
        answered=answered,
        headache=headache,
        moderate_or_severe=None if headache is None or severity is None else severity >= Severity.MODERATE,
        migraine=_migraine(attacks, acute) if headache else headache,
        acute_classes=acute,
        backfilled=day is not None and day.backfilled,
    )


def _severity(day: Day | None, attacks: tuple[Attack, ...], on: date) -> Severity | None:
    """The date's own answer; an attack's peak counts where it surely was on this date or nothing else is said."""
    own = day.answer if day is not None and day.answer >= Severity.MILD else None
    peaks = [a.peak for a in attacks if a.peak is not None and (own is None or a.dates() == (on,))]
    return max([*peaks, *([own] if own is not None else [])], default=None)


def _migraine(attacks: tuple[Attack, ...], acute: frozenset[AcuteClass]) -> bool | None:
    """Features, aura, triptan or ergot say yes; a headache without any of them known stays unknown."""
    if acute & {AcuteClass.TRIPTAN, AcuteClass.ERGOT}:
        return True
    judged = [attack.is_migraine() for attack in attacks]
    if True in judged:
        return True
    return False if judged and None not in judged else None


def _conflicts(on: date, day: Day | None, attack: bool, acute: bool) -> list[Conflict]:
    if day is None or day.answer is not Severity.NONE:
        return []
    found, answered = [], f"{on:%-d %B %Y}: answered “none”"
    if attack:
        found.append(Conflict(on, f"{answered}, but an attack touches this date. The attack counts."))
    if acute:
        found.append(Conflict(on, f"{answered}, but acute medicine was taken. It counts as headache."))
    return found
