"""A clinic file becomes sites, staff, chairs, pumps, shares of nurses, hours and services.

The file is read and checked in `policy.clinic_file`; here it is only written down, so its shape is taken as it comes.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.models import Credential, Role, Site, User
from clearhead.clinic.schedule.models import Opening, Resource, Service

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PLACES: dict[str, dict[str, bool]] = {"chair": {}, "private_room": {"private": True}, "bed": {"bed": True}}
PRESCRIBING = frozenset({"prescriber"})


@audit.once
def load_clinic(*, clinic: Any, at: datetime, by: User | None = None, password: str | None = None) -> list[Site]:
    """Set up every site of a clinic file, with its staff.

    Nobody gets a password, so nobody can sign in until they are given one; only a demo passes `password`, and marks
    sites and people as demo. Loading the same file twice changes nothing.
    """
    return [set_up_site(clinic=clinic, place=place, at=at, by=by, password=password) for place in clinic.sites]


@audit.once
def set_up_site(*, clinic: Any, place: Any, at: datetime, by: User | None, password: str | None = None) -> Site:
    """One site of a clinic file."""
    site, new = Site.objects.get_or_create(
        slug=place.slug,
        defaults={
            "name": place.name,
            "zone": place.zone,
            "locale": place.locale,
            "setting": place.setting,
            "address": place.address,
            "phone": place.phone,
            "after_hours_phone": place.after_hours_phone or "",
            "cancelling_terms": place.cancelling_terms or "",
            "single_handed": place.single_handed,
            "tablet_lock_min": place.tablet_lock_min,
            "monitor_order": " ".join(place.monitor_order),
            "is_demo": password is not None,
            "clinic_file": clinic.toml,
        },
    )
    if not new:
        return site
    first_day = min([site.today(at), *(offer.from_date for offer in place.services)])
    _hours(site, place, first_day)
    _things(site, place, first_day)
    _services(site, place)
    staff = clinic.staff_of(place.slug)
    for person in staff:
        _join(site, person, first_day, at=at, by=by, password=password)
    said = {"chairs": len(place.chairs), "pumps": len(place.pumps), "staff": len(staff)}
    audit.record(chain=site.slug, at=at, by=by, verb="set up site", subject=site, body=said)
    return site


def _hours(site: Site, place: Any, first_day: date) -> None:
    for hours in place.hours:
        for day in hours.days:
            Opening.objects.create(
                site=site, weekday=DAYS.index(day), opens=hours.opens, closes=hours.closes, from_date=first_day
            )
    for day in place.closed_on:
        Opening.objects.create(
            site=site, on_date=day, opens=time(), closes=time(), closed=True, from_date=min(day, first_day)
        )


def _things(site: Site, place: Any, first_day: date) -> None:
    def add(kind: str, name: str, until: date | None = None, **attributes: Any) -> None:
        Resource.objects.create(
            site=site, kind=kind, name=name, attributes=attributes, from_date=first_day, until_date=until
        )

    for chair in place.chairs:
        add(Resource.Kind.CHAIR, chair.name, room=chair.room, **PLACES[chair.place])
    for room in place.rooms:
        add(Resource.Kind.ROOM, room.name, **{room.kind: True})
    for pump in place.pumps:
        add(Resource.Kind.PUMP, pump.name, pump.serviced_until, model=pump.model)


def _services(site: Site, place: Any) -> None:
    rooms = {room.kind for room in place.rooms}
    for offer in place.services:
        Service.objects.create(
            site=site,
            kind=offer.kind,
            mode=offer.mode,
            name=offer.name,
            minutes=offer.minutes,
            price=offer.price_usd,
            bookable_online=offer.bookable_online,
            from_date=offer.from_date,
            until_date=offer.until_date,
            notice=offer.notice or "",
            phases=phases_for(offer.kind, offer.mode, offer.minutes, rooms),
        )


def phases_for(kind: str, mode: str, minutes: int | None, rooms: set[str]) -> list[dict[str, Any]]:
    """A clinician for the minutes, and a room of the right kind for who comes in. An infusion says it in its order."""
    if not minutes:
        return []
    wanted = "treatment" if kind == "osteopathic" else "consult"
    room = f" + 1 room[{wanted}]" if mode == "in_person" and wanted in rooms else ""
    return [{"name": kind, "minutes": minutes, "needs": f"1 clinician{room}"}]


def _join(site: Site, person: Any, first_day: date, *, at: datetime, by: User | None, password: str | None) -> None:
    user = _user(person, password)
    _shares(site, user, person.patients_at_once, first_day)
    if PRESCRIBING & set(person.roles):
        _clinician(site, user, first_day)
    for role in person.roles:
        people.grant(user=user, site=site, role=Role(role), by=by, at=at, patients_at_once=person.patients_at_once)
    for credential in person.credentials:
        Credential.objects.get_or_create(
            user=user, kind=credential.kind, defaults={"expires_on": credential.expires_on}
        )


def _shares(site: Site, user: User, count: int, first_day: date) -> None:
    for share in range(1, count + 1):
        name = f"{user.name} {share}/{count}"
        Resource.objects.create(site=site, kind=Resource.Kind.NURSE_SHARE, name=name, user=user, from_date=first_day)


def _clinician(site: Site, user: User, first_day: date) -> None:
    Resource.objects.create(site=site, kind=Resource.Kind.CLINICIAN, name=user.name, user=user, from_date=first_day)


BOOKED_AS = {Role.NURSE: Resource.Kind.NURSE_SHARE, Role.PRESCRIBER: Resource.Kind.CLINICIAN}
"""What the calendar takes up of a person in this role."""


def role_given(*, user: User, site: Site, role: str, patients_at_once: int, by: User | None, at: datetime) -> None:
    """A reaction: from today on the calendar can book a nurse's shares and a prescriber's time."""
    kind, today = BOOKED_AS.get(Role(role)), site.today(at)
    if kind is None or _booked_as(site, user, kind, today).exists():
        return
    if Resource.objects.filter(site=site, user=user, kind=kind, until_date=today).update(until_date=None):
        return  # taken away and given back on one day: nobody is there twice
    if kind == Resource.Kind.NURSE_SHARE:
        _shares(site, user, patients_at_once, today)
    else:
        _clinician(site, user, today)


def role_taken(*, user: User, site: Site, role: str, by: User | None, at: datetime) -> None:
    """A reaction: after today nothing new is booked on this person. What is booked stays, for the desk to move."""
    kind, today = BOOKED_AS.get(Role(role)), site.today(at)
    if kind is not None:
        _booked_as(site, user, kind, today).update(until_date=today)


def _booked_as(site: Site, user: User, kind: str, today: date) -> QuerySet[Resource]:
    still = Q(until_date__isnull=True) | Q(until_date__gt=today)
    return Resource.objects.filter(still, site=site, user=user, kind=kind)


def _user(person: Any, password: str | None) -> User:
    known = User.objects.filter(email=person.email.lower()).first()
    if known is not None:
        return known
    title = "" if person.title in (None, "none") else person.title
    return User.objects.create_user(
        person.email,
        password,
        name=person.name,
        title=title,
        is_demo=password is not None,
        must_change_password=password is None,
    )
