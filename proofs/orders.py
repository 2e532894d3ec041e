"""Valid intentions over the shipped protocols, and the slips of the hand that could spoil each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from clearhead.medicine.protocols.loader import shipped, shipped_ids
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.dose import Bag, DoseAccount, RateChange, account
from clearhead.medicine.rules.rate import Intention, RateFacts, judge
from clearhead.medicine.rules.rate_slips import expected_mg_per_h

START = datetime(2026, 3, 3, 17, tzinfo=UTC)
STRENGTHS = tuple(Decimal(text) for text in ("0.5", "1", "2", "4", "5", "10"))
UNITS = ("mg/h", "mL/h", "mg/kg/h")
CENT = Decimal("0.01")


def with_strength(protocol: Protocol, strength: Decimal) -> Protocol:
    """The same protocol with one other infusion strength on its list."""
    first = replace(protocol.fluids.concentrations[0], mg_per_ml=strength, use="infusion")
    return replace(protocol, fluids=replace(protocol.fluids, concentrations=(first,)))


def per_unit(mg_per_h: Decimal, unit: str, facts: RateFacts, protocol: Protocol) -> Decimal:
    """The number a person would type for this rate: cut to what the unit shows, never rounded up."""
    if unit == "mL/h":
        step = protocol.fluids.pump.step_ml_per_h
        return (mg_per_h / facts.strength) // step * step
    number = mg_per_h if unit == "mg/h" else mg_per_h / facts.kg
    places = CENT if unit == "mg/h" else Decimal("0.001")
    return number // places * places


def valid_order(chance: Random) -> tuple[RateFacts, Protocol, datetime] | None:
    """One intention that order and protocol lead to and that the rule lets pass; None when this draw is not one."""
    protocol = with_strength(shipped(chance.choice(shipped_ids())), chance.choice(STRENGTHS))
    kg, kind = Decimal(chance.randrange(450, 1000)) / 10, chance.choice(("start", "change"))
    strength = protocol.fluids.concentrations[0].mg_per_ml
    minutes = chance.randrange(20, 90) if kind == "change" else 0
    at = START + timedelta(minutes=minutes)
    facts = RateFacts(
        intention=Intention("start", Decimal(1), "mg/h"),
        role="prescriber",
        weight_kg=kg,
        mg_per_ml=strength,
        given=account([], [], until=at),
        planned_end=START + timedelta(minutes=protocol.dose.duration.plan_min),
        started_at=START,
        earlier_mg_24h=Decimal(0),
        earlier_mg_course=Decimal(0),
        earlier_mg_year=Decimal(0),
        earlier_sessions_year=0,
        second_person=True,
        prescriber_approved=kind == "change",
        local_time=datetime(2026, 3, 3, 10, tzinfo=UTC).time(),
    )
    if kind == "change":
        facts = replace(facts, given=_running(facts, protocol, at), intention=Intention("change", Decimal(1), "mg/h"))
    expected = expected_mg_per_h(facts, protocol, at=at)
    if not expected:
        return None
    wanted = chance.choice(expected)
    unit = chance.choice(UNITS)
    exact = Decimal(wanted.numerator) / Decimal(wanted.denominator)
    typed = per_unit(exact, unit, facts, protocol)
    facts = replace(facts, intention=Intention(facts.intention.kind, typed, unit))
    return (facts, protocol, at) if typed > 0 and judge(facts, protocol, at=at).permits else None


def _running(facts: RateFacts, protocol: Protocol, at: datetime) -> DoseAccount:
    first = expected_mg_per_h(facts, protocol, at=START)[0]
    step = protocol.fluids.pump.step_ml_per_h
    ml_per_h = Decimal(first.numerator) / Decimal(first.denominator) / facts.strength // step * step
    bag = Bag("bag", facts.strength, Decimal(500))
    return account([RateChange(START, "start", ml_per_h, "bag")], [bag], until=at)


def valid_orders(number: int, *, seed: int = 1) -> Iterator[tuple[RateFacts, Protocol, datetime]]:
    """So many valid intentions."""
    chance, found = Random(seed), 0
    while found < number:
        order = valid_order(chance)
        if order is not None:
            found += 1
            yield order


def tens(facts: RateFacts) -> tuple[RateFacts, ...]:
    """The same number with its decimal point moved by one place, either way."""
    typed = facts.intention
    return tuple(
        replace(facts, intention=replace(typed, value=typed.value * factor)) for factor in (10, Decimal("0.1"))
    )


def other_units(facts: RateFacts, protocol: Protocol) -> tuple[RateFacts, ...]:
    """The number of the meant rate in each other unit, typed into this one, where it means another rate.

    A slip that the pump would show as the same setting is no slip: both readings are one rate.
    """
    meant, typed = facts.mg_per_h, facts.intention
    half_step = protocol.fluids.pump.step_ml_per_h * facts.strength / 2
    found = []
    for unit in UNITS:
        number = per_unit(meant, unit, facts, protocol)
        slip = replace(facts, intention=replace(typed, value=number))
        if unit != typed.unit and number > 0 and abs(slip.mg_per_h - meant) > half_step:
            found.append(slip)
    return tuple(found)
