"""What the protocol asks for before anything is decided: a consult that was held and invites, a full history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from clearhead.clinic.assessment import words
from clearhead.clinic.assessment.models import HistoryItem
from clearhead.clinic.consult import queries as consults
from clearhead.clinic.consult.models import Consult
from clearhead.clinic.people.models import Course
from clearhead.medicine.protocols.codes import NEXT_STEP_GATES
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.reasons import allowed, missing, refused, source_of
from clearhead.medicine.rules.verdict import Reason

TITLE = "Before the decision"
SPECIALIST = {"sedation", "crna", "anesthesia", "anaesthesia"}
"""Credentials of whoever may hold the talk with a sedation specialist."""
ASKED_BY_RULE = {"neurologist_seen"}
"""Judged by eligibility itself, with its dated letter, where the protocol requires it."""


def reasons(course: Course, protocol: Protocol, said: Mapping[str, HistoryItem], today: date) -> Iterator[Reason]:
    """One reason for each gate of the protocol."""
    held = consults.outcome_of(course)
    required = protocol.assessment.neurology_gate.level == "require"
    for gate in protocol.contact.next_step_gates:
        if gate in ASKED_BY_RULE and required:
            continue
        yield _reason(gate, protocol, held, said, today)


def _reason(
    gate: str, protocol: Protocol, held: Consult | None, said: Mapping[str, HistoryItem], today: date
) -> Reason:
    sentence, source = f"{NEXT_STEP_GATES[gate]}.", source_of(protocol, "contact.next_step_gates")
    met = _met(gate, held, said, today)
    if met:
        return allowed(gate, TITLE, sentence, source)
    if met is None:
        return missing(gate, TITLE, f"Not yet: {sentence}", source, who="prescriber")
    by_reason = gate not in {"consult_held", "consult_invites"}
    return refused(gate, TITLE, f"No: {sentence}", source, who="prescriber", overridable=by_reason)


def _met(gate: str, held: Consult | None, said: Mapping[str, HistoryItem], today: date) -> bool | None:
    """Yes, no, or (None) not known."""
    if gate == "full_history_taken":
        complete = all(item in said for item in words.EVERY_ITEM) and words.MEDICINES_CONFIRMED in said
        return True if complete else None
    if held is None:
        return None
    if gate == "consult_held":
        return True
    if gate == "consult_invites":
        return held.outcome == Consult.Outcome.INVITE
    if gate == "specialist_consult_held":
        kinds = {one.kind.lower() for one in held.clinician.credentials.all() if one.expires_on >= today}
        return True if kinds & SPECIALIST else None
    answer = held.answers.get("triage", {}).get(gate, "unknown")
    return {"yes": True, "no": False}.get(answer)
