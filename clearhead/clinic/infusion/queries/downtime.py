"""The downtime sheet of one session: weight, caps, every step the order leads to, when to hold, stop and call.

It allows what the screen would allow unasked, and no more: the steps end at the highest rate of order and protocol. The
hard limit stands apart, as what is never passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from clearhead.clinic.infusion.queries.chair import ChairView, chair
from clearhead.clinic.plan.models import Escort, Session
from clearhead.clinic.plan.queries import dosing_weight_kg
from clearhead.medicine.protocols.dose import Stepped
from clearhead.medicine.protocols.given import MEASURES

MOST_STEPS = 14


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the rate table."""

    mg_per_kg_h: Decimal
    mg_per_h: Decimal
    ml_per_h: tuple[Decimal, ...]


def downtime(session: Session, now: datetime, *, blank: bool) -> dict[str, Any]:
    """What the sheet shows; `blank` leaves the patient empty."""
    view = chair(session, now)
    weight = view.weight_kg or dosing_weight_kg(session.order)
    table = () if blank else steps(view, weight)
    caps, dose = view.protocol.caps, view.protocol.dose
    return {
        "view": view,
        "session": session,
        "site": session.site,
        "patient": session.patient,
        "blank": blank,
        "weight_kg": weight,
        "cap_mg": caps.session_cap_mg(weight),
        "highest_mg_per_h": _down(table[-1].mg_per_h) if table else None,
        "never_mg_per_h": _down(caps.hard_rate.mg_per_h(weight)),
        "strengths": view.protocol.fluids.concentrations,
        "steps": table,
        "stepped": dose if isinstance(dose, Stepped) else None,
        "measure": MEASURES.get(dose.target.measure, dose.target.measure) if isinstance(dose, Stepped) and dose.target
        else "",
        "stop_rules": [rule.sentence for rule in view.protocol.limits.stop_rules],
        "down_rules": [rule.sentence for rule in view.protocol.limits.step_down_rules],
        "escort": Escort.standing().filter(session=session).last(),
        "lines": range(14 if blank else max(8, 16 - len(table))),
        "printed_at": now,
    }  # fmt: skip


def steps(view: ChairView, weight: Decimal) -> tuple[Step, ...]:
    """From the start rate by the order's step to the highest rate that needs no question; else the planned rates."""
    dose, caps = view.protocol.dose, view.protocol.caps
    if not isinstance(dose, Stepped):
        charted = [row.pump_ml_per_h * row.bag.mg_per_ml for row in view.dose_rows.rates[:1]]
        planned = [segment.mg_per_h for segment in dose.planned_segments(weight)]
        return tuple(_step(mg, view, weight) for mg in charted or dict.fromkeys(planned))
    highest = min(rate.mg_per_h(weight) for rate in (dose.highest_rate, caps.soft_rate, caps.hard_rate))
    rate, rise = dose.start_rate.mg_per_h(weight), dose.step_up.mg_per_h(weight)
    found = []
    while rate < highest and rise > 0 and len(found) < MOST_STEPS:
        found.append(rate)
        rate += rise
    return tuple(_step(mg, view, weight) for mg in (*found, min(rate, highest)))


def _step(mg: Decimal, view: ChairView, weight: Decimal) -> Step:
    pump = view.protocol.fluids.pump.step_ml_per_h
    shown = tuple(mg / one.mg_per_ml // pump * pump for one in view.protocol.fluids.concentrations)
    return Step(mg / weight, mg, shown)


def _down(mg: Decimal) -> Decimal:
    """A limit on paper is never rounded up."""
    return mg.quantize(Decimal("0.1"), rounding=ROUND_FLOOR)
