"""The label "criteria met", and everything else that may happen at the door."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from clearhead.medicine.protocols.loader import shipped_ids
from clearhead.medicine.rules.discharge import Padss, judge, observe_until, restriction_ends, waits
from tests.medicine.rules.given import TEN, after, gates, protocol, recovered, vitals

BY_HAND = ("oriented", "gait_steady", "dissociation_gone", "nausea_tolerable", "catheter_out", "symptoms_closed")


def said(minute=90, of=None, **known):
    of = of or protocol()
    return gates(judge(recovered(of, **known), of, at=after(minute)))


def answers(**changed):
    return {"answers": recovered(protocol()).answers | changed}


def test_when_everything_is_true_the_label_may_be_given():
    assert said() == {}


@pytest.mark.hazard("H-21")
def test_h21_one_second_before_the_observation_ends_the_label_is_refused():
    seen = {"sets": (vitals(40, "recovery"), vitals(55, "recovery")), "looked_at": after(55)}

    assert said(60 - 1 / 60, **seen) == {"min_observation": "refused"}
    assert said(60, **seen) == {}


@pytest.mark.hazard("H-21")
def test_h21_a_clock_that_jumps_back_does_not_shorten_the_observation():
    assert said(-30)["min_observation"] == "open"
    assert said(90, ended_at=None)["min_observation"] == "open"


@pytest.mark.hazard("H-21")
@pytest.mark.parametrize("criterion", BY_HAND)
def test_h21_each_criterion_that_nobody_looked_at_or_that_is_not_met_answers_by_its_name(criterion):
    without = {k: v for k, v in recovered(protocol()).answers.items() if k != criterion}

    assert said(answers=without) == {criterion: "open"}
    assert said(**answers(**{criterion: False})) == {criterion: "refused"}


@pytest.mark.parametrize(
    ("known", "gate", "outcome"),
    [
        ({"sets": (vitals(60, "recovery"), vitals(80, "recovery", systolic=145))}, "bp_near_baseline", "refused"),
        ({"sets": (vitals(60, "recovery"), vitals(80, "recovery", systolic=95))}, "bp_near_baseline", "refused"),
        ({"baseline_systolic": None}, "bp_near_baseline", "open"),
        ({"baseline_systolic": Decimal(150), "sets": (vitals(70, "recovery"), vitals(80, "recovery", systolic=165))},
         "bp_near_baseline", "refused"),
        ({"sets": (vitals(60, "recovery"), vitals(80, "recovery", spo2=93))}, "spo2_room_air", "refused"),
        ({"on_oxygen": True}, "spo2_room_air", "refused"),
        ({"on_oxygen": None}, "spo2_room_air", "open"),
        ({"pain_now": 7}, "pain_acceptable", "refused"),
        ({"pain_acceptable": False}, "pain_acceptable", "refused"),
        ({"pain_now": None}, "pain_acceptable", "open"),
        ({"score": Padss(1, 1, 2, 2)}, "score", "refused"),
        ({"score": None}, "score", "open"),
        ({"sets": (vitals(80, "recovery"),)}, "recovery_sets", "open"),
        ({"sets": (vitals(60, "recovery"), vitals(70, "recovery"))}, "recovery_sets", "open"),
        ({"reversal_last_at": after(-20)}, "after_reversal_time", "refused"),
    ],
)  # fmt: skip
def test_each_measured_criterion_decides(known, gate, outcome):
    assert said(**known)[gate] == outcome


def test_one_point_of_the_eight_may_be_lost_as_one_of_ten_was():
    assert said(score=Padss(2, 1, 2, 2)) == {}


def test_pain_need_not_be_gone():
    assert said(pain_on_arrival=6, pain_now=6) == {}


def test_a_sedative_an_order_and_a_reversal_lengthen_the_observation():
    facts = recovered(protocol())
    minutes = {
        "nothing": observe_until(facts, protocol()),
        "sedative": observe_until(replace(facts, sedative_last_at=after(-60)), protocol()),
        "order": observe_until(
            replace(facts, sedative_last_at=after(-60), order_waits=((after(-60), 45),)), protocol()
        ),
        "reversal": observe_until(replace(facts, reversal_last_at=after(-5)), protocol()),
    }

    assert {k: (v - TEN).total_seconds() / 60 for k, v in minutes.items()} == {
        "nothing": 60,
        "sedative": 90,
        "order": 105,
        "reversal": 115,
    }


@pytest.mark.hazard("H-21")
def test_h21_what_is_given_late_counts_from_itself_and_the_longest_wait_decides():
    facts, of = recovered(protocol()), protocol()
    late = {
        "sedative": replace(facts, sedative_last_at=after(80)),
        "order": replace(facts, order_waits=((after(-60), 20), (after(75), 15))),
        "end": replace(facts, sedative_last_at=after(55)),
    }

    for decides, case in late.items():
        longest, *others = waits(case, of)
        assert longest.counts == decides
        assert all(other.until <= longest.until for other in others)
    ends = {name: (observe_until(case, of) - TEN).total_seconds() / 60 for name, case in late.items()}
    assert ends == {"sedative": 110, "order": 90, "end": 90}


@pytest.mark.hazard("H-21")
@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"looked_at": after(-30)}, "before the end of the infusion"),
        ({"looked_at": after(80), "sedative_last_at": after(80)}, "before the last sedative"),
        ({"looked_at": after(80), "antihypertensive_last_at": after(81)}, "before the last medicine against high"),
        ({"looked_at": after(80), "reversal_last_at": after(81)}, "before the last reversal medicine"),
        ({"looked_at": after(59)}, "31 min ago; it counts for 30 min"),
        ({"looked_at": after(100)}, "at a time in the future"),
        ({"looked_at": None}, "at no known time"),
        ({"ended_at": None}, "before the end of the infusion"),
    ],
)
def test_h21_a_look_from_before_the_last_drug_or_too_long_ago_says_nothing_about_the_patient_at_the_door(known, words):
    of = protocol()
    verdict = judge(recovered(of, **known), of, at=after(90))

    open_ones = {reason.gate: reason.sentence for reason in verdict.reasons if reason.outcome.value == "open"}
    for gate in ("score", "oriented", "gait_steady", "dissociation_gone", "nausea_tolerable", "pain_acceptable"):
        assert words in open_ones[gate]


def test_what_was_seen_and_was_not_well_stays_refused_however_old_the_look_is():
    assert said(**answers(gait_steady=False), looked_at=after(-30))["gait_steady"] == "refused"


@pytest.mark.parametrize("name", shipped_ids())
@pytest.mark.parametrize("disposition", ["signed_exception", "against_advice", "emergency_transfer", "admitted"])
def test_no_other_way_of_leaving_is_ever_refused(name, disposition):
    of = protocol(name)
    worst = recovered(of, disposition=disposition, ended_at=None, sets=(), score=None, answers={}, pain_now=None)

    verdict = judge(worst, of, at=TEN)

    assert verdict.permits
    assert verdict.reasons


def test_the_escort_may_be_replaced_by_what_the_protocol_names():
    without = {k: v for k, v in recovered(protocol()).answers.items() if k != "escort_met"}
    escort = replace(protocol().preparation.escort, alternatives=("attended transport",))
    of = replace(protocol(), preparation=replace(protocol().preparation, escort=escort))

    assert said(of=of, answers=without) == {"escort_met": "open"}
    assert said(of=of, answers=without, escort_alternative="attended transport") == {}
    assert said(of=of, answers=without, escort_alternative="a taxi") == {"escort_met": "open"}


@pytest.mark.hazard("H-27")
def test_h27_a_restriction_ends_the_stated_hours_later_in_real_time():
    ends = restriction_ends(TEN, protocol())

    assert {(end - TEN).total_seconds() / 3600 for end in ends.values()} == {24.0}
