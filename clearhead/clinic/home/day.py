"""The front desk's day: one row per visit, seen from the log of what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from clearhead.clinic.consent.models import Consent
from clearhead.clinic.home.tiles import overdue_of
from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.infusion.queries.doses import dose_rows
from clearhead.clinic.infusion.queries.flags import EMERGENCY, open_lines
from clearhead.clinic.infusion.queries.overdue import Late
from clearhead.clinic.people.models import Patient, Site
from clearhead.clinic.plan.models import Escort, Session
from clearhead.clinic.recovery.models import CallAttempt, CallStep, Discharge, EscortMet
from clearhead.clinic.schedule.models import Booking, Occupancy, VisitEvent
from clearhead.clinic.schedule.site_queries import chairs_on

STEPS = ("booked", "confirmed", "arrived", "checked", "roomed", "infusing", "recovering", "left")
BEFORE_THE_CHAIR = STEPS[:5]
OVER = ("no_show", "aborted")
SHOWN_STATUS = (Booking.Status.BOOKED, Booking.Status.DONE, Booking.Status.NO_SHOW)
LONGEST_RECOVERY = timedelta(hours=12)
"""So long after midnight somebody of the day before still stands on today's board without a departure (assumption)."""
NEXT_EVENT = {"booked": "confirmed", "confirmed": "arrived", "arrived": "checked", "checked": "roomed"}
"""What the one button of a row says next, until the chair takes over."""


@dataclass(frozen=True, slots=True)
class Chip:
    """Something missing, wrong or good to know."""

    text: str
    tone: str  # ok, due, warn
    unnamed: str = ""  # what a public wall says instead, where the text holds a name


@dataclass(frozen=True, slots=True)
class Row:
    """One visit of the day."""

    booking: Booking
    patient: Patient | None
    session: Session | None
    where: str
    step: str
    since: datetime | None
    chips: tuple[Chip, ...]
    gone: bool = False  # its day is over, and it stands as booked: nobody said what became of it
    paused: bool = False  # the pump of a running infusion stands still by the record
    tap: VisitEvent | None = None  # what was noted last, while the visit stands where it says
    taken_back: VisitEvent | None = None  # a tap that was taken back, with nothing noted since

    @property
    def done(self) -> int:
        """How many steps lie behind; 0 for a visit that did not happen."""
        return STEPS.index(self.step) if self.step in STEPS else 0

    @property
    def way(self) -> list[str]:
        """One word per step for the row of marks: done, now, ahead."""
        if self.step in OVER:
            return ["ahead"] * len(STEPS)
        return ["done"] * self.done + ["now"] + ["ahead"] * (len(STEPS) - self.done - 1)

    @property
    def word(self) -> str:
        """The step in words."""
        if self.paused:
            return _("paused")
        return {"no_show": _("did not come"), "aborted": _("broken off")}.get(self.step, self.step)

    @property
    def may_take_back(self) -> bool:
        """True for a tap on the way to the chair, on its own day."""
        return self.tap is not None and self.tap.kind in VisitEvent.ON_THE_WAY and not self.gone

    @property
    def remote(self) -> bool:
        """True for a talk by phone or video: nobody arrives."""
        return self.session is None and self.booking.service.mode in {"phone", "video"}

    @property
    def next_event(self) -> str:
        """The event that the row's button records; empty where the chair's own pages or a talk go on."""
        following = NEXT_EVENT.get(self.step, "")
        return "" if self.remote and following != "confirmed" else following

    @property
    def talk_may_begin(self) -> bool:
        """True for a talk whose person is in the room, or at the other end of the line."""
        if self.session is not None or self.booking.course is None:
            return False
        return self.step == "roomed" or (self.remote and self.step in NEXT_EVENT and not self.gone)

    @property
    def in_a_chair(self) -> bool:
        """True from the room to the door: help can be called to this visit."""
        return self.step in {"roomed", "infusing", "recovering"}

    def still_here(self, now: datetime) -> bool:
        """True while drug runs, and for some hours after it until somebody has said that the patient left."""
        ended = self.step == "recovering" and self.since is not None and now - self.since < LONGEST_RECOVERY
        return self.step == "infusing" or ended

    @property
    def may_be_missed(self) -> bool:
        """True until somebody has come: whether they are late, the page that knows the time says."""
        return self.step in {"booked", "confirmed"}


def day_board(site: Site, day: date, now: datetime) -> list[Row]:
    """Every visit of this local day, by time. Today's begins with who came the day before and has not left yet."""
    begins = datetime.combine(day, time.min, site.tz).astimezone(UTC)
    bookings = (
        Booking.objects.filter(site=site, starts_at__gte=begins - timedelta(days=1))
        .filter(starts_at__lt=begins + timedelta(days=1, hours=2), status__in=SHOWN_STATUS)
        .select_related("service", "site", "patient", "course", "visit__order", "visit__infusion")
        .prefetch_related("events__corrected_by", "events__recorded_by", "occupancies__resource")
    )
    dated = [(one.starts_at.astimezone(site.tz).date(), one) for one in bookings]
    late = [_row(one, now) for on, one in dated if on == day - timedelta(days=1) and day == site.today(now)]
    return [row for row in late if row.still_here(now)] + [_row(one, now) for on, one in dated if on == day]


def _row(booking: Booking, now: datetime) -> Row:
    session: Session | None = getattr(booking, "visit", None)
    step, since = step_of(booking, session)
    chips = _chips(session, step, now) if session is not None else ()
    over = booking.site.today(now) > booking.site.today(booking.ends_at)
    gone = over and booking.status == Booking.Status.BOOKED and step in BEFORE_THE_CHAIR
    paused = dose_rows(session).paused if session is not None and step == "infusing" else None
    since = paused.happened_at if paused else since
    return Row(
        booking, booking.patient, session, _where(booking), step, since, tuple(chips), gone, paused is not None,
        last_tap(booking, session), _last_taken_back(booking),
    )  # fmt: skip


def step_of(booking: Booking, session: Session | None) -> tuple[str, datetime | None]:
    """Where the visit stands, and since when."""
    if session is not None:
        left = Discharge.standing().filter(session=session).first()
        if left is not None:
            return "left", left.happened_at
        infusion: Infusion | None = getattr(session, "infusion", None)
        if infusion is not None:
            return ("recovering", infusion.ended_at) if infusion.ended_at else ("infusing", infusion.started_at)
    tap = _newest(booking)
    return (tap.kind, tap.happened_at) if tap is not None else ("booked", None)


def last_tap(booking: Booking, session: Session | None) -> VisitEvent | None:
    """What was noted last of this visit, as long as no record of the chair has taken over."""
    tap = _newest(booking)
    if tap is None or step_of(booking, session) != (tap.kind, tap.happened_at):
        return None
    return tap


def _newest(booking: Booking) -> VisitEvent | None:
    standing = (event for event in booking.events.all() if not event.struck and not hasattr(event, "corrected_by"))
    return max(
        (event for event in standing if _of_this_day(event, booking)),
        key=lambda event: (event.happened_at, event.pk),
        default=None,
    )


def _last_taken_back(booking: Booking) -> VisitEvent | None:
    newest = max(booking.events.all(), key=lambda event: event.pk, default=None)
    return newest if newest is not None and newest.struck else None


def _of_this_day(event: VisitEvent, booking: Booking) -> bool:
    """A visit that was moved keeps its log; who came on the earlier day has not come on this one."""
    zone = booking.site.tz
    came_on = event.happened_at.astimezone(zone).date()
    return event.kind == VisitEvent.Kind.CONFIRMED or came_on >= booking.starts_at.astimezone(zone).date()


def _where(booking: Booking) -> str:
    places = [o.resource for o in booking.occupancies.all() if o.resource.kind in {"chair", "room", "clinician"}]
    order = {"chair": 0, "room": 1, "clinician": 2}
    places.sort(key=lambda resource: order[resource.kind])
    return places[0].name if places else booking.service.mode.replace("_", " ")


def _chips(session: Session, step: str, now: datetime) -> list[Chip]:
    if step in {"left", *OVER}:
        return []
    opened = open_lines(session)
    chips = [Chip(_("emergency not closed"), "warn")] if any(line.flag.rule == EMERGENCY for line in opened) else []
    chips += _overdue(session, step, now)
    order = session.order
    signed = Consent.standing().filter(order_sha256=order.sha256, withdrawals__isnull=True).exists()
    if not signed:
        chips.append(Chip(_("consent open"), "warn"))
    chips.append(_escort(session, step))
    if any(line.unanswered for line in opened):
        chips.append(Chip(_("flag open"), "warn"))
    return chips


def _overdue(session: Session, step: str, now: datetime) -> list[Chip]:
    """What is overdue is the desk's business too, louder once the protocol's minutes for the desk are over."""
    late = overdue_of(session, now) if step in {"infusing", "recovering"} else ()
    return [_late(one) for one in late if one.minutes or one.level == "high"]


def _late(one: Late) -> Chip:
    text = _("%(what)s %(n)s min") % {"what": one.word, "n": one.minutes} if one.minutes else one.word
    return Chip(text, "due" if one.level == "low" else "warn")


def _escort(session: Session, step: str) -> Chip:
    if EscortMet.standing().filter(session=session).exists():
        return Chip(_("escort here"), "ok")
    escort = Escort.standing().filter(session=session).last()
    if escort is None:
        return Chip(_("driver?"), "due")
    if step == "recovering":
        return Chip(_("escort %(name)s not here") % {"name": escort.name}, "due", _("escort not here"))
    if escort.reached_at is None:
        return Chip(_("escort %(name)s not reached") % {"name": escort.name}, "due", _("escort not reached"))
    return Chip(_("escort %(name)s") % {"name": escort.name}, "ok", _("escort reached"))


def next_free_chair(site: Site, now: datetime) -> datetime | None:
    """When the first chair that is taken now becomes free; None when one is free already, or there is none."""
    taken = list(
        Occupancy.objects.filter(
            resource__site=site, resource__kind="chair", released_at__isnull=True, starts_at__lte=now, ends_at__gt=now
        ).values_list("resource_id", "ends_at")
    )
    chairs = len(chairs_on(site, site.today(now)))
    if not taken or len({chair for chair, _end in taken}) < chairs:
        return None
    latest: dict[int, datetime] = {}
    for chair, ends in taken:
        latest[chair] = max(ends, latest.get(chair, ends))
    return min(latest.values())


def red_answers(site: Site) -> int:
    """Alarming answers on the phone that nobody has closed yet."""
    rows = CallAttempt.standing().filter(session__site=site, red=True)
    return rows.exclude(pk__in=CallStep.standing().filter(closed=True).values("attempt")).count()


EVENT_KINDS = {choice.value for choice in VisitEvent.Kind}
