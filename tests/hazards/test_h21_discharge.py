"""H-21: nobody gets the label before the timer, whatever the clock did. Every shipped protocol."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from clearhead.medicine.protocols.loader import shipped_ids
from clearhead.medicine.rules.discharge import judge, observe_until
from clearhead.medicine.rules.limits import VitalsSet
from tests.medicine.rules.given import RESTING, TEN, after, gates, protocol, recovered

pytestmark = pytest.mark.hazard("H-21")


def at_the_door(of, at, **known):
    """Everything true at this moment, with two fresh sets and a fresh score."""
    sets = tuple(VitalsSet(at - timedelta(minutes=m), RESTING, "recovery") for m in (5, 10))
    return recovered(of, **{"sets": sets, "looked_at": at - timedelta(minutes=4)} | known)


@pytest.mark.parametrize("name", shipped_ids())
@pytest.mark.parametrize("infusion_min", [40, 61, 240, 3000])
@pytest.mark.parametrize("sedative", [False, True])
@pytest.mark.parametrize("reversal", [False, True])
def test_h21_the_label_begins_exactly_when_the_observation_ends(name, infusion_min, sedative, reversal):
    of = protocol(name)
    known = {
        "infusion_min": Decimal(infusion_min),
        "sedative_last_at": after(-30) if sedative else None,
        "reversal_last_at": after(5) if reversal else None,
    }
    until = observe_until(recovered(of, **known), of)

    second = timedelta(seconds=1)
    assert "min_observation" in gates(judge(at_the_door(of, until - second, **known), of, at=until - second))
    assert gates(judge(at_the_door(of, until, **known), of, at=until)) == {}


@pytest.mark.parametrize("name", shipped_ids())
def test_h21_longer_infusions_and_sedatives_never_shorten_the_observation(name):
    of = protocol(name)
    last = TEN
    for minutes in range(10, 3000, 45):
        facts = recovered(of, infusion_min=Decimal(minutes))
        until = observe_until(facts, of)
        assert until >= last
        assert observe_until(replace(facts, sedative_last_at=TEN), of) >= until
        assert observe_until(replace(facts, reversal_last_at=TEN), of) >= until
        last = until


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-1), timedelta(minutes=-6)])
def test_h21_a_clock_set_back_keeps_the_label_shut(jump):
    of = protocol()

    assert not judge(at_the_door(of, TEN + jump), of, at=TEN + jump).permits
