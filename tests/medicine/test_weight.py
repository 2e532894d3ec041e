"""The weight a dose counts on: published values, laws, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearhead.medicine.errors import Missing, OutOfRange, Refused
from clearhead.medicine.weight import adjusted_weight_kg, dosing_weight_kg, ideal_weight_kg

HEIGHTS = st.decimals("152.4", "230", places=1)
WEIGHTS = st.decimals("25", "350", places=1)
SEXES = st.sampled_from(["female", "male"])
RULES = ("ideal", "adjusted", "lower_of_actual_and_ideal", "lower_of_actual_and_adjusted")


@pytest.mark.parametrize(
    ("inches", "sex", "kg"), [(60, "female", "45.5"), (60, "male", "50"), (65, "female", "57.0"), (70, "male", "73.0")]
)
def test_ideal_weight_is_the_published_line_at_whole_inches(inches, sex, kg):
    assert ideal_weight_kg(height_cm=Decimal(inches) * Decimal("2.54"), sex=sex) == Decimal(kg)


def test_a_worked_example_of_a_pharmacy_course():
    """70 inches, a man of 190 kg: ideal 73 kg, adjusted 119.8 kg."""
    assert adjusted_weight_kg(actual_kg=Decimal(190), height_cm=Decimal("177.8"), sex="male") == Decimal("119.8")


@given(WEIGHTS, HEIGHTS, SEXES)
def test_adjusted_lies_between_ideal_and_actual_and_the_lower_of_two_is_never_above_actual(kg, cm, sex):
    ideal, adjusted = ideal_weight_kg(height_cm=cm, sex=sex), adjusted_weight_kg(actual_kg=kg, height_cm=cm, sex=sex)

    assert min(kg, ideal) <= adjusted <= kg
    for rule in ("lower_of_actual_and_ideal", "lower_of_actual_and_adjusted"):
        assert dosing_weight_kg(scalar=rule, actual_kg=kg, height_cm=cm, sex=sex, cap_kg=None) <= kg


@given(WEIGHTS, HEIGHTS, SEXES, st.sampled_from(["actual", *RULES]), st.decimals("40", "200", places=0))
def test_no_rule_passes_its_cap(kg, cm, sex, rule, cap):
    assert dosing_weight_kg(scalar=rule, actual_kg=kg, height_cm=cm, sex=sex, cap_kg=cap) <= cap


@pytest.mark.hazard("H-02")
@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_assumed_where_height_or_sex_is_unknown(rule):
    known = {"scalar": rule, "actual_kg": Decimal(70), "cap_kg": None}
    with pytest.raises(Missing, match="Height is missing"):
        dosing_weight_kg(height_cm=None, sex="female", **known)
    with pytest.raises(Missing, match="differs by sex"):
        dosing_weight_kg(height_cm=Decimal(170), sex="", **known)


@pytest.mark.parametrize("cm", ["1.70", "67", "152.3", "231"])
def test_a_height_that_the_source_does_not_cover_is_refused_with_its_range(cm):
    with pytest.raises(OutOfRange, match=r"152\.4 to 230 cm, the range covered by Devine 1974"):
        ideal_weight_kg(height_cm=Decimal(cm), sex="male")


def test_an_unknown_rule_is_refused_by_name():
    with pytest.raises(Refused, match="lean"):
        dosing_weight_kg(scalar="lean", actual_kg=Decimal(70), height_cm=Decimal(170), sex="male", cap_kg=None)
