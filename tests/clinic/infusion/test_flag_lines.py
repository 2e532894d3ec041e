"""Open flags on the chair's screen: the gravest first, a line each, in sight before anything is scrolled."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.plan.models import Session
from tests.cast import member
from tests.clinic.infusion.room import minutes
from tests.clinic.infusion.scene import lively

TOP = "(what) => document.querySelector(what).getBoundingClientRect().top"
LOWEST = """() => Math.max(...[...document.querySelectorAll('#part-flags .flag.high summary')]
  .map((line) => line.getBoundingClientRect().bottom))"""  # in one look: the part may be renewed meanwhile


def ill() -> Session:
    """Four minutes ago Petra's oxygen fell, her pressure and her pulse rose; nobody has answered."""
    now = timezone.now()
    session = lively(now)
    signs = {"hr": 150, "spo2": 87, "rr": 14, "sys": 190, "dia": 120, "sedation": -1}
    actions.observe(session=session, values=signs, by=member("nina"), at=now - minutes(4), intended=False)
    return session


@pytest.mark.django_db
def test_oxygen_comes_before_pressure_and_pressure_before_pulse() -> None:
    session = ill()
    actions.call_help(session=session, by=member("omar"), at=timezone.now())

    lines = queries.chair(session, timezone.now()).open_flags

    assert [line.flag.rule.split(":")[-2:][0] for line in lines if line.flag.level == "high"][:3] == [
        "help", "spo2_percent", "diastolic_mmhg",
    ]  # fmt: skip
    levels = [line.flag.level for line in lines]
    assert levels == sorted(levels, key=["high", "medium", "low"].index)
    assert [line.flag for line in lines] == list(queries.open_flags(session))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "height", "unfolded"), [(1280, 800, 1), (360, 740, 0)])
def test_every_high_flag_is_in_sight_at_once_and_said_once(
    open_page: Any, sign_in: Any, width: int, height: int, unfolded: int
) -> None:
    session = ill()
    page = open_page(width=width, height=height)
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()

    high = page.locator("#part-flags .flag.high")
    assert high.count() >= 2
    assert "SpO₂ 87" in high.first.inner_text()
    floor = ".bottom" if width == 360 else ""
    assert page.evaluate(LOWEST) < (page.evaluate(TOP, floor) if floor else height)
    assert page.locator("#part-flags .flag[open]").count() == unfolded
    assert page.evaluate(TOP, ".flag.high") < page.evaluate(TOP, "#core") or width > 360
    assert "Not answered" not in page.locator("#part-late").inner_text()
    assert "not answered 4 min" in high.first.inner_text()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_ladder_that_is_read_stays_open_when_the_screen_is_renewed(page: Any, sign_in: Any) -> None:
    session = ill()
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    second = page.locator("#part-flags .flag.high").nth(1)
    second.locator("summary").click()

    actions.call_help(session=session, by=member("omar"), at=timezone.now())

    page.locator("#part-flags .flag", has_text="help").first.wait_for()
    assert page.locator("#part-flags .flag", has_text="Diastolic").get_attribute("open") is not None
