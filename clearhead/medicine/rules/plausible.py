"""Typed vital signs that cannot be, and those that are rare enough to be named back. Limits of treatment are elsewhere.

The spans are working assumptions about typing errors, not clinical limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from clearhead.medicine.protocols.bedside import Sign

Answer = Literal["believable", "confirm", "impossible"]
# sign: impossible below, confirm below, confirm above, impossible above
SPANS: dict[str, tuple[str, str, str, str]] = {
    "systolic_mmhg": ("40", "70", "220", "300"),
    "diastolic_mmhg": ("20", "40", "130", "200"),
    "heart_rate_per_min": ("20", "40", "160", "260"),
    "spo2_percent": ("40", "85", "100", "100"),
    "respirations_per_min": ("2", "6", "35", "70"),
    "temperature_c": ("30", "35", "39.5", "43"),
    "sedation_rass": ("-5", "-4", "3", "4"),
}


def plausible(sign: Sign, value: Decimal) -> Answer:
    """How far to believe one typed value.

    >>> plausible("spo2_percent", Decimal("101"))
    'impossible'
    """
    lowest, low, high, highest = (Decimal(edge) for edge in SPANS[sign])
    if not lowest <= value <= highest:
        return "impossible"
    return "believable" if low <= value <= high else "confirm"


def pressure_fits(values: Mapping[Sign, Decimal]) -> bool:
    """False when the lower pressure is not below the upper one: the two were swapped or mistyped."""
    systolic, diastolic = values.get("systolic_mmhg"), values.get("diastolic_mmhg")
    return systolic is None or diastolic is None or diastolic < systolic
