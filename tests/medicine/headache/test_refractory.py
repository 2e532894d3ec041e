"""EHF 2020: what counts as a failed trial, and when migraine is resistant or refractory."""

from datetime import date

import pytest

from clearhead.medicine.errors import Refused
from clearhead.medicine.headache.refractory import (
    Adequacy,
    Effect,
    PreventiveClass,
    Status,
    Trial,
    judge_trial,
    refractoriness,
)

TODAY = date(2026, 11, 1)


def oral(preventive_class=PreventiveClass.BETA_BLOCKER, effect=Effect.NONE, **known):
    facts = {"weeks_at_target": 12, "reached_target_dose": True} | known
    return Trial("a medicine", preventive_class, effect, **facts)


def state_of(trials, **known):
    facts = {"debilitating_days_per_28": 10, "months_at_this_level": 7, "triptans_failed": 2} | known
    return refractoriness(trials, available=PreventiveClass, on=TODAY, **facts)


@pytest.mark.parametrize(
    ("trial", "adequacy", "failed"),
    [
        (oral(), Adequacy.ADEQUATE, True),
        (oral(weeks_at_target=8), Adequacy.ADEQUATE, True),
        (oral(weeks_at_target=7), Adequacy.TOO_SHORT, False),
        (oral(weeks_at_target=None), Adequacy.UNKNOWN, None),
        (oral(reached_target_dose=False), Adequacy.TOO_LOW, False),
        (oral(reached_target_dose=None), Adequacy.UNKNOWN, None),
        (oral(effect=Effect.EFFECTIVE), Adequacy.ADEQUATE, False),
        (oral(effect=Effect.PARTIAL), Adequacy.ADEQUATE, True),
        (oral(effect=Effect.NOT_TOLERATED, weeks_at_target=1), Adequacy.NOT_NEEDED, True),
        (oral(effect=Effect.CONTRAINDICATED, weeks_at_target=None), Adequacy.NOT_NEEDED, True),
        (oral(effect=Effect.NOT_AVAILABLE), Adequacy.UNKNOWN, False),
        (oral(effect=Effect.UNKNOWN), Adequacy.ADEQUATE, None),
        (oral(PreventiveClass.BOTULINUM, cycles=1), Adequacy.TOO_SHORT, False),
        (oral(PreventiveClass.BOTULINUM, cycles=2), Adequacy.ADEQUATE, True),
        (oral(PreventiveClass.CGRP, weeks_at_target=13), Adequacy.ADEQUATE, True),
        (oral(PreventiveClass.CGRP, weeks_at_target=13, quarterly=True), Adequacy.TOO_SHORT, False),
    ],
)
def test_a_trial_is_judged_by_dose_time_and_reason(trial, adequacy, failed):
    judged = judge_trial(trial, on=TODAY)

    assert (judged.adequacy, judged.failed) == (adequacy, failed)


def test_three_failed_classes_with_the_burden_are_resistant_and_two_drugs_of_one_class_are_one_class():
    classes = list(PreventiveClass)

    assert state_of([oral(c) for c in classes[:3]]).status is Status.RESISTANT
    assert state_of([oral(classes[0]), oral(classes[0]), oral(classes[1])]).status is Status.NEITHER


def test_all_available_classes_for_six_months_are_refractory():
    everything = [oral(c, cycles=2) for c in PreventiveClass]
    everything = [oral(c, cycles=2, weeks_at_target=30) for c in PreventiveClass]

    assert state_of(everything).status is Status.REFRACTORY
    assert state_of(everything, months_at_this_level=5).status is Status.RESISTANT


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ({"debilitating_days_per_28": 7}, Status.NEITHER),
        ({"debilitating_days_per_28": None}, Status.UNKNOWN),
        ({"triptans_failed": 1}, Status.NEITHER),
        ({"months_at_this_level": 2}, Status.NEITHER),
        ({"months_at_this_level": None}, Status.UNKNOWN),
    ],
)
def test_the_burden_decides_too(known, status):
    assert state_of([oral(c, weeks_at_target=30) for c in list(PreventiveClass)[:4]], **known).status is status


def test_an_untried_cgrp_class_is_named():
    found = state_of([oral(PreventiveClass.BETA_BLOCKER)])

    assert PreventiveClass.CGRP in found.untried_classes
    assert any("first-line option since 2024" in sentence for sentence in found.sentences)


def test_a_stop_before_the_start_is_refused():
    with pytest.raises(Refused, match="stopped before it was started"):
        judge_trial(oral(start=date(2026, 2, 1), stop=date(2026, 1, 1)), on=TODAY)
