"""The judgement of a draft in every dose mode, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from clearhead.clinic.plan import drafts, forms, judging
from clearhead.clinic.plan.judging import OrderFacts
from clearhead.medicine.protocols import loader
from clearhead.medicine.protocols.dose import Amount, MiniBolus
from tests.cast import AT_TEN

FACTS = OrderFacts(adopted=True, withdrawn=False, prescriber=True, decision="suitable", decision_on_protocol="")


def mini_bolus():
    """The monitored bed with small doses and waits instead of its load."""
    bed = loader.shipped("monitored-bed")
    dose = MiniBolus(duration=bed.dose.duration, bolus=Amount(Decimal(5), "mg"), over_min=2, wait_min=15, max_boluses=6)
    caps = replace(bed.caps, single_bolus=Amount(Decimal(10), "mg"))
    return replace(bed, id="mini", dose=dose, caps=caps)


PROTOCOLS = {
    "fixed_rate": loader.shipped("tried-several"),
    "total_over_time": loader.shipped("short-total-dose"),
    "load_plus_rate": loader.shipped("monitored-bed"),
    "stepped": loader.shipped("stepped-series"),
    "mini_bolus": mini_bolus(),
}


def judged(mode, **changed):
    protocol = PROTOCOLS[mode]
    start = drafts.starting_draft(
        protocol,
        weight_kg=Decimal(70),
        weight_measured_at=AT_TEN - timedelta(hours=1),
        purpose=protocol.purposes[0],
    )
    draft = replace(start, **{key: value for key, value in changed.items() if key != "dose"})
    draft = replace(draft, dose=dict(start.dose) | changed.get("dose", {}))
    return judging.judge(draft, protocol, replace(FACTS, decision_on_protocol=protocol.id), at=AT_TEN)


def gates(verdict):
    return {reason.gate for reason in verdict.blocking}


@pytest.mark.parametrize("mode", list(PROTOCOLS))
def test_the_plan_of_the_protocol_stands(mode):
    assert judged(mode).permits


@pytest.mark.parametrize("mode", list(PROTOCOLS))
def test_each_mode_has_its_own_numbers_and_they_come_back_as_the_same_mode(mode):
    protocol = PROTOCOLS[mode]

    numbers = drafts.numbers_of(protocol.dose)

    assert len(numbers) == len(drafts.ORDERED[mode])
    assert drafts.mode_with(protocol, {key: str(number) for key, number in numbers.items()}) == protocol.dose
    assert mode in forms.MODES


@pytest.mark.parametrize(
    ("mode", "dose", "gate"),
    [
        ("fixed_rate", {"start_rate_mg_per_kg_h": Decimal("0.45")}, "soft_rate"),
        ("fixed_rate", {"start_rate_mg_per_kg_h": Decimal("0.6")}, "hard_rate"),
        ("total_over_time", {"total_dose_mg_per_kg": Decimal("0.6")}, "session_total"),
        ("total_over_time", {"total_dose_mg_per_kg": Decimal("0.1")}, "total_dose"),
        ("load_plus_rate", {"load_mg_per_kg": Decimal("0.5")}, "single_bolus"),
        ("load_plus_rate", {"load_over_min": Decimal(2)}, "load_over_min"),
        ("stepped", {"step_up_mg_per_kg_h": Decimal("0.2")}, "step_up"),
        ("stepped", {"step_interval_min": Decimal(5)}, "step_interval_min"),
        ("mini_bolus", {"bolus_mg": Decimal(12)}, "single_bolus"),
        ("mini_bolus", {"max_boluses": Decimal(9)}, "max_boluses"),
        ("mini_bolus", {"wait_min": Decimal(5)}, "wait_min"),
    ],
)
def test_each_number_of_each_mode_is_held_against_its_limit(mode, dose, gate):
    assert gate in gates(judged(mode, dose=dose))


def test_a_shorter_infusion_of_the_same_total_is_a_faster_one():
    protocol = PROTOCOLS["total_over_time"]
    fastest = protocol.dose.duration.shortest_min

    assert judged("total_over_time", infusion_minutes=fastest).permits
    assert "duration" in gates(judged("total_over_time", infusion_minutes=fastest - 1))
    assert "hard_rate" in gates(judged("total_over_time", max_rate_mg_per_kg_h=Decimal("0.5")))


def test_a_reason_opens_a_difference_but_never_a_hard_cap():
    reasons = {"all": "agreed with the director"}

    assert not judged("stepped", dose={"step_interval_min": Decimal(15)}).permits
    assert judged("stepped", dose={"step_interval_min": Decimal(15)}, reasons=reasons).permits
    assert not judged("fixed_rate", dose={"start_rate_mg_per_kg_h": Decimal("0.6")}, reasons=reasons).permits


def test_an_unknown_standing_order_is_refused():
    assert "known_order" in gates(judged("stepped", prn_orders=("propofol",)))


def test_a_weight_nobody_can_have_is_not_dosed_on():
    assert gates(judged("stepped", weight_kg=Decimal(7))) == {"weight_known"}
    assert gates(judged("stepped", weight_kg=None)) == {"weight_known"}
