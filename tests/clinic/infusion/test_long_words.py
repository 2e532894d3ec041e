"""What somebody wrote at the chair is never cut unseen, however long it is and by whichever door it comes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import queries
from clearhead.clinic.infusion.models import Event
from tests.cast import member
from tests.clinic.infusion.queue import entry, send
from tests.clinic.infusion.room import running
from tests.clinic.infusion.scene import lively

pytestmark = pytest.mark.django_db
LONG = "pale and sweating, " * 500 + "END OF TEXT"


def record(session: Any) -> str:
    client = Client()
    client.force_login(member("nina"))
    return client.get(f"/infusion/{session.code}/record/").content.decode()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("note", {"what": "note", "text": LONG}),
        ("emergency", {"what": "other", "text": LONG}),
        ("help", {"text": LONG}),
        ("stop", {"reason": LONG}),
        ("symptom", {"code": "nausea", "grade": "1", "note": LONG}),
        ("rate", {"value": "5", "unit": "mg/h", "reason": LONG}),
        ("pause", {"reason": LONG}),
    ],
)
def test_what_a_tablet_kept_is_charted_and_stands_in_full_on_the_whole_record(kind: str, fields: Any) -> None:
    session = running()

    said = send(session, [entry(kind, 5, **fields), entry("note", 6, text="after")])

    assert [receipt.status for receipt in said] == ["saved", "saved"]
    assert record(session).count("END OF TEXT") == 1
    assert any(line.words.endswith("…") or "…" in line.words for line in queries.record_of(session))


def test_what_was_done_about_a_flag_stands_in_full_too() -> None:
    session = running()
    send(session, [entry("help", 5)])
    flag = queries.open_flags(session)[0]

    said = send(session, [entry("ack", 6, flag=str(flag.code), done=LONG)])

    assert [receipt.status for receipt in said] == ["saved"]
    assert record(session).count("END OF TEXT") == 1


@pytest.mark.parametrize(("door", "name", "kind"), [("stop", "reason", "stop"), ("help", "text", "help")])
def test_stop_and_help_pressed_with_the_clinic_in_reach_keep_every_word(door: str, name: str, kind: str) -> None:
    session, client = lively(timezone.now()), Client()
    client.force_login(member("nina"))

    answer = client.post(f"/infusion/{session.code}/{door}/", {name: LONG})

    assert answer.status_code == 303
    assert Event.objects.get(kind=kind).text.endswith("…")
    assert "END OF TEXT" in record(session)


def test_the_same_long_stop_twice_is_one_stop() -> None:
    session, pressed = running(), entry("stop", 5, reason=LONG)

    said = send(session, [pressed]) + send(session, [pressed])

    assert [receipt.status for receipt in said] == ["saved", "repeated"]
    assert Event.objects.filter(kind="stop").count() == 1
