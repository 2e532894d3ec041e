"""The room without a pointer: where focus goes, that it is seen, and that nothing holds it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clearhead.clinic.infusion.models import Event, RateChange, Symptom
from clearhead.clinic.plan.models import Session
from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
FACES = ("rate", "symptom", "drug", "note", "more")


@pytest.fixture
def page(open_page: Any, sign_in: Any) -> Any:
    session = lively(timezone.now())
    page = open_page(timezone_id="America/Phoenix")
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()
    return page


def tab_to(page: Any, selector: str, key: str = "Tab") -> Any:
    """Walk with Tab until it is reached; no trap on the way."""
    for _ in range(90):
        page.keyboard.press(key)
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return page.locator(selector)
    raise AssertionError(f"{selector} is not reached by {key}")


def seen(page: Any) -> bool:
    """The focus has an outline and nothing lies over it."""
    return bool(
        page.evaluate(
            """() => { const a = document.activeElement, r = a.getBoundingClientRect();
            const top = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
            return getComputedStyle(a).outlineStyle !== 'none' && (a.contains(top) || top?.contains(a)); }"""
        )
    )


@pytest.mark.parametrize("face", FACES)
def test_a_face_opens_closes_by_escape_and_gives_the_focus_back(page: Any, face: str) -> None:
    opener = tab_to(page, f"[data-face={face}]")
    page.keyboard.press("Enter")
    expect(page.locator(f"#face-{face}")).to_be_focused()

    page.keyboard.press("Enter")  # a second press does nothing yet
    tab_to(page, f"#face-{face} [data-close]")
    assert seen(page)
    tab_to(page, "button.stop", "Shift+Tab")  # never a trap: STOP is in reach
    page.keyboard.press("Escape")

    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(opener).to_be_focused()
    assert (RateChange.objects.count(), Symptom.objects.count()) == (6, 3)  # as the scene left them


def test_a_symptom_and_a_lower_rate_go_in_by_keyboard_and_focus_comes_back(page: Any) -> None:
    symptom = tab_to(page, "[data-face=symptom]")
    page.keyboard.press("Enter")
    tab_to(page, "#face-symptom .grades button[value='2']")
    assert seen(page)
    page.keyboard.press("Enter")
    page.locator("#said", has_text="saved to the clinic").wait_for()
    expect(symptom).to_be_focused()

    rate = tab_to(page, "[data-face=rate]", "Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, "#face-rate [data-ml]")
    page.keyboard.press("Enter")
    expect(page.locator("#face-rate .big-button")).to_be_focused()
    assert seen(page)
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(rate).to_be_focused()

    assert Symptom.objects.latest("pk").grade == 2
    assert RateChange.objects.latest("pk").pump_ml_per_h < 8


def test_stop_by_keyboard_then_seen_stopped_then_the_close(page: Any) -> None:
    session = Session.objects.get()
    tab_to(page, "button.stop")
    page.keyboard.press("Enter")
    page.locator("#part-banner .pump").wait_for()

    tab_to(page, "#part-banner input[name=pump_ml]", "Shift+Tab")
    page.keyboard.type("13.5")
    page.keyboard.press("Enter")
    expect(page.locator("#part-banner .pump")).to_have_count(0)
    tab_to(page, "[data-face=more]")
    page.keyboard.press("Enter")
    tab_to(page, "#face-more a[href$='/close/']")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(f"{session.code}/close/"))
    assert list(Event.objects.filter(kind__in=["stop", "pump_seen_stopped"]).values_list("kind", flat=True)) == [
        "stop", "pump_seen_stopped",
    ]  # fmt: skip
