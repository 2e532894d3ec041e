"""An attack in Petra's diary, as the tests begin one, and what a phone keeps and sends."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from clearhead.clinic.diary import actions
from clearhead.clinic.diary.models import Attack
from clearhead.clinic.people import guard
from tests import cast
from tests.cast import AT_TEN


def phone_of(patient: Any) -> Client:
    """The phone of a patient who is signed in on it."""
    client = Client()
    client.force_login(patient.user)
    return client


@pytest.fixture
def phone(petra: Any) -> Client:
    """Petra's; a test that imports it gets this one, any other the browser's."""
    return phone_of(petra)


def begin(petra: Any, **more: Any) -> Attack:
    said = {"patient": petra, "started_at": AT_TEN, "zone": petra.zone, "by": None, "at": AT_TEN, **more}
    return actions.start_attack(**said)


def queued(kind: str, **more: Any) -> dict[str, Any]:
    """An entry as Petra's phone keeps it, tapped at nine in Phoenix."""
    return {
        "id": str(uuid.uuid4()),
        "diary": guard.names_of(cast.petra())[0],
        "kind": kind,
        "entered_at": "2026-11-20T16:00:00",
        "zone": "America/Phoenix",
        **more,
    }


def send(phone: Client, *entries: Any) -> Any:
    return phone.post("/diary/sync/", json.dumps({"entries": entries}), content_type="application/json")


def answers(phone: Client, *entries: Any) -> list[str]:
    """What the clinic says to each entry."""
    return [one["state"] for one in send(phone, *entries).json()["results"]]
