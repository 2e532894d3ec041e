"""H-28: the short form of the long proof: both implementations agree, and laws that any dose integral obeys."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearhead.medicine.rules.dose import Bag, BolusGiven, RateChange, account
from proofs.dose_arithmetic import prove
from tests.medicine.rules.given import TEN, after

pytestmark = pytest.mark.hazard("H-28")
BAG = Bag("bag", Decimal(2), Decimal(500))
MINUTES = st.lists(st.integers(0, 400), min_size=1, max_size=8, unique=True).map(sorted)
RATES = st.decimals(0, 99, places=2)


def rates_of(minutes, values):
    return [RateChange(after(m), "change", v, "bag") for m, v in zip(minutes, values, strict=False)]


def test_h28_the_short_proof_holds():
    found = prove(histories=400, orders=40)

    assert found.hold
    assert (found.histories, found.orders, found.ten_slips) == (400, 40, 80)


@settings(max_examples=100, deadline=None)
@given(MINUTES, st.lists(RATES, min_size=8, max_size=8), st.integers(0, 400))
def test_h28_an_extra_row_that_repeats_the_rate_changes_nothing(minutes, values, extra):
    rates = rates_of(minutes, values)
    standing = [rate for rate in rates if rate.at <= after(extra)]
    if not standing:
        return
    repeated = [*rates, replace(standing[-1], at=after(extra))]
    ordered = sorted(repeated, key=lambda rate: rate.at)

    assert account(ordered, [BAG], until=after(500)).charted_mg == account(rates, [BAG], until=after(500)).charted_mg


@settings(max_examples=100, deadline=None)
@given(MINUTES, st.lists(RATES, min_size=8, max_size=8))
def test_h28_twice_the_rate_is_twice_the_dose(minutes, values):
    once, twice = (rates_of(minutes, [v * k for v in values]) for k in (1, 2))

    assert account(twice, [BAG], until=after(500)).charted_mg == 2 * account(once, [BAG], until=after(500)).charted_mg


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 200), st.integers(1, 200), st.decimals("0.01", 99, places=2))
def test_h28_a_pause_gives_nothing(before, length, rate):
    paused = [
        RateChange(TEN, "start", rate, "bag"),
        RateChange(after(before), "pause", Decimal(0), "bag"),
        RateChange(after(before + length), "resume", rate, "bag"),
    ]
    straight = [RateChange(TEN, "start", rate, "bag")]

    with_pause = account(paused, [BAG], until=after(before + length + 30))

    assert with_pause.charted_mg == account(straight, [BAG], until=after(before + 30)).charted_mg
    assert with_pause.paused_min == length


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.decimals(0, 20, places=2)), max_size=6))
def test_h28_boluses_add_up_in_any_order(boluses):
    facts = [BolusGiven(after(minute), mg) for minute, mg in boluses]

    total = account([], [], until=after(300), boluses=facts[::-1]).charted_mg

    assert total == sum((Fraction(mg) for _, mg in boluses), Fraction(0))
