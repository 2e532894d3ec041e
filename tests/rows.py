"""One row of each kind that a URL can name, for a patient: the matrix of access walks over them.

A new subject of `@access(rule, Model)` needs a line in `ROWS`; the matrix test says so by name.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db import models

from clearhead.clinic.people.models import Patient, Site
from tests import builders, cast
from tests.cast import AT_TEN

CANARY = "CANARY-7f3a"
"""Stands in every free text of a row; must never be read by a stranger."""


def canary(patient: Patient) -> str:
    """The canary of one patient, so that a page tells by its words whose rows it shows."""
    return f"{CANARY}-{patient.pk:06d}"


Row = Callable[[Patient], models.Model]


def _fact(label: str, **fields: Any) -> Row:
    """A fact of this model about the patient, with these fields."""

    def make(patient: Patient) -> models.Model:
        model = apps.get_model(label)
        given = {name: value(patient) if callable(value) else value for name, value in fields.items()}
        return model._default_manager.create(happened_at=AT_TEN, recorded_at=AT_TEN, **given)

    return make


def _me(patient: Patient) -> Patient:
    return patient


def _session(patient: Patient) -> models.Model:
    known = patient.visits.order_by("pk").first()
    return known or builders.session(patient)


def _course_site(patient: Patient) -> Site:
    return builders.course_of(patient).site


def _booking(patient: Patient) -> models.Model:
    return _session(patient).booking


def _order(patient: Patient) -> models.Model:
    return _session(patient).order


def _user(patient: Patient) -> models.Model:
    return patient.user


def _letter(patient: Patient) -> models.Model:
    return apps.get_model("letters.Outgoing")._default_manager.create(
        site=_course_site(patient), patient=patient, channel="print", to=canary(patient), template="note",
        text=canary(patient), about_code=str(uuid.uuid4()), due_at=AT_TEN,
    )  # fmt: skip


def _photo(patient: Patient) -> models.Model:
    return apps.get_model("people.Photo")._default_manager.get_or_create(
        patient=patient,
        defaults={
            "image": CANARY.encode(), "media_type": "image/png", "width_px": 64, "height_px": 64, "sha256": "0" * 64,
            "added_at": AT_TEN, "added_by": cast.member("fern"),
        },
    )[0]  # fmt: skip


def _waiting(patient: Patient) -> models.Model:
    site = _course_site(patient)
    service = apps.get_model("schedule.Service")._default_manager.get_or_create(
        site=site, kind="consult", mode="phone", name="Phone call", minutes=15, from_date=date(2026, 1, 1)
    )[0]
    return apps.get_model("schedule.Waiting")._default_manager.create(
        site=site, service=service, patient=patient, contact=canary(patient), since=AT_TEN
    )


def _clinician(patient: Patient) -> models.Model:
    site = builders.course_of(patient).site
    return cast.member("dario") if site == cast.mesa() else cast.olga()


def consent(patient: Patient, **said: Any) -> models.Model:
    """A signed consent of this patient."""
    order = _order(patient)
    text = _fact(
        "consent.Text",
        site=_course_site,
        text_id="t",
        language="en",
        version="1",
        body=canary,
        sha256=uuid.uuid4().hex * 2,
    )(patient)
    return apps.get_model("consent.Consent")._default_manager.create(
        course=order.course, site=order.site, order=order, order_sha256=order.sha256, text=text,
        rendered=canary(patient), rendered_sha256="0" * 64, typed_name=canary(patient), via="link",
        happened_at=AT_TEN, recorded_at=AT_TEN, **said,
    )  # fmt: skip


ROWS: dict[str, Row] = {
    "people.Site": _course_site,
    "people.Course": builders.course_of,
    "people.Patient": _me,
    "people.User": _user,
    "people.Photo": _photo,
    "people.AddressChange": _fact(
        "people.AddressChange",
        user=_user,
        old_email=lambda patient: patient.user.email,
        new_email=lambda patient: f"{canary(patient)}@example.org",
    ),
    "plan.Session": _session,
    "plan.Order": _order,
    "schedule.Booking": _booking,
    "welcome.Enquiry": _fact(
        "welcome.Enquiry", site=_course_site, name=canary, contact=canary, text=canary, contact_consent_at=AT_TEN
    ),
    "schedule.Waiting": _waiting,
    "schedule.Service": lambda patient: _waiting(patient).service,
    "schedule.Resource": lambda patient: apps.get_model("schedule.Resource")._default_manager.create(
        site=_course_site(patient), kind="chair", name=canary(patient), from_date=date(2026, 1, 1)
    ),
    "diary.Attack": _fact("diary.Attack", patient=_me, zone="America/Phoenix"),
    "diary.Medicine": _fact("diary.Medicine", patient=_me, typed=canary, role="acute"),
    "diary.Dose": lambda patient: _fact(
        "diary.Dose", patient=_me, medicine=ROWS["diary.Medicine"], zone="America/Phoenix"
    )(patient),
    "letters.Outgoing": _letter,
    "policy.ProtocolVersion": lambda patient: builders.protocol_version(),
    "recovery.CallAttempt": lambda patient: _fact(
        "recovery.CallAttempt", session=_session, follow_up="next_day", reached=False, note=canary
    )(patient),
    "consult.Consult": lambda patient: _fact(
        "consult.Consult",
        course=builders.course_of,
        clinician=_clinician,
        mode="phone",
        patient_location=canary,
        outcome="call_again",
        outcome_note=canary,
    )(patient),
    "consent.Consent": consent,
    "consent.Question": _fact("consent.Question", course=builders.course_of, question=canary),
}


def link_for(patient: Patient, purpose: str, subject: type[models.Model] | None) -> tuple[Any, str]:
    """A link of this purpose to the patient's row, and its token."""
    from clearhead.clinic.people import doors

    row = ROWS[subject._meta.label](patient) if subject is not None else builders.course_of(patient)
    return doors.make_link(
        purpose=purpose, subject_code=getattr(row, "code", uuid.uuid4()), patient=patient,
        site=builders.course_of(patient).site, at=AT_TEN, lasts=timedelta(days=3650),
    )  # fmt: skip


OTHER_KWARGS: dict[str, Any] = {"on": "2026-11-20", "day": date(2026, 11, 20).isoformat()}
"""Values of further parts of a URL, by name."""
