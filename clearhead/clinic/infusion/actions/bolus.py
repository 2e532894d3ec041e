"""A dose at one moment."""

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
    refuse,
    verdict_json,
)
from clearhead.clinic.infusion.actions.moment import moment_of
from clearhead.clinic.infusion.actions.rate import PLAIN, ZERO, Ask, compare, flag_breach, gate, judged
from clearhead.clinic.infusion.actions.recount import recount
from clearhead.clinic.infusion.actions.second import alone, flag_reading
from clearhead.clinic.infusion.models import Bolus
from clearhead.clinic.infusion.queries.rates import facts_for
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import rate_slips
from clearhead.medicine.rules.rate import Intention, RateFacts
from clearhead.medicine.rules.verdict import Outcome, Verdict


@audit.once
def bolus(
    *,
    session: Session,
    mg: Decimal,
    by: User | None,
    at: datetime,
    over_min: Decimal = ZERO,
    happened_at: datetime | None = None,
    intended: bool = True,
    ask: Ask = PLAIN,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Bolus:
    """A dose at one moment, from the bag that hangs, or hung then."""
    moment = moment_of(
        session, "bolus", happened_at=happened_at, at=at, intended=intended, confirmed=ask.confirmed, written=written
    )
    infusion, when, intended, then = moment.infusion, moment.when, moment.intended, moment.then
    if then.bag is None or infusion is None:
        raise refuse("running", "No infusion", "Nothing has been started here. Open the start page.", question="rate")
    wanted = Intention("bolus", mg, "mg")
    facts, protocol = facts_for(
        session, wanted, bag=then.bag, by=by, at=when, said=ask.said(), rows=then, later=moment.whole
    )
    verdict = judged(session, "bolus", facts, protocol, then, by, when)
    if intended:
        gate(verdict, facts, then, ask)
    elif not written.queued:
        _named(facts, protocol)
    shown = then.last.pump_ml_per_h if then.last else ZERO
    check, differs = compare(
        session, protocol, "bolus", ask, infusion.weight_kg, then.bag, shown, by, at, written, intended=intended
    )
    row = add(
        Bolus, session=session, at=at, by=by, verb="bolus", happened_at=when, written=written, bag=then.bag, mg=mg,
        over_min=over_min, intended=intended, second_person=check.checker if check else None,
        single_handed=alone(verdict), reason=ask.reason, verdict=verdict_json(verdict),
        breach="" if intended else breach_of(verdict),
    )  # fmt: skip
    flag_breach(row, verdict, session, by, at)
    flag_reading(row, differs, session, by, at)
    recount(session, by, at)
    return row


def _named(facts: RateFacts, protocol: Protocol) -> None:
    """What was given is saved whatever its size; one that no order leads to is read and confirmed first."""
    doubt = rate_slips.given_doubt(facts, protocol)
    if doubt is not None and doubt.outcome is Outcome.OPEN:
        raise ChairRefused(Verdict.of("rate", [doubt]))
