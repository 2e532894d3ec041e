"""H-49, H-24: an emergency is two taps from the chair, with the network and without it, and on a locked screen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion.models import Event
from clearhead.clinic.plan.models import Session
from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.hazard("H-49")]


def at_the_chair(page: Any, sign_in: Any) -> Session:
    session = lively(timezone.now())
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()
    page.wait_for_load_state("networkidle")
    return session


def lines(session: Session) -> list[str]:
    rows = Event.objects.filter(session=session, kind="emergency").order_by("happened_at", "pk")
    return [row.detail["what"] for row in rows]


def event(page: Any, word: str) -> Any:
    return page.locator(f"#face-emergency button[value={word}]")


def test_two_taps_on_a_phone_write_the_first_line_and_one_tap_each_that_follows(phone: Any, sign_in: Any) -> None:
    session = at_the_chair(phone, sign_in)

    phone.locator(".urgent .emergency").tap()
    event(phone, "airway").tap()
    event(phone, "oxygen").tap()
    phone.locator("#emergency-said li", has_text=re.compile("oxygen · saved to the clinic")).wait_for()

    assert lines(session) == ["airway", "oxygen"]
    assert phone.locator("[data-hold]").is_visible(), "STOP stays in reach beside the face"
    phone.locator("#face-emergency a.primary").tap()
    phone.get_by_role("heading", name="Transfer sheet").wait_for()
    assert phone.locator(".done-list", has_text="airway").is_visible()


@pytest.mark.hazard("H-24")
def test_without_the_network_each_line_is_on_the_tablet_at_once_and_reaches_the_record_once(
    page: Any, sign_in: Any
) -> None:
    session = at_the_chair(page, sign_in)
    page.context.set_offline(True)

    page.locator(".urgent .emergency").click()
    for word in ("unresponsive", "cpr", "aed"):
        event(page, word).click()
        page.locator("#emergency-said li", has_text="saved here").last.wait_for()
    page.locator("#face-emergency input[name=text]").fill("Dario leads")
    page.keyboard.press("Enter")
    page.locator("#unsent", has_text="4").wait_for()
    assert lines(session) == []

    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")
    assert lines(session) == ["unresponsive", "cpr", "aed", "other"]
    rows = Event.objects.filter(session=session, kind="emergency")
    assert all(row.queued and row.recorded_by == member("nina") for row in rows)
    assert rows.filter(text="Dario leads").count() == 1


@pytest.mark.hazard("H-43")
def test_a_locked_screen_takes_emergency_lines_and_shows_no_name(page: Any, sign_in: Any) -> None:
    session = at_the_chair(page, sign_in)
    page.locator("#lock-now button").click()
    page.locator("#locked-box").wait_for()

    page.locator(".urgent .emergency").click()
    event(page, "suction").click()
    page.locator("#emergency-said li", has_text="saved to the clinic").wait_for()

    row = Event.objects.get(session=session, kind="emergency")
    assert (row.detail["what"], row.recorded_by) == ("suction", None)
    assert session.patient.family_name not in page.inner_text("body")


def test_without_script_the_button_is_the_page_with_a_tap_for_each_line(plain: Any, sign_in: Any) -> None:
    session = lively(timezone.now())
    sign_in(plain, member("nina"))
    plain.goto(f"/infusion/{session.code}/")

    plain.locator(".urgent .emergency").click()
    plain.locator("button[value=cpr]").click()

    plain.locator("main ol li", has_text="CPR").wait_for()
    assert lines(session) == ["cpr"]
