"""H-09, the arithmetic: a sum of small steps never passes the cap. The race is tested where the lock is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from clearhead.medicine.protocols.loader import shipped_ids
from clearhead.medicine.rules.dose import Bag, RateChange, account
from clearhead.medicine.rules.rate import Intention, judge
from tests.medicine.rules.given import KG, TEN, after, protocol, start_of

pytestmark = pytest.mark.hazard("H-09")
EVERYTHING = frozenset({"times_ten", "off_the_order", "other_unit", "soft_rate"})


@pytest.mark.parametrize("name", shipped_ids())
@pytest.mark.parametrize("seed", range(8))
def test_h09_whatever_is_asked_for_the_session_ends_below_its_cap(name, seed):
    of, chance = protocol(name), Random(seed)
    end = of.dose.duration.plan_min
    strength = next(c.mg_per_ml for c in of.fluids.concentrations)
    bags, rates, minute = [Bag("bag", strength, Decimal(10_000))], [], 0.0
    while minute < end:
        given = account(rates, bags, until=after(minute))
        highest = int(of.caps.hard_rate.mg_per_h(KG) / strength * 10)
        wanted = Decimal(chance.randrange(1, chance.choice((highest // 5, highest + 20)))) / 10
        facts = replace(
            start_of(str(wanted), "mL/h", role="prescriber", mg_per_ml=strength, planned_end=after(end)),
            intention=Intention("change" if rates else "start", wanted, "mL/h"),
            given=given,
            started_at=TEN if rates else None,
            confirmed=EVERYTHING,
            reason="meant",
            prescriber_approved=True,
        )
        if judge(facts, of, at=after(minute)).permits:
            rates.append(RateChange(after(minute), "change" if rates else "start", wanted, "bag"))
        minute += chance.randrange(1, max(2, end // 8))

    assert rates
    assert account(rates, bags, until=after(end)).counted_mg <= of.caps.session_cap_mg(KG)
