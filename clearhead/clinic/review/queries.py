"""What a review rests on: the diary before and after, exposure, harms; pure functions judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from clearhead.clinic.assessment.models import HistoryItem, Measurement
from clearhead.clinic.diary import queries as diary
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people.models import Course, Patient
from clearhead.clinic.plan.models import Session, SessionSummary
from clearhead.clinic.plan.queries import words_of
from clearhead.clinic.policy import queries as policy
from clearhead.clinic.review.models import Harm, Review
from clearhead.clinic.review.words import answer_of
from clearhead.medicine.headache.diary import DiaryCounts, Window
from clearhead.medicine.outcomes.response import Response, Status, response
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import repeat
from clearhead.medicine.rules.verdict import Verdict

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Series:
    """One series that was given, wholly or in part."""

    code: Any
    sessions: tuple[Session, ...]
    first: date
    last: date

    @property
    def before(self) -> Window:
        """The 28 dates before the first session."""
        return Window.before(self.first)

    @property
    def after(self) -> Window:
        """The 28 dates that follow the last session."""
        return Window.after(self.last)


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Everything the page shows about one series."""

    course: Course
    series: Series
    protocol: Protocol
    before: DiaryCounts
    after: DiaryCounts
    response: Response
    due: bool
    repeat: Verdict
    sessions_year: int
    mg_per_kg_year: Decimal
    mg_given: Decimal
    harms: tuple[Harm, ...]
    signed: Review | None
    summary: Outgoing | None

    @property
    def answer(self) -> str:
        """A response, none, or not known; nothing while the 28 days run."""
        return answer_of(self.response) if self.due else ""


def series_given(course: Course) -> list[Series]:
    """The series of a course in which at least one session began, oldest first."""
    begun = Session.objects.filter(course=course, infusion__isnull=False).select_related("infusion", "site", "order")
    found: dict[Any, list[Session]] = {}
    for session in begun.order_by("infusion__started_at"):
        found.setdefault(session.series_code, []).append(session)
    return [_series(code, sessions) for code, sessions in found.items()]


def _series(code: Any, sessions: list[Session]) -> Series:
    days = [one.infusion.started_at.astimezone(one.site.tz).date() for one in sessions]
    return Series(code, tuple(sessions), min(days), max(days))


def exposure(patient: Patient, until: datetime) -> tuple[int, Decimal]:
    """Sessions begun and mg/kg given in the twelve months up to a moment, at every site of the group."""
    begun = Session.objects.filter(
        patient__in=patient.charts, infusion__started_at__gt=until - YEAR, infusion__started_at__lte=until
    )
    given = SessionSummary.standing().filter(session__in=begun).values_list("given_mg_per_kg", flat=True)
    return begun.count(), sum(given, Decimal(0))


def review_of(course: Course, series: Series, now: datetime) -> ReviewView:
    """The review of one series as it stands at this moment."""
    protocol = policy.protocol_of(series.sessions[-1].order.protocol_version)
    before, after = diary.counts_over(course.patient, series.before), diary.counts_over(course.patient, series.after)
    judged = response(before, after, rule=protocol.review.response_rule)
    sessions, mg_per_kg = exposure(course.patient, now)
    mg = SessionSummary.standing().filter(session__in=series.sessions).values_list("given_mg", flat=True)
    facts = _repeat_facts(course, series, judged, now)
    signed = Review.standing().filter(course=course, series_code=series.code).last()
    return ReviewView(
        course=course,
        series=series,
        protocol=protocol,
        before=before,
        after=after,
        response=judged,
        due=course.site.today(now) > series.after.last,
        repeat=repeat.judge(facts, protocol, at=now),
        sessions_year=sessions,
        mg_per_kg_year=mg_per_kg,
        mg_given=sum(mg, Decimal(0)),
        harms=tuple(Harm.standing().filter(course=course)),
        signed=signed,
        summary=_summary_of(signed) if signed else None,
    )


def _summary_of(signed: Review) -> Outgoing | None:
    """The letter on paper that a signed review left."""
    return Outgoing.objects.filter(about_code=str(signed.code), template="letter").first()


def _repeat_facts(course: Course, series: Series, judged: Response, now: datetime) -> repeat.RepeatFacts:
    patient = course.patient
    sessions, mg_per_kg = exposure(patient, now)
    liver = Measurement.standing().filter(patient__in=patient.charts, kind="liver").last()
    asked = HistoryItem.standing().filter(patient__in=patient.charts, item="urinary_symptoms").last()
    last = SessionSummary.standing().filter(session=series.sessions[-1]).last()
    known = {Status.RESPONDER: "responder", Status.NO_RESPONSE: "no_response"}
    return repeat.RepeatFacts(
        purpose="maintenance",
        response=known.get(judged.status, "not_enough_data"),  # type: ignore[arg-type]
        last_session_on=series.last,
        wanted_on=course.site.today(now),
        sessions_last_12_months=sessions,
        mg_per_kg_last_12_months=mg_per_kg,
        maintenance_last_12_months=_maintenance(patient, now),
        liver_tested_on=liver.happened_at.astimezone(course.site.tz).date() if liver else None,
        liver_times_uln=liver.value if liver else None,
        urinary_asked_on=asked.as_of if asked else None,
        new_urinary_symptoms=None if asked is None or asked.answer == "unknown" else asked.answer != "no",
        open_symptoms=words_of(last) if last else (),
    )


def _maintenance(patient: Patient, now: datetime) -> int:
    recent = Session.objects.filter(patient__in=patient.charts, infusion__started_at__gt=now - YEAR)
    return recent.filter(order__purpose="maintenance").count()
