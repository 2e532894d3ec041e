"""The words that protocols and pages share. A protocol that names another one is refused: nobody could answer it."""

from __future__ import annotations

NEXT_STEP_GATES = {
    "consult_held": "The consultation has taken place",
    "consult_invites": "The consultation ended with an invitation",
    "other_treatments_insufficient": "Other medicines did not help enough",
    "full_history_taken": "The full history and a list of medicines and supplements are on file",
    "neurologist_seen": "A neurologist has looked for other causes",
    "several_medicines_tried": "Several medicines have been tried",
    "specialist_consult_held": "A sedation specialist has seen the patient",
}
GO_FACTS = {
    "two_identifiers": "Name and birth date asked and matched",
    "consent_current": "Signed consent matches the order",
    "willing_today": "The patient wants this today and can decide",
    "decision_current": "The candidacy decision is signed and has not expired",
    "order_current": "The order is signed and its protocol version has not been withdrawn",
    "prescriber_present": "A prescriber is present as the protocol asks",
    "readiness_check": "The emergency readiness check is done",
    "day_rescreen": "Medicines, headache, fever, mood and new events asked today",
    "pregnancy_status": "Pregnancy status known where it matters",
    "fasting": "Fasting kept",
    "escort_reached": "The escort is named and reached",
    "baseline_sets": "Resting baseline sets charted",
    "exam_done": "Physical examination done",
    "weight_today": "Weight measured",
    "iv_access": "A patent intravenous line",
    "bag_checked": "Pump and bag checked by a second person",
    "allergies_reviewed": "Allergies reviewed today",
    "tests_current": "Every asked test is on file and current",
    "glucose_today": "Glucose measured where a glucose-lowering medicine is taken",
    "monitors_on": "Every monitor the protocol asks for is on",
}
DAY_QUESTIONS = {
    "medicines_changed": "Any medicine new, stopped or changed?",
    "triptan": "A triptan in the last 24 hours?",
    "dhe": "Dihydroergotamine or another ergot in the last 24 hours?",
    "opioid": "An opioid in the last 24 hours?",
    "benzodiazepine": "A benzodiazepine or sleeping pill in the last 24 hours?",
    "butalbital": "Butalbital in the last 24 hours?",
    "stimulant": "A stimulant today?",
    "cannabis": "Cannabis in the last 24 hours?",
    "alcohol": "Alcohol in the last 24 hours?",
    "headache_different": "Is today's headache different from the usual one?",
    "thunderclap": "A sudden worst headache since last time?",
    "fever": "Fever, or ill today?",
    "deficit": "New weakness, numbness, trouble seeing, speaking or walking?",
    "mood": "Mood much worse than usual?",
    "suicidality": "Thoughts of not wanting to live, or of self-harm?",
    "events": "A fall, an injury, a visit to hospital, or anything else new?",
}
READINESS_CHECKS = {
    "oxygen": "Oxygen with mask, flow tried",
    "suction": "Suction tried",
    "airway_kit": "Bag, masks and airways",
    "aed": "Defibrillator, self-test passed",
    "cart_sealed": "Emergency cart sealed and in date",
    "rescue_drugs": "Rescue drugs in date",
    "monitor": "Monitor alarms on",
    "call_bell": "Call bell within reach",
    "responder_named": "Responder to an emergency named",
    "capnography_ready": "Capnography ready",
}
SIGNS = {
    "systolic_mmhg": "Systolic",
    "diastolic_mmhg": "Diastolic",
    "heart_rate_per_min": "Heart rate",
    "spo2_percent": "SpO₂",
    "respirations_per_min": "Respirations",
    "temperature_c": "Temperature",
    "sedation_rass": "Sedation",
}
MONITORS = {
    "spo2_continuous": "Oxygen saturation, continuous",
    "bp_cuff": "Blood pressure cuff",
    "ecg": "Electrocardiogram, continuous",
    "capnography": "Capnography",
    "eye_contact": "A nurse in sight",
}
DISCHARGE_CRITERIA = {
    "min_observation": "Observation time is over",
    "oriented": "Knows who, where and when",
    "gait_steady": "Walks steadily",
    "dissociation_gone": "Feels present again",
    "nausea_tolerable": "Nausea gone or slight",
    "pain_acceptable": "Pain acceptable and not worse than on arrival",
    "bp_near_baseline": "Blood pressure near the resting baseline",
    "spo2_room_air": "Oxygen saturation fine without oxygen",
    "catheter_out": "Intravenous catheter out, site dry",
    "symptoms_closed": "Every symptom resolved or handed over in writing",
    "escort_met": "The escort is here",
    "instructions_acknowledged": "Instructions read and acknowledged",
    "after_reversal_time": "Time after a reversal medicine is over",
}
RECONSENT_EVENTS = {
    "order_changed": "the order changes in kind, dose band, number, length or price",
    "new_risk_known": "a new risk becomes known",
    "serious_event": "a serious event happened",
    "text_changed": "the text changed in substance",
}
SEPARATE_CONSENTS = {
    "registry": "use of pseudonymous data in the registry",
    "messages": "messages by mail or text",
    "photo": "a photograph in the record",
    "escort_contact": "calling the escort",
    "release_to_neurologist": "a summary to the neurologist",
}
SCALES = ("nrs_pain", "sedation_rass", "dissociation", "nausea", "phq9", "midas", "hit6", "cssrs_screen", "padss")
OWNERS = ("nurse", "prescriber", "desk", "pharmacist", "medical_director", "none")
INDICATIONS = {
    "chronic_migraine": "Chronic migraine",
    "refractory_migraine": "Migraine that other treatments did not help enough",
    "status_migrainosus": "A migraine attack that does not end",
}
RESPONSE_RULES = {
    "responder_50_moderate_severe_v1": "at least 50 percent fewer moderate or severe headache days in 28 days",
    "responder_30_moderate_severe_v1": "at least 30 percent fewer moderate or severe headache days in 28 days",
}
RELAPSE_RULES = {
    "relapse_below_30_confirmed_14_v1": "28 days with less than 30 percent improvement, confirmed by 14 more",
}
CONSENT_TEXTS = ("ketamine-infusion", "sedation", "inpatient-stay")
