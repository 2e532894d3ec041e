"""A hotel's network or a proxy under repair answers in the clinic's place: that is no answer, and is not believed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone
from playwright.sync_api import expect

from clearhead.clinic.infusion.models import Event
from clearhead.clinic.web.mark import Mark
from tests.cast import member
from tests.clinic.infusion.room import minutes
from tests.clinic.infusion.scene import lively
from tests.clinic.infusion.test_offline_page import KEPT
from tests.clinic.recovery import ward

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.hazard("H-24")]
WIFI = "<!doctype html><title>Free Wifi</title><h1>Accept the terms</h1>"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """From now on somebody else answers everything, with this status; 0 gives the clinic back."""
    real, status = Mark.__call__, [0]

    def answer(mark: Mark, request: Any) -> Any:
        if not status[0] or request.path.endswith("worker.js"):  # the browser itself complains of a worker that is none
            return real(mark, request)
        reply = HttpResponse(WIFI, status=status[0])
        if status[0] == 302:
            reply.headers["Location"] = "/terms/"
        return reply

    def switch(to: int) -> None:
        status[0] = to

    monkeypatch.setattr(Mark, "__call__", answer)
    return switch


@pytest.fixture
def at(open_page: Any, sign_in: Any) -> Callable[[str], Any]:
    """Nina at this address."""

    def enter(address: str) -> Any:
        page = open_page(timezone_id="America/Phoenix")
        sign_in(page, member("nina"))
        page.goto(address)
        return page

    return enter


def note(page: Any, text: str) -> None:
    page.locator("[data-face=note]").click()
    page.locator("#note-text").fill(text)
    page.locator("#face-note button.primary").click()


@pytest.mark.parametrize("status", [200, 403])
def test_the_chair_is_lost_keeps_what_is_entered_and_charts_it_at_its_own_time(
    at: Any, elsewhere: Any, status: int
) -> None:
    session = lively(timezone.now())
    page = at(f"/infusion/{session.code}/")
    expect(page.locator(".room")).to_have_attribute("data-device-off", re.compile(r"^-?\d$"))

    elsewhere(status)
    page.locator("#lost-notice").wait_for()
    note(page, "behind the hotel's page")
    page.locator("#unsent", has_text="1").wait_for()
    written = timezone.now()
    assert page.locator("#clock-notice").count() == 0
    assert page.locator(".strip").is_visible(), "nobody was signed out"

    elsewhere(0)
    page.locator("#unsent[data-count='0']").wait_for(state="attached")
    row = Event.objects.get(session=session, text="behind the hotel's page")
    assert abs((row.happened_at - written).total_seconds()) < 10


def test_the_recovery_room_stays_on_the_screen(at: Any, elsewhere: Any) -> None:
    session = ward.ended(at=timezone.now() - minutes(20))
    page = at(f"/recovery/{session.code}/")
    page.locator("#lock-now").wait_for()

    elsewhere(200)
    page.locator("#lost-notice").wait_for()

    assert page.locator(".urgent .stop").is_visible()
    elsewhere(0)
    page.locator("#lost-notice").wait_for(state="hidden")


def test_a_board_shows_nothing_of_it_and_says_that_the_clinic_is_lost(at: Any, elsewhere: Any) -> None:
    session = lively(timezone.now())
    page = at(f"/home/{session.site.slug}/day/")  # the same script as the chairs
    page.locator("[data-poll]").wait_for()

    elsewhere(200)
    page.locator(".lost", has_text=" ").wait_for()

    assert "Accept the terms" not in page.locator("body").inner_text()


@pytest.mark.parametrize("status", [302, 403])
def test_a_reload_brings_the_kept_page_back_and_wipes_nothing(at: Any, elsewhere: Any, status: int) -> None:
    session = lively(timezone.now())
    page = at(f"/infusion/{session.code}/")
    for _ in range(600):
        if page.evaluate(KEPT):
            break
        page.wait_for_timeout(50)

    elsewhere(status)
    page.reload()

    page.locator("#lost-notice").wait_for()
    assert str(session.patient) in page.locator("body").inner_text()
    assert page.evaluate(KEPT)


def test_a_card_of_the_go_list_is_not_swapped_for_it(at: Any, elsewhere: Any) -> None:
    session = lively(timezone.now())
    page = at(f"/infusion/{session.code}/go/")
    card = page.locator("[id^=gate-]").first
    before = card.inner_text()

    elsewhere(200)
    with page.expect_response("**/infusion/**"):
        page.locator("[id^=gate-] button[name=ok]").first.click()
    page.wait_for_load_state("networkidle")

    assert card.inner_text() == before
