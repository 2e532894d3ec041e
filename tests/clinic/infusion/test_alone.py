"""Working alone: the pause begins when this very number was read back, and an open page does not count."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import queries
from clearhead.clinic.infusion.models import RateChange
from clearhead.clinic.people.models import Site
from clearhead.clinic.plan.models import Session
from tests.cast import member
from tests.clinic.infusion.room import looked, minutes, protocol_with, running
from tests.clinic.infusion.test_pages import at, post, signed_in

pytestmark = pytest.mark.django_db
STEP = {"value": "10.5", "unit": "mL/h"}
EVERY_STEP = ("increase_above = { mg_per_kg_h = 0.05 }", 'increase_above = "none"')
"""One step of the order, under a protocol that asks a second person at every increase."""


class Clock:
    """What the clinic takes for now."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def after(self, seconds: float) -> None:
        self.now += minutes(seconds / 60)


@pytest.fixture
def clock(monkeypatch: Any) -> Clock:
    clock = Clock(timezone.now())
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.now)
    return clock


@pytest.fixture
def chair(clock: Clock) -> Session:
    session = running(clock.now - minutes(30), protocol_version=protocol_with(EVERY_STEP))
    looked(session, clock.now - minutes(2))
    Site.objects.filter(pk=session.site_id).update(single_handed=True)
    return session


def token_in(page: Any) -> str:
    found = re.search(r'name="alone_since" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


def press(client: Client, session: Session, token: str = "", **said: Any) -> Any:
    seen = queries.dose_rows(session).mark
    return post(client, session, "rate/", **{**STEP, **said}, seen=seen, alone_since=token)


def test_a_page_that_was_open_for_ten_minutes_has_waited_for_nothing(chair: Session, clock: Clock) -> None:
    nina = signed_in()
    token = token_in(nina.get(at(chair, "rate/"))) or token_in(nina.get(at(chair)))

    clock.after(600)
    reply = press(nina, chair, token)

    assert token == ""
    assert reply.status_code == 422
    assert "60 s left" in reply.content.decode()
    assert not RateChange.objects.filter(kind="change").exists()


def test_the_read_back_begins_the_pause_and_sixty_seconds_later_it_is_saved_and_counted(
    chair: Session, clock: Clock
) -> None:
    nina = signed_in()
    read = post(nina, chair, "rate/", **STEP, preview="1")
    token = token_in(read)

    clock.after(40)
    early = press(nina, chair, token)
    clock.after(20)
    saved = press(nina, chair, token_in(early))

    assert "60 s left" in read.content.decode()
    assert "20 s left" in early.content.decode(), "an early press does not begin the pause anew"
    assert saved.status_code == 303
    assert RateChange.objects.get(kind="change").single_handed


def test_a_script_is_told_the_pause_with_the_read_back(chair: Session, clock: Clock) -> None:
    nina = signed_in()
    said = {**STEP, "preview": "1", "form_for": ""}

    told = nina.post(
        at(chair, "rate/"), said, headers={"accept": "application/json", "x-form-for": patient_token(chair)}
    ).json()
    clock.after(60)

    assert told["alone"]["wait_s"] == 60
    assert press(nina, chair, told["alone"]["token"]).status_code == 303


def patient_token(session: Session) -> str:
    from clearhead.clinic.people import guard

    return guard.token(session.patient)


@pytest.mark.parametrize(
    ("changed", "who", "later"),
    [({"value": "9"}, "nina", 60), ({"unit": "mg/h"}, "nina", 60), ({}, "omar", 60), ({}, "nina", 301)],
    ids=["another value", "another unit", "another hand", "long over"],
)
def test_a_pause_counts_for_its_own_number_its_own_hand_and_not_for_ever(
    chair: Session, clock: Clock, changed: dict[str, str], who: str, later: float
) -> None:
    token = token_in(post(signed_in(), chair, "rate/", **STEP, preview="1"))

    clock.after(later)
    reply = press(signed_in(who), chair, token, **changed)

    assert token
    assert reply.status_code == 422
    assert "60 s left" in reply.content.decode()
    assert not RateChange.objects.filter(kind="change").exists()


def test_where_two_are_on_duty_no_pause_is_offered(chair: Session, clock: Clock) -> None:
    Site.objects.filter(pk=chair.site_id).update(single_handed=False)
    nina = signed_in()

    token = token_in(post(nina, chair, "rate/", **STEP, preview="1"))
    clock.after(60)

    assert token == ""
    assert press(nina, chair).status_code == 422


def test_a_second_person_needs_no_pause(chair: Session) -> None:
    from tests.cast import PIN

    check = {"checker": str(member("omar").code), "check_weight_kg": "70", "check_mg_per_ml": "1",
             "check_ml_per_h": "10.5", "checker_secret": PIN}  # fmt: skip

    reply = press(signed_in(), chair, **check)

    assert reply.status_code == 303
    assert not RateChange.objects.get(kind="change").single_handed
