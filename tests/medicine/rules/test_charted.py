"""Stale, frozen, future-dated and gap are four different things."""

from __future__ import annotations

import pytest

from clearhead.medicine.rules.charted import chart_states
from tests.medicine.rules.given import after, vitals


def kinds(*sets, minute, every=15):
    return [state.kind for state in chart_states(sets, every_min=every, at=after(minute))]


def test_a_fresh_chart_says_nothing():
    assert kinds(vitals(0), vitals(14, pulse=72), minute=20) == []


@pytest.mark.hazard("H-10")
def test_h10_a_set_older_than_its_interval_is_stale_one_second_later():
    assert kinds(vitals(0), minute=15) == []
    assert kinds(vitals(0), minute=15 + 1 / 60) == ["stale"]


@pytest.mark.hazard("H-11")
def test_h11_three_identical_full_sets_are_frozen_and_two_or_a_changed_one_are_not():
    assert kinds(vitals(0), vitals(5), vitals(10), minute=11) == ["frozen"]
    assert kinds(vitals(5), vitals(10), minute=11) == []
    assert kinds(vitals(0), vitals(5), vitals(10, pulse=71), minute=11) == []


@pytest.mark.hazard("H-12")
def test_h12_a_set_more_than_five_minutes_ahead_is_named_and_does_not_make_the_chart_fresh():
    assert kinds(vitals(0), vitals(26), minute=20) == ["stale", "future"]
    assert kinds(vitals(0), vitals(24), minute=20) == []


def test_a_hole_that_is_over_is_a_gap_and_not_stale():
    assert kinds(vitals(0), vitals(31), minute=32) == ["gap"]
