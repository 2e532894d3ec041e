"""Attack mode: start alone is enough; the details can wait; what the phone kept is sent once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.diary import actions, queries
from clearhead.clinic.diary.models import Attack, AttackEvent, Dose
from tests import cast
from tests.cast import AT_TEN
from tests.clinic.diary.notebook import begin
from tests.clinic.diary.notebook import phone as phone

pytestmark = pytest.mark.django_db


def describe(attack: Attack, **said: tuple[str, ...]) -> Attack:
    later = AT_TEN + timedelta(hours=6)
    return actions.describe_attack(attack=attack, ended_at=AT_TEN + timedelta(hours=5), said=said, by=None, at=later)


def test_started_15_minutes_ago_is_15_minutes_ago(phone: Client) -> None:
    phone.post("/diary/attack/start/", {"minutes_ago": 15})
    ago = timezone.now() - Attack.objects.get().happened_at

    assert timedelta(minutes=14) < ago < timedelta(minutes=16)


def test_while_an_attack_is_open_three_buttons_stand_alone_in_the_dark(phone: Client) -> None:
    told = phone.post("/diary/attack/start/", {"minutes_ago": 0}, follow=True).content.decode()

    assert 'data-theme="attack"' in told
    assert all(f">{word}<" in told for word in ("Worse", "Took medicine", "Over"))
    assert "<nav" not in told


def test_a_second_start_while_one_is_open_adds_none(phone: Client) -> None:
    phone.post("/diary/attack/start/", {"minutes_ago": 30})
    phone.post("/diary/attack/start/", {"minutes_ago": 0})

    assert Attack.objects.count() == 1


def test_a_second_start_that_lies_earlier_moves_the_one_that_is_open(phone: Client, petra: Any) -> None:
    phone.post("/diary/attack/start/", {"minutes_ago": 0})
    phone.post("/diary/attack/start/", {"minutes_ago": 30})
    (view,) = queries.attacks_of(petra)

    assert view.open
    assert timezone.now() - view.started_at > timedelta(minutes=29)


def test_a_start_without_a_time_or_in_the_future_is_refused(phone: Client) -> None:
    empty = phone.post("/diary/attack/start/", {})
    ahead = phone.post("/diary/attack/start/", {"started_at": "2099-01-01T10:00"})

    assert (empty.status_code, ahead.status_code) == (422, 422)
    assert not Attack.objects.exists()


def test_worse_medicine_over_each_take_one_tap(phone: Client, petra: Any) -> None:
    triptan = actions.add_medicine(
        patient=petra, typed="Sumatriptan", role="acute", medicine_class="triptan", by=None, at=AT_TEN
    )
    attack = begin(petra)
    phone.post(f"/diary/attack/{attack.code}/worse/")
    phone.post(f"/diary/attack/{attack.code}/medicine/", {"medicine": str(triptan.code)})
    phone.post(f"/diary/attack/{attack.code}/over/")
    view = queries.attack_view(attack)

    assert (view.worse, view.open, len(view.doses)) == (1, False, 1)
    assert Dose.objects.get().attack == attack


def test_another_patients_medicine_is_refused(phone: Client, petra: Any) -> None:
    mine = actions.add_medicine(patient=petra, typed="A", role="acute", by=None, at=AT_TEN)
    his = actions.add_medicine(patient=cast.quentin(), typed="B", role="acute", by=None, at=AT_TEN)
    attack = begin(petra)

    assert phone.post(f"/diary/attack/{attack.code}/medicine/", {"medicine": str(his.code)}).status_code == 422
    assert mine.pk
    assert not Dose.objects.exists()


def test_details_told_later_make_it_a_migraine(petra: Any) -> None:
    attack = describe(begin(petra), peak=("3",), side=("left",), symptom=("nausea", "not:vomiting"), aura=("not:aura",))
    view = queries.attack_view(attack)

    assert view.frozen().is_migraine() is True
    assert view.frozen().vomiting is False
    assert view.frozen().photophobia is None
    assert view.minutes == 300


def test_details_told_again_replace_row_by_row(petra: Any) -> None:
    attack = begin(petra)
    describe(attack, symptom=("nausea", "photophobia"), peak=("2",))
    describe(attack, symptom=("nausea",), peak=("3",))
    view = queries.attack_view(attack)

    assert view.said["symptom"] == {"nausea"}
    assert view.peak == 3
    assert AttackEvent.objects.filter(kind="over").count() == 1


def test_a_start_put_right_keeps_what_was_said(petra: Any) -> None:
    attack = begin(petra)
    actions.add_to_attack(attack=attack, kind="worse", by=None, at=AT_TEN + timedelta(hours=1))
    moved = actions.describe_attack(
        attack=attack, started_at=AT_TEN - timedelta(hours=2), said={}, by=None, at=AT_TEN + timedelta(hours=2)
    )

    assert [one.code for one in queries.attacks_of(petra)] == [str(moved.code)]
    assert queries.attack_view(moved).worse == 1


def test_an_end_before_the_beginning_is_refused(phone: Client, petra: Any) -> None:
    attack = begin(petra)
    told = phone.post(f"/diary/attack/{attack.code}/over/", {"ended_at": "2026-11-20T09:00"})

    assert told.status_code == 422
    assert queries.attack_view(attack).open


def test_an_attack_entered_by_mistake_no_longer_counts(phone: Client, petra: Any) -> None:
    attack = begin(petra)
    phone.post(f"/diary/attack/{attack.code}/mistake/")

    assert queries.attacks_of(petra) == []
    assert Attack.objects.count() == 2


def test_the_details_page_saves_what_was_ticked_and_what_was_not(phone: Client, petra: Any) -> None:
    attack = begin(petra)
    page = phone.get(f"/diary/attack/{attack.code}/")
    said = {"started_at": "2026-11-20T10:00", "ended_at": "2026-11-20T15:30", "peak": "2", "symptoms": ["photophobia"]}
    told = phone.post(f"/diary/attack/{attack.code}/", said)
    view = queries.attack_view(Attack.standing().get())

    assert page.status_code == 200
    assert told.status_code == 302, told.context["form"].errors
    assert (view.said["symptom"], "nausea" in view.denied, view.minutes) == ({"photophobia"}, True, 330)
