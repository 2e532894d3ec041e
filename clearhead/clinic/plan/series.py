"""Where a series could lie: the phases of one visit and what they need, and proposals of all sessions together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from clearhead.capacity.phases import Phase, phase
from clearhead.capacity.series import Pattern, Proposal, propose_series
from clearhead.clinic.people.models import Site
from clearhead.clinic.plan.models import Order
from clearhead.clinic.policy.queries import protocol_of
from clearhead.clinic.schedule import visits
from clearhead.clinic.schedule.models import Resource
from clearhead.clinic.schedule.taking import patient_resource
from clearhead.medicine.protocols.protocol import ChairPhases, Protocol, chair_minutes

GO_CHECK_MIN = 10
"""Minutes a prescriber is taken up when the infusion starts; longer presence is a fact, not a booking."""
LOOK_AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class Slot:
    """One session of a proposal in clock terms: in the chair, and ready to go home."""

    number: int
    starts_at: datetime
    home_at: datetime
    free_again_at: datetime
    chair: str


def chair_time(order: Order) -> ChairPhases:
    """How long a visit of this order takes, phase by phase."""
    return chair_minutes(protocol_of(order.protocol_version), order.infusion_minutes)


def home_minutes(times: ChairPhases) -> int:
    """From coming in to going home; turnover comes after."""
    return times.set_up + times.infusion + times.recovery


def phases_of(order: Order) -> tuple[Phase, ...]:
    """The visit as the calendar takes it up."""
    protocol, times = protocol_of(order.protocol_version), chair_time(order)
    place, pump = place_needed(protocol, order.site), _pump(order.site)
    asked = (
        ("set_up", times.set_up, f"{place} + 1 nurse_share"),
        ("infusion", times.infusion, f"{place}{pump} + 1 nurse_share + {_prescriber(protocol, times.infusion)}"),
        ("recovery", times.recovery, f"{place} + 1 nurse_share"),
        ("turnover", times.turnover, place),
    )
    return tuple(phase(name, minutes, needs) for name, minutes, needs in asked if minutes > 0)


def _prescriber(protocol: Protocol, minutes: int) -> str:
    in_room = protocol.people.prescriber_presence == "in_room"
    return "1 clinician" if in_room else f"1 clinician {min(GO_CHECK_MIN, minutes)} min at start"


def _pump(site: Site) -> str:
    return " + 1 pump" if Resource.objects.filter(site=site, kind=Resource.Kind.PUMP).exists() else ""


def place_needed(protocol: Protocol, site: Site) -> str:
    """A chair; a private one or a bed where the protocol says so. A site may keep its private rooms as rooms."""
    if protocol.visit.place == "chair":
        return "1 chair"
    word = "private" if protocol.visit.place == "private_room" else "bed"
    rows = Resource.objects.filter(site=site, kind__in=[Resource.Kind.CHAIR, Resource.Kind.ROOM])
    kinds = [row.kind for row in rows if row.attributes.get(word) is True]
    kind = Resource.Kind.CHAIR if Resource.Kind.CHAIR in kinds or not kinds else Resource.Kind.ROOM
    return f"1 {kind.value}[{word}]"


def pattern_of(order: Order) -> Pattern:
    """How the sessions follow each other."""
    return Pattern(order.gap_days_min, order.gap_days_max, "use" if order.weekends else "skip")


def propose(
    order: Order, *, first_day: date, at: datetime, wanted: int = 3, days: int = LOOK_AHEAD_DAYS
) -> list[Proposal]:
    """Up to three ways in which all sessions fit, the first of them from this local day on."""
    site = order.site
    window_start = max(datetime.combine(first_day, time(0), tzinfo=site.tz).astimezone(UTC), at)
    window = (window_start, window_start + timedelta(days=days))
    resources = [*Resource.objects.filter(site=site), patient_resource(order.course.patient)]
    reach = window[1] + timedelta(days=(order.sessions + 1) * (order.gap_days_max + 2))
    visit = visits.visit_of(phases_of(order), patient=order.course.patient)
    return propose_series(
        [visit] * order.sessions,
        pattern_of(order),
        visits.open_hours(site),
        visits.taken(resources, window[0], reach),
        visits.places(resources),
        window,
        site.tz,
        now=at,
        step_min=30,
        wanted=wanted,
    )


def slots_of(order: Order, proposal: Proposal) -> list[Slot]:
    """A complete proposal, session by session."""
    return [
        slot(order, planned.number, planned.offer.start, _chair_name(planned.offer.assignments))
        for planned in proposal.sessions
        if planned.offer is not None
    ]


def slot(order: Order, number: int, starts_at: datetime, chair: str = "") -> Slot:
    """One session from its start."""
    times = chair_time(order)
    home = starts_at + timedelta(minutes=home_minutes(times))
    return Slot(number, starts_at, home, starts_at + timedelta(minutes=times.total), chair)


def _chair_name(assignments: object) -> str:
    for one in assignments:  # type: ignore[attr-defined]  # a tuple of Assignment; capacity keeps ids as text
        if one.kind in ("chair", "room"):
            return str(Resource.objects.get(pk=int(one.resource)))
    return ""


def earliest_first_day(order: Order, at: datetime) -> date:
    """Tomorrow on the site's calendar."""
    return order.site.today(at) + timedelta(days=1)
