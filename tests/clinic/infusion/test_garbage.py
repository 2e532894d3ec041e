"""Whatever a queue holds, every entry has an answer: charted, or set aside by itself; STOP and help are charted."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.actions import entry as kinds
from clearhead.clinic.infusion.models import Event, Flag, Observation, PumpReading
from clearhead.clinic.people.guard import token
from clearhead.clinic.reactions import QUEUED
from tests.cast import AT_TEN, member
from tests.clinic.infusion.queue import BACK, CALM, entry, send
from tests.clinic.infusion.room import minutes, running
from tests.clinic.infusion.scene import lively
from tests.database import POSTGRES

pytestmark = pytest.mark.django_db
HALF_A_LETTER = "pale \ud83d"
POISON: tuple[tuple[str, dict[str, Any]], ...] = (
    ("observation", {"values": {**CALM, "o2_l_per_min": "1368"}}),
    ("observation", {"values": {**CALM, "etco2": "99999"}}),
    ("rate", {"value": "123456", "unit": "mL/h"}),
    ("resume", {"value": "1234567", "unit": "mL/h"}),
    ("bolus", {"mg": "1234567890"}),
    ("adjunct", {"order_id": "ondansetron_nausea", "dose": "123456", "unit": "mg"}),
    ("reading", {"pump_ml": "1234567"}),
    ("ack", {"flag": str(uuid.uuid4()), "done": "x"}),
    ("ack", {"flag": "zz", "done": "x"}),
    ("effect", {"adjunct": "zz", "effect": "better"}),
    ("symptom", {"code": "x" * 300, "grade": "1"}),
)
TIMES = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-14:00", "1970-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "")


@pytest.mark.parametrize(("kind", "fields"), POISON)
def test_one_entry_that_cannot_be_charted_is_set_aside_and_holds_nothing_back(kind: str, fields: Any) -> None:
    session = running()
    bad = {**entry(kind, 5), "fields": fields}

    said = send(session, [bad, entry("note", 6, text="after"), entry("help", 7), entry("stop", 8)])

    assert [receipt.status for receipt in said] == ["set_aside", "saved", "saved", "saved"]
    assert Flag.objects.filter(rule="set_aside").count() == 1
    assert Event.objects.get(kind="not_understood").detail["entry"]["fields"] == fields


@pytest.mark.parametrize("kind", ["stop", "help", "emergency", "pump_seen_stopped"])
@pytest.mark.parametrize(
    "fields", [{"reason": HALF_A_LETTER, "text": HALF_A_LETTER}, {"text": {"a": [1]}}, [1], "x", 7]
)
def test_stop_and_help_are_charted_whatever_their_fields_hold(kind: str, fields: Any) -> None:
    session = running()

    said = send(session, [{**entry(kind, 5), "fields": fields}], name=None)

    assert [receipt.status for receipt in said] == ["saved"]
    assert Event.objects.get(kind=kind).happened_at == AT_TEN + minutes(5)


@pytest.mark.parametrize("time", TIMES)
def test_a_stop_whose_time_cannot_be_is_charted_when_it_arrives_and_says_so(time: str) -> None:
    session = running()
    stop, note = {**entry("stop", 5), "happened_at": time}, {**entry("note", 5), "happened_at": time}

    said = send(session, [note, stop])

    assert [receipt.status for receipt in said] == ["set_aside", "saved"]
    assert Event.objects.get(kind="stop").happened_at == BACK
    assert "Its time could not be read" in Flag.objects.get(rule="left_out").sentence


def test_a_stop_without_a_readable_id_is_charted_once() -> None:
    session, stop = running(), {**entry("stop", 5), "client_id": "??"}

    said = [send(session, [stop])[0] for _twice in range(2)]

    assert [(receipt.client_id, receipt.status) for receipt in said] == [("??", "saved"), ("??", "repeated")]


def test_a_stop_that_conflicts_is_charted_once_however_often_it_is_sent() -> None:
    session, stop = running(), entry("stop", 5, reason="pale")
    other = {**stop, "fields": {"reason": "grey"}}

    said = [send(session, [one])[0].status for one in (stop, other, other)]

    assert said == ["saved", "saved", "repeated"]
    assert Event.objects.filter(kind="stop").count() == 2


def test_a_database_that_is_away_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    session = running()

    def locked(_said: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setitem(kinds.KINDS, "note", locked)
    with pytest.raises(OperationalError):
        send(session, [entry("note", 5, text="kept on the device")])

    assert not Event.objects.exists()


def test_an_entry_that_cannot_even_be_set_aside_stays_on_its_device(monkeypatch: pytest.MonkeyPatch) -> None:
    session, bad = running(), entry("dance", 5)
    monkeypatch.setattr("clearhead.clinic.infusion.actions.intake._why", lambda *_said: 1 / 0)

    said = send(session, [bad, entry("stop", 6)])

    assert (said[0].client_id, said[0].status) == (bad["client_id"], "unreadable")
    assert said[1].status == "saved"


@pytest.mark.parametrize("typed", ["12,5", "scribble", "1234567", "2001"])
def test_a_pump_seen_stopped_is_kept_without_ml_that_cannot_be_read(typed: str) -> None:
    session = running()

    said = send(session, [entry("stop", 20), entry("pump_seen_stopped", 21, pump_ml=typed)])

    assert [receipt.status for receipt in said] == ["saved", "saved"]
    standing = queries.standing(session, BACK)
    assert (standing.pump_confirmed, standing.pump_read) == (True, False)
    assert typed in Flag.objects.get(rule="left_out").sentence


PAGES = ("", "record/", "live/", "parts/", "print/", "transfer/", "emergency/", "more/", "close/", "take/")


@pytest.mark.sqlite  # the other database never kept a number its column has no room for
def test_a_reading_without_room_kept_by_an_earlier_version_is_shown_and_taken_back() -> None:
    session, nina = lively(timezone.now()), member("nina")
    bag = session.bags.last()
    row = PumpReading.objects.create(
        session=session, bag=bag, pump_ml=1234567, charted_ml=1234567, happened_at=timezone.now(),
        recorded_at=timezone.now(), recorded_by=nina,
    )  # fmt: skip
    client = Client()
    client.force_login(nina)

    assert {path: client.get(f"/infusion/{session.code}/{path}").status_code for path in PAGES} == dict.fromkeys(
        PAGES, 200
    )
    assert client.get(reverse("home"), follow=True).status_code == 200
    row.refresh_from_db()
    actions.strike(row=row, reason="slip", by=nina, at=timezone.now())
    assert not PumpReading.standing().filter(pump_ml__gt=2000).exists()


def test_every_page_bears_the_greatest_reading_there_can_be() -> None:
    session, nina, now = lively(timezone.now()), member("nina"), timezone.now()
    actions.read_pump(session=session, pump_ml=kinds.Decimal("999999.99"), by=nina, at=now,
                      confirmed=frozenset({"pump_ml=999999.99"}))  # fmt: skip
    client = Client()
    client.force_login(nina)

    assert {client.get(f"/infusion/{session.code}/{path}").status_code for path in PAGES} == {200}


def test_a_number_the_record_cannot_hold_is_refused_before_it_is_kept() -> None:
    session = running()

    with pytest.raises(actions.ChairRefused, match="pump ml 1234567: the record cannot hold it"):
        actions.read_pump(session=session, pump_ml=kinds.Decimal(1234567), by=member("nina"), at=BACK,
                          confirmed=frozenset({"pump_ml=1234567"}))  # fmt: skip

    assert not PumpReading.objects.exists()


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"entries": [{"kind": []}], "form_for": "x"}', '{"entries": [], "form_for": "\\ud83d"}']
)
def test_a_letter_that_cannot_be_read_is_refused_as_a_whole(body: str) -> None:
    session, client = running(), Client()
    client.force_login(member("nina"))

    reply = client.post(f"/infusion/{session.code}/entries/", body, content_type="application/json")

    assert reply.status_code in {200, 400, 409}


SCALARS = (
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=30)
    | some.sampled_from(["12,5", "1368", "9" * 60, "-1", "0", "4", "1e9", "\x00", HALF_A_LETTER, "mL/h", "mg/kg/h",
                         "ondansetron_nausea", "given", "not_given", "nausea", "better", str(uuid.uuid4()), "NaN"])
)  # fmt: skip
ANYTHING = some.recursive(
    SCALARS, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
NAMES = ("value", "unit", "reason", "mg", "ml", "over_min", "values", "kind", "why_not", "confirmed", "phase", "code",
         "grade", "note", "order_id", "dose", "act", "why", "adjunct", "effect", "what", "text", "pump_ml", "flag",
         "done", "cleared", "name", "alternative", "vital_signs", "pain_now")  # fmt: skip
SIGNS = some.dictionaries(some.sampled_from([*CALM, "o2_l_per_min", "temp_c", "etco2", "iv_site", "x"]), SCALARS)
FIELDS = some.dictionaries(some.sampled_from(NAMES), ANYTHING | SIGNS) | ANYTHING
WHENS = some.sampled_from([*TIMES, (AT_TEN + minutes(5)).isoformat(), AT_TEN.isoformat()]) | ANYTHING
ALL_KINDS = some.sampled_from([*kinds.KINDS, *QUEUED, "dance"]) | ANYTHING
MESS = some.fixed_dictionaries(
    {"kind": ALL_KINDS, "fields": FIELDS},
    optional={
        "happened_at": WHENS,
        "device_at": WHENS,
        "device": ANYTHING,
        "typed": ANYTHING,
        "author": ANYTHING,
        "device_off_s": ANYTHING,
        "intended": some.booleans(),
        "unsigned": some.booleans(),
    },
)


@pytest.mark.slow
@settings(max_examples=30 if POSTGRES else 60, deadline=None, suppress_health_check=list(HealthCheck))
@given(mess=some.lists(MESS, min_size=1, max_size=6), away=some.booleans(), clock=WHENS)
def test_garbage_of_every_kind_is_answered_and_stop_and_help_behind_it_are_charted(
    mess: list[dict[str, Any]], away: bool, clock: Any
) -> None:
    session = _at_the_chair()
    garbage = [{"happened_at": AT_TEN.isoformat(), **one, "client_id": str(uuid.uuid4())} for one in mess]
    queue = [*garbage, {**entry("stop", 9), "fields": mess[0]["fields"]}, {**entry("help", 10), "device": clock}]
    client = Client()
    client.force_login(member("nina"))
    before = Event.objects.filter(kind__in=("stop", "help")).count()

    reply = client.post(
        reverse("infusion-entries", args=[session.code]),
        json.dumps({"entries": queue, "device_now": clock if away else None, "form_for": token(session.patient)}),
        content_type="application/json",
    )

    assert reply.status_code == 200
    receipts = {one["client_id"]: one["status"] for one in reply.json()["receipts"]}
    assert set(receipts) == {one["client_id"] for one in queue}, "nothing is lost"
    assert set(receipts.values()) <= {"saved", "set_aside"}
    assert Event.objects.filter(kind__in=("stop", "help")).count() >= before + 2
    assert client.get(reverse("infusion-record", args=[session.code])).status_code == 200


def _at_the_chair() -> Any:
    known = Observation.objects.select_related("session").first()
    return known.session if known is not None else running()
