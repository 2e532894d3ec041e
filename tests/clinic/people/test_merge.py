"""Two charts of one person: compared, merged by signature, read as one, undone when it was wrong."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from clearhead.clinic.assessment import actions as assessment
from clearhead.clinic.assessment import queries as assessed
from clearhead.clinic.audit.models import Event
from clearhead.clinic.diary import actions as diary
from clearhead.clinic.diary import queries as answered
from clearhead.clinic.infusion.queries.adjuncts import allergies_of
from clearhead.clinic.infusion.queries.doses import earlier
from clearhead.clinic.people import guard
from clearhead.clinic.people.actions.charts import hindrances, pair_mark
from clearhead.clinic.people.models import ChartMerge, Course, Patient, Site
from tests import builders, cast
from tests.cast import AT_TEN, LONG_AGO

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Patient:
    return cast.petra()


@pytest.fixture
def twin() -> Patient:
    """Petra again, registered over the phone, with an allergy and a diary of her own."""
    twin = Patient.objects.create(
        given_name="petra", family_name="Lindqvist", birth_date=date(1984, 3, 14), zone="America/Phoenix",
        phone="555 0199", created_at=LONG_AGO,
    )  # fmt: skip
    course = Course.objects.create(patient=twin, site=cast.mesa(), opened_at=LONG_AGO)
    nina = cast.member("nina")
    assessment.add_allergy(course=course, substance="ondansetron", reaction="rash", by=nina, at=AT_TEN)
    diary.record_day(patient=twin, local_date=date(2026, 11, 18), answer=3, zone=twin.zone, by=None, at=AT_TEN)
    diary.record_day(patient=twin, local_date=date(2026, 11, 19), answer=3, zone=twin.zone, by=None, at=AT_TEN)
    return twin


@pytest.fixture
def maya(client: Client) -> Client:
    client.force_login(cast.member("maya"))
    return client


def merge(client: Client, kept: Patient, other: Patient, **changed: str) -> object:
    page = reverse("people-merge", args=[builders.course_of(kept).code]) + f"?other={other.code}"
    entry = {"seen": pair_mark(kept, other), "reason": "passport seen", "looked_twice": "on", "secret": cast.PIN}
    return client.post(page, {**entry, guard.FIELD: guard.token(kept), **changed})


def test_what_either_chart_says_is_read_through_the_kept_one(maya, kept, twin):
    diary.record_day(patient=kept, local_date=date(2026, 11, 19), answer=0, zone=kept.zone, by=None, at=AT_TEN)
    visit = builders.session(kept)

    assert merge(maya, kept, twin).status_code == 302

    kept.refresh_from_db()
    visit.refresh_from_db()
    assert [row.substance for row in assessed.allergies_of(kept)] == ["ondansetron"]
    assert allergies_of(visit) == ("ondansetron rash",)
    answers = {day.local_date.day: day.answer for day in answered.days_of(kept)}
    assert answers == {18: 3, 19: 0}, "the kept chart's answer counts where both have one"
    assert answered.counts_of(kept, date(2026, 11, 20)).answered == 2


@pytest.mark.hazard("H-38")
def test_what_was_given_under_the_other_chart_counts_towards_the_year(maya, kept, twin):
    given = builders.session(twin, starts_at=AT_TEN - timedelta(days=40))
    builders.Infusion.objects.create(
        session=given, patient=twin, site=given.site, weight_kg=Decimal(70), started_at=AT_TEN - timedelta(days=40),
        ended_at=AT_TEN - timedelta(days=40),
    )  # fmt: skip
    visit = builders.session(kept)
    before = earlier(visit, AT_TEN).sessions_year

    merge(maya, kept, twin)

    visit.refresh_from_db()
    assert (before, earlier(visit, AT_TEN).sessions_year) == (0, 1)


def test_no_fact_moves_and_the_merge_is_signed_and_audited_in_both_charts(maya, kept, twin):
    merge(maya, kept, twin)

    row = ChartMerge.objects.get()
    assert (row.signature.meaning, row.reason) == ("merge charts", "passport seen")
    assert twin.days.count() == 2
    events = Event.objects.filter(verb="merge charts", chain="mesa")
    assert {one.patient_code for one in events} == {str(kept.code), str(twin.code)}
    with pytest.raises(IntegrityError), transaction.atomic():
        ChartMerge.objects.update(reason="other")


def test_the_old_code_leads_to_the_kept_chart_and_is_written_no_more(maya, kept, twin):
    old = builders.course_of(twin)
    merge(maya, kept, twin)
    page = reverse("home-course", args=[old.code])

    assert maya.get(page)["Location"] == reverse("home-course", args=[builders.course_of(kept).code])
    assert "read only" in maya.get(page + "?as=was").content.decode()
    assert str(old.code) in maya.get(reverse("home-patients", args=["mesa"]), {"q": twin.short_code}).content.decode()
    maya.force_login(cast.member("nina"))
    refused = maya.post(reverse("assessment-no-allergies", args=[old.code]), {guard.FIELD: guard.token(twin)})
    assert (refused.status_code, "was merged into" in refused.content.decode()) == (409, True)


def test_a_wrong_merge_is_undone_and_each_chart_stands_alone_again(maya, kept, twin):
    old = builders.course_of(twin)
    merge(maya, kept, twin)
    page = reverse("people-separate", args=[builders.course_of(kept).code]) + f"?merge={ChartMerge.objects.get().code}"

    maya.post(page, {"reason": "mother and daughter", "secret": cast.PIN, guard.FIELD: guard.token(kept)})

    for row in (kept, twin, old):
        row.refresh_from_db()
    assert (kept.holds, twin.merged_into, old.closed_at) == ([], None, None)
    assert assessed.allergies_of(kept) == []
    assert len(assessed.allergies_of(twin)) == 1
    assert merge(maya, kept, twin).status_code == 302, "and may be merged again"


@pytest.mark.hazard("H-32")
def test_a_sign_in_that_moved_goes_back_to_whose_it_is(maya, kept, twin):
    account, kept.user = kept.user, None
    kept.save()
    twin.user = account
    twin.save()
    merge(maya, kept, twin)
    kept.refresh_from_db()
    assert kept.user == account
    page = reverse("people-separate", args=[builders.course_of(kept).code]) + f"?merge={ChartMerge.objects.get().code}"

    maya.post(page, {"reason": "mother and daughter", "secret": cast.PIN, guard.FIELD: guard.token(kept)})

    for row in (kept, twin):
        row.refresh_from_db()
    assert (kept.user, twin.user) == (None, account)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"secret": "0000"}, "does not match"),
        ({"reason": ""}, "This field is required"),
        ({"looked_twice": ""}, "This field is required"),
        ({"seen": "x" * 32}, "was changed meanwhile"),
    ],
)
def test_without_second_look_reason_or_signature_or_from_a_stale_screen_nothing_is_merged(
    maya, kept, twin, changed, sentence
):
    answer = merge(maya, kept, twin, **changed)

    twin.refresh_from_db()
    assert (answer.status_code, twin.merged_into, ChartMerge.objects.count()) == (422, None, 0)
    assert sentence in answer.content.decode()


@pytest.mark.hazard("H-01")
def test_charts_that_differ_in_who_the_person_is_are_not_merged(maya, kept, twin):
    Patient.objects.filter(pk=twin.pk).update(birth_date=date(1984, 3, 15))
    twin.refresh_from_db()

    answer = merge(maya, kept, twin)

    assert "The charts differ in date of birth" in answer.content.decode()
    assert not ChartMerge.objects.exists()


def test_time_booked_ahead_and_a_running_infusion_stand_against_it(kept, twin):
    maya = cast.member("maya")
    builders.session(twin, starts_at=AT_TEN + timedelta(days=2))
    assert "has time booked" in hindrances(kept=kept, closed=twin, by=maya, at=AT_TEN)[0]

    builders.running(kept)
    found = hindrances(kept=kept, closed=twin, by=maya, at=AT_TEN + timedelta(hours=1))
    assert any("has not ended with a departure" in one for one in found)


def test_a_chart_of_another_site_needs_somebody_of_that_site(kept, twin):
    elsewhere = Site.objects.create(slug="tempe", name="Tempe", zone="America/Phoenix")
    Course.objects.create(patient=twin, site=elsewhere, opened_at=LONG_AGO)

    found = hindrances(kept=kept, closed=twin, by=cast.member("maya"), at=AT_TEN)

    assert found == ["A medical director or prescriber of Tempe has to do this."]


def test_one_person_signs_in_once(maya, kept, twin):
    kept.user, account = None, kept.user
    kept.save()
    twin.user = account
    twin.save()

    merge(maya, kept, twin)

    account.refresh_from_db()
    own = Client()
    own.force_login(account)
    assert account.patient == kept
    assert own.get(reverse("diary-calendar")).status_code == 200


def test_the_page_offers_who_looks_alike_and_shows_both_line_by_line(maya, kept, twin):
    page = reverse("people-merge", args=[builders.course_of(kept).code])

    offered = maya.get(page).content.decode()
    compared = maya.get(page + f"?other={twin.code}").content.decode()

    assert twin.short_code in offered
    assert "555 0199" in compared
    assert "differs" in compared
    assert maya.get(page + f"?other={cast.quentin().code}").status_code == 404
