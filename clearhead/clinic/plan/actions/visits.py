"""The sessions of an order in the calendar: agreed, booked as one, moved, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import cast
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.letters import actions as letters
from clearhead.clinic.letters import links
from clearhead.clinic.letters import queries as letter_queue
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Role, User
from clearhead.clinic.plan import queries, series, spacing
from clearhead.clinic.plan.actions.told import record
from clearhead.clinic.plan.models import Order, SeriesProposal, Session
from clearhead.clinic.schedule import actions as schedule
from clearhead.clinic.schedule.errors import BookingRefused
from clearhead.clinic.schedule.models import Booking

IN_TIME = timedelta(hours=12)
"""So long before a visit its sheet can still be followed, meals included; a working assumption."""


class ReasonAsked(BookingRefused):
    """The dates leave what was ordered or decided: a prescriber may write why and sign. Nothing was changed."""


@audit.once
def agree_starts(
    *,
    order: Order,
    starts: Sequence[datetime],
    by: User | None,
    at: datetime,
    reason: str = "",
    secret: str = "",
    client_id: UUID | None = None,
) -> SeriesProposal:
    """Note the starts agreed with the patient. Nothing is booked before the consent to the order is signed.

    Past the end of the decision raises ReasonAsked, as a move does, unless a prescriber gives a reason and signs it.
    """
    _fits(order, starts, at)
    signed = _reason_for_starts(order, starts, reason, secret, by, at)
    row = SeriesProposal.objects.create(
        order=order,
        starts=[start.astimezone(UTC).isoformat() for start in starts],
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
        corrects=SeriesProposal.standing().filter(order=order).last(),
    )
    record(order, "agree starts", row, by, at, {"starts": row.starts, **signed})
    return row


def _reason_for_starts(
    order: Order, starts: Sequence[datetime], reason: str, secret: str, by: User | None, at: datetime
) -> dict[str, object]:
    asked = spacing.starts_after_decision(order, starts)
    return _signed_reason(order, asked, reason, secret, by, at) if asked else {}


def _fits(order: Order, starts: Sequence[datetime], at: datetime) -> None:
    """One start per missing session, ahead, in order, not closer than the order allows."""
    if not queries.is_current(order):
        raise BookingRefused(_("The order was changed. Propose dates for the new one."))
    wanted = len(queries.missing_numbers(order))
    if len(starts) != wanted or not starts:
        raise BookingRefused(_("%(n)s dates are needed, one per session.") % {"n": wanted})
    days = [order.site.today(start) for start in starts]
    for earlier, later in pairwise(days):
        if (later - earlier).days < order.gap_days_min:
            raise BookingRefused(_("The sessions are closer together than the order allows."))
    if starts[0] <= at:
        raise BookingRefused(_("The first date has passed. Propose dates anew."))


@audit.once
def book_series(
    *,
    order: Order,
    by: User | None,
    at: datetime,
    starts: Sequence[datetime] | None = None,
    channel: str = "desk",
    client_id: UUID | None = None,
) -> list[Session]:
    """Book every missing session of the order, all or none. Without `starts`, those last agreed.

    Raises BookingRefused (SlotTaken when somebody was quicker). Preparation letters are queued for each session.
    Starts that nobody agreed on before are held against the end of the decision here.
    """
    agreed = queries.agreed_starts(order)
    starts = list(starts) if starts is not None else agreed
    _fits(order, starts, at)
    if starts != agreed:
        _reason_for_starts(order, starts, "", "", by, at)
    service = queries.infusion_service(order.site, order.site.today(starts[0]))
    if service is None:
        raise BookingRefused(_("This site offers no infusion on that day."))
    booked = schedule.book_series(
        site=order.site,
        service=service,
        course=order.course,
        starts=starts,
        phases=series.phases_of(order),
        by=by,
        at=at,
        channel=channel,
    )
    numbers = queries.missing_numbers(order)
    not_come = Session.objects.filter(order=order, number__in=numbers, cancelled_at__isnull=True)
    not_come.update(cancelled_at=at, cancelled_why="not come; booked again")
    made = [
        Session.objects.create(
            order=order,
            course=order.course,
            site=order.site,
            patient=order.course.patient,
            number=number,
            series_code=cast(UUID, booking.series_code),  # book_series gives every booking one
            booking=booking,
            created_at=at,
        )
        for number, booking in zip(numbers, booked, strict=True)
    ]
    _queue_series_letters(order, made, by=by, at=at)
    record(order, "book sessions", order, by, at, {"sessions": made, "starts": starts})
    return made


def _queue_series_letters(order: Order, made: list[Session], *, by: User | None, at: datetime) -> None:
    _queue_dates(order, made, by=by, at=at)
    for session in made:
        queue_preparation(session=session, by=by, at=at)


def _queue_dates(order: Order, sessions: Sequence[Session], *, by: User | None, at: datetime) -> None:
    """One letter with every date, whatever was still to go out with earlier ones."""
    starts = [session.booking.starts_at for session in sessions if session.booking]
    if not starts:
        return
    link = links.promise("plan-prepare", purpose="prepare", subject_code=sessions[0].code, until=starts[-1])
    letters.withdraw(about_code=order.code, templates=("series_booked",), by=by, at=at)
    letters.queue(
        site=order.site,
        patient=order.course.patient,
        template="series_booked",
        context={"whens": starts, "link": link},
        about_code=order.code,
        due_at=at,
        by=by,
        at=at,
    )


def queue_preparation(*, session: Session, by: User | None, at: datetime) -> None:
    """Queue the preparation letters of one session; what waited for an earlier start is taken back first.

    A moment that has passed is not made up for while another comes in time: the letter with the dates goes out now.
    Nor is one kept at which an earlier visit of the same patient has its letter.
    """
    letters.withdraw(about_code=session.code, templates=("preparation",), by=by, at=at)
    booking = session.booking
    if booking is None or booking.status != Booking.Status.BOOKED:
        return
    hours = queries.protocol_of(session.order).preparation.messages_at_h
    ahead = {due for each in hours if (due := booking.starts_at - timedelta(minutes=float(each * 60))) > at}
    if not any(booking.starts_at - due >= IN_TIME for due in ahead):
        ahead.add(at)
    ahead = ahead - _due_for_earlier(session) or ahead
    link = links.promise("plan-prepare", purpose="prepare", subject_code=session.code, until=booking.ends_at)
    for moment in sorted(ahead):
        letters.queue(
            site=session.site,
            patient=session.patient,
            template="preparation",
            context={"when": booking.starts_at, "link": link},
            about_code=session.code,
            due_at=moment,
            by=by,
            at=at,
        )


def _due_for_earlier(session: Session) -> set[datetime]:
    """When the preparation letters of this patient's earlier visits go out."""
    if session.booking is None:
        return set()
    rows = Session.objects.filter(patient=session.patient, cancelled_at__isnull=True)
    earlier = rows.filter(booking__starts_at__lt=session.booking.starts_at)
    return letter_queue.due_moments(template="preparation", about=[one.code for one in earlier])


@audit.once
def move_sessions(
    *,
    session: Session,
    starts_at: datetime,
    scope: str,
    by: User | None,
    at: datetime,
    reason: str = "",
    secret: str = "",
    client_id: UUID | None = None,
) -> list[Session]:
    """Move this session, it and the later ones, or all ahead: by as many days, to this time of day. All or none.

    Closer together than the order says is refused. Further apart, or past the end of the decision, raises ReasonAsked
    unless a prescriber gives a reason and signs it.
    """
    if session.booking is None:
        raise BookingRefused(_("This session is not booked."))
    meant = queries.in_scope(session, scope, at)
    new_starts = _new_starts(session, meant, starts_at)
    found = spacing.spacing_of(session.order, new_starts, at)
    if found.close:
        raise BookingRefused(" ".join(found.close))
    body = {"scope": scope, "to": starts_at, "sessions": meant}
    if found.asked:
        body |= _signed_reason(session, found.asked, reason, secret, by, at)
    later = starts_at > session.booking.starts_at
    with transaction.atomic():
        for one in reversed(meant) if later else meant:
            if one.booking is not None:
                schedule.move(booking=one.booking, starts_at=new_starts[one.pk], by=by, at=at)
    ahead = queries.upcoming(list(queries.sessions_of(session.order)), at)
    for one in ahead:
        if one.pk in new_starts:  # in the order of their new days, so that the nearer visit keeps its letter
            queue_preparation(session=one, by=by, at=at)
    _queue_dates(session.order, ahead, by=by, at=at)
    record(session.order, "move sessions", session, by, at, body)
    return meant


def _new_starts(session: Session, meant: Sequence[Session], starts_at: datetime) -> dict[int, datetime]:
    zone = session.site.tz
    new = starts_at.astimezone(zone)
    old = session.booking.starts_at.astimezone(zone) if session.booking else new
    shift = timedelta(days=(new.date() - old.date()).days)
    return {
        one.pk: datetime.combine(
            one.booking.starts_at.astimezone(zone).date() + shift, new.timetz().replace(tzinfo=None), tzinfo=zone
        ).astimezone(UTC)
        for one in meant
        if one.booking is not None
    }


def _signed_reason(
    of: Order | Session, asked: Sequence[str], reason: str, secret: str, by: User | None, at: datetime
) -> dict[str, object]:
    """Why dates leave what was ordered or decided, signed by a prescriber: for the audit entry of the change."""
    moved = isinstance(of, Session)
    if by is None or Role.PRESCRIBER not in roles_of(by, of.site):
        move = _("Only a prescriber can move it so, with a written reason.")
        agree = _("Only a prescriber can agree on these dates, with a written reason.")
        raise ReasonAsked(" ".join((*asked, move if moved else agree)))
    if not reason.strip():
        raise ReasonAsked(" ".join((*asked, _("Write the reason and sign."))))
    said = {"reason": reason.strip(), "differs": list(asked), "of": str(of.code), "code": str(uuid4())}
    signature = people.sign(
        by=by, secret=secret, meaning="move outside the order" if moved else "dates past the decision",
        subject_code=said["code"], sha256=audit.sha256_of(said), site=of.site, at=at,
    )  # fmt: skip
    return {**said, "signature": str(signature.pk)}


@audit.once
def cancel_sessions(
    *,
    session: Session,
    scope: str,
    why: str,
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> list[Session]:
    """Cancel this session, this and the later ones, or all ahead; chairs are free in the same transaction."""
    meant = queries.in_scope(session, scope, at)
    for one in meant:
        cancel_one(one, why, by=by, at=at)
    record(session.order, "cancel sessions", session, by, at, {"scope": scope, "why": why, "sessions": meant})
    return meant


def cancel_one(session: Session, why: str, *, by: User | None, at: datetime) -> None:
    Session.objects.filter(pk=session.pk, cancelled_at__isnull=True).update(cancelled_at=at, cancelled_why=why[:200])
    if session.booking is not None:
        schedule.cancel(booking=session.booking, by=by, at=at, why=why)
    letters.withdraw(about_code=session.code, by=by, at=at)


def booking_moved(*, booking: Booking, before: datetime, by: User | None, at: datetime) -> None:
    """Reaction: the preparation of a moved session is worked out and sent anew."""
    session = Session.objects.filter(booking=booking, cancelled_at__isnull=True).select_related("booking").first()
    if session is not None:
        session.booking = booking
        queue_preparation(session=session, by=by, at=at)


def booking_cancelled(*, booking: Booking, by: User | None, at: datetime) -> None:
    """Reaction: the visit of a cancelled booking is cancelled too, and its letters stay here."""
    session = Session.objects.filter(booking=booking).first()
    if session is not None:
        Session.objects.filter(pk=session.pk, cancelled_at__isnull=True).update(cancelled_at=at)
        letters.withdraw(about_code=session.code, by=by, at=at)
