"""A drug that the signed order gives by plan: given, or not given and why. Each dose is an act of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.adjunct import ASKED, AdjunctRefused, note_confirmed, note_given_over
from clearhead.clinic.infusion.actions.base import (
    HERE,
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
from clearhead.clinic.infusion.models import Adjunct, Event, Infusion
from clearhead.clinic.infusion.queries.adjuncts import adjuncts, allergies_of, seen_at
from clearhead.clinic.infusion.queries.by_plan import plan_facts
from clearhead.clinic.infusion.queries.flags import flag_lines
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.rates import approved, protocol_roles, role_for
from clearhead.clinic.infusion.queries.scheduled import (
    AHEAD,
    NOT_GIVEN,
    DueDose,
    due_doses,
    next_dose,
    planned,
)
from clearhead.clinic.infusion.queries.state import dosing_weight
from clearhead.clinic.infusion.queries.unrest import emergency_open
from clearhead.clinic.infusion.queries.vitals import observations
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules import by_plan
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.reasons import missing, refused
from clearhead.medicine.rules.second import AT_A_DRUG, second_check
from clearhead.medicine.rules.verdict import Outcome, Reason, Verdict

SEDATIVE_RECHECK = timedelta(minutes=15)
BEYOND = 0
"""The number of a dose that no plan has."""


@audit.once
def give_by_plan(
    *,
    session: Session,
    order_id: str,
    by: User,
    at: datetime,
    confirmed: bool = False,
    read: frozenset[str] = frozenset(),
    intended: bool = True,
    happened_at: datetime | None = None,
    second: SecondPerson | None = None,
    waited_s: int = 0,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Adjunct:
    """The next dose of a drug by plan, in the ordered amount. What was given already is saved, outside it flagged.

    That holds for one more than the plan has: it is in the patient. A dose that was charted as not given and was given
    all the same is that dose; the other line is taken back. `read`: the gates of what was asked, read and confirmed.
    """
    infusion = lock(session)
    when, protocol = happened_at or at, protocol_of(session)
    not_ahead(when, at)
    weight = dosing_weight(session, protocol)
    if not intended:
        _given_after_all(session, order_id, when, weight, by, at, written)
    dose = next_dose(due_doses(session, infusion, adjuncts(session), weight, when), order_id)
    if dose is None and not intended:
        dose = next((DueDose(one, BEYOND, None) for one in planned(session, weight) if one.id == order_id), None)
    if dose is None:
        raise refuse("order_known", "Order", "No dose of this is open. A further one is a new order.")
    if dose.drug.dose is None:
        raise refuse("weight_today", "Weight", "This dose goes by weight: weigh the patient first.")
    reasons = [*_against(dose, session, by, when, confirmed=confirmed, read=read)]
    if dose.drug.asks_second:
        reasons += second_check(protocol, there=second is not None, waited_s=waited_s, sentence=AT_A_DRUG)
    verdict = Verdict.of("adjunct", reasons)
    if intended and not verdict.permits:
        raise AdjunctRefused(verdict)
    check, differs = compared(
        second, Expected("drug by plan", dose=dose.drug.dose), intended, session=session, by=by, at=at,
        written=written,
    )  # fmt: skip
    row = add(
        Adjunct, session=session, at=at, by=by, verb="drug given by plan", happened_at=when, written=written,
        order_id=dose.drug.id[:60], ingredient_id=dose.drug.ingredient[:40], dose=dose.drug.dose,
        unit=dose.drug.unit[:12], route=dose.drug.route[:12], raises_monitoring=dose.drug.sedative,
        recheck_at=when + SEDATIVE_RECHECK if dose.drug.sedative else None,
        second_person=check.checker if check else None, single_handed=alone(verdict),
        breach="" if intended else breach_of(verdict),
    )  # fmt: skip
    note_given_over(row, verdict, session, at, by)
    note_confirmed(row, verdict, read, session, at, by)
    for reason in () if intended else _to_tell(verdict):
        level = "high" if reason.outcome is Outcome.REFUSED else "medium"
        raise_flag(
            session=session, at=at, by=by, rule=f"breach:{reason.gate}", level=level, since=when,
            sentence=f"Given outside its order: {reason.sentence}", value=str(row.code), for_prescriber=True,
        )  # fmt: skip
    flag_reading(row, differs, session, by, at)
    return row


def _given_after_all(
    session: Session, order_id: str, when: datetime, weight: Decimal | None, by: User, at: datetime, written: Written
) -> None:
    """Two people charted the same dose, one as not given: what was given wins, and the prescriber hears of both."""
    out = [row for row in Event.standing().filter(session=session, kind=NOT_GIVEN)
           if row.detail.get("order_id") == order_id]  # fmt: skip
    row = min(out, key=lambda one: abs(one.happened_at - when), default=None)
    infusion = Infusion.objects.filter(session=session).first()
    more = next_dose(due_doses(session, infusion, adjuncts(session), weight, when), order_id)
    if row is None or (more is not None and abs(row.happened_at - when) > AHEAD):
        return
    add(
        Event, session=session, at=at, by=by, verb="drug given after all", happened_at=row.happened_at, written=written,
        kind=NOT_GIVEN, text=row.text, detail=row.detail, corrects=row, struck=True,
    )  # fmt: skip
    said, zone = row.text.partition(":")[0], session.site.tz
    raise_flag(
        session=session, at=at, by=by, rule="given_after_all", level="medium", since=when, value=str(row.code),
        sentence=f"{said} was charted as not given at {clock_time(row.happened_at, zone)} and as given at "
        f"{clock_time(when, zone)}. It counts as given: ask both.", for_prescriber=True,
    )  # fmt: skip


def _against(
    dose: DueDose, session: Session, by: User, at: datetime, *, confirmed: bool, read: frozenset[str]
) -> Iterable[Reason]:
    drug, protocol = dose.drug, protocol_of(session)
    for act in drug.acts:
        role = role_for(act, by, protocol, session.site, at)
        if not protocol.people.may(act, role):
            yield refused("act_permitted", "Who may", f"A {role.replace('_', ' ')} may not give {drug.title} here.")
            break
    stands = [line for line in flag_lines(session, at) if line.open]
    seen = seen_at(stands, observations(session), at, emergency=emergency_open(session, stands, at))
    facts = plan_facts(
        session, drug, protocol, adjuncts(session), allergies_of(session), seen, decides=approved(session, by, at),
        read=read,
    )  # fmt: skip
    yield from by_plan.judge(facts, protocol, at=at)
    if dose.due_at is not None and at < dose.due_at - AHEAD:
        when = clock_time(dose.due_at, session.site.tz)
        yield refused("due", "Time", f"{drug.title} is due at {when}, not before.")
    if dose.due_at is None and drug.at_min >= 0 and dose.number != BEYOND:
        yield refused("due", "Time", f"{drug.title} is given after the start.")
    if dose.number == BEYOND:
        yield refused("beyond_plan", "Plan", f"No dose of {drug.title} was open: this is one more than the plan has.")
    if drug.sedative and not confirmed:
        yield missing("confirm_face", "Confirm", f"{drug.title}: read dose, route, allergy and cap, then confirm.")


def _to_tell(verdict: Verdict) -> Iterable[Reason]:
    """The first limit that was broken, else what would have been asked; and a dose too many beside it."""
    broken = verdict.at(Outcome.REFUSED)
    if not broken:
        return [reason for reason in verdict.at(Outcome.OPEN) if reason.gate in ASKED][:1]
    return [*broken[:1], *(reason for reason in broken[1:] if reason.gate == "beyond_plan")]


@audit.once
def leave_out(
    *,
    session: Session,
    order_id: str,
    why: str,
    by: User,
    at: datetime,
    happened_at: datetime | None = None,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Event:
    """The next dose of a drug by plan is not given, and why."""
    infusion = lock(session)
    when, protocol = happened_at or at, protocol_of(session)
    not_ahead(when, at)
    if not protocol_roles(by, session.site, at):
        raise refuse("act_permitted", "Who may", "Only a clinician of this site leaves a dose out.")
    if not why.strip():
        raise refuse("reason", "Reason", "Say why it was not given.")
    rows = adjuncts(session)
    if written.queued and any(row.order_id == order_id and abs(row.happened_at - when) <= AHEAD for row in rows):
        raise refuse("order_known", "Order", "This dose was charted as given.")
    dose = next_dose(due_doses(session, infusion, rows, dosing_weight(session, protocol), when), order_id)
    if dose is None:
        raise refuse("order_known", "Order", "No dose of this is open.")
    detail = {"order_id": order_id, "number": dose.number, "due_at": dose.due_at.isoformat() if dose.due_at else None}
    return add(
        Event, session=session, at=at, by=by, verb="drug left out", happened_at=when, written=written, kind=NOT_GIVEN,
        text=f"{dose.drug.title}: {why.strip()}", detail=detail,
    )  # fmt: skip
