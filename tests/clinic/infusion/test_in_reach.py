"""STOP, help and the patient's name stay on the screen, however long the page is and wherever it is scrolled to."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clearhead.clinic.infusion.models import Event
from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PAGES = ("", "resume/", "start/", "bag/", "bag/change/", "bolus/", "observe/", "more/")
SEEN = """(what) => { const box = document.querySelector(what).getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return box.top >= 0 && box.bottom <= innerHeight && !!top?.closest(what); }"""


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (800, 1280), (360, 740)])
def test_stop_help_and_the_name_stay_in_sight_from_top_to_bottom(
    open_page: Any, sign_in: Any, width: int, height: int
) -> None:
    session = lively(timezone.now())
    page = open_page(width=width, height=height)
    sign_in(page, member("nina"))

    for at in PAGES:
        page.goto(f"/infusion/{session.code}/{at}")
        name = ".who .name" if not at else ".who-band b"
        for where in (0, 0.5, 1):
            page.evaluate("(part) => scrollTo(0, part * document.documentElement.scrollHeight)", where)
            assert page.evaluate(SEEN, ".urgent .stop"), (at, where)
            assert page.evaluate(SEEN, ".urgent .help"), (at, where)
            assert page.evaluate(SEEN, name), (at, where)
        words = page.locator(".urgent .stop").inner_text()
        assert " ".join(words.split()) == "Stop the pump, then hold here", at


def test_a_short_tap_on_stop_says_to_hold(page: Any, sign_in: Any) -> None:
    session = lively(timezone.now())
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()

    page.locator("[data-hold]").click()

    expect(page.locator("[data-hold]")).to_have_text("Not charted yet: hold longer")
    assert not Event.objects.filter(kind="stop").exists()
    expect(page.locator("[data-hold]")).to_have_text("Stop the pump, then hold here")


def test_rate_pause_symptom_and_drug_and_the_next_step_are_never_cut_whatever_is_open(page: Any, sign_in: Any) -> None:
    session = lively(timezone.now())
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()

    def whole() -> None:
        for what in ("[data-face=rate]", "#part-pause button", "[data-face=symptom]", "[data-face=drug]", "#part-next"):
            assert page.evaluate(SEEN, what), what

    whole()
    page.locator("#c-hr").fill("188")
    page.locator("[data-save]").click()
    page.locator("#core .errors").wait_for()
    whole()
    page.locator("[data-full]").click()
    page.locator("#c-pain").wait_for()
    whole()
    assert page.locator("[data-save]").bounding_box()["y"] > page.locator("#c-temp").bounding_box()["y"]
    page.locator("#c-iv").focus()
    assert page.evaluate(SEEN, "#c-iv"), "a field that is typed in is not hidden beneath the buttons"
