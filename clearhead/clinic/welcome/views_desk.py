"""For the front desk: the inbox of enquiries, and booking for whoever is on the phone."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.people import actions as people
from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.models import Course, Patient, Role, Site
from clearhead.clinic.people.times import local_time
from clearhead.clinic.schedule import actions as calendar
from clearhead.clinic.schedule.models import Booking
from clearhead.clinic.schedule.queries import bookings_of, waiting_at
from clearhead.clinic.web.forms import ClearForm
from clearhead.clinic.welcome import actions, queries
from clearhead.clinic.welcome.forms import CancelForm, NameForm, NoteForm, ReachForm, StartForm
from clearhead.clinic.welcome.models import Enquiry

CLINIC = (Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
DESK = staff(*CLINIC, write=(Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER))


@require_GET
@access(DESK, Site)
def inbox(request: HttpRequest, site: Site) -> HttpResponse:
    """Enquiries, the longest unanswered first."""
    rows = queries.inbox_of(site, timezone.now())
    shown = {"site": site, "rows": rows, "median": queries.median_wait(rows), "waiting": len(waiting_at(site))}
    return render(request, "welcome/inbox.html", shown)


@require_GET
@access(DESK, Enquiry)
def enquiry(request: HttpRequest, enquiry: Enquiry) -> HttpResponse:
    """One enquiry and what to do about it."""
    return _enquiry(request, enquiry)


def _enquiry(request: HttpRequest, enquiry: Enquiry, **forms: object) -> HttpResponse:
    now = timezone.now()
    known = {"email" if "@" in enquiry.contact else "phone": enquiry.contact}
    given, _space, family = enquiry.name.partition(" ")
    person = ReachForm(
        today=enquiry.site.today(now),
        hide_name=False,
        initial={"given_name": given, "family_name": family, **known},
    )
    shown = {"row": queries.row_of(enquiry, now), "site": enquiry.site, "note": NoteForm(), "person": person, **forms}
    return render(request, "welcome/enquiry.html", shown, status=422 if forms else 200)


@require_POST
@access(DESK, Enquiry)
def note(request: HttpRequest, enquiry: Enquiry) -> HttpResponse:
    """Answered, no answer, closed."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _enquiry(request, enquiry, note=form)
    said = form.cleaned_data
    actions.note_enquiry(
        enquiry=enquiry,
        kind=said["kind"],
        note=said["note"],
        by=request.user,
        at=timezone.now(),
        client_id=said["client_id"],
    )
    return redirect("welcome-enquiry", code=enquiry.code)


@require_POST
@access(DESK, Enquiry)
def open_course(request: HttpRequest, enquiry: Enquiry) -> HttpResponse:
    """Make the person a patient, then book for them."""
    now = timezone.now()
    form = ReachForm(request.POST, today=enquiry.site.today(now), hide_name=False, at_desk_of=enquiry.site)
    if not form.is_valid():
        return _enquiry(request, enquiry, person=form)
    said = dict(form.cleaned_data)
    course = actions.open_course(enquiry=enquiry, by=request.user, at=now, client_id=said.pop("client_id"), **said)
    return redirect("welcome-desk-book", code=course.code)


@require_http_methods(["GET", "POST"])
@access(DESK, Site)
def desk(request: HttpRequest, site: Site) -> HttpResponse:
    """Who is calling? Found by name and date of birth, or created."""
    now = timezone.now()
    form: NameForm = NameForm(request.POST or None, today=site.today(now))
    new = False
    if request.method == "POST" and form.is_valid():
        new = not _known(form)
        if new:
            asked = "phone" in request.POST
            carried = {name: form.cleaned_data[name] for name in ("given_name", "family_name", "birth_date")}
            form = ReachForm(
                request.POST if asked else None,
                today=site.today(now),
                hide_name=False,
                at_desk_of=site,
                initial=carried,
            )
        if not new or (form.is_bound and form.is_valid()):
            return _to_booking(request, site, form, now)
    shown = {"site": site, "form": form, "new": new, "twins": _courses_of(getattr(form, "twins", []), site)}
    return render(request, "welcome/desk.html", shown, status=422 if form.errors else 200)


def _courses_of(people: list[Patient], site: Site) -> list[tuple[Patient, Course]]:
    """The open course of each, to book for instead of opening a second chart."""
    courses = {one.patient_id: one for one in Course.objects.filter(site=site, patient__in=people, closed_at=None)}
    return [(one, courses[one.pk]) for one in people if one.pk in courses]


def _known(form: NameForm) -> bool:
    said = form.cleaned_data
    return Patient.objects.filter(
        given_name__iexact=said["given_name"].strip(),
        family_name__iexact=said["family_name"].strip(),
        birth_date=said["birth_date"],
        merged_into__isnull=True,
    ).exists()


def _to_booking(request: HttpRequest, site: Site, form: NameForm, now: datetime) -> HttpResponse:
    said = dict(form.cleaned_data)
    course = people.add_patient(site=site, by=request.user, at=now, client_id=said.pop("client_id"), **said)
    return redirect("welcome-desk-book", code=course.code)


@require_http_methods(["GET", "POST"])
@access(DESK, Course)
def desk_book(request: HttpRequest, course: Course) -> HttpResponse:
    """Book or move for this patient: kind, day and time on one page."""
    now = timezone.now()
    offers = queries.consult_offers(course.site, now, online=False)
    chosen = next((one for one in offers if str(one.code) == request.GET.get("offer")), offers[0] if offers else None)
    form = StartForm(request.POST or None)
    if request.method == "POST" and chosen is not None and form.is_valid():
        try:
            booked = _take(request, course, chosen, form, now)
            messages.success(request, _("Booked: %(when)s") % {"when": local_time(booked.starts_at, course.site)})
            return redirect("welcome-desk-book", code=course.code)
        except calendar.BookingRefused as refusal:
            form.refused(refusal.in_full)
    return render(
        request,
        "welcome/desk_book.html",
        _calendar_page(request, course, offers, chosen, now) | {"form": form},
        status=422 if form.errors else 200,
    )


def _take(request: HttpRequest, course: Course, offer: queries.ConsultOffer, form: StartForm, now: datetime) -> Booking:
    start, page = form.cleaned_data["start"], form.cleaned_data["client_id"]
    again = uuid5(page, start.isoformat()) if page else None
    moving = _moving(request, course)
    if moving is not None:
        return actions.move_booking(booking=moving, starts_at=start, by=request.user, at=now, client_id=again)
    return actions.book_at_desk(
        site=course.site,
        service=offer.service,
        phases=offer.phases,
        starts_at=start,
        course=course,
        by=request.user,
        at=now,
        client_id=again,
    )


def _moving(request: HttpRequest, course: Course) -> Booking | None:
    code = request.GET.get("move", "")
    return next((one for one in Booking.objects.filter(course=course) if str(one.code) == code), None)


def _calendar_page(
    request: HttpRequest,
    course: Course,
    offers: list[queries.ConsultOffer],
    chosen: queries.ConsultOffer | None,
    now: datetime,
) -> dict[str, object]:
    site, patient = course.site, course.patient
    days = queries.free_days(site, chosen, now, patient=patient) if chosen else []
    day = parse_date(request.GET.get("day", "")) or (days[0].day if days else site.today(now))
    return {
        "site": site,
        "course": course,
        "patient": patient,
        "offers": offers,
        "offer": chosen,
        "days": days,
        "day": day,
        "times": queries.free_times(site, chosen, day, now, patient=patient) if chosen else [],
        "coming": [one for one in bookings_of(patient, now) if one.site_id == site.pk],
        "moving": _moving(request, course),
        "waits": [one for one in waiting_at(site) if one.patient_id in patient.charts],
        "cancel_form": CancelForm(),
    }


@require_POST
@access(DESK, Booking)
def desk_cancel(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Cancel for a patient on the phone."""
    form = CancelForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.cancel_booking(
                booking=booking,
                by=request.user,
                at=timezone.now(),
                why=said["why"],
                client_id=said["client_id"],
            )
            messages.success(request, _("Cancelled, and the time is free again."))
        except calendar.BookingRefused as refusal:
            messages.error(request, str(refusal))
    if booking.course is None:
        return redirect("welcome-desk", site=booking.site.slug)
    return redirect("welcome-desk-book", code=booking.course.code)


@require_POST
@access(DESK, Course)
def invite(request: HttpRequest, course: Course) -> HttpResponse:
    """Send the letter that opens the diary."""
    form = ClearForm(request.POST)
    form.is_valid()
    try:
        actions.invite(course=course, by=request.user, at=timezone.now(), client_id=form.cleaned_data.get("client_id"))
        messages.success(request, _("The invitation goes to %(mail)s.") % {"mail": course.patient.email})
    except actions.NotInvited as refusal:
        messages.error(request, str(refusal))
    return redirect("welcome-desk-book", code=course.code)
