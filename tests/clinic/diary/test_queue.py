"""What the phone kept is sent once, as it was entered, each entry answered for itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from clearhead.clinic.diary import queries
from clearhead.clinic.diary.forms import QueuedForm
from clearhead.clinic.diary.models import Attack, AttackEvent, Day
from tests import cast
from tests.clinic.diary.notebook import answers, begin, queued, send
from tests.clinic.diary.notebook import phone as phone

pytestmark = pytest.mark.django_db


def test_what_the_phone_kept_is_taken_in_once_however_often_it_is_sent(phone: Client, petra: Any) -> None:
    start = queued("start", minutes_ago=30)
    sent = [queued("day", local_date="2026-11-20", answer=2), start, queued("worse", attack=start["id"])]
    sent.append(queued("over", attack=start["id"]))
    for _again in range(3):
        told = send(phone, *sent).json()
        assert [one["state"] for one in told["results"]] == ["saved"] * 4

    assert (Day.objects.count(), Attack.objects.count(), AttackEvent.objects.count()) == (1, 1, 2)
    assert not Day.objects.get().backfilled  # answered on its own day, although it arrived later


def test_one_bad_entry_does_not_hold_up_the_others(phone: Client) -> None:
    told = send(
        phone, queued("day", local_date="2026-11-20"), "nonsense", queued("day", local_date="2026-11-20", answer=1)
    )

    assert [one["state"] for one in told.json()["results"]] == ["refused", "refused", "saved"]
    assert Day.objects.count() == 1


def test_an_entry_for_another_patients_attack_is_not_taken(phone: Client) -> None:
    his = begin(cast.quentin())
    told = send(phone, queued("over", attack=str(his.code))).json()

    assert told["results"][0]["state"] == "later"
    assert not AttackEvent.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "3", '{"entries": 3}', "[" * 100_000])
def test_what_is_no_list_of_entries_is_refused(phone: Client, body: str) -> None:
    assert phone.post("/diary/sync/", body, content_type="application/json").status_code == 422


STRANGE = [5, True, 1e308, [1], {}, {"a": [1]}, "", "9" * 300, "\x00", "\ud83d", "0001-01-01T00:00", "9999-12-31T23:59"]


@pytest.mark.parametrize("name", ["id", "kind", "entered_at", "zone", "local_date", "answer"])
@pytest.mark.parametrize("value", STRANGE, ids=repr)
def test_an_entry_that_cannot_be_read_is_refused_by_itself(phone: Client, name: str, value: Any) -> None:
    bad = queued("day", local_date="2026-11-19", answer=2) | {name: value}
    told = send(phone, bad, queued("day", local_date="2026-11-20", answer=1))
    harmless = (name, value) == ("zone", "")  # the patient's own zone then

    assert told.status_code == 200
    assert [one["state"] for one in told.json()["results"]] == ["saved" if harmless else "refused", "saved"]
    assert all(one["sentence"] or one["state"] == "saved" for one in told.json()["results"])


@pytest.mark.parametrize("name", ["minutes_ago", "started_at", "ended_at", "attack"])
@pytest.mark.parametrize("value", STRANGE, ids=repr)
def test_an_attack_that_cannot_be_read_never_holds_up_the_letter(phone: Client, name: str, value: Any) -> None:
    start = queued("start", started_at="2026-11-20T08:00") | {name: value}
    told = send(phone, start, queued("over", attack=start["id"]) | {name: value}, queued("worse"))

    assert told.status_code == 200
    assert len(told.json()["results"]) == 3


def test_a_fault_of_ours_stays_with_its_entry(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_said: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("clearhead.clinic.diary.actions.start_attack", fail)
    told = send(phone, queued("start", minutes_ago=0), queued("day", local_date="2026-11-20", answer=1)).json()

    assert [one["state"] for one in told["results"]] == ["refused", "saved"]
    assert "Enter it again" in told["results"][0]["sentence"]


def test_of_a_letter_that_is_too_long_the_first_200_are_answered(phone: Client) -> None:
    told = send(phone, *[queued("day", local_date="2026-11-20", answer=1) for _one in range(201)])

    assert told.status_code == 200
    assert [one["state"] for one in told.json()["results"]] == ["saved"] * 200


def test_what_belongs_to_an_attack_that_is_not_here_yet_is_taken_once_it_is(phone: Client) -> None:
    start = queued("start", minutes_ago=0)
    worse = queued("worse", attack=start["id"])
    first = send(phone, worse).json()["results"][0]

    assert (first["state"], "not here yet" in first["sentence"]) == ("later", True)
    assert answers(phone, start, worse) == ["saved", "saved"]


def test_a_queued_start_keeps_the_time_it_was_given_and_its_end(phone: Client) -> None:
    sent = queued("start", started_at="2026-11-20T04:15", ended_at="2026-11-20T08:45")
    told = send(phone, sent).json()["results"][0]
    view = queries.attack_view(Attack.objects.get())

    assert told["state"] == "saved"
    assert (f"{view.started_at:%d %H:%M}", view.minutes) == ("20 11:15", 270)  # Phoenix is seven hours behind UTC


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "Say when it began"),
        ({"started_at": "soon"}, "is not a date and time"),
        ({"started_at": "2026-11-20T12:00"}, "lies in the future"),  # tapped at nine in Phoenix, sent much later
        ({"started_at": "2026-11-20T08:00", "ended_at": "2026-11-20T07:00"}, "cannot end before it began"),
        ({"minutes_ago": "soon"}, "whole number"),
    ],
)
def test_a_queued_start_without_a_possible_time_is_refused_and_never_taken_for_now(
    phone: Client, more: dict[str, str], sentence: str
) -> None:
    told = send(phone, queued("start", **more)).json()["results"][0]

    assert told["state"] == "refused"
    assert sentence in told["sentence"]
    assert not Attack.objects.exists()


@pytest.mark.parametrize("address", ["/diary/", "/diary/attack/"])
@pytest.mark.parametrize("running", [False, True])
def test_the_queue_knows_every_field_of_every_form_that_waits_on_the_phone(
    phone: Client, petra: Any, address: str, running: bool
) -> None:
    if running:
        begin(petra)
    page = phone.get(address).content.decode()
    forms = re.findall(r"<form[^>]*data-offline.*?</form>", page, re.DOTALL)
    named = {
        name for form in forms for name in re.findall(r'<(?:input|button|select|textarea)[^>]* name="(\w+)"', form)
    }
    of_the_page = {"csrfmiddlewaretoken", "form_for", "client_id"}

    assert forms
    assert named - of_the_page <= set(QueuedForm({}, zone=petra.zone).fields)
