"""The pump starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import HERE, Written, add, lock, refuse, verdict_json
from clearhead.clinic.infusion.actions.gate import judge_start
from clearhead.clinic.infusion.actions.rate import PLAIN, Ask, compare, gate, judged
from clearhead.clinic.infusion.actions.second import alone
from clearhead.clinic.infusion.models import Infusion, RateChange, Responsible
from clearhead.clinic.infusion.queries.doses import dose_rows
from clearhead.clinic.infusion.queries.nurse import responsible
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.place import SEATS
from clearhead.clinic.infusion.queries.rates import facts_for, shown_ml_per_h
from clearhead.clinic.infusion.queries.state import dosing_weight
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.schedule.models import Occupancy, Resource
from clearhead.medicine.rules.rate import Intention
from clearhead.medicine.rules.rate_facts import Unit


@audit.once
def start(
    *,
    session: Session,
    value: Decimal,
    unit: str,
    by: User,
    at: datetime,
    ask: Ask = PLAIN,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Infusion:
    """The pump starts: go judged again, rate judged, second person compared, one running row per patient.

    Whoever starts it answers for the chair where nobody does yet.
    """
    _lock_seats(session)
    lock(session)
    judge_start(session=session, at=at)
    rows, protocol = dose_rows(session), protocol_of(session)
    weight, bag = dosing_weight(session, protocol), rows.bag
    if rows.rates or Infusion.objects.filter(session=session).exists():
        raise refuse(
            "running", "Started already", "This session was started already. Open the chair.", question="start"
        )
    if bag is None or weight is None:
        raise refuse("bag_checked", "Bag", "No checked bag and today's weight yet.", question="start")
    if Infusion.objects.filter(patient_id=session.patient_id, ended_at__isnull=True).exists():
        raise refuse("running", "Another session runs", "Another infusion of this patient is still running.")
    wanted = Intention("start", value, cast(Unit, unit))
    facts, protocol = facts_for(session, wanted, bag=bag, by=by, at=at, said=ask.said(), rows=rows)
    verdict = judged(session, "start", facts, protocol, rows, by, at)
    gate(verdict, facts, rows, replace(ask, seen=None))
    shown = shown_ml_per_h(facts, protocol)
    infusion = Infusion.objects.create(
        session=session, patient=session.patient, site=session.site, weight_kg=weight, started_at=at
    )
    check, _differs = compare(session, protocol, "start", ask, weight, bag, shown, by, at, written)
    add(
        RateChange, session=session, at=at, by=by, verb="pump: start", written=written, bag=bag, kind="start",
        entered_value=value, entered_unit=unit, pump_ml_per_h=shown, intended=True,
        second_person=check.checker if check else None, single_handed=alone(verdict),
        reason=ask.reason, verdict=verdict_json(verdict),
    )  # fmt: skip
    if responsible(session) is None:
        add(Responsible, session=session, at=at, by=by, verb="takes the chair", written=written, nurse=by)
    return infusion


def _lock_seats(session: Session) -> None:
    """Two who start in one chair at once: the second waits here and then finds somebody in it.

    Before the session's own lock, as a booking that is moved takes them.
    """
    taken = Occupancy.objects.filter(booking=session.booking_id, resource__kind__in=SEATS, released_at__isnull=True)
    list(Resource.objects.select_for_update().filter(pk__in=taken.values("resource")).order_by("pk"))
