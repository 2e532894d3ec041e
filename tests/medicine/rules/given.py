"""Ordinary facts that pass every gate; each test changes the one thing it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from clearhead.medicine.headache.diary import Day, DiaryCounts, Severity, Window, count
from clearhead.medicine.headache.red_flags import FLAGS, red_flags
from clearhead.medicine.protocols.loader import shipped
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.discharge import DischargeFacts, Padss
from clearhead.medicine.rules.dose import Bag, DoseAccount, RateChange, account
from clearhead.medicine.rules.eligibility import Condition, EligibilityFacts, Result, State
from clearhead.medicine.rules.interactions import MedicineFacts
from clearhead.medicine.rules.limits import VitalsSet
from clearhead.medicine.rules.rate import Intention, RateFacts
from clearhead.medicine.rules.start import FastingFacts, GateAnswer, StartFacts

TEN = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)  # ten in the morning in Phoenix
KG = Decimal(70)
RESTING = {
    "systolic_mmhg": Decimal(120),
    "diastolic_mmhg": Decimal(75),
    "heart_rate_per_min": Decimal(70),
    "spo2_percent": Decimal(98),
    "respirations_per_min": Decimal(14),
    "sedation_rass": Decimal(0),
}


def after(minutes: float) -> datetime:
    return TEN + timedelta(minutes=minutes)


@cache
def protocol(name: str = "stepped-series") -> Protocol:
    return shipped(name)


def vitals(minute: float, during: str = "infusion", **signs: int) -> VitalsSet:
    """A full set with resting values except for what is named (systolic=, pulse=, spo2= …)."""
    names = {
        "systolic": "systolic_mmhg",
        "diastolic": "diastolic_mmhg",
        "pulse": "heart_rate_per_min",
        "spo2": "spo2_percent",
        "breaths": "respirations_per_min",
        "rass": "sedation_rass",
        "temperature": "temperature_c",
    }
    return VitalsSet(after(minute), RESTING | {names[key]: Decimal(value) for key, value in signs.items()}, during)


def running(mg_per_h: str, *, mg_per_ml: str = "1", minutes: float = 60) -> DoseAccount:
    """An infusion at this rate since TEN, at TEN + minutes."""
    bag = Bag("bag 1", Decimal(mg_per_ml), Decimal(250))
    rate = RateChange(TEN, "start", Decimal(mg_per_h) / Decimal(mg_per_ml), "bag 1")
    return account([rate], [bag], until=after(minutes))


def not_started() -> DoseAccount:
    return account([], [], until=TEN)


def start_of(value: str, unit: str = "mg/h", **known: object) -> RateFacts:
    """A nurse wants to start the stepped example (0.1 mg/kg/h = 7 mg/h at 70 kg) for four hours."""
    facts = {
        "role": "nurse",
        "weight_kg": KG,
        "mg_per_ml": Decimal(1),
        "given": not_started(),
        "planned_end": after(240),
        "earlier_mg_24h": Decimal(0),
        "earlier_mg_course": Decimal(0),
        "earlier_mg_year": Decimal(0),
        "earlier_sessions_year": 0,
        "second_person": True,
    } | known
    return RateFacts(Intention("start", Decimal(value), unit), **facts)


def change_to(value: str, unit: str = "mg/h", *, now: str = "7", minutes: float = 60, **known: object) -> RateFacts:
    """A nurse wants another rate after `minutes` at `now` mg/h, the last change being the start."""
    facts = {
        "role": "nurse",
        "weight_kg": KG,
        "mg_per_ml": Decimal(1),
        "given": running(now, mg_per_ml=str(known.get("mg_per_ml", "1")), minutes=minutes),
        "planned_end": after(240),
        "started_at": TEN,
        "last_change_at": TEN,
        "earlier_mg_24h": Decimal(0),
        "earlier_mg_course": Decimal(0),
        "earlier_mg_year": Decimal(0),
        "earlier_sessions_year": 0,
        "second_person": True,
    } | known
    return RateFacts(Intention("change", Decimal(value), unit), **facts)


def full_diary(headache_days: int = 20) -> DiaryCounts:
    first = TEN.date() - timedelta(days=28)
    days = [
        Day(first + timedelta(days=n), Severity.MODERATE if n < headache_days else Severity.NONE) for n in range(28)
    ]
    return count(days, [], [], Window(first, TEN.date() - timedelta(days=1)))


def candidate(of: Protocol, **known: object) -> EligibilityFacts:
    """A person against whom nothing stands."""
    today = TEN.date()
    facts = {
        "indication": of.indications[0],
        "age_years": 41,
        "conditions": {rule.code: Condition(State.ABSENT, today) for rule in of.assessment.contraindications},
        "medicines": MedicineFacts((), TEN, ()),
        "red_flags": red_flags({flag.id: False for flag in FLAGS}),
        "neurologist_seen_on": today - timedelta(days=30),
        "failed_preventive_classes": 4,
        "failed_acute_classes": 3,
        "diary": full_diary(),
        "results": {test.name: Result(today - timedelta(days=1), True) for test in of.assessment.tests},
        "tests_apply": {test.name: True for test in of.assessment.tests},
    } | known
    return EligibilityFacts(**facts)


def ready(of: Protocol, **known: object) -> StartFacts:
    """Everything asked before the start, answered five minutes ago."""
    facts = {
        "answers": {gate.fact: GateAnswer(True, after(-5)) for gate in of.start.go_gates},
        "fasting": FastingFacts(after(-10), after(-13 * 60), after(-15 * 60), after(-3 * 60)),
        "readiness": {check: after(-60) for check in of.start.readiness_checks},
        "resting_sets": (vitals(-12, "pre_start"), vitals(-6, "pre_start")),
    } | known
    return StartFacts(**facts)


def recovered(of: Protocol, **known: object) -> DischargeFacts:
    """A patient who may go at after(90): the infusion ended at TEN after four hours."""
    answers = {criterion.id: True for criterion in of.recovery.discharge.criteria}
    facts = {
        "disposition": "criteria_met",
        "infusion_min": Decimal(240),
        "ended_at": TEN,
        "baseline_systolic": Decimal(120),
        "baseline": RESTING,
        "sets": (vitals(60, "recovery"), vitals(80, "recovery")),
        "score": Padss(2, 2, 2, 2),
        "looked_at": after(85),
        "answers": answers,
        "on_oxygen": False,
        "pain_on_arrival": 6,
        "pain_now": 3,
        "pain_acceptable": True,
    } | known
    return DischargeFacts(**facts)


def gates(verdict: object) -> dict[str, str]:
    """What each gate said, without those that allow."""
    return {r.gate: r.outcome.value for r in verdict.reasons if r.outcome.value != "allowed"}


TODAY: date = TEN.date()
