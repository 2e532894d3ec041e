"""The nurse's hand at the screen: the order of the site's monitor, ten seconds to undo, a tablet that is passed on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clearhead.clinic.audit.models import Event as AuditEvent
from clearhead.clinic.infusion.models import Event, Observation, RateChange
from clearhead.clinic.people.models import Site
from clearhead.clinic.plan.models import Session
from tests.cast import PIN, member
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def chair(open_page: Any, sign_in: Any) -> Any:
    """A page at Petra's chair, and her session."""

    def enter(session: Session) -> Any:
        page = open_page(timezone_id="America/Phoenix")
        sign_in(page, member("nina"))
        page.goto(f"/infusion/{session.code}/")
        page.locator("#part-picture svg").wait_for()
        return page

    return enter


def test_a_set_typed_in_the_order_of_the_sites_monitor_is_taken_back_by_a_second_fact(chair: Any) -> None:
    session = lively(timezone.now())
    Site.objects.filter(pk=session.site_id).update(monitor_order="bp sedation rr hr spo2")
    page = chair(session)

    page.locator("#c-bp").click()
    for text in ("13485", "0", "14", "79", "98", "2"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.locator("#said", has_text="saved to the clinic").wait_for()
    row = Observation.objects.latest("pk")
    assert (row.sys, row.dia, row.sedation, row.rr, row.hr, row.spo2, int(row.o2_l_per_min)) == (
        134, 85, 0, 14, 79, 98, 2,
    )  # fmt: skip

    page.locator("#undo").click()
    page.locator("#said", has_text="taken back").wait_for()

    over = Observation.objects.latest("pk")
    assert (over.corrects, over.struck) == (row, True)
    expect(page.locator("#c-bp")).to_have_value("134/85")  # what was typed stands there again, to be put right


def test_a_rate_is_undone_too_but_never_a_stop(chair: Any) -> None:
    session = lively(timezone.now())
    page = chair(session)

    page.locator("[data-face=rate]").click()
    page.locator("[data-ml]:not([data-up='1'])").first.click()
    page.locator("#rate-form .big-button").click()
    page.locator("#undo").click()
    page.locator("#said", has_text="taken back").wait_for()
    assert RateChange.objects.filter(session=session).latest("pk").struck

    page.locator("[data-hold]").focus()
    page.keyboard.press("Enter")
    page.locator("#part-banner", has_text="Pump state not confirmed").wait_for()
    assert page.locator("#undo").is_hidden()


def hide(page: Any) -> None:
    page.locator("#lock-now button").click()
    page.locator("#locked-box").wait_for()


def press_stop(page: Any) -> None:
    page.locator("[data-hold]").focus()
    page.keyboard.press("Enter")


def open_for(page: Any, name: str) -> None:
    """Somebody types their PIN; the page comes again as theirs."""
    summary = page.locator(".unlock summary")
    if summary.count():
        summary.click()
    page.locator(".mates label", has_text=member(name).name).click()
    page.locator("[name=secret]").fill(PIN)
    page.locator(".unlock .primary").click()
    page.locator("#sign-out", has_text=member(name).name).wait_for()


@pytest.fixture
def with_pins() -> None:
    for name in ("nina", "omar"):
        person = member(name)
        person.set_pin(PIN)
        person.save()


@pytest.mark.hazard("H-43")
def test_a_locked_tablet_shows_no_name_stops_the_pump_and_opens_for_another_nurse(chair: Any, with_pins: None) -> None:
    session = lively(timezone.now())
    page = chair(session)

    hide(page)
    assert str(session.patient) not in page.locator("body").inner_text() + page.title()
    press_stop(page)
    page.locator("#said", has_text=re.compile("saved to the clinic")).wait_for()
    assert Event.objects.get(session=session, kind="stop").recorded_by is None

    open_for(page, "omar")
    page.locator("[data-face=note]").click()
    page.locator("#face-note button[value=toilet]").click()
    page.locator("#said", has_text="saved to the clinic").wait_for()
    assert Event.objects.get(session=session, kind="toilet", recorded_by=member("omar"))


@pytest.mark.hazard("H-43")
def test_a_stop_at_a_hidden_screen_is_nobodys_although_the_clinic_has_not_heard_of_the_lock(
    chair: Any, with_pins: None
) -> None:
    session, held = lively(timezone.now()), []
    page = chair(session)
    page.route("**/lock/", lambda route: held.append(route))

    hide(page)
    press_stop(page)
    page.locator("#said", has_text=re.compile("saved to the clinic")).wait_for()
    page.locator(".urgent .help").click()
    page.locator("#part-banner", has_text="Help was called").wait_for()

    assert held, "the clinic still takes Nina for signed in"
    pressed = Event.objects.filter(session=session, kind__in=["stop", "help"])
    assert {row.kind: row.recorded_by for row in pressed} == {"stop": None, "help": None}


@pytest.mark.hazard("H-43")
def test_what_waits_on_the_tablet_is_charted_for_who_wrote_it_not_for_who_opens_it_next(
    chair: Any, with_pins: None
) -> None:
    session = lively(timezone.now())
    page = chair(session)
    written = ("**/entries/", "**/note/", "**/stop/")
    for address in written:
        page.route(address, lambda route: route.abort())

    page.locator("[data-face=note]").click()
    page.locator("#face-note button[value=toilet]").click()
    page.locator("#unsent", has_text="1").wait_for()
    hide(page)
    press_stop(page)
    page.locator("#unsent", has_text="2").wait_for()
    open_for(page, "omar")
    page.locator("#unsent", has_text="2").wait_for()
    assert not Event.objects.filter(session=session, kind="stop").exists()
    for address in written:
        page.unroute(address)
    page.locator("#unsent").wait_for(state="hidden")

    stop, toilet = (Event.objects.filter(session=session, queued=True).get(kind=kind) for kind in ("stop", "toilet"))
    assert (stop.recorded_by, toilet.recorded_by) == (None, member("nina"))
    sent = AuditEvent.objects.get(verb="STOP")
    assert (sent.actor_code, sent.body["sent_by"]) == ("nobody signed in", str(member("omar").code))
