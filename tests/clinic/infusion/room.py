"""The room as the tests find it: a running chair, a second person, a set of vital signs."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from clearhead.clinic.infusion.actions import Ask, ChairRefused, SecondPerson, Secret, strike
from clearhead.clinic.infusion.models import Bag, ChairFact, Infusion, Observation, RateChange, Responsible
from clearhead.clinic.infusion.queries.doses import dose_rows
from clearhead.clinic.people.models import Credential, User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.policy.models import ProtocolVersion
from clearhead.medicine.rules.verdict import Outcome
from tests import builders
from tests.cast import AT_TEN, LONG_AGO, PIN, member, petra

KG = Decimal("70")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def visit(**ordered: Any) -> Session:
    """Petra's session under the stepped protocol; every standing order is signed for her."""
    prn = ["ondansetron_nausea", "midazolam_distress", "labetalol_pressure"]
    numbers = {"dose": {"start_rate_mg_per_kg_h": "0.1", "step_up_mg_per_kg_h": "0.05", "step_interval_min": "20"}}
    return builders.session(petra(), signed=builders.order(petra(), **{"prn_orders": prn, **numbers, **ordered}))


def hang(session: Session, at: datetime = AT_TEN, mg_per_ml: str = "1", **changed: Any) -> Bag:
    """A checked bag of the protocol's strength."""
    ml = Decimal("250")
    return Bag.objects.create(
        **{
            "session": session,
            "drug_form": "racemic",
            "mg": ml * Decimal(mg_per_ml),
            "ml": ml,
            "mg_per_ml": Decimal(mg_per_ml),
            "diluent": "sodium chloride 0.9 %",
            "lot": "K-1204",
            "prime_ml": Decimal("12"),
            "prepared_by": member("nina"),
            "checked_by": member("omar"),
            "happened_at": at - minutes(20),
            "recorded_at": at - minutes(20),
            "recorded_by": member("nina"),
            **changed,
        }
    )


def resting(session: Session, at: datetime = AT_TEN) -> None:
    """Two calm sets before the start."""
    for before in (minutes(15), minutes(5)):
        Observation.objects.create(
            session=session, phase="baseline", sys=124, dia=76, hr=72, rr=14, spo2=98, sedation=0,
            happened_at=at - before, recorded_at=at - before, recorded_by=member("nina"),
        )  # fmt: skip


CALM = {"sys": 124, "dia": 76, "hr": 72, "rr": 14, "spo2": 98, "sedation": 0}


def looked(session: Session, at: datetime, **changed: Any) -> Observation:
    """A calm set of this moment: what is asked for before more drug or a sedative."""
    return Observation.objects.create(
        session=session, phase="infusion", **{**CALM, **changed}, happened_at=at, recorded_at=at,
        recorded_by=member("nina"),
    )  # fmt: skip


def running(
    at: datetime = AT_TEN, ml_per_h: str = "7", session: Session | None = None, mg_per_ml: str = "1", **ordered: Any
) -> Session:
    """A session that was started at `at` with 7 mg/h (0.1 mg/kg/h at 70 kg, 1 mg/mL)."""
    session = session or visit(**ordered)
    bag = hang(session, at, mg_per_ml)
    resting(session, at)
    Infusion.objects.create(session=session, patient=session.patient, site=session.site, weight_kg=KG, started_at=at)
    RateChange.objects.create(
        session=session, bag=bag, kind="start", entered_value=Decimal(ml_per_h), entered_unit="mL/h",
        pump_ml_per_h=Decimal(ml_per_h), intended=True, second_person=member("omar"), happened_at=at, recorded_at=at,
        recorded_by=member("nina"),
    )  # fmt: skip
    if session.responsibles.count() == 0:
        Responsible.objects.create(
            session=session, nurse=member("nina"), happened_at=at, recorded_at=at, recorded_by=member("nina")
        )
    return session


def second(
    ml_per_h: str, *, checker: str = "omar", pin: str = PIN, kg: str = "70", mg_per_ml: str = "1"
) -> SecondPerson:
    return SecondPerson(member(checker), Secret(pin), Decimal(kg), Decimal(mg_per_ml), Decimal(ml_per_h))


def fresh(session: Session, **said: Any) -> Ask:
    """An ask from a screen that shows the newest dose."""
    return Ask(seen=dose_rows(session).mark, **said)


def taken_back(row: ChairFact, reason: str, at: datetime, by: str = "nina") -> ChairFact:
    """An entry taken back by somebody who reads what that moves and confirms it."""
    try:
        return strike(row=row, reason=reason, by=member(by), at=at)
    except ChairRefused as asked:
        gates = frozenset(reason.gate for reason in asked.verdict.blocking if reason.outcome is Outcome.OPEN)
        return strike(row=row, reason=reason, by=member(by), at=at, confirmed=gates)


def licensed(name: str, kind: str) -> User:
    """A member of staff with a credential."""
    user = member(name)
    Credential.objects.get_or_create(user=user, kind=kind, defaults={"expires_on": AT_TEN.date() + timedelta(days=90)})
    return user


def protocol_with(*swaps: tuple[str, str]) -> ProtocolVersion:
    """A version of the stepped protocol with some lines changed."""
    from hashlib import sha256

    text = builders.protocol_version().toml
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new)
    digest = sha256(text.encode()).hexdigest()
    known = ProtocolVersion.objects.filter(sha256=digest).first()
    return known or ProtocolVersion.objects.create(
        protocol_id="stepped-series", version=f"test-{digest[:8]}", indication="migraine", toml=text, sha256=digest,
        happened_at=LONG_AGO, recorded_at=LONG_AGO,
    )  # fmt: skip
