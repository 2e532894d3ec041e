"""May this dose by plan be given now? Beside the allergies and the signs: an open emergency, and the same drug given
just before, by whatever order.

A sedative waits unless a prescriber decides; any other drug is asked about once. A reversal is never held up.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from clearhead.medicine.protocols.bedside import PrnOrder
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import allergy, guards
from clearhead.medicine.rules.adjunct import DoseGiven
from clearhead.medicine.rules.clock import minutes_since
from clearhead.medicine.rules.reasons import asked, refused, warned
from clearhead.medicine.rules.verdict import Reason

HELD = ("min_gap", "session_total")
"""What a sedative waits for, unless a prescriber decides."""
ASKED = ("asked_in_emergency", "asked_again", "asked_total")
"""What is asked about once for any other drug."""
DECIDE = "Have a prescriber agree at the chair to give it all the same."


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """One dose by plan. `given`: every earlier dose of its ingredient; `orders`: signed as-needed orders of it."""

    order_id: str
    ingredient: str
    title: str
    dose: Decimal | None  # None: by weight, and no weight yet
    unit: str
    repeat_every_min: int
    sedative: bool
    allergies: tuple[str, ...] | None
    seen: guards.Seen
    given: tuple[DoseGiven, ...] = ()
    plan: frozenset[str] = frozenset()  # ids of every drug by plan of this patient
    orders: tuple[PrnOrder, ...] = ()
    prescriber_decides: bool = False
    read: frozenset[str] = frozenset()


def judge(facts: PlanFacts, protocol: Protocol, *, at: datetime) -> Iterable[Reason]:
    """Why it should not be given now."""
    yield from allergy.judge(facts.ingredient, facts.allergies)
    if guards.undoes(facts.ingredient):
        return
    lowers = any(order.antihypertensive for order in facts.orders)
    classes = guards.classes_of(facts.ingredient, sedative=facts.sedative, antihypertensive=lowers)
    yield from guards.judge(
        facts.title, classes, facts.seen, protocol, at=at, prescriber_decides=facts.prescriber_decides
    )
    if facts.seen.emergency and not classes:
        sentence = f"{facts.title}: {facts.seen.emergency}"
        yield asked(ASKED[0], "Emergency", sentence, read=ASKED[0] in facts.read)
    yield from _again(facts, at)
    yield from _total(facts)


def _again(facts: PlanFacts, at: datetime) -> Iterable[Reason]:
    """The nearest dose of it that is nearer than its spacing."""
    close = [one for one in facts.given if abs(minutes_since(one.at, at)) < _gap(one, facts)]
    near = min(close, key=lambda one: abs(minutes_since(one.at, at)), default=None)
    if near is None:
        return
    gap, apart = _gap(near, facts), minutes_since(near.at, at)
    when = f"{apart:.0f} min ago" if apart >= 0 else f"{-apart:.0f} min later"
    said = f"{facts.title}: {near.dose.normalize():f} {near.unit} of {facts.ingredient} {when}"
    yield _held_or_asked(0, "Spacing", f"{said}; {gap} min apart.", facts)


def _gap(near: DoseGiven, facts: PlanFacts) -> int:
    """The plan has its own times; beside anything else the signed as-needed order says how far they lie apart."""
    soon, _ = again_within_min()
    if near.order_id == facts.order_id:
        return min(soon, facts.repeat_every_min)
    if near.order_id in facts.plan:
        return soon
    return max((order.min_gap_min for order in facts.orders), default=soon)


def _total(facts: PlanFacts) -> Iterable[Reason]:
    """The cap of the as-needed order counts once something beside the plan was given; the plan alone has its own."""
    caps = [order for order in facts.orders if order.unit == facts.unit]
    if facts.dose is None or not caps or all(one.order_id in facts.plan for one in facts.given):
        return
    cap = min(order.max_total for order in caps)
    if any(one.unit != facts.unit for one in facts.given):
        sentence = f"{facts.title}: earlier doses of {facts.ingredient} are charted in another unit; add them up."
        yield _held_or_asked(1, "Total", sentence, facts)
        return
    total = sum((one.dose for one in facts.given), facts.dose)
    if total > cap:
        sentence = (
            f"{facts.title}: this would bring the session to {total.normalize():f} {facts.unit} of "
            f"{facts.ingredient}; the as-needed order ends at {cap.normalize():f} {facts.unit}."
        )
        yield _held_or_asked(1, "Total", sentence, facts)


def _held_or_asked(which: int, head: str, sentence: str, facts: PlanFacts) -> Reason:
    _, origin = again_within_min()
    if not facts.sedative:
        gate = ASKED[1 + which]
        return asked(gate, head, sentence, origin, read=gate in facts.read)
    if facts.prescriber_decides:
        return warned(HELD[which], head, f"{sentence} A prescriber agrees to give it.", origin)
    return refused(HELD[which], head, f"{sentence} {DECIDE}", origin, who="prescriber")


@cache
def again_within_min() -> tuple[int, str]:
    """The minutes, and where they come from."""
    row = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return row["again_within_min"], f"by_plan.toml ({row['status']}: {row['source']})"
