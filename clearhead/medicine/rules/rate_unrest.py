"""More drug while something is wrong: refused once consent is withdrawn, with an allergy to it, in an emergency, over a
high flag that nobody answered, while a stop rule is met and before a set is charted; asked about while the protocol
holds the rate or a flag is still open. Less is never held back here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from clearhead.medicine.protocols.dose import Stepped
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import allergy
from clearhead.medicine.rules.looked import CHART_FIRST
from clearhead.medicine.rules.rate_facts import RateFacts
from clearhead.medicine.rules.reasons import missing, refused, source_of, warned
from clearhead.medicine.rules.titration import target_reached
from clearhead.medicine.rules.verdict import Reason

MORE = ("change", "resume", "bolus")
"""What puts more in than runs now. A change that lowers the rate never comes here."""
NEVER = ("consent_withdrawn", "ketamine_allergy")
"""What nobody's word lifts; a new bag waits for nothing else here, or the pump would run dry over a flag."""


def judge(facts: RateFacts, protocol: Protocol, *, at: datetime) -> Iterable[Reason]:
    """Why nothing should be added now."""
    if facts.intention.kind == "start":  # an allergy is the go's
        yield from _consent(facts)
    elif facts.intention.kind in (*MORE, "change_bag"):
        yield from never(facts)
    if facts.intention.kind not in MORE:
        return
    if facts.emergency:
        sentence = f"{facts.emergency} Nothing is raised or given until then."
        yield refused("emergency_open", "Emergency", sentence)
    elif facts.unanswered:
        sentence = f"Not answered yet: {facts.unanswered} Say what was done first."
        yield refused("flag_unanswered", "Flag", sentence)
    if facts.stop_met:
        yield _stopped(facts)
    if facts.raises and facts.set_wanted:
        yield _unseen(facts)
    if facts.intention.kind == "change":
        yield from _asked_first(facts, protocol, at)


def never(facts: RateFacts) -> Iterable[Reason]:
    """Consent taken back, or an allergy to it: nothing more is given, and no new bag is hung, in a pause neither."""
    yield from _consent(facts)
    yield from allergy.to_ketamine((facts.ketamine_allergy,))


def _consent(facts: RateFacts) -> Iterable[Reason]:
    if facts.consent_withdrawn:
        sentence = "The patient withdrew consent. Nothing is started, raised or given unless it is signed again."
        yield refused("consent_withdrawn", "Consent", sentence, who="none")


def _stopped(facts: RateFacts) -> Reason:
    """The symptom or the sign counts, whatever was said to its flag."""
    sentence = f"A stop rule is met: {facts.stop_met}"
    if facts.prescriber_approved:
        return warned("stop_rule", "Given all the same", f"{sentence} A prescriber agrees.")
    then = "Stop the pump; to give more all the same, have a prescriber agree at the chair."
    return refused("stop_rule", "Stop", f"{sentence} {then}", who="prescriber")


def _unseen(facts: RateFacts) -> Reason:
    """A new set clears it."""
    if facts.prescriber_approved:
        return warned("set_first", "Given all the same", f"{facts.set_wanted} A prescriber agrees.")
    return missing("set_first", "Set", f"{facts.set_wanted} {CHART_FIRST}", who="nurse")


def _asked_first(facts: RateFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    dose = protocol.dose
    if facts.open_flags and not (facts.emergency or facts.unanswered):
        many = "1 flag is" if facts.open_flags == 1 else f"{facts.open_flags} flags are"
        yield _asked(facts, "open_flags", f"{many} still open here.")
    held = target_reached(facts.scores, dose, at, facts.given.mg_per_h) if isinstance(dose, Stepped) else None
    if held is not None:
        yield _asked(facts, "target_held", " ".join(held.sentences), source_of(protocol, "dose.target"))


def _asked(facts: RateFacts, gate: str, sentence: str, source: str = "") -> Reason:
    """Open until a reason is written or a prescriber agrees, then a warning that says so."""
    if facts.prescriber_approved:
        return warned(gate, "Raised all the same", f"{sentence} A prescriber agrees to the step.", source)
    if facts.reason.strip():
        return warned(gate, "Raised all the same", f"{sentence} Reason: {facts.reason.strip()}", source)
    asked = f"{sentence} To raise the rate all the same, write a reason or have a prescriber agree."
    return missing(gate, "Raise all the same?", asked, source, who="prescriber")
