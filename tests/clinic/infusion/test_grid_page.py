"""The grid of sets in a real browser: every value stands under its own time."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.models import Observation
from clearhead.clinic.infusion.queries import protocol_of
from clearhead.clinic.infusion.queries.grid import asks_co2
from tests.cast import member
from tests.clinic.infusion.room import minutes
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
MIDDLES = """(cells) => [...document.querySelectorAll(cells)].map((cell) => {
  const box = cell.getBoundingClientRect(); return Math.round(box.left + box.width / 2); })"""


@pytest.mark.parametrize("width", [1280, 360])
def test_two_neighbouring_sets_charted_late_keep_every_value_under_its_time(
    open_page: Any, sign_in: Any, width: int
) -> None:
    now = timezone.now()
    session = lively(now)
    signs = {"spo2": 97, "sys": 134, "dia": 81, "rr": 13, "sedation": 0}
    for back, hr in ((20, 91), (17, 92)):
        when = now - minutes(back)
        actions.observe(session=session, values={**signs, "hr": hr}, by=member("nina"), at=now, happened_at=when)
    page = open_page(width=width, timezone_id="America/Phoenix")
    sign_in(page, member("nina"))

    page.goto(f"/infusion/{session.code}/")
    page.locator(".grid-sets th.late").nth(1).wait_for()

    heads = page.evaluate(MIDDLES, ".grid-sets thead th")
    values = page.evaluate(MIDDLES, ".grid-sets tbody tr:first-child > *")
    assert len(set(heads)) == len(heads)
    assert heads == values


def test_the_whole_scale_of_sedation_is_in_the_card_and_a_word_stands_in_full_in_the_grid(
    page: Any, sign_in: Any
) -> None:
    session = lively(timezone.now())
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()
    steps = page.locator("#core [name=sedation]")
    assert {step.get_attribute("value") for step in steps.all()} == {str(step) for step in range(-5, 5)}

    for name, value in (("hr", "81"), ("spo2", "97"), ("bp", "136/86"), ("rr", "13")):
        page.locator(f"#c-{name}").fill(value)
    steps.first.focus()
    page.keyboard.press("4")
    assert page.locator("#core [name=sedation]:checked").get_attribute("value") == "-4"
    page.locator("[data-why=asleep_not_woken]").click()
    page.locator("[data-save]").click()

    page.locator("#part-grid td.why", has_text="asleep, not woken").wait_for()


def test_carbon_dioxide_is_in_the_full_set_where_the_protocol_asks_for_capnography(page: Any, sign_in: Any) -> None:
    session = lively(timezone.now())
    assert asks_co2(protocol_of(session)), "after a sedative, in this protocol"
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()
    page.locator("[data-full]").click()
    for name, value in (("hr", "81"), ("spo2", "97"), ("bp", "136/86"), ("rr", "13"), ("pain", "3"), ("nausea", "0")):
        page.locator(f"#c-{name}").fill(value)
    page.locator("#core [name=sedation][value='-1']").check(force=True)
    page.locator("#c-dis").fill("1")
    page.locator("#c-iv").select_option("clear")
    page.locator("#c-etco2").fill("41")
    page.locator("[data-save]").click()

    page.locator("#part-grid tr", has_text="CO₂").filter(has_text="41").wait_for()
    assert Observation.objects.latest("pk").etco2 == 41
