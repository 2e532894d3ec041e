"""Generated chair histories: rates, pauses, boluses, bag changes, primes and flushes as they could be charted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from clearhead.medicine.rules.dose import Bag, BolusGiven, Flush, RateChange, Tubing

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # the night on which European clocks change
STRENGTHS = tuple(Decimal(text) for text in ("0.5", "1", "2", "5", "10"))


@dataclass(frozen=True)
class History:
    """One session's pump facts in order of time."""

    rates: list[RateChange]
    bags: list[Bag]
    boluses: list[BolusGiven]
    flushes: list[Flush]
    line: Tubing
    until: datetime


def history(chance: Random) -> History:
    """One history, from a seeded source of chance; times to the microsecond, rates to 0.01 mL/h."""
    bags = [Bag(f"bag {n}", chance.choice(STRENGTHS), Decimal(chance.choice((20, 50, 100, 250)))) for n in range(3)]
    at, bag = START, bags[0]
    rates = [RateChange(at, "start", _rate(chance), bag.code)]
    boluses: list[BolusGiven] = []
    for _ in range(chance.randrange(0, 14)):
        at += timedelta(microseconds=chance.randrange(0, 3_600_000_000))
        kind = chance.choice(("change", "pause", "resume", "bag_change", "bolus", "bolus"))
        if kind == "bolus":
            by_hand = chance.random() < 0.5
            boluses.append(BolusGiven(at, Decimal(chance.randrange(0, 2_000)) / 100, None if by_hand else bag.code))
        else:
            bag = chance.choice(bags) if kind == "bag_change" else bag
            rates.append(RateChange(at, kind, Decimal(0) if kind == "pause" else _rate(chance), bag.code))
    flushes = []
    if chance.random() < 0.7:
        at += timedelta(microseconds=chance.randrange(1, 3_600_000_000))
        rates.append(RateChange(at, "end", Decimal(0), bag.code))
        flushes.append(Flush(at, Decimal(chance.randrange(0, 300)) / 10, Decimal(chance.randrange(1, 10))))
    line = Tubing(Decimal(chance.choice((0, 0, 5, 12, 30))) / 10, chance.choice(("drug", "diluent")))
    until = at + timedelta(microseconds=chance.randrange(0, 3_600_000_000))
    return History(rates, bags, boluses, flushes, line, until)


def _rate(chance: Random) -> Decimal:
    return Decimal(chance.randrange(0, 6_000)) / 100
