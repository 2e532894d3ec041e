"""A poll that was admitted a moment ago costs one question, and tells nothing but "nothing new"."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.infusion import actions, beats
from tests.cast import member, olga
from tests.clinic.infusion.scene import lively

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    beats._admitted.clear()


@pytest.fixture
def told() -> tuple[Client, Any, str]:
    """Nina at a running chair, her screen up to date and one full beat old."""
    session, client = lively(timezone.now()), Client()
    client.force_login(member("nina"))
    page = client.get(f"/infusion/{session.code}/parts/?width=900").content.decode()
    number = page.partition('data-number="')[2].partition('"')[0]
    address = f"/infusion/{session.code}/parts/?width=900&after={number}"
    assert client.get(address).status_code == 304
    return client, session, address


def test_the_second_beat_asks_one_question(told: tuple[Client, Any, str]) -> None:
    client, _, address = told

    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 304

    assert len(asked) == 1


def test_a_new_fact_is_told_at_the_next_beat(told: tuple[Client, Any, str]) -> None:
    client, session, address = told

    actions.note(session=session, kind="comfort", at=timezone.now(), by=member("nina"))

    assert client.get(address).status_code == 200


def test_another_browser_gains_nothing_by_it(told: tuple[Client, Any, str]) -> None:
    _, _, address = told

    stranger = Client()
    assert stranger.get(address).status_code == 403
    stranger.force_login(olga())
    assert stranger.get(address).status_code in {403, 404}


def test_signing_out_ends_it_at_once(told: tuple[Client, Any, str]) -> None:
    client, _, address = told

    client.post(reverse("account_logout"))

    assert client.get(address).status_code == 403


def test_after_a_few_seconds_everything_is_asked_again(
    told: tuple[Client, Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _, address = told
    client.logout()
    client.cookies.clear()
    assert client.get(address).status_code == 403

    client.force_login(member("nina"))
    assert client.get(address).status_code == 304
    later = beats.time.monotonic() + beats.KEPT_S
    monkeypatch.setattr(beats.time, "monotonic", lambda: later)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert len(asked) > 1
