"""H-06: a wrong strength. Only the protocol's list can hang; dilution is exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from clearhead.medicine.protocols.loader import shipped_ids
from clearhead.medicine.rules.dose import Bag, RateChange, account
from clearhead.medicine.rules.rate import judge
from clearhead.medicine.units import mg_per_h_from_ml_per_h
from tests.medicine.rules.given import TEN, after, gates, protocol, start_of

pytestmark = pytest.mark.hazard("H-06")


@pytest.mark.parametrize("name", shipped_ids())
@pytest.mark.parametrize("strength", ["0.1", "0.9", "1.1", "3", "20", "50", "100"])
def test_h06_a_strength_that_is_not_on_the_list_is_refused(name, strength):
    of = protocol(name)
    assert Decimal(strength) not in {c.mg_per_ml for c in of.fluids.concentrations}

    assert gates(judge(start_of("1", mg_per_ml=Decimal(strength)), of, at=TEN))["concentration"] == "refused"


@pytest.mark.parametrize("name", shipped_ids())
def test_h06_every_listed_strength_is_what_its_vials_and_diluent_make(name):
    for strength in protocol(name).fluids.concentrations:
        assert strength.bag_mg == strength.mg_per_ml * strength.bag_ml
        assert strength.mg_per_ml <= strength.vial_mg_per_ml


def test_h06_ml_per_h_and_mg_are_exact_for_strengths_that_binary_numbers_cannot_hold():
    bag = Bag("bag", Decimal("0.1"), Decimal(50))

    a_third = account([RateChange(TEN, "start", Decimal("0.3"), "bag")], [bag], until=after(20))

    assert mg_per_h_from_ml_per_h(ml_per_h=Decimal("0.3"), mg_per_ml=Decimal("0.1")) == Decimal("0.03")
    assert a_third.charted_mg == Fraction(1, 100)
