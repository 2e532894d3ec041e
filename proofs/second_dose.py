"""A second, independent dose integral, used only as a witness against `clearhead.medicine.rules.dose`.

It shares no code and no idea with the first: nothing is queued. Everything that is pushed gets a place on an axis of
cumulative volume. The fluid at place v leaves the line once v + dead volume has been pushed, so what reached the vein
after V mL is the integral of strength over 0 … V - dead volume, plus what the prime gave.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from clearhead.medicine.rules.dose import Bag, BolusGiven, Flush, RateChange, Tubing

US_PER_H = 3_600_000_000


@dataclass(frozen=True)
class Witness:
    """The totals in mg and minutes."""

    charted_mg: Fraction
    delivered_mg: Fraction
    in_line_mg: Fraction
    running_min: Fraction
    paused_min: Fraction


def witness(
    rates: list[RateChange],
    bags: list[Bag],
    boluses: list[BolusGiven],
    flushes: list[Flush],
    line: Tubing,
    until: datetime,
) -> Witness:
    """The same totals by integration over volume instead of a queue over time. Flushes must follow the end."""
    strength = {bag.code: Fraction(bag.mg_per_ml) for bag in bags}
    pushes = _pushes(rates, boluses, flushes, strength, until)
    volume = sum((ml for _, ml, _ in pushes), Fraction(0))
    charted = sum((ml * mg_per_ml for _, ml, mg_per_ml in pushes), Fraction(0))
    by_hand = sum((Fraction(b.mg) for b in boluses if b.bag is None and b.at <= until), Fraction(0))
    from_a_bag = [mg_per_ml for _, ml, mg_per_ml in pushes if mg_per_ml > 0]
    dead = Fraction(line.dead_volume_ml) if from_a_bag else Fraction(0)
    prime = from_a_bag[0] if from_a_bag and line.prime == "drug" else Fraction(0)
    from_prime = prime * min(dead, volume)
    from_bags = _integral(pushes, max(Fraction(0), volume - dead))
    running, paused = _times(rates, until)
    delivered = from_prime + from_bags
    return Witness(
        charted + by_hand, delivered + by_hand, charted + prime * dead - delivered, running * 60, paused * 60
    )


def _pushes(
    rates: list[RateChange],
    boluses: list[BolusGiven],
    flushes: list[Flush],
    strength: dict[str, Fraction],
    until: datetime,
) -> list[tuple[tuple[datetime, int], Fraction, Fraction]]:
    """Everything pushed into the line, as (when, mL, mg/mL), cut at every bolus so that the order is right."""
    cuts = sorted({bolus.at for bolus in boluses if bolus.at <= until})
    found = []
    for n, change in enumerate(rates):
        end = min(rates[n + 1].at if n + 1 < len(rates) else until, until)
        for a, b in _cut(change.at, end, cuts):
            hours = Fraction(int((b - a).total_seconds() * 1_000_000 + 0.5), US_PER_H)
            found.append(((a, 1), Fraction(change.ml_per_h) * hours, strength[change.bag]))
    for bolus in boluses:
        if bolus.bag is not None and bolus.at <= until:
            found.append(((bolus.at, 0), Fraction(bolus.mg) / strength[bolus.bag], strength[bolus.bag]))
    for flush in flushes:
        if flush.at < until:
            passed = Fraction(int((until - flush.at).total_seconds() * 1_000_000 + 0.5), 60_000_000)
            share = min(Fraction(1), passed / Fraction(flush.over_min))
            found.append(((flush.at, 2), Fraction(flush.ml) * share, Fraction(0)))
    return sorted((push for push in found if push[1] > 0), key=lambda push: push[0])


def _cut(start: datetime, end: datetime, cuts: list[datetime]) -> list[tuple[datetime, datetime]]:
    if end <= start:
        return []
    edges = [start, *(cut for cut in cuts if start < cut < end), end]
    return [(edges[n], edges[n + 1]) for n in range(len(edges) - 1)]


def _integral(pushes: list[tuple[tuple[datetime, int], Fraction, Fraction]], up_to_ml: Fraction) -> Fraction:
    """The mg in the first so many mL that were pushed."""
    mg, at = Fraction(0), Fraction(0)
    for _, ml, mg_per_ml in pushes:
        mg += mg_per_ml * max(Fraction(0), min(ml, up_to_ml - at))
        at += ml
    return mg


def _times(rates: list[RateChange], until: datetime) -> tuple[Fraction, Fraction]:
    running = paused = Fraction(0)
    for n, change in enumerate(rates):
        end = min(rates[n + 1].at if n + 1 < len(rates) else until, until)
        hours = Fraction(max(0, int((end - change.at).total_seconds() * 1_000_000 + 0.5)), US_PER_H)
        running += hours if change.ml_per_h > 0 else 0
        paused += hours if change.ml_per_h == 0 and change.kind != "end" else 0
    return running, paused
