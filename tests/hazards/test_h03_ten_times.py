"""H-03: ten or a hundred times the dose."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.medicine.errors import Unreadable
from clearhead.medicine.protocols.loader import shipped_ids
from clearhead.medicine.rules.rate import judge
from clearhead.medicine.units import read_decimal
from proofs.orders import tens, valid_orders
from tests.medicine.rules.given import KG, TEN, gates, protocol, start_of

pytestmark = pytest.mark.hazard("H-03")


def test_h03_a_moved_decimal_point_is_stopped_or_asked_about_for_200_valid_orders():
    for facts, of, at in valid_orders(200, seed=3):
        for slip in tens(facts):
            assert not judge(slip, of, at=at).permits, slip.intention


@pytest.mark.parametrize("name", shipped_ids())
def test_h03_no_rate_above_the_hard_limit_is_ever_let_through(name):
    of = protocol(name)
    hard = of.caps.hard_rate.mg_per_h(KG)
    strength = of.fluids.concentrations[0].mg_per_ml
    every_gate = frozenset({"times_ten", "off_the_order", "other_unit", "soft_rate"})

    for tenths in range(1, 200):
        rate = hard + Decimal(tenths) / 10
        facts = start_of(
            str(rate),
            role="prescriber",
            mg_per_ml=strength,
            confirmed=every_gate,
            reason="meant",
            prescriber_approved=True,
        )
        assert gates(judge(facts, of, at=TEN))["hard_rate"] == "refused"


@pytest.mark.parametrize("typed", ["1,000", ".5", "5.", "1e3", "1.2.3", "-15", "05", "", "１７"])
def test_h03_a_number_that_could_be_read_two_ways_is_refused(typed):
    with pytest.raises(Unreadable):
        read_decimal(typed, what="rate")


def test_h03_the_sentence_names_the_expected_rate():
    assert "ten times the 7 mg/h that was expected" in " ".join(
        reason.sentence for reason in judge(start_of("70"), protocol(), at=TEN).reasons
    )


def test_h03_a_rate_far_from_the_patients_last_session_is_asked_about():
    facts = start_of("7", ordered_mg_per_h=(Decimal("7"),), last_session_mg_per_h=(Decimal("0.7"),))

    assert gates(judge(facts, protocol(), at=TEN)) == {}  # the order stands; the last session alone asks nothing
    unordered = start_of("14", ordered_mg_per_h=(Decimal(7),), last_session_mg_per_h=(Decimal("1.4"),))
    assert gates(judge(unordered, protocol(), at=TEN))["times_ten"] == "open"
