"""A weight charted while the infusion runs that is clearly not the one it counts on."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from clearhead.clinic.infusion.actions.base import add, raise_flag
from clearhead.clinic.infusion.entered import CORRECTED
from clearhead.clinic.infusion.models import FlagAck, Infusion
from clearhead.clinic.infusion.queries.doses import dose_rows, running_mg_per_h
from clearhead.clinic.infusion.queries.flags import REWEIGHED, flag_lines
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.state import weighed_since
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.protocols.wording import plain


def keep_weight_flag(session: Session, infusion: Infusion | None, at: datetime, by: User | None) -> None:
    """One flag as long as the two differ: it asks again with another weight, and goes when the first one is confirmed.

    The infusion keeps its weight. What adds drug stays inside the limits by both (rules/rate_weights.py).
    """
    if infusion is None or infusion.ended_at is not None:
        return
    protocol = protocol_of(session)
    kg = weighed_since(session, infusion, protocol, at)
    line = next((one for one in flag_lines(session) if one.flag.rule == REWEIGHED and one.open), None)
    if kg is not None and (line is None or line.flag.value != plain(kg)):
        raise_flag(
            session=session, at=at, by=by, rule=REWEIGHED, level="high", for_prescriber=True, value=plain(kg),
            corrects=line.flag if line else None, sentence=_said(session, infusion.weight_kg, kg, protocol),
        )  # fmt: skip
    elif kg is None and line is not None:
        add(
            FlagAck, session=session, at=at, by=by, verb="flag over", flag=line.flag, cleared=True, done=CORRECTED,
        )  # fmt: skip


def _said(session: Session, counted: Decimal, kg: Decimal, protocol: Protocol) -> str:
    runs, caps = running_mg_per_h(dose_rows(session)), protocol.caps
    hard = [plain(round(caps.hard_rate.mg_per_h(one), 2)) for one in (kg, counted)]
    most = [plain(round(caps.session_cap_mg(one), 1)) for one in (kg, counted)]
    fast = f" Too fast by {plain(kg)} kg: lower it." if runs > caps.hard_rate.mg_per_h(kg) else ""
    return (
        f"Weighed {plain(kg)} kg; this infusion counts on {plain(counted)} kg. {plain(round(runs, 2))} mg/h runs, that "
        f"is {plain(round(runs / kg, 3))} mg/kg/h by {plain(kg)} kg. Highest rate {hard[0]} mg/h by {plain(kg)} kg, "
        f"{hard[1]} by {plain(counted)}; cap {most[0]} mg and {most[1]} mg.{fast} Weigh again; the prescriber decides."
    )
