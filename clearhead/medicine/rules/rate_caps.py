"""Caps on an intention: rate, single bolus, duration, session, 24 hours, course, year; and the protocol's own steps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import cast

from clearhead.medicine.protocols.dose import FixedRate, LoadPlusRate, MiniBolus, Rate, Stepped
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import rate_unrest, rate_weights
from clearhead.medicine.rules.rate_facts import RateFacts
from clearhead.medicine.rules.reasons import missing, refused, source_of, warned
from clearhead.medicine.rules.titration import hours_allow
from clearhead.medicine.rules.verdict import Reason
from clearhead.medicine.units import rough

SLACK = Fraction(1, 10**9)  # a cap itself may be reached; Decimal division elsewhere may not tip it over


def judge(facts: RateFacts, protocol: Protocol, *, at: datetime) -> list[Reason]:
    """Everything that is too much, by each weight that counts. Called only for what adds dose."""
    own = _too_much(facts, protocol, at)
    return [*rate_unrest.judge(facts, protocol, at=at), *own, *_by_the_other(facts, protocol, at, own)]


def by_the_other_alone(facts: RateFacts, protocol: Protocol, *, at: datetime) -> list[Reason]:
    """What is too much by the other weight and not by the one that counts."""
    return _by_the_other(facts, protocol, at, _too_much(facts, protocol, at))


def _by_the_other(facts: RateFacts, protocol: Protocol, at: datetime, own: list[Reason]) -> list[Reason]:
    other = rate_weights.by_the_other(facts)
    return [] if other is None else list(rate_weights.more_of(other, _too_much(other, protocol, at), own))


def _too_much(facts: RateFacts, protocol: Protocol, at: datetime) -> list[Reason]:
    if facts.intention.kind == "bolus":
        return [*_bolus(facts, protocol), *_totals(facts, protocol, at)]
    reasons = [*_rate(facts, protocol), *_range(facts, protocol), *_duration(facts, protocol, at)]
    return [*reasons, *_totals(facts, protocol, at), *_steps(facts, protocol, at), *_small_doses(facts, protocol, at)]


def totals(facts: RateFacts, protocol: Protocol, *, at: datetime) -> Iterable[Reason]:
    """Only the caps on the total: for what is no rate and no bolus, and yet adds dose."""
    return _totals(facts, protocol, at)


def _rate(facts: RateFacts, protocol: Protocol) -> Iterable[Reason]:
    if isinstance(protocol.dose, MiniBolus):
        yield from _rate_of_a_small_dose(facts, protocol, protocol.dose)
        return
    rate, hard, soft = facts.mg_per_h, protocol.caps.hard_rate, protocol.caps.soft_rate
    hard_mg, soft_mg = hard.mg_per_h(facts.kg), soft.mg_per_h(facts.kg)
    if rate > hard_mg:
        sentence = f"{_n(rate)} mg/h is above the hard limit: at most {hard} ({_n(hard_mg)} mg/h here)."
        yield refused("hard_rate", "Rate", sentence, source_of(protocol, "caps.hard_rate"), limit=str(hard))
    elif rate > soft_mg:
        sentence = f"{_n(rate)} mg/h is above the usual {soft} ({_n(soft_mg)} mg/h here)."
        yield _asked(facts, "soft_rate", sentence, source_of(protocol, "caps.soft_rate"), limit=str(soft))


def _rate_of_a_small_dose(facts: RateFacts, protocol: Protocol, dose: MiniBolus) -> Iterable[Reason]:
    """Small doses are capped by their mg, as a single bolus is, and run no faster than over their minutes."""
    highest = Fraction(dose.bolus.mg(facts.kg)) * 60 / dose.over_min
    if Fraction(facts.mg_per_h) > highest + half_pump_step(facts, protocol):
        sentence = f"{_n(facts.mg_per_h)} mg/h is faster than {dose.bolus} over {dose.over_min} min."
        yield refused("small_dose_rate", "Rate", sentence, source_of(protocol, "dose"), limit=str(dose.bolus))
    cap = protocol.caps.single_bolus
    if cap is None or dose.bolus.mg(facts.kg) > cap.mg(facts.kg):
        sentence = f"{dose.bolus} is above the largest single bolus: {cap or 'none'}."
        yield refused("single_bolus", "Bolus", sentence, source_of(protocol, "caps.single_bolus"), limit=str(cap))


def _asked(facts: RateFacts, gate: str, sentence: str, source: str, *, limit: str) -> Reason:
    """A soft cap: open until a reason is written, then a warning that carries it."""
    if facts.reason.strip():
        return warned(gate, "Above the usual", f"{sentence} Reason: {facts.reason.strip()}", source, limit=limit)
    return missing(gate, "Above the usual", f"{sentence} A written reason is asked for.", source, limit=limit)


def _bolus(facts: RateFacts, protocol: Protocol) -> Iterable[Reason]:
    cap, source = protocol.caps.single_bolus, source_of(protocol, "caps.single_bolus")
    if cap is None or cap.value == 0:
        yield refused("single_bolus", "Bolus", "This protocol allows no bolus.", source, limit="none")
    elif facts.intention.value > cap.mg(facts.kg):
        sentence = (
            f"{_n(facts.intention.value)} mg is above the largest single bolus: {cap} ({_n(cap.mg(facts.kg))} mg here)."
        )
        yield refused("single_bolus", "Bolus", sentence, source, limit=str(cap))


def _duration(facts: RateFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    longest, source = protocol.dose.duration.longest_min, source_of(protocol, "dose.duration")
    if facts.planned_end is None:
        yield missing("planned_end", "End", "No planned end: the total cannot be judged.", source)
        return
    start = facts.started_at or at
    minutes = (facts.planned_end - start).total_seconds() / 60
    if minutes > longest:
        sentence = f"The infusion would last {minutes:.0f} min; at most {longest} min."
        yield refused("duration", "Duration", sentence, source, limit=f"{longest} min")
    if at >= facts.planned_end:
        yield refused(
            "planned_end_passed", "End", "The planned end has passed; nothing is started or raised now.", source
        )


def _totals(facts: RateFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    more, caps, kg = _still_to_come(facts, protocol, at), protocol.caps, facts.kg
    session = facts.given.counted_mg + more
    yield from _over("session_total", "session", session, caps.session_cap_mg(kg), protocol, "caps.session_mg_per_kg")
    rows = (
        ("day_total", "any 24 hours", caps.day_mg_per_kg, facts.earlier_mg_24h, "caps.day_mg_per_kg"),
        ("course_total", "the series", caps.course_mg_per_kg, facts.earlier_mg_course, "caps.course_mg_per_kg"),
        ("year_total", "any 12 months", caps.year_mg_per_kg, facts.earlier_mg_year, "caps.year_mg_per_kg"),
    )
    for gate, what, per_kg, earlier, key in rows:
        if per_kg is None:
            continue
        if earlier is None:
            yield missing(gate, "Total", f"What was given earlier in {what} is not known.", source_of(protocol, key))
        else:
            yield from _over(gate, what, session + Fraction(earlier), per_kg * kg, protocol, key)
    yield from _sessions(facts, protocol)


def _sessions(facts: RateFacts, protocol: Protocol) -> Iterable[Reason]:
    """Counted once, at the start: later changes belong to the same session."""
    cap, source = protocol.caps.year_sessions, source_of(protocol, "caps.year_sessions")
    if facts.intention.kind != "start":
        return
    if facts.earlier_sessions_year is None:
        yield missing("year_sessions", "Sessions", "The number of sessions in the last 12 months is not known.", source)
    elif facts.earlier_sessions_year + 1 > cap:
        sentence = f"This would be session {facts.earlier_sessions_year + 1} in 12 months; at most {cap}."
        yield refused("year_sessions", "Sessions", sentence, source, limit=str(cap))


def _still_to_come(facts: RateFacts, protocol: Protocol, at: datetime) -> Fraction:
    """The mg this intention would add: a bolus on top of what runs, a rate instead of it, by the planned end.

    Where the protocol gives small doses with waits, a rate stands for one of them and ends with it. What was set back
    in time lasted until the next setting, and what was set since comes on top.
    """
    left_h = Fraction(0)
    end = facts.until if facts.until is not None else facts.planned_end
    if end is not None and end > at:
        left_h = Fraction(int((end - at).total_seconds() * 1_000_000), 3_600_000_000)
    if isinstance(protocol.dose, MiniBolus):
        left_h = min(left_h, Fraction(protocol.dose.over_min, 60))
    if facts.intention.kind == "bolus":
        return Fraction(facts.intention.value) + facts.given.mg_per_h * left_h + facts.later_mg
    return Fraction(facts.mg_per_h) * left_h + facts.later_mg


def _over(gate: str, what: str, mg: Fraction, cap_mg: Decimal, protocol: Protocol, key: str) -> Iterable[Reason]:
    if mg > Fraction(cap_mg) + SLACK:
        sentence = f"This would bring {what} to {rough(mg)} mg; the cap is {_n(cap_mg)} mg."
        yield refused(gate, "Total", sentence, source_of(protocol, key), limit=f"{_n(cap_mg)} mg")


def _highest(facts: RateFacts, protocol: Protocol) -> Rate | None:
    """The highest rate that the dose mode itself allows for this kind of intention."""
    dose = protocol.dose
    if isinstance(dose, Stepped):
        return dose.highest_start_rate if facts.intention.kind == "start" else dose.highest_rate
    return dose.highest_rate if isinstance(dose, FixedRate | LoadPlusRate) else None


def _range(facts: RateFacts, protocol: Protocol) -> Iterable[Reason]:
    highest = _highest(facts, protocol)
    if highest is None or Fraction(facts.mg_per_h) <= Fraction(highest.mg_per_h(facts.kg)) + half_pump_step(
        facts, protocol
    ):
        return
    sentence = f"{_n(facts.mg_per_h)} mg/h is above the highest rate of this protocol here, {highest}."
    yield refused("highest_rate", "Rate", sentence, source_of(protocol, "dose"), limit=str(highest))


def _steps(facts: RateFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    """A stepped protocol moves by its own step, not sooner than its interval, in its hours, with its approver.

    A prescriber may decide otherwise; what is then passed over is read before the pump is set, and kept.
    """
    dose = protocol.dose
    if not isinstance(dose, Stepped) or facts.intention.kind != "change":
        return
    yield from (_decided(reason) if facts.prescriber_approved else reason for reason in _of_a_step(facts, protocol, at))
    if dose.approver == "prescriber" and not facts.prescriber_approved:
        source, sentence = source_of(protocol, "dose.step_up"), "A prescriber agrees before each step up."
        yield missing("step_approver", "Approval", sentence, source, who="prescriber")


def _decided(reason: Reason) -> Reason:
    sentence = f"{reason.sentence} A prescriber decided otherwise."
    return warned(reason.gate, reason.title, sentence, reason.source, limit=reason.limit)


def _of_a_step(facts: RateFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    dose = cast(Stepped, protocol.dose)
    source, rise = source_of(protocol, "dose.step_up"), Fraction(facts.mg_per_h) - facts.given.mg_per_h
    if rise > Fraction(dose.step_up.mg_per_h(facts.kg)) + half_pump_step(facts, protocol):
        sentence = f"{_n(facts.mg_per_h)} mg/h is more than one step of {dose.step_up} above the present rate."
        yield refused("step_size", "Step", sentence, source, limit=str(dose.step_up), who="prescriber")
    wait = dose.step_interval_min
    waited = None if facts.last_change_at is None else (at - facts.last_change_at).total_seconds() / 60
    if waited is not None and waited < wait:
        sentence = f"{waited:.0f} min since the last change; the next step comes after {wait} min."
        yield refused("step_interval", "Step", sentence, source, limit=f"{wait} min", who="prescriber")
    if not hours_allow(dose.titration_hours, facts.local_time):
        sentence = f"Steps up are taken {dose.titration_hours} on the site's clock only."
        yield refused("titration_hours", "Hours", sentence, source, limit=dose.titration_hours, who="prescriber")


def _small_doses(facts: RateFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    """Small doses: the next one after its wait, and no more of them than the order says."""
    dose = protocol.dose
    if not isinstance(dose, MiniBolus) or facts.intention.kind != "resume":
        return
    source = source_of(protocol, "dose")
    waited = None if facts.paused_since is None else (at - facts.paused_since).total_seconds() / 60
    if waited is not None and waited < dose.wait_min:
        sentence = f"{waited:.0f} min since the last small dose; the next one comes after {dose.wait_min} min."
        yield refused("small_dose_wait", "Wait", sentence, source, limit=f"{dose.wait_min} min", who="prescriber")
    one = Fraction(dose.bolus.mg(facts.kg))
    slack = half_pump_step(facts, protocol) * dose.over_min / 60 * dose.max_boluses
    if facts.given.counted_mg + one > one * dose.max_boluses + slack:
        sentence = f"{dose.max_boluses} small doses are the most of one session; they were given."
        yield refused("small_doses_most", "Small doses", sentence, source, limit=str(dose.max_boluses))


def half_pump_step(facts: RateFacts, protocol: Protocol) -> Fraction:
    """The pump cannot show every mg/h: half of its step is no slip."""
    return Fraction(protocol.fluids.pump.step_ml_per_h) * Fraction(facts.strength) / 2


def _n(number: Decimal) -> str:
    return f"{number.normalize():f}" if isinstance(number, Decimal) else f"{number}"
