"""Working alone, in a real browser: the countdown stands beside the number it is about."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion.models import RateChange
from clearhead.clinic.people.models import Site
from tests.cast import member
from tests.clinic.infusion.room import minutes, protocol_with, running
from tests.clinic.infusion.test_alone import EVERY_STEP

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_the_rate_face_counts_down_and_another_number_begins_anew(page: Any, sign_in: Any) -> None:
    session = running(timezone.now() - minutes(30), protocol_version=protocol_with(EVERY_STEP))
    Site.objects.filter(pk=session.site_id).update(single_handed=True)
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("[data-face=rate]").click()
    assert page.locator("#rate-form .alone").count() == 0

    page.locator("[data-ml][data-up='1']").click()
    left = page.locator("#rate-form .alone", has_text=re.compile(r"Alone: read everything again\. 5\d s left"))
    left.wait_for()
    page.locator("#rate-form .big-button").click()
    page.locator("#rate-form .errors", has_text=re.compile(r"\d\d s left")).wait_for()

    token = page.locator("#rate-form [name=alone_since]").input_value()
    page.locator("[data-ml]:not([data-up='1'])").first.click()
    page.locator("#rate-form .alone").wait_for(state="detached")
    assert token
    assert page.locator("#rate-form [name=alone_since]").input_value() == ""
    assert not RateChange.objects.filter(session=session, kind="change").exists()
