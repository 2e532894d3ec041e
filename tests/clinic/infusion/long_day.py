"""Sessions as long and as full as paper has to bear, and a reader of what the PDF engine made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from clearhead.clinic.infusion.models import (
    Adjunct,
    AdjunctEffect,
    Bolus,
    Check,
    DrugClosure,
    Event,
    Flag,
    FlagAck,
    Flush,
    Infusion,
    Observation,
    PumpReading,
    RateChange,
    Symptom,
)
from clearhead.clinic.plan.models import Escort, Session
from tests.cast import member
from tests.clinic.infusion.room import KG, hang, minutes, visit


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as it was laid out: its words, its first heading, how far down its content reaches, in mm."""

    title: str
    words: str
    bottom_mm: float
    high_mm: float


def sheets(laid: Any) -> list[Sheet]:
    """The pages of WeasyPrint's own layout: what the PDF holds, page by page."""
    return [_sheet(page) for page in laid.pages]


def _sheet(page: Any) -> Sheet:
    boxes = list(page._page_box.descendants())
    texts = [box for box in boxes if getattr(box, "text", "")]
    title = next((box.text for box in texts if box.element_tag == "h1"), "")
    bottom = max(box.position_y + box.height for box in texts) / 96 * 25.4
    words = re.sub(r"\s+", " ", " ".join(box.text for box in texts))
    return Sheet(title, words, bottom, page.height / 96 * 25.4)


def long_day(began: datetime, hours: float, *, every_min: int = 15, busy: int = 1, ended: bool = True) -> Session:
    """A session of so many hours with a set every few minutes; `busy` times as many events as usual."""
    session, nina = visit(), member("nina")

    def told(minute: float, late: float = 0.2) -> dict[str, Any]:
        when = began + minutes(minute)
        return {
            "session": session, "happened_at": when, "recorded_at": when + minutes(late), "recorded_by": nina
        }  # fmt: skip

    bag, last = hang(session, began), hours * 60
    Infusion.objects.create(
        session=session, patient=session.patient, site=session.site, weight_kg=KG, started_at=began,
        ended_at=began + minutes(last) if ended else None,
    )  # fmt: skip
    setting(told(0), bag, "start", "7", second_person=member("omar"))
    for place in range(1, min(5 * busy, int(last / 20))):
        setting(told(place * 20), bag, "change", f"{7 + place % 9 * Decimal('1.75')}")
    for minute in range(-30, int(last) + 91, every_min):
        far = minute % 60
        phase = "baseline" if minute < 0 else "infusion" if minute < last else "recovery"
        Observation.objects.create(
            **told(minute, 12 if minute == 45 else 0.2), phase=phase, sys=122 + far % 20, dia=76 + far % 9,
            hr=70 + far % 11, rr=14, spo2=98 if far else None, sedation=-1, pain=7 - far % 5,
            nausea=0, dissociation=1, iv_site="clear", kind="full", why_not={} if far else {"spo2": "artefact"},
            o2_l_per_min=Decimal(2) if 60 < minute < 120 else Decimal(0),
        )  # fmt: skip
    for place in range(2 * busy):
        sick = Symptom.objects.create(
            **told(30 + 37 * place % last), symptom=["nausea", "dissociation"][place % 2], grade=1 + place % 3
        )
        Symptom.objects.create(**told((30 + 37 * place) % last + 25), symptom=sick.symptom, grade=0)
        drug = Adjunct.objects.create(
            **told((36 + 41 * place) % last), order_id="ondansetron_nausea", ingredient_id="ondansetron", dose=4,
            unit="mg", route="IV", symptom=sick, recheck_at=began + minutes(90),
        )  # fmt: skip
        AdjunctEffect.objects.create(**told((56 + 41 * place) % last), adjunct=drug, effect="better")
        flag = Flag.objects.create(
            **told(50 + 31 * place), rule="bp_high", level="medium", sentence=f"Upper pressure {150 + place} mmHg."
        )
        FlagAck.objects.create(**told(55 + 31 * place), flag=flag, done="Rate lowered.")
    for place in range(3 * busy):
        Event.objects.create(
            **told((20 + 23 * place) % last), kind="note", text=f"Note {place}: the light was dimmed and music put on"
        )
    if ended:
        closing(session, told, bag, last)
    return Session.objects.get(pk=session.pk)


def setting(told: dict[str, Any], bag: Any, kind: str, pump: str, **more: Any) -> RateChange:
    return RateChange.objects.create(
        **told, bag=bag, kind=kind, entered_value=Decimal(pump), entered_unit="mL/h", pump_ml_per_h=Decimal(pump),
        intended=True, **more,
    )  # fmt: skip


def closing(session: Session, told: Any, bag: Any, last: float) -> None:
    """A bolus, a flush, an emergency, two corrections, the end, the pump seen stopped, the drug accounted for."""
    Bolus.objects.create(
        **told(40), bag=bag, mg=Decimal("3.5"), over_min=5, intended=True, second_person=member("omar")
    )
    Flush.objects.create(**told(last + 2), ml=Decimal(12), over_min=2)
    Check.objects.create(
        **told(1), act="start", checker=member("omar"), weight_kg=KG, mg_per_ml=Decimal(1), ml_per_h=Decimal(7)
    )
    Event.objects.create(**told(last - 10), kind="emergency", detail={"what": "drug"}, text="flumazenil 0.2 mg IV")
    setting(told(last), bag, "end", "0")
    PumpReading.objects.create(**told(60), bag=bag, pump_ml=Decimal("7.1"), charted_ml=Decimal("7"))
    PumpReading.objects.create(
        **told(last + 1), bag=bag, pump_ml=Decimal("104.5"), charted_ml=Decimal("105"), stopped=True
    )
    DrugClosure.objects.create(
        **told(last + 15),
        drawn_mg=250,
        given_mg=105,
        left_mg=12,
        wasted_mg=133,
        difference_mg=0,
        witness=member("omar"),
    )
    wrong = Observation.objects.create(**told(50), phase="infusion", sys=241, dia=80, hr=72)
    right = told(50, 30)
    Observation.objects.create(
        **{**right, "recorded_by": member("omar")}, phase="infusion", sys=141, dia=80, hr=72, corrects=wrong
    )
    Escort.objects.create(
        session=session, name="Jonas Lindqvist", phone="555 0177", reached_at=told(0)["happened_at"], may_be_told=True,
        happened_at=told(0)["happened_at"], recorded_at=told(0)["happened_at"],
    )  # fmt: skip
