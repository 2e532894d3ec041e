"""Which times a diary takes, and by whose clock it shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.diary import actions, queries
from clearhead.clinic.diary.models import Attack, Dose
from tests import cast
from tests.cast import AT_TEN
from tests.clinic.diary.notebook import begin
from tests.clinic.diary.notebook import phone as phone

pytestmark = pytest.mark.django_db


def days(n: int) -> Any:
    return AT_TEN - timedelta(days=n)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"started_at": days(32)}, "needs its end as well"),
        ({"started_at": days(400), "ended_at": days(365)}, "31 days at most"),
        ({"started_at": days(10_000), "ended_at": days(10_000)}, "earlier than a diary can hold"),
    ],
)
def test_a_start_that_would_fill_months_with_headache_is_refused(
    petra: Any, more: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(actions.DiaryRefused, match=sentence):
        begin(petra, **more)

    assert not Attack.objects.exists()


def test_an_attack_of_last_year_can_be_copied_from_a_notebook_with_its_end(phone: Client, petra: Any) -> None:
    told = phone.post("/diary/attack/start/", {"started_at": "2025-02-03T08:00", "ended_at": "2025-02-04T08:00"})
    view = queries.attacks_of(petra)[0]

    assert told.status_code == 302
    assert (view.minutes, view.row.backfilled) == (1440, True)


def test_a_start_moved_to_another_century_is_refused_and_the_page_says_so(phone: Client, petra: Any) -> None:
    attack = begin(petra)
    told = phone.post(f"/diary/attack/{attack.code}/", {"started_at": "1999-01-01T10:00"})

    assert told.status_code == 422
    assert "1 January 1999 is earlier than a diary can hold" in told.content.decode()
    assert Attack.objects.count() == 1


def test_what_is_said_later_about_a_forgotten_attack_is_kept(petra: Any) -> None:
    attack = begin(petra)
    late = AT_TEN + timedelta(days=40)
    actions.describe_attack(attack=attack, said={"peak": ("2",)}, ended_at=late, by=None, at=late)

    assert queries.attack_view(attack).peak == 2


def test_a_dose_of_another_century_is_refused(petra: Any) -> None:
    triptan = actions.add_medicine(patient=petra, typed="Sumatriptan", role="acute", by=None, at=AT_TEN)
    with pytest.raises(actions.DiaryRefused, match="earlier than a diary can hold"):
        actions.record_dose(patient=petra, medicine=triptan, zone=petra.zone, taken_at=days(10_000), by=None, at=AT_TEN)

    assert not Dose.objects.exists()


@pytest.mark.hazard("H-27")
def test_a_page_of_the_diary_goes_by_the_clock_of_the_patient_alone_and_says_so(phone: Client, petra: Any) -> None:
    petra.zone = "America/New_York"
    petra.save()
    attack = begin(petra, zone="America/Phoenix")  # noon in New York, ten at the clinic and where it was entered
    page = phone.get(f"/diary/attack/{attack.code}/").content.decode()
    told = phone.post(f"/diary/attack/{attack.code}/", {"started_at": "2026-11-20T12:00", "peak": "2"})

    assert "Fri 20 Nov, 12:00" in page
    assert 'value="2026-11-20T12:00"' in page
    assert "10:00" not in page
    assert "All times are New York time." in page
    assert told.status_code == 302
    assert Attack.objects.count() == 1


@pytest.mark.parametrize("address", ["attack/", "dose/", "calendar/", "report/", "day/2026-11-20/"])
def test_every_page_with_times_says_whose_clock_it_goes_by(phone: Client, petra: Any, address: str) -> None:
    actions.add_medicine(patient=petra, typed="Sumatriptan", role="acute", by=None, at=AT_TEN)

    assert "All times are Phoenix time." in phone.get(f"/diary/{address}").content.decode()


def test_the_staffs_chart_shows_attacks_by_the_patients_clock(petra: Any) -> None:
    petra.zone = "America/New_York"
    petra.save()
    begun = timezone.now().replace(hour=17, minute=0) - timedelta(days=1)
    begin(petra, started_at=begun, at=begun)
    nina = Client()
    nina.force_login(cast.member("nina"))
    page = nina.get(f"/diary/{petra.courses.get().code}/chart/").content.decode()

    assert f"{begun.astimezone(ZoneInfo(petra.zone)):%H:%M}</td>" in page
    assert "All times are New York time." in page
