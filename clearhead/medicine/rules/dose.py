"""What the pump gave, exactly: from charted rates, pauses, boluses, bags, the line and its flush.

Everything is computed from scratch from the facts, in fractions, without rounding: the result never depends on
the order in which facts were typed or on what was shown before. The line is a queue: what enters it first reaches
the vein first, and mixing at the border is neglected (it moves milligrams by seconds, never out of the sum).

Two totals stand side by side. `charted_mg` is what left the bag by charted rates, plus boluses: the caps count it.
`delivered_mg` is what came out of the line into the vein: kinetics uses it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from clearhead.medicine.errors import Missing
from clearhead.medicine.rules.clock import aware
from clearhead.medicine.rules.dose_facts import (
    US,
    Bag,
    BagUse,
    BolusGiven,
    Delivered,
    DoseAccount,
    DrugClosure,
    Flush,
    Kind,
    RateChange,
    Tubing,
    hours_between,
    reconcile_ml,
    total,
)

__all__ = [
    "Bag",
    "BagUse",
    "BolusGiven",
    "Delivered",
    "DoseAccount",
    "DrugClosure",
    "Flush",
    "Kind",
    "RateChange",
    "Tubing",
    "account",
    "reconcile_ml",
]

_Fact = TypeVar("_Fact", RateChange, BolusGiven, Flush)


def account(
    rates: Iterable[RateChange],
    bags: Iterable[Bag],
    *,
    until: datetime,
    boluses: Iterable[BolusGiven] = (),
    flushes: Iterable[Flush] = (),
    line: Tubing | None = None,
) -> DoseAccount:
    """The dose account at `until`. The last rate goes on; a future `until` therefore projects the present rate.

    Facts later than `until` do not count yet. Two changes of the same moment take effect in the order given.
    """
    until = aware(until)
    changes, given, pushed = _in_order(rates, until), _in_order(boluses, until), _in_order(flushes, until)
    known = {bag.code: bag for bag in bags}
    for code in (*(c.bag for c in changes), *(b.bag for b in given if b.bag is not None)):
        if code not in known:
            raise Missing(f"Bag {code}", "a rate or bolus names it, so its mg/mL must be known.")
    walk = _Walk(known, line or Tubing(), changes, pushed)
    for start, end in _intervals(changes, given, pushed, until):
        walk.boluses_at(start, given)
        walk.run(start, end)
    walk.boluses_at(until, given)
    return walk.result(until, changes)


@dataclass(slots=True)
class _Walk:
    """One pass through time; each method advances it."""

    known: dict[str, Bag]
    tubing: Tubing
    changes: Sequence[RateChange]
    flushes: Sequence[Flush]
    used_ml: dict[str, Fraction] = field(default_factory=dict)
    line: deque[tuple[Fraction, Fraction]] = field(default_factory=deque)  # (mL, mg/mL), outlet first
    delivered: list[Delivered] = field(default_factory=list)
    charted: list[Delivered] = field(default_factory=list)
    prime_mg: Fraction = Fraction(0)
    pump_ml: Fraction = Fraction(0)
    running_h: Fraction = Fraction(0)
    paused_h: Fraction = Fraction(0)
    primed: bool = False
    standing: int = 0  # changes that have taken effect, in order of time
    given: int = 0  # boluses already given, in order of time

    def run(self, start: datetime, end: datetime) -> None:
        """From start to end nothing changes."""
        change = self._change_at(start)
        hours = hours_between(start, end)
        if change is not None and change.ml_per_h > 0:
            self._from_bag(change.bag, Fraction(change.ml_per_h) * hours, start, end)
            self.pump_ml += Fraction(change.ml_per_h) * hours
            self.running_h += hours
        elif change is not None and change.kind != "end":
            self.paused_h += hours
        for flush in self.flushes:
            if flush.at <= start and end <= flush.end:
                self._push(Fraction(flush.ml) * hours / hours_between(flush.at, flush.end), Fraction(0), start, end)

    def boluses_at(self, moment: datetime, boluses: Sequence[BolusGiven]) -> None:
        """Give every bolus due by this moment that was not given yet."""
        while self.given < len(boluses) and boluses[self.given].at <= moment:
            bolus, self.given = boluses[self.given], self.given + 1
            if bolus.bag is None:
                self.delivered.append(Delivered(bolus.at, bolus.at, Fraction(bolus.mg)))
                self.charted.append(Delivered(bolus.at, bolus.at, Fraction(bolus.mg)))
            else:
                ml = Fraction(bolus.mg) / Fraction(self.known[bolus.bag].mg_per_ml)
                self._from_bag(bolus.bag, ml, bolus.at, bolus.at)

    def _change_at(self, moment: datetime) -> RateChange | None:
        while self.standing < len(self.changes) and self.changes[self.standing].at <= moment:
            self.standing += 1
        return self.changes[self.standing - 1] if self.standing else None

    def _from_bag(self, code: str, ml: Fraction, start: datetime, end: datetime) -> None:
        strength = Fraction(self.known[code].mg_per_ml)
        self._prime(code, strength)
        self.used_ml[code] = self.used_ml.pop(code, Fraction(0)) + ml
        self.charted.append(Delivered(start, end, ml * strength))
        self._push(ml, strength, start, end)

    def _prime(self, code: str, strength: Fraction) -> None:
        """Fill the line before the first mL: with diluent, or with drug that then counts as used."""
        if self.primed:
            return
        self.primed = True
        dead = Fraction(self.tubing.dead_volume_ml)
        with_drug = self.tubing.prime == "drug"
        if dead > 0:
            self.line.append((dead, strength if with_drug else Fraction(0)))
        if with_drug:
            self.used_ml[code] = dead
            self.prime_mg = dead * strength

    def _push(self, ml: Fraction, strength: Fraction, start: datetime, end: datetime) -> None:
        """Into the line at one end, out at the other: the same volume, older fluid first."""
        self.line.append((ml, strength))
        out = ml
        done = Fraction(0)
        while out > 0 and self.line:
            first_ml, first_strength = self.line.popleft()
            taken = min(first_ml, out)
            if first_ml > taken:
                self.line.appendleft((first_ml - taken, first_strength))
            since, done = done, done + taken
            self._deliver(start, end, since / ml, done / ml, taken * first_strength)
            out -= taken

    def _deliver(self, start: datetime, end: datetime, since: Fraction, done: Fraction, mg: Fraction) -> None:
        if mg > 0:
            span = (end - start) // US
            first, last = (start + US * round(share * span) for share in (since, done))
            self.delivered.append(Delivered(first, last, mg))

    def result(self, until: datetime, changes: Sequence[RateChange]) -> DoseAccount:
        """The account of the walk."""
        now = changes[-1] if changes else None
        strength = Fraction(self.known[now.bag].mg_per_ml) if now else Fraction(0)
        return DoseAccount(
            until=until,
            charted_mg=total(part.mg for part in self.charted),
            delivered_mg=total(part.mg for part in self.delivered),
            in_line_mg=total(ml * mg_per_ml for ml, mg_per_ml in self.line),
            prime_mg=self.prime_mg,
            bolus_mg=total(part.mg for part in self.charted if part.start == part.end),
            pump_ml=self.pump_ml,
            running_min=self.running_h * 60,
            paused_min=self.paused_h * 60,
            ml_per_h=now.ml_per_h if now else Decimal(0),
            mg_per_h=Fraction(now.ml_per_h) * strength if now else Fraction(0),
            bags=tuple(BagUse(self.known[code], used) for code, used in self.used_ml.items()),
            delivered=tuple(self.delivered),
            charted=tuple(self.charted),
        )


def _intervals(
    changes: Sequence[RateChange], boluses: Sequence[BolusGiven], flushes: Sequence[Flush], until: datetime
) -> list[tuple[datetime, datetime]]:
    """Stretches in which nothing changes, from the first fact to `until`."""
    moments = sorted(
        {
            *(c.at for c in changes),
            *(b.at for b in boluses),
            *(f.at for f in flushes),
            *(flush.end for flush in flushes if flush.end <= until),
            until,
        }
    )
    return list(pairwise(moments))


def _in_order(facts: Iterable[_Fact], until: datetime) -> list[_Fact]:
    """The facts up to `until` by time, each in UTC; facts of one moment keep their order."""
    zoned = [replace(fact, at=aware(fact.at)) for fact in facts]
    return sorted((fact for fact in zoned if fact.at <= until), key=lambda fact: fact.at)
