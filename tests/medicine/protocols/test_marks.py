"""Which values of the five examples are a clinic's own words, and which nobody states: as each file marks them."""

from __future__ import annotations

import pytest

from clearhead.medicine.protocols.loader import shipped

FIVE = ("stepped-series", "short-total-dose", "neurology-gated", "tried-several", "prescriber-range")
NAMED = (
    "uncontrolled_hypertension",
    "ischaemic_heart_disease",
    "untreated_hyperthyroidism",
    "bipolar_disorder",
    "active_substance_use",
)
STATED = {
    "stepped-series": (
        "contact.first_contact",
        "dose.duration.shortest_min",
        "dose.duration.longest_min",
        "series.pattern",
        "orders.co_treatments",
        "visit.place",
        "recovery.observe_min",
        "preparation.escort.required",
    ),
    "short-total-dose": (
        "contact.next_step_gates",
        "dose.duration.shortest_min",
        "dose.duration.longest_min",
        "preparation.fasting.light_meal_h",
        "preparation.fasting.clear_fluids_h",
        "preparation.escort.required",
        "start.go_gates.baseline_sets.title",
        "start.go_gates.exam_done.title",
        "recovery.observe_min",
        "recovery.restrictions.no_driving_h",
        "recovery.restrictions.no_alcohol_h",
        *(f"assessment.contraindications.{code}.title" for code in NAMED),
    ),
    "neurology-gated": (
        "contact.consult_types.free-call.mode",
        "contact.consult_types.free-call.minutes",
        "contact.consult_types.free-call.price_usd",
        "assessment.neurology_gate.level",
        "dose.duration.shortest_min",
        "dose.duration.longest_min",
        "orders.prn_orders.ondansetron_nausea.triggers",
        "orders.prn_orders.midazolam_distress.triggers",
        "visit.place",
        "start.monitors",
        "recovery.observe_min",
    ),
    "tried-several": ("contact.first_contact", "contact.next_step_gates", "assessment.failed_classes_level"),
    "prescriber-range": (
        "contact.first_contact",
        "contact.consult_types.specialist.with_whom",
        "dose.target",
        "series.pattern",
        "visit.place",
        "preparation.escort.required",
    ),
}
DOSES = (
    "dose.duration.plan_min",
    "caps.session_mg",
    "series.sessions",
    "orders.prn_orders.ondansetron_nausea.dose",
    "orders.prn_orders.midazolam_distress.dose",
)
ASSUMED = dict.fromkeys(FIVE, DOSES)
for counts in ("stepped-series", "neurology-gated", "tried-several", "prescriber-range"):
    ASSUMED[counts] += ("assessment.failed_preventive_classes_min", "assessment.failed_acute_classes_min")
ASSUMED["short-total-dose"] += tuple(f"assessment.contraindications.{code}.level" for code in NAMED)
ASSUMED["neurology-gated"] += ("recovery.added_min_per_infusion_h", "assessment.neurology_gate.max_age_days")
ASSUMED["prescriber-range"] += ("contact.consult_types.specialist.price_usd", "recovery.observe_min")
TOPICS = {
    "stepped-series": {"series", "adjuncts", "monitoring", "place", "benefit_duration", "evidence"},
    "short-total-dose": {"series", "dose", "benefit_start", "benefit_duration", "attack_length"},
    "neurology-gated": {"adjuncts", "monitoring", "dose", "benefit_start", "benefit_duration", "attack_length"},
    "tried-several": {"series", "monitoring", "benefit_duration"},
    "prescriber-range": {"series", "monitoring", "aftercare", "dose", "benefit_start", "attack_length"},
}


def pairs(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(id, key) for id, keys in table.items() for key in keys]


@pytest.mark.parametrize(("id", "key"), pairs(STATED))
def test_what_a_clinic_states_is_marked_as_its_own(id, key):
    assert shipped(id).origins[key].status == "site"


@pytest.mark.parametrize(("id", "key"), pairs(ASSUMED))
def test_what_nobody_states_is_marked_as_assumed(id, key):
    assert shipped(id).origins[key].status == "assumption"


@pytest.mark.parametrize("id", FIVE)
def test_of_a_dose_only_its_length_is_stated_or_that_it_has_no_aim(id):
    stated = {key for key, origin in shipped(id).origins.items() if origin.status == "site"}

    assert not [key for key in stated if key.startswith(("caps.", "weight.", "fluids."))]
    assert {key for key in stated if key.startswith("dose.")} <= set(STATED[id])


@pytest.mark.parametrize("id", FIVE)
def test_what_is_said_without_a_number_is_kept_by_its_topic(id):
    assert {row.topic for row in shipped(id).statements} >= TOPICS[id]
