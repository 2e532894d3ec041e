"""Response from two windows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from clearhead.medicine.errors import Refused
from clearhead.medicine.headache.diary import Attack, Day, Severity, Window, count
from clearhead.medicine.outcomes.intervals import wilson
from clearhead.medicine.outcomes.response import Control, Status, acute_effect, group, response

SESSION = date(2026, 3, 1)
HALF, THIRD = "responder_50_moderate_severe_v1", "responder_30_moderate_severe_v1"


def window(of, bad, answered=28, attacks=()):
    dates = of.dates[:answered]
    days = [Day(on, Severity.SEVERE if n < bad else Severity.NONE) for n, on in enumerate(dates)]
    return count(days, attacks, [], of)


def judged(before, after, rule=HALF, **more):
    return response(window(Window.before(SESSION), before, **more), window(Window.after(SESSION), after), rule=rule)


@pytest.mark.parametrize(
    ("before", "after", "half", "third"),
    [
        (20, 10, Status.RESPONDER, Status.RESPONDER),
        (20, 11, Status.NO_RESPONSE, Status.RESPONDER),
        (20, 14, Status.NO_RESPONSE, Status.RESPONDER),
        (20, 15, Status.NO_RESPONSE, Status.NO_RESPONSE),
        (0, 0, Status.NOTHING_TO_REDUCE, Status.NOTHING_TO_REDUCE),
    ],
)
def test_half_and_a_third_fewer_days_are_exact_edges(before, after, half, third):
    assert judged(before, after).status is half
    assert judged(before, after, THIRD).status is third


def test_below_80_percent_there_is_no_individual_answer():
    few = judged(20, 5, answered=22)

    assert few.status is Status.NOT_ENOUGH_DATA
    assert few.thresholds == {"30": None, "50": None, "75": None}
    assert "22 of 28 dates answered before" in few.sentence


def test_missing_dates_give_the_change_a_range():
    some = judged(20, 10, answered=24)

    assert some.status is Status.RESPONDER
    assert (some.moderate_or_severe.reduction, some.moderate_or_severe.highest) == (Fraction(1, 2), Fraction(14, 24))


def test_migraine_days_are_compared_only_where_features_were_asked():
    attack = Attack(datetime(2026, 2, 2, 12, tzinfo=UTC), "UTC", aura=True)

    assert judged(5, 2).migraine is None
    asked = response(window(Window.before(SESSION), 0, attacks=[attack]), window(Window.after(SESSION), 0), rule=HALF)
    assert (asked.migraine.before, asked.migraine.after) == (1, 0)


@pytest.mark.parametrize(
    ("left", "control"),
    [(0, Control.NONE), (3, Control.UNDER_4), (4, Control.FROM_4_TO_6), (6, Control.FROM_4_TO_6), (7, Control.OVER_6)],
)
def test_absolute_control_counts_what_is_left(left, control):
    assert judged(20, left).control is control


def test_an_unknown_rule_is_refused():
    with pytest.raises(Refused, match="no response rule"):
        judged(20, 5, "responder_60")


def test_a_group_keeps_everyone_treated_in_the_denominator():
    figures = group([Status.RESPONDER] * 12 + [Status.NO_RESPONSE] * 8 + [Status.NOT_ENOUGH_DATA] * 5)

    assert (figures.responders_of_assessed.number, figures.responders_of_assessed.of) == (12, 20)
    assert figures.missing_as_no_response.of == 25
    assert not figures.publishable
    assert figures.why_not == ("fewer than 30 people",)


def test_wilsons_interval_agrees_with_brown_cai_dasgupta_2001_and_stays_inside_0_and_1():
    empty, none, everyone = wilson(0, 0), wilson(0, 10), wilson(10, 10)

    assert (empty.value, empty.low, empty.high) == (None, 0.0, 1.0)
    assert (none.low, round(none.high, 4)) == (0.0, 0.2775)
    assert (round(everyone.low, 4), everyone.high) == (0.7225, 1.0)


def test_pain_on_the_day_is_an_acute_effect():
    assert acute_effect(pain_before=7, pain_after=5) == {"two_points": True, "half": False}
    assert acute_effect(pain_before=2, pain_after=1) == {"two_points": False, "half": True}


def test_windows_follow_one_another_without_overlap():
    assert Window.after(SESSION, number=3).last == SESSION + timedelta(days=84)
