"""A morning at Mesa: everything that has to stand before the pump starts, through the actions themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.consent import actions as consent
from clearhead.clinic.consent import queries as reading
from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.queries import protocol_of
from clearhead.clinic.infusion.queries.gates import DERIVED
from clearhead.clinic.plan.models import Escort, Session
from clearhead.clinic.policy.models import ProtocolVersion
from tests import builders
from tests.cast import AT_TEN, LONG_AGO, PIN, member, mesa, petra
from tests.clinic.infusion.room import minutes, second
from tests.clinic.plan import house

CALM = {"sys": 124, "dia": 76, "hr": 72, "rr": 14, "spo2": 98, "sedation": 0}


def booked(*, consented: bool = True, version: ProtocolVersion | None = None, **drafted: Any) -> Session:
    """Petra, found suitable, ordered for, consenting, with a session this morning."""
    house.suitable()
    if version is not None:
        builders.adopt_version(mesa(), version, at=LONG_AGO + timedelta(days=1))
    order = house.signed(AT_TEN - timedelta(days=6), **drafted)
    if consented:
        consent.sign(
            order=order, typed_name="Petra Lindqvist", birth_date=petra().birth_date,
            teach_back=dict.fromkeys(reading.TEACH_BACK, "I can say stop at any time; I may fall"),
            choices=dict.fromkeys(reading.choices_asked(order), False), read_sha256=reading.reading_of(order).sha256,
            via="link", by=None, at=AT_TEN - timedelta(days=5),
        )  # fmt: skip
    return builders.session(petra(), signed=order)


def prepared(session: Session, at: datetime = AT_TEN, *, without: str = "") -> Session:
    """Every gate answered shortly before `at`, except the one named."""
    for gate, step in STEPS.items():
        if gate != without:
            step(session, at)
    asked = [gate.fact for gate in protocol_of(session).start.go_gates if gate.fact not in {*DERIVED, *STEPS}]
    for gate in asked:
        if gate != without:
            actions.answer_gate(session=session, gate=gate, value={"ok": True}, by=member("dario"), at=at - minutes(20))
    return session


def _sets(session: Session, at: datetime) -> None:
    for before in (12, 5):
        values = {**CALM, "hr": 72 + before}
        actions.observe(session=session, values=values, by=member("nina"), at=at - minutes(before))


def _ready(session: Session, at: datetime) -> None:
    for check in protocol_of(session).start.readiness_checks:
        gate = f"readiness:{check}"
        actions.answer_gate(session=session, gate=gate, value={"ok": True}, by=member("nina"), at=at - minutes(60))


def _weigh(session: Session, at: datetime) -> None:
    actions.weigh(session=session, value=Decimal("70"), unit="kg", by=member("nina"), at=at - minutes(30))


def _access(session: Session, at: datetime) -> None:
    actions.place_access(
        session=session, body_site="forearm", side="left", gauge=20, by=member("nina"), at=at - minutes(25)
    )


def _bag(session: Session, at: datetime) -> None:
    actions.prepare_bag(
        session=session, strength=0, lot="K-1204", by=member("nina"), at=at - minutes(15), second=second("7")
    )


def _fasting(session: Session, at: datetime) -> None:
    value = {"ok": True, "light_meal_at": (at - minutes(700)).isoformat()}
    actions.answer_gate(session=session, gate="fasting", value=value, by=member("nina"), at=at - minutes(30))


def _escort(session: Session, at: datetime) -> None:
    Escort.objects.create(
        session=session, name="Jonas", phone="555 0199", reached_at=at - minutes(90), happened_at=at - minutes(90),
        recorded_at=at - minutes(90), recorded_by=member("fern"),
    )  # fmt: skip


def _prescriber(session: Session, at: datetime) -> None:
    actions.note(session=session, kind="prescriber_in", by=member("dario"), at=at - minutes(30))


def _allergies(session: Session, at: datetime) -> None:
    Allergy.objects.create(patient=session.patient, none_known=True, happened_at=at, recorded_at=at)
    actions.answer_gate(
        session=session, gate="allergies_reviewed", value={"ok": True}, by=member("nina"), at=at - minutes(20)
    )


STEPS = {
    "weight_today": _weigh,
    "iv_access": _access,
    "bag_checked": _bag,
    "fasting": _fasting,
    "escort_reached": _escort,
    "prescriber_present": _prescriber,
    "readiness_check": _ready,
    "baseline_sets": _sets,
    "allergies_reviewed": _allergies,
}


def go(session: Session, at: datetime = AT_TEN) -> Any:
    """The signed go."""
    return actions.sign_go(session=session, go=True, secret=actions.Secret(PIN), by=member("nina"), at=at)


def start(session: Session, at: datetime = AT_TEN, **said: Any) -> Any:
    """The start at 0.1 mg/kg/h, checked by Omar."""
    wanted = {"value": Decimal("0.1"), "unit": "mg/kg/h", "ask": actions.Ask(second=second("7")), **said}
    return actions.start(session=session, by=member("nina"), at=at, **wanted)
