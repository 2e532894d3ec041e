"""Which consults stand, which wait, and what speaks against an invitation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clearhead.clinic.consult.models import Consult
from clearhead.clinic.people.models import Course, Site
from clearhead.clinic.policy.queries import Running, find_protocol_at
from clearhead.clinic.schedule.models import Booking
from clearhead.medicine.headache.red_flags import Action, RedFlags, red_flags
from clearhead.medicine.rules.reasons import missing, refused
from clearhead.medicine.rules.verdict import Reason, Verdict

KNOWN = {"yes": True, "no": False}
BLOCKING = (Action.BLOCK_URGENT, Action.BLOCK)


def flags_of(answers: Mapping[str, str]) -> RedFlags:
    """SNNOOP10 against yes, no and not known."""
    return red_flags({name: KNOWN.get(said) for name, said in answers.items()})


def against_inviting(flags: Mapping[str, str]) -> Verdict:
    """What stands against an invitation: a warning sign that needs a clinician now, or one that was never asked."""
    return Verdict.of("invite", [*_reasons(flags_of(flags))])


def _reasons(found: RedFlags) -> list[Reason]:
    reasons = []
    for raised in found.open:
        gate, question = f"red_flag_{raised.flag.id}", raised.flag.question
        if raised.present and raised.flag.action in BLOCKING:
            urgent = raised.flag.action is Action.BLOCK_URGENT
            what = "Send the patient to emergency care now." if urgent else "Refer before inviting."
            reasons.append(refused(gate, "Warning sign", f"{question} Yes. {what}", found.source))
        elif raised.present is None:
            sentence = f"{question} Not known: ask, or refer to somebody who can find out."
            reasons.append(missing(gate, "Warning sign", sentence, found.source))
    return reasons


def consults_of(course: Course) -> list[Consult]:
    """Every consult of a course that stands, newest first."""
    rows = Consult.standing().filter(course=course).select_related("clinician", "signature__signer")
    return list(rows.order_by("-happened_at", "-pk"))


def outcome_of(course: Course) -> Consult | None:
    """The newest consult whose outcome a prescriber signed off."""
    return next((one for one in consults_of(course) if one.signature_id is not None), None)


def running_protocol(course: Course, at: datetime) -> Running | None:
    """What the site works under for this course; selected examples count here."""
    return find_protocol_at(course.site, course.indication, "series", at)


@dataclass(frozen=True, slots=True)
class Line:
    """One consult of the list: who, when, how, and what it waits for."""

    when: datetime | date
    course: Course
    mode: str
    booking: Booking | None
    consult: Consult | None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Worklist:
    """The consults of one site today."""

    booked: tuple[Line, ...]
    call_again: tuple[Line, ...]
    to_sign: tuple[Line, ...]


def worklist(site: Site, now: datetime) -> Worklist:
    """Today's consults, calls to be made again, and outcomes that wait for a prescriber."""
    newest = _newest(site)
    again = [one for one in newest if one.outcome == Consult.Outcome.CALL_AGAIN and one.call_again_on is not None]
    today = site.today(now)
    due = [one for one in again if one.call_again_on <= today]
    return Worklist(
        tuple(_booked(site, now)),
        tuple(
            Line(one.call_again_on, one.course, one.mode, None, one, one.call_again_on < today)
            for one in sorted(due, key=lambda one: (one.call_again_on, one.pk))
        ),
        tuple(
            Line(one.happened_at, one.course, one.mode, one.booking, one)
            for one in newest
            if one.signature_id is None and one.outcome != Consult.Outcome.CALL_AGAIN
        ),
    )


def _newest(site: Site) -> list[Consult]:
    """The newest consult of each course of the site."""
    rows = Consult.standing().filter(course__site=site, course__closed_at__isnull=True)
    found: dict[int, Consult] = {}
    for row in rows.select_related("course__patient", "clinician").order_by("happened_at", "pk"):
        found[row.course_id] = row
    return list(found.values())


def _booked(site: Site, now: datetime) -> list[Line]:
    begin = now.astimezone(site.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    visits = Booking.objects.filter(
        site=site,
        service__kind="consult",
        status__in=("booked", "done"),
        course__isnull=False,
        starts_at__gte=begin,
        starts_at__lt=begin + timedelta(days=1),
    ).select_related("course__patient", "service")
    held = {one.booking_id: one for one in Consult.standing().filter(booking__in=visits)}
    return [Line(one.starts_at, one.course, one.service.mode, one, held.get(one.pk)) for one in visits if one.course]
