"""The patient's rows as frozen facts, and what they come to over 28 dates. Nothing here is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.diary import models, words
from clearhead.clinic.people.models import Patient
from clearhead.clinic.schedule.models import Booking
from clearhead.medicine.headache import diary as counting
from clearhead.medicine.headache.diary import AcuteClass, DiaryCounts, Severity, Window
from clearhead.medicine.headache.overuse import Overuse, overuse
from clearhead.medicine.medicines import catalogue

Said = TypeVar("Said", bound=Fact)

SYMPTOM_NAMES = tuple(words.SYMPTOMS)
STRONG_FEATURES = ("worse_with_activity", "nausea", "vomiting", "photophobia", "phonophobia")
REASON_AFTER_DAYS = 7
LONGEST_ATTACK = timedelta(days=31)
"""An attack that began earlier than this before a window is not looked for in it; so none longer is taken in."""
FIRST_DATE = date(2000, 1, 1)
"""The calendar shows no month before this one (forms.MonthForm): what lay there could not be looked at again."""


@dataclass(frozen=True, slots=True)
class AttackView:
    """One headache with everything said about it."""

    code: str
    row: models.Attack
    started_at: datetime
    zone: str
    ended_at: datetime | None
    last_event_at: datetime
    peak: int | None
    worse: int
    said: dict[str, frozenset[str]]  # kind → values that were there
    denied: frozenset[str]
    doses: tuple[models.Dose, ...] = field(default=())

    @property
    def open(self) -> bool:
        """Not over yet."""
        return self.ended_at is None

    @property
    def minutes(self) -> int | None:
        """How long it lasted, in minutes."""
        return None if self.ended_at is None else int((self.ended_at - self.started_at).total_seconds() // 60)

    @property
    def symptoms(self) -> str:
        """What was there, in the patient's words."""
        return self._told("symptom", words.SYMPTOMS)

    @property
    def auras(self) -> str:
        """The aura, in the patient's words."""
        return self._told("aura", words.AURA)

    @property
    def triggers(self) -> str:
        """What may have set it off, in the patient's words."""
        return self._told("trigger", words.TRIGGERS)

    def _told(self, kind: str, names: Mapping[str, Any]) -> str:
        return ", ".join(str(names.get(value, value)) for value in sorted(self.said.get(kind, ())))

    def frozen(self) -> counting.Attack:
        """As the counting rule reads it. What was not asked stays unknown."""
        side = self.said.get("side", frozenset())
        quality = self.said.get("quality", frozenset())
        return counting.Attack(
            started_at=self.started_at,
            zone=self.zone,
            ended_at=self.ended_at,
            last_event_at=self.last_event_at,
            peak=None if self.peak is None else Severity(self.peak),
            unilateral=None if not side else bool(side & {"left", "right", "moves"}),
            pulsating=None if not quality else "throbbing" in quality,
            aura=True if self.said.get("aura") else (False if "aura" in self.denied else None),
            **{name: self._symptom(name) for name in STRONG_FEATURES},
        )

    def _symptom(self, name: str) -> bool | None:
        if name in self.said.get("symptom", frozenset()):
            return True
        return False if name in self.denied else None


def today_of(patient: Patient, now: datetime) -> date:
    """The date on the patient's own clock."""
    return counting.local_date_of_entry(now, patient.zone)


def first_date(patient: Patient) -> date:
    """The earliest date a diary can hold. A paper notebook of years ago may be copied; a slip of the year may not."""
    return max(FIRST_DATE, patient.birth_date)


def days_of(patient: Patient, first: date | None = None, last: date | None = None) -> list[models.Day]:
    """The answers of these dates, one a date. Where two charts of one person were merged, the kept one's counts."""
    rows = models.Day.standing().filter(patient__in=patient.charts)
    rows = rows.filter(local_date__gte=first) if first else rows
    rows = rows.filter(local_date__lte=last) if last else rows
    by_date: dict[date, models.Day] = {}
    for day in rows.order_by("local_date", "pk"):
        if day.local_date not in by_date or day.patient_id == patient.pk:
            by_date[day.local_date] = day
    return list(by_date.values())


def day_of(patient: Patient, on: date) -> models.Day | None:
    """The answer of one date."""
    return next(iter(days_of(patient, on, on)), None)


def attacks_of(patient: Patient, since: datetime | None = None, until: datetime | None = None) -> list[AttackView]:
    """Attacks that stand, oldest first."""
    rows = models.Attack.standing().filter(patient__in=patient.charts).order_by("happened_at", "pk")
    if since is not None:
        rows = rows.filter(happened_at__gte=since)
    if until is not None:
        rows = rows.filter(happened_at__lt=until)
    return _with_events(list(rows))


def attack_view(row: models.Attack) -> AttackView:
    """One attack with everything said about it."""
    return _with_events([row])[0]


def open_attack(patient: Patient) -> AttackView | None:
    """The newest attack that is not over."""
    running = [attack for attack in attacks_of(patient) if attack.open]
    return running[-1] if running else None


def attack_beside(patient: Patient, tapped: datetime, *, ended: bool) -> AttackView | None:
    """The attack that was going on when another one was tapped, or that is going on while the other one is not over.

    `ended`: it is known when the other one was over. A patient has one headache at a time.
    """
    beside = [
        one
        for one in attacks_of(patient)
        if (one.open and not ended) or (one.started_at <= tapped and (one.ended_at is None or tapped < one.ended_at))
    ]
    return beside[-1] if beside else None


def _with_events(rows: list[models.Attack]) -> list[AttackView]:
    lines = {row.pk: lineage(row) for row in rows}
    every = {pk for line in lines.values() for pk in line}
    events, doses = defaultdict(list), defaultdict(list)
    for event in models.AttackEvent.standing().filter(attack__in=every).order_by("recorded_at", "pk"):
        events[event.attack_id].append(event)
    for dose in models.Dose.standing().filter(attack__in=every).select_related("medicine"):
        doses[dose.attack_id].append(dose)
    return [
        _view(row, [e for pk in lines[row.pk] for e in events[pk]], [d for pk in lines[row.pk] for d in doses[pk]])
        for row in rows
    ]


def lineage(row: models.Attack) -> list[int]:
    """An attack whose start was put right keeps what was said about it before."""
    line = [row.pk]
    while row.corrects is not None:
        row = row.corrects
        line.append(row.pk)
    return line


def present(row: Said) -> Said | None:
    """The row that stands for this one now, whatever was put right since; None once it was taken out."""
    while (later := getattr(row, "corrected_by", None)) is not None:
        row = later
    return None if row.struck else row


def _view(row: models.Attack, events: list[models.AttackEvent], doses: list[models.Dose]) -> AttackView:
    said: dict[str, set[str]] = defaultdict(set)
    denied: set[str] = set()
    for event in events:
        if event.value.startswith("not:"):
            denied.add(event.value.removeprefix("not:"))
        else:
            said[event.kind].add(event.value)
    ends = [event.happened_at for event in events if event.kind == models.AttackEvent.Kind.OVER]
    times = [event.happened_at for event in events] + [dose.happened_at for dose in doses]
    return AttackView(
        code=str(row.code),
        row=row,
        started_at=row.happened_at,
        zone=row.zone,
        ended_at=ends[-1] if ends else None,
        last_event_at=max([row.happened_at, *times]),
        peak=max((int(value) for value in said.get("peak", ())), default=None),
        worse=sum(event.kind == models.AttackEvent.Kind.WORSE for event in events),
        said={kind: frozenset(values) for kind, values in said.items()},
        denied=frozenset(denied),
        doses=tuple(sorted(doses, key=lambda dose: dose.happened_at)),
    )


def medicines_of(patient: Patient, role: str | None = None) -> list[models.Medicine]:
    """The patient's own list."""
    rows = models.Medicine.standing().filter(patient__in=patient.charts).order_by("typed")
    return list(rows.filter(role=role) if role else rows)


def doses_of(patient: Patient) -> list[models.Dose]:
    """Every dose that stands, oldest first."""
    rows = models.Dose.standing().filter(patient__in=patient.charts).select_related("medicine")
    return list(rows.order_by("happened_at", "pk"))


@dataclass(frozen=True, slots=True)
class Found:
    """What the catalogue knows of a typed name; nothing where it knows nothing: "not checked"."""

    ingredient_id: str = ""
    medicine_class: str = ""


def look_up(typed: str) -> Found:
    """The ingredient and the counting class behind a typed name."""
    one = catalogue.find(typed)
    return Found() if one is None else Found(one.id, one.acute_class or one.preventive_class or "")


def counts_over(patient: Patient, window: Window) -> DiaryCounts:
    """Headache, moderate-or-severe, migraine and acute-medicine days of a window, with completeness."""
    return counting.count(*_facts(patient, window), window)


def counts_of(patient: Patient, last: date) -> DiaryCounts:
    """The 28 dates up to and including `last`."""
    return counts_over(patient, Window.ending(last))


def windows_of(patient: Patient, last: date, number: int = 3) -> list[DiaryCounts]:
    """Consecutive windows of 28 dates, oldest first, the newest ending at `last`; the diary is read once for all."""
    ends = [last - timedelta(days=counting.WINDOW_DAYS * back) for back in reversed(range(number))]
    windows = [Window.ending(end) for end in ends]
    facts = _facts(patient, Window(windows[0].first, windows[-1].last))
    return [counting.count(*facts, window) for window in windows]


def overuse_of(patient: Patient, last: date) -> Overuse:
    """Acute-medicine days against the thresholds of ICHD-3 8.2."""
    return overuse(windows_of(patient, last))


def _facts(
    patient: Patient, window: Window
) -> tuple[list[counting.Day], list[counting.Attack], list[counting.DoseTaken]]:
    days = days_of(patient, window.first, window.last)
    first = datetime.combine(window.first, datetime.min.time(), UTC) - timedelta(days=1)
    last = datetime.combine(window.last, datetime.min.time(), UTC) + timedelta(days=2)
    taken = models.Dose.standing().filter(patient__in=patient.charts, happened_at__range=(first, last))
    return (
        [counting.Day(day.local_date, Severity(day.answer), day.backfilled) for day in days],
        [attack.frozen() for attack in attacks_of(patient, first - LONGEST_ATTACK, last)],
        [_taken(dose) for dose in taken.select_related("medicine")],
    )


def _taken(dose: models.Dose) -> counting.DoseTaken:
    known = dose.medicine.medicine_class in set(AcuteClass)
    name = AcuteClass(dose.medicine.medicine_class) if known else AcuteClass.UNCLASSIFIED
    role = "preventive" if dose.medicine.role == "preventive" else "acute"
    return counting.DoseTaken(dose.happened_at, dose.zone, name, role)  # type: ignore[arg-type]


# ---- the calendar ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayCell:
    """One date of the calendar: a numeral and a shade; missing is visibly missing."""

    on: date
    state: str  # none, mild, moderate, severe, headache, missing, future
    numeral: str
    medicine: bool
    infusion: bool
    backfilled: bool
    conflict: str

    @property
    def words(self) -> str:
        """What a screen reader says of the state."""
        return str(STATE_WORDS[self.state])


STATES = ("none", "mild", "moderate", "severe")
STATE_WORDS = {
    "none": _("no headache"),
    "mild": _("mild"),
    "moderate": _("moderate"),
    "severe": _("severe"),
    "headache": _("headache"),
    "missing": _("not answered"),
    "future": _("not yet"),
}


def cells_of(patient: Patient, first: date, last: date, today: date) -> list[DayCell]:
    """Every date from first to last."""
    counts = counts_over(patient, Window(first, last))
    answers = {day.local_date: day.answer for day in days_of(patient, first, last)}
    peaks = _peaks(patient, first, last)
    infused = infusion_dates(patient, first, last)
    conflicts = {conflict.local_date: conflict.sentence for conflict in counts.conflicts}
    return [
        _cell(view, answers.get(view.local_date), peaks.get(view.local_date), infused, conflicts, today)
        for view in counts.dates
    ]


def _peaks(patient: Patient, first: date, last: date) -> dict[date, int | None]:
    found: dict[date, int | None] = {}
    since = datetime.combine(first, datetime.min.time(), UTC) - LONGEST_ATTACK
    for attack in attacks_of(patient, since):
        for on in attack.frozen().dates():
            if first <= on <= last:
                found[on] = max((n for n in (found.get(on), attack.peak) if n is not None), default=None)
    return found


def _cell(
    view: counting.DateView,
    answer: int | None,
    peak: int | None,
    infused: frozenset[date],
    conflicts: dict[date, str],
    today: date,
) -> DayCell:
    state, numeral = "missing", "·"
    if answer is not None and (answer > 0 or not view.headache):
        state, numeral = STATES[answer], str(answer) if answer else ""
    elif view.headache:
        state, numeral = (STATES[peak], str(peak)) if peak else ("headache", "?")
    elif view.local_date > today:
        state, numeral = "future", ""
    return DayCell(
        on=view.local_date,
        state=state,
        numeral=numeral,
        medicine=bool(view.acute_classes),
        infusion=view.local_date in infused,
        backfilled=view.backfilled,
        conflict=conflicts.get(view.local_date, ""),
    )


def infusion_dates(patient: Patient, first: date, last: date) -> frozenset[date]:
    """Local dates with an infusion booked or done, in the zone of its site."""
    begin = datetime.combine(first, datetime.min.time(), UTC) - timedelta(days=1)
    end = datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=2)
    visits = Booking.objects.filter(
        patient__in=patient.charts,
        service__kind="infusion",
        status__in=("booked", "done"),
        starts_at__range=(begin, end),
    ).select_related("site")
    return frozenset(visit.starts_at.astimezone(ZoneInfo(visit.site.zone)).date() for visit in visits)


def open_dates(cells: Iterable[DayCell], today: date) -> list[date]:
    """Dates that nobody has answered yet, today not among them."""
    return [cell.on for cell in cells if cell.state == "missing" and cell.on < today]
