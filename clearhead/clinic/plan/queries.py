"""Orders, sessions and what belongs to them, for every later step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from clearhead.clinic.assessment import queries as assessment
from clearhead.clinic.assessment.models import Allergy, Decision, Measurement, Medication
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Course, Patient, Role, Site, User
from clearhead.clinic.plan import drafts, series, sheet
from clearhead.clinic.plan.judging import OrderFacts
from clearhead.clinic.plan.models import Escort, Order, OrderCheck, SeriesProposal, Session, SessionSummary
from clearhead.clinic.policy import queries as policy
from clearhead.clinic.schedule.models import Booking, Service
from clearhead.medicine.protocols.dose import DoseMode
from clearhead.medicine.protocols.protocol import Protocol

YEAR = timedelta(days=365)


def current_order(course: Course, purpose: str | None = None) -> Order | None:
    """The newest standing order of a course."""
    rows = Order.standing().filter(course=course)
    rows = rows.filter(purpose=purpose) if purpose else rows
    return rows.select_related("protocol_version", "site", "course__patient").order_by("happened_at", "pk").last()


def is_current(order: Order) -> bool:
    """True while nothing corrected or struck the order."""
    return Order.standing().filter(pk=order.pk).exists()


def is_intact(order: Order) -> bool:
    """True when the row still says what was signed: the hashes of content, row and signature agree."""
    digest = drafts.sha256_of_order(order)
    return digest == order.sha256 == order.signature.sha256 and str(order.code) == order.signature.subject_code


def protocol_of(order: Order) -> Protocol:
    """The protocol version the order was signed under, whatever was adopted since."""
    return policy.protocol_of(order.protocol_version)


def dose_mode_of(order: Order) -> DoseMode:
    """The dose mode with the order's own numbers; `planned_segments(dosing_weight, minutes)` says what is given."""
    return drafts.mode_with(protocol_of(order), order.dose)


def dosing_weight_kg(order: Order, weight_kg: Decimal | None = None) -> Decimal:
    """The weight that is dosed on: today's when given, else the order's; never above the protocol's cap."""
    kg = order.weight_kg if weight_kg is None else weight_kg
    return drafts.dosing_weight_kg(protocol_of(order), kg, height_cm=order.height_cm, sex=order.sex)


def latest_decision(course: Course) -> Decision | None:
    """The newest signed decision, over or not."""
    return assessment.latest_decision(course)


def current_decision(course: Course, at: datetime) -> Decision | None:
    """The newest signed decision, as long as it has not expired on the site's calendar."""
    last = latest_decision(course)
    return last if last is not None and last.expires_on >= course.site.today(at) else None


def order_facts(course: Course, protocol: Protocol, *, by: User, at: datetime, running: policy.Running) -> OrderFacts:
    """What an order of this course is judged against."""
    decision = current_decision(course, at)
    charts = course.patient.charts
    weight = last_weight(course.patient, at)
    given = SessionSummary.standing().filter(session__patient__in=charts, happened_at__gt=at - YEAR)
    return OrderFacts(
        adopted=running.adopted is not None,
        withdrawn=policy.withdrawn_for_safety(running.version, course.site, at) is not None,
        prescriber=Role.PRESCRIBER in roles_of(by, course.site),
        decision=None if decision is None else str(decision.outcome),
        decision_on_protocol=None if decision is None else decision.protocol_version.protocol_id,
        earlier_mg_per_kg_year=given.aggregate(sum=Sum("given_mg_per_kg"))["sum"] or Decimal(0),
        earlier_sessions_year=given.values("session").distinct().count(),
        allergies=tuple(
            Allergy.standing().filter(patient__in=charts, none_known=False).values_list("substance", flat=True)
        ),
        last_weight_kg=weight.value if weight else None,
    )


def checks_of(order: Order) -> list[OrderCheck]:
    """What pharmacists said about an order, newest first."""
    return list(OrderCheck.standing().filter(order=order).select_related("recorded_by").order_by("-happened_at", "-pk"))


def orders_to_check(site: Site) -> list[tuple[Order, OrderCheck | None]]:
    """Standing orders of open courses, each with its newest check: unread, then asked back, then agreed."""
    rows = Order.standing().filter(site=site, course__closed_at__isnull=True)
    rows = rows.select_related("course__patient", "protocol_version", "signature__signer").order_by("-happened_at")
    found = [(row, next(iter(checks_of(row)), None)) for row in rows[:200]]
    return sorted(found, key=lambda pair: 0 if pair[1] is None else 2 if pair[1].agreed else 1)


def allergies_of(patient: Patient) -> list[Allergy]:
    """Allergies on file, with "none known" where it was said."""
    return list(Allergy.standing().filter(patient__in=patient.charts))


def medicines_of(patient: Patient) -> list[Medication]:
    """What the patient takes, as a clinician confirmed it."""
    return list(Medication.standing().filter(patient__in=patient.charts, until__isnull=True))


def last_weight(patient: Patient, at: datetime) -> Measurement | None:
    """The newest weight on file, in kg."""
    return _last(patient, "weight", at)


def last_height(patient: Patient, at: datetime) -> Measurement | None:
    """The newest height on file, in cm."""
    return _last(patient, "height", at)


def measured(patient: Patient, at: datetime) -> dict[str, Any]:
    """Weight, height and sex as an order takes them over from the file."""
    weight, height = last_weight(patient, at), last_height(patient, at)
    return {
        "weight_kg": weight.value if weight else None,
        "weight_measured_at": weight.happened_at if weight else None,
        "height_cm": height.value if height else None,
        "height_measured_at": height.happened_at if height else None,
        "sex": patient.sex,
    }


def _last(patient: Patient, kind: str, at: datetime) -> Measurement | None:
    rows = Measurement.standing().filter(patient__in=patient.charts, kind=kind, happened_at__lte=at)
    return rows.filter(value__isnull=False).order_by("happened_at", "pk").last()


def sessions_of(order: Order) -> QuerySet[Session]:
    """The visits of an order that were not cancelled, by number."""
    return order.visits.filter(cancelled_at__isnull=True).select_related("booking", "order", "patient", "site")


def lineage(order: Order) -> list[Order]:
    """The order and every earlier one it took the place of: sessions already held stay with theirs."""
    found, row = [order], order.corrects
    while row is not None:
        found.append(row)
        row = row.corrects
    return found


def missing_numbers(order: Order) -> list[int]:
    """The sessions that have no visit yet. A visit nobody came to has to be planned again."""
    visits = Session.objects.filter(order__in=lineage(order), cancelled_at__isnull=True)
    there = set(visits.exclude(booking__status=Booking.Status.NO_SHOW).values_list("number", flat=True))
    return [number for number in range(1, order.sessions + 1) if number not in there]


def agreed_starts(order: Order) -> list[datetime]:
    """The starts last agreed with the patient; empty when none were, or when they do not fit what is missing."""
    agreed = SeriesProposal.standing().filter(order=order).last()
    return [datetime.fromisoformat(start) for start in agreed.starts] if agreed else []


def infusion_service(site: Site, on: date) -> Service | None:
    """The site's infusion service on a day."""
    rows = Service.objects.filter(site=site, kind="infusion", from_date__lte=on)
    return rows.exclude(until_date__lt=on).order_by("from_date", "pk").last()


@dataclass(frozen=True, slots=True)
class Visit:
    """One session with its times, as patient and staff see it."""

    session: Session
    slot: series.Slot | None
    escort: Escort | None
    state: str

    @property
    def booked(self) -> bool:
        """True while it stands in the calendar ahead."""
        return self.state == Booking.Status.BOOKED


def visits_of(patient: Patient, at: datetime) -> list[Visit]:
    """Every visit of a patient that was not cancelled, by start: for the patient's own page and the timeline."""
    rows = Session.objects.filter(patient__in=patient.charts, cancelled_at__isnull=True)
    rows = rows.select_related("booking", "order__protocol_version", "site", "course__patient")
    return sorted((visit_of(row) for row in rows), key=lambda visit: visit.slot.starts_at if visit.slot else at)


def visit_of(session: Session) -> Visit:
    """One session with chair time and home time."""
    booking = session.booking
    slot = series.slot(session.order, session.number, booking.starts_at, chair_of(session)) if booking else None
    return Visit(session, slot, sheet.escort_of(session), booking.status if booking else "not booked")


def chair_of(session: Session) -> str:
    """The chair or room that is taken up for a session."""
    taken = session.booking.occupancies if session.booking else None
    row = (
        taken.filter(resource__kind__in=["chair", "room"], released_at__isnull=True).select_related("resource").first()
        if taken is not None
        else None
    )
    return str(row.resource) if row else ""


def visits_on(site: Site, day: date) -> list[Visit]:
    """The sessions of one local day at a site, by start."""
    begin = datetime.combine(day, time(0), tzinfo=site.tz)
    rows = Session.objects.filter(
        site=site,
        cancelled_at__isnull=True,
        booking__starts_at__gte=begin,
        booking__starts_at__lt=begin + timedelta(days=1),
    ).select_related("booking", "order__protocol_version", "site", "patient", "course__patient")
    return [visit_of(row) for row in rows.order_by("booking__starts_at")]


def upcoming(sessions: Sequence[Session], at: datetime) -> list[Session]:
    """Those still booked and ahead, by start."""
    ahead = [one for one in sessions if one.booking and one.booking.status == "booked" and one.booking.starts_at > at]
    return sorted(ahead, key=lambda one: one.booking.starts_at if one.booking else at)


def in_scope(session: Session, scope: str, at: datetime) -> list[Session]:
    """The sessions a move or cancellation means: this one, this and the later ones, or all that are still ahead."""
    if scope == "one":
        return [session]
    ahead = upcoming(list(sessions_of(session.order)), at)
    if scope == "rest":
        return [one for one in ahead if one.number >= session.number]
    return ahead


sheet_of = sheet.sheet_of
escort_of = sheet.escort_of
proposals = series.propose


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """What was still open when the patient's last session was closed."""

    session: Session
    symptoms: tuple[str, ...]


def carried_over(session: Session) -> CarriedOver | None:
    """Open symptoms of the last session that was closed before this one; None where nothing was left open."""
    earlier = SessionSummary.standing().filter(session__patient=session.patient_id).exclude(session=session)
    if session.booking is not None:
        earlier = earlier.filter(session__booking__starts_at__lt=session.booking.starts_at)
    last = earlier.select_related("session__booking").order_by("happened_at", "pk").last()
    return CarriedOver(last.session, words_of(last)) if last is not None and last.open_symptoms else None


def words_of(summary: SessionSummary) -> tuple[str, ...]:
    """The open symptoms of a closed session, each with its grade in words."""
    return tuple(one.get("words") or f"{one['symptom']}, grade {one['grade']}" for one in summary.open_symptoms)
