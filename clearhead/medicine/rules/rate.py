"""May the pump be set to this? Judges an intention; what has already happened is recorded elsewhere, never refused.

Hard caps refuse, soft caps ask for a reason, slips ask for a confirmation. A decrease, a pause and a stop never need
room under a cap, a reason or a second person; a pause and a stop are not even read. A missing limit refuses.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from clearhead.medicine.errors import Refused
from clearhead.medicine.protocols.before import Act
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import rate_caps, rate_slips
from clearhead.medicine.rules.clock import aware, in_utc
from clearhead.medicine.rules.rate_facts import Intention, RateFacts
from clearhead.medicine.rules.reasons import missing, refused, source_of
from clearhead.medicine.rules.second import second_check
from clearhead.medicine.rules.verdict import Reason, Verdict
from clearhead.medicine.units import rough

__all__ = [
    "Intention",
    "RateFacts",
    "act_of",
    "judge",
    "pump_ml_per_h",
    "second_check_needed",
    "settable_ml_per_h",
]

QUESTION = "rate"


def judge(facts: RateFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """Every ground for and against the intention."""
    facts, at = in_utc(facts), aware(at)
    kind = facts.intention.kind
    if kind in ("pause", "stop"):
        return Verdict(QUESTION)
    unreadable = list(_limits_present(facts, protocol))
    if unreadable:
        return Verdict.of(QUESTION, unreadable)
    reasons = [*_may(facts, protocol), *_strength(facts, protocol), *_pump(facts, protocol)]
    if not facts.decreases:
        reasons += [*_withdrawn(facts), *_long_pause(facts, protocol, at), *rate_caps.judge(facts, protocol, at=at)]
        if second_check_needed(facts, protocol):
            reasons += second_check(protocol, there=facts.second_person, waited_s=facts.waited_s)
    reasons += rate_slips.judge(facts, protocol, at=at)
    return Verdict.of(QUESTION, reasons)


def second_check_needed(facts: RateFacts, protocol: Protocol) -> bool:
    """True where the protocol asks a second person to look: by act, and for an increase by its size."""
    act, rule = act_of(facts), protocol.running.second_check
    if facts.decreases:
        return False
    if act != "increase":
        return act in rule.acts
    if rule.increase_above is None or facts.weight_kg is None:
        return True
    return Fraction(facts.mg_per_h) - facts.given.mg_per_h > Fraction(rule.increase_above.mg_per_h(facts.weight_kg))


def act_of(facts: RateFacts) -> Act:
    """The act of the act × licence table that this intention is."""
    kind = facts.intention.kind
    if kind == "change":
        return "decrease" if facts.decreases else "increase"
    return kind


def pump_ml_per_h(facts: RateFacts) -> Fraction:
    """What the pump should display for this intention, exactly, in mL/h."""
    if not facts.mg_per_ml:
        raise Refused("Without the strength of the bag nobody can say what the pump should display.")
    return Fraction(facts.mg_per_h) / Fraction(facts.mg_per_ml)


def settable_ml_per_h(mg_per_h: Decimal, *, mg_per_ml: Decimal, step_ml_per_h: Decimal) -> Decimal:
    """The nearest setting the pump can show that gives no more than wanted, in mL/h.

    >>> settable_ml_per_h(Decimal("53.25"), mg_per_ml=Decimal("1"), step_ml_per_h=Decimal("0.1"))
    Decimal('53.2')
    """
    return step_ml_per_h * ((mg_per_h / mg_per_ml) // step_ml_per_h)


def _limits_present(facts: RateFacts, protocol: Protocol) -> Iterable[Reason]:
    """A missing limit refuses; it never defaults."""
    caps = protocol.caps
    needed = (caps.soft_rate, caps.hard_rate, caps.session_mg_per_kg, caps.session_mg, protocol.fluids.concentrations)
    if any(limit is None or limit == () for limit in needed) or protocol.dose is None:
        yield refused("limits_present", "No limits active", "The protocol names no limit here; nothing can be started.")
    if facts.weight_kg is None or facts.weight_kg <= 0:
        yield missing("weight_known", "Weight", "No dosing weight is known: no rate can be judged.", who="nurse")
    if facts.mg_per_ml is None or facts.mg_per_ml <= 0:
        yield missing("strength_known", "Strength", "The strength of the bag is not known.", who="nurse")
    if facts.intention.value < 0 or (facts.intention.value == 0 and facts.intention.kind != "change"):
        yield refused(
            "rate_above_zero", "Rate", "Nothing can be given at this rate. To stop, record a pause or a stop."
        )
    if (facts.intention.unit == "mg") != (facts.intention.kind == "bolus"):
        yield refused("unit_fits", "Unit", f"{facts.intention.unit} is not a unit of a {facts.intention.kind}.")


def _may(facts: RateFacts, protocol: Protocol) -> list[Reason]:
    act = act_of(facts)
    if protocol.people.may(act, facts.role):
        return []
    who = ", ".join(r for p in protocol.people.acts_by_role if p.act == act for r in p.roles) or "nobody"
    sentence = f"A {facts.role.replace('_', ' ')} may not {act} here; allowed: {who.replace('_', ' ')}."
    return [refused("act_permitted", "Who may", sentence, source_of(protocol, "people.acts_by_role"), who=who)]


def _strength(facts: RateFacts, protocol: Protocol) -> list[Reason]:
    """Only strengths of the protocol's list can hang (H-06)."""
    strengths = sorted({strength.mg_per_ml for strength in protocol.fluids.concentrations})
    if facts.mg_per_ml in strengths:
        return []
    listed = ", ".join(f"{strength.normalize():f}" for strength in strengths)
    sentence = f"{facts.mg_per_ml} mg/mL is not on the list of this protocol ({listed} mg/mL)."
    return [refused("concentration", "Strength", sentence, source_of(protocol, "fluids.concentrations"), limit=listed)]


def _pump(facts: RateFacts, protocol: Protocol) -> list[Reason]:
    if facts.intention.kind == "bolus":
        return []
    pump, shown = protocol.fluids.pump, pump_ml_per_h(facts)
    if shown > Fraction(pump.max_ml_per_h):
        sentence = f"The pump would have to show {rough(shown)} mL/h; it ends at {pump.max_ml_per_h} mL/h."
        return [refused("pump_range", "Pump", sentence, source_of(protocol, "fluids.pump"))]
    if (
        facts.intention.unit == "mL/h"
        and pump.step_ml_per_h
        and (shown / Fraction(pump.step_ml_per_h)).denominator != 1
    ):
        sentence = f"The pump moves in steps of {pump.step_ml_per_h} mL/h and cannot show {facts.intention.value} mL/h."
        return [refused("pump_step", "Pump", sentence, source_of(protocol, "fluids.pump"))]
    return []


def _withdrawn(facts: RateFacts) -> list[Reason]:
    if not facts.version_withdrawn:
        return []
    sentence = (
        "This version of the protocol was withdrawn for safety. Nothing is started or raised until it is re-signed."
    )
    return [refused("version_withdrawn", "Withdrawn", sentence, who="medical_director")]


def _long_pause(facts: RateFacts, protocol: Protocol, at: datetime) -> list[Reason]:
    if facts.intention.kind != "resume" or facts.paused_since is None or facts.go_valid:
        return []
    longest, paused = protocol.running.max_pause_min, (at - facts.paused_since).total_seconds() / 60
    if paused <= longest:
        return []
    sentence = f"Paused for {paused:.0f} min; after {longest} min the start is asked again."
    return [missing("pause_length", "Pause", sentence, source_of(protocol, "running.max_pause_min"))]
