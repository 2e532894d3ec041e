"""An attack that was put right or taken out: old addresses lead on, pages left behind overwrite nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clearhead.clinic.diary import actions, queries
from clearhead.clinic.diary.models import Attack, AttackEvent, Dose
from tests.cast import AT_TEN
from tests.clinic.diary.notebook import begin
from tests.clinic.diary.notebook import phone as phone
from tests.clinic.diary.test_queue import queued, send

pytestmark = pytest.mark.django_db


def moved(attack: Attack, hours: int = 2) -> Attack:
    began, later = AT_TEN - timedelta(hours=hours), AT_TEN + timedelta(hours=6)
    return actions.describe_attack(attack=attack, started_at=began, said={}, by=None, at=later)


def test_the_old_address_of_an_attack_whose_start_was_put_right_leads_to_it(phone: Client, petra: Any) -> None:
    first = begin(petra)
    last = moved(moved(first), 3)

    assert phone.get(f"/diary/attack/{first.code}/").headers["Location"] == f"/diary/attack/{last.code}/"


def test_a_page_left_behind_is_refused_and_shows_the_attack_as_it_stands(phone: Client, petra: Any) -> None:
    first = begin(petra)
    last = moved(first)
    told = phone.post(f"/diary/attack/{first.code}/", {"started_at": "2026-11-20T09:00", "peak": "3"})
    page = told.content.decode()

    assert told.status_code == 409
    assert "was changed since the page was opened" in page
    assert 'value="2026-11-20T08:00"' in page
    assert f'action="/diary/attack/{last.code}/"' in page
    assert (Attack.objects.count(), AttackEvent.objects.count()) == (2, 0)


def test_one_tap_on_a_page_left_behind_counts_for_the_attack_as_it_stands(phone: Client, petra: Any) -> None:
    first = begin(petra)
    last = moved(first)
    phone.post(f"/diary/attack/{first.code}/worse/")
    over = send(phone, queued("over", attack=str(first.code), entered_at="2026-11-20T19:00:00")).json()["results"][0]
    phone.post(f"/diary/attack/{first.code}/over/")
    view = queries.attack_view(last)

    assert over["state"] == "saved"
    assert (view.worse, view.open) == (1, False)


def test_an_attack_that_was_taken_out_takes_no_more_entries(phone: Client, petra: Any) -> None:
    gone = begin(petra)
    for _twice in range(2):
        assert phone.post(f"/diary/attack/{gone.code}/mistake/").status_code == 302
    answers = [
        phone.get(f"/diary/attack/{gone.code}/"),
        phone.post(f"/diary/attack/{gone.code}/", {"started_at": "2026-11-20T09:00"}),
        phone.post(f"/diary/attack/{gone.code}/worse/"),
        phone.post(f"/diary/attack/{gone.code}/over/"),
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 302]
    assert (Attack.objects.count(), AttackEvent.objects.count()) == (2, 0)


def test_another_answer_two_hours_after_a_dose_puts_the_first_right(phone: Client, petra: Any) -> None:
    triptan = actions.add_medicine(patient=petra, typed="Sumatriptan", role="acute", by=None, at=AT_TEN)
    dose = actions.record_dose(patient=petra, medicine=triptan, zone=petra.zone, by=None, at=AT_TEN)
    for effect in ("gone", "better"):
        assert phone.post(f"/diary/dose/{dose.code}/effect/", {"effect": effect}).status_code == 302

    assert [one.effect_2h for one in Dose.standing()] == ["better"]
