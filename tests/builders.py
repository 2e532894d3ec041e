"""Rows built directly, so that each room can be tested without walking through the rooms before it."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from importlib.resources import files
from typing import Any

from clearhead.clinic.assessment.models import Decision
from clearhead.clinic.audit.actions import sha256_of
from clearhead.clinic.infusion.models import Bag, Infusion
from clearhead.clinic.people.models import Course, Patient, Signature, Site, User
from clearhead.clinic.plan.models import Order, Session
from clearhead.clinic.policy.models import Adoption, ProtocolVersion
from clearhead.clinic.schedule.models import Booking, Service
from tests import cast
from tests.cast import AT_TEN, LONG_AGO


def signature(by: User, site: Site, meaning: str, subject: object, at: datetime = LONG_AGO) -> Signature:
    """A signature over something."""
    return Signature.objects.create(
        signer=by, site=site, meaning=meaning, subject_code=str(subject), sha256="0" * 64, reauth_at=at, signed_at=at
    )


def protocol_version(name: str = "stepped-series") -> ProtocolVersion:
    """One of the shipped protocols, as the site keeps it."""
    text = files("clearhead.medicine.protocols").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    digest = sha256(text.encode()).hexdigest()
    known = ProtocolVersion.objects.filter(sha256=digest).first()
    return known or ProtocolVersion.objects.create(
        protocol_id=name,
        version="1",
        indication="migraine",
        toml=text,
        sha256=digest,
        happened_at=LONG_AGO,
        recorded_at=LONG_AGO,
    )


def adopt(site: Site, name: str = "stepped-series", *, purpose: str = "series") -> Adoption:
    """The protocol, adopted by Maya."""
    return adopt_version(site, protocol_version(name), purpose=purpose)


def adopt_version(
    site: Site, version: ProtocolVersion, *, purpose: str = "series", at: datetime = LONG_AGO
) -> Adoption:
    """This very version, adopted by Maya; a later `at` takes the place of an earlier one."""
    known = Adoption.objects.filter(site=site, version=version, purpose=purpose).first()
    return known or Adoption.objects.create(
        site=site,
        indication="migraine",
        purpose=purpose,
        version=version,
        from_at=at,
        happened_at=at,
        recorded_at=at,
        recorded_by=cast.member("maya"),
        signature=signature(cast.member("maya"), site, "adopt protocol", uuid.uuid4()),
    )


def course_of(patient: Patient) -> Course:
    """The patient's open course."""
    return Course.objects.get(patient=patient, closed_at__isnull=True)


def decision(patient: Patient, *, at: datetime = AT_TEN - timedelta(days=7), **changed: Any) -> Decision:
    """Dario found the patient suitable a week ago."""
    course = course_of(patient)
    return Decision.objects.create(
        **{
            "course": course,
            "site": course.site,
            "protocol_version": protocol_version(),
            "outcome": "suitable",
            "verdict": {},
            "facts_sha256": "0" * 64,
            "expires_on": (at + timedelta(days=90)).date(),
            "happened_at": at,
            "recorded_at": at,
            "recorded_by": cast.member("dario"),
            "signature": signature(cast.member("dario"), course.site, "candidacy", uuid.uuid4(), at),
            **changed,
        }
    )


def order(patient: Patient, *, at: datetime = AT_TEN - timedelta(days=6), **changed: Any) -> Order:
    """A stepped order for five sessions of four hours, 70 kg."""
    course = course_of(patient)
    adopt(course.site)
    version = changed.pop("protocol_version", None) or protocol_version()
    numbers: dict[str, Any] = {
        "drug_form": "racemic",
        "weight_kg": Decimal("70"),
        "weight_measured_at": at,
        "dose_mode": "stepped",
        "dose": {"start_rate_mg_per_kg_h": "0.1", "step_mg_per_kg_h": "0.05", "step_interval_min": "30"},
        "max_rate_mg_per_kg_h": Decimal("0.5"),
        "max_session_mg": Decimal("175"),
        "max_session_mg_per_kg": Decimal("2.5"),
        "infusion_minutes": 240,
        "max_minutes": 300,
        "sessions": 5,
        "spacing": "consecutive",
        **changed,
    }
    return Order.objects.create(
        course=course,
        site=course.site,
        decision=decision(patient),
        protocol_version=version,
        sha256=sha256_of(numbers),
        happened_at=at,
        recorded_at=at,
        recorded_by=cast.member("dario"),
        signature=signature(cast.member("dario"), course.site, "order", uuid.uuid4(), at),
        **numbers,
    )


def service(site: Site, kind: str = "infusion") -> Service:
    """Something the site offers."""
    return Service.objects.get_or_create(
        site=site, kind=kind, name=kind, defaults={"from_date": date(2026, 1, 1), "minutes": 300}
    )[0]


def session(patient: Patient, *, number: int = 1, starts_at: datetime = AT_TEN, signed: Order | None = None) -> Session:
    """A booked visit to the chair."""
    signed = signed or order(patient)
    booking = Booking.objects.create(
        site=signed.site,
        service=service(signed.site),
        course=signed.course,
        patient=patient,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=signed.infusion_minutes + 105),
        status="booked",
        created_at=LONG_AGO,
    )
    return Session.objects.create(
        order=signed,
        course=signed.course,
        site=signed.site,
        patient=patient,
        number=number,
        series_code=uuid.uuid4(),
        booking=booking,
        created_at=LONG_AGO,
    )


def running(patient: Patient, *, at: datetime = AT_TEN) -> Infusion:
    """A running infusion with a checked bag of 2 mg/mL; no rate is charted yet."""
    visit = session(patient)
    Bag.objects.create(
        session=visit,
        drug_form="racemic",
        mg=Decimal("200"),
        ml=Decimal("100"),
        mg_per_ml=Decimal("2"),
        diluent="sodium chloride 0.9 %",
        lot="K-1204",
        prepared_by=cast.member("nina"),
        checked_by=cast.member("omar"),
        happened_at=at,
        recorded_at=at,
        recorded_by=cast.member("nina"),
    )
    return Infusion.objects.create(
        session=visit, patient=patient, site=visit.site, weight_kg=visit.order.weight_kg, started_at=at
    )
