"""The go list: what stands for every gate of the pinned protocol, and the rule's verdict over it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clearhead.clinic.consent.queries import current_consent
from clearhead.clinic.infusion.models import Access, Bag, Event, GateAnswer
from clearhead.clinic.infusion.queries import place
from clearhead.clinic.infusion.queries.pinned import protocol_of, withdrawn
from clearhead.clinic.infusion.queries.state import infusion_of
from clearhead.clinic.infusion.queries.unrest import ketamine_allergy
from clearhead.clinic.infusion.queries.vitals import resting_sets
from clearhead.clinic.plan import queries as plan
from clearhead.clinic.plan.models import Escort, Session
from clearhead.medicine.protocols.bedside import GoGate
from clearhead.medicine.protocols.codes import READINESS_CHECKS
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import start
from clearhead.medicine.rules.verdict import Reason, Verdict

READINESS = "readiness:"
DERIVED = {
    "consent_current",
    "decision_current",
    "order_current",
    "prescriber_present",
    "escort_reached",
    "baseline_sets",
    "iv_access",
    "bag_checked",
    "readiness_check",
}
"""Gates whose answer is read off other facts; the rest are asked on the go page."""


def start_facts(session: Session, at: datetime) -> start.StartFacts:
    """Everything established before the start, as the rule reads it."""
    answers = {row.gate: row for row in GateAnswer.standing().filter(session=session).order_by("happened_at", "pk")}
    asked = {
        gate: start.GateAnswer(row.value.get("ok"), row.happened_at)
        for gate, row in answers.items()
        if not gate.startswith(READINESS)
    }
    asked.update(_derived(session, at))
    if session.patient.sex == "male":
        asked["pregnancy_status"] = start.GateAnswer(True, at)
    return start.StartFacts(
        answers=asked,
        fasting=_fasting(answers.get("fasting")),
        readiness=readiness_of(session, at),
        resting_sets=resting_sets(session),
        version_withdrawn=withdrawn(session, at),
        other_day=place.other_day(session, at),
        chair_taken=place.chair_taken(session, at),
        ketamine_allergy=ketamine_allergy(session, at),
    )


def judge(session: Session, at: datetime) -> Verdict:
    """Go or no-go at this moment."""
    return start.judge(start_facts(session, at), protocol_of(session), at=at)


def _derived(session: Session, at: datetime) -> dict[str, start.GateAnswer]:
    found = {
        "consent_current": start.GateAnswer(_consent(session, at), at),
        "decision_current": start.GateAnswer(_decision(session, at), at),
        "order_current": start.GateAnswer(_order(session), at),
    }
    for gate, answer in (
        ("prescriber_present", prescriber_present(session)),
        ("escort_reached", _escort(session)),
        ("iv_access", _access(session)),
        ("bag_checked", _bag(session)),
    ):
        if answer is not None:
            found[gate] = answer
    return found


def _consent(session: Session, at: datetime) -> bool:
    return current_consent(session.order, at) is not None


def _decision(session: Session, at: datetime) -> bool:
    decision = plan.current_decision(session.course, at)
    return decision is not None and decision.outcome == "suitable"


def _order(session: Session) -> bool:
    order = session.order
    return plan.is_current(order) and plan.is_intact(order) and session.cancelled_at is None


def prescriber_present(session: Session) -> start.GateAnswer | None:
    """Whether a prescriber is there, by the last word said about it."""
    told = Event.standing().filter(session=session, kind__in=["prescriber_in", "prescriber_out"])
    last = told.order_by("happened_at", "pk").last()
    return None if last is None else start.GateAnswer(last.kind == "prescriber_in", last.happened_at)


def _escort(session: Session) -> start.GateAnswer | None:
    escort = Escort.standing().filter(session=session).last()
    if escort is None:
        return None
    return start.GateAnswer(escort.reached_at is not None or None, escort.reached_at or escort.happened_at)


def open_access(session: Session) -> Access | None:
    """The catheter that lies."""
    return Access.standing().filter(session=session, out_at__isnull=True).order_by("happened_at", "pk").last()


def vein_lies(session: Session, when: datetime) -> bool:
    """Whether a full set asks for the vein: while a catheter lies; where none was ever charted, until the end."""
    outs = list(Access.standing().filter(session=session).values_list("out_at", flat=True))
    if outs:
        return any(out is None or out > when for out in outs)
    infusion = infusion_of(session)
    return infusion is None or infusion.ended_at is None or infusion.ended_at > when


def _access(session: Session) -> start.GateAnswer | None:
    lies = open_access(session)
    return None if lies is None else start.GateAnswer(lies.patent, lies.happened_at)


def _bag(session: Session) -> start.GateAnswer | None:
    bag = Bag.standing().filter(session=session).order_by("happened_at", "pk").last()
    return None if bag is None else start.GateAnswer(True, bag.happened_at)


def _fasting(row: GateAnswer | None) -> start.FastingFacts | None:
    if row is None:
        return None
    said = {kind: _moment(row.value.get(kind)) for kind in ("light_meal_at", "solid_meal_at", "clear_fluids_at")}
    return start.FastingFacts(row.happened_at, **said)


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def readiness_of(session: Session, at: datetime) -> dict[str, datetime]:
    """Check → when it was last done today; the room is the site's, so a check for another chair counts."""
    rows = GateAnswer.standing().filter(
        session__site_id=session.site_id, gate__startswith=READINESS, happened_at__range=(_midnight(session, at), at)
    )
    done: dict[str, datetime] = {}
    for row in rows.order_by("happened_at", "pk"):
        check = row.gate.removeprefix(READINESS)
        if row.value.get("ok"):
            done[check] = row.happened_at
        else:
            done.pop(check, None)
    return done


def _midnight(session: Session, at: datetime) -> datetime:
    return at.astimezone(session.site.tz).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class GateLine:
    """One gate on the go page."""

    gate: GoGate
    reasons: tuple[Reason, ...]
    derived: bool
    answer: GateAnswer | None

    @property
    def outcome(self) -> str:
        """The worst of its reasons."""
        return str(Verdict.of("gate", self.reasons).outcome) if self.reasons else "open"


@dataclass(frozen=True, slots=True)
class ReadinessLine:
    """One readiness check."""

    check: str
    title: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class GoPage:
    """The go/no-go page: every gate, what else stands against it, the verdict."""

    verdict: Verdict
    gates: tuple[GateLine, ...]
    others: tuple[Reason, ...]
    readiness: tuple[ReadinessLine, ...]
    monitors: tuple[str, ...]


def go_page(session: Session, at: datetime) -> GoPage:
    """All of it at this moment."""
    protocol, verdict = protocol_of(session), judge(session, at)
    answers = {row.gate: row for row in GateAnswer.standing().filter(session=session).order_by("happened_at", "pk")}
    lines = tuple(_line(gate, verdict, answers) for gate in protocol.start.go_gates)
    known = {gate.fact for gate in protocol.start.go_gates}
    others = tuple(reason for reason in verdict.reasons if reason.gate not in known)
    return GoPage(verdict, lines, others, tuple(_readiness(session, protocol, at)), protocol.start.monitors)


def _line(gate: GoGate, verdict: Verdict, answers: dict[str, GateAnswer]) -> GateLine:
    reasons = tuple(reason for reason in verdict.reasons if reason.gate == gate.fact)
    return GateLine(gate, reasons, gate.fact in DERIVED, answers.get(gate.fact))


def _readiness(session: Session, protocol: Protocol, at: datetime) -> Iterable[ReadinessLine]:
    done = readiness_of(session, at)
    for check in protocol.start.readiness_checks:
        yield ReadinessLine(check, READINESS_CHECKS.get(check, check), done.get(check))
