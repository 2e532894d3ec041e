"""Hours, chairs and services after set-up: from a day on, named when they would cut a visit, told in the history."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.audit.models import Event
from clearhead.clinic.people import guard
from clearhead.clinic.schedule import actions, changing, queries, site_queries
from clearhead.clinic.schedule.forms import HoursField
from clearhead.clinic.schedule.models import Opening, Resource, Service, SettingChange
from tests import cast
from tests.builders import course_of
from tests.cast import AT_TEN, member, mesa, petra
from tests.clinic.schedule.conftest import infusion, phone_call

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
MONDAY_9 = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
EIGHT_TO_FIVE = [(time(8), time(17))]
NOON_TO_FIVE = [(time(12), time(17))]
WEEK = {weekday: EIGHT_TO_FIVE if weekday < 5 else [] for weekday in range(7)}


def books(site, service, starts_at=MONDAY_9):
    return actions.book(
        site=site, service=service, starts_at=starts_at, course=course_of(petra()), by=member("fern"), at=AT_TEN
    )


def change_week(site, from_date=MONDAY, **days):
    week = {**WEEK, **{int(name.removeprefix("day_")): each for name, each in days.items()}}
    return changing.change_hours(site=site, week=week, from_date=from_date, by=member("otto"), at=AT_TEN)


def free(site, service, day) -> list[str]:
    offers = queries.free_starts(site=site, service=service, from_date=day, days=1, at=AT_TEN, step_min=60)
    return [f"{offer.start.astimezone(site.tz):%H:%M}" for offer in offers]


def test_new_hours_hold_from_their_day_on_and_the_days_before_stay_as_they_were(site):
    talk = phone_call(site)

    change_week(site, from_date=TUESDAY, day_0=NOON_TO_FIVE, day_1=NOON_TO_FIVE)

    assert free(site, talk, MONDAY)[0] == "08:00"
    assert free(site, talk, TUESDAY)[0] == "12:00"
    assert free(site, talk, MONDAY + timedelta(days=7))[0] == "12:00"
    assert site_queries.hours_on(site, MONDAY)[0] == EIGHT_TO_FIVE
    assert site_queries.hours_on(site, TUESDAY)[0] == NOON_TO_FIVE


def test_a_second_change_takes_the_place_of_one_that_has_not_begun(site):
    change_week(site, from_date=TUESDAY, day_1=NOON_TO_FIVE)
    change_week(site, from_date=MONDAY, day_1=[(time(9), time(11))])

    assert site_queries.hours_on(site, TUESDAY)[1] == [(time(9), time(11))]
    assert SettingChange.objects.count() == 2


def test_hours_that_would_cut_a_visit_are_refused_and_name_it(site):
    visit = books(site, phone_call(site))

    with pytest.raises(changing.SettingRefused) as refusal:
        change_week(site, day_0=NOON_TO_FIVE)

    assert f"Mon 23 Nov, 09:00 Phone call, {visit.patient.short_code}" in str(refusal.value)
    assert "Petra" not in str(refusal.value)
    assert site_queries.hours_on(site, MONDAY) == site_queries.hours_on(site, MONDAY - timedelta(days=7))
    assert not SettingChange.objects.exists()


def test_of_many_cut_visits_five_are_named_and_the_others_counted(site):
    talk = phone_call(site)
    for number in range(7):
        books(site, talk, MONDAY_9 + timedelta(minutes=15 * number))

    with pytest.raises(changing.SettingRefused, match="and 2 more"):
        change_week(site, day_0=[])


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ({f"day_{weekday}": [] for weekday in range(7)}, "never be open"),
        ({"day_0": [(time(8), time(12)), (time(11), time(17))]}, "Monday: two of the hours overlap"),
        ({"day_0": [(time(9), time(9))]}, "Monday: opening and closing are the same hour"),
    ],
)
def test_hours_that_make_no_sense_are_refused(site, days, why):
    before = Opening.objects.count()

    with pytest.raises(changing.SettingRefused, match=why):
        change_week(site, **days)

    assert Opening.objects.count() == before


def test_the_past_cannot_be_changed(site):
    with pytest.raises(changing.SettingRefused, match="The past stays as it was"):
        change_week(site, from_date=date(2026, 11, 19))


def test_a_holiday_is_closed_a_short_day_is_short_and_both_can_be_taken_back(site):
    talk = phone_call(site)

    def one_day(stretches):
        changing.change_day(site=site, day=MONDAY, stretches=stretches, by=member("fern"), at=AT_TEN)
        return free(site, talk, MONDAY)

    assert one_day([]) == []
    assert one_day([(time(10), time(12))]) == ["10:00", "11:00"]
    assert [one.words for one in site_queries.special_days(site, MONDAY)] == ["10:00 to 12:00"]
    assert one_day(None)[0] == "08:00"
    assert site_queries.special_days(site, MONDAY) == []


def test_a_day_with_a_visit_on_it_is_not_closed(site):
    books(site, phone_call(site))

    with pytest.raises(changing.SettingRefused, match="Mon 23 Nov, 09:00"):
        changing.change_day(site=site, day=MONDAY, stretches=[], by=member("fern"), at=AT_TEN)

    assert not Opening.objects.filter(on_date=MONDAY).exists()


def test_a_new_chair_takes_one_more_patient_from_its_day_on(site):
    treatment = infusion(site)
    Resource.objects.filter(site=site, kind="chair", name="Chair 2").update(until_date=date(2026, 1, 2))
    books(site, treatment)
    assert "09:00" not in free(site, treatment, MONDAY)

    said = {"name": "Chair 3", "place": "private_room", "room": "Quiet room", "from_date": MONDAY}
    changing.add_chair(site=site, **said, by=member("otto"), at=AT_TEN)

    assert [one.name for one in site_queries.chairs_on(site, MONDAY)] == ["Chair 1", "Chair 3"]
    assert [one.name for one in site_queries.chairs_on(site, MONDAY - timedelta(days=1))] == ["Chair 1"]
    assert Resource.objects.get(name="Chair 3").attributes == {"room": "Quiet room", "private": True}


def test_two_chairs_of_one_name_are_refused(site):
    with pytest.raises(changing.SettingRefused, match="of this name already"):
        changing.add_chair(
            site=site, name=" chair 1 ", place="chair", room="", from_date=MONDAY, by=member("otto"), at=AT_TEN
        )


def test_a_chair_with_visits_ahead_is_closed_only_when_they_are_moved(site):
    visit = books(site, infusion(site))
    chair = visit.occupancies.filter(resource__kind="chair").first().resource

    def close(last_day):
        return changing.close_chair(chair=chair, last_day=last_day, by=member("fern"), at=AT_TEN)

    with pytest.raises(changing.SettingRefused, match=f"{chair.name} still has visits.*Mon 23 Nov, 09:00 Infusion"):
        close(date(2026, 11, 22))
    chair.refresh_from_db()
    assert chair.until_date is None

    assert close(MONDAY).until_date == MONDAY  # its last day may hold the visit
    assert chair not in site_queries.chairs_on(site, TUESDAY)


def test_a_cancelled_visit_no_longer_keeps_its_chair(site):
    visit = books(site, infusion(site))
    chair = visit.occupancies.filter(resource__kind="chair").first().resource
    actions.cancel(booking=visit, by=None, at=AT_TEN)

    closed = changing.close_chair(chair=chair, last_day=AT_TEN.date(), by=member("fern"), at=AT_TEN)

    assert closed.until_date == date(2026, 11, 20)


def offered(site, **changed):
    said = {
        "kind": "consult", "mode": "phone", "name": "Phone call", "minutes": 20, "price": Decimal(40),
        "bookable_online": True, "from_date": TUESDAY,
    }  # fmt: skip
    return changing.offer_service(site=site, by=member("otto"), at=AT_TEN, **(said | changed))


def test_a_new_price_holds_from_its_day_and_what_is_booked_stays(site):
    talk = phone_call(site)
    visit = books(site, talk, MONDAY_9 + timedelta(days=7))

    newer = offered(site, replaces=talk)

    visit.refresh_from_db()
    assert visit.service == talk
    assert [one.price for one in queries.services_on(site, MONDAY)] == [0]
    assert [one.price for one in queries.services_on(site, TUESDAY)] == [40]
    assert newer.phases == [{"name": "consult", "minutes": 20, "needs": "1 clinician"}]


def test_who_waits_for_a_service_is_offered_a_time_of_its_newer_row(site):
    talk = phone_call(site)
    waiting = actions.join_waiting(site=site, service=talk, patient=petra(), by=None, at=AT_TEN)

    assert queries.next_waiting(site, offered(site, replaces=talk)) == waiting


def test_one_service_is_not_offered_twice(site):
    phone_call(site)

    with pytest.raises(changing.SettingRefused, match="offered already"):
        offered(site)


def test_a_service_that_is_booked_ends_only_when_its_visits_are_moved(site):
    talk = phone_call(site)
    visit = books(site, talk)

    def end(last_day):
        return changing.end_service(
            service=talk, last_day=last_day, notice="Ask for video.", by=member("otto"), at=AT_TEN
        )

    with pytest.raises(changing.SettingRefused, match="Mon 23 Nov, 09:00 Phone call"):
        end(date(2026, 11, 22))
    actions.cancel(booking=visit, by=None, at=AT_TEN)

    assert end(date(2026, 11, 22)).notice == "Ask for video."
    assert queries.services_on(site, MONDAY) == []
    assert queries.ended_services(site, MONDAY) == [talk]


def test_every_change_is_told_on_the_chain_and_its_row_can_be_neither_edited_nor_deleted(site):
    change = change_week(site, day_0=NOON_TO_FIVE)

    event = Event.objects.filter(chain=site.slug).latest("seq")
    assert event.verb == "change site: hours"
    assert "Mon 08:00 to 17:00" in change.before
    assert "Mon 12:00 to 17:00" in event.body["after"]
    for harm in (lambda: SettingChange.objects.update(after="other"), lambda: SettingChange.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            harm()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("07:00 to 18:00", [(time(7), time(18))]),
        ("7:00-12:00, 13:00 – 18:30", [(time(7), time(12)), (time(13), time(18, 30))]),
        ("00:00 to 24:00", [(time(), time())]),
        ("", []),
    ],
)
def test_hours_are_read_as_people_write_them(typed, read):
    assert HoursField().clean(typed) == read


@pytest.mark.parametrize("typed", ["7-18", "25:00 to 26:00", "07:00", "07:00 to 12:00 to 18:00", "24:30 to 25:00", "x"])
def test_what_are_no_hours_is_refused_in_words(typed):
    with pytest.raises(Exception, match=r"no hours|end of the day"):
        HoursField().clean(typed)


# ---- the pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(site, monkeypatch) -> Client:
    monkeypatch.setattr(timezone, "now", lambda: AT_TEN)
    client = Client()
    client.force_login(member("otto"))
    return client


def sent(**said: str) -> dict[str, str]:
    return {guard.FIELD: guard.token(None), **said}


def week_sent(**changed: str) -> dict[str, str]:
    week = {f"day_{weekday}": "08:00 to 17:00" if weekday < 5 else "" for weekday in range(7)}
    return sent(**(week | {"from_date": f"{MONDAY}"} | changed))


def test_the_owner_changes_the_hours_and_the_page_tells_of_it(owner):
    form = owner.get(reverse("schedule-hours", args=["mesa"])).content.decode()
    assert 'value="08:00 to 17:00"' in form

    owner.post(reverse("schedule-hours", args=["mesa"]), week_sent(day_0="12:00 to 17:00"))

    page = owner.get(reverse("schedule-site", args=["mesa"])).content.decode()
    assert "opening hours, from Mon 23 Nov 2026" in page
    assert "Otto Brandt" in page
    then = owner.get(reverse("schedule-site", args=["mesa"]), {"on": f"{MONDAY}"}).content.decode()
    assert "12:00 to 17:00" in then


def test_a_refusal_stands_on_the_page_with_what_was_typed(owner, site):
    books(site, phone_call(site))

    answer = owner.post(reverse("schedule-hours", args=["mesa"]), week_sent(day_0="12:00 to 17:00"))

    assert answer.status_code == 422
    body = answer.content.decode()
    assert "Move or cancel them first: Mon 23 Nov, 09:00 Phone call" in body
    assert 'value="12:00 to 17:00"' in body
    assert not SettingChange.objects.exists()


def test_chairs_days_and_services_are_changed_on_their_pages(owner, site):
    said = {"name": "Chair 9", "place": "bed", "room": "Ward", "from_date": f"{MONDAY}"}
    owner.post(reverse("schedule-chair", args=["mesa"]), sent(**said))
    owner.post(reverse("schedule-day", args=["mesa"]), sent(day="2026-12-24", how="hours", hours="09:00 to 12:00"))
    said = {"name": "Video visit", "kind": "consult", "mode": "video", "minutes": "30", "price": "150"}
    owner.post(reverse("schedule-offer", args=["mesa"]), sent(**said, from_date=f"{MONDAY}", bookable_online="on"))
    chair, video = Resource.objects.get(name="Chair 9"), Service.objects.get(name="Video visit")
    owner.post(reverse("schedule-service", args=[video.code]), sent(**said | {"price": "90"}, from_date=f"{TUESDAY}"))
    owner.post(reverse("schedule-close-chair", args=[chair.code]), sent(last_day=f"{TUESDAY}"))

    page = owner.get(reverse("schedule-site", args=["mesa"])).content.decode()
    assert "Chair 9" in page
    assert "Thu 24 Dec 2026: 09:00 to 12:00" in page
    assert "USD 90" in page
    newer = Service.objects.get(name="Video visit", price=90)
    owner.post(reverse("schedule-end-service", args=[newer.code]), sent(last_day="2026-11-30", notice="Come in."))
    newer.refresh_from_db()
    assert (newer.until_date, newer.notice) == (date(2026, 11, 30), "Come in.")


@pytest.mark.parametrize(
    ("page", "said", "why"),
    [
        ("schedule-day", {"day": "2026-12-24", "how": "hours", "hours": ""}, "Write the hours"),
        ("schedule-day", {"day": "2026-12-24", "how": "closed", "hours": "09:00 to 12:00"}, "Hours count only"),
        ("schedule-offer", {"name": "Talk", "kind": "consult", "mode": "phone", "from_date": "2026-11-23"},
         "Say how long it takes"),
        ("schedule-offer", {"name": "Drip", "kind": "infusion", "mode": "in_person", "minutes": "60",
                            "from_date": "2026-11-23"}, "as long as its order says"),
    ],
)  # fmt: skip
def test_a_form_that_contradicts_itself_is_refused_at_its_field(owner, page, said, why):
    answer = owner.post(reverse(page, args=["mesa"]), sent(**said))

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not SettingChange.objects.exists()


def test_the_desk_keeps_the_site_the_auditor_reads_it_and_a_nurse_does_neither(owner):
    def status(name, page):
        client = Client()
        client.force_login(member(name))
        return client.get(reverse(page, args=["mesa"])).status_code

    assert [status("fern", page) for page in ("schedule-site", "schedule-hours")] == [200, 200]
    assert [status("ada", page) for page in ("schedule-site", "schedule-hours")] == [200, 403]
    assert [status("nina", page) for page in ("schedule-site", "schedule-hours")] == [403, 403]


def test_numbers_and_terms_are_changed_on_their_page_and_told_in_the_history(owner):
    page, said = reverse("schedule-contact", args=["mesa"]), {"phone": "555 0101", "cancelling_terms": "It is free."}

    half = owner.post(page, sent(**said, after_hours_phone=""))
    director = Client()
    director.force_login(member("maya"))
    whole = director.post(page, sent(**said, after_hours_phone="555 0188"))
    shown = owner.get(reverse("schedule-site", args=["mesa"])).content.decode()

    assert (half.status_code, whole.status_code) == (422, 302)
    assert mesa().after_hours_phone == "555 0188"
    assert "555 0101; at night and on weekends 555 0188; cancelling: It is free." in shown
    assert "555 0100; at night and on weekends 555 0199" in shown
    assert Event.objects.filter(chain="mesa").latest("seq").verb == "change site: contact"


def test_a_site_without_them_says_on_its_page_that_nobody_can_sign(owner):
    type(mesa()).objects.update(after_hours_phone="", cancelling_terms="")

    page = owner.get(reverse("schedule-site", args=["mesa"])).content.decode()

    assert page.count("missing: nobody can sign a consent") == 2


def test_what_is_no_chair_has_no_last_day(owner):
    nurse = Resource.objects.filter(site=mesa(), kind="nurse_share").first()

    assert owner.get(reverse("schedule-close-chair", args=[nurse.code])).status_code == 404
    assert owner.get(reverse("schedule-close-chair", args=[cast.petra().code])).status_code == 404
