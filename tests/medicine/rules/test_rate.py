"""May the pump be set to this?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from clearhead.medicine.protocols.dose import Rate
from clearhead.medicine.rules.rate import Intention, RateFacts, judge, pump_ml_per_h, second_check_needed
from tests.medicine.rules.given import TEN, after, change_to, gates, protocol, start_of


def said(facts: RateFacts, of=None, minute=None) -> dict[str, str]:
    at = TEN if facts.intention.kind == "start" else after(60 if minute is None else minute)
    return gates(judge(facts, of or protocol(), at=at))


def with_caps(**changes):
    return replace(protocol(), caps=replace(protocol().caps, **changes))


def test_the_ordered_start_passes_in_every_unit():
    for value, unit in (("7", "mg/h"), ("0.1", "mg/kg/h"), ("7", "mL/h")):
        assert said(start_of(value, unit)) == {}


def test_the_pump_should_show_the_exact_ml_per_h():
    assert pump_ml_per_h(start_of("7", mg_per_ml=Decimal(2))) == Fraction(7, 2)


def test_one_step_up_after_the_interval_passes():
    assert said(change_to("10.5")) == {}


@pytest.mark.parametrize(
    ("facts", "gate"),
    [
        (change_to("36"), "hard_rate"),
        (change_to("29"), "highest_rate"),
        (change_to("14"), "step_size"),
        (change_to("10.5", minutes=19), "step_interval"),
        (change_to("10.5", planned_end=after(301)), "duration"),
        (change_to("10.5", planned_end=after(10)), "planned_end_passed"),
        (start_of("7", role="desk"), "act_permitted"),
        (start_of("7", mg_per_ml=Decimal(3)), "concentration"),
        (start_of("7.03", "mL/h"), "pump_step"),
        (start_of("7", version_withdrawn=True), "version_withdrawn"),
        (start_of("7", earlier_mg_24h=Decimal(130)), "day_total"),
        (start_of("7", earlier_mg_course=Decimal(690)), "course_total"),
        (start_of("7", earlier_mg_year=Decimal(2230)), "year_total"),
        (start_of("7", earlier_sessions_year=16), "year_sessions"),
        (start_of("0"), "rate_above_zero"),
        (start_of("7", "mg"), "unit_fits"),
    ],
)
def test_each_hard_limit_refuses_by_its_own_name(facts, gate):
    minute = 19 if gate == "step_interval" else None
    assert said(facts, minute=minute)[gate] == "refused"


def test_a_rate_without_end_is_refused_in_words_and_a_bolus_too():
    rate, bolus = change_to("9" * 400), replace(change_to("9"), intention=Intention("bolus", Decimal("9" * 400), "mg"))

    assert said(rate)["pump_range"] == "refused"
    assert said(bolus, minute=0)["session_total"] == "refused"


@pytest.mark.parametrize(
    ("facts", "gate"),
    [
        (start_of("7", second_person=False), "second_check"),
        (start_of("7", planned_end=None), "planned_end"),
        (start_of("7", weight_kg=None), "weight_known"),
        (start_of("7", mg_per_ml=None), "strength_known"),
        (start_of("7", earlier_mg_24h=None), "day_total"),
        (start_of("7", earlier_sessions_year=None), "year_sessions"),
    ],
)
def test_what_is_not_known_stays_open(facts, gate):
    assert said(facts)[gate] == "open"


def test_the_session_cap_counts_what_was_given_and_what_the_rate_would_still_give():
    facts = change_to("10.5")  # 7 mg in the first hour, then 10.5 mg/h for three

    assert said(facts, with_caps(session_mg=Decimal("38.5"))) == {}
    assert said(facts, with_caps(session_mg=Decimal("38.4")))["session_total"] == "refused"


def test_a_soft_cap_asks_for_a_reason_and_then_warns_with_it():
    of = with_caps(soft_rate=Rate(Decimal("0.12"), "mg/kg/h"))

    assert said(change_to("10.5"), of)["soft_rate"] == "open"
    verdict = judge(change_to("10.5", reason="pain unchanged"), of, at=after(60))
    assert verdict.permits
    assert "Reason: pain unchanged" in str(verdict)


def test_a_decrease_needs_no_second_person_no_reason_and_no_room():
    poor = {"second_person": False, "earlier_mg_24h": None, "planned_end": None}

    assert said(change_to("186.5", now="190", **poor)) == {}
    assert said(change_to("150", now="190", **poor)) == {"off_the_order": "open"}
    assert said(change_to("150", now="190", **poor, confirmed=frozenset({"off_the_order"}))) == {
        "off_the_order": "warned"
    }


@pytest.mark.parametrize("kind", ["pause", "stop"])
def test_a_pause_and_a_stop_are_never_gated(kind):
    facts = replace(change_to("7", role="nobody", weight_kg=None), intention=Intention(kind, Decimal(0), "mg/h"))

    assert said(facts) == {}


def test_a_bolus_is_refused_where_the_protocol_allows_none():
    facts = replace(change_to("7", role="prescriber"), intention=Intention("bolus", Decimal(5), "mg"))

    assert said(facts)["single_bolus"] == "refused"


def test_a_nurse_may_not_give_a_bolus_here():
    facts = replace(change_to("7"), intention=Intention("bolus", Decimal(5), "mg"))

    assert said(facts)["act_permitted"] == "refused"


def test_a_prescriber_may_agree_to_a_larger_or_earlier_step_but_not_to_more_than_the_hard_rate():
    assert said(change_to("14", prescriber_approved=True))["step_size"] == "warned", "passed over, read and kept"
    assert said(change_to("36", prescriber_approved=True))["hard_rate"] == "refused"


def test_resuming_after_a_long_pause_asks_for_the_go_again():
    paused = replace(
        change_to("7", now="0", paused_since=after(29), rate_before_pause_mg_per_h=Decimal(7)),
        intention=Intention("resume", Decimal(7), "mg/h"),
    )

    assert said(paused)["pause_length"] == "open"
    assert said(replace(paused, paused_since=after(31))) == {}
    assert said(replace(paused, go_valid=True)) == {}


def test_an_increase_is_checked_by_a_second_person_only_above_the_protocols_threshold():
    assert protocol().running.second_check.increase_above == Rate(Decimal("0.05"), "mg/kg/h")

    assert not second_check_needed(change_to("10.5"), protocol())
    assert second_check_needed(change_to("10.6"), protocol())
    assert not second_check_needed(change_to("3.5"), protocol())
    assert second_check_needed(start_of("7"), protocol())


def test_single_handed_sites_wait_and_are_warned():
    alone = replace(protocol(), people=replace(protocol().people, single_handed="timed_pause"))
    wait = alone.running.second_check.single_handed_wait_s

    assert said(start_of("7", second_person=False, waited_s=wait), alone) == {"second_check": "warned"}
    assert said(start_of("7", second_person=False, waited_s=wait - 1), alone) == {"second_check": "open"}


def test_a_rate_off_the_order_is_asked_about_and_a_confirmation_clears_it():
    assert said(change_to("9"))["off_the_order"] == "open"
    assert said(change_to("9", confirmed=frozenset({"off_the_order"})))["off_the_order"] == "warned"


def test_the_refusal_names_the_limit_in_both_units():
    verdict = judge(change_to("71"), protocol(), at=after(60))

    assert "at most 0.5 mg/kg/h (35 mg/h here)" in str(verdict)
