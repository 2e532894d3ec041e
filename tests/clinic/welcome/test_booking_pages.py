"""A visitor books a first talk without an account and without script; moves it, cancels it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people.models import Patient
from clearhead.clinic.schedule import actions as calendar
from clearhead.clinic.schedule.models import Booking, Waiting
from clearhead.clinic.welcome import actions
from clearhead.clinic.welcome.queries import consult_offers
from tests import cast
from tests.builders import adopt, course_of
from tests.clinic.schedule.conftest import furnish, phone_call

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
WHO = {"given_name": "Ida", "family_name": "Brook", "birth_date": "1991-04-02"}
REACH = {"phone": "555 0177", "email": "ida@example.org"}


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests turn."""

    class Clock:
        now = NOW

    monkeypatch.setattr(timezone, "now", lambda: Clock.now)
    return Clock


@pytest.fixture
def site(db, clock):
    return furnish(cast.mesa())


@pytest.fixture
def talk(site):
    return phone_call(site)


def time_page(site, talk, day="2026-11-23") -> str:
    return reverse("welcome-book-time", args=[site.slug, talk.code, day])


def hidden(page, name="client_id") -> str:
    return re.search(rf'name="{name}" value="([^"]+)"', page.content.decode())[1]


def hold(client: Client, site, talk, start="2026-11-23T16:00+00:00") -> str:
    url = time_page(site, talk)
    answer = client.post(url, {"start": start, "client_id": hidden(client.get(url))})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def booked(client: Client, site, talk) -> str:
    held = hold(client, site, talk)
    answer = client.post(held, {**WHO, **REACH, "client_id": "6f1f3a52-7f6d-4c53-9a57-5a7b8a1f4c11"})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def test_one_question_per_page_until_it_is_booked(client, site, talk) -> None:
    assert "Phone call" in client.get(reverse("welcome-book", args=[site.slug])).content.decode()
    days = client.get(reverse("welcome-book-day", args=[site.slug, talk.code])).content.decode()
    assert "Mon 23 Nov" in days
    assert "Sun 22 Nov" not in days
    times = client.get(time_page(site, talk)).content.decode()
    assert "09:00" in times
    assert "Phoenix time" in times

    held = hold(client, site, talk)
    page = client.get(held).content.decode()
    assert "is kept for you until <b>10:10</b>" in page
    assert 'name="phone"' not in page
    page = client.post(held, WHO).content.decode()
    assert "How do we reach you?" in page
    answer = client.post(held, {**WHO, **REACH})
    page = client.get(answer.url).content.decode()

    assert "Your appointment is booked" in page
    assert "Mon 23 Nov, 09:00 (Phoenix time)" in page
    assert Booking.objects.get().patient == Patient.objects.get(given_name="Ida")


def test_confirmation_and_reminder_wait_in_the_queue_with_a_calendar_file(client, site, talk) -> None:
    booked(client, site, talk)

    confirmation, reminder = Outgoing.objects.order_by("due_at")
    assert (confirmation.template, confirmation.due_at) == ("booking_confirmed", NOW)
    assert "BEGIN:VCALENDAR" in confirmation.calendar
    assert (reminder.template, reminder.due_at) == ("booking_reminder", datetime(2026, 11, 22, 16, 0, tzinfo=UTC))
    assert confirmation.to == "ida@example.org"


def test_a_hold_is_not_stretched_by_reloading_or_choosing_again(client, site, talk, clock) -> None:
    held = hold(client, site, talk)
    clock.now = NOW + timedelta(minutes=8)
    client.get(held)
    assert hold(client, site, talk) == held

    assert Booking.objects.get().hold_until == NOW + timedelta(minutes=10)


def test_after_ten_minutes_nothing_is_booked_and_the_page_says_so(client, site, talk, clock) -> None:
    held = hold(client, site, talk)
    clock.now = NOW + timedelta(minutes=10)
    answer = client.post(held, {**WHO, **REACH})

    assert answer.status_code == 422
    assert "The ten minutes are over" in answer.content.decode()
    assert not Patient.objects.exists()
    assert not Outgoing.objects.exists()


def test_choosing_another_time_gives_the_first_one_back(client, site, talk) -> None:
    hold(client, site, talk)
    hold(client, site, talk, "2026-11-23T17:00+00:00")

    assert [one.status for one in Booking.objects.order_by("starts_at")] == ["cancelled", "held"]


def test_whoever_comes_second_is_told_and_keeps_a_page_of_free_times(site, talk) -> None:
    first, second = Client(), Client()
    url = time_page(site, talk)
    page = second.get(url)
    hold(first, site, talk)
    answer = second.post(url, {"start": "2026-11-23T16:00+00:00", "client_id": hidden(page)})

    assert answer.status_code == 422
    assert "just taken" in answer.content.decode()
    assert "09:15" in answer.content.decode()
    assert not re.search("clinician|is free|on duty|taken:", answer.content.decode()), "what the clinic has is not told"
    assert Booking.objects.count() == 1


def test_a_double_click_books_once_and_leads_to_the_same_appointment(client, site, talk) -> None:
    held = hold(client, site, talk)
    said = {**WHO, **REACH, "client_id": "6f1f3a52-7f6d-4c53-9a57-5a7b8a1f4c11"}
    first, second = client.post(held, said), client.post(held, said)

    assert first.status_code == second.status_code == 302
    assert client.get(second.url).status_code == 200
    assert Booking.objects.filter(status="booked").count() == 1
    assert Outgoing.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"birth_date": "2991-01-01"}, "cannot be a date of birth"),
        ({"birth_date": "1791-01-01"}, "cannot be a date of birth"),
        ({"given_name": ""}, "required"),
        ({"phone": "call me"}, "does not read as a phone number"),
        ({"phone": ""}, "required"),
        ({"email": "ida@"}, "valid email"),
    ],
)
def test_a_wrong_answer_is_named_and_books_nothing(client, site, talk, wrong, said) -> None:
    held = hold(client, site, talk)
    answer = client.post(held, {**WHO, **REACH, **wrong})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Booking.objects.get().status == "held"
    assert not Patient.objects.exists()


@pytest.mark.parametrize("born", ["2015-01-01", "2008-11-24", "1950-11-23"])
def test_who_is_too_young_or_too_old_for_the_adopted_protocol_is_led_to_the_phone(client, site, talk, born) -> None:
    adopt(site)
    held = hold(client, site, talk)
    assert "We see people from 18 to 75 years." in client.get(held).content.decode()

    for answer in (
        client.post(held, {**WHO, "birth_date": born}),
        client.post(held, {**WHO, **REACH, "birth_date": born}),
    ):
        assert answer.status_code == 422
        assert "Please call us on 555 0100." in answer.content.decode()
    assert not Booking.objects.filter(status="booked").exists()
    assert not Patient.objects.exists()


@pytest.mark.parametrize("born", ["2008-11-23", "1951-04-02"])
def test_who_is_of_age_on_the_day_of_the_talk_books(client, site, talk, born) -> None:
    adopt(site)

    assert client.post(hold(client, site, talk), {**WHO, **REACH, "birth_date": born}).status_code == 302
    assert Patient.objects.exists()


@pytest.mark.parametrize(
    "start", ["", "tomorrow", "2026-11-23T16:00", "2026-11-22T16:00+00:00", "2026-11-19T16:00+00:00"]
)
def test_a_time_that_is_none_or_not_free_is_refused(client, site, talk, start) -> None:
    answer = client.post(time_page(site, talk), {"start": start})

    assert answer.status_code == 422
    assert not Booking.objects.exists()


def test_the_calendar_file_of_the_page(client, site, talk) -> None:
    page = booked(client, site, talk)
    answer = client.get(page + "calendar/")

    assert answer["Content-Type"].startswith("text/calendar")
    assert b"DTSTART;TZID=America/Phoenix:20261123T090000" in answer.content
    assert b"migraine" not in answer.content.lower()


def test_moving_by_link_keeps_the_page_and_writes_a_new_letter(client, site, talk) -> None:
    page = booked(client, site, talk)
    assert "Tue 24 Nov" in client.get(page + "move/").content.decode()
    times = client.get(page + "move/2026-11-24/")
    answer = client.post(page + "move/2026-11-24/", {"start": "2026-11-24T17:30+00:00", "client_id": hidden(times)})

    assert answer.url == page
    shown = client.get(page).content.decode()
    assert "Tue 24 Nov, 10:30" in shown
    assert "Your appointment has moved" in shown
    assert "the new entry replaces the old one" in shown
    letter = Outgoing.objects.get(template="booking_moved")
    assert letter.subject == "Your appointment has moved"
    assert "replaces the old entry" in letter.text
    assert "SEQUENCE:1" in letter.calendar
    assert set(Outgoing.objects.filter(withdrawn_at__isnull=True).values_list("template", flat=True)) == {
        "booking_moved",
        "booking_reminder",
    }


def test_a_cancelled_appointment_is_not_offered_to_be_moved(client, site, talk) -> None:
    page = booked(client, site, talk)
    times = client.get(page + "move/2026-11-24/")
    client.post(page + "cancel/", {"why": "better"})
    late = {"start": "2026-11-24T17:30+00:00", "client_id": hidden(times)}

    asked = [client.get(page + "move/"), client.get(page + "move/2026-11-24/")]
    for answer in (*asked, client.post(page + "move/2026-11-24/", late)):
        assert (answer.status_code, answer.url) == (302, page)
    assert "This appointment is cancelled" in client.get(page).content.decode()
    assert Booking.objects.get().status == "cancelled"


def test_cancelling_by_link_frees_the_time_and_withdraws_the_reminder(client, site, talk) -> None:
    page = booked(client, site, talk)
    assert client.post(page + "cancel/", {"why": "better"}).status_code == 302

    assert "This appointment is cancelled" in client.get(page).content.decode()
    assert b"METHOD:CANCEL" in client.get(page + "calendar/").content
    assert Booking.objects.get().status == "cancelled"
    waiting = Outgoing.objects.filter(withdrawn_at__isnull=True)
    assert [letter.template for letter in waiting] == ["booking_cancelled"]
    assert client.post(page + "cancel/", {}).status_code == 422
    assert "09:00" in client.get(time_page(site, talk)).content.decode()


def test_a_wrong_an_expired_and_another_purposes_link_open_nothing(client, site, talk, clock) -> None:
    page = booked(client, site, talk)
    assert client.get(reverse("welcome-booking", args=["wrong-token"])).status_code == 404
    assert client.get(page.replace("/booking/", "/held/")).status_code == 404

    clock.now = NOW + timedelta(days=30)
    assert client.get(page).status_code == 403


def test_the_video_room_can_be_opened_again_and_falls_back_to_the_phone(client, site, talk) -> None:
    type(talk).objects.filter(pk=talk.pk).update(mode="video", video_url="https://video.example/room")
    page = booked(client, site, talk)
    room = client.get(page + "room/").content.decode()
    assert 'href="https://video.example/room"' in room
    assert "open the room again" in room

    answer = client.post(page + "room/")
    assert "we call you on 555 0177" in client.get(answer.url).content.decode()
    assert Booking.objects.get().events.get().note == "asks to be called by phone"


def test_a_freed_time_is_offered_to_whoever_waited_longest(client, site, talk) -> None:
    url = reverse("welcome-wait", args=[site.slug, talk.code])
    assert client.post(url, {"contact": "first@example.org"}).status_code == 200
    client.post(url, {"contact": "555 0188 22"})
    assert client.post(url, {"contact": "nowhere"}).status_code == 422

    page = booked(client, site, talk)
    client.post(page + "cancel/", {})

    offer = Outgoing.objects.get(template="waiting_offer")
    assert offer.to == "first@example.org"
    assert Waiting.objects.filter(offered_at__isnull=True).count() == 1


def test_a_known_patient_is_not_doubled(client, site, talk) -> None:
    petra = cast.petra()
    held = hold(client, site, talk)
    said = {"given_name": "petra", "family_name": "LINDQVIST", "birth_date": "1984-03-14", **REACH}
    client.post(held, said)

    assert Patient.objects.count() == 1
    assert Booking.objects.get().course == course_of(petra)


def test_a_patient_who_is_elsewhere_then_is_refused_at_the_end(client, site, talk) -> None:
    petra = cast.petra()
    other = furnish(cast.riverside())
    calendar.book(
        site=other,
        service=phone_call(other),
        starts_at=datetime(2026, 11, 23, 16, 0, tzinfo=UTC),
        course=course_of(petra),
        by=None,
        at=NOW,
    )
    held = hold(client, site, talk)
    answer = client.post(held, {"given_name": "Petra", "family_name": "Lindqvist", "birth_date": "1984-03-14", **REACH})

    assert answer.status_code == 422
    assert "just taken" in answer.content.decode()


def test_the_protocol_says_how_long_and_at_what_price(client, site, talk) -> None:
    adopt(site)
    (offer,) = consult_offers(site, NOW)
    assert (offer.mode, offer.minutes, offer.with_whom) == ("phone", 15, "nurse")


def test_the_token_stands_in_no_table(client, site, talk) -> None:
    page = booked(client, site, talk)
    token = page.rstrip("/").rpartition("/")[2]

    assert not Outgoing.objects.filter(text__contains=token).exists()
    assert "[[link welcome-booking booking" in Outgoing.objects.first().text
    assert timedelta(days=2) == actions.OPEN_AFTER
