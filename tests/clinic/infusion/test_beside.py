"""The pages beside the chair's screen are live too: what another tablet charts appears, and ticks stay."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions
from tests.cast import member
from tests.clinic.infusion import morning
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


def test_what_another_answers_on_the_go_list_appears_and_what_is_being_typed_stays(page: Any, sign_in: Any) -> None:
    session = morning.booked()
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/go/")
    weight = page.locator("#gate-weight_today")
    weight.locator("input[name=value]").fill("7")
    page.locator("#gate-exam_done .chip", has_text="open").wait_for()
    now = timezone.now()

    actions.answer_gate(session=session, gate="exam_done", value={"ok": True}, by=member("dario"), at=now)
    actions.weigh(session=session, value=Decimal(70), unit="kg", by=member("omar"), at=now)

    page.locator("#gate-exam_done .chip.ok").wait_for()
    assert weight.locator("input[name=value]").input_value() == "7", "the card that is being answered waits"
    assert page.locator("#go-head", has_text="open").count() == 1

    weight.locator("input[name=value]").fill("")
    page.locator("#gate-exam_done").focus()
    weight.locator("p", has_text="70.0 kg").wait_for()
    actions.note(session=session, kind="prescriber_in", by=member("dario"), at=timezone.now())
    page.locator("#gate-prescriber_present .chip.ok").wait_for()
    page.locator("#gate-prescriber_present button", has_text="Prescriber left").click()
    page.locator("#gate-prescriber_present .chip:not(.ok)").wait_for()


def test_a_page_that_hears_nothing_says_that_it_may_be_old(page: Any, sign_in: Any, session: Any) -> None:
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/record/")
    page.context.set_offline(True)

    page.locator("[data-beside] span", has_text="may be old").wait_for()
    page.context.set_offline(False)
    page.locator("[data-beside] span").wait_for(state="hidden")
