"""A wrong tap on the day's board is taken back by a second fact, and the visit stands where it stood before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.audit.models import Event
from clearhead.clinic.home.chairs import _came as came
from clearhead.clinic.home.day import day_board
from clearhead.clinic.people import guard
from clearhead.clinic.plan.models import Session
from clearhead.clinic.schedule import actions as schedule
from clearhead.clinic.schedule.models import VisitEvent
from tests import builders, cast
from tests.cast import member
from tests.clinic.home.test_day import board, signed_in, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Session:
    return visit(-timedelta(minutes=5))


def tap(session: Session, *kinds: str) -> VisitEvent:
    said = [
        schedule.record_visit_event(booking=session.booking, kind=kind, by=member("fern"), at=timezone.now())
        for kind in kinds
    ]
    return said[-1]


def take_back(client: Client, session: Session, event: VisitEvent) -> Any:
    said = {guard.FIELD: guard.token(session.patient), "tap": str(event.code)}
    return client.post(reverse("home-take-back", args=[session.booking.code]), said, follow=True)


def step(session: Session) -> str:
    now = timezone.now()
    rows = day_board(session.site, session.site.today(session.booking.starts_at), now)
    return next(row.step for row in rows if row.session == session)


@pytest.mark.parametrize(
    ("taps", "before"),
    [
        (["confirmed"], "booked"),
        (["confirmed", "arrived"], "confirmed"),
        (["arrived", "checked"], "arrived"),
        (["arrived", "checked", "roomed"], "checked"),
    ],
)
def test_each_step_on_the_way_to_the_chair_is_taken_back(session: Session, taps: list[str], before: str) -> None:
    event = tap(session, *taps)
    assert f"Take back “{event.kind}”" in board(signed_in("nina"), session)

    page = take_back(signed_in("fern"), session, event).content.decode()

    assert step(session) == before
    assert f"“{event.kind}” taken back" in page
    assert member("fern").name in page
    struck = VisitEvent.objects.get(struck=True)
    assert (struck.corrects, struck.recorded_by) == (event, member("fern"))
    assert Event.objects.filter(verb="visit: taken_back").count() == 1


def test_twice_is_once_and_the_step_can_be_tapped_again(session: Session) -> None:
    event = tap(session, "arrived")
    for _again in range(2):
        take_back(signed_in("fern"), session, event)
    assert VisitEvent.objects.filter(struck=True).count() == 1

    tap(session, "arrived")

    assert step(session) == "arrived"
    assert "taken back" not in board(signed_in("fern"), session)


def test_a_chair_whose_visitor_was_taken_back_stands_empty(session: Session) -> None:
    take_back(signed_in("fern"), session, tap(session, "arrived", "checked", "roomed"))

    assert came([session.booking.pk]) == {session.booking.pk: "checked"}


def test_what_somebody_noted_meanwhile_is_not_taken_back_with_it(session: Session) -> None:
    seen = tap(session, "arrived")
    tap(session, "checked")

    page = take_back(signed_in("fern"), session, seen).content.decode()

    assert "Something else was noted since" in page
    assert step(session) == "checked"
    assert not VisitEvent.objects.filter(struck=True).exists()


def test_once_the_infusion_runs_or_the_place_is_free_nothing_is_taken_back(session: Session) -> None:
    runs = builders.running(cast.vera(), at=timezone.now() - timedelta(minutes=30)).session
    missed = tap(session, "no_show")
    for one, event in ((runs, tap(runs, "roomed")), (session, missed)):
        assert "Take back “" not in board(signed_in("fern"), one)
        take_back(signed_in("fern"), one, event)

    assert not VisitEvent.objects.filter(struck=True).exists()


def test_who_may_not_tap_may_not_take_back(session: Session) -> None:
    event = tap(session, "arrived")

    assert take_back(signed_in("farid"), session, event).status_code == 403
    assert not VisitEvent.objects.filter(struck=True).exists()


def test_more_taps_cost_the_board_no_more_questions(session: Session) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert step(session)
        return len(asked)

    tap(session, "confirmed")
    before = questions()
    tap(session, "arrived", "checked", "roomed")

    assert questions() == before
