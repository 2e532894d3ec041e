"""Every write of the assessment."""

from clearhead.clinic.assessment.actions.base import AssessmentRefused
from clearhead.clinic.assessment.actions.decide import DecisionRefused, sign_decision
from clearhead.clinic.assessment.actions.record import (
    add_allergy,
    add_medication,
    add_trial,
    confirm_diagnosis,
    confirm_medicines,
    record_answers,
    record_no_known_allergies,
    stop_medication,
    strike_allergy,
    strike_trial,
)
from clearhead.clinic.assessment.actions.results import (
    close_item,
    record_measurement,
    record_referral,
    record_scale,
    strike_measurement,
)

__all__ = [
    "AssessmentRefused",
    "DecisionRefused",
    "add_allergy",
    "add_medication",
    "add_trial",
    "close_item",
    "confirm_diagnosis",
    "confirm_medicines",
    "record_answers",
    "record_measurement",
    "record_no_known_allergies",
    "record_referral",
    "record_scale",
    "sign_decision",
    "stop_medication",
    "strike_allergy",
    "strike_measurement",
    "strike_trial",
]
