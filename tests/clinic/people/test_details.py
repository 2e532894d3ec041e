"""A person's own data: who changes what, the second look, the stale screen, and what follows from an unknown sex."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from clearhead.clinic.assessment import queries as assessments
from clearhead.clinic.audit.models import Event
from clearhead.clinic.diary import actions as entries
from clearhead.clinic.diary import queries as diary
from clearhead.clinic.infusion.queries.gates import start_facts
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import guard
from clearhead.clinic.people.models import Course, PatientChange
from clearhead.clinic.people.particulars import mark_of
from tests import builders, cast
from tests.cast import AT_TEN
from tests.clinic.assessment import standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    return builders.course_of(cast.petra())


@pytest.fixture
def fern(client: Client) -> Client:
    client.force_login(cast.member("fern"))
    return client


def said(course: Course, **changed: object) -> dict[str, object]:
    patient = course.patient
    shown = {"given_name": patient.given_name, "family_name": patient.family_name, "sex": patient.sex}
    shown |= {"birth_date": f"{patient.birth_date}", "phone": patient.phone, "email": patient.email}
    shown |= {"messages_by": "mail", "language": "en", "zone": patient.zone}
    shown |= {"seen": mark_of(patient), guard.FIELD: guard.token(patient)}
    return {**shown, **changed}


def page(course: Course) -> str:
    return reverse("people-details", args=[course.code])


def test_the_desk_changes_phone_and_contact_and_the_old_number_stays_readable(fern, course):
    answer = fern.post(
        page(course), said(course, phone="555 0199", contact_name="Sten Lindqvist", contact_phone="555 0150")
    )

    course.patient.refresh_from_db()
    change = PatientChange.objects.get()
    assert answer.status_code == 302
    assert (course.patient.phone, course.patient.contact_name) == ("555 0199", "Sten Lindqvist")
    assert change.before == {"phone": "555 0142", "contact_name": "", "contact_phone": ""}
    assert Event.objects.filter(verb="change details", patient_code=str(course.patient.code)).count() == 1
    assert "555 0142" in fern.get(page(course)).content.decode()


def test_a_screen_from_before_another_change_is_refused_and_changes_nothing(fern, course):
    old = said(course, used_name="Pet")
    fern.post(page(course), said(course, phone="555 0199"))

    answer = fern.post(page(course), old)

    course.patient.refresh_from_db()
    assert answer.status_code == 422
    assert "Somebody changed these data meanwhile" in answer.content.decode()
    assert (course.patient.used_name, course.patient.phone) == ("", "555 0199")


@pytest.mark.hazard("H-01")
def test_another_birth_date_needs_its_reason_and_a_second_look_at_both(fern, course):
    wrong = said(course, birth_date="1948-03-14")
    first = fern.post(page(course), wrong)
    second = fern.post(page(course), {**wrong, "reason": "two digits swapped"})

    course.patient.refresh_from_db()
    assert (first.status_code, second.status_code, course.patient.birth_date.year) == (422, 422, 1984)
    assert "“14 March 1984” becomes “14 March 1948”" in second.content.decode()

    third = fern.post(page(course), {**wrong, "reason": "two digits swapped", "looked_twice": "on"})
    course.patient.refresh_from_db()
    assert (third.status_code, course.patient.birth_date.year) == (302, 1948)
    assert PatientChange.objects.get().reason == "two digits swapped"


@pytest.mark.hazard("H-01")
def test_the_second_look_names_another_person_of_the_same_name_and_birth_date(fern, course):
    twin = type(course.patient).objects.create(
        given_name="petra", family_name="Lindqvist", birth_date="1948-03-14", zone="UTC", created_at=AT_TEN
    )

    answer = fern.post(page(course), said(course, birth_date="1948-03-14", reason="typing"))

    assert twin.short_code in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"birth_date": "2030-01-01", "reason": "x"}, "This cannot be a date of birth"),
        ({"phone": "ask her mother"}, "does not read as a phone number"),
        ({"email": ""}, "Messages by e-mail need an address"),
        ({"contact_name": "Sten"}, "A contact person needs a name and a phone number"),
        ({"language": "tlh"}, "Select a valid choice"),
        ({"zone": "Mars/Olympus"}, "Select a valid choice"),
    ],
)
def test_bad_entries_get_a_sentence_and_leave_nothing(fern, course, changed, sentence):
    answer = fern.post(page(course), said(course, **changed))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not PatientChange.objects.exists()


def test_a_patient_changes_the_address_but_not_who_they_are_and_the_old_address_hears_of_it(client, course):
    client.force_login(course.patient.user)

    client.post(
        reverse("people-my-details"),
        said(course, email="new@example.org", birth_date="1999-01-01", given_name="Mallory", needs_interpreter="on"),
    )

    course.patient.refresh_from_db()
    letter = Outgoing.objects.get(template="contact_changed")
    assert (course.patient.email, course.patient.given_name) == ("new@example.org", "Petra")
    assert (course.patient.birth_date.year, course.patient.needs_interpreter) == (1984, False)
    assert (letter.to, "Lindqvist" in letter.text) == ("petra@example.org", False)


def test_another_zone_moves_the_diarys_midnight_and_no_day_that_was_written(client, course):
    client.force_login(course.patient.user)
    written = {"local_date": date(2026, 11, 19), "answer": 2, "zone": "America/Phoenix", "by": None, "at": AT_TEN}
    entries.record_day(patient=course.patient, **written)
    client.post(reverse("people-my-details"), said(course, zone="Asia/Tokyo", language="es"))

    course.patient.refresh_from_db()
    evening_in_phoenix = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    assert (course.patient.zone, course.patient.language) == ("Asia/Tokyo", "es")
    assert [(day.local_date.day, day.zone) for day in course.patient.days.all()] == [(19, "America/Phoenix")]
    assert diary.today_of(course.patient, evening_in_phoenix).day == 21
    assert PatientChange.objects.get().before == {"zone": "America/Phoenix", "language": "en"}


def test_who_wants_text_messages_gets_them(course):
    from clearhead.clinic.letters.actions import way_of

    course.patient.messages_by = "sms"
    assert way_of(course.patient) == "sms"
    course.patient.phone = ""
    assert way_of(course.patient) == "mail"


@pytest.mark.hazard("H-20")
def test_a_sex_nobody_asked_for_never_rules_a_pregnancy_out(course):
    protocol = standing.protocol_of(standing.course_at_mesa())
    visit = builders.session(course.patient)
    answers = {}
    for sex in ("male", "female", ""):
        course.patient.sex = visit.patient.sex = sex
        tests = assessments.tests_apply(course.patient, protocol, {})
        answers[sex] = (tests.get("pregnancy_test"), "pregnancy_status" in start_facts(visit, AT_TEN).answers)

    assert answers == {"male": (False, True), "female": (None, False), "": (None, False)}
