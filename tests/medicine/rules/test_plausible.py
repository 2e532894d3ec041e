"""Numbers that cannot be, and numbers that are named back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.medicine.rules.plausible import plausible, pressure_fits


@pytest.mark.parametrize(
    ("sign", "value", "answer"),
    [
        ("spo2_percent", "98", "believable"),
        ("spo2_percent", "101", "impossible"),
        ("spo2_percent", "9", "impossible"),
        ("systolic_mmhg", "230", "confirm"),
        ("heart_rate_per_min", "7", "impossible"),
        ("temperature_c", "98.6", "impossible"),
        ("sedation_rass", "-5", "confirm"),
    ],
)
def test_a_typed_value_is_believed_confirmed_or_impossible(sign, value, answer):
    assert plausible(sign, Decimal(value)) == answer


def test_a_swapped_pressure_does_not_fit():
    assert not pressure_fits({"systolic_mmhg": Decimal(71), "diastolic_mmhg": Decimal(128)})
