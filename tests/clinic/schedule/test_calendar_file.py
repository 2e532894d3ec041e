"""Calendar files: one id for ever, a number that rises, the site's own zone, no clinical word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from clearhead.clinic.people.models import Site
from clearhead.clinic.schedule import actions
from clearhead.clinic.schedule.calendar import calendar_file
from tests import cast
from tests.builders import course_of
from tests.cast import AT_TEN
from tests.clinic.schedule.conftest import furnish, infusion, phone_call

pytestmark = pytest.mark.django_db
MONDAY_NINE = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def booked(site: Site, service=None, starts_at=MONDAY_NINE):
    return actions.book(
        site=site,
        service=service or infusion(site),
        starts_at=starts_at,
        course=course_of(cast.petra()),
        by=None,
        at=AT_TEN,
    )


def event_in(text: str):
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    return event


def test_the_id_stays_and_the_number_rises_when_a_visit_moves(site) -> None:
    visit = booked(site)
    before = event_in(calendar_file(visit, at=AT_TEN))
    moved = actions.move(booking=visit, starts_at=MONDAY_NINE + timedelta(hours=1), by=None, at=AT_TEN)
    after = event_in(calendar_file(moved, at=AT_TEN))

    assert before["UID"] == after["UID"] == f"{visit.code}@clearhead"
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


def test_a_cancelled_visit_tells_the_calendar_to_remove_it(site) -> None:
    gone = actions.cancel(booking=booked(site), by=None, at=AT_TEN)
    text = calendar_file(gone, at=AT_TEN, method="CANCEL")

    assert "METHOD:CANCEL" in text
    assert (event_in(text)["STATUS"], event_in(text)["SEQUENCE"]) == ("CANCELLED", 1)


def test_no_clinical_word_and_no_name_stands_in_the_file(site) -> None:
    site.address = "12 Palo Verde Lane, Mesa"
    text = calendar_file(booked(site), at=AT_TEN, link="https://clinic.example/x/").lower()

    for word in ("infusion", "ketamine", "migraine", "headache", "petra", "lindqvist", "dario", "saguaro"):
        assert word not in text
    assert "palo verde" in text


def test_times_stand_in_the_zone_of_the_site_with_its_rules(site) -> None:
    text = calendar_file(booked(site), at=AT_TEN)

    assert "DTSTART;TZID=America/Phoenix:20261123T090000" in text
    assert "BEGIN:VTIMEZONE" in text
    assert "BEGIN:DAYLIGHT" not in text, "no clock is ever changed in Arizona"


@pytest.mark.parametrize(
    ("zone", "day", "eight_utc"),
    [
        ("America/Phoenix", "2026-10-30", 15),
        ("America/Phoenix", "2026-11-02", 15),
        ("America/Phoenix", "2027-03-12", 15),
        ("America/Phoenix", "2027-03-15", 15),
        ("America/Los_Angeles", "2026-10-30", 15),
        ("America/Los_Angeles", "2026-11-02", 16),
        ("America/Los_Angeles", "2027-03-12", 16),
        ("America/Los_Angeles", "2027-03-15", 15),
    ],
)
def test_eight_on_the_wall_is_the_first_start_before_and_after_the_clocks_change(db, zone, day, eight_utc) -> None:
    from clearhead.clinic.schedule.queries import free_starts

    site = furnish(Site.objects.create(slug="here", name="Here", zone=zone))
    date = datetime.fromisoformat(day).date()
    offers = free_starts(site=site, service=phone_call(site), from_date=date, days=1, at=AT_TEN - timedelta(days=60))

    assert offers[0].start == datetime(date.year, date.month, date.day, eight_utc, tzinfo=UTC)
    assert offers[-1].start.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "16:45"


def test_a_calendar_across_a_clock_change_reads_the_same_wall_time(db) -> None:
    site = furnish(Site.objects.create(slug="here", name="Here", zone="America/Los_Angeles"))
    course = course_of(cast.petra())
    course.site = site
    for moment in (datetime(2026, 10, 30, 16, 0, tzinfo=UTC), datetime(2026, 11, 2, 17, 0, tzinfo=UTC)):
        visit = actions.book(
            site=site, service=infusion(site), starts_at=moment, course=course, by=None, at=AT_TEN - timedelta(days=60)
        )
        event = event_in(calendar_file(visit, at=AT_TEN))
        assert event.start.strftime("%H:%M") == "09:00"
        assert event.start.astimezone(UTC) == moment
