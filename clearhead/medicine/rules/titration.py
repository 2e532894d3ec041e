"""Titration as data: what the protocol would allow next, and why not yet. It says; it never acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from clearhead.medicine.protocols.dose import Stepped
from clearhead.medicine.protocols.given import MEASURES
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import aware, in_utc, is_ahead, minutes_since
from clearhead.medicine.rules.looked import CHART_FIRST

Next = Literal["step_up", "hold", "step_down", "wait", "no_steps", "ask_first"]


@dataclass(frozen=True, slots=True)
class Score:
    """One value of the target's measure, such as pain 0-10."""

    at: datetime
    value: Decimal


@dataclass(frozen=True, slots=True)
class TitrationFacts:
    """Where the infusion stands."""

    mg_per_h: Fraction
    weight_kg: Decimal
    last_change_at: datetime | None
    scores: tuple[Score, ...] = ()
    step_down_asked: bool = False  # a step-down rule of the protocol is met
    stop_asked: bool = False
    set_wanted: str = ""  # why a set of signs comes first, in words
    open_flags: int = 0
    local_time: time | None = None
    room_mg: Fraction | None = None  # left under the session cap
    remaining_min: int | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the protocol would allow next."""

    next: Next
    mg_per_h: Fraction | None
    not_before: datetime | None
    sentences: tuple[str, ...]


def next_step(facts: TitrationFacts, protocol: Protocol, *, at: datetime) -> NextStep:
    """The next step the protocol would allow from here, or what it waits for."""
    facts, at, dose = in_utc(facts), aware(at), protocol.dose
    if not isinstance(dose, Stepped):
        return NextStep("no_steps", None, None, ("This protocol runs without steps; a change is an order.",))
    if facts.stop_asked or facts.step_down_asked:
        return _down(facts, dose)
    highest = Fraction(dose.highest_rate.mg_per_h(facts.weight_kg))
    if facts.mg_per_h > highest:
        above = f"This is above the highest rate, {dose.highest_rate}: step down to it."
        return NextStep("step_down", highest, None, (above,))
    held = target_reached(facts.scores, dose, at, facts.mg_per_h)
    if held is not None:
        return held
    return _up(facts, dose, at)


def _down(facts: TitrationFacts, dose: Stepped) -> NextStep:
    if facts.stop_asked:
        return NextStep("step_down", Fraction(0), None, ("A stop rule is met: stop the pump, then record it.",))
    lower = max(Fraction(0), facts.mg_per_h - Fraction(dose.step_down.mg_per_h(facts.weight_kg)))
    return NextStep("step_down", lower, None, ("A step-down rule is met.",))


def target_reached(scores: tuple[Score, ...], dose: Stepped, at: datetime, mg_per_h: Fraction) -> NextStep | None:
    """Holding counts from the first score of the present unbroken run at or below the target."""
    target = dose.target
    if target is None:
        return None
    since = None
    for score in sorted(scores, key=lambda score: score.at):
        if is_ahead(score.at, at):
            continue
        since = (since or score.at) if score.value <= target.at_or_below else None
    if since is None:
        return None
    until, held = since + timedelta(minutes=target.hold_min), minutes_since(since, at)
    word = f"{_asked(target.measure)} at or below {target.at_or_below} for {held:.0f} of {target.hold_min} min."
    done = held >= target.hold_min
    more = "Held long enough: the prescriber decides on taper or end." if done else "Hold the rate."
    return NextStep("hold", mg_per_h, None if done else until, (word, more))


def _up(facts: TitrationFacts, dose: Stepped, at: datetime) -> NextStep:
    highest = Fraction(dose.highest_rate.mg_per_h(facts.weight_kg))
    if facts.mg_per_h >= highest:
        return NextStep("hold", facts.mg_per_h, None, (f"This is the highest rate, {dose.highest_rate}.",))
    higher = min(highest, facts.mg_per_h + Fraction(dose.step_up.mg_per_h(facts.weight_kg)))
    waits = _waits(facts, dose, higher)
    due = None if facts.last_change_at is None else facts.last_change_at + timedelta(minutes=dose.step_interval_min)
    if due is not None and due > at:
        waits = (
            f"{minutes_since(at, due):.0f} min until the interval of {dose.step_interval_min} min is over.",
            *waits,
        )
    if waits:
        return NextStep("wait", higher, due, waits)
    if dose.approver == "prescriber":
        return NextStep("ask_first", higher, None, ("The interval is over; a prescriber agrees before the step.",))
    return NextStep("step_up", higher, None, (f"A step up of {dose.step_up} is allowed now.",))


def _waits(facts: TitrationFacts, dose: Stepped, higher: Fraction) -> tuple[str, ...]:
    found = []
    if facts.set_wanted:
        found.append(f"{facts.set_wanted} {CHART_FIRST}")
    if facts.open_flags:
        found.append(f"{facts.open_flags} open flag{'s' if facts.open_flags > 1 else ''}: answer first.")
    if dose.target is not None and not facts.scores:
        found.append(f"{_asked(dose.target.measure)} has not been asked yet.")
    if not hours_allow(dose.titration_hours, facts.local_time):
        found.append(f"Steps up are taken {dose.titration_hours} only.")
    if facts.room_mg is not None and facts.remaining_min and higher * facts.remaining_min / 60 > facts.room_mg:
        found.append("The step would pass the session cap before the planned end.")
    return tuple(found)


def _asked(measure: str) -> str:
    """The target's measure at the head of a sentence."""
    words = MEASURES.get(measure, measure.replace("_", " "))
    return words[:1].upper() + words[1:]


def hours_allow(hours: str, local_time: time | None) -> bool:
    """True when steps up are allowed at this clock time: "any", or spans such as "08:00-20:00", also over midnight."""
    if hours == "any":
        return True
    if local_time is None:
        return False
    start, _, end = hours.partition("-")
    first, last = time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
    inside = first <= local_time < last
    return inside if first <= last else (local_time >= first or local_time < last)
