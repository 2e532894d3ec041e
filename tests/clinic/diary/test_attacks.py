"""Attack mode: start alone is enough; the details can wait; what the phone kept is sent once."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.diary import actions, queries
from clearhead.clinic.diary.forms import QueuedForm
from clearhead.clinic.diary.models import Attack, AttackEvent, Day, Dose
from tests import cast
from tests.cast import AT_TEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def petra() -> Any:
    cast.mesa()
    return cast.petra()


@pytest.fixture
def phone(petra: Any) -> Client:
    client = Client()
    client.force_login(petra.user)
    return client


def begin(petra: Any, **more: Any) -> Attack:
    said = {"patient": petra, "started_at": AT_TEN, "zone": petra.zone, "by": None, "at": AT_TEN, **more}
    return actions.start_attack(**said)


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
    phone.post("/diary/attack/start/", {"minutes_ago": 0})
    phone.post("/diary/attack/start/", {"minutes_ago": 30})

    assert Attack.objects.count() == 1


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


def queued(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "entered_at": "2026-11-20T16:00:00",
        "zone": "America/Phoenix",
        **more,
    }


def send(phone: Client, *entries: Any) -> Any:
    return phone.post("/diary/sync/", json.dumps({"entries": entries}), content_type="application/json")


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


def test_an_entry_for_another_patients_attack_is_refused(phone: Client) -> None:
    his = begin(cast.quentin())
    told = send(phone, queued("over", attack=str(his.code))).json()

    assert told["results"][0]["state"] == "refused"
    assert not AttackEvent.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", '{"entries": 3}'])
def test_what_is_no_list_of_entries_is_refused(phone: Client, body: str) -> None:
    assert phone.post("/diary/sync/", body, content_type="application/json").status_code == 422


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
