"""Go or no-go: may the pump start now? Every gate of the protocol, the fasting times and the resting vital signs.

Consent and willingness have no override. A gate that the protocol forgot but that is never optional is asked anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from clearhead.medicine.protocols.bedside import GoGate, Sign
from clearhead.medicine.protocols.codes import GO_FACTS, READINESS_CHECKS
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import allergy, limits
from clearhead.medicine.rules.clock import aware, in_utc, is_ahead, minutes_since
from clearhead.medicine.rules.limits import LimitFacts, VitalsSet, baseline_of
from clearhead.medicine.rules.reasons import allowed, missing, refused, source_of, warned
from clearhead.medicine.rules.verdict import Reason, Verdict

QUESTION = "start"
RESTING: tuple[Sign, ...] = ("heart_rate_per_min", "systolic_mmhg", "spo2_percent")
"""What has to be read in a set before it counts as one at rest (assumption)."""
NEVER_OPTIONAL = ("two_identifiers", "consent_current", "willing_today", "decision_current", "order_current")


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """One fact of the go list: yes, no, or (None) looked at and not known; and when it was established."""

    value: bool | None
    at: datetime


@dataclass(frozen=True, slots=True)
class FastingFacts:
    """When the patient last had anything. None = nothing of that kind since the day before; asked must be true."""

    asked_at: datetime
    light_meal_at: datetime | None
    solid_meal_at: datetime | None
    clear_fluids_at: datetime | None


@dataclass(frozen=True, slots=True)
class StartFacts:
    """Everything established before the start."""

    answers: Mapping[str, GateAnswer]
    fasting: FastingFacts | None = None
    readiness: Mapping[str, datetime] = field(default_factory=dict)  # check → when it was done
    resting_sets: tuple[VitalsSet, ...] = ()
    version_withdrawn: bool = False
    other_day: str = ""  # the booking is of another day, in words
    chair_taken: str = ""  # somebody else is still in the chair, in words
    ketamine_allergy: str = ""  # a recorded allergy that names it


def judge(facts: StartFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """Every gate; it permits only when nothing is refused and nothing open."""
    facts, at = in_utc(facts), aware(at)
    gates = {gate.fact: gate for gate in protocol.start.go_gates}
    for fact in NEVER_OPTIONAL:
        gates.setdefault(fact, GoGate(fact, GO_FACTS[fact], None, "refuse", "none"))
    reasons: list[Reason] = []
    for gate in gates.values():
        reasons += _gate(gate, facts, protocol, at)
    reasons += [
        *allergy.to_ketamine((facts.ketamine_allergy,)),
        *_place_and_day(facts),
        *_withdrawn(facts),
        *_limits_present(protocol),
        *_vitals(facts, protocol, at),
    ]
    return Verdict.of(QUESTION, reasons)


def valid_until(go_at: datetime, protocol: Protocol) -> datetime:
    """How long a signed go holds."""
    return aware(go_at) + timedelta(minutes=protocol.start.go_valid_min)


def _gate(gate: GoGate, facts: StartFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    if gate.level == "off" and gate.fact not in NEVER_OPTIONAL:
        return []
    source = source_of(protocol, "start.go_gates")
    if gate.fact == "fasting" and facts.fasting is not None:
        return _fasting(facts.fasting, gate, protocol, at)
    if gate.fact == "baseline_sets":  # a tick is no blood pressure
        return _baseline_sets(gate, facts, protocol, at)
    if gate.fact == "readiness_check" and facts.readiness:
        return _readiness(gate, facts, protocol, at)
    answer = facts.answers.get(gate.fact)
    if answer is None or answer.value is None:
        return [_open(gate, f"{gate.title}: not established.", source)]
    return [_aged(gate, answer, source, at)]


def _aged(gate: GoGate, answer: GateAnswer, source: str, at: datetime) -> Reason:
    if is_ahead(answer.at, at):
        return _open(gate, f"{gate.title}: dated into the future; check the clock.", source)
    age = minutes_since(answer.at, at)
    if gate.max_age_min is not None and age > gate.max_age_min:
        return _open(gate, f"{gate.title}: {age:.0f} min old; it holds for {gate.max_age_min} min.", source)
    if answer.value:
        return allowed(gate.fact, gate.title, f"{gate.title}.", source)
    wording = warned if _mild(gate) else refused
    return wording(gate.fact, gate.title, f"No: {gate.title}.", source, who=gate.who_clears)


def _mild(gate: GoGate) -> bool:
    return gate.level == "warn" and gate.fact not in NEVER_OPTIONAL


def _open(gate: GoGate, sentence: str, source: str) -> Reason:
    wording = warned if _mild(gate) else missing
    return wording(gate.fact, gate.title, sentence, source, who=gate.who_clears)


def _fasting(facts: FastingFacts, gate: GoGate, protocol: Protocol, at: datetime) -> list[Reason]:
    rule, source = protocol.preparation.fasting, source_of(protocol, "preparation.fasting")
    if is_ahead(facts.asked_at, at) or (
        gate.max_age_min is not None and minutes_since(facts.asked_at, at) > gate.max_age_min
    ):
        return [_open(gate, "Fasting: not asked recently enough.", source)]
    kinds: tuple[tuple[str, datetime | None, Decimal], ...] = (
        ("a light meal", facts.light_meal_at, rule.light_meal_h),
        ("a full meal", facts.solid_meal_at, rule.solid_meal_h),
        ("clear fluids", facts.clear_fluids_at, rule.clear_fluids_h),
    )
    broken = [
        f"{what} {minutes_since(then, at) / 60:.1f} h ago ({hours} h are asked for)"
        for what, then, hours in kinds
        if then is not None and minutes_since(then, at) < float(hours) * 60
    ]
    if not broken:
        return [allowed("fasting", gate.title, "Fasting kept.", source)]
    wording = warned if rule.level == "warn" else refused
    return [wording("fasting", gate.title, f"Not fasted: {', '.join(broken)}.", source, who=gate.who_clears)]


def _baseline_sets(gate: GoGate, facts: StartFacts, protocol: Protocol, at: datetime) -> list[Reason]:
    """Enough resting sets in which what counts was read, far enough apart, the last one recent."""
    rule, source = protocol.start, source_of(protocol, "start.baseline_sets")
    sets = [s for s in facts.resting_sets if s.during == "pre_start" and not is_ahead(s.at, at)]
    current = [s for s in sets if gate.max_age_min is None or minutes_since(s.at, at) <= gate.max_age_min]
    recent = sorted(s.at for s in current if all(sign in s.values for sign in RESTING))
    apart = len(recent) < 2 or minutes_since(recent[0], recent[-1]) >= rule.baseline_gap_min
    if len(recent) >= rule.baseline_sets and apart:
        return [allowed(gate.fact, gate.title, f"{len(recent)} resting sets.", source)]
    unread = len(current) - len(recent)
    without = f" ({unread} without one of them)" if unread else ""
    sentence = (
        f"{len(recent)} current resting sets with heart rate, pressure and SpO₂ read{without}; {rule.baseline_sets}, "
        f"{rule.baseline_gap_min} min apart, are asked for."
    )
    return [_open(gate, sentence, source)]


def _readiness(gate: GoGate, facts: StartFacts, protocol: Protocol, at: datetime) -> list[Reason]:
    source, longest = source_of(protocol, "start.readiness_checks"), gate.max_age_min
    done = {
        check
        for check, when in facts.readiness.items()
        if not is_ahead(when, at) and (longest is None or minutes_since(when, at) <= longest)
    }
    absent = [READINESS_CHECKS.get(check, check) for check in protocol.start.readiness_checks if check not in done]
    if not absent:
        return [allowed(gate.fact, gate.title, "Emergency readiness checked.", source)]
    return [_open(gate, f"Not checked: {', '.join(absent)}.", source)]


def _place_and_day(facts: StartFacts) -> Iterable[Reason]:
    """The session of today, in a chair that is free: never optional, whatever the protocol lists."""
    if facts.other_day:
        yield refused("booked_today", "Day", facts.other_day, who="front_desk")
    if facts.chair_taken:
        yield refused("chair_free", "Chair", facts.chair_taken, who="front_desk")


def _withdrawn(facts: StartFacts) -> Iterable[Reason]:
    if facts.version_withdrawn:
        sentence = "This version of the protocol was withdrawn for safety; it starts nothing until re-signed."
        yield refused("version_withdrawn", "Withdrawn", sentence, who="medical_director")


def _limits_present(protocol: Protocol) -> Iterable[Reason]:
    """H-04: no limits, no start."""
    absent = []
    if protocol.caps is None or protocol.caps.hard_rate is None or protocol.caps.session_mg is None:
        absent.append("dose caps")
    if not protocol.limits.vital_limits:
        absent.append("vital limits")
    if not protocol.observation.phases:
        absent.append("observation intervals")
    if absent:
        yield refused("limits_present", "No limits active", f"No limits active: {', '.join(absent)}. Nothing starts.")


def _vitals(facts: StartFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    """Resting values that forbid the start; milder ones are shown. Their baseline is their own median."""
    resting = tuple(s for s in facts.resting_sets if s.during == "pre_start")
    judged = limits.judge(LimitFacts(resting, baseline_of(resting)), protocol, at=at)
    return [reason for reason in judged.reasons if reason.gate not in ("limits_present", "baseline_known")]
