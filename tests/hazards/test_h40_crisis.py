"""H-40: an answer about suicide is not seen. What the patient sees at once, and what stays open until then."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from django.test import Client
from django.urls import reverse

from clearhead.clinic.assessment import crisis
from clearhead.clinic.assessment.models import OpenItem
from clearhead.clinic.schedule.models import Opening
from tests import builders, cast

pytestmark = [pytest.mark.hazard("H-40"), pytest.mark.django_db]
CALM = {f"item_{n}": "0" for n in range(1, 10)}
MINE = "/assessment/mine/phq9/"


@pytest.fixture
def petra() -> Client:
    site = cast.mesa()
    for weekday in range(5):
        Opening.objects.create(
            site=site, weekday=weekday, opens=time(8), closes=time(16), from_date=cast.LONG_AGO.date()
        )
    client = Client()
    client.force_login(cast.petra().user)
    return client


@pytest.mark.parametrize("answers", [{**CALM, "item_9": "1"}, {"item_9": "3"}])
def test_the_patient_is_led_to_help_with_numbers_and_a_deadline(petra, answers):
    page = petra.post(MINE, answers, follow=True).content.decode()

    item = OpenItem.objects.get()
    assert 'href="tel:988"' in page
    assert 'href="tel:911"' in page
    assert "555 0100" in page
    assert "A clinician calls you by" in page
    assert (item.kind, item.owner_role) == ("self_harm_thoughts", "prescriber")


def test_no_such_answer_leads_to_no_crisis_page_and_opens_nothing(petra):
    answer = petra.post(MINE, CALM)

    assert answer["Location"] == reverse("home-visits")
    assert not OpenItem.objects.exists()


def test_the_same_answers_sent_again_are_one_task(petra):
    said = {**CALM, "item_9": "2", "client_id": "0f2a4e5e-5a9e-4b55-9d54-9a1f0b1b7a11"}
    petra.post(MINE, said)
    petra.post(MINE, said)

    assert OpenItem.objects.count() == 1


@pytest.mark.parametrize(
    ("at", "by"),
    [
        ("2026-11-20T17:00", "2026-11-20T18:00"),  # Friday 10:00 in Phoenix: open
        ("2026-11-20T22:30", "2026-11-20T23:30"),  # Friday 15:30: before closing
        ("2026-11-21T03:00", "2026-11-23T16:00"),  # Friday 20:00: Monday 9:00
        ("2026-11-22T19:00", "2026-11-23T16:00"),  # Sunday
    ],
)
def test_the_deadline_is_honest_about_opening_hours(petra, at, by):
    moment, told = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (at, by))

    assert crisis.call_by(cast.mesa(), moment) == told


def test_without_known_hours_no_call_is_promised_beyond_the_present():
    assert crisis.call_by(cast.mesa(), cast.AT_TEN) is None


def test_the_task_stands_on_the_list_of_the_site_until_somebody_writes_what_was_done(petra):
    petra.post(MINE, {"item_9": "1"})
    dario = Client()
    dario.force_login(cast.member("dario"))
    listed = reverse("assessment-open-list", args=["mesa"])
    item, course = OpenItem.objects.get(), builders.course_of(cast.petra())
    task = reverse("assessment-close-item", args=[course.code, item.code])

    for _look in range(2):
        assert "Petra Lindqvist" in dario.get(listed).content.decode()
        dario.get(task)
    from clearhead.clinic.people import guard

    dario.post(task, {"done": "Called, safe tonight, sister with her", guard.FIELD: guard.token(course.patient)})

    assert "Petra Lindqvist" not in dario.get(listed).content.decode()
    assert "A clinician calls you by" not in petra.get(reverse("assessment-help")).content.decode()


def test_help_opens_from_a_kept_diary_without_a_sign_in(petra):
    petra.get(reverse("diary-today"))
    petra.post(reverse("people-keep-device"))
    session = petra.session
    session["since"] = session["seen"] = 0
    session.save()

    assert petra.get(reverse("assessment-help")).status_code == 200
