"""What was given: rows of the chair to the exact account, and to the frozen history that kinetics reads."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from clearhead.clinic.infusion.models import Bag, Bolus, Flush, Infusion, RateChange
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.plan.models import Session, SessionSummary
from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import dose
from clearhead.medicine.rules.dose import DoseAccount

DAY = timedelta(hours=24)
YEAR = timedelta(days=365)
HANGS = {RateChange.Kind.START, RateChange.Kind.BAG_CHANGE}
"""The settings that hang a bag. Every other one counts with the bag that hung at its time."""


@dataclass(frozen=True)
class DoseRows:
    """The standing rows that carry dose, in order of time."""

    rates: tuple[RateChange, ...]
    boluses: tuple[Bolus, ...]
    bags: tuple[Bag, ...]
    flushes: tuple[Flush, ...]

    @property
    def mark(self) -> str:
        """Names the newest dose row: a screen that shows an older mark is stale."""
        newest = [str(max((row.pk for row in rows), default=0)) for rows in (self.rates, self.boluses, self.flushes)]
        return "-".join(newest)

    @property
    def last(self) -> RateChange | None:
        """How the pump was set last. A pause that is charted after the end does not make the end a mere pause."""
        settled = self.rates[-1] if self.rates else None
        return self.ended or settled

    @property
    def ended(self) -> RateChange | None:
        """The end after which nothing was set to run again: the first, where the end was charted more than once."""
        found = None
        for row in reversed(self.rates):
            if row.kind not in {RateChange.Kind.END, RateChange.Kind.PAUSE}:
                break
            found = row if row.kind == RateChange.Kind.END else found
        return found

    @property
    def new_bag(self) -> Bag | None:
        """The bag that was prepared last and has never hung, once something hangs."""
        hung = {row.bag_id for row in self.rates}
        waiting = [bag for bag in self.bags if bag.pk not in hung]
        return waiting[-1] if hung and waiting else None

    @property
    def paused(self) -> RateChange | None:
        """The pause that lasts: the pump stands still since then, whatever bag was hung meanwhile."""
        found = None
        for row in reversed(self.rates):
            if row.pump_ml_per_h > 0 or row.kind == RateChange.Kind.END:
                break
            found = row
        return found

    @property
    def runs_since(self) -> datetime | None:
        """When the pump was set to run last, after standing still or at the start; None while it stands still."""
        found = None
        for row in reversed(self.rates):
            if not row.pump_ml_per_h:
                break
            found = row.happened_at
        return found

    @property
    def bag(self) -> Bag | None:
        """The bag that hangs: of the last setting, else the last prepared."""
        if self.last is not None:
            return self.last.bag
        return self.bags[-1] if self.bags else None

    def at(self, when: datetime) -> DoseRows:
        """The rows up to a moment gone by: what ran, stood still and hung then."""
        rates = tuple(row for row in self.rates if row.happened_at <= when)
        boluses = tuple(row for row in self.boluses if row.happened_at <= when)
        return DoseRows(rates, boluses, self.bags, tuple(row for row in self.flushes if row.happened_at <= when))

    def after(self, when: datetime) -> tuple[RateChange, ...]:
        """The settings of the pump after a moment gone by."""
        return tuple(row for row in self.rates if row.happened_at > when)

    def counting_with(self, when: datetime) -> tuple[RateChange, ...]:
        """The settings that would count with a bag hung at this moment: up to the next bag."""
        found = []
        for row in self.after(when):
            if row.kind in HANGS:
                break
            found.append(row)
        return tuple(found)

    def without(self, row: RateChange | Bolus | Flush) -> DoseRows:
        """The rows as they would stand if this entry were taken back."""
        rates = tuple(copy(one) for one in self.rates if one != row)
        boluses = tuple(copy(one) for one in self.boluses if one != row)
        _hang(rates, boluses)
        return replace(self, rates=rates, boluses=boluses, flushes=tuple(one for one in self.flushes if one != row))

    def hung(self, bag: Bag, when: datetime, ml_per_h: Decimal, at: datetime) -> DoseRows:
        """The rows as they would stand with this bag hung at a moment gone by, the pump at so many mL/h from then."""
        new = RateChange(
            kind=RateChange.Kind.BAG_CHANGE, bag=bag, pump_ml_per_h=ml_per_h, happened_at=when, recorded_at=at
        )
        rates = tuple(sorted((*map(copy, self.rates), new), key=lambda row: row.happened_at))
        boluses = tuple(map(copy, self.boluses))
        _hang(rates, boluses)
        return replace(self, rates=rates, boluses=boluses)


def dose_rows(session: Session) -> DoseRows:
    """The standing dose rows of a session. Bags are few and rates many: each bag is read once, not beside each rate."""
    every = {bag.pk: bag for bag in Bag.objects.filter(session=session).order_by("happened_at", "pk")}
    corrected = {bag.corrects_id for bag in every.values()}
    bags = tuple(bag for bag in every.values() if not bag.struck and bag.pk not in corrected)
    rates, boluses = _rows(RateChange, session), _rows(Bolus, session)
    for row in (*rates, *boluses):
        row.bag = every.get(row.bag_id) or row.bag
    _hang(rates, boluses)
    return DoseRows(rates, boluses, bags, _rows(Flush, session))


def _hang(rates: tuple[RateChange, ...], boluses: tuple[Bolus, ...]) -> None:
    """Let each setting and each bolus count with the bag that hung at its time, in whatever order they were charted.

    What the pump shows in mL/h is what was charted; mg/h follows from the bag. Within one moment: as they were charted.
    """
    hung: Bag | None = None
    for row in rates:
        hung = row.bag if hung is None or row.kind in HANGS else hung
        row.bag = hung
    for dose_given in boluses:
        moment = (dose_given.happened_at, dose_given.recorded_at)
        before = [row for row in rates if (row.happened_at, row.recorded_at) <= moment]
        dose_given.bag = before[-1].bag if before else dose_given.bag


def _rows(model: Any, session: Session) -> tuple[Any, ...]:
    return tuple(model.standing().filter(session=session).order_by("happened_at", "pk"))


def account(rows: DoseRows, protocol: Protocol, until: datetime) -> DoseAccount:
    """The exact account at `until` by charted rates."""
    return dose.account(
        [dose.RateChange(r.happened_at, r.kind, r.pump_ml_per_h, str(r.bag.code)) for r in rows.rates],
        [dose.Bag(str(bag.code), bag.mg_per_ml, bag.ml) for bag in _all_bags(rows)],
        until=until,
        boluses=[dose.BolusGiven(b.happened_at, b.mg, str(b.bag.code)) for b in rows.boluses],
        flushes=[dose.Flush(f.happened_at, f.ml, f.over_min) for f in rows.flushes],
        line=tubing(rows, protocol),
    )


def tubing(rows: DoseRows, protocol: Protocol) -> dose.Tubing:
    """The line as it was filled for the bag that was hung first; it stays when the bag changes."""
    first = rows.rates[0].bag if rows.rates else rows.bag
    typed = first.prime_ml if first is not None else Decimal(0)
    return dose.Tubing(typed if typed > 0 else protocol.fluids.line.dead_volume_ml, protocol.fluids.line.prime)


def ml_left(rows: DoseRows, given: DoseAccount, protocol: Protocol) -> Decimal:
    """What should be in the bag that hangs, in mL: a bag that nothing was drawn from yet is full."""
    if rows.bag is None:
        return Decimal(0)
    drawn = next((use.left_ml for use in given.bags if use.bag.code == str(rows.bag.code)), None)
    if drawn is not None:
        return exact(drawn)
    line = tubing(rows, protocol)
    fills = line.prime == "drug" and not given.bags
    return rows.bag.ml - (line.dead_volume_ml if fills else Decimal(0))


def _all_bags(rows: DoseRows) -> Iterable[Bag]:
    """Every bag that a row names, also one that was corrected since."""
    named = {bag.pk: bag for bag in rows.bags}
    for row in (*rows.rates, *rows.boluses):
        named.setdefault(row.bag_id, row.bag)
    return named.values()


def account_of(session: Session, until: datetime) -> DoseAccount:
    """The exact account of a session at `until`."""
    return account(dose_rows(session), protocol_of(session), until)


def doses_of(session: Session, now: datetime) -> DoseHistory:
    """What reached the vein until now, in minutes from the start of the infusion."""
    rows = dose_rows(session)
    given = account(rows, protocol_of(session), now)
    zero = min((row.happened_at for row in (*rows.rates, *rows.boluses)), default=now)
    return given.history(session.order.drug_form, zero=min(zero, now))


@dataclass(frozen=True, slots=True)
class Earlier:
    """What this patient was given in other sessions."""

    mg_24h: Decimal
    mg_course: Decimal
    mg_year: Decimal
    sessions_year: int
    last_session_mg_per_h: tuple[Decimal, ...]


def earlier(session: Session, at: datetime) -> Earlier:
    """Other sessions of the patient, wherever in the group they took place."""
    others = (
        Infusion.objects.filter(patient__in=session.patient.charts, started_at__lte=at, started_at__gt=at - YEAR)
        .exclude(session=session)
        .select_related("session")
        .order_by("started_at")
    )
    day = course = year = Decimal(0)
    for infusion in others:
        given, within = _given(infusion, at)
        year += given
        day += within
        if infusion.session.series_code == session.series_code:
            course += given
    last = _rates_of(others[len(others) - 1].session) if others else ()
    return Earlier(day, course, year, len(others), last)


def _given(infusion: Infusion, at: datetime) -> tuple[Decimal, Decimal]:
    """mg of a whole earlier session, and its part within the 24 hours before."""
    ended = infusion.ended_at
    if ended is not None and ended <= at - DAY:
        summary = SessionSummary.standing().filter(session=infusion.session).last()
        if summary is not None:
            return summary.given_mg, Decimal(0)
    counted = account_of(infusion.session, ended or at)
    return exact(counted.counted_mg), exact(counted.charted_mg_between(at - DAY, at))


def _rates_of(session: Session) -> tuple[Decimal, ...]:
    return tuple(sorted({mg_per_h(row) for row in dose_rows(session).rates if row.pump_ml_per_h > 0}))


def mg_per_h(row: RateChange) -> Decimal:
    """Drug rate of a setting in mg/h, exactly what the pump was set to."""
    return row.pump_ml_per_h * row.bag.mg_per_ml


def rate_before(rows: DoseRows) -> Decimal:
    """The rate in mg/h that runs, or ran last before a pause; 0 before the start."""
    running = [row for row in rows.rates if row.pump_ml_per_h > 0]
    return mg_per_h(running[-1]) if running else Decimal(0)


def ml_before(rows: DoseRows) -> Decimal:
    """What the pump shows in mL/h, or showed last before a pause; 0 before the start."""
    return next((row.pump_ml_per_h for row in reversed(rows.rates) if row.pump_ml_per_h > 0), Decimal(0))


def running_mg_per_h(rows: DoseRows) -> Decimal:
    """The rate in mg/h that the record says runs now; 0 in a pause, after an end and before the start."""
    return mg_per_h(rows.last) if rows.last is not None else Decimal(0)


def exact(number: Any) -> Decimal:
    """A fraction as Decimal, at the full precision of the context."""
    return Decimal(number.numerator) / Decimal(number.denominator)
