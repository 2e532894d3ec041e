"""A session whose day is over and that was never given: no go any more, but a word on what became of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion.models import GoNoGo
from clearhead.clinic.people import guard
from clearhead.clinic.plan import queries as plans
from clearhead.clinic.plan.models import Session
from clearhead.clinic.schedule import actions as schedule
from clearhead.clinic.schedule.models import Booking
from tests import builders, cast
from tests.cast import AT_TEN, PIN, member

pytestmark = pytest.mark.django_db
NEXT_DAY = AT_TEN + timedelta(days=1)


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = NEXT_DAY

    monkeypatch.setattr(timezone, "now", lambda: Clock.now)
    return Clock


@pytest.fixture
def session(clock) -> Session:
    return builders.session(cast.petra())


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(member(name))
    return client


def read(client: Client, name: str, *args: object, **query: str) -> str:
    return client.get(reverse(name, args=args), query).content.decode()


def guarded(session: Session, **said: str) -> dict[str, str]:
    return {guard.FIELD: guard.token(session.patient), **said}


@pytest.mark.parametrize(
    ("hours", "gone"), [(-1, False), (0, False), (13, False), (14, True), (24 * 8, True)]
)  # ten in the morning; midnight comes fourteen hours later
def test_a_day_is_gone_at_the_sites_midnight_after_it(session, hours, gone):
    assert session.day_is_gone(AT_TEN + timedelta(hours=hours)) is gone


def test_what_was_given_missed_or_cancelled_is_not_gone(session):
    booking = session.booking
    for status in (Booking.Status.NO_SHOW, Booking.Status.DONE, Booking.Status.CANCELLED):
        Booking.objects.filter(pk=booking.pk).update(status=status)
        session.booking.refresh_from_db()
        assert not session.day_is_gone(NEXT_DAY)


def test_a_session_that_ran_is_not_gone(clock):
    infusion = builders.running(cast.petra())

    assert not Session.objects.get(pk=infusion.session_id).day_is_gone(NEXT_DAY)


def test_neither_journey_nor_board_nor_chair_offers_a_go_any_more(session):
    nina = signed_in("nina")

    pages = [
        read(nina, "home-course", session.course.code),
        read(nina, "home-day", "mesa", day="2026-11-20"),
        read(nina, "infusion-chair", session.code),
    ]

    assert not [page for page in pages if "Go or no-go" in page]
    assert "the day is over, nothing was given" in pages[0]
    assert "Did not come</button>" in pages[1]
    assert "Another date" in pages[1]
    assert "Day over: did not come, or another date" in pages[2]
    listed = read(nina, "infusion-go", session.code)
    assert "it can no longer be started" in listed
    assert 'name="secret"' not in listed


def test_on_its_own_day_the_go_is_offered(session, clock):
    clock.now = AT_TEN
    nina = signed_in("nina")

    assert "Go or no-go" in read(nina, "home-course", session.course.code)
    assert 'name="secret"' in read(nina, "infusion-go", session.code)


def test_a_go_for_a_day_that_is_over_is_refused_and_a_no_go_is_kept(session):
    with pytest.raises(chair.ChairRefused, match="day of this session is over"):
        chair.sign_go(session=session, go=True, secret=chair.Secret(PIN), by=member("dario"), at=NEXT_DAY)
    assert not GoNoGo.objects.exists()

    chair.sign_go(
        session=session, go=False, reason="not treated", secret=chair.Secret(PIN), by=member("dario"), at=NEXT_DAY
    )
    assert GoNoGo.objects.count() == 1


def test_who_did_not_come_is_noted_and_the_next_page_finds_another_date(session):
    fern = signed_in("fern")
    assert "The day is over, and nothing was given" in read(fern, "plan-session", session.code)

    answer = fern.post(reverse("plan-missed", args=[session.code]), guarded(session))

    assert answer["Location"] == reverse("plan-dates", args=[session.order.code])
    session.booking.refresh_from_db()
    assert session.booking.status == Booking.Status.NO_SHOW
    assert session.number in plans.missing_numbers(session.order)
    journey = read(fern, "home-course", session.course.code)
    assert "did not come" in journey
    assert "Another date" in journey


def test_a_session_ahead_cannot_be_noted_as_missed_here(session, clock):
    clock.now = AT_TEN

    signed_in("fern").post(reverse("plan-missed", args=[session.code]), guarded(session))

    session.booking.refresh_from_db()
    assert session.booking.status == Booking.Status.BOOKED


def test_who_came_and_was_not_treated_has_not_come_on_the_new_date(session, clock):
    schedule.record_visit_event(booking=session.booking, kind="arrived", by=member("fern"), at=AT_TEN)
    Booking.objects.filter(pk=session.booking.pk).update(
        starts_at=AT_TEN + timedelta(days=3), ends_at=AT_TEN + timedelta(days=3, hours=4)
    )

    page = read(signed_in("fern"), "home-day", "mesa", day="2026-11-23")

    assert "Confirm</button>" in page
    assert "Check in</button>" not in page
