"""In a real browser: what is tapped without a connection waits on the phone and is sent once there is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

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


def wall(ago: timedelta) -> tuple[datetime, str]:
    """A moment to the minute, and how Petra's clock showed it."""
    moment = (timezone.now() - ago).replace(second=0, microsecond=0)
    return moment, moment.astimezone(ZoneInfo("America/Phoenix")).strftime("%Y-%m-%dT%H:%M")


def began_then(page: Any, at: str, ended: str = "") -> None:
    page.get_by_text("Another time").click()
    page.get_by_label("It began at").fill(at)
    page.get_by_label("It ended, if it is over").fill(ended)
    page.get_by_role("button", name="It began then").click()


def test_an_attack_that_began_at_another_time_is_saved_with_that_time(signed_in: Any, live_server: Any) -> None:
    moment, shown = wall(timedelta(hours=5))
    signed_in.goto(f"{live_server.url}/diary/attack/")
    began_then(signed_in, shown)

    signed_in.get_by_role("link", name="Took medicine").wait_for()
    assert Attack.objects.get().happened_at == moment


def test_the_same_without_script(open_page: Any, sign_in: Any) -> None:
    cast.mesa()
    moment, shown = wall(timedelta(hours=5))
    page = open_page(width=360, script=False)
    sign_in(page, cast.petra().user)
    page.goto("/diary/attack/")
    began_then(page, shown)

    page.get_by_role("button", name="Worse").wait_for()
    assert Attack.objects.get().happened_at == moment


def test_another_time_and_its_end_wait_on_the_phone_and_arrive_as_they_were_given(
    signed_in: Any, live_server: Any
) -> None:
    from playwright.sync_api import expect

    (begun, first), (ended, last) = wall(timedelta(hours=50)), wall(timedelta(hours=41))
    signed_in.goto(f"{live_server.url}/diary/attack/")
    signed_in.context.set_offline(True)
    began_then(signed_in, first, last)
    expect(signed_in.locator("[data-saved]")).to_contain_text("not yet sent: 1")
    assert not Attack.objects.exists()

    signed_in.context.set_offline(False)
    expect(signed_in.locator("[data-saved]")).to_contain_text("saved to the clinic")
    assert (Attack.objects.get().happened_at, AttackEvent.objects.get().happened_at) == (begun, ended)


def test_without_a_connection_the_page_says_since_when_it_was_told(signed_in: Any, live_server: Any) -> None:
    _moment, shown = wall(timedelta(hours=5))
    signed_in.goto(f"{live_server.url}/diary/attack/")
    signed_in.context.set_offline(True)
    began_then(signed_in, shown)

    signed_in.get_by_role("heading", name=f"since {shown[-5:]}").wait_for()


def test_a_time_to_come_is_refused_with_a_sentence_beside_the_field(signed_in: Any, live_server: Any) -> None:
    _moment, shown = wall(timedelta(days=-2))
    signed_in.goto(f"{live_server.url}/diary/attack/")
    began_then(signed_in, shown)

    signed_in.locator(".field .wrong", has_text="lies in the future").wait_for()
    assert signed_in.get_by_label("It began at").input_value() == shown
    assert not Attack.objects.exists()


def test_the_button_beside_an_empty_time_sends_nothing(signed_in: Any, live_server: Any) -> None:
    signed_in.goto(f"{live_server.url}/diary/attack/")
    began_then(signed_in, "")
    signed_in.get_by_role("button", name="30 min ago").click()

    signed_in.get_by_role("link", name="Took medicine").wait_for()
    assert timezone.now() - Attack.objects.get().happened_at > timedelta(minutes=29)


@pytest.mark.hazard("H-27")
def test_the_hour_that_came_twice_offers_its_two_choices_on_the_phone(
    signed_in: Any, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import expect

    noon = datetime(2026, 11, 1, 17, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    petra = cast.petra()
    petra.zone = "America/New_York"
    petra.save()
    signed_in.clock.set_fixed_time(noon)
    signed_in.goto(f"{live_server.url}/diary/attack/")
    signed_in.get_by_text("Another time").click()
    signed_in.get_by_label("It began at").fill("2026-11-01T01:30")
    signed_in.get_by_label("the second, after it").check()
    signed_in.get_by_role("button", name="It began then").click()

    expect(signed_in.get_by_role("link", name="Took medicine")).to_be_visible()
    assert Attack.objects.get().happened_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
