"""An hour and three quarters of a session, told up to now: what the screen is looked at with."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion.models import (
    Access,
    Adjunct,
    AdjunctEffect,
    Event,
    Infusion,
    Observation,
    RateChange,
    Responsible,
    Symptom,
)
from clearhead.clinic.plan.models import Escort, Session
from tests import builders
from tests.cast import member, petra
from tests.clinic.infusion.room import KG, hang, minutes

SETS = (
    (-13, 124, 78, 72, 98, 14, 7),
    (-7, 120, 76, 70, 98, 14, 7),
    (5, 126, 80, 74, 98, 14, 7),
    (10, 129, 82, 77, 98, 14, 6),
    (15, 131, 84, 79, 97, 13, 6),
    (31, 134, 85, 82, 97, 13, 5),
    (46, 138, 88, 83, 97, 13, 5),
    (61, 141, 89, 84, 97, 12, 4),
    (76, 139, 87, 81, 98, 13, 4),
    (91, 136, 86, 80, 98, 13, 3),
)
RATES = (
    (0, "start", "3.5"),
    (15, "change", "5.25"),
    (45, "change", "7"),
    (60, "pause", "0"),
    (64, "resume", "7"),
    (75, "change", "8.75"),
)


def lively(now: datetime, *, since_min: int = 102, **ordered: Any) -> Session:
    """Petra in chair 2: five steps, a mild floating, a nausea that was treated."""
    prn = ["ondansetron_nausea", "midazolam_distress", "labetalol_pressure"]
    numbers = {"dose": {"start_rate_mg_per_kg_h": "0.1", "step_up_mg_per_kg_h": "0.05", "step_interval_min": "20"}}
    began = now - minutes(since_min)
    signed = builders.order(petra(), at=now - timedelta(days=6), prn_orders=prn, **numbers, **ordered)
    session = builders.session(petra(), number=3, starts_at=began - minutes(30), signed=signed)
    nina = member("nina")

    def told(minute: float, **more: Any) -> dict[str, Any]:
        when = began + minutes(minute)
        return {"session": session, "happened_at": when, "recorded_at": when, "recorded_by": nina, **more}

    bag = hang(session, began)
    Infusion.objects.create(
        session=session, patient=session.patient, site=session.site, weight_kg=KG, started_at=began, last_fact=40
    )
    for minute, kind, pump in RATES:
        RateChange.objects.create(
            **told(minute), bag=bag, kind=kind, entered_value=Decimal(pump), entered_unit="mL/h",
            pump_ml_per_h=Decimal(pump), intended=True, second_person=member("omar") if kind == "start" else None,
        )  # fmt: skip
    for minute, high, low, pulse, oxygen, breaths, pain in SETS:
        Observation.objects.create(
            **told(minute), phase="baseline" if minute < 0 else "infusion", sys=high, dia=low, hr=pulse, spo2=oxygen,
            rr=breaths, sedation=0 if minute < 40 else -1, pain=pain, nausea=0, dissociation=1 if minute > 30 else 0,
            iv_site="clear", kind="full" if minute in (-7, 31, 61) else "core",
        )  # fmt: skip
    Symptom.objects.create(**told(30), symptom="dissociation", grade=1)
    nausea = Symptom.objects.create(**told(55), symptom="nausea", grade=2)
    Symptom.objects.create(**told(73), symptom="nausea", grade=0)
    drug = Adjunct.objects.create(
        **told(58), order_id="ondansetron_nausea", ingredient_id="ondansetron", dose=4, unit="mg", route="IV",
        symptom=nausea, recheck_at=began + minutes(73),
    )  # fmt: skip
    AdjunctEffect.objects.create(**told(73), adjunct=drug, effect="better")
    Event.objects.create(**told(60.2), kind="toilet", text="walked with Nina")
    Event.objects.create(**told(80), kind="asleep")
    Event.objects.create(**told(46), kind="no_new_symptoms")
    Access.objects.create(**told(-30), body_site="forearm", side="left", gauge=22)
    Responsible.objects.create(**told(-20), nurse=nina)
    Escort.objects.create(
        session=session,
        name="Jonas",
        phone="555 0199",
        reached_at=began,
        happened_at=began,
        recorded_at=began,
        recorded_by=nina,
    )
    Allergy.objects.create(
        patient=session.patient,
        substance="penicillin",
        reaction="rash",
        severity="mild",
        happened_at=began,
        recorded_at=began,
    )
    return session
