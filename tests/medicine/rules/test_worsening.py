"""When an answered episode asks again: a whole step worse than what was known, on its own side."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest

from clearhead.medicine.protocols.bedside import Sign
from clearhead.medicine.rules.limits import MARGIN
from clearhead.medicine.rules.worsening import asks_again, steps


@pytest.mark.parametrize(
    ("sign", "side", "known", "not_yet", "again"),
    [
        ("spo2_percent", "low", 81, 79, 78),
        ("systolic_mmhg", "high", 185, 194, 195),
        ("systolic_mmhg", "low", 88, 79, 78),
        ("sedation_rass", "low", -3, -3, -4),
    ],
)
def test_a_whole_step_further_asks_again(sign, side, known, not_yet, again):
    assert not asks_again(sign, side, known=Decimal(known), worst=Decimal(not_yet))
    assert asks_again(sign, side, known=Decimal(known), worst=Decimal(again))


def test_what_is_better_never_asks_again():
    assert not asks_again("spo2_percent", "low", known=Decimal(81), worst=Decimal(95))
    assert not asks_again("systolic_mmhg", "high", known=Decimal(185), worst=Decimal(120))


def test_every_sign_has_a_step_beyond_its_margin():
    assert set(steps()) == set(get_args(Sign))
    assert all(step > MARGIN[sign] for sign, step in steps().items())
