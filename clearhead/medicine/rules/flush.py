"""A flush of the line while drug stands in it: that drug goes into the vein at once, as a bolus would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.protocols.wording import plain
from clearhead.medicine.rules import rate_caps
from clearhead.medicine.rules.rate_facts import RateFacts
from clearhead.medicine.rules.reasons import refused, source_of
from clearhead.medicine.rules.verdict import Reason

TENTH_ML = Decimal("0.1")
"""A flush is charted in tenths of a mL."""


def over_the_caps(facts: RateFacts, protocol: Protocol, *, at: datetime) -> list[Reason]:
    """The caps that are passed with these mg. `facts.intention`: a bolus of the mg the flush adds to what counts."""
    return list(rate_caps.totals(facts, protocol, at=at)) if facts.intention.value > 0 else []


def too_much(reasons: Iterable[Reason], most: Decimal) -> list[Reason]:
    """Refusals that say how many mL would fit."""
    fits = f"At most {plain(most)} mL fit." if most else "No flush fits."
    return [refused(one.gate, "Flush", f"{one.sentence} {fits}", one.source, limit=one.limit) for one in reasons]


def most_ml(ml: Decimal, fits: Callable[[Decimal], bool]) -> Decimal:
    """The largest tenth of a mL up to this volume that still fits; 0 where none does."""
    low, high = 0, int(ml / TENTH_ML)
    if fits(high * TENTH_ML):
        return high * TENTH_ML
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle * TENTH_ML) else (low, middle)
    return low * TENTH_ML


def beyond_a_bolus(pushed_mg: Decimal, kg: Decimal, protocol: Protocol) -> str:
    """What the protocol says of a bolus of so many mg, where it is more than that; else empty."""
    cap = protocol.caps.single_bolus
    if cap is None or cap.value == 0:
        return "this protocol allows no bolus" if pushed_mg > 0 else ""
    largest = cap.mg(kg)
    return f"the largest single bolus is {cap} ({plain(largest)} mg here)" if pushed_mg > largest else ""


def source(protocol: Protocol) -> str:
    """Where the protocol says what a bolus may be."""
    return source_of(protocol, "caps.single_bolus")
