"""The flush of the line. With drug in the line it is a dose: judged as one, and told where it was too much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import HERE, ChairRefused, Written, add, lock, raise_flag, since_start
from clearhead.clinic.infusion.actions.moment import meant
from clearhead.clinic.infusion.actions.recount import recount
from clearhead.clinic.infusion.models import Flush, Infusion
from clearhead.clinic.infusion.queries.doses import DoseRows, account, dose_rows, exact
from clearhead.clinic.infusion.queries.line import pushed_mg, with_flush
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.rates import Said, facts_for
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.wording import plain
from clearhead.medicine.rules import flush as rule
from clearhead.medicine.rules.rate import Intention
from clearhead.medicine.rules.reasons import missing
from clearhead.medicine.rules.verdict import Outcome, Reason, Verdict

MEANT = " Push it in all the same?"


@audit.once
def flush(
    *,
    session: Session,
    ml: Decimal,
    by: User | None,
    at: datetime,
    over_min: Decimal = Decimal(1),
    happened_at: datetime | None = None,
    intended: bool = True,
    confirmed: frozenset[str] = frozenset(),
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Flush:
    """Fluid pushed what was in the line into the vein: a dose segment.

    One that is meant is refused above a cap, and asked about where it pushes more than a bolus may be. One that has
    happened is saved, and told to the prescriber.
    """
    infusion = lock(session)
    when, intended = meant(happened_at, at, intended)
    when = since_start(infusion, when)
    reasons = _Push(session, infusion, dose_rows(session), when, ml, over_min, by, at).reasons() if infusion else []
    against = [one for one in reasons if one.gate not in confirmed]
    if intended and against:
        raise ChairRefused(Verdict.of("flush", against))
    row = add(
        Flush, session=session, at=at, by=by, verb="flush", happened_at=when, written=written, ml=ml,
        over_min=over_min,
    )  # fmt: skip
    if not intended and reasons:
        _tell(row, reasons[0], by, at)
    recount(session, by, at)
    return row


def _tell(row: Flush, reason: Reason, by: User | None, at: datetime) -> None:
    """What happened above a cap is told as a breach, a dose that nobody ordered as a question."""
    hard = reason.outcome is Outcome.REFUSED
    raise_flag(
        session=row.session, at=at, by=by, rule=f"breach:{reason.gate if hard else 'flush'}", since=row.happened_at,
        level="high" if hard else "medium", for_prescriber=True, value=str(row.code),
        sentence=f"Happened outside the plan: {reason.sentence.removesuffix(MEANT)}",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Push:
    """One flush beside what stands on the record."""

    session: Session
    infusion: Infusion
    rows: DoseRows
    when: datetime
    ml: Decimal
    over_min: Decimal
    by: User | None
    at: datetime

    def reasons(self) -> list[Reason]:
        """What stands against it: the caps, else that it is more than a bolus may be."""
        pushed = pushed_mg(self.rows, protocol_of(self.session), self.when, self.ml)
        if not pushed:
            return []
        if over := self._over(self.ml):
            return rule.too_much(over, rule.most_ml(self.ml, lambda ml: not self._over(ml)))
        return self._asked(pushed)

    def _over(self, ml: Decimal) -> list[Reason]:
        """The caps that are passed once so many mL are in: counted with them and without them."""
        protocol = protocol_of(self.session)
        until = max(self.when + timedelta(minutes=float(self.over_min)), self.at)
        pushed = with_flush(self.rows, self.when, ml, self.over_min)
        without, counted = (account(one, protocol, until).counted_mg for one in (self.rows, pushed))
        assert self.rows.bag is not None  # something was pushed
        facts, protocol = facts_for(
            self.session, Intention("bolus", exact(counted - without), "mg"), bag=self.rows.bag, by=self.by, at=until,
            said=Said(), rows=self.rows,
        )  # fmt: skip
        return rule.over_the_caps(replace(facts, planned_end=None), protocol, at=until)

    def _asked(self, pushed: Decimal) -> list[Reason]:
        """The protocol's own flush at the end is no question."""
        protocol, then = protocol_of(self.session), self.rows.at(self.when)
        more = rule.beyond_a_bolus(pushed, self.infusion.weight_kg, protocol)
        if not more or (then.ended is not None and protocol.fluids.line.at_end == "flush"):
            return []
        sentence = (
            f"Drug stands in the line: {plain(self.ml)} mL push {pushed:.2f} mg into the vein within "
            f"{plain(self.over_min)} min, and {more}.{MEANT}"
        )
        return [missing(f"flush={plain(self.ml)}", "Flush", sentence, rule.source(protocol))]
