"""One tap is a complete answer; late answers are marked; corrections are new rows."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.diary import actions, queries
from clearhead.clinic.diary.models import Attack, Day, Dose
from clearhead.medicine.headache.diary import Window
from tests import cast
from tests.cast import AT_TEN
from tests.clinic.diary.notebook import phone as phone

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def answer(petra: Any, on: date, value: int, **more: Any) -> Day:
    return actions.record_day(
        **{"patient": petra, "local_date": on, "answer": value, "zone": petra.zone, "by": None, "at": AT_TEN, **more}
    )


def test_one_tap_saves_the_day_and_the_page_shows_it(phone: Client, petra: Any) -> None:
    page = phone.get("/diary/")
    on = page.context["on"]
    told = phone.post("/diary/day/", {"local_date": on, "answer": 2, "client_id": uuid.uuid4()}, follow=True)

    assert told.status_code == 200
    assert Day.standing().get(patient=petra, local_date=on).answer == 2
    assert 'value="2" class="on"' in told.content.decode()


def test_a_second_answer_corrects_the_first_and_both_stay_readable(petra: Any) -> None:
    first, second = answer(petra, TODAY, 1), answer(petra, TODAY, 3)

    assert second.corrects == first
    assert [day.answer for day in Day.standing()] == [3]
    assert Day.objects.count() == 2


def test_the_same_answer_again_adds_nothing(petra: Any) -> None:
    assert answer(petra, TODAY, 1) == answer(petra, TODAY, 1)
    assert Day.objects.count() == 1


def test_a_repeat_with_the_same_id_adds_nothing(petra: Any) -> None:
    once = uuid.uuid4()

    assert answer(petra, TODAY, 1, client_id=once) == answer(petra, TODAY, 1, client_id=once)
    assert Day.objects.count() == 1


def test_an_answer_later_than_48_hours_is_marked(petra: Any) -> None:
    assert not answer(petra, TODAY - timedelta(days=2), 1).backfilled
    assert answer(petra, TODAY - timedelta(days=3), 1).backfilled


def test_a_day_of_another_century_is_refused_whatever_the_reason(petra: Any) -> None:
    with pytest.raises(actions.DiaryRefused, match="1 January 1999 is earlier than a diary can hold"):
        answer(petra, date(1999, 1, 1), 1, reason="from my paper notebook")

    assert not Day.objects.exists()


def test_a_day_older_than_a_week_needs_a_reason(petra: Any) -> None:
    assert answer(petra, TODAY - timedelta(days=7), 1).pk
    with pytest.raises(actions.DiaryRefused, match="more than a week ago"):
        answer(petra, TODAY - timedelta(days=8), 1)

    assert answer(petra, TODAY - timedelta(days=8), 1, reason="from my notebook").backfilled


def test_a_day_that_has_not_come_is_refused_and_leaves_no_row(phone: Client, petra: Any) -> None:
    tomorrow = phone.get("/diary/").context["on"] + timedelta(days=1)
    told = phone.post("/diary/day/", {"local_date": tomorrow, "answer": 1})

    assert told.status_code == 422
    assert "has not come yet" in told.content.decode()
    assert not Day.objects.exists()


@pytest.mark.parametrize(
    "body", [{"answer": "4"}, {"answer": ""}, {"answer": "2", "local_date": "yesterday"}, {"zone": "Mars"}]
)
def test_what_does_not_read_is_refused_and_leaves_no_row(phone: Client, body: dict[str, str]) -> None:
    told = phone.post("/diary/day/", {"local_date": "2026-11-20", "answer": "1", **body})

    assert told.status_code == 422
    assert not Day.objects.exists()


def test_the_zone_of_the_entry_is_kept_and_decides_the_date(petra: Any) -> None:
    late_in_auckland = datetime.fromisoformat("2026-11-21T09:00:00+13:00")
    day = answer(petra, date(2026, 11, 21), 0, zone="Pacific/Auckland", at=late_in_auckland)

    assert (day.zone, day.local_date) == ("Pacific/Auckland", date(2026, 11, 21))
    with pytest.raises(actions.DiaryRefused):
        answer(petra, date(2026, 11, 21), 0, zone="America/Phoenix", at=late_in_auckland)


def test_an_attack_outweighs_none_and_the_conflict_is_shown(phone: Client, petra: Any) -> None:
    on = phone.get("/diary/").context["on"]
    phone.post("/diary/day/", {"local_date": on, "answer": 0})
    phone.post("/diary/attack/start/", {"minutes_ago": 0})
    counts = queries.counts_of(petra, on)

    assert counts.headache_days == 1
    assert "The attack counts" in phone.get(f"/diary/day/{on}/").content.decode()


def test_missing_days_are_missing_not_free_of_headache(petra: Any) -> None:
    answer(petra, TODAY, 0)
    counts = queries.counts_over(petra, Window.ending(TODAY))

    assert (counts.answered, counts.length, counts.enough) == (1, 28, False)
    assert [cell.state for cell in queries.cells_of(petra, TODAY - timedelta(days=1), TODAY, TODAY)] == [
        "missing",
        "none",
    ]


def test_a_triptan_makes_a_migraine_day_and_counts_on_the_meter(petra: Any) -> None:
    triptan = actions.add_medicine(
        patient=petra, typed="Sumatriptan", role="acute", medicine_class="triptan", by=None, at=AT_TEN
    )
    actions.record_dose(patient=petra, medicine=triptan, zone=petra.zone, by=None, at=AT_TEN)
    counts = queries.counts_of(petra, TODAY)

    assert (counts.migraine_days, counts.acute_medicine_days) == (1, 1)
    assert Dose.objects.get().happened_at == AT_TEN


def test_a_name_the_catalogue_knows_is_checked_whoever_adds_it(petra: Any) -> None:
    added = [actions.add_medicine(patient=petra, typed=typed, role="acute", by=None, at=AT_TEN)
             for typed in ("sumatriptan", "Imigran", "a herbal drop")]  # fmt: skip

    assert [(one.ingredient_id, one.medicine_class) for one in added] == [
        ("sumatriptan", "triptan"),
        ("sumatriptan", "triptan"),
        ("", ""),
    ]


def cells(page: bytes, row: str) -> list[str]:
    """The numbers of one row of the table of windows, oldest window first."""
    found = re.search(rf'<th scope="row">{row}</th>(.*?)</tr>', page.decode(), re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in found[1].split("</td>")[:-1]]


def test_a_window_without_answers_shows_dashes_and_one_with_few_the_least_it_can_be(phone: Client, petra: Any) -> None:
    today = phone.get("/diary/").context["on"]
    for back in range(26):
        answer(petra, today - timedelta(days=back), 2 if back % 2 else 0, at=timezone.now(), reason="from my notes")
    for back in range(28, 38):
        answer(petra, today - timedelta(days=back), 3, at=timezone.now(), reason="from my notes")

    report = phone.get("/diary/report/").content

    assert cells(report, "Moderate or severe headache days") == ["–", "at least 10", "13"]
    assert cells(report, "Headache days") == ["–", "at least 10", "13"]
    assert cells(report, "Days with acute medicine") == ["–", "at least 0", "0"]
    assert cells(report, "Answered") == ["0 of 28 not enough", "10 of 28 not enough", "26 of 28"]


def test_strangers_and_staff_are_kept_out(petra: Any) -> None:
    nurse, stranger = Client(), Client()
    nurse.force_login(cast.member("nina"))
    stranger.force_login(cast.quentin().user)
    attack = actions.start_attack(patient=petra, started_at=AT_TEN, zone=petra.zone, by=None, at=AT_TEN)

    assert nurse.get("/diary/").status_code == 403
    assert stranger.get(f"/diary/attack/{attack.code}/").status_code == 404
    assert stranger.post(f"/diary/attack/{attack.code}/over/").status_code == 404
    assert Client().get("/diary/").status_code == 302
    assert Attack.objects.count() == 1


def test_the_clinic_reads_its_own_patients_and_nobody_elses(petra: Any) -> None:
    nurse, outsider, desk = Client(), Client(), Client()
    nurse.force_login(cast.member("nina"))
    outsider.force_login(cast.olga())
    desk.force_login(cast.member("fern"))
    page = f"/diary/{petra.courses.get().code}/chart/"

    assert nurse.get(page).status_code == 200
    assert outsider.get(page).status_code == 404
    assert desk.get(page).status_code == 403
    assert nurse.post(page).status_code == 403 or nurse.post(page).status_code == 405


@pytest.mark.parametrize(
    "page",
    [
        "/diary/",
        "/diary/calendar/",
        "/diary/calendar/?month=2026-02",
        "/diary/calendar/?month=x",
        "/diary/report/",
        "/diary/medicines/",
        "/diary/attack/",
        "/diary/day/2026-11-02/",
        "/diary/day/2031-11-02/",
    ],
)
def test_every_page_opens(phone: Client, petra: Any, page: str) -> None:
    answer(petra, TODAY, 3)

    assert phone.get(page).status_code == 200


def test_the_export_holds_every_fact_and_no_formula(phone: Client, petra: Any) -> None:
    medicine = actions.add_medicine(patient=petra, typed="=cmd()", role="acute", by=None, at=AT_TEN)
    actions.record_dose(patient=petra, medicine=medicine, zone=petra.zone, by=None, at=AT_TEN)
    answer(petra, TODAY, 2)
    lines = phone.get("/diary/export.csv").content.decode().splitlines()

    assert lines[1].startswith("day,2026-11-20,,America/Phoenix,2,moderate,no")
    assert ",'=cmd()," in lines[2]


def test_another_year_is_always_said_and_this_one_never(petra: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2027, 1, 12, 17, 0, tzinfo=UTC))
    phone = Client()
    phone.force_login(petra.user)
    then, over = datetime(2026, 12, 30, 17, 0, tzinfo=UTC), datetime(2026, 12, 30, 20, 0, tzinfo=UTC)
    old = actions.start_attack(patient=petra, started_at=then, zone=petra.zone, ended_at=over, by=None, at=over)
    new = datetime(2027, 1, 10, 17, 0, tzinfo=UTC)
    actions.start_attack(patient=petra, started_at=new, zone=petra.zone, by=None, at=new)
    shown = {
        "/diary/": ["Tuesday 12 January<", "since Sun 10:00"],
        "/diary/day/2026-12-30/": ["Wednesday 30 December 2026<", "Wed 30 Dec 2026 10:00"],
        "/diary/calendar/": ["Wed 30 Dec 2026, 10:00", "Sun 10 Jan, 10:00", "16 Dec 2026 – 12 Jan"],
        f"/diary/attack/{old.code}/": ["Wed 30 Dec 2026, 10:00 – Wed 30 Dec 2026, 13:00"],
        "/diary/attack/": ["since Sun 10:00"],
        "/diary/report/": ["30 Dec 2026, 10:00", "10 Jan, 10:00", "16 Dec 2026 – 12 Jan"],
    }

    for address, parts in shown.items():
        page = phone.get(address).content.decode()
        for part in parts:
            assert part in page, (address, part)


def test_the_limits_of_acute_medicine_are_told_in_plain_words_and_cited_on_paper_alone(
    phone: Client, petra: Any
) -> None:
    triptan = actions.add_medicine(
        patient=petra, typed="Sumatriptan", role="acute", medicine_class="triptan", by=None, at=timezone.now()
    )
    actions.record_dose(patient=petra, medicine=triptan, zone=petra.zone, by=None, at=timezone.now())
    told = {page: phone.get(f"/diary/{page}").content.decode() for page in ("", "calendar/", "report/")}

    assert all("international classification of headaches" in page for page in told.values())
    assert [name for name, page in told.items() if "ICHD" in page] == ["report/"]
