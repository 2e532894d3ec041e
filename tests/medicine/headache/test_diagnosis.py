"""ICHD-3 criteria: yes, no, not known, and what is still to be asked."""

from dataclasses import replace

import pytest

from clearhead.medicine.headache.diagnosis import (
    HeadacheHistory,
    chronic_migraine,
    migraine_with_aura,
    migraine_without_aura,
)
from clearhead.medicine.headache.diary import AcuteClass
from tests.medicine.headache.test_overuse import window

TYPICAL = HeadacheHistory(
    attacks_in_life=200,
    shortest_untreated_h=6,
    longest_untreated_h=60,
    unilateral=True,
    pulsating=True,
    nausea_or_vomiting=True,
    not_better_explained=True,
)


def test_a_typical_history_meets_migraine_without_aura():
    assert migraine_without_aura(TYPICAL).met is True


@pytest.mark.parametrize(
    ("change", "met"),
    [
        ({"attacks_in_life": 4}, False),
        ({"attacks_in_life": None}, None),
        ({"shortest_untreated_h": 0.5, "longest_untreated_h": 3.5}, False),
        ({"shortest_untreated_h": 73, "longest_untreated_h": 100}, False),
        ({"shortest_untreated_h": 3, "longest_untreated_h": 72}, True),
        ({"pulsating": None}, None),
        ({"pulsating": False, "moderate_or_severe": False, "worse_with_activity": False}, False),
        ({"nausea_or_vomiting": False, "photophobia": True, "phonophobia": False}, False),
        ({"nausea_or_vomiting": False, "photophobia": True, "phonophobia": True}, True),
        ({"not_better_explained": None}, None),
        ({"not_better_explained": False}, False),
    ],
)
def test_each_criterion_can_decide(change, met):
    assert migraine_without_aura(replace(TYPICAL, **change)).met is met


def test_aura_needs_three_of_six_features_not_two():
    aura = replace(TYPICAL, aura_attacks_in_life=2, aura_fully_reversible=True)

    two = replace(aura, aura_features=("one_unilateral", "one_positive"))
    three = replace(aura, aura_features=("one_unilateral", "one_positive", "each_5_to_60_min"))

    assert migraine_with_aura(two).met is False
    assert migraine_with_aura(three).met is True


def test_chronic_migraine_needs_15_headache_and_8_migraine_days_in_each_of_three_windows():
    enough = [window(n, classes={AcuteClass.TRIPTAN: range(8)}, headache=15) for n in range(3)]
    one_short = [*enough[:2], window(2, classes={AcuteClass.TRIPTAN: range(8)}, headache=14)]

    assert chronic_migraine(TYPICAL, enough).met is True
    assert chronic_migraine(TYPICAL, one_short).met is False


def test_a_missing_month_or_unasked_features_leave_it_open_and_say_which():
    two = chronic_migraine(TYPICAL, [window(n, headache=20) for n in range(2)])
    unasked = chronic_migraine(TYPICAL, [window(n, headache=20) for n in range(3)])

    assert two.met is None
    assert [criterion.id for criterion in unasked.open] == ["cm_c_migraine_days"]
