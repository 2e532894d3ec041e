"""A bag that was charted after it was hung: the settings since then count with its strength, and that is said."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from clearhead.clinic.infusion.actions.base import ask, raise_flag
from clearhead.clinic.infusion.actions.moment import LATER, Moment, charted
from clearhead.clinic.infusion.models import Bag, RateChange
from clearhead.clinic.infusion.queries.doses import account, dose_rows, exact, mg_per_h, running_mg_per_h
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session


def ask_about_bag(session: Session, bag: Bag, moment: Moment, confirmed: frozenset[str]) -> None:
    """A bag that is said to have hung before it was prepared, or under settings that were charted for another one."""
    zone, said = session.site.tz, f"{moment.when.astimezone(session.site.tz):%H:%M}"
    if bag.happened_at > moment.when and "prepared_later" not in confirmed:
        ready = f"{bag.happened_at.astimezone(zone):%H:%M}"
        raise ask("prepared_later", "Time", f"This bag was prepared at {ready}, after {said}. Is the time right?")
    moved = recounted(bag, moment)
    if moved and LATER not in confirmed:
        last = moved[-1]
        many = "1 later setting then counts" if len(moved) == 1 else f"{len(moved)} later settings then count"
        raise ask(
            LATER,
            "Time",
            f"{many} with {_n(bag.mg_per_ml)} mg/mL: {charted(session, last)}, that is "
            f"{_n(last.pump_ml_per_h * bag.mg_per_ml)} mg/h and not {_n(mg_per_h(last))}. "
            f"Has this bag hung since {said}?",
        )


def recounted(bag: Bag, moment: Moment) -> tuple[RateChange, ...]:
    """The later settings whose mg/h another strength changes."""
    before = moment.then.bag
    if before is None or before.mg_per_ml == bag.mg_per_ml or moment.intended:
        return ()
    return tuple(row for row in moment.rows.counting_with(moment.when) if row.pump_ml_per_h > 0)


def flag_recounted(row: RateChange, moment: Moment, by: User | None, at: datetime) -> None:
    """What a bag that was charted late changes is told to the prescriber; above a hard limit as a breach."""
    moved = recounted(row.bag, moment)
    if not moved:
        return
    session, protocol, rows = row.session, protocol_of(row.session), dose_rows(row.session)
    was, now = (exact(account(one, protocol, at).counted_mg) for one in (moment.rows, rows))
    kg = moment.infusion.weight_kg if moment.infusion is not None else session.order.weight_kg
    fastest = max((mg_per_h(one) for one in rows.counting_with(row.happened_at)), default=running_mg_per_h(rows))
    above = fastest > protocol.caps.hard_rate.mg_per_h(kg) or now > protocol.caps.session_cap_mg(kg)
    many = "1 later setting now counts" if len(moved) == 1 else f"{len(moved)} later settings now count"
    sentence = (
        f"The bag of {row.happened_at.astimezone(session.site.tz):%H:%M} was charted late: {many} with "
        f"{_n(row.bag.mg_per_ml)} mg/mL, up to {_n(fastest)} mg/h; {now:.2f} mg given by now, not {was:.2f}."
    )
    raise_flag(
        session=session, at=at, by=by, rule="late_bag", level="high" if above else "medium", since=row.happened_at,
        sentence=f"{sentence} That is above a hard limit." if above else sentence, for_prescriber=True,
        value=str(row.code),
    )  # fmt: skip


def _n(number: Decimal) -> str:
    return f"{number.normalize():f}"
