"""The pages beside the chair's screen are live too: what another tablet charts appears, and ticks stay."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions
from tests.cast import member
from tests.clinic.infusion.room import minutes, running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def session() -> Any:
    return running(timezone.now() - minutes(30))


def test_two_people_write_one_emergency_and_each_reads_what_the_other_wrote(
    page: Any, sign_in: Any, session: Any
) -> None:
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/emergency/")
    page.locator("[name=text]").fill("half a sentence")

    actions.emergency(session=session, what="", text="Mask on, ten litres", by=member("omar"), at=timezone.now())

    page.locator("#part-lines li", has_text="Mask on, ten litres").wait_for()
    assert page.locator("[name=text]").input_value() == "half a sentence"


def test_what_opens_during_a_hand_over_is_added_to_the_list_and_ticks_stay(
    page: Any, sign_in: Any, session: Any
) -> None:
    actions.symptom(session=session, code="nausea", grade=2, by=member("nina"), at=timezone.now() - minutes(5))
    sign_in(page, member("omar"))
    page.goto(f"/infusion/{session.code}/take/")
    first = page.locator("#part-items input").first
    first.check()
    before = page.locator("#part-items input").count()

    actions.symptom(session=session, code="anxiety", grade=2, by=member("nina"), at=timezone.now())

    page.wait_for_function("(n) => document.querySelectorAll('#part-items input').length > n", arg=before)
    assert first.is_checked()
    assert page.locator("#part-over", has_text="Fear").count() == 1


@pytest.mark.parametrize("at", ["transfer/", "record/"])
def test_sheet_and_record_are_renewed_and_say_as_of_when(page: Any, sign_in: Any, session: Any, at: str) -> None:
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/{at}")

    actions.note(session=session, kind="note", text="Family is on the way", by=member("omar"), at=timezone.now())

    page.locator("[data-part]", has_text="Family is on the way").wait_for()
    assert page.locator("[data-beside] b").inner_text().count(":") == 2


def test_a_page_that_hears_nothing_says_that_it_may_be_old(page: Any, sign_in: Any, session: Any) -> None:
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/record/")
    page.context.set_offline(True)

    page.locator("[data-beside] span", has_text="may be old").wait_for()
    page.context.set_offline(False)
    page.locator("[data-beside] span").wait_for(state="hidden")
