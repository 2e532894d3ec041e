"""The newest resting pressure against the protocol (R-058). Unresolved: a new reading clears it, no reason does."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from clearhead.clinic.assessment.models import Measurement
from clearhead.medicine.protocols.bedside import VitalLimit
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.reasons import allowed, missing, source_of, warned
from clearhead.medicine.rules.verdict import Reason


def pressure_reasons(last: Measurement | None, protocol: Protocol, zone: ZoneInfo) -> list[Reason]:
    """The newest resting pressure against what the protocol would look at before a start (R-058)."""
    gate, title, source = "blood_pressure_measured", "Blood pressure", source_of(protocol, "limits")
    if last is None or last.value is None:
        return [warned(gate, title, "No resting blood pressure is on file.", source, who="nurse")]
    read = {"systolic_mmhg": last.value, "diastolic_mmhg": last.value2}
    hit = [limit for limit in protocol.limits.vital_limits if limit.during == "pre_start" and _reached(limit, read)]
    shown = f"{shown_pressure(last)} on {last.happened_at.astimezone(zone):%-d %B %Y}"
    if any(limit.level != "review" for limit in hit):
        named = "; ".join(_edge(limit) for limit in hit)
        return [missing(gate, title, f"{shown}: {named}. A reading within the limits clears it.", source, who="nurse")]
    if hit:
        return [warned(gate, title, f"{shown}: {_edge(hit[0])}; a prescriber looks.", source)]
    return [allowed(gate, title, f"{shown}.", source)]


def shown_pressure(row: Measurement) -> str:
    """As 128/71 mmHg."""
    lower = f"/{row.value2.normalize():f}" if row.value2 is not None else ""
    return f"{row.value.normalize():f}{lower} mmHg" if row.value is not None else ""


def _reached(limit: VitalLimit, read: Mapping[str, Decimal | None]) -> bool:
    value = read.get(limit.sign)
    if value is None:
        return False
    high = limit.at_or_above is not None and value >= limit.at_or_above
    return high or (limit.below is not None and value < limit.below)


def _edge(limit: VitalLimit) -> str:
    sign = limit.sign.partition("_")[0]
    return f"{sign} limit {limit.at_or_above if limit.at_or_above is not None else limit.below} mmHg"
