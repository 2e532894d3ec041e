"""What the screen says of the next step: only what the pump can show and what would be permitted when it is entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import rate
from clearhead.medicine.rules.rate_facts import Intention, RateFacts
from clearhead.medicine.rules.titration import NextStep


def advised(step: NextStep, facts: RateFacts, protocol: Protocol, *, at: datetime) -> NextStep:
    """A step up as the rule of the pump would take it; where that stands against it, a wait with its reasons.

    Whose hand it is and whether a second person stands there is asked when the rate is entered, not here.
    """
    if step.next != "step_up" or step.mg_per_h is None:
        return step
    pump, mg_per_ml = protocol.fluids.pump.step_ml_per_h, Fraction(facts.strength)
    ml_per_h = pump * int(step.mg_per_h / mg_per_ml / Fraction(pump))
    mg_per_h = Fraction(ml_per_h) * mg_per_ml
    settable = replace(step, mg_per_h=mg_per_h)
    if mg_per_h <= facts.given.mg_per_h:
        return replace(settable, next="wait", sentences=("The pump cannot show so small a step.",))
    wanted = replace(facts, intention=Intention("change", ml_per_h, "mL/h"), role=_may(protocol), second_person=True)
    against = rate.judge(wanted, protocol, at=at).blocking
    return replace(settable, next="wait", sentences=tuple(one.sentence for one in against)) if against else settable


def _may(protocol: Protocol) -> str:
    listed = (permission for permission in protocol.people.acts_by_role if permission.act == "increase")
    return next((role for permission in listed for role in permission.roles), "nobody")
