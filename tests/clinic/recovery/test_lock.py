"""A tablet that locks in the recovery room: no name, no chart; STOP, help and emergency lines all the time (H-43)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion.models import Event, Observation
from tests.cast import PIN, member
from tests.clinic.infusion.room import minutes
from tests.clinic.recovery import ward

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.hazard("H-43")]


@pytest.fixture
def room(open_page: Any, sign_in: Any) -> Any:
    """Nina in the recovery room."""
    for name in ("nina", "omar"):
        person = member(name)
        person.set_pin(PIN)
        person.save()
    session, page = ward.ended(at=timezone.now() - minutes(20)), open_page(timezone_id="America/Phoenix")
    sign_in(page, member("nina"))
    page.goto(f"/recovery/{session.code}/")
    page.locator("#lock-now").wait_for()
    return page, session


def hide(page: Any) -> None:
    page.locator("#lock-now button").click()
    page.locator("#locked-box").wait_for()


def open_by_pin(page: Any) -> None:
    """Omar opens it: the page is his then."""
    if page.locator(".unlock summary").count():
        page.locator(".unlock summary").click()
    page.locator(".mates label", has_text=member("omar").name).click()
    page.locator("#locked-box [name=secret]").fill(PIN)
    page.locator(".unlock .primary").click()
    page.locator(f".ward[data-author='{member('omar').code}']").wait_for()


def three_lines(page: Any) -> None:
    """STOP, help, an emergency line: each is one tap or one key."""
    page.locator(".urgent .stop").focus()
    page.keyboard.press("Enter")
    page.locator(".urgent .help").click()
    page.locator("[data-face=emergency]").click()
    page.locator("#face-emergency button[value=oxygen]").click()
    page.locator("#emergency-said li").wait_for()


def shown(page: Any) -> str:
    return str(page.locator("body").inner_text() + page.title())


def test_locked_it_shows_no_name_and_no_chart_and_takes_stop_help_and_emergency_lines_as_nobodys(room: Any) -> None:
    page, session = room

    hide(page)
    assert str(session.patient) not in shown(page)
    assert not page.locator(".recovery").is_visible()
    three_lines(page)
    page.locator("#said", has_text=re.compile("saved to the clinic")).wait_for()

    rows = Event.objects.filter(session=session, kind__in=["stop", "help", "emergency"], recorded_by=None)
    assert {row.kind for row in rows} == {"stop", "help", "emergency"}
    assert str(session.patient) not in shown(page), "a fact that comes brings no name back"


def test_it_hides_at_once_without_the_clinic_and_is_shown_again_by_a_tap_that_leaves_a_line(room: Any) -> None:
    page, session = room
    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()

    hide(page)
    assert str(session.patient) not in shown(page)
    three_lines(page)
    page.locator("#unsent", has_text="3").wait_for()
    page.keyboard.press("Escape")
    page.locator("[data-show-again]").click()
    page.locator(".who-band", has_text=str(session.patient)).wait_for()
    page.locator("#notice-bare", has_text="charted without a name").wait_for()
    page.locator("#unsent", has_text="4").wait_for()  # the line that says so is kept too

    page.context.set_offline(False)
    page.locator("#locked-box").wait_for()  # the clinic answers: a PIN can be asked for again
    open_by_pin(page)
    page.locator("#unsent[data-count='0']").wait_for(state="attached")  # counted on his new page, or sent before it
    written = Event.objects.filter(session=session, queued=True)
    assert {row.kind: row.recorded_by for row in written} == dict.fromkeys(("stop", "help", "emergency", "note"))
    assert "without a PIN" in written.get(kind="note").text


def test_another_nurse_opens_it_by_pin_and_charts_as_herself(room: Any) -> None:
    page, session = room
    hide(page)

    open_by_pin(page)
    for name, text in {"hr": "77", "spo2": "98", "o2_l_per_min": "0", "bp": "124/76", "rr": "14"}.items():
        page.locator(f"#id_{name}").fill(text)
    page.locator("#set #id_sedation").select_option("0")
    page.locator("#set button.primary").click()
    page.locator("#said", has_text=re.compile("saved to the clinic")).wait_for()

    assert Observation.objects.get(session=session, phase="recovery").recorded_by == member("omar")


def test_reloaded_while_locked_it_still_stops_and_calls_help(room: Any) -> None:
    page, session = room
    with page.expect_response("**/lock/"):
        hide(page)

    page.goto(f"/recovery/{session.code}/")
    called = page.locator(".urgent-locked .help")
    called.wait_for()
    assert str(session.patient) not in shown(page)
    called.click()

    page.get_by_text("Emergency").first.wait_for()  # that page names the patient on purpose: the crew needs it
    assert Event.objects.get(session=session, kind="help").recorded_by is None
