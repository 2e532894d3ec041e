"""Drugs beside the infusion, from orders signed for this patient, and what they did."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import (
    HERE,
    ChairRefused,
    Written,
    add,
    breach_of,
    lock,
    not_ahead,
    raise_flag,
    refuse,
)
from clearhead.clinic.infusion.actions.second import Expected, alone, compared, flag_reading
from clearhead.clinic.infusion.entered import SecondPerson
from clearhead.clinic.infusion.models import Adjunct, AdjunctEffect, Event, Symptom
from clearhead.clinic.infusion.queries.adjuncts import facts_for
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules import adjunct as rule
from clearhead.medicine.rules import by_plan, guards
from clearhead.medicine.rules.verdict import Outcome, Verdict

ASKED = frozenset({*rule.ASKED, *by_plan.ASKED})
"""What is asked about a dose, and answered by confirming it by name."""


class AdjunctRefused(ChairRefused):
    """This dose may not be given now."""


@audit.once
def give(
    *,
    session: Session,
    order_id: str,
    dose: Decimal,
    unit: str,
    by: User | None,
    at: datetime,
    symptom: Symptom | None = None,
    confirmed: bool = False,
    read: frozenset[str] = frozenset(),
    happened_at: datetime | None = None,
    intended: bool = True,
    second: SecondPerson | None = None,
    waited_s: int = 0,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Adjunct:
    """A dose. Intended: judged under the lock. Happened: always saved; outside its order it is flagged.

    `read`: the gates of what was asked about it, read and confirmed.
    """
    lock(session)
    when, protocol = happened_at or at, protocol_of(session)
    not_ahead(when, at)
    facts = facts_for(
        session, order_id, dose, unit, by=by, at=when, confirmed=confirmed, second_person=second is not None,
        waited_s=waited_s, read=read,
    )  # fmt: skip
    verdict, order = rule.judge(facts, protocol, at=when), rule.order_of(order_id, protocol)
    if dose <= 0:
        raise refuse("single_dose", "Dose", "A dose is above 0.", question="adjunct")
    if intended and (not verdict.permits or order is None):
        raise AdjunctRefused(verdict)
    check, differs = compared(
        second, Expected("drug", dose=dose), intended, session=session, by=by, at=at, written=written
    )
    brings = rule.consequences(order, given_at=when) if order else None
    row = add(
        Adjunct, session=session, at=at, by=by, verb="drug given", happened_at=when, written=written,
        order_id=order_id[:60], ingredient_id=order.ingredient if order else order_id[:40], dose=dose, unit=unit[:12],
        route=order.route[:12] if order else "", symptom=symptom, recheck_at=brings.recheck_at if brings else None,
        raises_monitoring=bool(brings and (brings.sedative or brings.antihypertensive)),
        second_person=check.checker if check else None, single_handed=alone(verdict),
        breach="" if intended else breach_of(verdict),
    )  # fmt: skip
    note_given_over(row, verdict, session, at, by)
    note_confirmed(row, verdict, read, session, at, by)
    if not intended:
        _flag(row, verdict, session, at, by)
    flag_reading(row, differs, session, by, at)
    return row


def note_given_over(row: Adjunct, verdict: Verdict, session: Session, at: datetime, by: User | None) -> None:
    """A prescriber decided to give it although the signs held it back: that stands on the record, with what stood then.

    It uses up the word that a prescriber had given at the chair.
    """
    over = [reason for reason in verdict.at(Outcome.WARNED) if reason.gate in (*guards.GATES, *by_plan.HELD)]
    if over:
        add(
            Event, session=session, at=at, by=by, verb="event: note", happened_at=row.happened_at, kind="note",
            text=" ".join(reason.sentence for reason in over),
            detail={"given_over_flags": True, "drug": str(row.code)},
        )  # fmt: skip


def note_confirmed(
    row: Adjunct, verdict: Verdict, read: frozenset[str], session: Session, at: datetime, by: User | None
) -> None:
    """What was asked about this dose, and given once it was read, stands on the record."""
    said = [reason for reason in verdict.at(Outcome.WARNED) if reason.gate in read & ASKED]
    if said:
        add(
            Event, session=session, at=at, by=by, verb="event: note", happened_at=row.happened_at, kind="note",
            text=" ".join(reason.sentence for reason in said), detail={"confirmed": True, "drug": str(row.code)},
        )  # fmt: skip


def _flag(row: Adjunct, verdict: Verdict, session: Session, at: datetime, by: User | None) -> None:
    broken = verdict.at(Outcome.REFUSED) or sorted(verdict.at(Outcome.OPEN), key=lambda reason: reason.gate in ASKED)
    for reason in broken[:1]:
        level = "high" if reason.outcome is Outcome.REFUSED else "medium"
        raise_flag(
            session=session, at=at, by=by, rule=f"breach:{reason.gate}", level=level, since=row.happened_at,
            sentence=f"Given outside its order: {reason.sentence}", value=str(row.code), for_prescriber=True,
        )  # fmt: skip


@audit.once
def effect(
    *,
    session: Session,
    adjunct: Adjunct,
    effect: str,
    by: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> AdjunctEffect:
    """What the dose did."""
    if effect not in {"better", "same", "worse"} or adjunct.session_id != session.pk:
        raise refuse("effect", "Effect", "Better, same or worse, for a dose of this session.")
    return add(
        AdjunctEffect, session=session, at=at, by=by, verb="drug effect", happened_at=happened_at, written=written,
        adjunct=adjunct, effect=effect,
    )  # fmt: skip
