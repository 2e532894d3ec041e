"""H-04: a limit that is silently absent. Missing refuses, never defaults."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearhead.medicine.rules import limits, rate, start
from clearhead.medicine.rules.limits import LimitFacts
from tests.medicine.rules.given import RESTING, TEN, gates, protocol, ready, start_of, vitals

pytestmark = pytest.mark.hazard("H-04")


@pytest.mark.parametrize("cap", ["soft_rate", "hard_rate", "session_mg_per_kg", "session_mg"])
def test_h04_each_deleted_cap_refuses_every_rate(cap):
    of = replace(protocol(), caps=replace(protocol().caps, **{cap: None}))

    assert gates(rate.judge(start_of("7"), of, at=TEN)) == {"limits_present": "refused"}


def test_h04_an_empty_list_of_strengths_refuses_every_rate():
    of = replace(protocol(), fluids=replace(protocol().fluids, concentrations=()))

    assert gates(rate.judge(start_of("7"), of, at=TEN)) == {"limits_present": "refused"}


@pytest.mark.parametrize(
    "bare",
    [
        replace(protocol(), limits=replace(protocol().limits, vital_limits=())),
        replace(protocol(), observation=replace(protocol().observation, phases=())),
        replace(protocol(), caps=replace(protocol().caps, session_mg=None)),
        replace(protocol(), caps=None),
    ],
)
def test_h04_a_protocol_without_limits_cannot_start(bare):
    assert gates(start.judge(ready(protocol()), bare, at=TEN))["limits_present"] == "refused"


def test_h04_vital_signs_without_limits_are_not_all_fine():
    bare = replace(protocol(), limits=replace(protocol().limits, vital_limits=()))

    assert not limits.judge(LimitFacts((vitals(5),), RESTING), bare, at=TEN).permits
