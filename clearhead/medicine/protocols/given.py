"""What a protocol would have given, in sentences: what a medical director reads before the signature.

Numbers and units as in the file; nothing is worked out for a patient here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from clearhead.medicine.protocols.dose import FixedRate, LoadPlusRate, MiniBolus, Stepped, TotalOverTime
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.protocols.wording import plain, span

SCALARS = {
    "actual": "the weight measured",
    "ideal": "the ideal weight for the height",
    "adjusted": "the adjusted weight, between ideal and measured",
    "lower_of_actual_and_ideal": "the measured or the ideal weight, whichever is lower",
    "lower_of_actual_and_adjusted": "the measured or the adjusted weight, whichever is lower",
}
MODES = {
    "fixed_rate": "one steady rate from start to end",
    "total_over_time": "one total dose, evenly over the time",
    "load_plus_rate": "a loading dose, then one steady rate",
    "stepped": "a low rate that is raised in steps",
    "mini_bolus": "small doses, each followed by a wait and a look",
}
MEASURES = {"nrs_pain": "pain (0 to 10)"}
APPROVERS = {"nurse": "a nurse", "prescriber": "a prescriber"}


def given(protocol: Protocol) -> list[str]:
    """What is given, how long, of which weight, and where it ends."""
    return [*_doses(protocol), _time(protocol), _weight(protocol), *_caps(protocol)]


def _doses(protocol: Protocol) -> Iterator[str]:
    mode = protocol.dose
    match mode:
        case FixedRate():
            yield f"{mode.start_rate}, steady from start to end{_choice(mode.lowest_rate, mode.highest_rate)}."
        case TotalOverTime():
            chosen = _choice(mode.lowest_dose, mode.highest_dose)
            yield f"{mode.total_dose} in all, evenly over the time: a shorter infusion runs faster{chosen}."
        case LoadPlusRate():
            chosen = _choice(mode.lowest_rate, mode.highest_rate)
            yield f"{mode.load} over {mode.load_over_min} min, then {mode.start_rate}, steady to the end{chosen}."
        case Stepped():
            yield from _steps(mode)
        case MiniBolus():
            yield f"{mode.bolus} over {mode.over_min} min, then {mode.wait_min} min wait and a look."
            yield f"At most {mode.max_boluses} such doses."


def _choice(lowest: object, highest: object) -> str:
    return f". An order may choose {lowest} to {highest}" if str(lowest) != str(highest) else ""


def _steps(mode: Stepped) -> Iterator[str]:
    yield f"{mode.start_rate} to start{_choice(mode.lowest_start_rate, mode.highest_start_rate)}."
    wait = span(mode.step_interval_min, mode.step_interval_min)
    yield f"Up by {mode.step_up} at a time, {wait} or more after the last change, to {mode.highest_rate} at most."
    yield f"Down by {mode.step_down} at a time."
    if mode.approver in APPROVERS:
        yield f"{APPROVERS[mode.approver].capitalize()} agrees before each step up."
    if mode.titration_hours != "any":
        yield f"Steps up only between {mode.titration_hours.replace('-', ' and ')}."
    if mode.target is not None:
        what = MEASURES.get(mode.target.measure, mode.target.measure.replace("_", " "))
        held = span(mode.target.hold_min, mode.target.hold_min)
        yield f"No further step up once {what} has been {plain(mode.target.at_or_below)} or lower for {held}."
    if mode.taper is not None:
        every = span(mode.taper.every_min, mode.taper.every_min)
        yield f"At the end down by {mode.taper.step_down} every {every}."


def _time(protocol: Protocol) -> str:
    time = protocol.dose.duration
    planned = span(time.plan_min, time.plan_min)
    chosen = span(time.shortest_min, time.longest_min)
    return f"Planned over {planned}." if chosen == planned else f"Planned over {planned}; an order may choose {chosen}."


def _weight(protocol: Protocol) -> str:
    rule = protocol.weight
    words = SCALARS.get(rule.scalar, rule.scalar.replace("_", " "))
    most = "" if rule.cap_kg is None else f", counted to {plain(rule.cap_kg)} kg at most"
    return f"Reckoned with {words}{most}, measured in the last {rule.max_age_h} h."


def _caps(protocol: Protocol) -> Iterator[str]:
    caps = protocol.caps
    asked = f"Above {caps.soft_rate} a reason is asked; above" if caps.soft_rate != caps.hard_rate else "Above"
    yield f"{asked} {caps.hard_rate} it is refused."
    bolus = f"at most {caps.single_bolus} at once" if caps.single_bolus else "none is allowed"
    yield f"A single dose by hand (bolus): {bolus}."
    session_mg_per_kg, session_mg = plain(caps.session_mg_per_kg), plain(caps.session_mg)
    yield f"In one session never more than {session_mg_per_kg} mg/kg, nor more than {session_mg} mg."
    yield f"In 24 h {_most(caps.day_mg_per_kg)}; in the whole series {_most(caps.course_mg_per_kg)}."
    yield f"In 12 months at most {caps.year_sessions} sessions and {plain(caps.year_mg_per_kg)} mg/kg."


def _most(cap: Decimal | None) -> str:
    return "no limit of its own" if cap is None else f"at most {plain(cap)} mg/kg"
