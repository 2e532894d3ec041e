"""The day board, the journey and the patient's visits: one way on, a way back, and who did not come."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.home.day import day_board
from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.people import guard
from clearhead.clinic.plan.models import Escort, Session
from clearhead.clinic.plan.queries import visit_of
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.schedule.models import Booking
from tests import builders, cast
from tests.cast import AT_TEN, member
from tests.clinic.infusion import room
from tests.clinic.schedule.conftest import phone_call

pytestmark = pytest.mark.django_db


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(member(name))
    return client


def visit(starts_in: timedelta) -> Session:
    return builders.session(cast.petra(), starts_at=timezone.now() + starts_in)


def board(client: Client, session: Session) -> str:
    assert session.booking is not None
    day = session.booking.starts_at.astimezone(cast.mesa().tz).date()
    return str(client.get(reverse("home-day", args=["mesa"]), {"day": f"{day}"}).content.decode())


def test_who_did_not_come_is_noted_on_the_board_and_the_place_is_free_again() -> None:
    late, desk = visit(-timedelta(minutes=40)), signed_in("fern")
    assert "Did not come?" in board(desk, late)

    desk.post(
        reverse("home-visit-event", args=[late.booking.code]),
        {guard.FIELD: guard.token(late.patient), "kind": "no_show"},
    )

    late.booking.refresh_from_db()
    assert late.booking.status == "no_show"
    page = board(desk, late)
    assert "did not come" in page
    assert "Did not come?" not in page
    assert "Open record" not in page


def test_nobody_is_missed_before_the_hour_or_after_coming() -> None:
    early, desk = visit(timedelta(hours=2)), signed_in("fern")

    assert "Did not come?" not in board(desk, early)


def test_every_page_about_a_patient_leads_back_to_the_journey_of_who_may_read_it() -> None:
    session = visit(timedelta(days=1))
    way = reverse("home-course", args=[session.course.code])

    pages = {
        name: signed_in(name).get(reverse("plan-session", args=[session.code])).content.decode()
        for name in ("nina", "fern", "ada")
    }

    assert {name: way in page for name, page in pages.items()} == {"nina": True, "fern": True, "ada": False}
    assert f'href="{way}"' not in signed_in("nina").get(way).content.decode()


def test_a_patient_reads_the_same_hour_of_going_home_on_every_page() -> None:
    session = visit(timedelta(days=1))
    client, slot = Client(), visit_of(session).slot
    client.force_login(session.patient.user)

    page = client.get(reverse("home-visits")).content.decode()

    assert f"{slot.home_at.astimezone(session.site.tz):%H:%M} (Phoenix time)" in page


def test_a_visit_that_is_over_tells_how_long_it_was_and_no_hour_of_going_home() -> None:
    was_here, missed = visit(-timedelta(days=30)), visit(-timedelta(days=3))
    left_at = was_here.booking.starts_at + timedelta(hours=5)
    Discharge.objects.create(
        session=was_here, disposition="criteria_met", verdict={}, happened_at=left_at, recorded_at=left_at,
        recorded_by=member("nina"),
    )  # fmt: skip
    client = Client()
    client.force_login(was_here.patient.user)

    page = client.get(reverse("home-visits")).content.decode()

    assert page.count("You were here until") == 1
    assert f"{left_at.astimezone(was_here.site.tz):%H:%M} (Phoenix time)" in page
    assert "Going home at about" not in page
    assert page.count('class="card visit"') == len([was_here, missed])


def test_a_talk_by_phone_begins_on_the_board_and_nobody_arrives() -> None:
    petra, at = cast.petra(), timezone.now() + timedelta(minutes=5)
    booking = Booking.objects.create(
        site=cast.mesa(), service=phone_call(cast.mesa()), patient=petra, course=builders.course_of(petra),
        starts_at=at, ends_at=at + timedelta(minutes=15), created_at=at, status="booked",
    )  # fmt: skip
    day = booking.starts_at.astimezone(cast.mesa().tz).date()
    booked = signed_in("dario").get(reverse("home-day", args=["mesa"]), {"day": f"{day}"}).content.decode()

    signed_in("fern").post(
        reverse("home-visit-event", args=[booking.code]),
        {guard.FIELD: guard.token(booking.patient), "kind": "confirmed"},
    )
    confirmed = signed_in("dario").get(reverse("home-day", args=["mesa"]), {"day": f"{day}"}).content.decode()

    way = reverse("consult-new", args=[booking.course.code])
    assert way in booked
    assert way in confirmed
    assert "Has arrived" not in confirmed
    assert 'class="way"' not in confirmed


def test_a_public_wall_names_no_escort() -> None:
    session = builders.running(cast.petra(), at=timezone.now() - timedelta(minutes=30)).session
    now = timezone.now()
    Escort.objects.create(
        session=session, name="Erik Lindqvist", phone="555 0199", reached_at=now, happened_at=now, recorded_at=now
    )
    client = signed_in("nina")
    day = {"day": f"{session.booking.starts_at.astimezone(cast.mesa().tz).date()}"}  # type: ignore[union-attr]

    named = client.get(reverse("home-day", args=["mesa"]), day).content.decode()
    wall = client.get(reverse("home-day", args=["mesa"]), {**day, "wall": ""}).content.decode()

    assert "escort Erik Lindqvist" in named
    assert "Erik" not in wall
    assert "escort reached" in wall


def test_who_still_infuses_after_midnight_stands_on_the_new_days_board() -> None:
    session = room.running(AT_TEN)
    zone = cast.mesa().tz
    after = datetime.combine(AT_TEN.astimezone(zone).date() + timedelta(days=1), time(0, 20), zone)

    rows = day_board(cast.mesa(), after.date(), after)
    tomorrow = day_board(cast.mesa(), after.date() + timedelta(days=1), after)

    assert [(row.session, row.step) for row in rows] == [(session, "infusing")]
    assert tomorrow == []
    chair.stop(session=session, by=member("nina"), at=after)
    later = after + timedelta(hours=2)
    assert [row.step for row in day_board(cast.mesa(), after.date(), later)] == ["recovering"]
    assert day_board(cast.mesa(), after.date(), after + timedelta(hours=13)) == []


def test_a_pump_that_stands_still_is_told_as_paused() -> None:
    session = room.running(AT_TEN)
    chair.pause(session=session, by=member("nina"), at=AT_TEN + timedelta(minutes=10))
    now = AT_TEN + timedelta(minutes=15)

    row = next(row for row in day_board(cast.mesa(), AT_TEN.date(), now) if row.session == session)

    assert (row.step, row.word, row.since) == ("infusing", "paused", AT_TEN + timedelta(minutes=10))
