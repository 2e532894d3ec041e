"""What the chair's page says while the clinic is away, or while its answers are lost: it says what is so."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clearhead.clinic.infusion.models import Event, Observation
from clearhead.clinic.plan.models import Session
from tests.cast import PIN, member
from tests.clinic.infusion.scene import lively
from tests.clinic.infusion.test_offline_page import KEPT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.hazard("H-24")]
NO_STORE = "Object.defineProperty(indexedDB, 'open', { value() { throw new DOMException('no', 'SecurityError'); } });"
FULL = """const put = IDBObjectStore.prototype.put; IDBObjectStore.prototype.put = function (...said) {
  if (this.name === "entries") throw new DOMException("full", "QuotaExceededError"); return put.apply(this, said); };"""
LATER = "{ const real = Date.now; Date.now = () => real() + (sessionStorage.getItem('later') ? 600000 : 0); }"
Chair = Callable[..., tuple[Any, Session]]


@pytest.fixture
def chair(open_page: Any, sign_in: Any) -> Chair:
    """Nina at Petra's chair, in a browser with a script of its own."""

    def enter(script: str = "", *, kept: bool = False, **options: Any) -> tuple[Any, Session]:
        for name in ("nina", "omar"):
            person = member(name)
            person.set_pin(PIN)
            person.save()
        session = lively(timezone.now())
        page = open_page(timezone_id="America/Phoenix", **options)
        if script:
            page.add_init_script(script)
        sign_in(page, member("nina"))
        page.goto(f"/infusion/{session.code}/")
        page.locator("#part-picture svg").wait_for()
        for _ in range(1200 if kept else 0):
            if page.evaluate(KEPT):
                break
            page.wait_for_timeout(50)
        return page, session

    return enter


def save_set(page: Any, pulse: str = "81", oxygen: str = "", pressure: str = "13686") -> None:
    page.locator("#c-hr").click()
    for text in (pulse, "97", oxygen, pressure, "13"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.press("0")
    page.locator("[data-save]").click()


def stop(page: Any) -> None:
    page.locator("[data-hold]").focus()
    page.keyboard.press("Enter")


def test_an_undo_whose_answer_was_lost_says_so_and_then_what_became_of_it(chair: Chair) -> None:
    page, session = chair(service_workers="block")
    sets = Observation.objects.count()
    save_set(page)
    page.locator("#undo").wait_for()

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/strike/**", lose)
    page.locator("#undo").click()
    page.locator("#notice-undo", has_text="not known yet").wait_for()
    page.unroute("**/strike/**")
    page.locator("#said", has_text="taken back").wait_for()

    assert page.locator("#notice-undo").count() == 0
    assert Observation.objects.filter(session=session, struck=True).count() == 1
    assert Observation.objects.count() == sets + 2


def test_an_undo_leaves_the_next_set_alone_and_mixes_no_two_sets(chair: Chair) -> None:
    page, _session = chair()
    save_set(page, "71")
    page.locator("#undo").wait_for()

    page.locator("#c-hr").fill("99")
    page.locator("#undo").click()
    page.locator("#said", has_text="taken back").wait_for()

    expect(page.locator("#c-hr")).to_have_value("99")
    expect(page.locator("#c-spo2")).to_have_value("")


@pytest.mark.hazard("H-12")
def test_only_a_fresh_answer_of_the_clinic_judges_the_clock_and_each_entry_says_how_far_it_is_off(
    chair: Chair,
) -> None:
    page, _session = chair(LATER, kept=True)
    expect(page.locator(".room")).to_have_attribute("data-device-off", re.compile(r"-?\d$"))
    page.evaluate("sessionStorage.setItem('later', '1')")  # ten minutes pass
    page.context.set_offline(True)

    page.reload()
    page.locator("#lost-notice").wait_for()
    assert page.locator("#clock-notice").count() == 0

    page.context.set_offline(False)
    page.locator("#clock-notice", has_text="10 min off").wait_for()
    expect(page.locator(".room")).to_have_attribute("data-device-off", re.compile(r"^-(599|600|601)$"))


@pytest.mark.hazard("H-51")
@pytest.mark.parametrize("broken", [NO_STORE, FULL], ids=["no store", "store full"])
def test_where_nothing_can_be_kept_the_page_says_so_and_a_stop_stays_on_the_screen(chair: Chair, broken: str) -> None:
    page, session = chair(broken)
    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()

    stop(page)
    page.locator("#notice-stop", has_text="STOPPED").wait_for()
    expect(page.locator("#notice-stop [data-nowhere]")).to_be_visible()
    expect(page.locator("#notice-stop [data-queued]")).to_be_hidden()
    expect(page.locator("#notice-stop [data-ask]")).to_be_visible()
    page.locator("#lost-notice", has_text="keeps NOTHING").wait_for()
    assert "is kept on this tablet" not in page.locator("#lost-notice").inner_text()
    page.locator("#part-strip .phase", has_text="STOPPED, not saved").wait_for()

    page.context.set_offline(False)
    page.locator("#lost-notice").wait_for(state="detached")
    expect(page.locator("#notice-stop")).to_be_visible()
    stop(page)
    page.locator("#notice-stop").wait_for(state="hidden")
    assert Event.objects.filter(session=session, kind="stop").count() == 1


@pytest.mark.hazard("H-43")
def test_what_is_entered_after_it_was_shown_again_without_a_pin_is_nobodys_until_a_pin_opens_it(chair: Chair) -> None:
    page, session = chair(kept=True)
    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()
    page.locator("#lock-now button").click()
    page.locator("[data-show-again]").click()
    page.locator("#notice-bare", has_text="without a name").wait_for()
    page.reload()
    page.locator("#notice-bare", has_text="without a name").wait_for()

    save_set(page, "63", pressure="13786")
    page.locator("#unsent", has_text="2").wait_for()
    page.context.set_offline(False)
    page.locator("#locked-box").wait_for()
    assert not page.locator("#notice-bare").is_visible()

    page.locator("#locked-box summary").click()
    page.locator("#locked-box label", has_text=member("omar").name).click()
    page.locator("#locked-box [name=secret]").fill(PIN)
    page.locator("#locked-box [name=secret]").press("Enter")
    page.locator(f".room[data-author='{member('omar').code}']").wait_for()
    page.locator("#part-grid td", has_text="137/86").wait_for()
    page.locator("#unsent[data-count='0']").wait_for(state="attached")
    assert Observation.objects.get(session=session, hr=63).recorded_by is None
    assert Event.objects.get(session=session, text__contains="without a PIN").recorded_by is None


def test_what_cannot_be_is_said_before_it_waits_on_the_tablet(chair: Chair) -> None:
    page, _session = chair()
    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()

    save_set(page, oxygen="1368")
    page.locator("#core .errors", has_text="1368 L/min is outside 0 to 15 L/min").wait_for()
    expect(page.locator("#unsent")).to_be_hidden()
    page.locator("#c-o2").fill("2")
    page.locator("[data-save]").click()
    page.locator("#unsent", has_text="1").wait_for()

    page.locator("[data-face=more]").click()
    page.locator("#face-more a", has_text="Read the pump").click()
    for typed, said in (("12345", "12345 mL is outside 0 to 2000 mL"), ("1,5", "“1,5” cannot be read")):
        page.locator("#away-ml").fill(typed)
        page.locator("#face-away button", has_text="Read so").click()
        page.locator("#face-away .errors", has_text=said).wait_for()
    page.locator("#face-away [data-close]").click()

    stop(page)
    page.locator("#notice-stop input[name=pump_ml]").fill("9999")
    page.locator("#notice-stop button").click()
    page.locator("#notice-stop [data-seen]", has_text="Pump seen stopped").wait_for()
    page.locator("#notice-refused", has_text="9999 mL is outside 0 to 2000 mL").wait_for()
    page.locator("#unsent", has_text="3").wait_for()


def test_what_is_typed_while_a_set_is_on_its_way_lands_in_no_field_of_the_next_set(chair: Chair) -> None:
    page, session = chair(service_workers="block")
    waiting: list[Any] = []
    page.route("**/observe/", lambda route: waiting.append(route))
    save_set(page, pulse="81")
    while not waiting:  # the set lies on the tablet before it is sent
        page.wait_for_timeout(20)
    page.locator("#core[inert]").wait_for()

    page.keyboard.type("99")
    page.keyboard.press("Enter")
    page.keyboard.type("55")
    waiting.pop().continue_()

    page.locator("#said", has_text=re.compile("saved to the clinic")).wait_for()
    expect(page.locator("#c-hr")).to_be_focused()
    assert [page.locator(f"#c-{sign}").input_value() for sign in ("hr", "spo2", "bp", "rr")] == [""] * 4
    assert Observation.objects.filter(session=session).latest("pk").hr == 81


def test_the_next_set_may_be_begun_while_the_screen_is_renewed_and_nothing_moves_under_the_hand(chair: Chair) -> None:
    page, _session = chair(service_workers="block")
    held, waiting = [True], []
    save_set(page, pulse="81")
    page.route("**/parts/**", lambda route: waiting.append(route) if held else route.continue_())
    page.locator("#said", has_text=re.compile("saved to the clinic")).wait_for()
    expect(page.locator("#c-hr")).to_be_focused()

    page.keyboard.type("72")
    page.keyboard.press("Enter")
    page.keyboard.type("9")
    held.clear()
    for route in waiting:
        route.continue_()
    page.locator("#undo", has_text="Undo").wait_for()
    page.keyboard.type("8")

    assert [page.locator(f"#c-{sign}").input_value() for sign in ("hr", "spo2")] == ["72", "98"]
