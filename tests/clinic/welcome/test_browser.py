"""Booking in a real browser: without script on a phone, and with script far from the clinic."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from clearhead.clinic.schedule.models import Booking
from tests import cast
from tests.clinic.schedule.conftest import furnish, phone_call

if TYPE_CHECKING:
    from tests.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic(transactional_db):
    return phone_call(furnish(cast.mesa()))


def book(page) -> None:
    page.goto("/welcome/")
    page.get_by_role("link", name="Book a first talk").click()
    page.get_by_role("link", name="Phone call").click()
    page.locator(".choices-grid a").nth(1).click()
    page.locator(".times button").first.click()
    page.get_by_label("First name").fill("Ida")
    page.get_by_label("Last name").fill("Brook")
    page.get_by_label("Date of birth").fill("1991-04-02")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Phone").fill("555 0177")


def test_a_visitor_books_moves_and_cancels_on_a_phone_without_script(clinic, open_page: OpenPage) -> None:
    from playwright.sync_api import expect

    page = open_page(width=360, height=740, script=False)
    book(page)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", name="Your appointment is booked")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.get_by_role("link", name="Move it").click()
    page.locator(".choices-grid a").nth(2).click()
    page.locator(".times button").nth(3).click()
    assert Booking.objects.get().ics_sequence == 1

    page.get_by_text("Cancel this appointment").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_role("heading", name="This appointment is cancelled")).to_be_visible()
    assert Booking.objects.get().status == "cancelled"


def test_the_countdown_runs_by_the_clinics_clock_and_the_own_zone_is_named(clinic, open_page: OpenPage) -> None:
    from playwright.sync_api import expect

    page = open_page(timezone_id="America/New_York")
    page.clock.install(time=datetime(2020, 1, 1, tzinfo=UTC))  # a device whose clock is years behind
    book(page)
    left = page.locator("[data-until]")
    expect(left).to_have_text(re.compile(r"^(10:00|9:[0-5]\d) left$"))
    page.get_by_role("button", name="Book this time").click()
    expect(page.locator("[data-zone]")).to_contain_text("(New York)")

    page.go_back()
    page.goto("/welcome/mesa/book/")
    page.get_by_role("link", name="Phone call").click()
    page.locator(".choices-grid a").nth(1).click()
    page.locator(".times button").first.click()
    page.clock.fast_forward("11:00")
    expect(left).to_have_text("The ten minutes are over. Choose a time again.")
