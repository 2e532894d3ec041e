"""What a nurse does at the screen, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion.models import Event, Observation, RateChange, Symptom
from clearhead.clinic.plan.models import Session
from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
Room = Callable[..., tuple[Any, Session]]


@pytest.fixture
def room(open_page: Any, sign_in: Any) -> Room:
    """A page at Petra's chair, and her session."""

    def enter(session: Session | None = None, **options: Any) -> tuple[Any, Session]:
        session = session or lively(timezone.now())
        page = open_page(timezone_id="America/Phoenix", **options)
        sign_in(page, member("nina"))
        page.goto(f"/infusion/{session.code}/")
        page.locator("#part-picture svg").wait_for()
        return page, session

    return enter


def says(page: Any, sentence: str) -> None:
    """Wait until the line of the footer says so."""
    page.locator("#said", has_text=re.compile(sentence)).wait_for()


def type_core_set(page: Any) -> None:
    page.locator("#c-hr").click()
    for text in ("79", "98", "", "13485", "14"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.press("0")


def test_a_core_set_goes_in_by_keyboard_alone_and_shows_at_once(room: Room) -> None:
    page, _session = room()

    type_core_set(page)
    page.keyboard.press("Enter")

    says(page, "saved to the clinic")
    row = Observation.objects.latest("pk")
    assert (row.hr, row.spo2, row.sys, row.dia, row.rr, row.sedation) == (79, 98, 134, 85, 14, 0)
    page.locator("#part-grid td", has_text="134/85").first.wait_for()
    assert page.locator("#c-hr").input_value() == ""


def test_a_rare_value_is_confirmed_by_naming_it_and_an_impossible_one_refused(room: Room) -> None:
    page, _session = room()
    before = Observation.objects.count()

    type_core_set(page)
    page.locator("#c-hr").fill("500")
    page.locator("[data-save]").click()
    page.locator("#core .errors", has_text="not a possible value").wait_for()
    assert Observation.objects.count() == before

    page.locator("#c-hr").fill("38")
    page.locator("[data-save]").click()
    page.locator("#core .doubts button", has_text="heart rate 38").click()
    says(page, "saved to the clinic")

    assert Observation.objects.latest("pk").hr == 38


def test_every_doubt_is_named_and_pressed_by_itself(room: Room) -> None:
    page, _session = room()
    before = Observation.objects.count()
    type_core_set(page)
    page.locator("#c-hr").fill("38")
    page.locator("#c-rr").fill("38")
    page.locator("[data-save]").click()
    doubts = page.locator("#core .doubts button")
    doubts.nth(1).wait_for()
    assert [text.splitlines()[-1] for text in doubts.all_inner_texts()] == ["38 is right", "38 is right"]

    doubts.nth(0).click()
    page.locator("#core .doubts [aria-pressed=true]", has_text="heart rate 38").wait_for()
    assert Observation.objects.count() == before

    doubts.nth(1).click()
    says(page, "saved to the clinic")
    assert (Observation.objects.latest("pk").hr, Observation.objects.latest("pk").rr) == (38, 38)


def test_a_sign_without_a_number_takes_one_tap(room: Room) -> None:
    page, _session = room()

    type_core_set(page)
    page.locator("#c-spo2").click()
    page.locator("[data-why=artefact]").click()
    page.locator("[data-save]").click()

    says(page, "saved to the clinic")
    row = Observation.objects.latest("pk")
    assert (row.spo2, row.why_not) == (None, {"spo2": "artefact"})


def test_a_symptom_is_two_taps_and_its_grade_is_written_on_the_lane(room: Room) -> None:
    page, _session = room()

    page.locator("[data-face=symptom]").click()
    page.locator("#part-symptoms form", has_text="Dizzy").locator("button[value='2']").click()

    says(page, "saved to the clinic")
    assert Symptom.objects.latest("pk").symptom == "dizziness" or Symptom.objects.latest("pk").grade == 2
    page.locator("#part-picture .lane-text", has_text="(2)").first.wait_for()


def test_a_lower_rate_is_read_back_large_and_recorded(room: Room) -> None:
    page, session = room()

    page.locator("[data-face=rate]").click()
    page.locator("[data-ml]:not([data-up='1'])").first.click()
    shown = page.locator("[data-back=pump_ml_per_h]").inner_text()
    page.locator("#rate-form .big-button").click()

    says(page, "saved to the clinic")
    row = RateChange.objects.filter(session=session).latest("pk")
    assert (row.kind, float(row.pump_ml_per_h)) == ("change", float(shown))
    page.locator("#part-strip strong", has_text=f"{shown} mL/h").wait_for()


def test_stop_needs_a_hold_by_hand_and_one_press_by_keyboard(room: Room) -> None:
    page, session = room()
    stop = page.locator("[data-hold]")

    stop.click()
    page.wait_for_timeout(300)
    assert not Event.objects.filter(kind="stop").exists()

    box = stop.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    says(page, "saved to the clinic")
    page.mouse.up()
    page.locator("#part-banner", has_text="Pump state not confirmed").wait_for()
    assert Event.objects.filter(kind="stop").count() == 1

    page.evaluate("document.getElementById('said').textContent = ''")
    stop.focus()
    page.keyboard.press("Enter")
    says(page, "saved to the clinic")
    assert Event.objects.filter(session=session, kind="stop").count() == 2


@pytest.mark.parametrize("edge", ["top", "bottom"])
def test_stop_is_held_at_its_edges_too_and_let_go_beside_it(room: Room, edge: str) -> None:
    page, session = room()
    box = page.locator("[data-hold]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + (3 if edge == "top" else box["height"] - 3)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + (-60 if edge == "top" else 60), steps=4)
    page.locator("[data-hold]", has_text="Not charted yet").wait_for()
    page.mouse.up()
    assert not Event.objects.filter(session=session, kind="stop").exists()

    page.mouse.move(x, y)
    page.mouse.down()
    says(page, "saved to the clinic")
    page.mouse.up()
    assert Event.objects.filter(session=session, kind="stop").count() == 1


@pytest.mark.parametrize("width", [1280, 360])
def test_stop_stays_in_reach_while_a_face_is_open(room: Room, width: int) -> None:
    page, _session = room(width=width, height=740)
    page.locator("[data-face=symptom]").click()
    box = page.locator("[data-hold]").bounding_box()

    spot = f"document.elementFromPoint({box['x'] + 30}, {box['y'] + 30})"

    assert page.evaluate(f"{spot}.closest('[data-hold]') !== null")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_without_script_every_button_is_a_page_or_a_form(room: Room) -> None:
    page, session = room(script=False)

    page.locator("#quick a", has_text="Symptom").click()
    page.locator("text=Back to the chair").click()
    page.locator("button", has_text="No new symptoms").click()
    page.locator(".urgent .stop").click()

    assert Event.objects.filter(session=session, kind="stop").exists()
    assert page.locator("text=Pump state not confirmed").count() >= 1


def test_another_screen_shows_it_at_its_next_beat(room: Room) -> None:
    """Counted in beats, not in seconds: no ask that was sent after the save may be told that nothing is new."""
    page, session = room()
    other, _ = room(session)
    page.locator("[data-face=note]").click()
    page.locator("#face-note button[value=comfort]").click()
    says(page, "saved to the clinic")

    asked: list[Any] = []
    other.on("request", lambda request: asked.append(request) if "/parts/" in request.url else None)
    other.locator("#part-picture .lane-text", has_text="comfort").wait_for()

    assert asked[0].response().status == 200
