"""A clinic that is open round the clock offers parts of the day, not ninety-six times in a row."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.schedule.models import Opening
from clearhead.clinic.welcome import dayparts, queries
from tests import cast
from tests.clinic.schedule.conftest import furnish, phone_call

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return furnish(cast.mesa())


def round_the_clock(site):
    Opening.objects.filter(site=site).delete()
    for weekday in range(7):
        Opening.objects.create(site=site, weekday=weekday, opens=time(), closes=time(), from_date=date(2026, 1, 1))
    return site


def page_of(site, offer) -> str:
    return Client().get(reverse("welcome-book-time", args=[site.slug, offer.code, MONDAY])).content.decode()


@pytest.mark.parametrize(
    ("clock", "part"),
    [("00:00", "night"), ("05:45", "night"), ("06:00", "morning"), ("11:45", "morning"), ("12:00", "afternoon"),
     ("17:45", "afternoon"), ("18:00", "evening"), ("23:45", "evening")],
)  # fmt: skip
def test_the_clinics_own_clock_says_which_part_it_is(site, clock, part):
    moment = datetime.combine(MONDAY, time.fromisoformat(clock), tzinfo=site.tz).astimezone(UTC)

    assert dayparts.part_of(moment, site.tz) == part


def test_round_the_clock_night_and_evening_are_folded_and_no_page_counts_ninety_six(site):
    talk = phone_call(round_the_clock(site))
    days = Client().get(reverse("welcome-book-day", args=[site.slug, talk.code])).content.decode()
    times = page_of(site, talk)

    assert not re.search(r"\d\d times", days)
    assert "Morning, afternoon" in days
    assert re.findall(r'<details class="part"><summary>(\w+)', times) == ["Night", "Evening"]
    assert "00:00 – 05:45" in times
    assert times.count('name="start"') == 96
    assert re.findall(r'<h2 class="half">(\w+)</h2>', times) == ["Morning", "Afternoon"]


def test_a_day_with_few_times_says_how_many(site):
    talk = phone_call(site)
    Opening.objects.filter(site=site).update(closes=time(9))

    assert next(one.words for one in queries.free_days(site, queries.consult_offers(site, NOW)[0], NOW)) == "4 times"
    assert "<details" not in page_of(site, talk)


def test_a_clinic_that_is_open_in_the_evening_only_shows_its_evening(site):
    talk = phone_call(site)
    Opening.objects.filter(site=site).update(opens=time(18), closes=time(21))

    assert next(one.words for one in queries.free_days(site, queries.consult_offers(site, NOW)[0], NOW)) == "Evening"
    assert '<h2 class="half">Evening</h2>' in page_of(site, talk)
