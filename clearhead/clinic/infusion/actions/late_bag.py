"""A bag that hung before it was charted: the pump kept its mL/h, unless it was set anew then.

With another strength the mg/h changes by itself, and so does what was given since. That is read and confirmed first,
and told to the prescriber after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clearhead.clinic.infusion.actions.base import raise_flag
from clearhead.clinic.infusion.actions.moment import LATER, Moment, charted
from clearhead.clinic.infusion.models import Bag, RateChange
from clearhead.clinic.infusion.queries.doses import (
    DoseRows,
    account,
    dose_rows,
    exact,
    mg_per_h,
    ml_before,
    rate_before,
)
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.rates import next_ml_per_h
from clearhead.clinic.infusion.queries.state import infusion_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.wording import plain
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.reasons import missing
from clearhead.medicine.rules.verdict import Reason


@dataclass(frozen=True, slots=True)
class LateBag:
    """A bag at its moment, and how the record stands with it. `anew`: the pump was set for the same mg/h."""

    session: Session
    bag: Bag
    moment: Moment
    anew: bool
    at: datetime

    @property
    def stands(self) -> bool:
        """True for a bag that was hung while the pump stood still."""
        return self.moment.then.last is not None and self.moment.then.paused is not None

    @property
    def kept(self) -> bool:
        """True where the pump went on at its mL/h: what has happened, and nobody says that it was set anew."""
        return not (self.moment.intended or self.anew or self.stands)

    @property
    def ml_per_h(self) -> Decimal:
        """What the pump showed with this bag."""
        if self.stands:
            return Decimal("0.00")
        then, infusion = self.moment.then, self.moment.infusion
        if self.kept or infusion is None:
            return ml_before(then)
        protocol = protocol_of(self.session)
        return next_ml_per_h(then, protocol, weight_kg=infusion.weight_kg, mg_per_ml=self.bag.mg_per_ml)

    @property
    def rows(self) -> DoseRows:
        """The record with it."""
        return self.moment.rows.hung(self.bag, self.moment.when, self.ml_per_h, self.at)

    @property
    def moved(self) -> tuple[RateChange, ...]:
        """The later settings whose mg/h its strength changes."""
        if not self._other_strength:
            return ()
        return tuple(row for row in self.moment.rows.counting_with(self.moment.when) if row.pump_ml_per_h > 0)

    @property
    def runs_other(self) -> bool:
        """True where another mg/h ran from this moment on than is charted."""
        return self.kept and self._other_strength

    @property
    def _other_strength(self) -> bool:
        before = self.moment.then.bag
        return before is not None and before.mg_per_ml != self.bag.mg_per_ml and not self.moment.intended

    def counted(self) -> tuple[Decimal, Decimal]:
        """mg given by now, as charted before and with this bag."""
        protocol = protocol_of(self.session)
        was, now = (account(one, protocol, self.at).counted_mg for one in (self.moment.rows, self.rows))
        return exact(was), exact(now)

    def doubts(self) -> Iterable[Reason]:
        """A time before it was prepared; which of the two is charted, and what that moves."""
        zone, said = self.session.site.tz, self._time(self.moment.when)
        if self.bag.happened_at > self.moment.when:
            ready = clock_time(self.bag.happened_at, zone)
            yield missing(
                "prepared_later", "Time", f"This bag was prepared at {ready}, after {said}. Is the time right?"
            )
        told = [*self._of_the_pump(), *self._of_the_later()]
        if told:
            yield missing(self._gate, "Time", f"{' '.join(told)} Has this bag hung since {said}?")

    @property
    def _gate(self) -> str:
        """Confirmed for the number of the pump that was read: another one asks anew."""
        return LATER if self.stands else f"{'set_to' if self.anew else 'kept'}={plain(self.ml_per_h)}"

    def _of_the_pump(self) -> Iterable[str]:
        if self.stands or not self._other_strength:
            return
        when, shows, runs = self._time(self.moment.when), plain(self.ml_per_h), plain(self._mg_per_h)
        if self.anew:
            yield f"The pump was set anew to {shows} mL/h at {when}: {runs} mg/h."
        else:
            yield (
                f"The pump kept its {shows} mL/h: with {plain(self.bag.mg_per_ml)} mg/mL that is {runs} mg/h since "
                f"{when} and not {plain(rate_before(self.moment.then))}{self.by_now('; ')}."
            )

    def _of_the_later(self) -> Iterable[str]:
        moved, strength = self.moved, self.bag.mg_per_ml
        if moved:
            last = moved[-1]
            many = "1 later setting then counts" if len(moved) == 1 else f"{len(moved)} later settings then count"
            yield (
                f"{many} with {plain(strength)} mg/mL: {charted(self.session, last)}, that is "
                f"{plain(last.pump_ml_per_h * strength)} mg/h and not {plain(mg_per_h(last))}."
            )

    @property
    def _mg_per_h(self) -> Decimal:
        return self.ml_per_h * self.bag.mg_per_ml

    def by_now(self, joined: str) -> str:
        """What it moves of the total, in words that are joined to others; empty where it only begins to."""
        was, now = (f"{mg:.2f}" for mg in self.counted())
        return f"{joined}{now} mg given by now, not {was}" if now != was else ""

    def _time(self, when: datetime) -> str:
        return clock_time(when, self.session.site.tz)


def flag_recounted(row: RateChange, late: LateBag, by: User | None, at: datetime) -> None:
    """What a bag that was charted late changes is told to the prescriber; above a hard limit as a breach."""
    moved = late.moved
    if not moved and not late.runs_other:
        return
    session, rows, (_was, now) = row.session, dose_rows(row.session), late.counted()
    fastest = max(late.ml_per_h * row.bag.mg_per_ml, *map(mg_per_h, rows.counting_with(row.happened_at)), Decimal(0))
    sentences = [f"The bag of {clock_time(row.happened_at, session.site.tz)} was charted after it was hung."]
    if late.runs_other:
        sentences.append(
            f"The pump kept its {plain(late.ml_per_h)} mL/h: {plain(row.pump_ml_per_h * row.bag.mg_per_ml)} mg/h and "
            f"not {plain(rate_before(late.moment.then))}."
        )
    if moved:
        many = "1 later setting now counts" if len(moved) == 1 else f"{len(moved)} later settings now count"
        sentences.append(f"{many} with {plain(row.bag.mg_per_ml)} mg/mL, up to {plain(fastest)} mg/h.")
    sentences += [f"{told}."] if (told := late.by_now("")) else []
    above = above_a_hard_limit(session, fastest, now)
    raise_flag(
        session=session, at=at, by=by, rule="late_bag", level="high" if above else "medium", since=row.happened_at,
        sentence=" ".join([*sentences, *(["That is above a hard limit."] if above else [])]), for_prescriber=True,
        value=str(row.code),
    )  # fmt: skip


def above_a_hard_limit(session: Session, fastest: Decimal, counted_mg: Decimal) -> bool:
    """True for a rate in mg/h above the hard one, or a total above the cap of the session."""
    caps, infusion = protocol_of(session).caps, infusion_of(session)
    kg = infusion.weight_kg if infusion is not None else session.order.weight_kg
    return fastest > caps.hard_rate.mg_per_h(kg) or counted_mg > caps.session_cap_mg(kg)
