"""The front, a site, education pages and a question."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import guard
from clearhead.clinic.people.models import Course, Patient
from clearhead.clinic.schedule.models import Booking, Service
from clearhead.clinic.welcome import actions, queries
from clearhead.clinic.welcome.education import pages, read_page
from clearhead.clinic.welcome.models import Enquiry, EnquiryEvent
from clearhead.medicine.errors import WrongFile
from tests import cast
from tests.cast import AT_TEN
from tests.clinic.schedule.conftest import furnish, phone_call

QUESTION = {
    "name": "Ida Brook",
    "contact": "ida@example.org",
    "text": "Do you treat people with high blood pressure?",
    "may_contact": "on",
}
PAGE = 'order = 1\ntitle = "T"\nteaser = "t"\npublished = 2026-11-21\nreviewed = 2026-11-21\n[[part]]\n'


@pytest.fixture
def site(db):
    return furnish(cast.mesa())


@pytest.fixture
def enquiry(site) -> Enquiry:
    return actions.ask(
        site=site, name="Ida Brook", contact="555 0177 1", text="How?", wants_soon=True, by=None, at=AT_TEN
    )


@pytest.fixture
def desk(client, site):
    client.force_login(cast.member("fern"))
    return client


def test_one_site_is_shown_at_once_and_several_are_listed(client, site) -> None:
    front = reverse("welcome-front")
    assert client.get(front).url == reverse("welcome-site", args=["mesa"])
    cast.riverside()
    assert b"Riverside" in client.get(front).content


def test_an_ended_service_leaves_a_notice_and_is_not_offered(client, site) -> None:
    Service.objects.create(
        site=site,
        kind="other",
        name="Nasal spray",
        from_date=date(2020, 1, 1),
        until_date=date(2023, 9, 29),
        notice="Ask our team for alternatives.",
    )
    page = client.get(reverse("welcome-site", args=["mesa"])).content.decode()

    assert "Nasal spray is not offered since 29 September 2023" in page
    assert page.count("Nasal spray") == 1


def test_every_education_page_opens_with_its_dates_and_neighbours(client, site) -> None:
    for slug, page in pages().items():
        body = client.get(reverse("welcome-page", args=["mesa", slug])).content.decode()
        assert "Published 21 November 2026" in body
        assert all(reverse("welcome-page", args=["mesa", other]) in body for other in page.related)
    assert len(pages()) >= 13
    assert client.get(reverse("welcome-page", args=["mesa", "nothing"])).status_code == 404


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ('text = ["It helps 3 people."]', "a source for every number"),
        ('text = ["It heals."]', "no healing"),
        ('claims = ["unheard-of"]', "claims register"),
    ],
)
def test_a_page_with_an_unsourced_number_or_forbidden_words_is_refused(part, named) -> None:
    with pytest.raises(WrongFile, match=named):
        read_page(PAGE + part, slug="t")


def test_a_page_is_due_for_a_new_look_after_a_year() -> None:
    page = read_page(PAGE + 'text = ["Words."]', slug="t")
    assert not page.stale(date(2027, 11, 20))
    assert page.stale(date(2027, 11, 23))


def test_a_question_arrives_in_the_inbox_and_is_acknowledged(client, site) -> None:
    answer = client.post(reverse("welcome-ask", args=["mesa"]), QUESTION)

    assert answer.url == reverse("welcome-asked", args=["mesa"])
    assert Enquiry.objects.get().contact == "ida@example.org"
    assert Outgoing.objects.get().template == "enquiry_received"


@pytest.mark.parametrize("wrong", [{"contact": "ida"}, {"contact": "ida@"}, {"text": ""}, {"may_contact": ""}])
def test_a_question_nobody_may_or_can_answer_is_refused(client, site, wrong) -> None:
    assert client.post(reverse("welcome-ask", args=["mesa"]), QUESTION | wrong).status_code == 422
    assert not Enquiry.objects.exists()


def test_the_inbox_puts_the_longest_unanswered_first_and_runs_a_clock(site, enquiry) -> None:
    actions.ask(
        site=site, name="Tom", contact="555 0177 2", text="?", wants_soon=False, by=None, at=AT_TEN + timedelta(hours=1)
    )
    first, second = queries.inbox_of(site, AT_TEN + timedelta(hours=25))

    assert (first.enquiry, first.late, second.late) == (enquiry, True, False)
    actions.note_enquiry(
        enquiry=enquiry, kind="answered", by=cast.member("fern"), at=AT_TEN + timedelta(hours=26), note="called"
    )
    row = queries.row_of(enquiry, AT_TEN + timedelta(days=9))
    assert (row.waited, row.late) == (timedelta(hours=26), False)


def test_staff_note_a_call_and_open_a_course(desk, enquiry) -> None:
    assert b"Ida Brook" in desk.get(reverse("welcome-inbox", args=["mesa"])).content
    assert desk.post(reverse("welcome-note", args=[enquiry.code]), {"kind": "no_answer"}).status_code == 302
    assert desk.post(reverse("welcome-note", args=[enquiry.code]), {"kind": "eaten"}).status_code == 422
    person = {"given_name": "Ida", "family_name": "Brook", "birth_date": "1991-04-02", "phone": "555 0177 1"}
    answer = desk.post(reverse("welcome-open-course", args=[enquiry.code]), person)

    course = Course.objects.get(patient__family_name="Brook")
    assert answer.url == reverse("welcome-desk-book", args=[course.code])
    assert EnquiryEvent.objects.get(kind="course_opened").course == course


def test_a_caller_is_found_or_created_and_booked_on_the_same_engine(desk, site) -> None:
    phone_call(site)
    url = reverse("welcome-desk", args=["mesa"])
    person = {"given_name": "Ida", "family_name": "Brook", "birth_date": "1991-04-02"}
    assert b"Nobody of this name" in desk.post(url, person).content
    assert not Patient.objects.exists()
    booking_page = desk.post(url, person | {"phone": "555 0177 1"}).url
    assert desk.post(url, person).url == booking_page

    start = queries.consult_offers(site, AT_TEN)[0]
    now = timezone.now()
    day = queries.free_days(site, start, now)[0].day
    time = queries.free_times(site, start, day, now)[0]
    token = guard.token(Patient.objects.get())
    assert desk.post(booking_page, {"start": time.isoformat(), guard.FIELD: token}).status_code == 302

    booked = Booking.objects.get()
    assert (booked.channel, booked.status, booked.starts_at) == ("phone", "booked", time)
    assert desk.post(booking_page, {"start": time.isoformat(), guard.FIELD: token}).status_code == 422
    cancel = reverse("welcome-desk-cancel", args=[booked.code])
    assert desk.post(cancel, {guard.FIELD: token}).status_code == 302
    booked.refresh_from_db()
    assert booked.status == "cancelled"


@pytest.mark.parametrize("name", ["welcome-inbox", "welcome-desk"])
def test_the_desk_is_for_staff_of_the_site(client, site, name) -> None:
    url = reverse(name, args=["mesa"])
    assert client.get(url).status_code == 302
    client.force_login(cast.olga())
    assert client.get(url).status_code == 404
    client.force_login(cast.petra().user)
    assert client.get(url).status_code == 403
