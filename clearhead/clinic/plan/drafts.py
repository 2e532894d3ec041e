"""What a prescriber is about to sign: the numbers of the protocol's own dose mode, for one patient.

In an order's `dose` every number stands as text with its unit in the key: `{"start_rate_mg_per_kg_h": "0.1"}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from clearhead.clinic.audit.actions import sha256_of
from clearhead.clinic.plan.models import Order
from clearhead.medicine import weight as weights
from clearhead.medicine.errors import ClearheadError
from clearhead.medicine.protocols.dose import Amount, DoseMode, Rate
from clearhead.medicine.protocols.protocol import Protocol

ORDERED: dict[str, tuple[str, ...]] = {
    "fixed_rate": ("start_rate", "highest_rate"),
    "total_over_time": ("total_dose",),
    "load_plus_rate": ("load", "load_over_min", "start_rate", "highest_rate"),
    "stepped": ("start_rate", "step_up", "step_interval_min", "highest_rate"),
    "mini_bolus": ("bolus", "over_min", "wait_min", "max_boluses"),
}
"""The numbers of each mode that an order states. Whatever else the mode has stays as the protocol says."""
TENTH_KG = Decimal("0.1")
"""A weight by formula is dosed on as it is read out: to a tenth of a kg, rounded down."""
UNIT_KEYS = {"mg/kg/h": "mg_per_kg_h", "mg/h": "mg_per_h", "mg/kg": "mg_per_kg", "mg": "mg"}


@dataclass(frozen=True, slots=True)
class Draft:
    """An order before its signature. `reasons` are written answers to what differs from the protocol, by gate."""

    weight_kg: Decimal | None
    weight_measured_at: datetime | None
    dose: Mapping[str, Decimal]
    infusion_minutes: int
    sessions: int
    gap_days_min: int
    gap_days_max: int
    max_rate_mg_per_kg_h: Decimal | None
    max_session_mg: Decimal | None
    max_session_mg_per_kg: Decimal | None
    premedication: tuple[str, ...] = ()
    prn_orders: tuple[str, ...] = ()
    purpose: str = "series"
    reasons: Mapping[str, str] = field(default_factory=dict)
    height_cm: Decimal | None = None
    height_measured_at: datetime | None = None
    sex: str = ""


def starting_draft(
    protocol: Protocol,
    *,
    weight_kg: Decimal | None,
    weight_measured_at: datetime | None,
    purpose: str = "series",
    height_cm: Decimal | None = None,
    height_measured_at: datetime | None = None,
    sex: str = "",
) -> Draft:
    """The protocol's own plan for this weight: what the order form opens with."""
    kg = _known_weight(protocol, weight_kg, height_cm, sex)
    single = purpose != "series"
    return Draft(
        weight_kg=weight_kg,
        weight_measured_at=weight_measured_at,
        dose=numbers_of(protocol.dose),
        infusion_minutes=protocol.dose.duration.plan_min,
        sessions=1 if single else protocol.series.sessions,
        gap_days_min=protocol.series.gap_days_min,
        gap_days_max=protocol.series.gap_days_max,
        max_rate_mg_per_kg_h=None if kg is None else protocol.caps.hard_rate.mg_per_h(kg) / kg,
        max_session_mg=None if kg is None else protocol.caps.session_cap_mg(kg),
        max_session_mg_per_kg=protocol.caps.session_mg_per_kg,
        premedication=tuple(drug.id for drug in scheduled(protocol) if drug.condition == "always"),
        prn_orders=tuple(order.id for order in protocol.orders.prn_orders),
        purpose=purpose,
        height_cm=height_cm,
        height_measured_at=height_measured_at,
        sex=sex,
    )


def _known_weight(protocol: Protocol, kg: Decimal | None, height_cm: Decimal | None, sex: str) -> Decimal | None:
    """The dosing weight, or nothing while a part of it is unknown: the form then says which."""
    try:
        return None if kg is None else dosing_weight_kg(protocol, kg, height_cm=height_cm, sex=sex)
    except ClearheadError:
        return None


def scheduled(protocol: Protocol) -> tuple[Any, ...]:
    """Every co-drug given by plan."""
    return (*protocol.orders.premedication, *protocol.orders.scheduled_adjuncts)


def key_of(mode: DoseMode, name: str) -> str:
    """The key of one number in an order: its name with its unit at the end."""
    value = getattr(mode, name)
    return f"{name}_{UNIT_KEYS[value.unit]}" if isinstance(value, (Rate, Amount)) else name


def numbers_of(mode: DoseMode) -> dict[str, Decimal]:
    """The numbers an order states, as this mode has them."""
    found = {}
    for name in ORDERED[mode.mode]:
        value = getattr(mode, name)
        found[key_of(mode, name)] = value.value if isinstance(value, (Rate, Amount)) else Decimal(value)
    return found


def mode_with(protocol: Protocol, dose: Mapping[str, Any]) -> DoseMode:
    """The protocol's dose mode with the order's numbers in it."""
    mode, changed = protocol.dose, {}
    for name in ORDERED[mode.mode]:
        key = key_of(mode, name)
        if key not in dose:
            continue
        old, number = getattr(mode, name), Decimal(str(dose[key]))
        changed[name] = replace(old, value=number) if isinstance(old, (Rate, Amount)) else int(number)
    return replace(mode, **changed)


def dosing_weight_kg(
    protocol: Protocol, weight_kg: Decimal, *, height_cm: Decimal | None = None, sex: str = ""
) -> Decimal:
    """The weight that is dosed on by the protocol's rule, in kg. Where height or sex is needed and unknown, Missing."""
    rule = protocol.weight
    found = weights.dosing_weight_kg(
        scalar=rule.scalar, actual_kg=weight_kg, height_cm=height_cm, sex=sex, cap_kg=rule.cap_kg
    )
    return found if rule.scalar == "actual" else found.quantize(TENTH_KG, rounding=ROUND_DOWN)


def plain_decimal(number: Any) -> str:
    """A number as text that is the same before and after the database: 70.00 and 70 are both 70."""
    return f"{Decimal(str(number)).normalize():f}"


def content_of(order: Order) -> dict[str, Any]:
    """Everything the signature stands for, in one canonical form. The estimate and the deviations belong to it."""
    skip = {"id", "code", "sha256", "signature", "recorded_at", "recorded_by", "corrects", "struck", "happened_at"}
    content: dict[str, Any] = {"meaning": "infusion order"}
    for column in fields_of(order):
        if column.name in skip:
            continue
        value = getattr(order, column.attname)
        if column.is_relation:
            row = getattr(order, column.name)
            value = getattr(row, "sha256", None) or str(row.code)
        elif isinstance(value, Decimal):
            value = plain_decimal(value)
        elif isinstance(value, datetime):
            value = value.astimezone(UTC).isoformat()
        content[column.name] = value
    return content


def fields_of(order: Order) -> list[Any]:
    """The columns of an order."""
    return list(order._meta.concrete_fields)


def sha256_of_order(order: Order) -> str:
    """Hash of what is signed."""
    return sha256_of(content_of(order))


def as_rows(chosen: tuple[str, ...], offered: tuple[Any, ...]) -> list[dict[str, Any]]:
    """The chosen orders of the protocol, written out in full into the patient's own order."""
    rows = []
    for drug in offered:
        if drug.id in chosen:
            rows.append({part.name: _as_json(getattr(drug, part.name)) for part in fields(drug)})
    return rows


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain_decimal(value)
    return list(value) if isinstance(value, tuple) else value
