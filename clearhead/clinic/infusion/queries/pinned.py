"""The protocol a session runs under: the pinned version, narrowed to what the prescriber signed for this patient."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from clearhead.clinic.plan.drafts import mode_with
from clearhead.clinic.plan.models import Order, Session
from clearhead.clinic.policy import queries as policy
from clearhead.medicine.protocols.bedside import PrnOrder
from clearhead.medicine.protocols.dose import Caps, Rate
from clearhead.medicine.protocols.protocol import Protocol


def protocol_of(session: Session) -> Protocol:
    """The pinned protocol under this order: the stricter cap counts, the order's own numbers lead."""
    order = session.order
    pinned = policy.protocol_of(order.protocol_version)
    duration = replace(
        pinned.dose.duration,
        plan_min=order.infusion_minutes,
        longest_min=min(pinned.dose.duration.longest_min, order.max_minutes),
    )
    alone = "timed_pause" if session.site.single_handed else "refused"
    return replace(
        pinned,
        caps=_caps(pinned.caps, order),
        dose=replace(mode_with(pinned, order.dose), duration=duration),
        people=replace(pinned.people, single_handed=alone),
        orders=replace(pinned.orders, prn_orders=tuple(_signed(one, order) for one in pinned.orders.prn_orders)),
    )


def signed_orders(session: Session) -> frozenset[str]:
    """Ids of the standing orders that the prescriber signed for this patient."""
    return frozenset(str(said["id"]) for said in _said(session.order) if "id" in said)


def _said(order: Order) -> list[dict[str, Any]]:
    return [said if isinstance(said, dict) else {"id": said} for said in order.prn_orders]


def _signed(one: PrnOrder, order: Order) -> PrnOrder:
    """A standing order with the numbers signed for this patient, where the order states its own."""
    said = next((said for said in _said(order) if str(said.get("id")) == one.id), {})
    numbers: dict[str, Any] = {key: Decimal(str(said[key])) for key in ("dose", "max_total") if key in said}
    if "min_gap_min" in said:
        numbers["min_gap_min"] = int(said["min_gap_min"])
    return replace(one, **numbers)


def withdrawn(session: Session, at: datetime) -> bool:
    """True while the pinned version stands withdrawn for safety at this site."""
    return policy.withdrawn_for_safety(session.order.protocol_version, session.site, at) is not None


def _caps(caps: Caps, order: Order) -> Caps:
    signed = Rate(order.max_rate_mg_per_kg_h, "mg/kg/h")
    hard = min(signed, caps.hard_rate, key=lambda rate: rate.mg_per_h(order.weight_kg))
    soft = min(hard, caps.soft_rate, key=lambda rate: rate.mg_per_h(order.weight_kg))
    return replace(
        caps,
        hard_rate=hard,
        soft_rate=soft,
        session_mg=min(caps.session_mg, order.max_session_mg),
        session_mg_per_kg=min(caps.session_mg_per_kg, order.max_session_mg_per_kg),
    )
