"""Free starts, series and the waiting list."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from clearhead.capacity.series import CONSECUTIVE
from clearhead.clinic.schedule import actions, queries
from clearhead.clinic.schedule.models import Opening, Resource
from clearhead.clinic.schedule.visits import as_rows, phases_of, read_rows
from tests import cast
from tests.builders import course_of
from tests.cast import AT_TEN
from tests.clinic.schedule.conftest import infusion, phone_call

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
MONDAY_NINE = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def starts_on(site, service, day=MONDAY, at=AT_TEN, **more) -> list[str]:
    offers = queries.free_starts(site=site, service=service, from_date=day, days=1, at=at, **more)
    return [offer.start.astimezone(site.tz).strftime("%H:%M") for offer in offers]


def test_a_booked_time_is_no_longer_offered_and_a_hold_only_for_ten_minutes(site) -> None:
    service = phone_call(site)
    actions.hold(site=site, service=service, starts_at=MONDAY_NINE, by=None, at=AT_TEN)

    assert "09:00" not in starts_on(site, service)
    assert "09:00" in starts_on(site, service, at=AT_TEN + timedelta(minutes=10))


def test_the_past_of_today_is_not_offered(site) -> None:
    assert starts_on(site, phone_call(site), day=date(2026, 11, 20))[0] == "10:15"


def test_a_closed_day_a_holiday_and_a_day_off_offer_nothing(site) -> None:
    service = phone_call(site)
    assert starts_on(site, service, date(2026, 11, 22)) == []

    closed = {"opens": time(0), "closes": time(0), "closed": True, "from_date": date(2026, 1, 1)}
    Opening.objects.create(site=site, on_date=date(2026, 11, 26), **closed)
    assert starts_on(site, service, date(2026, 11, 26)) == []

    Opening.objects.create(
        site=site, resource=Resource.objects.get(kind="clinician"), on_date=date(2026, 11, 24), **closed
    )
    assert starts_on(site, service, date(2026, 11, 24)) == []


def test_why_not_names_what_is_missing(site) -> None:
    (shortage,) = queries.why_not(
        site=site, service=phone_call(site), starts_at=MONDAY_NINE + timedelta(hours=9), at=AT_TEN
    )
    assert shortage.sentence(site.tz) == "No clinician is on duty or open from 18:00 to 18:15 (consult)."


def test_a_proposed_series_can_be_booked_as_it_stands(site) -> None:
    service = infusion(site)
    best = queries.propose_series(
        site=site,
        phases=phases_of(service),
        sessions=5,
        pattern=CONSECUTIVE,
        from_date=MONDAY,
        days=3,
        at=AT_TEN,
        patient=cast.petra(),
    )[0]
    made = actions.book_series(
        site=site,
        service=service,
        course=course_of(cast.petra()),
        starts=[session.offer.start for session in best.sessions],
        phases=phases_of(service),
        by=None,
        at=AT_TEN,
    )
    assert best.complete
    assert len(made) == 5


def test_phases_survive_being_written_down(site) -> None:
    phases = phases_of(infusion(site))
    assert read_rows(as_rows(phases)) == phases


def test_the_waiting_list_is_in_order_of_time_and_holds_a_person_once(site) -> None:
    service = phone_call(site)
    first = actions.join_waiting(site=site, service=service, contact="555 0101", by=None, at=AT_TEN)
    said = {"site": site, "service": service, "patient": cast.petra(), "by": None}
    second = actions.join_waiting(**said, at=AT_TEN + timedelta(minutes=1))
    assert actions.join_waiting(**said, at=AT_TEN + timedelta(hours=1)).pk == second.pk

    assert queries.next_waiting(site, service) == first
    actions.note_offer(waiting=first, by=None, at=AT_TEN)
    assert queries.next_waiting(site, service) == second
    with pytest.raises(actions.BookingRefused, match="how to reach"):
        actions.join_waiting(site=site, service=service, by=None, at=AT_TEN)
