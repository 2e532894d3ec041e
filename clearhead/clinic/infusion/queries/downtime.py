"""The downtime sheet of one session: weight, caps, the rate of every step in every strength, and empty lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from clearhead.clinic.infusion.queries.chair import ChairView, chair
from clearhead.clinic.plan.models import Session
from clearhead.clinic.plan.queries import dosing_weight_kg
from clearhead.medicine.protocols.dose import Stepped


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
    return {
        "view": view,
        "session": session,
        "site": session.site,
        "patient": session.patient,
        "blank": blank,
        "weight_kg": weight,
        "cap_mg": view.protocol.caps.session_cap_mg(weight),
        "max_mg_per_h": session.order.max_rate_mg_per_kg_h * weight,
        "strengths": view.protocol.fluids.concentrations,
        "steps": () if blank else steps(view, weight),
        "lines": range(14 if blank else max(8, 20 - len(steps(view, weight)))),
        "printed_at": now,
    }


def steps(view: ChairView, weight: Decimal) -> tuple[Step, ...]:
    """From the start rate by the order's step to the highest rate; one rate where the protocol has no steps."""
    dose, order = view.protocol.dose, view.session.order
    if not isinstance(dose, Stepped):
        return tuple(
            _step(row.pump_ml_per_h * row.bag.mg_per_ml / weight, view, weight) for row in view.dose_rows.rates[:1]
        )
    numbers = {key: Decimal(str(value)) for key, value in order.dose.items() if "mg_per_kg_h" in key}
    start = next((value for key, value in numbers.items() if key.startswith("start")), None)
    rise = next((value for key, value in numbers.items() if key.startswith("step")), None)
    if start is None or rise is None or rise <= 0:
        return ()
    found, rate = [], start
    while rate <= order.max_rate_mg_per_kg_h and len(found) < 20:
        found.append(_step(rate, view, weight))
        rate += rise
    return tuple(found)


def _step(per_kg: Decimal, view: ChairView, weight: Decimal) -> Step:
    pump = view.protocol.fluids.pump.step_ml_per_h
    mg = per_kg * weight
    shown = tuple(mg / one.mg_per_ml // pump * pump for one in view.protocol.fluids.concentrations)
    return Step(per_kg, mg, shown)
