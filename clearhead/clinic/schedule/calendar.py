"""Calendar files: one stable id per booking, a rising number per change, the site's own zone, no clinical word."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vCalAddress

from clearhead.clinic.people.times import local_time
from clearhead.clinic.schedule.models import Booking

Method = Literal["PUBLISH", "CANCEL"]
UID_HOST = "clearhead"
"""Part of every id. It must never change, or a moved appointment would appear twice."""


def summary_of(mode: str) -> str:
    """What others may read over a shoulder: that there is an appointment, and by what means."""
    return {"phone": _("Phone appointment"), "video": _("Video appointment")}.get(mode, _("Appointment"))


def calendar_file(booking: Booking, *, at: datetime, method: Method = "PUBLISH", link: str = "") -> str:
    """An iCalendar file (RFC 5545, 5546) of one booking, as text."""
    return series_file([booking], at=at, method=method, link=link)


def series_file(bookings: list[Booking], *, at: datetime, method: Method = "PUBLISH", link: str = "") -> str:
    """Several bookings of one site in one file."""
    calendar = Calendar()
    calendar.add("prodid", "-//Clearhead//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    first = min(booking.starts_at for booking in bookings)
    last = max(booking.ends_at for booking in bookings)
    calendar.add_component(
        Timezone.from_tzid(
            bookings[0].site.zone,
            first_date=(first - timedelta(days=365)).date(),
            last_date=(last + timedelta(days=365)).date(),
        )
    )
    for booking in bookings:
        calendar.add_component(_event(booking, at, method, link))
    return calendar.to_ical().decode()


def _event(booking: Booking, at: datetime, method: Method, link: str) -> Event:
    zone = booking.site.tz
    event = Event()
    event.add("uid", f"{booking.code}@{UID_HOST}")
    event.add("sequence", booking.ics_sequence)
    event.add("dtstamp", at)
    event.add("dtstart", booking.starts_at.astimezone(zone))
    event.add("dtend", booking.ends_at.astimezone(zone))
    event.add("summary", summary_of(booking.service.mode))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("class", "PRIVATE")
    event["organizer"] = vCalAddress("invalid:nomail")
    if booking.service.mode not in {"phone", "video"} and booking.site.address:
        event.add("location", booking.site.address)
    told = [_("Time: %(when)s.") % {"when": local_time(booking.starts_at, booking.site, _zone_of(booking))}]
    if link and method != "CANCEL":
        told.append(_("Change or cancel: %(link)s") % {"link": link})
    event.add("description", "\n".join(told))
    if booking.site.phone:
        event.add("contact", booking.site.phone)
    return event


def _zone_of(booking: Booking) -> str:
    return booking.patient.zone if booking.patient is not None else ""
