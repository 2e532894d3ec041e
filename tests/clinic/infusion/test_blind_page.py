"""While the second person types, the first one's numbers are covered: on the faces and on the plain pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion.queries import protocol_of
from tests.cast import member
from tests.clinic.infusion.room import licensed, minutes, protocol_with, running
from tests.clinic.infusion.test_alone import EVERY_STEP
from tests.clinic.infusion.test_second_dose import ASKED, chair

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def visible(page: Any, where: str) -> list[str]:
    """What can be read of the elements found, in their order."""
    told: list[str] = page.evaluate(
        "(where) => [...document.querySelectorAll(where)].map((e) => getComputedStyle(e).visibility)", where
    )
    return told


def test_a_checker_cannot_read_the_dose_off_the_screen(page: Any, sign_in: Any) -> None:
    session = chair(ASKED, when=timezone.now() - minutes(30))
    licensed("nina", "sedation")
    sign_in(page, member("nina"))
    form = "form:has([name=order_id][value=midazolam_distress])"

    for at, told in (("", f"{form} .told"), ("drug/", f"{form} .told")):
        page.goto(f"/infusion/{session.code}/{at}")
        if not at:
            page.locator("[data-face=drug]").click()
            page.locator(f"{form} summary").click()
        assert set(visible(page, told)) == {"visible"}
        for field in ("check_dose", "checker_secret"):
            page.locator(f"{form} [name={field}]").focus()
            assert set(visible(page, told)) == {"hidden"}
        page.locator(f"{form} [name=already]").focus()
        assert set(visible(page, told)) == {"visible"}


def test_a_checker_cannot_read_the_pump_rate_off_the_screen(page: Any, sign_in: Any) -> None:
    session = running(timezone.now() - minutes(30), protocol_version=protocol_with(EVERY_STEP))
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("[data-face=rate]").click()
    page.locator("[data-ml][data-up='1']").click()
    page.locator("#rate-form [name=check_ml_per_h]").wait_for()
    assert set(visible(page, "#rate-form .told")) == {"visible"}

    page.locator("#rate-form [name=check_ml_per_h]").focus()
    assert set(visible(page, "#rate-form .told")) == {"hidden"}

    page.goto(f"/infusion/{session.code}/rate/")
    page.locator("[name=check_ml_per_h]").focus()
    assert set(visible(page, ".told, .field:has([name=value])")) == {"hidden"}


def test_the_strength_of_a_new_bag_is_covered_as_soon_as_the_checker_is_named(page: Any, sign_in: Any) -> None:
    session = running(timezone.now() - minutes(30))
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/bag/")
    strength = ".field:has([name=strength])"
    page.locator("[name=strength]").first.check()
    assert set(visible(page, strength)) == {"visible"}

    page.locator("[name=checker]").select_option(label=str(member("omar")))
    page.locator("h1").click()
    assert set(visible(page, strength)) == {"hidden"}

    page.locator("[name=checker]").select_option("")
    assert set(visible(page, strength)) == {"visible"}


def test_a_second_person_is_asked_for_only_where_the_protocol_asks(page: Any, sign_in: Any) -> None:
    session = running(timezone.now() - minutes(30))
    asked = protocol_of(session).running.second_check.acts
    sign_in(page, member("nina"))

    for act in ("resume", "bolus"):
        page.goto(f"/infusion/{session.code}/{act}/")
        assert page.locator("[name=checker]").count() == (act in asked), act
    assert "resume" not in asked
