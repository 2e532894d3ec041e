"""Slips of the hand: a number meant for another unit (H-05), a factor of ten (H-03), a rate off the ordered steps.

A slip is asked about, not repaired: the gate stays open until the person has read the sentence and confirmed it.
One step down passes as it is; any other smaller rate asks for one confirmation and nothing else, because a number
that lost its decimal place or its unit is smaller as often as larger. Pause and stop are never asked about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction

from clearhead.medicine.protocols.dose import FixedRate, LoadPlusRate, MiniBolus, Stepped, TotalOverTime
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.rate_caps import half_pump_step
from clearhead.medicine.rules.rate_facts import RateFacts
from clearhead.medicine.rules.reasons import missing, warned
from clearhead.medicine.rules.verdict import Reason
from clearhead.medicine.units import rough

FAR = Fraction(5)  # five times more or less than anything expected is asked about; ten is named (assumption)


def judge(facts: RateFacts, protocol: Protocol, *, at: datetime) -> list[Reason]:
    """Every sign that the number is not the one that was meant."""
    if facts.intention.kind == "bolus":
        return list(_bolus_size(facts, protocol))
    expected = expected_mg_per_h(facts, protocol, at=at)
    typed = facts.intention.kind != "change_bag"  # nobody types a rate when a bag is hung
    reasons = list(_other_unit(facts, protocol, expected)) if typed else []
    reasons += _magnitude(facts, expected)
    if not reasons:
        reasons += _off_the_order(facts, protocol, expected)
    return reasons


def expected_mg_per_h(facts: RateFacts, protocol: Protocol, *, at: datetime) -> tuple[Fraction, ...]:
    """The rates that order and protocol would lead to from here: the chips on the screen. Never the present one."""
    rates = [Fraction(rate) for rate in facts.ordered_mg_per_h] + list(_of_mode(facts, protocol, at))
    if facts.intention.kind in ("resume", "change_bag") and facts.rate_before_pause_mg_per_h is not None:
        rates.append(Fraction(facts.rate_before_pause_mg_per_h))
    now = facts.given.mg_per_h
    return tuple(sorted({rate for rate in rates if rate > 0 and (rate != now or facts.intention.kind != "change")}))


def _of_mode(facts: RateFacts, protocol: Protocol, at: datetime) -> Iterable[Fraction]:
    dose, kg, now = protocol.dose, facts.kg, facts.given.mg_per_h
    if isinstance(dose, Stepped):
        if facts.intention.kind == "change" and now > 0:
            yield now + Fraction(dose.step_up.mg_per_h(kg))
            yield now - Fraction(dose.step_down.mg_per_h(kg))
            yield Fraction(dose.highest_rate.mg_per_h(kg))
        elif not facts.ordered_mg_per_h:
            yield Fraction(dose.start_rate.mg_per_h(kg))
    elif isinstance(dose, FixedRate | LoadPlusRate):
        if isinstance(dose, LoadPlusRate):
            yield Fraction(dose.load.mg(kg)) * 60 / dose.load_over_min
        if not facts.ordered_mg_per_h:
            yield Fraction(dose.start_rate.mg_per_h(kg))
    elif isinstance(dose, TotalOverTime) and not facts.ordered_mg_per_h:
        minutes = _minutes_planned(facts, protocol, at)
        yield Fraction(dose.total_dose.mg(kg)) * 60 / minutes
    elif isinstance(dose, MiniBolus):
        yield Fraction(dose.bolus.mg(kg)) * 60 / dose.over_min


def _minutes_planned(facts: RateFacts, protocol: Protocol, at: datetime) -> Fraction:
    if facts.planned_end is None:
        return Fraction(protocol.dose.duration.plan_min)
    seconds = int((facts.planned_end - (facts.started_at or at)).total_seconds())
    return max(Fraction(seconds, 60), Fraction(1))


def readings(facts: RateFacts) -> dict[str, Fraction]:
    """The typed number read in each unit, in mg/h."""
    value = Fraction(facts.intention.value)
    return {
        "mg/h": value,
        "mg/kg/h": value * Fraction(facts.kg),
        "mL/h": value * Fraction(facts.strength),
    }


def _near(rate: Fraction, expected: Iterable[Fraction], slack: Fraction) -> bool:
    return any(abs(rate - other) <= slack for other in expected)


def _other_unit(facts: RateFacts, protocol: Protocol, expected: tuple[Fraction, ...]) -> Iterable[Reason]:
    """H-05: the number would be an expected rate if it had been typed in another unit."""
    slack, typed = half_pump_step(facts, protocol), facts.intention.unit
    here = readings(facts)
    for unit, rate in here.items():
        same = abs(rate - here[typed]) <= slack
        if unit == typed or same or not _near(rate, expected, 2 * slack):  # typed numbers are often cut to a pump step
            continue
        sentence = (
            f"{facts.intention.value} {typed} is {rough(here[typed])} mg/h. As {facts.intention.value} {unit} it would "
            f"be {rough(rate)} mg/h, which the order expects. Is the unit right?"
        )
        yield _asked(facts, "other_unit", "Other unit", sentence)
        return


def _magnitude(facts: RateFacts, expected: tuple[Fraction, ...]) -> Iterable[Reason]:
    """H-03: far from everything expected, from the present rate and from this patient's last session."""
    rate = Fraction(facts.mg_per_h)
    known = [*expected, *(Fraction(r) for r in facts.last_session_mg_per_h if r > 0)]
    known += [facts.given.mg_per_h] if facts.given.mg_per_h > 0 else []
    if rate == 0 or not known:
        return
    tens = [other for other in known if rate in (other * 10, other / 10)]
    far = all(rate >= other * FAR or rate * FAR <= other for other in known)
    if not far and not (tens and rate not in expected):
        return
    other = tens[0] if tens else min(known, key=lambda k: max(rate / k, k / rate))
    times = "ten times" if rate == other * 10 else "a tenth of" if rate * 10 == other else "far from"
    sentence = f"{rough(rate)} mg/h is {times} the {rough(other)} mg/h that was expected. Check the decimal point."
    yield _asked(facts, "times_ten", "Decimal point", sentence)


def _off_the_order(facts: RateFacts, protocol: Protocol, expected: tuple[Fraction, ...]) -> Iterable[Reason]:
    rate = Fraction(facts.mg_per_h)
    if rate == facts.given.mg_per_h or _near(rate, expected, half_pump_step(facts, protocol)):
        return  # what runs already changes nothing
    listed = ", ".join(f"{rough(rate)}" for rate in expected) or "none"
    sentence = f"{rough(rate)} mg/h is none of the rates the order leads to ({listed} mg/h). Is it meant?"
    yield _asked(facts, "off_the_order", "Not a step", sentence)


def given_doubt(facts: RateFacts, protocol: Protocol) -> Reason | None:
    """A bolus that is said to have been given, larger than any this protocol gives: named before it is believed."""
    cap, mg = protocol.caps.single_bolus, Fraction(facts.intention.value)
    most = Fraction(cap.mg(facts.kg)) if cap is not None else Fraction(0)
    if mg <= most + half_pump_step(facts, protocol):
        return None
    size = f"{rough(mg)} mg ({rough(mg / Fraction(facts.kg), 2)} mg/kg)"
    if most == 0:
        sentence = f"{size} at once: this protocol gives no bolus. Is {rough(mg)} mg right, and was it given?"
    elif mg == most * 10:
        sentence = f"{size} is ten times the {rough(most)} mg of the largest bolus here. Check the decimal point."
    else:
        sentence = f"{size} is above the {rough(most)} mg of the largest bolus here. Is {rough(mg)} mg right?"
    return _asked(facts, f"bolus={facts.intention.value}", "Size", sentence)


def _bolus_size(facts: RateFacts, protocol: Protocol) -> Iterable[Reason]:
    """A bolus far from the protocol's own, or one whose mL were typed as mg."""
    dose, mg = protocol.dose, Fraction(facts.intention.value)
    planned = Fraction(dose.bolus.mg(facts.kg)) if isinstance(dose, MiniBolus) else None
    if planned is None:
        return
    if mg * Fraction(facts.strength) == planned != mg:
        sentence = f"{rough(planned)} mg would be {facts.intention.value} mL here. Is {facts.intention.value} mg meant?"
        yield _asked(facts, "other_unit", "Other unit", sentence)
    elif mg != planned:
        sentence = f"{rough(mg)} mg is not the {rough(planned)} mg of this protocol. Is it meant?"
        yield _asked(facts, "off_the_order", "Not the planned bolus", sentence)


def _asked(facts: RateFacts, gate: str, title: str, sentence: str) -> Reason:
    return warned(gate, title, sentence) if gate in facts.confirmed else missing(gate, title, sentence)
