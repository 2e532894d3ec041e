"""The face of another rate: it tells nobody to set the pump to what is refused or cannot be read."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clearhead.clinic.infusion.models import RateChange
from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def face(page: Any, sign_in: Any) -> Any:
    """The open face at Petra's chair, with the field of another rate."""
    session = lively(timezone.now())
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("[data-face=rate]").click()
    page.locator(".own summary").click()
    return page


@pytest.mark.parametrize("typed", ["164", "1,6", "-3", "abc"])
def test_what_is_refused_or_unreadable_shows_no_number_no_instruction_and_no_button(face: Any, typed: str) -> None:
    face.locator("#own-value").fill(typed)
    face.locator("[data-unit='mL/h']").click()

    face.locator("#rate-form .reasons li.refused").first.wait_for()
    expect(face.locator("#rate-form .not-so")).to_be_visible()
    expect(face.locator("#rate-form .go")).to_be_hidden()
    expect(face.locator("#rate-form .big-button")).to_be_hidden()
    assert "NaN" not in face.locator("#face-rate").inner_text()
    expect(face.locator("[data-unit='mL/h']")).to_have_attribute("aria-pressed", "true")

    changes = RateChange.objects.count()
    face.locator("#own-value").press("Enter")
    expect(face.locator("#rate-form .big-button")).to_be_hidden()
    assert RateChange.objects.count() == changes


def test_another_number_takes_the_last_read_back_away_and_enter_asks_in_the_marked_unit(face: Any) -> None:
    face.locator("#own-value").fill("5")
    face.locator("[data-unit='mg/h']").click()
    expect(face.locator("[data-back=pump_ml_per_h]")).to_have_text("5")
    expect(face.locator("#rate-form .big-button")).to_be_enabled()

    face.locator("#own-value").fill("4")
    expect(face.locator("#rate-form .read-back")).to_be_hidden()

    face.locator("#own-value").press("Enter")
    expect(face.locator("[data-back=pump_ml_per_h]")).to_have_text("4")
    expect(face.locator("#rate-form .go")).to_be_visible()


def test_a_refused_rate_that_the_pump_shows_already_is_still_charted(face: Any) -> None:
    face.locator("#own-value").fill("164")
    face.locator("[data-unit='mL/h']").click()
    face.locator("#rate-form .reasons li.refused").first.wait_for()

    face.locator("#rate-form .read-back summary").click()
    face.locator("#rate-form [name=already]").check()
    face.locator("#rate-form .big-button").click()

    face.locator("#said", has_text=re.compile("saved to the clinic")).wait_for()
    assert RateChange.objects.latest("pk").intended is False
