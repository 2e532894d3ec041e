"""H-10, H-11, H-12: old, frozen and future-dated vitals look different and are never the basis of a flag or a label."""

from __future__ import annotations

from itertools import product

import pytest

from clearhead.medicine.rules import discharge
from clearhead.medicine.rules.charted import chart_states
from clearhead.medicine.rules.limits import LimitFacts, flags
from tests.medicine.rules.given import RESTING, after, gates, protocol, recovered, vitals


@pytest.mark.hazard("H-10")
@pytest.mark.parametrize("every", [5, 10, 15, 30])
def test_h10_stale_begins_exactly_when_the_interval_is_over(every):
    for seconds in (-1, 0, 1):
        states = chart_states([vitals(0)], every_min=every, at=after(every + seconds / 60))
        assert [state.kind for state in states] == (["stale"] if seconds > 0 else [])


@pytest.mark.hazard("H-10")
def test_h10_an_old_recovery_set_does_not_earn_the_label():
    facts = recovered(protocol(), sets=(vitals(60, "recovery"), vitals(74, "recovery")))

    assert gates(discharge.judge(facts, protocol(), at=after(90))) == {"recovery_sets": "open"}


@pytest.mark.hazard("H-11")
def test_h11_any_difference_in_any_sign_thaws_the_chart():
    for sign in ("systolic", "diastolic", "pulse", "spo2", "breaths", "rass"):
        last = vitals(10, **{sign: 1 if sign == "rass" else 90})
        assert chart_states([vitals(0), vitals(5), last], every_min=15, at=after(11)) == ()


@pytest.mark.hazard("H-12")
@pytest.mark.parametrize(("minutes", "sign"), list(product((6, 60, 60 * 24), ("spo2", "systolic"))))
def test_h12_a_clock_ahead_by_minutes_an_hour_or_a_day_raises_no_flag_and_is_named(minutes, sign):
    ahead = vitals(10 + minutes, **{sign: 80})

    assert flags(LimitFacts((ahead,), RESTING), protocol(), at=after(10)) == ()
    assert [state.kind for state in chart_states([ahead], every_min=15, at=after(10))] == ["future"]


@pytest.mark.hazard("H-12")
def test_h12_order_is_by_when_it_happened_not_by_when_it_was_typed():
    high, calm = vitals(5, systolic=165), vitals(15)

    assert flags(LimitFacts((calm, high), RESTING), protocol(), at=after(20)) == flags(
        LimitFacts((high, calm), RESTING), protocol(), at=after(20)
    )
