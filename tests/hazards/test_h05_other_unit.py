"""H-05: mL/h typed as mg/h, or the reverse."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.medicine.rules.rate import judge
from proofs.orders import other_units, valid_orders, with_strength
from tests.medicine.rules.given import TEN, gates, protocol, start_of

pytestmark = pytest.mark.hazard("H-05")


def test_h05_a_number_typed_in_another_unit_never_passes_when_the_strength_is_not_1_mg_per_ml():
    slips = 0
    for facts, of, at in valid_orders(200, seed=5):
        if facts.mg_per_ml != 1:
            for slip in other_units(facts, of):
                slips += 1
                assert not judge(slip, of, at=at).permits, (facts.intention, slip.intention)
    assert slips > 100


def test_h05_the_sentence_shows_both_readings():
    of = with_strength(protocol(), Decimal(2))
    verdict = judge(start_of("7", "mL/h", mg_per_ml=Decimal(2)), of, at=TEN)

    assert gates(verdict)["other_unit"] == "open"
    assert "7 mL/h is 14 mg/h. As 7 mg/h it would be 7 mg/h, which the order expects." in str(verdict)


@pytest.mark.parametrize(("typed", "unit"), [("41.7", "mg/h"), ("4.17", "mL/h")])
def test_h05_the_pinned_case_of_41_7_and_4_17_at_10_mg_per_ml(typed, unit):
    of = with_strength(protocol(), Decimal(10))
    ordered = {"ordered_mg_per_h": (Decimal("41.7"),), "weight_kg": Decimal(90), "mg_per_ml": Decimal(10)}

    swapped = {"mg/h": "mL/h", "mL/h": "mg/h"}[unit]

    assert not judge(start_of(typed, swapped, **ordered), of, at=TEN).permits


def test_h05_at_1_mg_per_ml_both_readings_are_the_same_and_nothing_is_asked():
    assert gates(judge(start_of("7", "mL/h"), protocol(), at=TEN)) == {}
