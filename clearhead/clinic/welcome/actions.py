"""Asking, answering, booking a first talk, moving and cancelling it, offering a freed time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.validators import validate_email
from django.forms import ValidationError
from django.utils.translation import gettext as _

from clearhead.capacity.phases import Phase
from clearhead.clinic.audit import actions as audit
from clearhead.clinic.letters import actions as letters
from clearhead.clinic.letters import links
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import actions as people
from clearhead.clinic.people import doors
from clearhead.clinic.people.models import Course, Patient, Site, User
from clearhead.clinic.schedule import actions as calendar
from clearhead.clinic.schedule.calendar import Method, calendar_file
from clearhead.clinic.schedule.models import Booking, Service
from clearhead.clinic.schedule.queries import next_waiting
from clearhead.clinic.welcome.models import Enquiry, EnquiryEvent

REMIND_BEFORE = timedelta(hours=24)
OPEN_AFTER = timedelta(days=2)
"""A booking's link still opens for so long after its end."""
INVITED_FOR = timedelta(days=14)
LEAVE_WITHIN = timedelta(days=90)
"""How long the link in an offer lets its reader leave the waiting list."""
DOOR_LASTS = timedelta(minutes=30)
DOORS_PER_HOUR = 5
DOOR_LETTERS = ("diary_door", "new_password")


class NotInvited(Exception):
    """No letter can open an account for this patient, and why."""


@audit.once
def ask(
    *,
    site: Site,
    name: str,
    contact: str,
    text: str,
    wants_soon: bool,
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> Enquiry:
    """A question from the public page, with consent to be contacted."""
    enquiry = Enquiry.objects.create(
        site=site,
        name=name.strip(),
        contact=contact.strip(),
        text=text.strip(),
        wants_soon=wants_soon,
        contact_consent_at=at,
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )
    if _is_mail(enquiry.contact):
        letters.queue(
            site=site,
            patient=None,
            template="enquiry_received",
            context={"link": links.page("welcome-site", site.slug)},
            about_code=enquiry.code,
            due_at=at,
            to=enquiry.contact,
            by=by,
            at=at,
        )
    audit.record(chain=site.slug, at=at, by=by, verb="ask", subject=enquiry)
    return enquiry


def _is_mail(contact: str) -> bool:
    try:
        validate_email(contact)
    except ValidationError:
        return False
    return True


@audit.once
def note_enquiry(
    *,
    enquiry: Enquiry,
    kind: str,
    by: User | None,
    at: datetime,
    note: str = "",
    course: Course | None = None,
    client_id: UUID | None = None,
) -> EnquiryEvent:
    """What was done about an enquiry."""
    event = EnquiryEvent.objects.create(
        enquiry=enquiry,
        kind=EnquiryEvent.Kind(kind),
        note=note.strip(),
        course=course,
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(
        chain=enquiry.site.slug,
        at=at,
        by=by,
        verb=f"enquiry: {event.kind}",
        subject=enquiry,
        patient=course.patient if course else None,
    )
    return event


@audit.once
def open_course(
    *,
    enquiry: Enquiry,
    given_name: str,
    family_name: str,
    birth_date: date,
    phone: str,
    email: str,
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> Course:
    """Make the person who asked a patient with an open course."""
    course = people.add_patient(
        given_name=given_name,
        family_name=family_name,
        birth_date=birth_date,
        phone=phone,
        email=email,
        site=enquiry.site,
        by=by,
        at=at,
    )
    note_enquiry(enquiry=enquiry, kind=EnquiryEvent.Kind.COURSE_OPENED, course=course, by=by, at=at)
    return course


@audit.once
def invite(*, course: Course, by: User | None, at: datetime, client_id: UUID | None = None) -> Outgoing:
    """A letter with the link by which the patient chooses a password: the diary and the own visits open with it."""
    patient = course.patient
    if patient.user is not None:
        raise NotInvited(_("This patient has an account already."))
    if not patient.email:
        raise NotInvited(_("We hold no e-mail address of this patient. Ask for one first."))
    until = at + INVITED_FOR
    link = links.promise("people-open-account", purpose="account", subject_code=patient.code, until=until)
    return letters.queue(
        site=course.site,
        patient=patient,
        template="invitation",
        context={"link": link, "until": until},
        about_code=patient.code,
        due_at=at,
        by=by,
        at=at,
    )


def door_to_hold(*, booking: Booking, at: datetime) -> str:
    """The token of a held time. It opens an hour longer than the hold, to say that it is over or what was booked."""
    return doors.make_link(
        purpose="hold",
        subject_code=booking.code,
        patient=None,
        site=booking.site,
        at=at,
        lasts=timedelta(minutes=settings.HOLD_MINUTES) + timedelta(hours=1),
    )[1]


def door_to_booking(*, booking: Booking, at: datetime) -> str:
    """The token of a booked appointment; it opens until two days after its end."""
    return doors.make_link(
        purpose="booking",
        subject_code=booking.code,
        patient=booking.patient,
        site=booking.site,
        at=at,
        lasts=booking.ends_at + OPEN_AFTER - at,
    )[1]


@audit.once
def book_consult(
    *,
    booking: Booking,
    given_name: str,
    family_name: str,
    birth_date: date,
    phone: str,
    email: str,
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> Booking:
    """Turn a held time into a booked first talk for this person, known or new."""
    course = people.add_patient(
        given_name=given_name,
        family_name=family_name,
        birth_date=birth_date,
        phone=phone,
        email=email,
        site=booking.site,
        by=by,
        at=at,
    )
    booked = calendar.confirm_hold(booking=booking, course=course, by=by, at=at)
    calendar.leave_waiting(booking=booked, contacts=(email, phone), by=by, at=at)
    announce(booking=booked, template="booking_confirmed", to=email, by=by, at=at)
    return booked


@audit.once
def book_at_desk(
    *,
    site: Site,
    service: Service,
    phases: Sequence[Phase],
    starts_at: datetime,
    course: Course,
    by: User | None,
    at: datetime,
    channel: str = "phone",
    client_id: UUID | None = None,
) -> Booking:
    """Book for someone on the phone or at the desk: the same engine, the same rules."""
    booked = calendar.book(
        site=site, service=service, phases=phases, starts_at=starts_at, course=course, by=by, at=at, channel=channel
    )
    announce(booking=booked, template="booking_confirmed", by=by, at=at)
    return booked


@audit.once
def move_booking(
    *, booking: Booking, starts_at: datetime, by: User | None, at: datetime, client_id: UUID | None = None
) -> Booking:
    """Move a first talk and say so."""
    moved = calendar.move(booking=booking, starts_at=starts_at, by=by, at=at)
    letters.withdraw(about_code=moved.code, by=by, at=at)
    announce(booking=moved, template="booking_moved", by=by, at=at)
    return moved


@audit.once
def cancel_booking(
    *, booking: Booking, by: User | None, at: datetime, why: str = "", client_id: UUID | None = None
) -> Booking:
    """Cancel a first talk, give its time back, and say so."""
    gone = calendar.cancel(booking=booking, by=by, at=at, why=why)
    letters.withdraw(about_code=gone.code, by=by, at=at)
    if gone.patient is not None:
        _letter(gone, "booking_cancelled", {"when": gone.starts_at}, at, by=by, at=at, method="CANCEL")
    return gone


def announce(*, booking: Booking, template: str, by: User | None, at: datetime, to: str = "") -> None:
    """The letter about a booked or moved appointment, and the reminder of the day before."""
    minutes = int((booking.ends_at - booking.starts_at).total_seconds() // 60)
    how = booking.service.mode or "in_person"
    link = links.promise(
        "welcome-booking", purpose="booking", subject_code=booking.code, until=booking.ends_at + OPEN_AFTER
    )
    told = {"when": booking.starts_at, "minutes": minutes, "how": how, "link": link}
    _letter(booking, template, told, at, by=by, at=at, to=to, method="PUBLISH")
    remind_at = booking.starts_at - REMIND_BEFORE
    if remind_at > at:
        told = {"when": booking.starts_at, "how": how, "link": link}
        _letter(booking, "booking_reminder", told, remind_at, by=by, at=at, to=to)


def _letter(
    booking: Booking,
    template: str,
    told: dict[str, object],
    due_at: datetime,
    *,
    by: User | None,
    at: datetime,
    to: str = "",
    method: Method | None = None,
) -> None:
    patient = booking.patient
    wants = letters.way_of(patient)
    letters.queue(
        site=booking.site,
        patient=patient,
        template=template,
        context=told,
        about_code=booking.code,
        due_at=due_at,
        channel="mail" if to and wants != "sms" else wants,
        to="" if wants == "sms" else to,
        calendar=calendar_file(booking, at=at, method=method) if method else "",
        by=by,
        at=at,
    )


def offer_freed_time(*, site: Site, service: Service, starts_at: datetime, by: User | None, at: datetime) -> None:
    """A reaction: whoever has waited longest for this service hears of a time that became free."""
    waiting = next_waiting(site, service)
    if waiting is None or starts_at <= at:
        return
    mail = waiting.contact if _is_mail(waiting.contact) else ""
    letters.queue(
        site=site,
        patient=waiting.patient,
        template="waiting_offer",
        context={
            "when": starts_at,
            "link": links.page("welcome-book", site.slug),
            "leave": links.promise(
                "welcome-leave", purpose="waiting", subject_code=waiting.code, until=at + LEAVE_WITHIN
            ),
        },
        about_code=waiting.code,
        due_at=at,
        channel="mail" if mail or (waiting.patient and waiting.patient.email) else "sms",
        to=mail or ("" if waiting.patient else waiting.contact),
        by=by,
        at=at,
    )
    calendar.note_offer(waiting=waiting, by=by, at=at)


@audit.once
def send_door(
    *, user: User | None, patient: Patient | None, opens: str, at: datetime, client_id: UUID | None = None
) -> Outgoing | None:
    """A link that works once for half an hour: to the diary, or to a new password. Not more than a few an hour."""
    site = _site_of(user, patient)
    about = patient.code if patient else user.code if user else ""
    lately = Outgoing.objects.filter(
        about_code=str(about), template__in=DOOR_LETTERS, due_at__gt=at - timedelta(hours=1)
    )
    if site is None or lately.count() >= DOORS_PER_HOUR:
        return None
    until = at + DOOR_LASTS
    told: dict[str, object]
    if opens == "diary" and patient is not None:
        link = links.promise("people-open-diary", purpose="diary", subject_code=about, until=until, once=True)
        template, told = "diary_door", {"link": link}
    elif user is not None and user.has_usable_password():
        link = links.promise("people-reset", purpose="reset", subject_code=user.code, until=until, once=True)
        template, told = "new_password", {"link": link, "until": until}
    else:
        link = links.promise("people-open-account", purpose="account", subject_code=about, until=until, once=True)
        template, told = "new_password", {"link": link, "until": until}
    to = user.email if user is not None and template == "new_password" else ""
    return letters.queue(
        site=site, patient=patient, template=template, context=told, about_code=about, due_at=at, to=to, by=None, at=at
    )


def _site_of(user: User | None, patient: Patient | None) -> Site | None:
    if patient is not None:
        course = patient.courses.select_related("site").order_by("-opened_at").first()
        return course.site if course else None
    grant = user.grants.filter(until__isnull=True).select_related("site").first() if user else None
    return grant.site if grant else None
