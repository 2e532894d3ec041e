"""H-10, H-12, H-24, H-43: a screen that has lost the clinic says so, and an unattended one shows no name."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion.models import Event
from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def room(page: Any, sign_in: Any) -> Any:
    """Nina's tablet at Petra's chair."""
    session = lively(timezone.now())
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()
    return page


@pytest.mark.hazard("H-10")
def test_three_missed_beats_blank_the_live_figures_and_stop_is_still_kept(room: Any) -> None:
    room.context.set_offline(True)

    room.locator("#lost-notice", has_text="Lost the clinic since").wait_for()
    assert room.locator("#part-strip .rate-now b").inner_text() == "–"
    room.locator(".old-mark", has_text="OLD").wait_for()
    room.locator("[data-hold]").focus()
    room.keyboard.press("Enter")
    room.locator("#unsent", has_text="not yet sent: 1").wait_for()
    assert not Event.objects.filter(kind="stop").exists()

    room.context.set_offline(False)
    room.locator("#unsent").wait_for(state="hidden")
    assert Event.objects.filter(kind="stop").count() == 1
    assert room.locator("#lost-notice").count() == 0


@pytest.mark.hazard("H-43")
def test_a_tablet_that_nobody_is_signed_in_at_shows_no_name(room: Any) -> None:
    from clearhead.clinic.people.doors import chair_token

    code = room.url.rstrip("/").rpartition("/")[2]
    where = room.url.partition("/infusion/")[0]
    room.context.clear_cookies()
    room.context.add_cookies(
        [{"name": "chair", "value": chair_token(code, "tablet"), "url": f"{where}/infusion/{code}/"}]
    )

    room.locator("#notice-locked", has_text="Signed out").wait_for()

    assert not room.locator(".who .name").is_visible()
    assert not room.locator("#part-picture").is_visible()
    assert room.locator("[data-hold]").is_visible()


@pytest.mark.hazard("H-12")
def test_a_device_with_a_wrong_clock_is_told_so(open_page: Any, sign_in: Any) -> None:
    session, page = lively(timezone.now()), open_page()
    page.add_init_script("{ const real = Date.now; Date.now = () => real() + 3600000; }")
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")

    page.locator("#clock-notice", has_text="60 min off").wait_for()


@pytest.mark.hazard("H-24")
def test_what_lies_on_the_tablet_names_nobody_and_cannot_be_read(room: Any) -> None:
    room.context.set_offline(True)
    room.locator("[data-face=note]").click()
    room.locator("#note-text").fill("secretword")
    room.locator("#face-note button.primary").click()
    room.locator("#unsent", has_text="not yet sent: 1").wait_for()

    kept = room.evaluate(
        """() => new Promise((resolve) => { const open = indexedDB.open("clearhead-outbox");
        open.onsuccess = () => { const tx = open.result.transaction(["entries", "keys"]);
          const rows = tx.objectStore("entries").getAll(), key = tx.objectStore("keys").get("queue");
          tx.oncomplete = () => resolve({ extractable: key.result.extractable,
            text: rows.result.map((row) => JSON.stringify(row) + new TextDecoder().decode(row.sealed)).join()
          }); }; })"""
    )

    assert kept["extractable"] is False
    assert "secretword" not in kept["text"]
    assert "Petra" not in kept["text"]
    room.context.set_offline(False)
    room.locator("#unsent").wait_for(state="hidden")
