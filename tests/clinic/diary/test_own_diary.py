"""What waits on a phone goes into the diary it was written in, whoever is signed in when it is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clearhead.clinic.diary.models import Attack, Day
from clearhead.clinic.people import guard
from tests import cast
from tests.clinic.diary.notebook import answers, phone_of, queued, send

pytestmark = pytest.mark.django_db


def test_an_entry_of_another_patient_is_not_taken_and_waits_for_its_writer(petra: Any) -> None:
    entry = queued("day", local_date="2026-11-20", answer=3)
    told = send(phone_of(cast.vera()), entry).json()["results"][0]
    assert (told["state"], "stays on the phone" in told["sentence"]) == ("elsewhere", True)
    assert not Day.objects.exists()

    assert answers(phone_of(petra), entry) == ["saved"]
    assert Day.objects.get().patient == petra


@pytest.mark.parametrize("name", ["", "petra", None])
def test_an_entry_that_does_not_say_whose_it_is_is_taken_for_nobody(petra: Any, name: str | None) -> None:
    entry = queued("start", minutes_ago=0, diary=name)

    assert answers(phone_of(petra), entry) == ["elsewhere"]
    assert not Attack.objects.exists()


def test_an_attack_of_another_patient_is_never_ended_by_what_follows_it(petra: Any) -> None:
    start = queued("start", minutes_ago=0)
    send(phone_of(petra), start)
    over = queued("over", attack=start["id"], diary=guard.names_of(cast.vera())[0])

    assert answers(phone_of(cast.vera()), over) == ["later"]
    assert answers(phone_of(petra), over) == ["elsewhere"]


def test_the_name_says_nothing_and_stays_the_same(petra: Any) -> None:
    pages = [phone_of(petra).get(address).content.decode() for address in ("/diary/", "/diary/attack/", "/diary/")]
    names = {name for page in pages for name in re.findall(r'data-diary="([^"]*)"', page)}

    assert names == {guard.names_of(petra)[0]}
    assert names != {guard.names_of(cast.vera())[0]}
    assert re.fullmatch("[0-9a-f]{32}", names.pop())


def test_the_name_is_no_code_and_no_token_of_anything_else(petra: Any) -> None:
    (name,) = guard.names_of(petra)

    assert name not in {petra.code.hex, guard.token(petra)}
    assert phone_of(petra).get(f"/diary/{name}/chart/").status_code == 404


def test_what_was_kept_before_the_key_was_changed_is_still_hers(petra: Any, settings: Any) -> None:
    entry = queued("day", local_date="2026-11-20", answer=1)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [settings.SECRET_KEY]

    assert entry["diary"] == guard.names_of(petra)[1]
    assert answers(phone_of(petra), entry) == ["saved"]


def test_what_was_kept_before_two_charts_were_merged_is_still_hers(petra: Any) -> None:
    double, entry = cast.vera(), queued("day", local_date="2026-11-20", answer=1)
    entry["diary"] = guard.names_of(double)[0]
    petra.holds = [double.pk]
    petra.save()

    assert answers(phone_of(petra), entry) == ["saved"]
