"""A departure whose answer was lost: the page says that it looks, and then shows what stands."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from clearhead.clinic.recovery.models import Discharge
from tests.cast import member
from tests.clinic.infusion.room import minutes
from tests.clinic.recovery import ward

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.hazard("H-24")]


@pytest.fixture
def leaving(open_page: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nina corrects a departure: the patient was admitted. What the browser asks on leaving is noted."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: ward.ENDED + minutes(20))
    session, page, dialogs = ward.ended(), open_page(service_workers="block"), []
    ward.go(session, ward.ENDED + minutes(20), disposition="against_advice", reason="Leaves with a friend.")
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    sign_in(page, member("nina"))
    page.goto(f"/recovery/{session.code}/?correct")
    page.locator("#leave input[value=admitted]").check()
    page.locator("#id_reason").fill("Taken to the ward.")
    return page, session, dialogs


def test_a_correction_that_was_saved_and_not_answered_leads_to_what_stands(leaving: Any) -> None:
    page, session, dialogs = leaving

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/leave/", lose)
    page.locator("#leave button.primary").click()

    page.locator("h2", has_text="Admitted").wait_for()
    expect(page.locator("h1")).to_have_text("Left")
    assert "correct" not in page.url
    assert (Discharge.objects.filter(session=session).count(), dialogs) == (2, [])


def test_one_that_never_arrived_says_that_it_looks_then_that_nothing_stands_and_goes_when_pressed_again(
    leaving: Any,
) -> None:
    page, session, dialogs = leaving
    page.route("**/leave/", lambda route: route.abort())
    held: list[Any] = []
    page.route("**/live/**", lambda route: held.append(route))
    page.locator("#leave button.primary").click()
    page.locator("#leave .errors", has_text="Perhaps saved").wait_for()
    page.unroute("**/leave/")
    page.unroute("**/live/**")
    for route in held:
        route.continue_()

    page.locator("#leave .errors", has_text="has nothing of it yet").wait_for()
    assert page.locator("#id_reason").input_value() == "Taken to the ward."
    assert Discharge.objects.filter(session=session).count() == 1
    page.locator("#leave button.primary").click()
    page.locator("h2", has_text="Admitted").wait_for()
    assert (Discharge.standing().get(session=session).reason, dialogs) == ("Taken to the ward.", [])
