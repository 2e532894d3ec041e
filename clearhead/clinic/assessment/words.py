"""What is asked in the history, by group, and which results are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

GROUPS: dict[str, tuple[Any, dict[str, Any]]] = {
    "headache": (
        _("The headache itself"),
        {
            "five_attacks": _("At least five attacks in life"),
            "lasts_4_to_72_h": _("Attacks last 4 to 72 hours untreated"),
            "unilateral": _("One-sided"),
            "pulsating": _("Throbbing"),
            "moderate_or_severe": _("Moderate or severe"),
            "worse_with_activity": _("Worse with movement"),
            "nausea_or_vomiting": _("Nausea or vomiting"),
            "light_and_sound": _("Light and sound both hurt"),
            "aura": _("Aura in at least two attacks"),
            "work_lost": _("Work, school or household days lost in the last three months"),
        },
    ),
    "heart_and_lungs": (
        _("Heart, vessels and lungs"),
        {
            "chest_pain": _("Chest pain or breathlessness on effort"),
            "palpitations": _("Irregular or racing heartbeat, fainting"),
            "heart_operation": _("Heart operation, stent or pacemaker"),
            "sleep_apnoea": _("Sleep apnoea, loud snoring or home oxygen"),
            "asthma_or_copd": _("Asthma or other lung disease"),
            "difficult_airway": _("Trouble with an anaesthetic or a tube, in oneself or the family"),
        },
    ),
    "body": (
        _("Liver, kidneys, bladder, glands"),
        {
            "hepatitis": _("Hepatitis or other liver disease"),
            "kidney_disease": _("Kidney disease"),
            "bladder_pain": _("Pain or urgency of the bladder, blood in the urine"),
            "diabetes": _("Diabetes"),
            "thyroid": _("Thyroid disease"),
            "reflux": _("Reflux or slow stomach"),
        },
    ),
    "mind": (
        _("Mood and mind"),
        {
            "depression_or_anxiety": _("Depression or anxiety"),
            "hallucinations_ever": _("Hallucinations or paranoia, ever"),
            "mania_ever": _("Mania, ever"),
            "self_harm_ever": _("Self-harm or an attempt on one's life, ever"),
            "trauma": _("Trauma that comes back"),
            "family_psychosis": _("Psychosis or mania in a parent, brother or sister"),
        },
    ),
    "substances": (
        _("Substances"),
        {
            "alcohol_over_guideline": _("Alcohol on most days, or much at a time"),
            "cannabis": _("Cannabis"),
            "opioids_daily": _("Opioids every day"),
            "ketamine_outside_clinic": _("Ketamine outside a clinic, at home or for pleasure"),
            "tobacco": _("Tobacco or nicotine"),
        },
    ),
    "living": (
        _("At home"),
        {
            "escort": _("An adult can take the patient home"),
            "drives_for_work": _("Drives or works with machines for a living"),
            "lives_alone": _("Lives alone"),
            "remedies": _("Oils, tinctures or herbs tried"),
        },
    ),
}
EVERY_ITEM = {item: question for _title, items in GROUPS.values() for item, question in items.items()}
DIAGNOSIS = "diagnosis"
MEDICINES_CONFIRMED = "medicines_confirmed"
FLAG = "flag:"
SETTLED = "settled:"
APPLIES = "applies:"


@dataclass(frozen=True, slots=True)
class ResultKind:
    """One kind of dated result: its unit and what can be typed."""

    name: str
    title: Any
    unit: str = ""
    low: str = ""
    high: str = ""
    places: int = 0


RESULTS = {
    kind.name: kind
    for kind in (
        ResultKind("pdmp", _("Prescription-monitoring check")),
        ResultKind("pregnancy_test", _("Pregnancy test")),
        ResultKind("liver_panel", _("Liver tests: highest, as times the upper limit"), "× ULN", "0", "100", 2),
        ResultKind("ecg", _("Electrocardiogram")),
        ResultKind("urine_symptoms", _("Four questions on the bladder")),
        ResultKind("tsh", _("Thyroid: TSH"), "mIU/L", "0", "200", 3),
        ResultKind("creatinine", _("Creatinine"), "mg/dL", "0.1", "25", 2),
        ResultKind("hba1c", _("HbA1c"), "%", "3", "20", 1),
        ResultKind("mri", _("Imaging of the head")),
        ResultKind("other", _("Another result")),
    )
}
