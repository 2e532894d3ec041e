"""What stands in the line between pump and vein, and what a flush would push out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from clearhead.clinic.infusion.models import Flush, RateChange
from clearhead.clinic.infusion.queries.doses import DoseRows, account, dose_rows, exact, tubing
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.protocol import Protocol

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class InLine:
    """Drug in the line at a moment, and how a flush brings it in."""

    mg: Decimal
    ml: Decimal
    first_ml_mg: Decimal
    """What the first mL of a flush pushes into the vein."""


def in_line(session: Session, at: datetime) -> InLine:
    """What a flush would meet now."""
    rows, protocol = dose_rows(session), protocol_of(session)
    mg = exact(account(rows, protocol, at).in_line_mg)
    return InLine(mg, tubing(rows, protocol).dead_volume_ml, pushed_mg(rows, protocol, at, Decimal(1)))


def pushed_mg(rows: DoseRows, protocol: Protocol, when: datetime, ml: Decimal) -> Decimal:
    """The mg that so many mL push out of the line into the vein: exact, what the pump adds meanwhile left aside."""
    then = rows.at(when)
    if then.last is None:
        return Decimal(0)
    stands = RateChange(kind=RateChange.Kind.PAUSE, pump_ml_per_h=Decimal(0), bag=then.last.bag, happened_at=when)
    still = replace(then, rates=(*then.rates, stands))
    before, after = (
        account(one, protocol, when + MINUTE).delivered_mg for one in (still, with_flush(still, when, ml, Decimal(1)))
    )
    return exact(after - before)


def with_flush(rows: DoseRows, when: datetime, ml: Decimal, over_min: Decimal) -> DoseRows:
    """The rows as they would stand with this flush."""
    return replace(rows, flushes=(*rows.flushes, Flush(happened_at=when, ml=ml, over_min=over_min)))
