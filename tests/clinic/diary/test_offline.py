"""In a real browser: what is tapped without a connection waits on the phone and is sent once there is one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clearhead.clinic.diary.models import Attack, AttackEvent, Day
from tests import cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def signed_in(phone: Any, live_server: Any) -> Any:
    cast.mesa()
    client = Client()
    client.force_login(cast.petra().user)
    phone.context.add_cookies([{"name": "sid", "value": client.cookies["sid"].value, "url": live_server.url}])
    return phone


def test_a_tap_without_connection_waits_and_is_sent_later(signed_in: Any, live_server: Any) -> None:
    from playwright.sync_api import expect

    signed_in.goto(f"{live_server.url}/diary/")
    signed_in.context.set_offline(True)
    signed_in.get_by_role("button", name="Moderate").click()
    expect(signed_in.locator("[data-saved]")).to_contain_text("not yet sent")
    assert not Day.objects.exists()

    signed_in.context.set_offline(False)
    expect(signed_in.locator("[data-saved]")).to_contain_text("saved to the clinic")
    assert [day.answer for day in Day.objects.all()] == [2]


def test_a_whole_attack_without_connection_arrives_in_order(signed_in: Any, live_server: Any) -> None:
    from playwright.sync_api import expect

    signed_in.goto(f"{live_server.url}/diary/attack/")
    signed_in.context.set_offline(True)
    signed_in.get_by_role("button", name="Now", exact=True).click()
    signed_in.get_by_role("button", name="Worse").click()
    signed_in.get_by_role("button", name="Over").click()
    expect(signed_in.locator("[data-saved]")).to_contain_text("not yet sent: 3")
    expect(signed_in.get_by_role("button", name="Over")).to_be_disabled()  # the tap is done with, and the page stays

    signed_in.context.set_offline(False)
    expect(signed_in.locator("[data-saved]")).to_contain_text("saved to the clinic")
    assert Attack.objects.count() == 1
    assert {event.kind for event in AttackEvent.objects.all()} == {"worse", "over"}


def test_a_tap_with_connection_is_saved_and_the_page_says_so(signed_in: Any, live_server: Any) -> None:
    from playwright.sync_api import expect

    signed_in.goto(f"{live_server.url}/diary/")
    signed_in.get_by_role("button", name="Mild").click()
    expect(signed_in.locator("button.on")).to_contain_text("Mild")
    expect(signed_in.locator("[data-saved]")).to_contain_text("saved to the clinic")
    assert Day.objects.count() == 1
