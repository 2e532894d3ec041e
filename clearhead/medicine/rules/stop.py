"""When to stop and when to step down, by the protocol's own rules. It says so; stopping itself is never asked here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from clearhead.medicine.protocols.bedside import BedsideRule
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import aware, in_utc
from clearhead.medicine.rules.limits import Flag
from clearhead.medicine.rules.reasons import refused, source_of, warned
from clearhead.medicine.rules.verdict import Outcome, Reason, Verdict

QUESTION = "stop"


@dataclass(frozen=True, slots=True)
class SymptomNow:
    """An open symptom with its present grade (1 is the mildest)."""

    code: str
    grade: int
    since: datetime


@dataclass(frozen=True, slots=True)
class StopFacts:
    """What stands now. `said` holds ids of rules somebody reported, such as "patient_says_stop"."""

    symptoms: tuple[SymptomNow, ...] = ()
    flags: tuple[Flag, ...] = ()
    said: frozenset[str] = frozenset()
    consent_withdrawn: bool = False


def judge(facts: StopFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """Refused = a stop rule is met; warned = a step-down, a pause or a call is asked for."""
    facts, at = in_utc(facts), aware(at)
    reasons = [*_withdrawn(facts)]
    for rule in protocol.limits.stop_rules:
        if _met(rule, facts, at):
            reasons.append(refused(rule.id, "Stop", rule.sentence, source_of(protocol, "limits.stop_rules")))
    for rule in protocol.limits.step_down_rules:
        if _met(rule, facts, at):
            reasons.append(warned(rule.id, "Step down", rule.sentence, source_of(protocol, "limits.step_down_rules")))
    reasons += [reason for symptom in facts.symptoms for reason in _by_grade(symptom, protocol)]
    return Verdict.of(QUESTION, reasons)


def stop_asked(verdict: Verdict) -> bool:
    """True when a stop rule is met."""
    return bool(verdict.at(Outcome.REFUSED))


def step_down_asked(verdict: Verdict) -> bool:
    """True when a step-down rule is met."""
    return any(reason.title == "Step down" for reason in verdict.at(Outcome.WARNED))


def _withdrawn(facts: StopFacts) -> Iterable[Reason]:
    if facts.consent_withdrawn:
        yield refused("consent_withdrawn", "Stop", "The patient withdraws consent: stop the pump and call a clinician.")


def _met(rule: BedsideRule, facts: StopFacts, at: datetime) -> bool:
    if rule.id in facts.said:
        return True
    if rule.symptom is not None and rule.grade_at_least is not None:
        return any(s.code == rule.symptom and s.grade >= rule.grade_at_least for s in facts.symptoms)
    if rule.limit_level is not None:
        return any(_stands(flag, rule.limit_level, at) for flag in facts.flags)
    return False


def _stands(flag: Flag, level: str, at: datetime) -> bool:
    """An open flag of this level whose first rungs are over: rungs due at once and the next one after them."""
    if not flag.open or flag.level_now != level:
        return False
    later = sorted(rung.due_at for rung in flag.ladder if rung.step.after_min > 0)
    return not later or at >= later[0]


def _by_grade(symptom: SymptomNow, protocol: Protocol) -> Iterable[Reason]:
    rule = protocol.limits.symptom(symptom.code)
    source = source_of(protocol, "limits.symptoms")
    if rule is None:
        sentence = f"“{symptom.code}” is not a symptom of this protocol; nobody has said what to do about it."
        yield warned("symptom_unknown", "Symptom", sentence, source)
        return
    word = rule.grades[min(symptom.grade, len(rule.grades)) - 1] if rule.grades else str(symptom.grade)
    sentence = f"{rule.title}: {word}."
    if rule.stop_from_grade is not None and symptom.grade >= rule.stop_from_grade:
        yield refused(f"symptom_{rule.code}", "Stop", f"{sentence} Stop.", source)
    elif rule.pause_from_grade is not None and symptom.grade >= rule.pause_from_grade:
        yield warned(f"symptom_{rule.code}", "Pause", f"{sentence} Pause the pump.", source)
    elif rule.call_from_grade is not None and symptom.grade >= rule.call_from_grade:
        yield warned(f"symptom_{rule.code}", "Call", f"{sentence} Tell the prescriber.", source)
