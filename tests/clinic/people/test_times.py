"""A patient who lives elsewhere reads every time with its zone, the clinic's and their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people.models import Patient
from clearhead.clinic.people.times import local_time, zone_sentence
from clearhead.clinic.schedule.calendar import calendar_file
from clearhead.clinic.welcome import actions
from tests import builders
from tests.cast import AT_TEN, member, mesa, petra
from tests.clinic.schedule.conftest import furnish, phone_call

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""Nine on a Monday morning in Phoenix, eleven in New York."""


def moved_to(zone: str) -> Patient:
    patient = petra()
    Patient.objects.filter(pk=patient.pk).update(zone=zone)
    patient.refresh_from_db()
    return patient


@pytest.mark.parametrize(
    ("moment", "zone", "said"),
    [
        (NINE, "America/Phoenix", "Mon 23 Nov, 09:00 (Phoenix time)"),
        (NINE, "", "Mon 23 Nov, 09:00 (Phoenix time)"),
        (NINE, "America/Denver", "Mon 23 Nov, 09:00 (Phoenix time)"),  # the same hour in winter
        (NINE, "America/New_York", "Mon 23 Nov, 09:00 (Phoenix time), for you 11:00 (New York time)"),
        (NINE, "Pacific/Auckland", "Mon 23 Nov, 09:00 (Phoenix time), for you Tue 24 Nov, 05:00 (Auckland time)"),
        (NINE - timedelta(days=150), "America/Denver",
         "Fri 26 Jun, 09:00 (Phoenix time), for you 10:00 (Denver time)"),
    ],
)  # fmt: skip
def test_a_time_names_its_zone_and_the_readers_own_where_the_clock_differs(moment, zone, said):
    assert local_time(moment, mesa(), zone) == said


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/Phoenix", "All times are Phoenix time."),
        ("America/New_York", "All times are Phoenix time. For you (New York time) it is 2 h later."),
        ("America/Los_Angeles", "All times are Phoenix time. For you (Los Angeles time) it is 1 h earlier."),
        ("Asia/Kolkata", "All times are Phoenix time. For you (Kolkata time) it is 12 h 30 min later."),
    ],
)
def test_a_page_of_times_says_once_how_far_the_readers_clock_is(zone, said):
    assert zone_sentence(NINE, mesa(), moved_to(zone)) == said


def booked(zone: str):
    patient = moved_to(zone)
    service = phone_call(furnish(mesa()))
    return actions.book_at_desk(
        site=mesa(), service=service, phases=(), starts_at=NINE, course=builders.course_of(patient),
        by=member("fern"), at=AT_TEN,
    )  # fmt: skip


def test_letter_reminder_and_calendar_name_both_zones():
    booking = booked("America/New_York")

    both = "Mon 23 Nov, 09:00 (Phoenix time), for you 11:00 (New York time)"
    letters = Outgoing.objects.filter(template__in=["booking_confirmed", "booking_reminder"])
    assert len(letters) == 2
    assert all(both in letter.text for letter in letters)
    (event,) = Calendar.from_ical(calendar_file(booking, at=AT_TEN)).walk("VEVENT")
    assert f"Time: {both}." in event["DESCRIPTION"]
    assert event["DTSTART"].dt == NINE


@pytest.mark.parametrize(
    ("zone", "said"), [("America/New_York", "for you 11:00 (New York time)"), ("America/Phoenix", None)]
)
def test_the_visits_page_names_the_clinics_zone_and_the_patients_own(zone, said, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT_TEN)
    booking = booked(zone)
    client = Client()
    client.force_login(booking.patient.user)

    body = client.get(reverse("home-visits")).content.decode()

    assert "Mon 23 Nov, 09:00 (Phoenix time)" in body
    assert (said in body) if said else "for you" not in body


def test_the_sheet_before_a_session_says_which_zone_its_clock_times_are_in(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT_TEN)
    patient = moved_to("America/New_York")
    session = builders.session(patient, starts_at=NINE)
    client = Client()
    client.force_login(patient.user)

    body = client.get(reverse("plan-mine", args=[session.code])).content.decode()

    assert "09:00" in body
    assert "All times are Phoenix time. For you (New York time) it is 2 h later." in body
