"""Signing a review, noting a harm."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.letters import actions as letters
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Course, Patient, Role, User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.review import letter, queries
from clearhead.clinic.review.models import Harm, Review
from clearhead.medicine.outcomes.response import Status

STILL_THERE = timedelta(days=14)
"""A session that began within this and has no departure may still run: also the longest stay is shorter."""


class ReviewRefused(Exception):
    """The review may not be signed: by this person, or not yet, or not with this next step."""


@audit.once
def sign_review(
    *,
    course: Course,
    series_code: UUID,
    next_step: str,
    note: str,
    harms_asked: bool,
    secret: str,
    by: User,
    at: datetime,
    client_id: UUID | None = None,
) -> Review:
    """A prescriber signs what the diary says about one series, and what follows. A summary goes on paper."""
    if Role.PRESCRIBER not in roles_of(by, course.site):
        raise ReviewRefused("A review is signed by a prescriber of this site.")
    series = next((one for one in queries.series_given(course) if str(one.code) == str(series_code)), None)
    if series is None:
        raise ReviewRefused("No session of this series was begun, so there is nothing to review.")
    view = queries.review_of(course, series, at)
    if not view.due:
        raise ReviewRefused(
            f"The 28 days after the last session end on {series.after.last:%-d %b %Y}. Review after that."
        )
    if not harms_asked:
        raise ReviewRefused("Ask about harms since the first session, note what is told, and say that you asked.")
    if next_step == Review.NextStep.MAINTENANCE and not view.repeat.permits:
        raise ReviewRefused(f"Maintenance may not follow: {view.repeat}")
    enough = view.response.status in {Status.RESPONDER, Status.NO_RESPONSE}
    code = uuid4()
    said = _said(view)
    digest = audit.sha256_of([code, said, next_step, note, harms_asked])
    signature = people.sign(
        by=by, secret=secret, meaning="review", subject_code=code, sha256=digest, site=course.site, at=at
    )
    review = Review.objects.create(
        code=code,
        course=course,
        site=course.site,
        series_code=series.code,
        rule_version=view.response.rule,
        windows=said["windows"],
        completeness=said["completeness"],
        response=view.response.status.value if enough else "",
        next_step=next_step,
        note=note,
        harms_asked=harms_asked,
        signature=signature,
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
        corrects=view.signed,
    )
    audit.record(
        chain=course.site.slug,
        at=at,
        by=by,
        verb="sign review",
        subject=review,
        patient=course.patient,
        body={"response": review.response, "next_step": next_step},
    )
    if view.signed is not None:
        letters.withdraw(about_code=view.signed.code, by=by, at=at)
    letters.queue(
        site=course.site, patient=course.patient, template="letter", context=letter.summary(review, view),
        about_code=review.code, due_at=at, channel="print", by=by, at=at,
    )  # fmt: skip
    return review


@audit.once
def close_course(
    *, course: Course, why: str, secret: str, by: User, at: datetime, client_id: UUID | None = None
) -> Course:
    """A prescriber ends a course; refused while time is booked in it or somebody sits in the chair."""
    course = Course.objects.select_for_update(of=("self",)).select_related("site", "patient").get(pk=course.pk)
    if Role.PRESCRIBER not in roles_of(by, course.site):
        raise ReviewRefused("A course is closed by a prescriber of this site.")
    if course.closed_at is not None:
        raise ReviewRefused("This course is closed already.")
    ahead = course.bookings.filter(status="booked", ends_at__gt=at).order_by("starts_at").first()
    if ahead is not None:
        when = f"{ahead.starts_at.astimezone(course.site.tz):%a %-d %b, %H:%M}"
        raise ReviewRefused(f"Time is booked in this course: {when}. Cancel it first.")
    if under_way(course.patient, at):
        raise ReviewRefused("An infusion of this person has not ended with a departure. Close the course afterwards.")
    digest = audit.sha256_of([course.code, why])
    people.sign(
        by=by, secret=secret, meaning="close course", subject_code=course.code, sha256=digest, site=course.site, at=at
    )
    return people.close_course(course=course, why=why, by=by, at=at)


def under_way(patient: Patient, at: datetime) -> bool:
    """Does this person sit in a chair or recover, as far as the record says?"""
    begun = Session.objects.filter(patient__in=patient.charts, infusion__started_at__gt=at - STILL_THERE)
    left = Discharge.standing().filter(session__in=begun).values("session")
    return begun.exclude(pk__in=left).exists()


def _said(view: queries.ReviewView) -> dict[str, dict[str, object]]:
    """The counts a review rested on, as they stood."""

    def counts(one: object) -> dict[str, object]:
        names = ("headache_days", "moderate_or_severe_days", "migraine_days", "migraine_unknown", "acute_medicine_days")
        return {name: getattr(one, name) for name in (*names, "answered", "length")}

    dates = {"first": view.before.window.first, "last": view.after.window.last}
    windows = {"before": counts(view.before), "after": counts(view.after), **dates}
    completeness = {
        "before": str(view.response.completeness_before),
        "after": str(view.response.completeness_after),
    }
    plain = audit.plain({"windows": windows, "completeness": completeness})
    assert isinstance(plain, dict)
    return plain


@audit.once
def note_harm(
    *,
    course: Course,
    what: str,
    severity: str,
    serious: bool,
    related: str,
    action: str,
    happened_at: datetime,
    by: User,
    at: datetime,
    resolved_on: date | None = None,
    medwatch: bool = False,
    session_code: UUID | None = None,
    client_id: UUID | None = None,
) -> Harm:
    """Something bad that happened during or after treatment."""
    harm = Harm.objects.create(
        course=course,
        site=course.site,
        session_code=session_code,
        what=what,
        severity=severity,
        serious=serious,
        related=related,
        action=action,
        resolved_on=resolved_on,
        medwatch=medwatch,
        happened_at=happened_at,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(
        chain=course.site.slug,
        at=at,
        by=by,
        verb="note harm",
        subject=harm,
        patient=course.patient,
        body={"severity": severity, "serious": serious},
    )
    return harm


def nothing_running(*, kept: Patient, closed: Patient, at: datetime, found: list[str]) -> None:
    """A reaction: nobody's chart is merged while they sit in the chair or recover."""
    if under_way(kept, at) or under_way(closed, at):
        found.append(_("An infusion of this person has not ended with a departure. Merge the charts afterwards."))
