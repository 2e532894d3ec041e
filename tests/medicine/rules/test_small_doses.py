"""Small doses with waits: one at a time, not sooner, not faster, not more of them than were ordered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from clearhead.medicine.protocols.loader import protocol_from
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.dose import Bag, DoseAccount, RateChange, account
from clearhead.medicine.rules.rate import Intention, RateFacts, judge
from tests import small_doses
from tests.medicine.rules.given import TEN, after, gates, start_of

SMALL = protocol_from(small_doses.protocol_text(), name="small-doses")
STRENGTH = SMALL.fluids.concentrations[0].mg_per_ml
CYCLE_MIN = 20
RATE = "60"
"""10 mg over 10 minutes, in mg/h."""


def given(doses: int, *, until: datetime) -> DoseAccount:
    """So many small doses since TEN, each followed by a pause."""
    ml_per_h, changes = Decimal(RATE) / STRENGTH, []
    for n in range(doses):
        changes.append(RateChange(after(n * CYCLE_MIN), "resume" if n else "start", ml_per_h, "bag 1"))
        changes.append(RateChange(after(n * CYCLE_MIN + 10), "pause", Decimal(0), "bag 1"))
    return account(changes, [Bag("bag 1", STRENGTH, Decimal(250))], until=until)


def again(doses: int, *, waited: float, value: str = RATE, unit: str = "mg/h", **known: object) -> RateFacts:
    """The nurse wants the next one, so many minutes after the last of these."""
    paused_at = after((doses - 1) * CYCLE_MIN + 10)
    at = after((doses - 1) * CYCLE_MIN + 10 + waited)
    first = start_of(RATE, mg_per_ml=STRENGTH)
    facts = replace(
        first, given=given(doses, until=at), started_at=TEN, paused_since=paused_at, planned_end=after(180),
        rate_before_pause_mg_per_h=Decimal(RATE),
    )  # fmt: skip
    return replace(facts, intention=Intention("resume", Decimal(value), unit), **known)


def said(facts: RateFacts, doses: int, waited: float, of: Protocol = SMALL) -> dict[str, str]:
    return gates(judge(facts, of, at=after((doses - 1) * CYCLE_MIN + 10 + waited)))


def test_the_first_small_dose_starts_although_its_rate_is_above_any_steady_one():
    assert gates(judge(start_of(RATE, mg_per_ml=STRENGTH, planned_end=after(120)), SMALL, at=TEN)) == {}


@pytest.mark.parametrize("doses", [1, 3, 5])
def test_the_next_one_passes_when_its_wait_is_over(doses):
    assert said(again(doses, waited=10), doses, 10) == {}


@pytest.mark.hazard("H-08")
def test_a_minute_too_soon_is_refused_and_says_how_long_it_was():
    verdict = judge(again(2, waited=9), SMALL, at=after(39))

    assert gates(verdict) == {"small_dose_wait": "refused"}
    assert "9 min since the last small dose; the next one comes after 10 min" in str(verdict)


@pytest.mark.hazard("H-09")
def test_one_more_than_ordered_is_refused():
    assert said(again(6, waited=10), 6, 10)["small_doses_most"] == "refused"


def test_another_bag_hangs_in_the_middle_of_the_last_one_and_is_no_further_dose():
    at = after(5 * CYCLE_MIN + 5)
    now = given(6, until=at)
    assert now.charted_mg == 55
    wanted = Intention("change_bag", Decimal(RATE), "mg/h")
    hung = replace(again(5, waited=10), given=now, paused_since=None, second_person=True, intention=wanted)

    assert gates(judge(hung, SMALL, at=at)) == {}
    assert gates(judge(replace(hung, second_person=False), SMALL, at=at)) == {"second_check": "open"}


@pytest.mark.hazard("H-03")
def test_faster_than_ordered_is_refused_and_ten_times_as_fast_too():
    assert said(again(1, waited=10, value="75"), 1, 10)["small_dose_rate"] == "refused"
    assert said(again(1, waited=10, value="600"), 1, 10)["small_dose_rate"] == "refused"


def test_a_small_dose_above_the_single_bolus_cap_is_refused():
    strict = replace(SMALL, caps=replace(SMALL.caps, single_bolus=replace(SMALL.caps.single_bolus, value=Decimal(5))))

    assert said(again(1, waited=10), 1, 10, strict)["single_bolus"] == "refused"


def test_the_session_cap_counts_what_was_given_and_one_dose_more():
    strict = replace(SMALL, caps=replace(SMALL.caps, session_mg=Decimal(35)))

    assert said(again(2, waited=10), 2, 10, strict) == {}
    assert said(again(3, waited=10), 3, 10, strict)["session_total"] == "refused"
