"""The departure: five ways to leave, of which one label has conditions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import add, lock, long_ago, verdict_json
from clearhead.clinic.infusion.actions.moment import ask_together
from clearhead.clinic.infusion.entered import Secret
from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.rates import permit_of
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Role, Signature, User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery.actions.base import DischargeRefused, ask, refuse
from clearhead.clinic.recovery.actions.closing import close_visit
from clearhead.clinic.recovery.facts import AtTheDoor, judged_facts, seen_here
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.recovery.queries import departure_of
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import discharge as rule
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.reasons import refused
from clearhead.medicine.rules.verdict import Reason, Verdict

RULE_WORDS: dict[str, rule.Disposition] = {
    "criteria_met": "criteria_met",
    "exception": "signed_exception",
    "against_advice": "against_advice",
    "emergency": "emergency_transfer",
    "admitted": "admitted",
}
"""A departure as the rule of discharge names it."""
assert set(RULE_WORDS.values()) == set(get_args(rule.Disposition))


@audit.once
def discharge(
    *,
    session: Session,
    disposition: str,
    by: User,
    at: datetime,
    left_at: datetime | None = None,
    instructions_ack: bool = False,
    hand_over: str = "",
    reason: str = "",
    signer: User | None = None,
    secret: Secret | None = None,
    corrects: Discharge | None = None,
    confirmed: frozenset[str] = frozenset(),
    client_id: UUID | None = None,
) -> Discharge:
    """The patient leaves. Only the label "criteria met" can be refused; everything else is recorded as it was.

    Judged at the moment of leaving. A time ahead of now would shorten the observation (H-21): it is refused, and so is
    one that the record contradicts. The departure is not: with another time, or now, it is recorded.
    """
    infusion = lock(session)
    here = departure_of(session)
    if here is not None and left_at is not None and _same_minute(left_at, here.happened_at):
        left_at = here.happened_at  # as it was shown, to the minute
        confirmed |= {"set_back"}  # the time of a departure that is put right was read once
    when = at if left_at is None else _when_left(session, infusion, left_at, at, confirmed)
    if here is not None and corrects != here:
        raise refuse("left", "Left already", f"{session.patient} left at {_local(session, here.happened_at)}.")
    protocol = protocol_of(session)
    said = AtTheDoor(RULE_WORDS[disposition], instructions_ack, hand_over)
    verdict = rule.judge(judged_facts(session, protocol, said, at=at), protocol, at=when)
    if disposition == "criteria_met":
        verdict = Verdict.of(verdict.question, [*verdict.reasons, *_who_may(session, by, when)])
    reason = _reason(disposition, verdict, reason)
    code, kept = uuid.uuid4(), verdict_json(verdict)
    content = [session, code, disposition, when, reason, kept, session.order.sha256]
    signature = _signed(session, disposition, signer, secret, code, audit.sha256_of(content), at)
    row = add(
        Discharge, session=session, at=at, by=by, verb=f"left: {disposition}", happened_at=when, code=code,
        disposition=disposition, verdict=kept, instructions_ack=instructions_ack, hand_over=hand_over.strip()[:500],
        reason=reason[:500], signature=signature, corrects=corrects, **_ends(when, protocol),
    )  # fmt: skip
    close_visit(row, by=by, at=at)
    return row


def _when_left(
    session: Session, infusion: Infusion | None, left_at: datetime, at: datetime, confirmed: frozenset[str]
) -> datetime:
    """The time that was typed: not ahead, not before what shows the patient here, and read again when long ago."""
    if left_at > at:
        said, now = _day_and_time(session, left_at, at), _local(session, at)
        sentence = f"{said} lies ahead: it is {now} now, and nobody has left later than that. Empty means now."
        raise refuse("left_at", "Time of leaving", sentence)
    for seen, what in sorted(seen_here(session, infusion, until=at), reverse=True):
        if left_at < seen.replace(second=0, microsecond=0):
            said, then = _day_and_time(session, left_at, seen), _local(session, seen)
            sentence = f"{said} lies before {what} at {then}. Check the time; empty means now."
            raise refuse("left_at", "Time of leaving", sentence)
        left_at = max(left_at, seen)
    ask_together(long_ago(left_at, at, session.site.tz), confirmed)
    return left_at


def _same_minute(one: datetime, other: datetime) -> bool:
    return one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)


def _day_and_time(session: Session, moment: datetime, seen: datetime) -> str:
    said = moment.astimezone(session.site.tz)
    same = said.date() == seen.astimezone(session.site.tz).date()
    return ("" if same else f"{said:%d %b, }") + clock_time(moment, session.site.tz)


def _who_may(session: Session, by: User, when: datetime) -> Iterable[Reason]:
    """The label is given by those whom the act × licence table names; a departure is recorded by anyone."""
    permit = permit_of(session, "discharge", by=by, at=when)
    if not permit.may:
        sentence = f"“Criteria met” is said here by: {permit.who}. Any other departure can be recorded by you."
        yield refused("act_permitted", "Who may", sentence, who=permit.who)


def _local(session: Session, moment: datetime) -> str:
    return clock_time(moment, session.site.tz)


def _reason(disposition: str, verdict: Verdict, reason: str) -> str:
    """Why, for every label but one. An emergency waits for no words."""
    if disposition == "criteria_met":
        if not verdict.permits:
            raise DischargeRefused(verdict)
        return reason.strip()
    if reason.strip():
        return reason.strip()
    if disposition == "emergency":
        return "No reason was written."
    raise ask("reason", "Reason", "Any departure before the criteria are met says why, in a word or two.")


def _signed(
    session: Session,
    disposition: str,
    signer: User | None,
    secret: Secret | None,
    code: UUID,
    sha256: str,
    at: datetime,
) -> Signature | None:
    if disposition != "exception":
        return None
    if signer is None or secret is None:
        raise ask("signature", "Signature", "An exception is signed by a prescriber, with password or PIN.")
    if Role.PRESCRIBER not in roles_of(signer, session.site):
        raise refuse("signature", "Signature", f"{signer} is no prescriber of this site.")
    return people.sign(
        by=signer, secret=secret.word, meaning="discharge exception", subject_code=code, sha256=sha256,
        site=session.site, at=at,
    )  # fmt: skip


def _ends(left_at: datetime, protocol: Protocol) -> dict[str, Any]:
    ends = rule.restriction_ends(left_at, protocol)
    return {
        "restriction_until": ends["driving"],
        "alcohol_until": ends["alcohol"],
        "legal_until": ends["legal_decisions"],
        "childcare_until": ends["sole_childcare"],
    }
