"""Whoever is booked waits no longer; whoever is not goes on waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.letters.links import kept
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import actions as people
from clearhead.clinic.people import guard
from clearhead.clinic.schedule import actions as calendar
from clearhead.clinic.schedule.models import Waiting
from clearhead.clinic.welcome import actions
from tests import cast
from tests.builders import course_of
from tests.clinic.schedule.conftest import furnish, infusion, phone_call

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
MONDAY_9 = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
IDA = {"given_name": "Ida", "family_name": "Brook", "birth_date": "1991-04-02", "phone": "", "email": "ida@example.org"}


@pytest.fixture
def site(db, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return furnish(cast.mesa())


@pytest.fixture
def talk(site):
    return phone_call(site)


def waits(site, service, *, patient=None, contact="", since=NOW - timedelta(days=3)) -> Waiting:
    return calendar.join_waiting(site=site, service=service, patient=patient, contact=contact, by=None, at=since)


def why(waiting: Waiting) -> str:
    waiting.refresh_from_db()
    return waiting.closed_why


def desk_books(service, starts_at=MONDAY_9):
    course = course_of(cast.petra())
    return calendar.book(
        site=course.site, service=service, starts_at=starts_at, course=course, by=cast.member("fern"), at=NOW
    )


def test_a_patient_booked_at_the_desk_leaves_the_list_and_another_stays(site, talk):
    hers, others = waits(site, talk, patient=cast.petra()), waits(site, talk, contact="other@example.org")

    desk_books(talk)

    assert (why(hers), why(others)) == ("booked", "")


def test_after_an_offer_the_list_says_that_the_offer_was_taken(site, talk):
    hers = waits(site, talk, patient=cast.petra())
    calendar.note_offer(waiting=hers, by=None, at=NOW)

    desk_books(talk)

    assert why(hers) == "offered"


def test_a_visitor_who_books_online_is_known_again_by_the_address_or_number(site, talk):
    by_mail, by_phone = waits(site, talk, contact="Ida@Example.org"), waits(site, talk, contact="+1 (480) 555-0177")
    held = calendar.hold(site=site, service=talk, starts_at=MONDAY_9, by=None, at=NOW)

    actions.book_consult(booking=held, **(IDA | {"phone": "480 555 0177"}), by=None, at=NOW)

    assert (why(by_mail), why(by_phone)) == ("booked", "booked")


def test_the_sessions_of_a_series_end_the_wait_for_an_infusion_and_not_that_for_a_talk(site, talk):
    treatment, petra = infusion(site), cast.petra()
    for_infusion, for_talk = waits(site, treatment, patient=petra), waits(site, talk, patient=petra)

    calendar.book_series(
        site=site, service=treatment, course=course_of(petra), starts=[MONDAY_9, MONDAY_9 + timedelta(days=2)],
        phases=calendar.taking.visits.phases_of(treatment), by=None, at=NOW,
    )  # fmt: skip

    assert (why(for_infusion), why(for_talk)) == ("booked", "")


def test_moved_to_an_earlier_time_leaves_the_list_and_to_a_later_one_does_not(site, talk):
    booked = desk_books(talk, MONDAY_9 + timedelta(hours=2))
    hers = waits(site, talk, patient=cast.petra(), since=NOW)

    later = calendar.move(booking=booked, starts_at=MONDAY_9 + timedelta(hours=4), by=None, at=NOW)
    assert why(hers) == ""

    calendar.move(booking=later, starts_at=MONDAY_9, by=None, at=NOW)
    assert why(hers) == "offered"  # the time she left at first was offered to her meanwhile


def test_a_hold_that_is_not_confirmed_and_another_site_leave_the_list_as_it_is(site, talk):
    hers = waits(site, talk, patient=cast.petra())
    elsewhere = waits(cast.riverside(), phone_call(cast.riverside()), patient=cast.petra())

    calendar.hold(site=site, service=talk, starts_at=MONDAY_9, by=None, at=NOW, patient=cast.petra())
    desk_books(talk, MONDAY_9 + timedelta(hours=1))

    assert (why(hers), why(elsewhere)) == ("booked", "")


def test_a_closed_course_waits_for_nothing(site, talk):
    hers = waits(site, talk, patient=cast.petra())

    people.close_course(course=course_of(cast.petra()), why="moved away", by=cast.member("dario"), at=NOW)

    assert why(hers) == "withdrawn"


def test_the_next_freed_time_is_not_offered_to_who_was_booked(site, talk):
    waits(site, talk, patient=cast.petra())
    booked = desk_books(talk)

    calendar.cancel(booking=booked, by=None, at=NOW)

    assert not Outgoing.objects.filter(template="waiting_offer").exists()


def test_who_waits_by_a_word_that_reaches_nobody_is_not_taken_for_another(site, talk):
    waits(site, talk, contact="call me")
    waits(site, talk, contact="ask my wife")

    assert Waiting.objects.count() == 2


def test_the_desk_puts_a_patient_on_the_list_sees_the_wait_and_takes_them_off(site, talk):
    fern, petra = Client(), cast.petra()
    fern.force_login(cast.member("fern"))
    guarded = {guard.FIELD: guard.token(petra)}
    fern.post(reverse("welcome-earlier", args=[course_of(petra).code]), guarded | {"offer": str(talk.code)})
    page = fern.get(reverse("welcome-waiting", args=[site.slug])).content.decode()
    assert "Petra" in page
    assert "waits since Fri 20 Nov" in page

    fern.post(reverse("welcome-wants-no-more", args=[Waiting.objects.get().code]), guarded)

    page = fern.get(reverse("welcome-waiting", args=[site.slug])).content.decode()
    assert "Nobody waits" in page
    assert "does not want to wait" in page
    assert "Waiting list: 0" in fern.get(reverse("welcome-inbox", args=[site.slug])).content.decode()


def test_the_offers_link_lets_its_reader_leave_the_list(site, talk):
    hers = waits(site, talk, contact="ida@example.org")
    calendar.cancel(booking=desk_books(talk), by=None, at=NOW)
    letter = Outgoing.objects.get(template="waiting_offer")
    link = next(line for line in kept(letter.text, letter, NOW).splitlines() if "/list/" in line)
    url = link.partition("/welcome/")[1] + link.partition("/welcome/")[2]

    assert "Leave the waiting list?" in Client().get(url).content.decode()
    assert why(hers) == ""
    assert "You are not on the list" in Client().post(url).content.decode()
    assert why(hers) == "withdrawn"
