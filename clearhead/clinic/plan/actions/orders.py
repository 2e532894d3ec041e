"""The prescriber's order: judged, signed, changed by another one."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.models import Course, Signature, User
from clearhead.clinic.plan import drafts, judging, queries, series
from clearhead.clinic.plan.actions import visits
from clearhead.clinic.plan.drafts import Draft
from clearhead.clinic.plan.estimate import estimate_of
from clearhead.clinic.plan.models import Order, Session
from clearhead.clinic.policy import queries as policy
from clearhead.clinic.schedule import actions as schedule
from clearhead.clinic.schedule.errors import BookingRefused
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.reasons import refused
from clearhead.medicine.rules.verdict import Verdict

SPACING = {(1, 1): "on consecutive days", (2, 2): "every other day", (7, 7): "once a week"}


class OrderRefused(Exception):
    """The order may not be signed; `verdict` names every reason. Nothing was saved."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(str(verdict))


def judge_order(
    *, course: Course, draft: Draft, by: User, at: datetime, corrects: Order | None = None
) -> tuple[Verdict, policy.Running]:
    """The verdict on a draft, and what runs at the site now. Writes nothing."""
    running = policy.protocol_at(course.site, course.indication, draft.purpose, at)
    facts = queries.order_facts(course, running.protocol, by=by, at=at, running=running)
    verdict = judging.judge(draft, running.protocol, facts, at=at)
    earlier = queries.current_order(course, draft.purpose)
    if earlier is not None and corrects is None and queries.missing_numbers(earlier):
        sentence = "There is an order that is not finished. Change that one instead of writing a second."
        verdict = Verdict.of(verdict.question, [*verdict.reasons, refused("one_open_order", "Order", sentence)])
    if course.closed_at is not None:
        sentence = "This course is closed. Register the person anew before anything is ordered."
        verdict = Verdict.of(verdict.question, [*verdict.reasons, refused("course_open", "Course", sentence)])
    if corrects is not None and not queries.is_current(corrects):
        sentence = "The order was changed by someone else meanwhile. Open the page again."
        verdict = Verdict.of(verdict.question, [*verdict.reasons, refused("order_fresh", "Order", sentence)])
    return verdict, running


@audit.once
def sign_order(
    *,
    course: Course,
    draft: Draft,
    secret: str,
    by: User,
    at: datetime,
    corrects: Order | None = None,
    client_id: UUID | None = None,
) -> Order:
    """The prescriber signs an infusion order under the protocol adopted here and now.

    With `corrects` the earlier order ends: its booked sessions go over to the new one, and the patient is asked anew.
    Raises OrderRefused, policy's NoProtocol, or SignatureRefused.
    """
    course = Course.objects.select_for_update(of=("self",)).select_related("site", "patient").get(pk=course.pk)
    verdict, running = judge_order(course=course, draft=draft, by=by, at=at, corrects=corrects)
    if not verdict.permits:
        raise OrderRefused(verdict)
    row = _order_row(course, draft, running, verdict, by, at)
    row.corrects = corrects
    row.sha256 = drafts.sha256_of_order(row)
    row.signature = _sign(by, secret, "infusion order", row.code, row.sha256, course, at)
    row.save(force_insert=True)
    if corrects is not None:
        _carry_over(corrects, row, by=by, at=at)
    body = {"sha256": row.sha256, "protocol": str(running.version), "corrects": corrects, "deviations": row.deviations}
    audit.record(
        chain=course.site.slug, at=at, by=by, verb="sign order", subject=row, patient=course.patient, body=body
    )
    return row


def _order_row(
    course: Course, draft: Draft, running: policy.Running, verdict: Verdict, by: User, at: datetime
) -> Order:
    """The row of a draft that its verdict permits: nothing in it is unknown any more."""
    protocol, site = running.protocol, course.site
    decision = queries.current_decision(course, at)
    service = queries.infusion_service(site, site.today(at))
    return Order(
        code=uuid.uuid4(),
        course=course,
        site=site,
        decision=decision,
        protocol_version=running.version,
        purpose=draft.purpose,
        drug_form=protocol.fluids.drug_form,
        weight_kg=cast(Decimal, draft.weight_kg),
        weight_measured_at=cast(datetime, draft.weight_measured_at),
        height_cm=draft.height_cm,
        height_measured_at=draft.height_measured_at,
        sex=draft.sex,
        dose_mode=protocol.dose.mode,
        dose={key: drafts.plain_decimal(number) for key, number in draft.dose.items()},
        max_rate_mg_per_kg_h=cast(Decimal, draft.max_rate_mg_per_kg_h),
        max_session_mg=cast(Decimal, draft.max_session_mg),
        max_session_mg_per_kg=cast(Decimal, draft.max_session_mg_per_kg),
        infusion_minutes=draft.infusion_minutes,
        max_minutes=protocol.dose.duration.longest_min,
        sessions=draft.sessions,
        spacing=_spacing(draft, protocol),
        gap_days_min=draft.gap_days_min,
        gap_days_max=draft.gap_days_max,
        weekends=protocol.series.weekends,
        premedication=drafts.as_rows(draft.premedication, drafts.scheduled(protocol)),
        prn_orders=drafts.as_rows(draft.prn_orders, protocol.orders.prn_orders),
        deviations=judging.deviations(verdict, draft),
        estimate=estimate_of(protocol, site=site, service=service, sessions=draft.sessions, on=site.today(at)),
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )


def _spacing(draft: Draft, protocol: Protocol) -> str:
    gaps, own = (draft.gap_days_min, draft.gap_days_max), protocol.series
    if draft.sessions == 1:
        return "one session"
    if gaps == (own.gap_days_min, own.gap_days_max):
        return own.pattern[:60]
    return SPACING.get(gaps, f"{gaps[0]} to {gaps[1]} days apart")


def _sign(by: User, secret: str, meaning: str, code: object, digest: str, course: Course, at: datetime) -> Signature:
    return people.sign(by=by, secret=secret, meaning=meaning, subject_code=code, sha256=digest, site=course.site, at=at)


def _carry_over(old: Order, new: Order, *, by: User, at: datetime) -> None:
    """Booked sessions ahead belong to the new order; where it takes the chair for longer, they are booked anew."""
    ahead = queries.upcoming(list(queries.sessions_of(old)), at)
    longer = series.chair_time(old) != series.chair_time(new)
    for session in ahead:
        if session.number > new.sessions:
            visits.cancel_one(session, "the new order has fewer sessions", by=by, at=at)
            continue
        Session.objects.filter(pk=session.pk).update(order=new)
        if longer and session.booking is not None:
            start = session.booking.starts_at
            try:
                schedule.move(booking=session.booking, starts_at=start, phases=series.phases_of(new), by=by, at=at)
            except BookingRefused as fault:
                told = f"Session {session.number} does not fit with the new length: {fault.in_full}"
                sentence = f"{told} Move or cancel it first."
                raise OrderRefused(Verdict.of("order", [refused("series_fits", "Calendar", sentence)])) from fault
