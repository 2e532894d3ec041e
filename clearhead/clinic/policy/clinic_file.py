"""A clinic file: sites, hours, chairs, rooms, pumps, services, staff and the protocols each site works under.

Plain Python: it is read before there is a database, and by tests that need none. `sites` of a person may be "all".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from clearhead.medicine.errors import Fault, Missing, WrongFile
from clearhead.medicine.protocols.fields import Count, Minutes, Usd
from clearhead.medicine.protocols.fields import Known as KnownWord
from clearhead.medicine.protocols.loader import shipped, shipped_ids, text_of
from clearhead.medicine.protocols.origin import parse
from clearhead.medicine.protocols.protocol import Protocol, chair_minutes
from clearhead.medicine.protocols.reader import BAD, Reader, Unread

CLINICS = Path(__file__).with_name("clinics")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Role = Literal["front_desk", "nurse", "prescriber", "director", "pharmacist", "owner", "auditor", "researcher"]
Place = Literal["chair", "private_room", "bed"]
MonitorSign = Literal["hr", "spo2", "bp", "rr", "sedation"]
MONITOR_ORDER: tuple[MonitorSign, ...] = ("hr", "spo2", "bp", "rr", "sedation")
EMAIL = re.compile(r"[\w.+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")  # is it one at all; whether it is read, mail tells
ProtocolId = Annotated[str, KnownWord.of(shipped_ids())]
Found = Iterator[tuple[str, str, str]]  # key, found, expected


@dataclass(frozen=True, slots=True)
class Credential:
    """A licence or certificate and the day it ends."""

    kind: str  # RN, MD, DO, PharmD, CRNA, ACLS, BLS, sedation
    expires_on: date


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Someone who works here. Names are invented in every shipped file."""

    name: str
    title: str | None  # as it stands at a signature
    email: str
    roles: tuple[Role, ...]
    sites: tuple[str, ...]  # slugs
    patients_at_once: Count  # for nurses: how many shares the schedule sees; else 0
    credentials: tuple[Credential, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours on some weekdays, local time."""

    days: tuple[Weekday, ...]
    opens: time
    closes: time

    @property
    def whole_day(self) -> bool:
        """Midnight to midnight."""
        return self.opens == self.closes == time()


@dataclass(frozen=True, slots=True)
class Chair:
    """Somewhere to be infused."""

    name: str
    place: Place
    room: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room that is booked for itself."""

    name: str
    kind: Literal["infusion", "consult", "treatment"]


@dataclass(frozen=True, slots=True)
class PumpUnit:
    """One pump."""

    name: str
    model: str
    serviced_until: date


@dataclass(frozen=True, slots=True)
class ServiceOffer:
    """Something the site offers from one date to another. A price change is a second row."""

    name: str
    kind: Literal["consult", "infusion", "osteopathic", "review", "other"]
    mode: Literal["phone", "video", "in_person"]
    minutes: Minutes | None  # None: as long as the order says
    price_usd: Usd | None  # None: as the protocol says
    bookable_online: bool
    from_date: date
    until_date: date | None
    notice: str | None = None  # shown when it has ended


@dataclass(frozen=True, slots=True)
class ProtocolChoice:
    """Which protocol is selected for what. Selected is not adopted: orders wait for the medical director."""

    protocol: ProtocolId
    indication: str
    purpose: Literal["series", "maintenance", "rescue"]


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One place with its own hours, zone, chairs and services."""

    slug: str
    name: str
    zone: str
    locale: str
    languages: tuple[str, ...]
    interpreters: tuple[str, ...]
    setting: Literal["office_chair", "monitored_bed", "inpatient"]
    address: str
    phone: str
    after_hours_phone: str | None  # none yet: nobody signs a consent here before there is one
    cancelling_terms: str | None  # as patients read them; without them nobody signs either
    single_handed: bool
    protocols: tuple[ProtocolChoice, ...]
    hours: tuple[Hours, ...]
    closed_on: tuple[date, ...]
    chairs: tuple[Chair, ...]
    rooms: tuple[Room, ...]
    pumps: tuple[PumpUnit, ...]
    services: tuple[ServiceOffer, ...]
    tablet_lock_min: Minutes = 3  # a shared tablet that nobody touches for so long asks for a PIN
    monitor_order: tuple[MonitorSign, ...] = MONITOR_ORDER

    def chosen(self, purpose: str) -> Protocol | None:
        """The protocol selected for this purpose."""
        return next((shipped(choice.protocol) for choice in self.protocols if choice.purpose == purpose), None)


@dataclass(frozen=True, slots=True)
class ClinicFile:
    """A clinic as it is set up."""

    id: str
    name: str
    example: bool
    staff: tuple[StaffMember, ...]
    sites: tuple[SiteFile, ...]
    toml: str = ""

    def staff_of(self, slug: str) -> tuple[StaffMember, ...]:
        """Everyone who works at this site."""
        return tuple(person for person in self.staff if slug in person.sites or "all" in person.sites)


def clinic_from(text: str, *, name: str) -> ClinicFile:
    """The clinic in this text. Raises WrongFile with every fault at once."""
    faults: list[Fault] = []
    reader = Reader(faults)
    clinic = reader.table(parse(text, name, faults), ClinicFile, "")
    if clinic is not BAD:
        with suppress(Unread, TypeError) if faults else nullcontext():  # as far as what could be read goes
            for key, found, expected in _contradictions(clinic):
                faults.append(Fault(_line(key, reader), key, found, expected))
    if faults:
        raise WrongFile(name, sorted(set(faults), key=lambda fault: (fault.line or 0, fault.key)))
    return ClinicFile(clinic.id, clinic.name, clinic.example, clinic.staff, clinic.sites, toml=text)


def load_clinic(path: Path) -> ClinicFile:
    """The clinic in this file."""
    return clinic_from(text_of(path), name=path.name)


def shipped_clinic_ids() -> tuple[str, ...]:
    """Ids of the clinics that come with Clearhead: five examples, a hospital and the demo."""
    return tuple(sorted(path.stem for path in CLINICS.glob("*.toml")))


def shipped_clinic(id: str) -> ClinicFile:
    """One of the clinics that come with Clearhead."""
    if id not in shipped_clinic_ids():
        raise Missing(f"clinic {id}", f"the shipped ones are {', '.join(shipped_clinic_ids())}.")
    return load_clinic(CLINICS / f"{id}.toml")


def _line(key: str, reader: Reader) -> int | None:
    while key and reader.line_of.get(key) is None:
        key = key.rpartition(".")[0]
    return reader.line_of.get(key)


def _contradictions(clinic: ClinicFile) -> Found:
    emails = [person.email.casefold() for person in clinic.staff]
    slugs = {site.slug for site in clinic.sites}
    for person in clinic.staff:
        if not EMAIL.fullmatch(person.email):
            yield f"staff.{person.name}.email", person.email, "an e-mail address"
        if emails.count(person.email.casefold()) > 1:
            yield f"staff.{person.name}.email", person.email, "an address of one person only"
        for unknown in set(person.sites) - slugs - {"all"}:
            yield f"staff.{person.name}.sites", unknown, f"one of {', '.join(sorted(slugs))}, or all"
    if not clinic.sites:
        yield "sites", "none", "at least one site"
    for site in clinic.sites:
        yield from _site_faults(clinic, site)


def _site_faults(clinic: ClinicFile, site: SiteFile) -> Found:
    key = f"sites.{site.name}"
    if site.zone not in available_timezones():
        yield f"{key}.zone", site.zone, "a time zone of the IANA list, such as America/Phoenix"
    roles = {role for person in clinic.staff_of(site.slug) for role in person.roles}
    needed = ("front_desk", "nurse", "prescriber", "director", "owner") if clinic.example else ("director", "owner")
    for role in needed:  # a real clinic begins with these two, who invite the others
        if role not in roles:
            yield f"{key}", f"nobody who is {role.replace('_', ' ')}", "at least one"
    if len(site.pumps) < len(site.chairs):
        yield f"{key}.pumps", str(len(site.pumps)), f"at least one for each of the {len(site.chairs)} chairs"
    if sorted(site.monitor_order) != sorted(MONITOR_ORDER):
        yield f"{key}.monitor_order", ", ".join(site.monitor_order), f"each of {', '.join(MONITOR_ORDER)} once"
    if not 1 <= site.tablet_lock_min <= 15:
        yield f"{key}.tablet_lock_min", str(site.tablet_lock_min), "1 to 15 minutes"
    yield from _time_faults(site, key)
    if not any(choice.purpose == "series" for choice in site.protocols):
        yield f"{key}.protocols", "none for a series", "a protocol for the series"
    for choice in site.protocols:
        yield from _choice_faults(clinic, site, choice)


def _time_faults(site: SiteFile, key: str) -> Found:
    for hours in site.hours:
        if hours.opens >= hours.closes and not hours.whole_day:
            yield f"{key}.hours", f"{hours.opens} to {hours.closes}", "an opening before its closing, or 00:00 to 00:00"
    for service in site.services:
        if service.until_date is not None and service.until_date < service.from_date:
            yield f"{key}.services.{service.name}", f"until {service.until_date}", f"not before {service.from_date}"


def _choice_faults(clinic: ClinicFile, site: SiteFile, choice: ProtocolChoice) -> Found:
    protocol, key = shipped(choice.protocol), f"sites.{site.name}.protocols"
    if not protocol.fits(site.setting):
        yield key, f"{protocol.id}, which needs {protocol.setting}", f"one for {site.setting}"
    if choice.purpose not in protocol.purposes:
        yield key, f"{protocol.id} for {choice.purpose}", f"one of {', '.join(protocol.purposes)}"
    if choice.indication not in ("migraine", *protocol.indications):
        yield key, choice.indication, f"migraine, or one of {', '.join(protocol.indications)}"
    if protocol.visit.place not in {chair.place for chair in site.chairs}:
        yield f"sites.{site.name}.chairs", f"no {protocol.visit.place}", f"one, because {protocol.id} asks for it"
    if clinic.example:  # at a real clinic credentials are asked at every start: its staff come after the set-up
        held = {credential.kind for person in clinic.staff_of(site.slug) for credential in person.credentials}
        for missing in sorted(set(protocol.people.credentials_on_site) - held):
            yield f"sites.{site.name}", f"nobody with {missing}", f"someone, because {protocol.id} asks for it"
    needed, open_min = planned_visit_min(protocol), _longest_day_min(site)
    if protocol.setting != "inpatient" and needed > open_min:
        yield f"sites.{site.name}.hours", f"{open_min} min at most", f"{needed} min, a planned visit of {protocol.id}"


def planned_visit_min(protocol: Protocol) -> int:
    """How long a planned visit keeps the chair, in minutes."""
    return chair_minutes(protocol, protocol.dose.duration.plan_min).total


def _longest_day_min(site: SiteFile) -> int:
    minutes = (
        60 * (day.closes.hour - day.opens.hour) + day.closes.minute - day.opens.minute + 1440 * day.whole_day
        for day in site.hours
    )
    return max(minutes, default=0)
