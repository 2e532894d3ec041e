"""Booking a first talk: how, which day, what time, who, how to reach. Works without script and without an account."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.people.access import PUBLIC, access, link
from clearhead.clinic.people.models import Site
from clearhead.clinic.schedule import actions as calendar
from clearhead.clinic.schedule.calendar import calendar_file
from clearhead.clinic.schedule.models import Booking
from clearhead.clinic.welcome import actions, queries
from clearhead.clinic.welcome.crowd import too_many
from clearhead.clinic.welcome.forms import CancelForm, NameForm, ReachForm, Seen, StartForm, WaitForm

HELD, BOOKED = link("hold"), link("booking")


def offer_or_404(site: Site, offer: UUID, now: datetime) -> queries.ConsultOffer:
    """What the site offers under this code."""
    found = queries.offer_of(site, offer, now)
    if found is None:
        raise Http404(_("This kind of appointment is not offered any more. Begin again at “Book”."))
    return found


def _token(request: HttpRequest) -> str:
    """The token in this address, for the links on the page."""
    return str(request.resolver_match.kwargs["token"]) if request.resolver_match else ""


@require_GET
@access(PUBLIC, Site)
def book(request: HttpRequest, site: Site) -> HttpResponse:
    """How would you like to talk?"""
    offers = queries.consult_offers(site, timezone.now())
    return render(request, "welcome/book_how.html", {"site": site, "offers": offers, "step": 1})


@require_GET
@access(PUBLIC, Site)
def book_day(request: HttpRequest, site: Site, offer: UUID) -> HttpResponse:
    """Which day?"""
    now = timezone.now()
    chosen = offer_or_404(site, offer, now)
    days = queries.free_days(site, chosen, now)
    return render(request, "welcome/book_day.html", {"site": site, "offer": chosen, "days": days, "step": 2})


@require_http_methods(["GET", "POST"])
@access(PUBLIC, Site)
def book_time(request: HttpRequest, site: Site, offer: UUID, day: date) -> HttpResponse:
    """What time? Choosing one keeps it for ten minutes."""
    now = timezone.now()
    chosen = offer_or_404(site, offer, now)
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _hold(request, site, chosen, form, now)
        except calendar.BookingRefused as refusal:
            form.refused(refusal)
    times = queries.free_times(site, chosen, day, now)
    shown = {"site": site, "offer": chosen, "day": day, "times": times, "form": form, "step": 3}
    return render(request, "welcome/book_time.html", shown, status=422 if form.errors else 200)


def _hold(
    request: HttpRequest, site: Site, offer: queries.ConsultOffer, form: StartForm, now: datetime
) -> HttpResponse:
    """Keep the time. The same browser asking again for what it already holds gets the same ten minutes."""
    start = form.cleaned_data["start"]
    mine = _mine(request, now)
    if mine is not None and (mine.service_id, mine.starts_at) == (offer.service.pk, start):
        return redirect("welcome-held", token=request.session["hold"]["token"])
    if too_many(request, "hold"):
        raise calendar.BookingRefused(_("Many times were kept from this connection. Wait ten minutes, or call us."))
    page = form.cleaned_data["client_id"]
    held = calendar.hold(
        site=site,
        service=offer.service,
        starts_at=start,
        phases=offer.phases,
        by=None,
        at=now,
        client_id=uuid5(page, start.isoformat()) if page else None,
    )
    if mine is not None and mine.pk != held.pk:
        calendar.cancel(booking=mine, by=None, at=now, why="another time was chosen")
    token = actions.door_to_hold(booking=held, at=now)
    request.session["hold"] = {"booking": str(held.code), "token": token}
    return redirect("welcome-held", token=token)


def _mine(request: HttpRequest, now: datetime) -> Booking | None:
    """The time this browser holds now."""
    kept: dict[str, Any] = request.session.get("hold", {})
    if not kept:
        return None
    held = Booking.objects.filter(code=kept["booking"], status=Booking.Status.HELD, hold_until__gt=now)
    return held.first()


@require_http_methods(["GET", "POST"])
@access(HELD, Booking)
def held(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Who are you? How do we reach you? Then it is booked."""
    now = timezone.now()
    told = {"today": booking.site.today(now), "seen": _seen(booking, now)}
    if booking.status == Booking.Status.BOOKED:
        return redirect("welcome-booking", token=actions.door_to_booking(booking=booking, at=now))
    if booking.status != Booking.Status.HELD or booking.hold_until is None or booking.hold_until <= now:
        return _over(request, booking)
    name = NameForm(request.POST or None, **told)
    if request.method == "GET" or not name.is_valid():
        return _ask(request, booking, name, now, step=4)
    if "phone" not in request.POST:
        carried = {field: name.cleaned_data[field] for field in ("given_name", "family_name", "birth_date")}
        return _ask(request, booking, ReachForm(**told, initial=carried), now, step=5)
    form = ReachForm(request.POST, **told)
    if not form.is_valid():
        return _ask(request, booking, form, now, step=5)
    try:
        booked = _book(booking, form, now)
    except calendar.HoldOver:
        return _over(request, booking)
    except calendar.BookingRefused as refusal:
        form.refused(refusal)
        return _ask(request, booking, form, now, step=5)
    request.session.pop("hold", None)
    return redirect("welcome-booking", token=actions.door_to_booking(booking=booked, at=now))


def _seen(booking: Booking, now: datetime) -> Seen | None:
    """Whom the clinic sees on the day of this talk."""
    site, ages = booking.site, queries.ages_seen(booking.site, now)
    return Seen(*ages, on=site.today(booking.starts_at), phone=site.phone) if ages else None


def _book(booking: Booking, form: ReachForm, now: datetime) -> Booking:
    said = dict(form.cleaned_data)
    client_id = said.pop("client_id")
    return actions.book_consult(booking=booking, **said, by=None, at=now, client_id=client_id)


def _ask(request: HttpRequest, booking: Booking, form: NameForm, now: datetime, *, step: int) -> HttpResponse:
    offer = queries.offer_behind(booking, now)
    shown = {"site": booking.site, "booking": booking, "offer": offer, "form": form, "step": step, "now": now}
    return render(request, "welcome/book_who.html", shown, status=422 if form.errors else 200)


def _over(request: HttpRequest, booking: Booking) -> HttpResponse:
    return render(request, "welcome/book_over.html", {"site": booking.site, "booking": booking}, status=422)


@require_http_methods(["GET", "POST"])
@access(PUBLIC, Site)
def wait(request: HttpRequest, site: Site, offer: UUID) -> HttpResponse:
    """Tell me when an earlier time becomes free."""
    now = timezone.now()
    chosen = offer_or_404(site, offer, now)
    form, done = WaitForm(request.POST or None), False
    if request.method == "POST" and form.is_valid():
        if too_many(request, "wait"):
            form.refused(_("Many entries came from this connection. Wait ten minutes, or call us."))
        else:
            said = form.cleaned_data
            calendar.join_waiting(
                site=site,
                service=chosen.service,
                contact=said["contact"],
                by=None,
                at=now,
                client_id=said["client_id"],
            )
            done = True
    shown = {"site": site, "offer": chosen, "form": form, "done": done}
    return render(request, "welcome/wait.html", shown, status=422 if form.errors else 200)


@require_GET
@access(BOOKED, Booking)
def booking(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The appointment: when, how, calendar file, move, cancel."""
    now = timezone.now()
    shown = {
        "site": booking.site,
        "booking": booking,
        "offer": queries.offer_behind(booking, now),
        "token": _token(request),
        "may_change": _may_change(booking, now),
        "moved": booking.ics_sequence > 0,
        "form": CancelForm(),
    }
    return render(request, "welcome/booking.html", shown)


def _may_change(booking: Booking, now: datetime) -> bool:
    return booking.status == Booking.Status.BOOKED and booking.starts_at > now


@require_GET
@access(BOOKED, Booking)
def calendar_of(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The calendar file of this appointment."""
    method = "CANCEL" if booking.status == Booking.Status.CANCELLED else "PUBLISH"
    address = request.build_absolute_uri().removesuffix("calendar/")
    text = calendar_file(booking, at=timezone.now(), method="CANCEL" if method == "CANCEL" else "PUBLISH", link=address)
    return HttpResponse(
        text,
        content_type=f"text/calendar; charset=utf-8; method={method}",
        headers={"Content-Disposition": 'attachment; filename="appointment.ics"'},
    )


@require_GET
@access(BOOKED, Booking)
def move_day(request: HttpRequest, booking: Booking) -> HttpResponse:
    """To which day? What is cancelled or over is not moved: its own page says so."""
    now = timezone.now()
    if not _may_change(booking, now):
        return redirect("welcome-booking", token=_token(request))
    offer = queries.offer_behind(booking, now)
    days = queries.free_days(booking.site, offer, now, patient=booking.patient)
    token = _token(request)
    shown = {"site": booking.site, "booking": booking, "offer": offer, "days": days, "token": token}
    return render(request, "welcome/move_day.html", shown)


@require_http_methods(["GET", "POST"])
@access(BOOKED, Booking)
def move_time(request: HttpRequest, booking: Booking, day: date) -> HttpResponse:
    """To what time? All or nothing: until the new time is taken, the old one stands."""
    now = timezone.now()
    token = _token(request)
    if not _may_change(booking, now):
        return redirect("welcome-booking", token=token)
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        start, page = form.cleaned_data["start"], form.cleaned_data["client_id"]
        again = uuid5(page, start.isoformat()) if page else None
        try:
            actions.move_booking(booking=booking, starts_at=start, by=None, at=now, client_id=again)
            return redirect("welcome-booking", token=token)
        except calendar.BookingRefused as refusal:
            form.refused(refusal)
    offer = queries.offer_behind(booking, now)
    times = queries.free_times(booking.site, offer, day, now, patient=booking.patient)
    shown = {"site": booking.site, "booking": booking, "offer": offer, "day": day, "times": times, "form": form}
    return render(request, "welcome/move_time.html", shown | {"token": token}, status=422 if form.errors else 200)


@require_POST
@access(BOOKED, Booking)
def cancel(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Cancel; the time goes back at once."""
    token = _token(request)
    form = CancelForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.cancel_booking(
                booking=booking, by=None, at=timezone.now(), why=said["why"], client_id=said["client_id"]
            )
            return redirect("welcome-booking", token=token)
        except calendar.BookingRefused as refusal:
            form.refused(refusal)
    offer = queries.offer_behind(booking, timezone.now())
    shown = {"site": booking.site, "booking": booking, "offer": offer, "token": token, "form": form}
    return render(request, "welcome/booking.html", shown, status=422)


@require_http_methods(["GET", "POST"])
@access(BOOKED, Booking)
def room(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The door to the video room; it can be opened again and again. One button asks for a phone call instead."""
    now = timezone.now()
    if request.method == "POST":
        note = "asks to be called by phone"
        calendar.record_visit_event(booking=booking, kind="confirmed", note=note, by=None, at=now)
        return redirect(request.path + "?called=1")
    token = _token(request)
    shown = {"site": booking.site, "booking": booking, "token": token, "called": "called" in request.GET}
    return render(request, "welcome/room.html", shown)
