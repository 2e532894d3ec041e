"""H-14: a patient who gets worse is flagged. Every edge of every shipped limit, one unit either side."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.medicine.protocols.loader import shipped_ids
from clearhead.medicine.rules.limits import LimitFacts, VitalsSet, flags
from tests.medicine.rules.given import RESTING, after, protocol

pytestmark = pytest.mark.hazard("H-14")
BASE = RESTING | {"temperature_c": Decimal("36.8")}
LIMITS = [(name, limit) for name in shipped_ids() for limit in protocol(name).limits.vital_limits]
UNIT = {"temperature_c": Decimal("0.1")}


def edge(limit):
    """The first value that is over, and the last that is not."""
    unit, rest = UNIT.get(limit.sign, Decimal(1)), BASE[limit.sign]
    if limit.below is not None:
        return limit.below - unit, limit.below
    if limit.at_or_above is not None:
        return limit.at_or_above, limit.at_or_above - unit
    if limit.rise_from_baseline is not None:
        return rest + limit.rise_from_baseline, rest + limit.rise_from_baseline - unit
    if limit.fall_from_baseline is not None:
        return rest - limit.fall_from_baseline - unit, rest - limit.fall_from_baseline
    if limit.rise_percent is not None:
        at = rest * (100 + limit.rise_percent) / 100
        return at, at - unit
    at = rest * (100 - limit.fall_percent) / 100
    return at - unit, at


def ids(limit, value, name):
    readings = max(1, limit.readings)
    sets = tuple(
        VitalsSet(after(5 + n * max(1, limit.apart_min)), {limit.sign: value}, limit.during) for n in range(readings)
    )
    found = flags(LimitFacts(sets, BASE), protocol(name), at=after(500))
    return {id for flag in found for id in flag.limit_ids}


@pytest.mark.parametrize(("name", "limit"), LIMITS, ids=lambda x: x if isinstance(x, str) else x.id)
def test_h14_each_limit_flags_at_its_edge_and_not_one_unit_inside(name, limit):
    over, inside = edge(limit)

    assert limit.id in ids(limit, over, name)
    assert limit.id not in ids(limit, inside, name)


@pytest.mark.parametrize("name", shipped_ids())
def test_h14_every_red_limit_names_a_ladder_that_exists(name):
    of = protocol(name)
    for limit in of.limits.vital_limits:
        if limit.level == "red":
            assert of.limits.ladder(limit.ladder) is not None, limit.id
