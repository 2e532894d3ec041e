"""What a protocol means for a patient, in short phrases: one facet per thing a person would ask about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from clearhead.medicine.protocols import codes
from clearhead.medicine.protocols.dose import FixedRate, LoadPlusRate, MiniBolus, Stepped, TotalOverTime
from clearhead.medicine.protocols.protocol import Protocol, chair_minutes

PLACES = {"chair": "a comfortable chair", "private_room": "a private room", "bed": "a bed"}
NEUROLOGIST = {"off": "not asked for", "warn": "asked for", "require": "must be on file"}
ESCORT = {"required": "must take you home", "recommended": "should take you home", "none": "not asked for"}
ANSWERED_YES = {"red": "waits for the prescriber", "told": "is written down"}
DRAFTS = {"take": "take as usual", "hold": "leave out, once your clinician agrees", "ask": "ask us"}


@dataclass(frozen=True, slots=True)
class Facet:
    """One question of a patient, how the protocol answers it, and the words after the answer."""

    topic: str
    answer: Callable[[Protocol], str]
    tail: str = ""


def plain(number: Decimal | int) -> str:
    """A number without needless zeros."""
    return f"{Decimal(number).normalize():f}"


def hours(number: Decimal) -> str:
    """Hours as people say them."""
    return f"{plain(number)} h" if number else "none"


def span(low_min: int, high_min: int) -> str:
    """A span of minutes, in hours where both ends are whole hours and in days from two days on."""
    for unit, size, least in (("days", 1440, 2880), ("h", 60, 120)):
        if low_min >= least and low_min % size == 0 and high_min % size == 0:
            low_min, high_min = low_min // size, high_min // size
            return f"{low_min} {unit}" if low_min == high_min else f"{low_min} to {high_min} {unit}"
    return f"{low_min} min" if low_min == high_min else f"{low_min} to {high_min} min"


def dose(protocol: Protocol) -> str:
    """The dose mode in words, as the file plans it."""
    mode = protocol.dose
    match mode:
        case FixedRate():
            return f"{mode.start_rate}, steady"
        case TotalOverTime():
            return f"{mode.total_dose} in all, evenly over the time"
        case LoadPlusRate():
            return f"{mode.load} over {mode.load_over_min} min, then {mode.start_rate}"
        case Stepped():
            return f"{mode.start_rate} to start, in steps of {mode.step_up} up to at most {mode.highest_rate}"
        case MiniBolus():
            return f"{mode.bolus} over {mode.over_min} min, {mode.wait_min} min wait, at most {mode.max_boluses} times"


def _sessions(protocol: Protocol) -> str:
    low, high = protocol.series.sessions_min, protocol.series.sessions_max
    return f"{low}, {protocol.series.pattern}" if low == high else f"{low} to {high}, {protocol.series.pattern}"


def _recovery(protocol: Protocol) -> str:
    duration = protocol.dose.duration
    return span(protocol.recovery.minutes(duration.shortest_min), protocol.recovery.minutes(duration.longest_min))


def _visit(protocol: Protocol) -> str:
    duration = protocol.dose.duration
    shortest, longest = chair_minutes(protocol, duration.shortest_min), chair_minutes(protocol, duration.longest_min)
    return span(shortest.total - shortest.turnover, longest.total - longest.turnover)


def _maintenance(protocol: Protocol) -> str:
    rule = protocol.review.maintenance
    if rule is None:
        return "not foreseen"
    return f"at least {rule.gap_days_min} days apart, at most {rule.max_per_year} a year"


def _escort(protocol: Protocol) -> str:
    escort = protocol.preparation.escort
    others = f"; or {', '.join(escort.alternatives)}" if escort.alternatives else ""
    return ESCORT[escort.required] + others


def _talks(protocol: Protocol) -> str:
    kinds = protocol.contact.consult_types
    return ", ".join(f"{kind.title} ({kind.minutes} min, ${plain(kind.price_usd)})" for kind in kinds)


def _driving(protocol: Protocol) -> str:
    restrictions = protocol.recovery.restrictions
    return f"{hours(restrictions.no_driving_h)} {restrictions.sleep_rule}"


def _calls(protocol: Protocol) -> str:
    return ", ".join(f"{hours(call.after_h)} after the {call.after}" for call in protocol.review.follow_up)


FACETS = (
    Facet("first contact", lambda p: ", ".join(p.contact.first_contact)),
    Facet("first talk", _talks),
    Facet("before treatment", lambda p: "; ".join(codes.NEXT_STEP_GATES[gate] for gate in p.contact.next_step_gates)),
    Facet("a neurologist's letter", lambda p: NEUROLOGIST[p.assessment.neurology_gate.level]),
    Facet("kinds of preventive medicine tried before", lambda p: str(p.assessment.failed_preventive_classes_min)),
    Facet("kinds of attack medicine tried before", lambda p: str(p.assessment.failed_acute_classes_min)),
    Facet("ages", lambda p: f"{p.assessment.age_min_years} to {p.assessment.age_max_years}"),
    Facet("texts to sign", lambda p: ", ".join(text.id for text in p.consent.texts)),
    Facet("place", lambda p: PLACES[p.visit.place]),
    Facet("infusion", lambda p: span(p.dose.duration.shortest_min, p.dose.duration.longest_min)),
    Facet("dose", dose),
    Facet("most in one session", lambda p: f"{plain(p.caps.session_mg_per_kg)} mg/kg"),
    Facet("sessions", _sessions),
    Facet("price of a session", lambda p: f"${plain(p.series.price_usd_per_session)}"),
    Facet("last solid meal", lambda p: hours(p.preparation.fasting.solid_meal_h), " before"),
    Facet("last light meal", lambda p: hours(p.preparation.fasting.light_meal_h), " before"),
    Facet("last clear drink", lambda p: hours(p.preparation.fasting.clear_fluids_h), " before"),
    Facet("an adult", _escort),
    Facet("other treatments alongside", lambda p: ", ".join(p.orders.co_treatments) or "none"),
    Facet("sedation", lambda p: p.intended_depth),
    Facet("watched afterwards", _recovery, " at least"),
    Facet("whole visit", _visit),
    Facet("no driving", _driving),
    Facet("no alcohol", lambda p: hours(p.recovery.restrictions.no_alcohol_h), " afterwards"),
    Facet("no legal decisions", lambda p: hours(p.recovery.restrictions.no_legal_decisions_h), " afterwards"),
    Facet("no sole childcare", lambda p: hours(p.recovery.restrictions.no_sole_childcare_h), " afterwards"),
    Facet("we call you", _calls),
    Facet("effect is judged as", lambda p: codes.RESPONSE_RULES[p.review.response_rule]),
    Facet("single sessions later", _maintenance),
)  # fmt: skip


def sentences(protocol: Protocol) -> list[tuple[str, str]]:
    """Topic and answer of every facet."""
    return [(facet.topic, facet.answer(protocol) + facet.tail) for facet in FACETS]
