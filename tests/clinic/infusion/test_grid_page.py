"""The grid of sets in a real browser: every value stands under its own time."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions
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
