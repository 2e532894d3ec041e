"""The chair's page outlives a reload and a killed tab while the clinic is away; it is gone after signing out."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Bolus, Event, Observation, PumpReading, RateChange
from clearhead.clinic.plan.models import Session
from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.hazard("H-24")]
KEPT = """async () => { if (!(await indexedDB.databases()).some((one) => one.name === 'clearhead-kept')) return null;
  const db = await new Promise((resolve, reject) => {
  const request = indexedDB.open('clearhead-kept'); request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error); });
  try { if (!db.objectStoreNames.contains('kept')) return null;
    return await new Promise((resolve) => { const ask = db.transaction('kept').objectStore('kept').getAll();
      ask.onsuccess = () => resolve(ask.result.map((row) => row?.about || '').filter(Boolean)); });
  } finally { db.close(); } }"""
Chair = Callable[..., tuple[Any, Session]]


@pytest.fixture
def chair(open_page: Any, sign_in: Any) -> Chair:
    """A page at Petra's chair that the worker has kept."""

    def enter(**options: Any) -> tuple[Any, Session]:
        session = lively(timezone.now())
        page = open_page(timezone_id="America/Phoenix", **options)
        sign_in(page, member("nina"))
        page.goto(f"/infusion/{session.code}/")
        page.locator("#part-picture svg").wait_for()
        for _ in range(1200):
            if page.evaluate(KEPT):
                return page, session
            page.wait_for_timeout(50)
        raise AssertionError("the worker kept nothing")

    return enter


def type_core_set(page: Any) -> None:
    page.locator("#c-hr").click()
    for text in ("81", "97", "", "13686", "13"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.press("0")
    page.locator("[data-save]").click()


@pytest.mark.parametrize("killed", [False, True], ids=["reload", "tab killed"])
def test_without_the_clinic_the_chair_comes_back_takes_entries_and_stop_and_sends_them_later(
    chair: Chair, killed: bool
) -> None:
    page, session = chair()
    sets = Observation.objects.count()
    page.context.set_offline(True)

    if killed:
        other = page.context.new_page()
        page.close(run_before_unload=False)
        page = other
        page.goto(f"/infusion/{session.code}/")
    else:
        page.reload()
    page.locator("#lost-notice").wait_for()
    assert page.locator(".who .name b").inner_text() == str(session.patient)
    type_core_set(page)
    page.locator("#said", has_text=re.compile("saved here")).wait_for()
    page.locator("[data-hold]").focus()
    page.keyboard.press("Enter")
    page.locator("#notice-stop").wait_for()
    page.reload()
    page.locator("#unsent", has_text="2").wait_for()

    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")
    assert Observation.objects.count() == sets + 1
    assert Event.objects.filter(session=session, kind="stop", queued=True).count() == 1


def test_help_that_the_clinic_did_not_hear_says_so_hard_until_it_has_heard(chair: Chair) -> None:
    page, session = chair()
    page.context.set_offline(True)

    page.locator("button.help").click()
    page.locator("#notice-help.hard", has_text="Nobody has heard this: shout or phone.").wait_for()
    assert not Event.objects.filter(session=session, kind="help").exists()

    page.context.set_offline(False)
    page.locator("#notice-help").wait_for(state="detached")
    page.locator("#part-banner", has_text="Help was called").wait_for()
    assert Event.objects.get(session=session, kind="help").queued


def ask_rate(page: Any, typed: str, unit: str = "mL/h") -> None:
    """A typed rate in one of the three units; nothing is set yet."""
    page.locator("[data-face=rate]").click()
    if not page.locator("#own-value").is_visible():  # a fold that was opened stays open
        page.locator(".own summary").click()
    page.locator("#own-value").fill(typed)
    page.locator(f"[data-unit='{unit}']").click()


def lower(page: Any, typed: str = "", unit: str = "mL/h") -> None:
    """A step down by its chip, or a typed rate in one of the three units."""
    if typed:
        ask_rate(page, typed, unit)
    else:
        page.locator("[data-face=rate]").click()
        page.locator("[data-ml]:not([data-up='1'])").first.click()
    page.locator("#rate-form .big-button").click()


def test_without_the_clinic_no_step_up_is_advised_and_a_page_that_is_not_here_says_so(chair: Chair) -> None:
    page, session = chair()
    page.locator("#part-next").wait_for()
    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()

    shown = page.locator("#part-next").is_visible()
    page.locator("[data-face=rate]").click()
    ups = page.locator("#face-rate [data-up='1']").is_visible()
    page.keyboard.press("Escape")
    page.locator("[data-face=more]").click()
    page.locator("#face-more a", has_text="Prepare a bag").click()

    page.locator("#notice-page", has_text="“Prepare a bag” needs the clinic").wait_for()
    assert (shown, ups) == (False, False)
    assert page.url.endswith(f"/infusion/{session.code}/")
    assert page.locator("dialog[open]").count() == 0
    page.context.set_offline(False)
    page.locator("#notice-page").wait_for(state="detached")


def test_without_the_clinic_the_emergency_lines_under_more_open_beside_the_page(chair: Chair) -> None:
    page, session = chair()
    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()

    page.locator("[data-face=more]").click()
    page.locator("#face-more a", has_text="Emergency lines").click()
    page.locator("#face-emergency button[value=cpr]").click()
    page.locator("#emergency-said li", has_text="CPR · saved here").wait_for()
    page.keyboard.press("Escape")

    assert page.evaluate("document.activeElement.dataset.face") == "emergency"
    page.locator("#notice-emergency", has_text="not yet at the clinic").wait_for()
    page.context.set_offline(False)
    page.locator("#part-banner .banner", has_text="Emergency since").wait_for()
    page.locator("#notice-emergency").wait_for(state="hidden")
    assert Event.objects.get(session=session, kind="emergency").queued


def test_a_lower_rate_is_kept_without_the_clinic_in_every_unit_and_a_higher_one_waits(chair: Chair) -> None:
    page, session = chair()
    page.context.set_offline(True)

    lower(page)
    page.locator("#unsent", has_text="1").wait_for()
    lower(page, "5", "mg/h")
    page.locator("#unsent", has_text="2").wait_for()
    lower(page, "0.07", "mg/kg/h")
    page.locator("#unsent", has_text="3").wait_for()
    ask_rate(page, "5.5")
    page.locator("#rate-form .reasons", has_text="An increase waits for the clinic").wait_for()
    page.locator("#rate-form [data-close]").click()
    page.reload()
    page.locator("#unsent", has_text="3").wait_for()
    ask_rate(page, "5.5")
    page.locator("#rate-form .reasons", has_text="An increase waits for the clinic").wait_for()
    page.locator("#rate-form [data-close]").click()
    page.locator("#unsent", has_text="3").wait_for()
    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")

    rows = RateChange.objects.filter(session=session, queued=True).order_by("happened_at")
    assert [str(row.pump_ml_per_h.normalize()) for row in rows] == ["5.2", "5", "4.9"]
    assert not any(row.breach for row in rows), "a decrease breaks no limit and needs no second person"


def test_without_the_clinics_word_nobody_is_told_to_set_more_and_what_the_pump_shows_is_still_charted(
    chair: Chair,
) -> None:
    page, session = chair()
    page.context.set_offline(True)

    for typed, unit in (("200", "mL/h"), ("9", "mg/h"), ("0.2", "mg/kg/h")):
        ask_rate(page, typed, unit)
        page.locator("#rate-form .reasons li.refused", has_text="An increase waits for the clinic").wait_for()
        assert not page.locator("#rate-form .go").is_visible()
        assert not page.locator("#rate-form .big-button").is_visible()
        page.locator("#rate-form [data-close]").click()

    ask_rate(page, "9")
    page.locator("#rate-form .read-back summary").click()
    page.locator("#rate-form [name=already]").check()
    page.locator("#rate-form .big-button").click()
    page.locator("#unsent", has_text="1").wait_for()
    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")
    row = RateChange.objects.filter(session=session).latest("pk")
    assert (row.pump_ml_per_h, row.intended) == (9, False)


def test_a_lower_rate_whose_answer_was_lost_is_charted_once(chair: Chair) -> None:
    page, session = chair()

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route(
        "**/rate/", lambda route: lose(route) if "preview" not in (route.request.post_data or "") else route.continue_()
    )
    lower(page)
    page.locator("#unsent", has_text="1").wait_for()
    page.unroute("**/rate/")
    page.locator("#unsent").wait_for(state="hidden")

    assert RateChange.objects.filter(session=session, kind="change").count() == 4, "three of the scene and this one"


def test_one_chair_is_kept_unreadable_on_the_disk_and_wiped_at_sign_out(chair: Chair) -> None:
    page, session = chair()
    sealed = page.evaluate(KEPT.replace("row?.about || ''", "row?.sealed ? new TextDecoder().decode(row.sealed) : ''"))
    assert sealed
    assert not any(session.patient.family_name in row for row in sealed)
    assert set(page.evaluate(KEPT)) == {f"/infusion/{session.code}/"}

    page.context.set_offline(True)
    page.goto(f"/infusion/{session.code}/record/")
    assert page.url.endswith(f"/infusion/{session.code}/"), "another page of the chair leads back to it"

    page.context.set_offline(False)
    page.locator("#sign-out button").click()
    page.wait_for_url(re.compile("/(welcome|$)"))
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        page.goto(f"/infusion/{session.code}/")


def test_a_page_that_was_kept_for_a_signed_out_tablet_is_wiped_when_the_clinic_says_so(chair: Chair) -> None:
    page, session = chair()
    page.context.clear_cookies()
    page.goto(f"/infusion/{session.code}/")
    assert "/account/login" in page.url

    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        page.goto(f"/infusion/{session.code}/")


def test_the_worker_reaches_the_chairs_and_nothing_else(client: Any) -> None:
    reply = client.get("/infusion/worker.js")

    assert reply.status_code == 200
    assert reply["Content-Type"].startswith("text/javascript")
    assert "Service-Worker-Allowed" not in reply


def test_what_happens_at_the_pump_without_the_clinic_is_kept_and_charted_with_its_time(chair: Chair) -> None:
    page, session = chair()
    actions.pause(session=session, by=member("nina"), at=timezone.now())
    page.locator("#part-pause a", has_text="Resume").wait_for()
    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()

    page.locator("#part-pause a", has_text="Resume").click()
    page.locator("#away-rate").fill("7")
    page.locator("#face-away button", has_text="It runs again").click()
    page.locator("#unsent", has_text="1").wait_for()
    page.locator("[data-face=more]").click()
    page.locator("#face-more a", has_text="Read the pump").click()
    page.locator("#away-ml").fill("12.5")
    page.locator("#face-away button", has_text="Read so").click()
    page.locator("#unsent", has_text="2").wait_for()
    kept_until = timezone.now()

    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")
    resumed, read = RateChange.objects.get(kind="resume", intended=False), PumpReading.objects.get()
    assert (resumed.pump_ml_per_h, read.pump_ml) == (7, Decimal("12.5"))
    assert resumed.happened_at < read.happened_at <= kept_until < read.recorded_at


@pytest.mark.hazard("H-28")
def test_a_bolus_without_the_clinic_keeps_the_minutes_over_which_it_was_given(chair: Chair) -> None:
    page, _session = chair()
    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()

    page.locator("[data-face=more]").click()
    page.locator("#face-more a", has_text="Chart one that was given").click()
    page.locator("#away-mg").fill("3.5")
    page.locator("#away-mg-over").fill("5")
    page.locator("#face-away button", has_text="It was given").click()
    page.locator("#unsent", has_text="1").wait_for()
    page.locator("#unsent").click()
    page.locator("#unsent-list li", has_text="3.5 mg, 5 min").wait_for()

    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")
    row = Bolus.objects.get()
    assert (row.mg, row.over_min, row.queued) == (Decimal("3.5"), 5, True)


@pytest.mark.hazard("H-51")
def test_a_stop_without_the_clinic_stays_a_stop_until_the_pump_was_seen_and_what_waits_can_be_read(
    chair: Chair,
) -> None:
    page, session = chair()
    page.context.set_offline(True)
    type_core_set(page)
    page.locator("#unsent", has_text="1").wait_for()
    page.locator("[data-hold]").focus()
    page.keyboard.press("Enter")

    for _ in ("at once", "opened again"):
        page.locator("#notice-stop", has_text="STOPPED").wait_for()
        page.locator("#part-strip .phase", has_text="STOPPED, not yet at the clinic").wait_for()
        assert not page.locator("[data-face=rate]").is_visible()
        assert page.evaluate("scrollY") == 0, "the question whether the pump stands still is in sight"
        page.reload()

    page.locator("#notice-stop input[name=pump_ml]").fill("41.5")
    page.locator("#notice-stop button").click()
    page.locator("#notice-stop", has_text=re.compile(r"Pump seen stopped \d\d:\d\d 41\.5 mL")).wait_for()
    assert not page.locator("#notice-stop form").is_visible()

    page.locator("#unsent").click()
    lines = [line.split(" ", 1)[1] for line in page.locator("#unsent-list li").all_inner_texts()]
    assert lines[0].startswith("Set of signs: Heart rate 81 · SpO₂ 97")
    assert "Blood pressure 136/86" in lines[0]
    assert lines[1:] == ["STOP", "Pump seen stopped: 41.5 mL"]

    page.context.set_offline(False)
    page.locator("#notice-stop").wait_for(state="hidden")
    page.locator("#unsent").wait_for(state="hidden")
    assert PumpReading.objects.get(session=session).pump_ml == Decimal("41.5")
    assert queries.standing(session, timezone.now()).pump_confirmed


def test_a_pause_that_waits_is_shown_offered_once_and_the_pump_runs_again_from_there(chair: Chair) -> None:
    page, session = chair()
    phase = page.locator("#part-strip .phase span")
    before = phase.inner_text()
    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()

    page.locator("form[data-entry=pause] button").click()
    for _ in ("at once", "opened again"):
        page.locator("#part-strip .phase", has_text=re.compile(r"PAUSED \d\d:\d\d, not yet at the clinic")).wait_for()
        assert not page.locator("form[data-entry=pause]").is_visible(), "a second pause is not offered"
        assert not page.locator("[data-face=rate]").is_visible()
        page.reload()

    page.locator("#paused-here a").click()
    page.locator("#away-rate").fill("7")
    page.locator("#face-away button", has_text="It runs again").click()
    page.locator("#unsent", has_text="2").wait_for()
    expect(phase).to_have_text(before)
    page.locator("form[data-entry=pause] button").wait_for()

    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")
    rows = RateChange.objects.filter(session=session, queued=True).order_by("happened_at")
    assert [(row.kind, row.pump_ml_per_h) for row in rows] == [("pause", 0), ("resume", 7)]
