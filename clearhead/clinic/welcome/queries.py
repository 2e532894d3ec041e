"""What the public pages and the inbox show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clearhead.capacity.phases import Need, Phase
from clearhead.capacity.slots import Offer
from clearhead.clinic.people.models import Patient, Site, User
from clearhead.clinic.policy.queries import find_protocol_at
from clearhead.clinic.schedule import queries as calendar
from clearhead.clinic.schedule import visits
from clearhead.clinic.schedule.models import Booking, Service
from clearhead.clinic.welcome import dayparts
from clearhead.clinic.welcome.models import Enquiry, EnquiryEvent

DAYS_SHOWN = 21
ANSWER_WITHIN = timedelta(days=1)
"""How soon an enquiry should be answered: assumption, until a site says otherwise."""


@dataclass(frozen=True, slots=True)
class ConsultOffer:
    """One way to talk first: the site's service, with the length and price its protocol gives."""

    service: Service
    mode: str
    title: str
    minutes: int
    price: Decimal | None
    with_whom: str

    @property
    def code(self) -> UUID:
        """Its name in URLs."""
        return self.service.code

    @property
    def phases(self) -> tuple[Phase, ...]:
        """What it takes up in the calendar: the physician's time, or a nurse's where the protocol says so."""
        said = visits.phases_of(self.service, self.minutes)
        if self.with_whom != "nurse":
            return said
        return tuple(Phase(one.name, one.minutes, (Need("nurse_share"),)) for one in said)


def asked_before(site: Site, at: datetime) -> list[str]:
    """What a site asks for before it speaks of infusions, by the protocol that runs there; nothing where none does."""
    running = find_protocol_at(site, "migraine", "series", at)
    if running is None:
        return []
    rule = running.protocol.assessment
    said = [
        (
            _("Kinds of preventive medicine that did not help enough: at least %(n)s."),
            rule.failed_preventive_classes_min,
        ),
        (_("Kinds of attack medicine that did not help enough: at least %(n)s."), rule.failed_acute_classes_min),
        (_("Headache days a month: at least %(n)s."), rule.headache_days_min),
    ]
    return [sentence % {"n": n} for sentence, n in said if n]


def ages_seen(site: Site, at: datetime) -> tuple[int, int] | None:
    """From and to how many years a site sees people, by the protocol it has adopted; None where it has adopted none."""
    running = find_protocol_at(site, "migraine", "series", at)
    if running is None or running.adopted is None:
        return None
    return running.protocol.assessment.age_min_years, running.protocol.assessment.age_max_years


def consult_offers(site: Site, at: datetime, *, online: bool = True) -> list[ConsultOffer]:
    """The ways to talk first: as the protocol of the site says, where it says so; else the services as they are."""
    wanted = {"kind": "consult", "bookable_online": True} if online else {"kind": "consult"}
    services = calendar.services_on(site, site.today(at), **wanted)
    running = find_protocol_at(site, "migraine", "series", at)
    said = {one.mode: one for one in running.protocol.contact.consult_types} if running else {}
    agreed = [service for service in services if service.mode in said]
    if not agreed:
        return [_as_it_is(service) for service in services]
    return [_as_said(service, said[service.mode]) for service in agreed]


def _as_it_is(service: Service) -> ConsultOffer:
    return ConsultOffer(service, service.mode, service.name, service.minutes or 15, service.price, "")


def _as_said(service: Service, said: object) -> ConsultOffer:
    price = getattr(said, "price_usd", None)
    return ConsultOffer(
        service,
        service.mode,
        str(getattr(said, "title", service.name)),
        int(getattr(said, "minutes", service.minutes or 15)),
        service.price if price is None else Decimal(str(price)),
        str(getattr(said, "with_whom", "")),
    )


def offer_of(site: Site, code: UUID, at: datetime, *, online: bool = True) -> ConsultOffer | None:
    """The offer with this code, if the site still makes it."""
    return next((one for one in consult_offers(site, at, online=online) if one.code == code), None)


def offer_behind(booking: Booking, at: datetime) -> ConsultOffer:
    """The offer a booking was made under, also where the site no longer makes it."""
    found = offer_of(booking.site, booking.service.code, at, online=False)
    return found or _as_it_is(booking.service)


@dataclass(frozen=True, slots=True)
class FreeDay:
    """A local day, how many starts are free on it, and in which parts of the day."""

    day: date
    free: int
    parts: tuple[str, ...]

    @property
    def words(self) -> str:
        """How much is free, as the calendar page says it."""
        return dayparts.said(self.free, self.parts)


def free_days(site: Site, offer: ConsultOffer, at: datetime, *, patient: Patient | None = None) -> list[FreeDay]:
    """The days of the next three weeks with a free start."""
    starts: dict[date, list[str]] = {}
    for one in _starts(site, offer.service, offer.phases, site.today(at), DAYS_SHOWN, at, patient):
        parts = starts.setdefault(one.start.astimezone(site.tz).date(), [])
        parts.append(dayparts.part_of(one.start, site.tz))
    return [FreeDay(day, len(parts), tuple(dict.fromkeys(parts))) for day, parts in sorted(starts.items())]


def free_times(
    site: Site, offer: ConsultOffer, day: date, at: datetime, *, patient: Patient | None = None
) -> list[datetime]:
    """The free starts of one local day."""
    return [one.start for one in _starts(site, offer.service, offer.phases, day, 1, at, patient)]


def _starts(
    site: Site,
    service: Service,
    phases: Sequence[Phase],
    day: date,
    days: int,
    at: datetime,
    patient: Patient | None,
) -> list[Offer]:
    return calendar.free_starts(
        site=site, service=service, from_date=day, days=days, at=at, phases=phases, patient=patient
    )


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One enquiry, what was done about it, and how long it has waited for the first word."""

    enquiry: Enquiry
    events: tuple[EnquiryEvent, ...]
    waited: timedelta
    closed: bool

    @property
    def answered(self) -> bool:
        """True when anybody has tried to answer."""
        return bool(self.events)

    @property
    def late(self) -> bool:
        """True when nobody has answered in time."""
        return not self.answered and self.waited > ANSWER_WITHIN

    @property
    def state(self) -> str:
        """In one word for the list."""
        if self.closed:
            return str(_("closed"))
        if not self.answered:
            return str(_("late") if self.late else _("new"))
        return str(dict(WORDS)[self.events[-1].kind])


WORDS = (
    (EnquiryEvent.Kind.ANSWERED, gettext_lazy("answered")),
    (EnquiryEvent.Kind.NO_ANSWER, gettext_lazy("tried, no answer")),
    (EnquiryEvent.Kind.COURSE_OPENED, gettext_lazy("now a patient")),
    (EnquiryEvent.Kind.CLOSED, gettext_lazy("closed")),
)


def row_of(enquiry: Enquiry, now: datetime) -> InboxRow:
    """One enquiry with its clock."""
    events = tuple(
        EnquiryEvent.standing().filter(enquiry=enquiry).select_related("recorded_by", "course").order_by("recorded_at")
    )
    first = events[0].happened_at if events else now
    ends = {EnquiryEvent.Kind.CLOSED, EnquiryEvent.Kind.COURSE_OPENED}
    return InboxRow(enquiry, events, first - enquiry.happened_at, bool({one.kind for one in events} & ends))


def inbox_of(site: Site, now: datetime) -> list[InboxRow]:
    """Open enquiries, the longest unanswered first; below them those closed in the last weeks."""
    rows = [row_of(one, now) for one in Enquiry.standing().filter(site=site, happened_at__gte=now - timedelta(days=60))]
    return sorted(rows, key=lambda row: (row.closed, row.answered, -row.waited))


def median_wait(rows: Sequence[InboxRow]) -> timedelta | None:
    """Median time to the first word, of those that got one."""
    waits = sorted(row.waited for row in rows if row.answered)
    return waits[len(waits) // 2] if waits else None


def who_has(contact: str) -> list[tuple[User | None, Patient | None]]:
    """Whom a message to this address or number would reach: patients, and staff by their sign-in."""
    if "@" in contact:
        patients = Patient.objects.filter(Q(email__iexact=contact) | Q(user__email__iexact=contact))
        staff = User.objects.filter(email__iexact=contact, is_active=True, patient__isnull=True)
    else:
        digits = _digits(contact)
        near = Patient.objects.filter(phone__endswith=digits[-4:])
        patients = Patient.objects.filter(pk__in=[one.pk for one in near if _digits(one.phone) == digits])
        staff = User.objects.none()
    found = patients.filter(merged_into__isnull=True).select_related("user")[:3]
    return [(one.user, one) for one in found if one.user is None or one.user.is_active] + [(one, None) for one in staff]


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())
