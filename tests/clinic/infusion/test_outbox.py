"""The queue of a tablet: one entry that the clinic does not take holds up no other, and what is too old is told."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from clearhead.clinic.infusion.models import Adjunct, Event
from clearhead.clinic.people.guard import token
from clearhead.clinic.plan.models import Session
from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.hazard("H-24")]
PUT = """async ([scope, entry, age_h]) => {
  const { openOutbox } = await import("/static/web/outbox.js");
  const outbox = await openOutbox();
  await outbox.put(scope, entry, Date.now() - age_h * 3600000);
  await outbox.release(entry.client_id);
}"""
COUNT = """async () => (await (await import("/static/web/outbox.js")).openOutbox()).count()"""
ENTRY = """async (typed) => {
  const { Desk } = await import("/static/infusion/entry.js");
  const desk = new Desk(document.querySelector("[data-chair]"), {}, () => {});
  const data = new FormData();
  data.append("happened_at", typed);
  return desk.entryOf("note", null, data);
}"""
MEANT = """async ([kind, already]) => {
  const { Desk } = await import("/static/infusion/entry.js");
  const desk = new Desk(document.querySelector("[data-chair]"), {}, () => {});
  const data = new FormData();
  if (already) data.append("already", already);
  return desk.entryOf(kind, null, data);
}"""
Enter = Callable[..., Any]


@pytest.fixture
def session() -> Session:
    return lively(timezone.now())


@pytest.fixture
def enter(open_page: Any, sign_in: Any) -> Enter:
    """A page on which this person is signed in; nothing has been opened yet."""

    def go(name: str, **options: Any) -> Any:
        page = open_page(timezone_id="America/Phoenix", **options)
        sign_in(page, member(name))
        return page

    return go


def put(page: Any, session: Session, *, text: str = "", scope: str = "", form_for: str = "", age_h: float = 0) -> None:
    """A note in the queue of this browser, as the chair writes one."""
    at = timezone.now().isoformat()
    entry = {
        "client_id": str(uuid.uuid4()), "kind": "note", "happened_at": at, "device_at": at, "device": "tablet-test",
        "form_for": form_for or token(session.patient), "fields": {"what": "note", "text": text},
    }  # fmt: skip
    page.evaluate(PUT, [scope or str(session.code), entry, age_h])


def notes(session: Session) -> set[str]:
    return set(Event.objects.filter(session=session, queued=True, kind="note").values_list("text", flat=True))


def test_an_entry_of_an_unknown_visit_or_another_patient_is_set_aside_and_the_rest_is_delivered(
    enter: Enter, session: Session
) -> None:
    page = enter("nina")
    page.goto("/people/me/")
    put(page, session, scope=str(uuid.UUID(int=1)), text="no such visit")
    put(page, session, form_for=token(None), text="written for another")
    put(page, session, text="first")
    put(page, session, text="second")

    page.goto(f"/infusion/{session.code}/")
    page.locator("#notice-byhand", has_text="chart it by hand").wait_for()
    page.locator("#unsent", has_text="2").wait_for()

    assert notes(session) == {"first", "second"}
    assert page.locator("#notice-signin").count() == 0
    assert page.evaluate(COUNT) == 2, "what was set aside is kept"


def signed_out(page: Any) -> None:
    page.wait_for_url(re.compile(r"/account/|/$"))
    page.locator(".topbar a", has_text="Sign in").wait_for()


def test_signing_out_delivers_first_what_waits_on_the_tablet(enter: Enter, session: Session) -> None:
    page = enter("nina")
    page.goto("/people/me/")
    put(page, session, text="before leaving")

    page.locator("[data-sign-out] button").click()
    signed_out(page)

    assert notes(session) == {"before leaving"}


@pytest.mark.parametrize("place", ["/people/me/", "/infusion/{}/", "/recovery/{}/"])
def test_nobody_signs_out_over_unsent_entries_while_the_clinic_is_away(
    enter: Enter, session: Session, place: str
) -> None:
    page = enter("nina")
    page.goto(place.format(session.code))
    page.locator("[data-sign-out]").wait_for()
    page.context.set_offline(True)
    put(page, session, text="one")
    put(page, session, text="two")

    page.locator("[data-sign-out] button").click()
    asked = page.locator("#unsent-here", has_text="2 entries on this tablet have not yet reached the clinic")
    asked.wait_for()
    assert asked.locator("button").all_inner_texts() == ["Send now"]

    page.context.set_offline(False)
    asked.locator("button").click()
    signed_out(page)
    assert notes(session) == {"one", "two"}


def test_with_entries_that_the_clinic_does_not_take_it_lets_go_once_it_has_answered_and_keeps_them(
    enter: Enter, session: Session
) -> None:
    page = enter("nina")
    page.goto("/people/me/")
    put(page, session, text="written for another", form_for=token(None))

    page.locator("[data-sign-out] button").click()
    page.locator("#unsent-here", has_text="1 entry on this tablet has not yet reached the clinic").wait_for()
    page.locator("#unsent-here button", has_text="Sign out all the same").click()
    signed_out(page)

    assert page.evaluate(COUNT) == 1


@pytest.mark.hazard("H-43")
def test_a_locked_tablet_says_what_waits_before_the_password_door_opens_and_the_next_one_sends_it(
    enter: Enter, sign_in: Any, session: Session
) -> None:
    page = enter("nina")
    page.goto(f"/infusion/{session.code}/")
    with page.expect_response(lambda answer: answer.url.endswith("/lock/")):  # until then the clinic knows of no lock
        page.locator("#lock-now button").click()
    page.goto("/people/me/")
    page.locator("h1", has_text="locked").wait_for()
    put(page, session, text="before the lock")

    page.locator("[data-sign-out] button").click()
    page.locator("#unsent-here button", has_text="Sign out all the same").click()
    signed_out(page)
    assert page.evaluate(COUNT) == 1

    assert notes(session) == set()
    sign_in(page, member("omar"))
    page.goto("/people/me/")
    page.locator("[data-sign-out]").wait_for()
    for _ in range(600):
        if page.evaluate(COUNT) == 0:
            break
        page.wait_for_timeout(50)
    assert notes(session) == {"before the lock"}


def test_on_any_page_of_the_staff_a_day_old_entry_is_delivered_first_and_only_what_is_left_is_removed_and_told(
    enter: Enter, session: Session
) -> None:
    page = enter("nina")
    page.goto("/people/me/")
    put(page, session, text="old and good", age_h=25)
    put(page, session, text="old and for another", form_for=token(None), age_h=25)
    put(page, session, text="young and for another", form_for=token(None), age_h=23)

    page.reload()
    page.locator("#notice-swept", has_text="1 entry was older than 24 hours and was removed unsent").wait_for()
    page.locator("#notice-byhand", has_text="chart it by hand").wait_for()

    assert notes(session) == {"old and good"}
    assert page.evaluate(COUNT) == 1, "what is not yet a day old stays"


def test_nothing_is_removed_while_the_clinic_does_not_answer(enter: Enter, session: Session) -> None:
    page = enter("nina")
    page.route("**/entries/", lambda route: route.abort())
    page.goto("/people/me/")
    put(page, session, text="old", age_h=25)

    with page.expect_event("requestfailed"):
        page.reload()
    assert page.evaluate(COUNT) == 1

    page.unroute("**/entries/")
    page.reload()
    for _ in range(600):
        if page.evaluate(COUNT) == 0:
            break
        page.wait_for_timeout(50)
    assert notes(session) == {"old"}
    assert page.locator("#notice-swept").count() == 0


def test_an_entry_says_whether_its_time_was_typed_or_is_the_devices(enter: Enter, session: Session) -> None:
    page = enter("nina")
    page.goto(f"/infusion/{session.code}/")

    by_hand, by_clock = page.evaluate(ENTRY, "2026-11-20T10:15"), page.evaluate(ENTRY, "")

    assert (by_hand["typed"], by_hand["happened_at"]) == (True, "2026-11-20T10:15:00-07:00")
    assert (by_clock["typed"], by_clock["happened_at"]) == (False, by_clock["device_at"])


@pytest.fixture
def stale(enter: Enter, session: Session) -> Any:
    """A chair's page whose token is too old: the same nurse signed in again in another tab."""
    page = enter("nina")
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    with page.context.new_page() as other:
        other.goto("/people/me/")
        other.locator("[data-sign-out]").wait_for()
    return page


def press_ondansetron(page: Any) -> None:
    page.locator("[data-face=drug]").click()
    page.locator("#face-drug .order-button", has_text="Ondansetron").click()


def test_a_page_whose_token_is_too_old_gets_a_new_one_and_the_gates_still_judge(stale: Any, session: Session) -> None:
    given = Adjunct.objects.filter(session=session).count()

    press_ondansetron(stale)
    stale.locator("#face-drug .errors", has_text=re.compile("[a-z]")).wait_for()
    assert stale.locator("#unsent").is_hidden()
    assert Adjunct.objects.filter(session=session).count() == given, "it was refused, so it is not charted as given"
    stale.keyboard.press("Escape")

    stale.locator("[data-face=note]").click()
    stale.locator("#face-note button[value=comfort]").click()
    stale.locator("#said", has_text=re.compile("saved to the clinic")).wait_for()
    assert stale.locator("#notice-signin").count() == 0
    assert not Event.objects.filter(session=session, queued=True).exists()


@pytest.mark.hazard("H-43")
def test_a_lock_pressed_on_a_page_whose_token_is_too_old_is_heard_by_the_clinic(stale: Any, session: Session) -> None:
    with stale.expect_response(lambda answer: answer.url.endswith("/lock/") and answer.ok):
        stale.locator("#lock-now button").click()

    stale.goto("/people/me/")
    stale.locator("h1", has_text="locked").wait_for()


def test_a_rate_is_judged_by_the_clinic_also_when_the_pages_token_is_too_old(stale: Any) -> None:
    stale.locator("[data-face=rate]").click()
    stale.locator(".own summary").click()
    stale.locator("#own-value").fill("200")
    stale.locator("[data-unit='mL/h']").click()

    stale.locator("#rate-form .reasons li.refused").first.wait_for()
    assert "waits for the clinic" not in stale.locator("#rate-form .reasons").inner_text()


def test_signed_out_a_drug_is_not_charted_as_given_unless_somebody_says_that_it_was(
    enter: Enter, sign_in: Any, session: Session
) -> None:
    page = enter("nina", service_workers="block")  # what a worker fetches is not routed
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()
    calm = {"status": 304, "headers": {"X-Clinic": "Clearhead"}}  # the next beat would hide the page
    page.route("**/parts/**", lambda route: route.fulfill(**calm))
    page.context.clear_cookies()
    given = Adjunct.objects.filter(session=session).count()

    press_ondansetron(page)
    asked = page.locator("#face-drug .doubts button", has_text="NOT charted: this page is signed out")
    asked.wait_for()
    assert page.evaluate(COUNT) == 0, "what was only meant does not wait as a fact"

    asked.click()
    page.locator("#unsent", has_text="1").wait_for()
    page.locator("#notice-signin", has_text="Entries stay on this tablet").wait_for()
    sign_in(page, member("nina"))
    page.locator("#unsent").wait_for(state="hidden")
    row = Adjunct.objects.filter(session=session).latest("pk")
    assert (Adjunct.objects.filter(session=session).count(), row.queued) == (given + 1, True)
    assert page.locator("#notice-signin").count() == 0


def test_an_entry_says_that_it_was_meant_and_not_that_it_has_happened(enter: Enter, session: Session) -> None:
    page = enter("nina")
    page.goto(f"/infusion/{session.code}/")

    assert page.evaluate(MEANT, ["adjunct", ""])["intended"] is True
    assert "intended" not in page.evaluate(MEANT, ["adjunct", "on"])
    assert "intended" not in page.evaluate(MEANT, ["note", ""])
    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()
    assert "intended" not in page.evaluate(MEANT, ["adjunct", ""]), "without the clinic only what has happened is told"
