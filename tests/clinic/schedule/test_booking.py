"""Holding, booking, moving and cancelling a visit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from clearhead.clinic.audit.models import Event
from clearhead.clinic.people.models import Patient
from clearhead.clinic.schedule import actions, queries
from clearhead.clinic.schedule.models import Booking, Occupancy, Resource, VisitEvent
from clearhead.clinic.schedule.visits import phases_of
from tests import cast
from tests.builders import course_of
from tests.cast import AT_TEN
from tests.clinic.schedule.conftest import infusion, phone_call

pytestmark = pytest.mark.django_db
MONDAY_NINE = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def book(site, service, starts_at=MONDAY_NINE, patient=None, **more):
    course = course_of(patient or cast.petra())
    return actions.book(site=site, service=service, starts_at=starts_at, course=course, by=None, at=AT_TEN, **more)


def someone(name: str, site) -> Patient:
    return cast._patient(name, "Quill", date(1980, 1, 1), "", site)


def taken(booking) -> set[tuple[str, str]]:
    return {(row.phase, row.resource.kind) for row in booking.occupancies.filter(released_at__isnull=True)}


def test_a_booking_takes_up_what_every_phase_needs_and_the_patient(site) -> None:
    booked = book(site, infusion(site))

    assert booked.status == "booked"
    assert booked.ends_at - booked.starts_at == timedelta(minutes=120)
    assert ("set_up", "clinician") in taken(booked)
    assert ("recovery", "nurse_share") in taken(booked)
    assert ("turnover", "patient") in taken(booked)
    assert ("turnover", "nurse_share") not in taken(booked)
    clinician = booked.occupancies.get(resource__kind="clinician")
    assert clinician.ends_at - clinician.starts_at == timedelta(minutes=10)


def test_a_third_infusion_finds_no_chair_and_is_told_what_is_missing(site) -> None:
    service = infusion(site)
    book(site, service, MONDAY_NINE, someone("Ann", site))
    book(site, service, MONDAY_NINE + timedelta(minutes=10), someone("Bea", site))

    with pytest.raises(actions.SlotTaken) as refusal:
        book(site, service, MONDAY_NINE + timedelta(minutes=20))

    assert str(refusal.value) == "This time was just taken. Nothing was booked. Choose another time."
    assert "No chair is free from 09:20" in refusal.value.in_full
    assert "all 2 are taken" in refusal.value.in_full
    assert Booking.objects.count() == 2


def test_a_patient_is_never_in_two_places(site) -> None:
    service = phone_call(site)
    Resource.objects.create(site=site, kind="clinician", name="Second", from_date=date(2026, 1, 1))
    book(site, service)

    with pytest.raises(actions.SlotTaken) as refusal:
        book(site, service)

    assert refusal.value.reasons == ("The patient has another appointment between 09:00 and 09:15.",)


def test_outside_opening_hours_nothing_can_be_booked(site) -> None:
    with pytest.raises(actions.SlotTaken) as refusal:
        book(site, phone_call(site), MONDAY_NINE - timedelta(hours=2))

    assert "on duty or open" in refusal.value.in_full


def test_a_time_that_has_passed_cannot_be_booked(site) -> None:
    with pytest.raises(actions.BookingRefused, match="passed"):
        book(site, phone_call(site), AT_TEN - timedelta(hours=1))


def test_a_hold_keeps_the_time_for_ten_minutes_and_no_longer(site) -> None:
    service = phone_call(site)
    held = actions.hold(site=site, service=service, starts_at=MONDAY_NINE, by=None, at=AT_TEN)
    with pytest.raises(actions.SlotTaken):
        book(site, service)

    later = AT_TEN + timedelta(minutes=10)
    booked = actions.book(
        site=site, service=service, starts_at=MONDAY_NINE, course=course_of(cast.petra()), by=None, at=later
    )

    held.refresh_from_db()
    assert booked.status == "booked"
    assert held.status == "expired"


def test_nothing_stretches_a_hold(site) -> None:
    again = uuid4()
    said = {"site": site, "service": phone_call(site), "starts_at": MONDAY_NINE, "by": None, "client_id": again}
    first = actions.hold(**said, at=AT_TEN)
    second = actions.hold(**said, at=AT_TEN + timedelta(minutes=9))

    assert second.pk == first.pk
    assert second.hold_until == AT_TEN + timedelta(minutes=10)


def test_a_hold_becomes_a_booking_in_time(site) -> None:
    held = actions.hold(site=site, service=phone_call(site), starts_at=MONDAY_NINE, by=None, at=AT_TEN)
    booked = actions.confirm_hold(
        booking=held, course=course_of(cast.petra()), by=None, at=AT_TEN + timedelta(minutes=9)
    )

    assert (booked.status, booked.hold_until, booked.patient) == ("booked", None, cast.petra())
    assert ("patient", "patient") in taken(booked)


@pytest.mark.parametrize("minutes", [10, 11])
def test_a_hold_that_ran_out_is_not_booked(site, minutes) -> None:
    held = actions.hold(site=site, service=phone_call(site), starts_at=MONDAY_NINE, by=None, at=AT_TEN)
    with pytest.raises(actions.HoldOver, match="ten minutes"):
        actions.confirm_hold(
            booking=held, course=course_of(cast.petra()), by=None, at=AT_TEN + timedelta(minutes=minutes)
        )

    held.refresh_from_db()
    assert held.status == "held"
    assert held.patient is None


def test_the_ticker_lets_go_of_expired_holds(site) -> None:
    held = actions.hold(site=site, service=phone_call(site), starts_at=MONDAY_NINE, by=None, at=AT_TEN)
    actions.release_expired(at=AT_TEN + timedelta(minutes=9))
    held.refresh_from_db()
    assert held.status == "held"

    actions.release_expired(at=AT_TEN + timedelta(minutes=10))
    held.refresh_from_db()
    assert held.status == "expired"
    assert not taken(held)


def test_a_series_is_booked_whole_or_not_at_all(site) -> None:
    service = infusion(site)
    starts = [MONDAY_NINE + timedelta(days=day) for day in range(5)]
    course = course_of(cast.petra())
    weekend = [*starts, MONDAY_NINE + timedelta(days=5)]
    with pytest.raises(actions.SlotTaken):
        actions.book_series(
            site=site, service=service, course=course, starts=weekend, phases=phases_of(service), by=None, at=AT_TEN
        )
    assert not Booking.objects.exists()
    assert not Occupancy.objects.exists()

    made = actions.book_series(
        site=site, service=service, course=course, starts=starts, phases=phases_of(service), by=None, at=AT_TEN
    )
    assert [one.starts_at for one in made] == starts
    assert len({one.series_code for one in made}) == 1


def test_moving_keeps_the_booking_frees_the_old_time_and_counts_the_change(site) -> None:
    service = phone_call(site)
    booked = book(site, service)
    moved = actions.move(booking=booked, starts_at=MONDAY_NINE + timedelta(hours=1), by=None, at=AT_TEN)

    assert moved.pk == booked.pk
    assert moved.ics_sequence == 1
    assert book(site, service, patient=someone("Ann", site)).status == "booked"


def test_a_booking_may_move_into_its_own_time(site) -> None:
    booked = book(site, infusion(site))
    moved = actions.move(booking=booked, starts_at=MONDAY_NINE + timedelta(minutes=30), by=None, at=AT_TEN)

    assert moved.starts_at == MONDAY_NINE + timedelta(minutes=30)


def test_a_move_that_is_refused_leaves_the_booking_where_it_was(site) -> None:
    service = phone_call(site)
    booked = book(site, service)
    book(site, service, MONDAY_NINE + timedelta(hours=1), someone("Ann", site))

    with pytest.raises(actions.SlotTaken):
        actions.move(booking=booked, starts_at=MONDAY_NINE + timedelta(hours=1), by=None, at=AT_TEN)

    booked.refresh_from_db()
    assert (booked.starts_at, booked.ics_sequence) == (MONDAY_NINE, 0)
    assert ("consult", "clinician") in taken(booked)


def test_cancelling_frees_the_chair_at_once_and_happens_once(site) -> None:
    service = phone_call(site)
    booked = book(site, service)
    gone = actions.cancel(booking=booked, by=None, at=AT_TEN)

    assert gone.status == "cancelled"
    assert not taken(gone)
    with pytest.raises(actions.NotOpen, match="cancelled"):
        actions.cancel(booking=booked, by=None, at=AT_TEN)
    with pytest.raises(actions.NotOpen):
        actions.move(booking=booked, starts_at=MONDAY_NINE + timedelta(days=1), by=None, at=AT_TEN)
    assert book(site, service).status == "booked"


def test_the_day_board_shows_what_became_of_a_visit(site) -> None:
    booked = book(site, infusion(site))
    actions.record_visit_event(
        booking=booked, kind="arrived", by=cast.member("fern"), at=MONDAY_NINE, happened_at=MONDAY_NINE
    )

    (row,) = queries.day_of(site, MONDAY_NINE.astimezone(site.tz).date())
    assert (row.chair, row.last_event, row.arrived_at) == ("Chair 1", "arrived", MONDAY_NINE)
    assert row.patient == cast.petra()
    assert Event.objects.filter(verb="visit: arrived", patient_code=str(cast.petra().code)).exists()


def test_a_step_of_a_visit_that_two_people_press_stands_once(site) -> None:
    booking = book(site, infusion(site))

    rows = [
        actions.record_visit_event(booking=booking, kind="arrived", by=cast.member(who), at=AT_TEN)
        for who in ("fern", "nina", "fern")
    ]

    assert len({row.pk for row in rows}) == 1
    assert booking.events.count() == 1


def test_who_did_not_come_frees_the_chair(site) -> None:
    booked = book(site, infusion(site))
    actions.record_visit_event(booking=booked, kind=VisitEvent.Kind.NO_SHOW, by=None, at=MONDAY_NINE)

    booked.refresh_from_db()
    assert booked.status == "no_show"
    assert not taken(booked)


def test_a_repeated_booking_is_the_same_booking(site) -> None:
    again, service = uuid4(), phone_call(site)
    first = book(site, service, client_id=again)
    assert book(site, service, client_id=again).pk == first.pk
    assert Booking.objects.count() == 1
