"""The face of a sedative says why it waits, before anything is pressed; pressed all the same, nothing is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.models import Adjunct
from tests.cast import member
from tests.clinic.infusion.room import licensed, minutes
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.hazard("H-14")]
SINKING = {"hr": 62, "spo2": 86, "sys": 82, "dia": 50, "rr": 7, "sedation": -4}


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 740)])
def test_a_sedative_waits_and_says_why(open_page: Any, sign_in: Any, width: int, height: int) -> None:
    now = timezone.now()
    session = lively(now)
    nurse = licensed("omar", "sedation")
    nurse.credentials.update(expires_on=now.date() + minutes(60 * 24 * 30))
    actions.observe(session=session, values=SINKING, by=member("nina"), at=now - minutes(2), intended=False)
    before = Adjunct.objects.count()
    page = open_page(width=width, height=height)
    sign_in(page, nurse)
    page.goto(f"/infusion/{session.code}/")
    page.locator("[data-face=drug]").click()

    order = page.locator("#part-orders form", has_text="Midazolam")
    assert "not now" in order.locator("summary").inner_text()
    order.locator("summary").click()
    said = order.locator(".warn-line", has_text="A sedative can deepen this")
    said.wait_for()
    assert "have a prescriber agree at the chair" in said.inner_text()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    order.get_by_role("button", name="All read").click()

    page.locator("#face-drug .errors", has_text="A sedative can deepen this").wait_for()
    assert Adjunct.objects.count() == before
