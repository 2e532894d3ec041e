"""Recovery as the tests find it: a session that ended an hour after it began, and everything that lets one go home."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from clearhead.clinic.infusion.models import Access, DrugClosure, Infusion, Observation, PumpReading, RateChange
from clearhead.clinic.plan.models import Escort, Session
from clearhead.clinic.recovery import actions
from tests.cast import AT_TEN, member
from tests.clinic.infusion import room
from tests.clinic.infusion.room import minutes

ENDED = AT_TEN + minutes(60)
GOOD = {"vital_signs": 2, "activity": 2, "nausea": 2, "pain": 2}
SEEN = {"oriented": True, "gait_steady": True, "dissociation_gone": True, "nausea_tolerable": True}
PARTS = ("sets", "score", "oriented", "gait_steady", "dissociation_gone", "pain_said", "catheter", "escort")


def fact(model: Any, session: Session, at: datetime, **fields: Any) -> Any:
    return model.objects.create(
        session=session, happened_at=at, recorded_at=at, recorded_by=member("nina"), **fields
    )  # fmt: skip


def ended(at: datetime = ENDED, **ordered: Any) -> Session:
    """The pump was stopped at eleven, seen stopped, the drug accounted for; a catheter lies, Jonas was named."""
    session = room.running(**ordered)
    bag = session.bags.get()
    Observation.objects.filter(session=session)
    fact(Observation, session, AT_TEN - minutes(25), phase="baseline", pain=7, sys=124, dia=76)
    fact(
        RateChange, session, at, bag=bag, kind="end", entered_value=Decimal(0), entered_unit="mL/h",
        pump_ml_per_h=Decimal(0), intended=True,
    )  # fmt: skip
    Infusion.objects.filter(session=session).update(ended_at=at)
    fact(PumpReading, session, at, bag=bag, pump_ml=Decimal(7), charted_ml=Decimal(7), stopped=True)
    closing = {"drawn_mg": 250, "given_mg": 7, "left_mg": 12, "wasted_mg": 231, "difference_mg": 0}
    fact(DrugClosure, session, at, **closing)
    fact(Access, session, AT_TEN - minutes(30), body_site="forearm", side="left", gauge=22)
    fact(Escort, session, AT_TEN, name="Jonas Lindqvist", phone="555 0177", reached_at=AT_TEN, may_be_told=True)
    return Session.objects.get(pk=session.pk)


def taken(session: Session, at: datetime, **changed: Any) -> Observation:
    """A calm set in recovery."""
    values = {"sys": 122, "dia": 75, "hr": 70, "rr": 14, "spo2": 98, "o2_l_per_min": Decimal(0), "sedation": 0}
    return fact(Observation, session, at, **{"phase": "recovery", **values, **changed})


def ready(session: Session, at: datetime, without: frozenset[str] = frozenset()) -> None:
    """Everything that can be true at this moment, except what is named."""
    if "sets" not in without:
        taken(session, at - minutes(20))
        taken(session, at - minutes(5), phase="discharge")
    if "score" not in without:
        answers = {key: value for key, value in SEEN.items() if key not in without}
        pain = {} if "pain_said" in without else {"pain": 4, "pain_acceptable": True}
        actions.score(session=session, items=GOOD, answers=answers, by=member("nina"), at=at, **pain)
    if "catheter" not in without:
        actions.take_catheter_out(session=session, by=member("nina"), at=at)
    if "escort" not in without:
        actions.meet_escort(session=session, name="Jonas", by=member("nina"), at=at)


def go(session: Session, at: datetime, **said: Any) -> Any:
    """Discharge with the label, unless told otherwise."""
    return actions.discharge(
        **{"session": session, "disposition": "criteria_met", "by": member("nina"), "at": at,
           "instructions_ack": True, **said}
    )  # fmt: skip
