"""The recovery room stays live: what another nurse charts appears, what is being typed stays, a lost clinic is said."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions
from clearhead.clinic.recovery import actions as leaving
from clearhead.clinic.recovery.models import Discharge
from tests.cast import member
from tests.clinic.infusion.room import minutes
from tests.clinic.recovery import ward

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.hazard("H-10")]


@pytest.fixture
def room(open_page: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nina looks at a patient who has been recovering for a while."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: ward.ENDED + minutes(20))
    session, page = ward.ended(), open_page()
    sign_in(page, member("nina"))
    page.goto(f"/recovery/{session.code}/")
    return page, session


def test_what_another_nurse_charts_appears_and_what_is_being_typed_stays(room: Any) -> None:
    page, session = room
    page.locator("#id_hr").fill("77")

    calm = {"hr": 70, "spo2": 98, "sys": 122, "dia": 75, "rr": 14, "sedation": 0, "o2_l_per_min": 0}
    actions.observe(session=session, values=calm, by=member("omar"), at=timezone.now(), phase="recovery")
    page.locator("#part-timer table", has_text="122/75").wait_for()
    leaving.take_catheter_out(session=session, by=member("omar"), at=timezone.now())
    page.locator("#catheter .chip.ok").wait_for()

    assert page.locator("#id_hr").input_value() == "77"


def test_a_departure_that_another_nurse_recorded_turns_the_page(room: Any) -> None:
    page, session = room

    ward.go(session, timezone.now(), disposition="against_advice", reason="Leaves with a friend.")

    page.locator("h2", has_text="Against advice").wait_for()


def test_when_the_clinic_is_lost_it_is_said_and_taken_back_when_it_answers(room: Any) -> None:
    page, _ = room
    assert page.locator("#lost-notice").is_hidden()

    page.context.set_offline(True)
    page.locator("#lost-notice").wait_for()
    page.context.set_offline(False)
    page.locator("#lost-notice").wait_for(state="hidden")


def test_a_time_of_leaving_that_cannot_be_is_refused_and_one_of_long_ago_is_confirmed_at_the_form(
    open_page: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: ward.ENDED + minutes(100))
    session, page = ward.ended(), open_page()
    sign_in(page, member("nina"))
    page.goto(f"/recovery/{session.code}/")
    page.locator("#leave input[value=against_advice]").check()
    page.locator("#id_reason").fill("Leaves with a friend.")
    page.locator("#leave summary").click()

    page.locator("#id_left_at").fill(typed(ward.ENDED - minutes(1440), session))
    page.locator("#leave button.primary").click()
    page.locator("#leave .errors", has_text="lies before the end of the infusion").wait_for()
    page.locator("#id_left_at").fill(typed(ward.ENDED + minutes(30), session))
    page.locator("#leave button.primary").click()
    page.locator("#leave .doubts button", has_text="Is the time right?").click()

    page.locator("h2", has_text="Against advice").wait_for()
    assert Discharge.objects.get().happened_at == ward.ENDED + minutes(30)


def typed(moment: Any, session: Any) -> str:
    return f"{moment.astimezone(session.site.tz):%Y-%m-%dT%H:%M}"
