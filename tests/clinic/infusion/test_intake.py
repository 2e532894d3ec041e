"""The offline queue: nothing lost, nothing doubled, nothing refused."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.actions.legible import of_wall
from clearhead.clinic.infusion.models import (
    Adjunct,
    Bolus,
    ChairFact,
    Event,
    Flag,
    FlagAck,
    Observation,
    RateChange,
    Symptom,
)
from clearhead.clinic.infusion.queries.doses import account_of
from clearhead.clinic.infusion.queries.said import words as words_of
from tests.cast import AT_TEN, member
from tests.clinic.infusion.queue import BACK, CALM, entry, send
from tests.clinic.infusion.room import minutes, running
from tests.clinic.infusion.test_by_plan import MIDAZOLAM, ONDANSETRON

pytestmark = pytest.mark.django_db


def test_two_hours_offline_come_home_in_order_and_twice_is_once() -> None:
    session = running()
    queue = [
        entry("observation", 5, values=CALM),
        entry("pause", 40, reason="toilet"),
        entry("symptom", 12, code="nausea", grade=1),
        entry("resume", 45),
        entry("no_new_symptoms", 50),
        entry("note", 52, what="toilet", text="walked with help"),
        entry("rate", 60, value="3.5", unit="mL/h"),
    ]

    first, again = send(session, queue), send(session, list(reversed(queue)), name="omar")

    assert [receipt.status for receipt in first] == ["saved"] * 7
    assert [receipt.status for receipt in again] == ["repeated"] * 7
    assert {r.fact for r in first} == {r.fact for r in again}
    assert list(RateChange.objects.values_list("kind", flat=True)) == ["start", "pause", "resume", "change"]
    row = Observation.objects.get(phase="infusion")
    assert (row.queued, row.happened_at, row.recorded_at) == (True, AT_TEN + minutes(5), BACK)


def test_the_same_id_with_other_content_is_a_conflict_except_for_stop() -> None:
    session, note, stop = running(), entry("note", 5, text="one"), entry("stop", 6, reason="pale")
    send(session, [note, stop])

    said = send(session, [{**note, "fields": {"text": "two"}}, {**stop, "fields": {"reason": "grey"}}])

    assert [receipt.status for receipt in said] == ["conflict", "saved"]
    assert Event.objects.filter(kind="stop").count() == 2


def test_a_stop_whose_answer_was_lost_is_not_a_second_stop() -> None:
    session, stop = running(), entry("stop", 6, reason="pale")
    same = uuid.UUID(stop["client_id"])
    by_form = actions.stop(session=session, by=member("nina"), at=AT_TEN + minutes(6), reason="pale", client_id=same)

    said = send(session, [stop], name="omar")

    assert (said[0].status, said[0].fact) == ("repeated", str(by_form.code))
    assert Event.objects.filter(kind="stop").count() == 1


def test_drugs_by_plan_given_and_left_out_offline_come_home() -> None:
    session = running(premedication=[ONDANSETRON, MIDAZOLAM])
    given = entry("by_plan", 3, order_id="ondansetron_before", act="given")
    left = entry("by_plan", 4, order_id="midazolam_before", act="not_given", why="not needed")
    unknown = entry("by_plan", 5, order_id="aspirin", act="given")

    said = send(session, [given, left, unknown])

    assert [receipt.status for receipt in said] == ["saved", "saved", "set_aside"]
    assert Adjunct.objects.get().happened_at == AT_TEN + minutes(3)
    assert Event.objects.get(kind="not_given").text == "Midazolam: not needed"


def test_an_entry_is_its_writers_and_a_hidden_screen_has_none() -> None:
    session, nina, omar = running(), member("nina"), member("omar")
    hers, foreign = entry("note", 5, text="hers"), entry("note", 6, text="foreign")
    hers["author"], foreign["author"] = str(nina.code), str(member("dario").code)
    hidden = {**entry("stop", 7), "unsigned": True}
    sender = actions.Sender(omar, hands=frozenset({str(nina.code), str(omar.code)}))

    actions.take_in(session=session, entries=[hers, foreign, hidden], sender=sender, at=BACK)

    found = {row.text or row.kind: row.recorded_by for row in Event.objects.all()}
    assert found == {"hers": nina, "foreign": omar, "stop": None}, "only who had this tablet open can be named"
    [said] = Flag.objects.filter(session=session, rule__startswith="author:")
    assert f"under the sign-in of {member('dario').name}" in said.sentence, "and what cannot be told is said"


def test_what_cannot_be_charted_is_set_aside_in_its_own_words_with_a_flag() -> None:
    session = running()
    queue = [
        entry("observation", 5, values={**CALM, "spo2": 140}),
        entry("rate", 6, value="1,5", unit="mL/h"),
        entry("dance", 7),
        entry("effect", 8, adjunct=str(uuid.uuid4()), effect="better"),
        {"client_id": str(uuid.uuid4()), "kind": "note"},
    ]

    said = send(session, queue)

    assert [receipt.status for receipt in said] == ["set_aside"] * 5
    assert Event.objects.filter(kind="not_understood").count() == Flag.objects.filter(rule="set_aside").count() == 5
    row = Event.objects.get(kind="not_understood", text__contains="observation")
    assert row.detail["entry"]["fields"]["values"]["spo2"] == 140


def test_an_entry_without_an_id_is_told_so_and_the_others_are_kept() -> None:
    session = running()

    said = send(session, ["nonsense", {"kind": "note"}, entry("note", 5, text="kept")])

    assert [receipt.status for receipt in said] == ["unreadable", "unreadable", "saved"]


@pytest.mark.parametrize(("before", "late", "open_after"), [(3, 0, ["symptom:chest_pain"]), (0, 3, [])])
def test_a_grade_that_comes_late_leaves_the_flag_to_the_newest_one(
    before: int, late: int, open_after: list[str]
) -> None:
    session = running()
    send(session, [entry("symptom", 30, code="chest_pain", grade=before)])

    send(session, [entry("symptom", 10, code="chest_pain", grade=late)])

    assert [row.grade for row in queries.open_symptoms(session)] == ([before] if before else [])
    assert [flag.rule for flag in queries.open_flags(session)] == open_after


def test_without_a_sign_in_only_stop_help_and_emergency_are_taken() -> None:
    session = running()
    kinds = ["stop", "help", "emergency", "pump_seen_stopped", "symptom", "rate"]

    said = send(session, [entry(kind, 5) for kind in kinds], name=None)

    assert [receipt.status for receipt in said] == ["saved"] * 4 + ["sign_in"] * 2
    assert not Symptom.objects.exists()


def test_a_wrong_clock_is_noticed_and_its_times_are_moved() -> None:
    session = running()
    queue = [entry("note", 65, text="device is an hour fast")]

    for _again in range(2):
        send(session, queue, device_now=BACK + minutes(60))

    row = Event.objects.get(kind="note")
    assert (row.happened_at, row.device_at) == (AT_TEN + minutes(5), AT_TEN + minutes(65))
    assert Flag.objects.get().sentence.startswith("The clock of tablet-2 is 60 min fast.")


@pytest.mark.parametrize("now", [BACK, BACK - minutes(180)])
def test_a_clock_that_was_changed_after_an_entry_was_written_moves_it_by_what_it_was_off_then(now: Any) -> None:
    session = running()
    slow = {**entry("stop", 20), "device_off_s": 40 * 60}
    right = {**entry("note", 65, text="by a clock that was right"), "device_off_s": 1.5}

    send(session, [slow, right], device_now=now)

    moments = dict(Event.objects.values_list("kind", "happened_at"))
    assert moments == {"stop": AT_TEN + minutes(60), "note": AT_TEN + minutes(65)}
    flag = Flag.objects.get(rule="clock changed:tablet-2")
    assert flag.sentence.startswith("The clock of tablet-2 was 40 min slow, and was changed before it sent.")


@pytest.mark.parametrize(
    ("jumped", "sent_off", "stands"),
    [
        (-180, 0, 65),  # it was put back three hours, and right again when it sent
        (-180, -180, 65),
        (120, 120, 65),  # it was put ahead and still is
        (120, 0, 65 + 120),  # it slept two hours: its clock was right
        (1, 0, 65 + 1),
    ],
)
def test_an_entry_goes_by_how_far_the_clock_was_set_while_the_clinic_was_away(
    jumped: int, sent_off: int, stands: int
) -> None:
    session = running()
    written = {**entry("note", 65 + jumped), "device_off_s": 0, "device_jumped_s": jumped * 60}

    send(session, [written], device_now=BACK + minutes(sent_off))

    assert Event.objects.get(kind="note").happened_at == min(AT_TEN + minutes(stands), BACK)


def test_a_typed_time_is_read_by_the_clinics_clock_and_not_by_what_the_page_heard_of_it() -> None:
    session = running()
    wall = (AT_TEN + minutes(51)).astimezone(session.site.tz)
    by_page = {**entry("note", 51 - 60), "typed": True, "wall": f"{wall:%Y-%m-%dT%H:%M}", "which": ""}

    send(session, [by_page])

    assert Event.objects.get(kind="note").happened_at == AT_TEN + minutes(51)


@pytest.mark.parametrize(("which", "hour"), [("first", 7), ("second", 8)])
def test_a_typed_time_that_came_twice_is_the_one_that_was_chosen(which: str, hour: int) -> None:
    denver = ZoneInfo("America/Denver")

    assert of_wall("2026-11-01T01:30", which, denver) == datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
    assert of_wall("2026-11-01T01:30", "", denver) is None
    assert of_wall("2026-03-08T02:30", "", denver) is None


@pytest.mark.parametrize("off", [True, "40", None, 1e300, [1]])
def test_an_offset_that_is_none_is_not_believed(off: Any) -> None:
    session = running()

    send(session, [{**entry("note", 65), "device_off_s": off}], device_now=BACK + minutes(60))

    assert Event.objects.get(kind="note").happened_at == AT_TEN + minutes(5)


@pytest.mark.parametrize("said", [{}, {"typed": True}])
def test_a_time_typed_by_hand_is_the_clinics_and_is_not_moved(said: dict[str, bool]) -> None:
    session = running()
    by_hand = {**entry("note", 15, text="typed"), "device_at": (AT_TEN + minutes(80)).isoformat(), **said}
    by_clock = {**entry("note", 85, text="at once"), **dict.fromkeys(said, False)}

    send(session, [by_clock, by_hand], device_now=BACK + minutes(60))

    moments = dict(Event.objects.filter(kind="note").values_list("text", "happened_at"))
    assert moments == {"typed": AT_TEN + minutes(15), "at once": AT_TEN + minutes(25)}


def test_entries_are_taken_in_by_moment_whatever_zone_their_time_is_written_in() -> None:
    session = running()
    pause, resume = entry("pause", 10), entry("resume", 20)
    pause["happened_at"] = (AT_TEN + minutes(10)).astimezone(session.site.tz).isoformat()
    resume["happened_at"] = (AT_TEN + minutes(20)).isoformat().replace("+00:00", "Z")

    send(session, [resume, pause])

    assert [row.kind for row in RateChange.objects.order_by("pk")] == ["start", "pause", "resume"]


def test_a_flag_answered_offline_was_answered_when_it_was_answered() -> None:
    session = running()
    send(session, [entry("symptom", 5, code="chest_pain", grade=3)])
    flag = queries.open_flags(session)[0]

    send(session, [entry("ack", 6, flag=str(flag.code), done="stopped")])

    ack = FlagAck.objects.get()
    assert (ack.happened_at, ack.recorded_at) == (AT_TEN + minutes(6), BACK)


def test_an_increase_made_offline_is_saved_and_brought_to_the_prescriber() -> None:
    session = running()

    send(session, [entry("rate", 5, value="14", unit="mL/h")])

    assert RateChange.objects.get(kind="change").breach
    assert Flag.objects.get().for_prescriber


def test_every_queued_row_says_so() -> None:
    session = running()
    send(session, [entry("note", 5), entry("stop", 6)])

    rows = [*Event.objects.all(), *RateChange.objects.filter(kind="end")]
    assert all(isinstance(row, ChairFact) and row.queued and row.device == "tablet-2" for row in rows)


@pytest.mark.parametrize(("typed", "over_min", "words"), [("5", 5, "3.5 mg over 5 min"), ("", 0, "3.5 mg")])
def test_a_bolus_keeps_the_minutes_that_were_said_and_says_none_where_nobody_did(
    typed: str, over_min: int, words: str
) -> None:
    session = running()

    send(session, [entry("bolus", 30, mg="3.5", over_min=typed)])

    row = Bolus.objects.get()
    assert (row.mg, row.over_min) == (Decimal("3.5"), over_min)
    assert words_of(row, queries.protocol_of(session)).startswith(words)
    assert account_of(session, AT_TEN + minutes(60)).bolus_mg == row.mg


def test_minutes_that_cannot_be_read_hold_no_bolus_back_and_are_said() -> None:
    session = running()

    receipt = send(session, [entry("bolus", 30, mg="3.5", over_min="1,5")])[0]

    assert receipt.status == "saved"
    assert Bolus.objects.get().over_min == 0
    assert "1,5" in Flag.objects.get(rule="left_out").sentence
