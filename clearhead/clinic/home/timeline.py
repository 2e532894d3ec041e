"""One course along the journey: for each step what is so, what is missing and where to go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, F
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clearhead.clinic.assessment.models import Decision
from clearhead.clinic.consent.models import Consent
from clearhead.clinic.consult import queries as consults
from clearhead.clinic.diary.models import Day
from clearhead.clinic.people.access import lets_in
from clearhead.clinic.people.models import ChartMerge, Course, Patient, Site
from clearhead.clinic.plan.models import Order, Session
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.review import queries as reviews
from clearhead.clinic.review.models import Review
from clearhead.clinic.schedule.models import Booking


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the journey for one course."""

    name: str
    state: str  # done, now, ahead, wrong
    sentence: str
    url: str = ""
    label: str = ""


def kept_course(course: Course) -> Course | None:
    """Where a chart that was merged is kept: the course of the same site, best an open one. None for a whole chart."""
    kept = course.patient.kept
    if kept == course.patient:
        return None
    rows = Course.objects.filter(patient=kept, site=course.site)
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at").first()


def merges_into(patient: Patient, site: Site) -> list[tuple[ChartMerge, list[Course]]]:
    """Charts that were merged into this one, with their courses at this site, to be read as they were."""
    rows = ChartMerge.standing().filter(kept__in=patient.charts).select_related("closed", "recorded_by")
    return [(row, list(Course.objects.filter(patient=row.closed, site=site).select_related("site"))) for row in rows]


def _url(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def steps(course: Course, now: datetime, roles: set[str]) -> list[Step]:
    """The journey of this course in order."""
    found = (
        _diary(course, now),
        _consult(course),
        _assessment(course, now),
        _plan(course),
        _consent(course),
        *_visits(course, now),
        _review(course, now),
    )
    return [step if not step.url or lets_in(step.url, roles) else replace(step, url="") for step in found]


def _diary(course: Course, now: datetime) -> Step:
    today = course.site.today(now)
    answered = (
        Day.standing()
        .filter(patient__in=course.patient.charts, local_date__gt=today - timedelta(days=28), local_date__lte=today)
        .aggregate(days=Count("local_date", distinct=True))["days"]
    )
    said = _("%(n)s of the last 28 days answered.") % {"n": answered}
    return Step(
        _("Diary"), "done" if answered >= 23 else "now", said, _url("diary-chart", course.code), _("Open diary")
    )


def _consult(course: Course) -> Step:
    last = consults.outcome_of(course)
    url, name = _url("consult-new", course.code), _("Consult")
    if last is None:
        return Step(
            name, "now", _("No consult signed yet. Nothing can be planned before one."), url, _("Begin the consult")
        )
    said = _("%(outcome)s, %(who)s, %(day)s") % {
        "outcome": last.get_outcome_display(),
        "who": last.clinician.name,
        "day": f"{last.happened_at.astimezone(course.site.tz):%-d %b %Y}",
    }
    return Step(name, "done" if last.outcome == "invite" else "wrong", said, url, _("Another consult"))


def _assessment(course: Course, now: datetime) -> Step:
    last = Decision.standing().filter(course=course).last()
    url, name = _url("assessment-verdict", course.code), _("Assessment")
    if last is None:
        return Step(name, "ahead", _("No decision signed yet."), url, _("Open assessment"))
    if last.expires_on < course.site.today(now):
        return Step(
            name,
            "wrong",
            _("The decision expired on %(day)s.") % {"day": f"{last.expires_on:%-d %b %Y}"},
            url,
            _("Open"),
        )
    said = _("%(outcome)s, until %(day)s") % {
        "outcome": last.get_outcome_display(),
        "day": f"{last.expires_on:%-d %b %Y}",
    }
    return Step(name, "done" if last.outcome == "suitable" else "wrong", said, url, _("Open assessment"))


def _plan(course: Course) -> Step:
    last = Order.standing().filter(course=course).select_related("protocol_version").last()
    name = _("Plan")
    if last is None:
        return Step(name, "ahead", _("No order signed yet."), _url("plan-order", course.code), _("Write the order"))
    said = _("%(n)s sessions of %(min)s min under %(protocol)s") % {
        "n": last.sessions,
        "min": last.infusion_minutes,
        "protocol": last.protocol_version,
    }
    return Step(name, "done", said, _url("plan-course", course.code), _("Open plan"))


def _consent(course: Course) -> Step:
    order = Order.standing().filter(course=course).last()
    name = _("Consent")
    if order is None:
        return Step(name, "ahead", _("Follows the signed order."))
    given = Consent.standing().filter(course=course, order_sha256=order.sha256).last()
    url = _url("consent-order", order.code)
    if given is None:
        return Step(name, "now", _("Not signed for the present order."), url, _("Open consent"))
    if given.withdrawals.exists():
        return Step(name, "wrong", _("Withdrawn."), url, _("Open consent"))
    day = f"{given.happened_at.astimezone(course.site.tz):%-d %b %Y}"
    return Step(name, "done", _("Signed on %(day)s.") % {"day": day}, url, _("Open consent"))


def _visits(course: Course, now: datetime) -> list[Step]:
    found = Session.objects.filter(course=course, cancelled_at__isnull=True).select_related(
        "booking", "order", "infusion", "site", "course"
    )
    return [_visit(session, now) for session in found.order_by("booking__starts_at", "number")]


def _visit(session: Session, now: datetime) -> Step:
    when = (
        f"{session.booking.starts_at.astimezone(session.site.tz):%a %-d %b, %H:%M}"
        if session.booking
        else _("not booked")
    )
    name = _("Session %(n)s") % {"n": session.number}
    left = Discharge.standing().filter(session=session).first()
    record = _url("infusion-chair", session.code)
    if left is not None:
        said = _("%(when)s: %(how)s") % {"when": when, "how": left.get_disposition_display()}
        return Step(name, "done", said, record, _("Open record"))
    infusion = getattr(session, "infusion", None)
    if infusion is None and session.booking and session.booking.status == Booking.Status.NO_SHOW:
        said, label = _("%(when)s: did not come") % {"when": when}, _("Another date")
        return Step(name, "wrong", said, _url("plan-course", session.course.code), label)
    if session.day_is_gone(now):
        said, label = _("%(when)s: the day is over, nothing was given") % {"when": when}, _("Say what happened")
        return Step(name, "wrong", said, _url("plan-session", session.code), label)
    if infusion is None:
        return Step(name, "ahead", when, _url("infusion-go", session.code), _("Go or no-go"))
    if infusion.ended_at is None:
        return Step(name, "now", _("%(when)s: infusing") % {"when": when}, record, _("Open record"))
    return Step(
        name, "now", _("%(when)s: recovering") % {"when": when}, _url("recovery-room", session.code), _("Recovery")
    )


RESPONSES = {"responder": gettext_lazy("a response"), "no_response": gettext_lazy("no response")}


def _review(course: Course, now: datetime) -> Step:
    """The newest series that was given and not yet reviewed; else how the last review went."""
    reviewed = {row.series_code: row for row in Review.standing().filter(course=course)}
    url, name = _url("review-course", course.code), _("Review")
    given = reviews.series_given(course)
    if given and given[-1].code not in reviewed:
        due = given[-1].after.last + timedelta(days=1)
        overdue = course.site.today(now) >= due
        said = _("Overdue since %(day)s.") if overdue else _("Due on %(day)s, 28 days after the last session.")
        return Step(name, "now" if overdue else "ahead", said % {"day": f"{due:%-d %b %Y}"}, url, _("Open review"))
    if not reviewed:
        return Step(name, "ahead", _("28 days after the last session."), url, _("Open review"))
    last = list(reviewed.values())[-1]
    said = _("%(response)s; next: %(next)s") % {
        "response": RESPONSES.get(last.response, _("not enough data")),
        "next": last.get_next_step_display(),
    }
    return Step(name, "done", said, url, _("Open review"))
