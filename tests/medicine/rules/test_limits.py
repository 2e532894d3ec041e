"""Flags: one per episode, opened by readings in a row, closed by a clear one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from clearhead.medicine.rules.limits import LimitFacts, baseline_of, flags, judge
from tests.medicine.rules.given import RESTING, after, gates, protocol, vitals


def seen(*sets, baseline=RESTING, minute=300):
    return flags(LimitFacts(sets, baseline), protocol(), at=after(minute))


def test_resting_values_raise_nothing():
    assert seen(*(vitals(m) for m in (5, 10, 15))) == ()


def test_one_high_reading_is_amber_and_two_five_minutes_apart_are_red_in_the_same_episode():
    once, twice = seen(vitals(5, systolic=182)), seen(vitals(5, systolic=182), vitals(10, systolic=181))

    assert [(f.level, f.since) for f in once] == [("amber", after(5))]
    assert [(f.level, f.since) for f in twice] == [("red", after(5))]
    assert "sys-red-twice" in twice[0].limit_ids


def test_two_readings_closer_than_the_protocol_asks_count_as_one():
    assert [f.level for f in seen(vitals(5, systolic=182), vitals(8, systolic=182))] == ["amber"]


def test_a_value_that_wavers_around_the_limit_is_one_flag():
    wavering = [vitals(m, systolic=s) for m, s in zip(range(5, 65, 10), (161, 158, 162, 157, 160, 159), strict=True)]

    (flag,) = seen(*wavering)

    assert flag.open
    assert flag.worst == 162


def test_a_clear_reading_ends_the_episode_and_a_later_one_begins_another():
    first, second = seen(vitals(5, systolic=165), vitals(15, systolic=140), vitals(25, systolic=165))

    assert (first.ended_at, second.ended_at) == (after(15), None)


def test_a_red_value_that_fell_back_to_amber_stays_one_episode_but_no_longer_refuses():
    sets = (vitals(5, systolic=205), vitals(10, systolic=170))

    (flag,) = seen(*sets)

    assert (flag.level, flag.level_now, flag.open) == ("red", "amber", True)
    assert gates(judge(LimitFacts(sets, RESTING), protocol(), at=after(11))) == {"systolic_mmhg_high": "warned"}


def test_a_clear_set_in_recovery_ends_what_the_infusion_left_open():
    (flag,) = seen(vitals(235, systolic=165), vitals(245, "recovery", systolic=130))

    assert (flag.during, flag.ended_at) == ("infusion", after(245))
    assert seen(vitals(235, systolic=165), vitals(245, "recovery", systolic=165))[0].open


def test_a_rise_against_the_patients_own_baseline_counts_below_the_absolute_limit():
    low = RESTING | {"systolic_mmhg": Decimal(100)}

    assert [f.limits for f in seen(vitals(5, systolic=140), baseline=low)] == [("40 above 100",)]
    assert seen(vitals(5, systolic=139), baseline=low) == ()


def test_both_sides_have_their_own_flag():
    found = seen(vitals(5, systolic=92, pulse=142))

    assert {(f.sign, f.side, f.level) for f in found} == {
        ("systolic_mmhg", "low", "amber"),
        ("heart_rate_per_min", "high", "red"),
    }


def test_a_sign_that_was_not_obtained_neither_raises_nor_ends_a_flag():
    without = vitals(10)
    without = replace(without, values={"spo2_percent": Decimal(98)})

    (flag,) = seen(vitals(5, systolic=165), without)

    assert flag.open


def test_the_ladder_comes_with_the_times_of_its_rungs():
    (flag,) = seen(vitals(5, spo2=89))

    assert [(rung.step.action, rung.due_at) for rung in flag.ladder][:3] == [
        ("recheck", after(5)),
        ("stimulate", after(5)),
        ("oxygen", after(6)),
    ]


def test_a_set_dated_into_the_future_is_not_believed():
    assert seen(vitals(60, spo2=80), minute=50) == ()


def test_limits_before_the_start_do_not_count_during_the_infusion():
    assert seen(vitals(5, systolic=145)) == ()
    assert [f.level for f in seen(vitals(5, "pre_start", systolic=145))] == ["review"]


def test_the_baseline_is_the_median_of_the_resting_sets():
    sets = [vitals(-15, "pre_start", systolic=118), vitals(-5, "pre_start", systolic=126), vitals(5, systolic=180)]

    assert baseline_of(sets)["systolic_mmhg"] == 122


def test_red_refuses_amber_warns_and_a_missing_baseline_is_said():
    facts = LimitFacts((vitals(5, spo2=89, pulse=125), vitals(10, spo2=89, pulse=125)), {})

    said = gates(judge(facts, protocol(), at=after(11)))

    assert said["spo2_percent_low"] == "refused"
    assert said["heart_rate_per_min_high"] == "warned"
    assert said["baseline_known"] == "open"


@pytest.mark.hazard("H-15")
def test_h15_six_hours_of_wavering_vitals_stay_inside_the_flag_budget():
    sets = [vitals(m, systolic=156 + (m // 15) % 6, pulse=85 + m % 15) for m in range(5, 365, 15)]

    found = seen(*sets, minute=400)

    assert sum(flag.level == "red" for flag in found) == 0
    assert sum(flag.level == "amber" for flag in found) <= 2


def test_a_flag_says_only_the_limits_of_its_own_level():
    """The amber limits that a red value passes on its way say nothing more."""
    (flag,) = seen(vitals(5, systolic=205))

    assert flag.level == "red"
    assert [words for words in flag.limits if "160" in words] == []
    assert len(flag.limit_ids) > len(flag.limits)
