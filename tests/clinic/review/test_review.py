"""Did it help? The diary before and after, and what may follow."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from clearhead.clinic.assessment.actions import DecisionRefused, sign_decision
from clearhead.clinic.diary.models import Day
from clearhead.clinic.home import timeline
from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import guard
from clearhead.clinic.people.models import Signature
from clearhead.clinic.plan.models import SessionSummary
from clearhead.clinic.review import actions, queries
from clearhead.clinic.review.models import Review
from clearhead.clinic.schedule.actions import book
from clearhead.clinic.schedule.errors import BookingRefused
from clearhead.medicine.evidence.wording import forbidden_wording
from tests import builders, cast
from tests.cast import AT_TEN, PIN

pytestmark = pytest.mark.django_db

LATER = AT_TEN + timedelta(days=29)
"""The first day on which the 28 days after are over."""


@pytest.fixture
def course():
    """Petra after one session of 100 mg on Friday 20 November."""
    patient = cast.petra()
    visit = builders.session(patient)
    Infusion.objects.create(
        session=visit, patient=patient, site=visit.site, weight_kg=Decimal(70), started_at=AT_TEN,
        ended_at=AT_TEN + timedelta(hours=4),
    )  # fmt: skip
    SessionSummary.objects.create(
        session=visit, given_mg=Decimal(100), given_mg_per_kg=Decimal("1.42857"), infusion_minutes=240,
        end_reason="as planned", happened_at=AT_TEN, recorded_at=AT_TEN,
    )  # fmt: skip
    return builders.course_of(patient)


def diary(course, *, before: int, after: int, skip: int = 0) -> None:
    """28 answers before and after, so many of them severe; `skip` dates after are left out."""
    day = AT_TEN.astimezone(course.site.tz).date()
    for n in range(1, 29):
        _answer(course, day - timedelta(days=n), 3 if n <= before else 0)
        if n > skip:
            _answer(course, day + timedelta(days=n), 3 if n - skip <= after else 0)


def _answer(course, on, answer) -> None:
    Day.objects.create(
        patient=course.patient,
        local_date=on,
        zone="America/Phoenix",
        answer=answer,
        happened_at=AT_TEN,
        recorded_at=AT_TEN,
    )


def sign(course, *, by="dario", at=LATER, next_step="watch", secret=PIN, harms_asked=True):
    """Sign the review of the only series."""
    series = queries.series_given(course)[0]
    return actions.sign_review(
        course=course, series_code=series.code, next_step=next_step, note="", harms_asked=harms_asked, secret=secret,
        by=cast.member(by), at=at,
    )  # fmt: skip


def test_a_symptom_left_open_at_the_last_session_is_said_in_words(course):
    left = [{"symptom": "nausea", "grade": 2, "words": "Nausea, grade 2: bothers"}]
    SessionSummary.objects.create(
        session=queries.series_given(course)[0].sessions[-1],
        given_mg=Decimal(100), given_mg_per_kg=Decimal("1.42857"), infusion_minutes=240, end_reason="as planned",
        open_symptoms=left, happened_at=AT_TEN, recorded_at=AT_TEN,
    )  # fmt: skip

    view = queries.review_of(course, queries.series_given(course)[0], LATER)

    said = next(reason.sentence for reason in view.repeat.reasons if reason.gate == "symptoms_closed")
    assert said == "Still open from the last session: Nausea, grade 2: bothers."


def test_half_as_many_bad_days_is_a_response(course):
    diary(course, before=16, after=8)

    review = sign(course)

    assert review.response == "responder"
    assert review.windows["before"]["moderate_or_severe_days"] == 16
    assert review.windows["after"]["moderate_or_severe_days"] == 8


def test_one_day_more_is_none(course):
    diary(course, before=16, after=9)

    assert sign(course).response == "no_response"


def test_a_thin_diary_gives_no_answer_at_all(course):
    diary(course, before=16, after=0, skip=6)

    assert sign(course).response == ""


def test_a_review_before_the_28_days_are_over_is_refused_and_leaves_nothing(course):
    diary(course, before=16, after=8)

    with pytest.raises(actions.ReviewRefused, match="end on 18 Dec 2026"):
        sign(course, at=LATER - timedelta(days=1))
    assert not Review.objects.exists()


@pytest.mark.hazard("H-31")
@pytest.mark.parametrize(("by", "secret"), [("nina", PIN), ("dario", "0000"), ("dario", "")])
def test_only_a_prescriber_who_shows_the_secret_signs(course, by, secret):
    diary(course, before=16, after=8)

    with pytest.raises(Exception, match=r"prescriber|does not match"):
        sign(course, by=by, secret=secret)
    assert not Review.objects.exists()


@pytest.mark.hazard("H-38")
def test_maintenance_without_a_response_is_refused_with_its_reason(course):
    diary(course, before=16, after=15)

    with pytest.raises(actions.ReviewRefused, match="Maintenance may not follow"):
        sign(course, next_step="maintenance")
    assert not Review.objects.exists()


@pytest.mark.hazard("H-38")
def test_exposure_counts_sessions_and_mg_of_twelve_months(course):
    assert queries.exposure(course.patient, LATER) == (1, Decimal("1.42857"))
    assert queries.exposure(course.patient, AT_TEN + timedelta(days=366)) == (0, Decimal(0))


def test_a_later_review_of_the_same_series_replaces_the_first_and_both_stay_readable(course):
    diary(course, before=16, after=8)
    first, second = sign(course), sign(course, next_step="stop")

    assert second.corrects == first
    assert list(Review.standing()) == [second]
    assert Review.objects.count() == 2


def test_unasked_harms_leave_the_review_unsigned(course):
    diary(course, before=16, after=8)

    with pytest.raises(actions.ReviewRefused, match="Ask about harms"):
        sign(course, harms_asked=False)
    assert not Review.objects.exists()


def test_a_signed_review_leaves_a_summary_on_paper_and_a_later_one_takes_its_place(course, client):
    diary(course, before=16, after=8)
    first, second = sign(course), sign(course, next_step="stop")
    old, new = (Outgoing.objects.get(about_code=str(one.code)) for one in (first, second))
    client.force_login(cast.member("dario"))

    page = client.get(reverse("letters-letter", args=[new.code])).content.decode()

    assert (old.withdrawn_at, new.channel) == (LATER, "print")
    assert "Moderate or severe headache days: 16 → 8" in page
    assert "asked for, none told" in page
    assert "approved as an anaesthetic, not for migraine" in page
    assert forbidden_wording(re.sub(r"<[^>]+>", " ", page)) == []
    assert "By this site&#x27;s rule this is a response: at least 50 percent fewer" in page


def test_the_letter_says_how_many_days_nobody_knows(course, client):
    diary(course, before=16, after=8)
    client.force_login(cast.member("dario"))

    letter = Outgoing.objects.get(about_code=str(sign(course).code))
    page = client.get(reverse("letters-letter", args=[letter.code])).content.decode()

    assert "Migraine days, where features were asked: 0 and 16 not known → 0 and 8 not known" in page


@pytest.mark.parametrize(
    ("before", "after", "skip", "sentence"),
    [
        (16, 8, 0, "this is a response: at least 50 percent fewer moderate or severe headache days in 28 days."),
        (16, 9, 0, "this is no response. A response would be at least 50 percent fewer"),
        (16, 0, 6, "is not known: too few days were answered. A response would be at least 50 percent fewer"),
        (0, 0, 0, "Without a moderate or severe headache day before the series"),
    ],
)
def test_once_due_the_answer_is_said_in_one_sentence_with_its_rule(course, before, after, skip, sentence):
    diary(course, before=before, after=after, skip=skip)
    series = queries.series_given(course)[0]

    assert sentence in queries.review_of(course, series, LATER).answer
    assert queries.review_of(course, series, LATER - timedelta(days=1)).answer == ""


@pytest.mark.parametrize(
    ("days", "sentence"),
    [(-1, "Due on 19 Dec 2026, 28 days after the last session."), (30, "Overdue since 19 Dec 2026.")],
)
def test_the_journey_says_since_when_a_review_is_overdue(course, days, sentence):
    step = timeline.steps(course, LATER + timedelta(days=days), {"prescriber"})[-1]

    assert (step.name, step.sentence) == ("Review", sentence)


def test_a_course_is_closed_by_a_prescriber_and_then_takes_no_order_decision_or_booking(course, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
    client.force_login(cast.member("dario"))
    page = reverse("review-close", args=[course.code])
    entry = {"why": "no benefit", "secret": PIN, guard.FIELD: guard.token(course.patient)}

    answer = client.post(page, entry)

    course.refresh_from_db()
    assert (answer.status_code, course.closed_why) == (302, "no benefit")
    assert Signature.objects.get(meaning="close course").signer == cast.member("dario")
    assert "This course was closed on" in client.get(reverse("home-course", args=[course.code])).content.decode()
    assert client.post(page, entry).status_code == 422
    with pytest.raises(DecisionRefused, match="course is closed"):
        sign_decision(course=course, outcome="suitable", secret=PIN, by=cast.member("dario"), at=LATER)
    with pytest.raises(BookingRefused, match="course is closed"):
        book(
            site=course.site, service=builders.service(course.site, "consult"), starts_at=LATER, course=course,
            by=cast.member("fern"), at=LATER,
        )  # fmt: skip


@pytest.mark.parametrize(("who", "secret", "status"), [("dario", "0000", 422), ("nina", PIN, 403)])
def test_a_wrong_secret_or_role_closes_nothing(course, client, who, secret, status):
    client.force_login(cast.member(who))
    entry = {"why": "no benefit", "secret": secret, guard.FIELD: guard.token(course.patient)}

    assert client.post(reverse("review-close", args=[course.code]), entry).status_code == status
    course.refresh_from_db()
    assert course.closed_at is None


def test_time_booked_ahead_keeps_a_course_open(course):
    builders.session(course.patient, number=2, starts_at=LATER + timedelta(days=3))

    with pytest.raises(actions.ReviewRefused, match="Time is booked in this course: Tue 22 Dec, 10:00"):
        actions.close_course(course=course, why="moved away", secret=PIN, by=cast.member("dario"), at=LATER)


def test_the_page_shows_both_windows_and_signs(course, client):
    diary(course, before=16, after=8)
    client.force_login(cast.member("dario"))
    page = client.get(reverse("review-course", args=[course.code])).content.decode()
    assert "Did it help?" in page
    assert "28 days run until" in page

    said = {"next_step": "watch", "harms_asked": "on", "secret": PIN, guard.FIELD: guard.token(course.patient)}
    series = queries.series_given(course)[0]
    refused = client.post(reverse("review-sign", args=[course.code, series.code]), said)

    assert refused.status_code == 422
    assert not Review.objects.exists()


def test_a_harm_is_noted_and_needs_what_and_when(course, client):
    client.force_login(cast.member("nina"))
    url, token = reverse("review-harm", args=[course.code]), {guard.FIELD: guard.token(course.patient)}
    said = {"what": "vomited twice", "happened_at": "2026-11-20T15:00", "severity": "mild", "related": "probable"}

    assert client.post(url, {**token, **said, "what": ""}).status_code == 422
    assert client.post(url, {**token, **said}).status_code == 302

    assert course.harms.get().what == "vomited twice"
