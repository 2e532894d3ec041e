"""In a real browser: a phone that two patients share, a network that is slow, and what the clinic did not take."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.diary import queries
from clearhead.clinic.diary.models import Attack, Day
from clearhead.clinic.people import guard
from tests import cast
from tests.clinic.diary.notebook import queued

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

SYNC = "**/diary/sync/"
OPEN = """() => new Promise((resolve) => {
  const opening = indexedDB.open("clearhead-diary", 1);
  opening.onsuccess = () => resolve(opening.result);
})"""
READ = f"""async () => {{
  const db = await ({OPEN})();
  const asked = db.transaction("entries").objectStore("entries").getAll();
  return new Promise((resolve) => {{ asked.onsuccess = () => {{ db.close(); resolve(asked.result); }}; }});
}}"""
WRITE = f"""async (entries) => {{
  const db = await ({OPEN})();
  const writing = db.transaction("entries", "readwrite");
  for (const entry of entries) writing.objectStore("entries").add(entry);
  return new Promise((resolve) => {{ writing.oncomplete = () => {{ db.close(); resolve(null); }}; }});
}}"""


@pytest.fixture
def as_patient(phone: Any, live_server: Any) -> Callable[[Any], Any]:
    """The one phone, with this patient signed in on it."""

    def sign_in(patient: Any) -> Any:
        client = Client()
        client.force_login(patient.user)
        phone.context.clear_cookies()
        phone.context.add_cookies([{"name": "sid", "value": client.cookies["sid"].value, "url": live_server.url}])
        return phone

    return sign_in


def tap_without_connection(page: Any, answer: str) -> None:
    from playwright.sync_api import expect

    page.goto("/diary/")
    page.route(SYNC, lambda route: route.abort())
    page.get_by_role("button", name=answer).click()
    expect(page.locator("[data-saved]")).to_contain_text("not yet sent: 1")
    page.unroute(SYNC)


def shown() -> str:
    """When the entries of these tests were tapped, as the phone says it."""
    return "Nov 20, 09:00" if timezone.now().year == 2026 else "Nov 20, 2026, 09:00"


def ready(page: Any, address: str = "/diary/") -> None:
    """The page is open and has looked at what waits."""
    page.goto(address)
    page.locator("[data-kept][data-looked]").wait_for(state="attached")


def test_what_one_patient_tapped_never_goes_into_the_diary_of_the_next(
    as_patient: Any, petra: Any, live_server: Any
) -> None:
    tap_without_connection(as_patient(petra), "Severe")
    other = as_patient(cast.vera())
    ready(other)
    assert not Day.objects.exists()
    assert other.locator("button.on").count() == 0
    (entry,) = other.evaluate(READ)
    assert entry["diary"] == guard.names_of(petra)[0]
    assert not any(str(said) in json.dumps(entry) for said in (petra.code, petra.family_name, petra.user.email))

    hers = as_patient(petra)
    hers.goto("/diary/")
    hers.locator("[data-saved]", has_text="saved to the clinic").wait_for()
    assert [(day.patient, day.answer) for day in Day.objects.all()] == [(petra, 3)]
    assert hers.evaluate(READ) == []


def test_entries_of_an_earlier_version_are_sent_for_nobody_and_the_page_says_so(as_patient: Any, petra: Any) -> None:
    from playwright.sync_api import expect

    page = as_patient(petra)
    ready(page)
    old = queued("day", local_date="2026-11-20", answer=3)
    del old["diary"]
    page.evaluate(WRITE, [old, {**old, "refused": "The attack this belongs to is not here yet."}])
    ready(page)

    expect(page.locator("[data-unnamed]")).to_contain_text("do not say who wrote them")
    expect(page.locator("[data-unnamed]")).to_contain_text(shown())
    assert not Day.objects.exists()
    page.get_by_text("Remove them from this phone").click()
    page.get_by_role("button", name="Remove them").click()
    expect(page.locator("[data-unnamed]")).to_be_hidden()
    assert page.evaluate(READ) == []


def test_what_the_clinic_refused_is_shown_with_its_sentence_and_can_be_removed(as_patient: Any, petra: Any) -> None:
    from playwright.sync_api import expect

    page = as_patient(petra)
    ready(page)
    page.evaluate(WRITE, [queued("day", local_date="2026-11-25", answer=3)])  # tapped on the 20th
    ready(page)
    card = page.locator("[data-kept] li")
    expect(card).to_contain_text(f"Answer of a day: Severe, {shown()}")
    expect(card).to_contain_text("has not come yet. Choose today or a day before.")

    ready(page)
    expect(card).to_contain_text("has not come yet")  # also when the page is opened again
    card.get_by_text("Remove it from this phone").click()
    card.get_by_role("button", name="Remove it").click()
    expect(card).to_have_count(0)
    assert page.evaluate(READ) == []


@pytest.mark.parametrize("address", ["/diary/", "/diary/attack/"])
def test_the_card_lines_up_on_both_pages(as_patient: Any, petra: Any, address: str) -> None:
    page = as_patient(petra)
    ready(page)
    page.evaluate(WRITE, [queued("day", local_date="2026-11-25", answer=0)])
    ready(page, address)
    line = page.locator("[data-kept] li")

    assert "Answer of a day: None" in line.inner_text()
    assert line.locator("summary").evaluate("(one) => getComputedStyle(one).paddingLeft") == "0px"


def test_what_was_refused_can_be_sent_again(as_patient: Any, petra: Any) -> None:
    page = as_patient(petra)
    ready(page)
    page.evaluate(WRITE, [{**queued("day", local_date="2026-11-20", answer=3), "refused": True, "told": "Not now."}])
    ready(page)
    page.get_by_role("button", name="Send it again").click()
    page.locator("[data-saved]", has_text="saved to the clinic").wait_for()

    assert Day.objects.get().local_date == date(2026, 11, 20)


def test_what_waits_for_something_else_is_sent_again_by_itself(as_patient: Any, petra: Any) -> None:
    from playwright.sync_api import expect

    start = queued("start", minutes_ago=0)
    worse = queued("worse", attack=start["id"])
    page = as_patient(petra)
    ready(page)
    page.evaluate(WRITE, [worse])
    ready(page)
    expect(page.locator("[data-kept] li")).to_contain_text("The attack this belongs to is not here yet")

    page.evaluate(WRITE, [start])
    ready(page)
    ready(page)
    expect(page.locator("[data-kept] li")).to_have_count(0)
    assert queries.open_attack(petra).worse == 1


def test_on_a_slow_network_three_taps_are_one_attack_that_is_shown_at_once(as_patient: Any, petra: Any) -> None:
    from playwright.sync_api import expect

    page, held = as_patient(petra), []
    ready(page, "/diary/attack/")
    page.route(SYNC, lambda route: route.continue_() if held else held.append(route))
    with page.expect_request(SYNC):
        page.locator("button", has_text="Now").evaluate("(now) => { now.click(); now.click(); now.click(); }")
    expect(page.get_by_role("heading", name="since")).to_be_visible()
    expect(page.get_by_role("button", name="Over")).to_be_visible()
    assert page.get_by_role("button", name="Now", exact=True).count() == 0
    assert len(page.evaluate(READ)) == 1

    held[0].continue_()
    page.get_by_role("link", name="Took medicine").wait_for()
    assert Attack.objects.count() == 1


def test_another_answer_while_the_first_is_on_its_way_is_not_swallowed(as_patient: Any, petra: Any) -> None:
    from playwright.sync_api import expect

    page, held = as_patient(petra), []
    ready(page)
    page.route(SYNC, lambda route: route.continue_() if held else held.append(route))
    with page.expect_request(SYNC):
        page.get_by_role("button", name="Severe").click()
    expect(page.locator("button.on")).to_contain_text("Severe")
    page.get_by_role("button", name="Mild").click()
    expect(page.locator("button.on")).to_contain_text("Mild")

    held[0].continue_()
    page.locator(".saved:not(.waiting)", has_text="saved to the clinic").wait_for()
    assert queries.day_of(petra, Day.standing().get().local_date).answer == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 200, "content_type": "text/html", "body": "<h1>Free Wi-Fi: accept our terms</h1>"},
        {"status": 200, "content_type": "application/json", "body": '{"welcome": true}'},
        {"status": 429, "body": "Too many at once"},
    ],
    ids=["a page", "other JSON", "not now"],
)
def test_an_answer_that_is_not_the_clinics_leaves_the_entry_waiting(
    as_patient: Any, petra: Any, answer: dict[str, Any]
) -> None:
    from playwright.sync_api import expect

    page = as_patient(petra)
    ready(page, "/diary/attack/")
    page.route(SYNC, lambda route: route.fulfill(**answer))
    page.get_by_role("button", name="Now", exact=True).click()
    expect(page.locator("[data-saved]")).to_contain_text("not yet sent: 1")
    expect(page.get_by_role("button", name="Over")).to_be_visible()
    assert not Attack.objects.exists()

    page.unroute(SYNC)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-saved]")).to_contain_text("saved to the clinic")
    assert Attack.objects.count() == 1


def test_a_long_queue_goes_in_letters_that_the_clinic_takes(as_patient: Any, petra: Any) -> None:
    page, letters = as_patient(petra), []
    ready(page)
    page.evaluate(WRITE, [queued("day", local_date="2026-11-20", answer=2) for _one in range(120)])
    page.on("request", lambda one: letters.append(len(json.loads(one.post_data)["entries"])) if one.post_data else None)
    ready(page)
    page.locator("[data-looked='0']").wait_for(state="attached")

    assert letters == [50, 50, 20]
    assert page.evaluate(READ) == []


def test_signing_out_sends_first_what_waits(as_patient: Any, petra: Any) -> None:
    page = as_patient(petra)
    tap_without_connection(page, "Severe")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/diary/" not in url)

    assert [day.answer for day in Day.objects.all()] == [3]


def test_signing_out_without_the_clinic_says_what_stays_and_is_never_blocked(as_patient: Any, petra: Any) -> None:
    from playwright.sync_api import expect

    page = as_patient(petra)
    tap_without_connection(page, "Severe")
    page.route(SYNC, lambda route: route.abort())
    page.get_by_role("button", name="Sign out").first.click()
    box = page.get_by_role("alert")
    expect(box).to_contain_text("1 entry of your diary on this phone has not yet reached the clinic.")
    expect(box).to_contain_text("goes into no other diary")
    page.get_by_role("button", name="Sign out all the same").click()
    page.wait_for_url(lambda url: "/diary/" not in url)

    assert not Day.objects.exists()
    assert len(page.evaluate(READ)) == 1
    assert page.context.request.get("/diary/", max_redirects=0).status == 302


def test_a_second_press_signs_out_while_the_first_still_sends(as_patient: Any, petra: Any) -> None:
    page = as_patient(petra)
    tap_without_connection(page, "Severe")
    page.route(SYNC, lambda _route: None)  # no answer at all
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("alert").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/diary/" not in url)

    assert page.context.request.get("/diary/", max_redirects=0).status == 302
