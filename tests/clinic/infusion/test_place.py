"""A session starts on the day of its booking, in a chair that nobody else sits in; both are gates of their own."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connections
from django.db.models import F

from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.models import GoNoGo, Infusion
from clearhead.clinic.infusion.queries.place import chair_taken
from clearhead.clinic.plan.models import Session
from clearhead.clinic.schedule import actions as schedule
from clearhead.clinic.schedule.models import Booking, Occupancy, Resource
from tests import builders
from tests.cast import AT_TEN, LONG_AGO, member, mesa, petra, vera
from tests.clinic.infusion import morning
from tests.clinic.infusion.room import hang, minutes

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-01")]


def moved(session: Session, by: timedelta) -> Session:
    Booking.objects.filter(pk=session.booking_id).update(starts_at=F("starts_at") + by, ends_at=F("ends_at") + by)
    return Session.objects.get(pk=session.pk)


def seated(session: Session, name: str = "Chair 2") -> None:
    chair, _new = Resource.objects.get_or_create(
        site=mesa(), kind="chair", name=name, defaults={"from_date": LONG_AGO.date()}
    )
    booking = session.booking
    assert booking is not None
    shift = timedelta(days=Occupancy.objects.count())  # the calendar itself refuses overlap
    Occupancy.objects.create(
        booking=booking, resource=chair, phase="infusion", starts_at=booking.starts_at + shift,
        ends_at=booking.ends_at + shift,
    )  # fmt: skip


def against(session: Session) -> set[str]:
    with pytest.raises(actions.StartRefused) as refusal:
        morning.go(session)
    assert not GoNoGo.objects.filter(session=session).exists()
    return {reason.gate for reason in refusal.value.verdict.blocking}


@pytest.mark.parametrize("days", [1, 7])
def test_a_session_of_another_day_is_not_started_today(days: int) -> None:
    session = moved(morning.prepared(morning.booked()), timedelta(days=days))

    assert against(session) == {"booked_today"}


def test_a_go_does_not_outlive_a_booking_that_was_moved() -> None:
    session = morning.prepared(morning.booked())
    morning.go(session)
    session = moved(session, timedelta(days=1))

    with pytest.raises(actions.StartRefused, match="not for today"):
        morning.start(session, AT_TEN + minutes(2))

    assert not Infusion.objects.exists()


@pytest.mark.parametrize("hours", [-10.5, 14.5])
def test_a_visit_around_midnight_is_still_of_its_day(hours: float) -> None:
    session = moved(morning.prepared(morning.booked()), timedelta(hours=hours))  # 23:30 before, 00:30 after
    booking = session.booking
    assert booking is not None
    at = booking.starts_at + (minutes(40) if hours < 0 else -minutes(40))

    from clearhead.clinic.infusion.queries.place import other_day

    assert mesa().today(booking.starts_at) != mesa().today(at)
    assert other_day(session, at) == ""
    assert other_day(session, at + timedelta(days=2)) != ""


def test_nothing_starts_in_a_chair_where_somebody_else_runs_or_recovers() -> None:
    other = builders.running(vera(), at=AT_TEN - minutes(90)).session
    session = morning.prepared(morning.booked())
    seated(other)
    seated(session)
    assert against(session) == {"chair_free"}

    Infusion.objects.filter(session=other).update(ended_at=AT_TEN - minutes(20))
    assert against(session) == {"chair_free"}

    schedule.record_visit_event(booking=other.booking, kind="left", by=member("nina"), at=AT_TEN - minutes(5))
    assert morning.go(session).go


def test_another_chair_and_somebody_of_yesterday_are_in_nobodys_way() -> None:
    other = builders.running(vera(), at=AT_TEN - minutes(90)).session
    session = morning.prepared(morning.booked())
    seated(other, "Chair 1")
    seated(session)
    assert morning.go(session).go

    Occupancy.objects.filter(booking=other.booking).update(resource=Resource.objects.get(name="Chair 2"))
    Infusion.objects.filter(session=other).update(ended_at=AT_TEN - timedelta(days=1))
    assert morning.go(session).go


@pytest.mark.django_db(transaction=True)
def test_of_two_who_start_in_one_chair_at_once_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = [builders.session(person) for person in (petra(), vera())]
    for one in sessions:
        seated(one)
        morning.STEPS["weight_today"](one, AT_TEN)
        hang(one)
    ready, told = threading.Barrier(2), []

    def judge(*, session: Session, at: datetime) -> None:
        taken = chair_taken(session, at)
        time.sleep(0.2)  # time enough for the other one to look, were it let
        if taken:
            raise actions.refuse("chair_free", "Chair", taken)

    def begin(session: Session) -> None:
        ready.wait()
        try:
            morning.start(session)
            told.append("started")
        except actions.ChairRefused as refusal:
            told.append(str(refusal))
        finally:
            connections.close_all()

    monkeypatch.setattr(import_module("clearhead.clinic.infusion.actions.start"), "judge_start", judge)
    threads: list[Any] = [threading.Thread(target=begin, args=(one,)) for one in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Infusion.objects.count() == 1
    assert sorted(one == "started" for one in told) == [False, True]
    assert any("Somebody else is still in Chair 2" in one for one in told)
