"""The five examples say what five clinics tell their patients: a table that a medical director can read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.medicine.protocols.loader import shipped
from clearhead.medicine.protocols.protocol import chair_minutes


@pytest.mark.parametrize(
    ("id", "shortest", "longest"),
    [("stepped-series", 180, 300), ("short-total-dose", 40, 60), ("neurology-gated", 120, 240)],
)
def test_the_infusion_lasts_as_long_as_the_clinic_says(id, shortest, longest):
    duration = shipped(id).dose.duration

    assert (duration.shortest_min, duration.longest_min) == (shortest, longest)
    assert shipped(id).origin("dose.duration.shortest_min").status == "site"


def test_first_contact_is_what_the_clinic_offers():
    assert shipped("stepped-series").contact.first_contact == ("online", "phone", "telehealth")
    (call,) = shipped("neurology-gated").contact.consult_types
    assert (call.mode, call.minutes, call.price_usd) == ("phone", 15, Decimal(0))
    assert shipped("prescriber-range").contact.first_contact == ("online", "phone")


def test_the_gate_before_treatment_is_the_clinics_own():
    gates = {id: shipped(id).contact.next_step_gates[-1] for id in FIVE}

    assert gates == {
        "stepped-series": "other_treatments_insufficient",
        "short-total-dose": "full_history_taken",
        "neurology-gated": "neurologist_seen",
        "tried-several": "several_medicines_tried",
        "prescriber-range": "specialist_consult_held",
    }
    assert shipped("neurology-gated").assessment.neurology_gate.level == "require"


def test_the_five_named_conditions_of_the_short_dose_have_their_levels():
    levels = {row.code: row.level for row in shipped("short-total-dose").assessment.contraindications}

    assert [levels[code] for code in ("uncontrolled_hypertension", "untreated_hyperthyroidism")] == ["absolute"] * 2
    assert levels["active_substance_use"] == "absolute"
    assert [levels[code] for code in ("ischaemic_heart_disease", "bipolar_disorder")] == ["relative"] * 2


def test_the_short_dose_allows_a_light_meal_at_four_hours_and_clear_fluids_at_two():
    fasting = shipped("short-total-dose").preparation.fasting

    assert (fasting.light_meal_h, fasting.clear_fluids_h, fasting.level) == (4, 2, "warn")
    assert shipped("stepped-series").preparation.fasting.light_meal_h == 6


def test_observation_afterwards_follows_each_text():
    after = {id: shipped(id).recovery.observe_min for id in FIVE}

    assert after["stepped-series"] == 60
    assert after["short-total-dose"] == after["neurology-gated"] == 30


def test_no_driving_and_no_alcohol_for_a_day_after_the_short_dose():
    rules = shipped("short-total-dose").recovery.restrictions

    assert (rules.no_driving_h, rules.no_alcohol_h) == (24, 24)
    assert any("water" in sentence for sentence in rules.sentences)


def test_places_and_adjuncts_are_data():
    assert {id: shipped(id).visit.place for id in FIVE} == {
        "stepped-series": "chair",
        "short-total-dose": "private_room",
        "neurology-gated": "private_room",
        "tried-several": "chair",
        "prescriber-range": "chair",
    }
    assert shipped("stepped-series").orders.co_treatments == ("osteopathic manipulation",)
    assert shipped("prescriber-range").preparation.escort.required == "recommended"


def test_what_a_clinic_claims_is_kept_and_published_nowhere():
    statements = {id: shipped(id).statements for id in FIVE}

    assert any("100 days" in row.sentence for row in statements["stepped-series"])
    assert any("3 months" in row.sentence for row in statements["neurology-gated"])
    assert any("2 to 5 times" in row.sentence for row in statements["neurology-gated"])
    assert any("2 to 3 weeks" in row.sentence for row in statements["tried-several"])
    assert any("3 hours to 3 days" in row.sentence for row in statements["prescriber-range"])
    assert not any(row.publish for rows in statements.values() for row in rows)


def test_the_chair_is_taken_from_less_than_two_hours_to_nearly_seven():
    short, long = shipped("short-total-dose"), shipped("stepped-series")

    assert chair_minutes(short, 40).total == 30 + 40 + 30 + 15
    assert chair_minutes(long, 300).total == 30 + 300 + 60 + 15


FIVE = ("stepped-series", "short-total-dose", "neurology-gated", "tried-several", "prescriber-range")
