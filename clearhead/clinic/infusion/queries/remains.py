"""What became of the drug by the chart: drawn, in the vein, in the line, in the bags. Nothing here is rounded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clearhead.clinic.infusion.models import Bag, DrugClosure
from clearhead.clinic.infusion.queries import doses
from clearhead.clinic.infusion.queries.doses import DoseRows
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.bedside import Line
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.dose import DoseAccount


@dataclass(frozen=True, slots=True)
class InBag:
    """One bag and what should still be in it."""

    bag: Bag
    ml: Decimal

    @property
    def mg(self) -> Decimal:
        """The drug in it."""
        return self.ml * self.bag.mg_per_ml


@dataclass(frozen=True, slots=True)
class Remains:
    """Drawn = in the vein + in the line + in the bags, exactly."""

    drawn_mg: Decimal
    given_mg: Decimal
    line_mg: Decimal
    bags: tuple[InBag, ...]
    line: Line


def remains(rows: DoseRows, given: DoseAccount, protocol: Protocol) -> Remains:
    """By charted rates; what was spilled or drawn too much is for the reader of the bag to find."""
    return Remains(
        drawn_mg=sum((bag.mg for bag in rows.bags), Decimal(0)),
        given_mg=doses.exact(given.delivered_mg),
        line_mg=doses.exact(given.in_line_mg),
        bags=tuple(InBag(bag, _left(bag, rows, given, protocol)) for bag in rows.bags),
        line=protocol.fluids.line,
    )


def _left(bag: Bag, rows: DoseRows, given: DoseAccount, protocol: Protocol) -> Decimal:
    if rows.bag is not None and bag.pk == rows.bag.pk:
        return doses.ml_left(rows, given, protocol)
    used = next((use.used_ml for use in given.bags if use.bag.code == str(bag.code)), None)
    return bag.ml if used is None else bag.ml - doses.exact(used)


def given_by_closure(closure: DrugClosure) -> Decimal:
    """mg that were in the vein when the drug was accounted for, by the chart as it stands now."""
    session = closure.session
    given = doses.account(doses.dose_rows(session), protocol_of(session), closure.happened_at)
    return doses.exact(given.delivered_mg).quantize(Decimal("0.001"))


def pump_since_bag(rows: DoseRows, protocol: Protocol, at: datetime) -> Decimal:
    """mL through the pump since the bag that hangs was hung: a pump is often cleared then."""
    hung = [row for row in rows.rates if row.happened_at <= at and row.kind in {"start", "bag_change"}]
    if not hung:
        return Decimal(0)
    now, then = (doses.account(rows, protocol, moment).pump_ml for moment in (at, hung[-1].happened_at))
    return doses.exact(now - then)


def drug_is_open(session: Session, rows: DoseRows) -> bool:
    """True while a bag was drawn and nobody has said where all of it went."""
    return bool(rows.bags) and not DrugClosure.standing().filter(session=session).exists()
