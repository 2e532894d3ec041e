"""What the protocol would allow next, and why not yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal
from fractions import Fraction

import pytest

from clearhead.medicine.rules.titration import Score, TitrationFacts, hours_allow, next_step
from tests.medicine.rules.given import KG, TEN, after, protocol


def at_seven(**known):
    facts = {"scores": (Score(after(15), Decimal(6)),), "last_change_at": TEN} | known
    return TitrationFacts(Fraction(7), KG, **facts)


def step(facts, minute=30, of=None):
    return next_step(facts, of or protocol(), at=after(minute))


def test_after_the_interval_one_step_up_is_allowed():
    assert (step(at_seven()).next, step(at_seven()).mg_per_h) == ("step_up", Fraction(21, 2))


def test_before_the_interval_it_says_when():
    waiting = step(at_seven(), minute=12)

    assert (waiting.next, waiting.not_before) == ("wait", after(20))
    assert "8 min until the interval of 20 min is over." in waiting.sentences


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"open_flags": 1}, "1 open flag: answer first."),
        ({"scores": ()}, "Pain (0 to 10) has not been asked yet."),
        (
            {"room_mg": Fraction(20), "remaining_min": 180},
            "The step would pass the session cap before the planned end.",
        ),
    ],
)
def test_other_things_that_it_waits_for(known, words):
    assert words in step(at_seven(**known)).sentences


def test_at_the_target_it_holds_and_counts_from_the_first_low_score():
    reached = (Score(after(5), Decimal(2)), Score(after(10), Decimal(5)), Score(after(20), Decimal(3)))

    held = step(at_seven(scores=reached))

    assert (held.next, held.not_before) == ("hold", after(80))
    assert "the prescriber decides" in step(at_seven(scores=reached), minute=80).sentences[1]


def test_a_step_down_rule_goes_before_everything():
    down = step(at_seven(step_down_asked=True), minute=1)

    assert (down.next, down.mg_per_h) == ("step_down", Fraction(7, 2))
    assert step(at_seven(stop_asked=True)).mg_per_h == 0


def test_at_the_highest_rate_it_holds():
    assert step(replace(at_seven(), mg_per_h=Fraction(28))).next == "hold"


def test_a_protocol_without_steps_says_so():
    assert step(at_seven(), of=protocol("short-total-dose")).next == "no_steps"


@pytest.mark.parametrize(
    ("hours", "clock", "allowed"),
    [
        ("any", None, True),
        ("08:00-20:00", time(8), True),
        ("08:00-20:00", time(20), False),
        ("08:00-20:00", None, False),
        ("22:00-06:00", time(23), True),
        ("22:00-06:00", time(12), False),
    ],
)
def test_titration_hours(hours, clock, allowed):
    assert hours_allow(hours, clock) is allowed


@pytest.mark.parametrize("scores", [(), (Score(after(15), Decimal(2)),)])
def test_above_the_highest_rate_it_says_so_and_leads_down_to_it(scores):
    facts = replace(at_seven(scores=scores), mg_per_h=Fraction(70))

    down = step(facts)

    assert (down.next, down.mg_per_h) == ("step_down", Fraction(28))
    assert down.sentences == ("This is above the highest rate, 0.4 mg/kg/h: step down to it.",)
