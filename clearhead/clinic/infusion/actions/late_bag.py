"""A bag that was charted after it was hung: the settings since then count with its strength, and that is said."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from clearhead.clinic.infusion.actions.base import raise_flag
from clearhead.clinic.infusion.actions.moment import Moment, instead, recounted, replaced
from clearhead.clinic.infusion.models import RateChange
from clearhead.clinic.infusion.queries.doses import account, dose_rows, exact, mg_per_h, running_mg_per_h
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.state import infusion_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.wording import plain


def flag_recounted(row: RateChange, moment: Moment, by: User | None, at: datetime) -> None:
    """What a bag that was charted late changes is told to the prescriber; above a hard limit as a breach."""
    stands, moved = replaced(row.bag, moment), recounted(row.bag, moment)
    if stands is None and not moved:
        return
    session, protocol, rows = row.session, protocol_of(row.session), dose_rows(row.session)
    was, now = (exact(account(one, protocol, at).counted_mg) for one in (moment.rows, rows))
    fastest = max((mg_per_h(one) for one in rows.counting_with(row.happened_at)), default=running_mg_per_h(rows))
    sentences = [f"The bag of {row.happened_at.astimezone(session.site.tz):%H:%M} was charted late."]
    if moved:
        many = "1 later setting now counts" if len(moved) == 1 else f"{len(moved)} later settings now count"
        sentences[0] = (
            f"{sentences[0].removesuffix('.')}: {many} with {plain(row.bag.mg_per_ml)} mg/mL, up to {plain(fastest)} "
            f"mg/h; {now:.2f} mg given by now, not {was:.2f}."
        )
    if stands is not None:
        fastest = max(fastest, stands.pump_ml_per_h * row.bag.mg_per_ml)
        sentences.append(instead(session, stands, row.bag))
    above = above_a_hard_limit(session, fastest, now)
    raise_flag(
        session=session, at=at, by=by, rule="late_bag", level="high" if above else "medium", since=row.happened_at,
        sentence=" ".join([*sentences, *(["That is above a hard limit."] if above else [])]), for_prescriber=True,
        value=str(row.code),
    )  # fmt: skip


def above_a_hard_limit(session: Session, fastest: Decimal, counted_mg: Decimal) -> bool:
    """True for a rate in mg/h above the hard one, or a total above the cap of the session."""
    caps, infusion = protocol_of(session).caps, infusion_of(session)
    kg = infusion.weight_kg if infusion is not None else session.order.weight_kg
    return fastest > caps.hard_rate.mg_per_h(kg) or counted_mg > caps.session_cap_mg(kg)
