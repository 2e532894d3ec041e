"""The recovery room without the network: what is saved waits on the tablet, what is typed stays, leaving says no."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion.models import Access, Event, Flag, Observation
from clearhead.clinic.recovery.models import Discharge, EscortMet, Score
from tests.cast import member
from tests.clinic.infusion.room import minutes
from tests.clinic.infusion.test_offline_page import KEPT
from tests.clinic.recovery import ward

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.hazard("H-24")]


@pytest.fixture
def room(open_page: Any, sign_in: Any) -> Any:
    """Nina in the recovery room, with a page that the worker has kept."""
    session, page = ward.ended(at=timezone.now() - minutes(20)), open_page(timezone_id="America/Phoenix")
    sign_in(page, member("nina"))
    page.goto(f"/recovery/{session.code}/")
    for _ in range(1200):
        if page.evaluate(KEPT):
            return page, session
        page.wait_for_timeout(50)
    raise AssertionError("the worker kept nothing")


def type_set(page: Any, pulse: str) -> None:
    for name, text in {"hr": pulse, "spo2": "98", "o2_l_per_min": "0", "bp": "124/76", "rr": "14"}.items():
        page.locator(f"#id_{name}").fill(text)
    page.locator("#set #id_sedation").select_option("0")


def type_score(page: Any) -> None:
    for item in ("vital_signs", "activity", "nausea", "pain"):
        page.locator(f"#score input[name={item}][value='2']").check()
    page.locator("#score input[name=seen_oriented][value=yes]").check()
    page.locator("#id_pain_now").fill("4")
    page.locator("#score input[name=pain_acceptable][value=yes]").check()


def all_four(page: Any) -> None:
    type_set(page, "77")
    page.locator("#set button.primary").click()
    page.locator("#unsent", has_text="1").wait_for()
    type_score(page)
    page.locator("#score button.primary").click()
    page.locator("#unsent", has_text="2").wait_for()
    page.locator("#escort #id_name").fill("Maria Lind")
    page.locator("#escort button").click()
    page.locator("#unsent", has_text="3").wait_for()
    page.locator("#catheter button").click()
    page.locator("#unsent", has_text="4").wait_for()


def test_set_score_escort_and_catheter_wait_on_the_tablet_and_are_charted_once_each(room: Any) -> None:
    page, session = room
    page.context.set_offline(True)

    all_four(page)
    assert not Score.objects.exists()
    page.reload()
    page.locator("#lost-notice").wait_for()
    page.locator("#unsent", has_text="4").wait_for()
    assert page.locator(".who-band b").inner_text() == str(session.patient), "the page came from the tablet itself"

    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")
    row = Observation.objects.get(session=session, phase="recovery")
    assert (row.hr, row.kind, row.queued, row.recorded_by) == (77, "core", True, member("nina"))
    assert Score.objects.get().answers == {"oriented": True}
    assert (Score.objects.get().total, Score.objects.get().pain) == (8, 4)
    assert EscortMet.objects.get().name == "Maria Lind"
    assert Access.standing().get(session=session).out_at is not None
    assert Flag.objects.get(session=session, rule="escort_other").level == "low", "another person than was named"
    assert not Event.objects.filter(session=session, kind="not_understood").exists()
    page.locator("#catheter .chip.ok").wait_for()


def test_with_the_network_a_set_is_saved_without_leaving_the_page_and_a_rare_value_is_asked_about(room: Any) -> None:
    page, session = room
    page.locator("#id_reason").fill("typed meanwhile")

    type_set(page, "170")
    page.locator("#set button.primary").click()
    page.locator("#set .doubts button", has_text="heart rate 170").click()
    page.locator("#said", has_text=re.compile("saved to the clinic")).wait_for()
    page.locator("#part-timer table", has_text="124/76").wait_for()

    assert Observation.objects.get(session=session, phase="recovery").confirmed == ["hr=170"]
    assert page.locator("#id_hr").input_value() == ""
    assert page.locator("#id_reason").input_value() == "typed meanwhile"


def test_a_catheter_taken_out_on_two_tablets_is_out_once(room: Any) -> None:
    page, session = room
    page.context.set_offline(True)
    page.locator("#catheter button").click()
    page.locator("#unsent", has_text="1").wait_for()
    ward.actions.take_catheter_out(session=session, by=member("omar"), at=timezone.now())

    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")

    assert Access.standing().get(session=session).recorded_by == member("omar")
    assert not Event.objects.filter(session=session, kind="not_understood").exists()


def test_leaving_without_the_network_says_not_saved_keeps_what_was_typed_and_goes_when_pressed_again(room: Any) -> None:
    page, session = room
    page.locator("#leave input[value=against_advice]").check()
    page.locator("#id_reason").fill("Leaves with a friend.")
    page.context.set_offline(True)

    page.locator("#leave button.primary").click()
    page.locator("#leave .errors", has_text="NOT saved").wait_for()
    assert page.locator("#id_reason").input_value() == "Leaves with a friend."
    assert page.locator("#unsent").is_hidden()

    page.context.set_offline(False)
    page.locator("#leave button.primary").click()
    page.locator("h2", has_text="Against advice").wait_for()
    assert Discharge.objects.get(session=session).reason == "Leaves with a friend."


def test_a_label_that_is_refused_says_why_at_the_form_and_keeps_what_was_typed(room: Any) -> None:
    page, _ = room
    page.locator("#leave input[value=criteria_met]").check()
    page.locator("#id_reason").fill("as planned")

    page.locator("#leave button.primary").click()
    page.locator("#leave .errors", has_text="The discharge score has not been taken.").wait_for()

    assert page.locator("#id_reason").input_value() == "as planned"
    assert not Discharge.objects.exists()


@pytest.mark.hazard("H-49")
def test_an_emergency_in_the_recovery_room_is_written_without_the_network(room: Any) -> None:
    page, session = room
    page.context.set_offline(True)

    page.locator("[data-face=emergency]").click()
    page.locator("#face-emergency button[value=oxygen]").click()
    page.locator("#emergency-said li", has_text="saved here").wait_for()
    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")

    assert Event.objects.get(session=session, kind="emergency").detail["what"] == "oxygen"


AGE = """() => new Promise((resolve) => { const open = indexedDB.open("clearhead-outbox");
  open.onsuccess = () => { const change = open.result.transaction("entries", "readwrite");
    const store = change.objectStore("entries"), rows = store.getAll();
    rows.onsuccess = () => rows.result.forEach((row) => store.put({ ...row, kept_at: row.kept_at - 25 * 3600000 }));
    change.oncomplete = () => { open.result.close(); resolve(true); }; }; })"""


def test_an_entry_that_waited_for_25_hours_is_delivered_and_not_swept(room: Any) -> None:
    page, session = room
    page.context.set_offline(True)
    type_set(page, "77")
    page.locator("#set button.primary").click()
    page.locator("#unsent", has_text="1").wait_for()
    assert page.evaluate(AGE)

    page.reload()
    page.locator("#unsent", has_text="1").wait_for()
    page.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")

    assert Observation.objects.get(session=session, phase="recovery").hr == 77


@pytest.mark.hazard("H-51")
def test_a_stop_without_the_network_asks_for_the_pump_at_once_and_still_after_the_page_was_opened_again(
    room: Any,
) -> None:
    page, session = room
    page.context.set_offline(True)
    page.locator(".stop[data-hold]").press("Enter")
    notice = page.locator("#notice-stop")
    notice.wait_for()
    notice.locator("[name=pump_ml]").fill("31.5")

    notice.locator("button").click()
    notice.locator("[data-seen]", has_text="31.5 mL").wait_for()
    page.reload()
    page.locator("#notice-stop [data-seen]", has_text="31.5 mL").wait_for()

    page.locator("#unsent").click()
    assert [line.split(" ", 1)[1] for line in page.locator("#unsent-list li").all_inner_texts()] == [
        "STOP",
        "Pump seen stopped: 31.5 mL",
    ]
    page.locator("#face-unsent [data-close]").click()
    page.context.set_offline(False)
    page.locator("#notice-stop").wait_for(state="hidden")
    assert Event.objects.filter(session=session, kind__in=("stop", "pump_seen_stopped"), queued=True).count() == 2


def test_what_waits_can_be_read_and_a_hold_that_was_too_short_says_so(room: Any) -> None:
    page, _session = room
    page.context.set_offline(True)
    all_four(page)

    page.locator("#unsent").click()
    lines = [line.split(" ", 1)[1] for line in page.locator("#unsent-list li").all_inner_texts()]

    assert lines[0].startswith("Set of signs: "), lines
    assert "Pulse" in lines[0] or "Heart" in lines[0], lines
    assert lines[1:] == ["Score before going home", "The escort is here: Maria Lind", "The catheter is out"]
    page.locator("#face-unsent [data-close]").click()
    stop = page.locator(".stop[data-hold]")
    stop.click()
    assert stop.inner_text() == "Not charted yet: hold longer"
