"""A second attack that begins while one is going on is the same headache: two phones, or two taps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clearhead.clinic.audit.models import Event
from clearhead.clinic.diary import queries
from clearhead.clinic.diary.models import Attack
from tests.clinic.diary.notebook import answers, begin, queued, send
from tests.clinic.diary.notebook import phone as phone

pytestmark = pytest.mark.django_db


def at(clock: str) -> str:
    """A moment of 20 November by UTC, as a phone says when something was tapped."""
    return f"2026-11-20T{clock}:00"


def standing(petra: Any) -> list[tuple[str, int, bool]]:
    return [(f"{one.started_at:%H:%M}", one.worse, one.open) for one in queries.attacks_of(petra)]


def test_three_taps_on_now_are_one_attack_however_often_they_are_sent(phone: Client, petra: Any) -> None:
    taps = [queued("start", minutes_ago=0, entered_at=at("16:00")[:-2] + second) for second in ("00", "02", "04")]
    for _again in range(2):
        assert answers(phone, *taps) == ["saved"] * 3

    assert standing(petra) == [("16:00", 0, True)]


def test_the_second_is_told_that_it_is_one_with_the_first(phone: Client) -> None:
    first, second = (queued("start", minutes_ago=0, entered_at=at(clock)) for clock in ("16:00", "16:05"))
    told = send(phone, first, second).json()["results"]

    assert told[0]["sentence"] == ""
    assert "An attack was going on already. Both are kept as one, since " in told[1]["sentence"]


def test_what_was_entered_on_the_second_phone_counts_for_the_one_attack(phone: Client, petra: Any) -> None:
    mine = queued("start", minutes_ago=0, entered_at=at("16:00"))
    other = queued("start", minutes_ago=15, entered_at=at("16:05"))
    send(phone, mine)
    send(phone, other, queued("worse", attack=other["id"], entered_at=at("16:10")))
    send(phone, queued("worse", attack=mine["id"], entered_at=at("16:20")))
    assert standing(petra) == [("15:50", 2, True)]  # the earlier of the two starts

    send(phone, queued("over", attack=mine["id"], entered_at=at("17:00")))
    assert standing(petra) == [("15:50", 2, False)]


def test_both_starts_stay_readable_as_they_were_entered(phone: Client, petra: Any) -> None:
    first, second = (queued("start", minutes_ago=0, entered_at=at(clock)) for clock in ("16:00", "16:05"))
    send(phone, first, second)

    assert f"{Attack.objects.get(code=first['id']).happened_at:%H:%M}" == "16:00"
    assert f"{Attack.objects.get(code=second['id']).happened_at:%H:%M}" == "16:05"
    assert Event.objects.filter(verb="start attack").last().body["joins"] == f"diary.attack:{first['id']}"


def test_a_start_that_arrives_late_joins_the_attack_that_is_going_on(phone: Client, petra: Any) -> None:
    send(phone, queued("start", minutes_ago=0, entered_at=at("17:00")))
    late = queued("start", minutes_ago=0, entered_at=at("16:00"))
    assert answers(phone, late) == ["saved"]

    assert standing(petra) == [("16:00", 0, True)]


def test_a_whole_attack_that_arrives_late_stays_one_of_its_own(phone: Client, petra: Any) -> None:
    send(phone, queued("start", minutes_ago=0, entered_at=at("15:00")))
    other = queued("start", minutes_ago=0, entered_at=at("13:00"))
    over = queued("over", attack=other["id"], entered_at=at("14:00"))

    assert answers(phone, other, over) == ["saved", "saved"]
    assert standing(petra) == [("13:00", 0, False), ("15:00", 0, True)]


def test_a_start_sent_again_with_its_end_behind_it_is_the_same_start(phone: Client, petra: Any) -> None:
    start = queued("start", minutes_ago=0, entered_at=at("13:00"))
    send(phone, start)

    assert answers(phone, start, queued("over", attack=start["id"], entered_at=at("14:00"))) == ["saved", "saved"]
    assert standing(petra) == [("13:00", 0, False)]


def test_one_that_was_tapped_while_another_went_on_is_the_same_although_that_is_over_by_now(
    phone: Client, petra: Any
) -> None:
    first = queued("start", minutes_ago=0, entered_at=at("13:00"))
    send(phone, first, queued("over", attack=first["id"], entered_at=at("15:00")))
    send(phone, queued("start", minutes_ago=0, entered_at=at("14:00")))

    assert standing(petra) == [("13:00", 0, False)]


def test_one_that_begins_after_the_last_is_over_is_another(phone: Client, petra: Any) -> None:
    first = queued("start", minutes_ago=0, entered_at=at("13:00"))
    send(phone, first, queued("over", attack=first["id"], entered_at=at("15:00")))
    send(phone, queued("start", minutes_ago=15, entered_at=at("15:05")))

    assert standing(petra) == [("13:00", 0, False), ("14:50", 0, True)]


def test_an_attack_of_the_past_with_its_end_is_never_joined(phone: Client, petra: Any) -> None:
    send(phone, queued("start", minutes_ago=0, entered_at=at("13:00")))
    told = phone.post("/diary/attack/start/", {"started_at": "2026-11-18T08:00", "ended_at": "2026-11-18T09:00"})

    assert told.status_code == 302
    assert [one.open for one in queries.attacks_of(petra)] == [False, True]


def test_an_attack_taken_out_is_joined_by_none(phone: Client, petra: Any) -> None:
    first = begin(petra)
    phone.post(f"/diary/attack/{first.code}/mistake/")
    begin(petra, started_at=first.happened_at + timedelta(minutes=5), at=first.happened_at + timedelta(minutes=5))

    assert len(queries.attacks_of(petra)) == 1
