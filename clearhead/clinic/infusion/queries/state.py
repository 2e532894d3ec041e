"""Where a session stands, derived from its facts and never stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from clearhead.clinic.infusion.models import Event, GateAnswer, GoNoGo, Infusion, PumpReading, RateChange
from clearhead.clinic.infusion.queries.doses import DoseRows, dose_rows
from clearhead.clinic.plan.drafts import dosing_weight_kg
from clearhead.clinic.plan.models import Session, SessionSummary
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.weight import clearly_another


class State(StrEnum):
    """The states of a session at the chair."""

    PREPARING = "preparing"
    READY = "ready"  # a signed go that is still valid
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Standing:
    """State of a session and what it rests on."""

    state: State
    since: datetime | None
    go: GoNoGo | None
    go_valid: bool
    pump_confirmed: bool
    """False after a stop until somebody saw the pump stopped (H-51)."""
    pump_read: bool
    """False while it was seen stopped and its mL were not read: the pump stands, what it gave is not known.
    Once the session is closed, nothing is left to read."""


def standing(
    session: Session, now: datetime, rows: DoseRows | None = None, events: Sequence[Event] | None = None
) -> Standing:
    """Where the session stands now. `events`: all that stand, in order of time, where the caller has read them."""
    rows = rows or dose_rows(session)
    go = GoNoGo.standing().filter(session=session).last()
    valid = go is not None and go.go and go.happened_at <= now + timedelta(minutes=5) and now < go.valid_until
    last = rows.last
    if events is None:
        events = tuple(Event.standing().filter(session=session, kind="stop").order_by("happened_at", "pk"))
    stop = next((row for row in reversed(events) if row.kind == "stop"), None)
    if SessionSummary.standing().filter(session=session).exists():
        state, since = State.CLOSED, last.happened_at if last else None
    elif last is None:
        state = State.READY if valid else State.PREPARING
        since = go.happened_at if go and valid else None
    else:
        state = _by_pump(last)
        since = (rows.paused or last).happened_at if state is State.PAUSED else last.happened_at
    seen, read = _pump(session, rows, stop)
    return Standing(state, since, go, valid, seen, read or state is State.CLOSED)


def state_of(session: Session, now: datetime, rows: DoseRows) -> State:
    """The state alone, by these rows: while the pump has been set, the go and the stops need not be asked for it."""
    if rows.last is None:
        return standing(session, now, rows).state
    closed = SessionSummary.standing().filter(session=session, happened_at__lte=now).exists()
    return State.CLOSED if closed else _by_pump(rows.last)


def _by_pump(last: RateChange) -> State:
    words = {RateChange.Kind.PAUSE: State.PAUSED, RateChange.Kind.END: State.STOPPED}
    if last.kind == RateChange.Kind.BAG_CHANGE and not last.pump_ml_per_h:
        return State.PAUSED  # another bag was hung while the pump stood still
    return words.get(RateChange.Kind(last.kind), State.RUNNING)


def _pump(session: Session, rows: DoseRows, stop: Event | None) -> tuple[bool, bool]:
    """After an end or the newest stop: whether somebody has seen the pump stopped, and whether its mL were read since.

    What was seen before a STOP says nothing about the pump after it; an end charted after a STOP asks for no new look
    unless the pump was set to run in between.
    """
    last = rows.last
    end = last if last and last.kind == "end" else None
    ran = stop and end and any(stop.happened_at <= row.happened_at and row.pump_ml_per_h for row in rows.rates)
    begin = end if ran or stop is None else stop
    if begin is None:
        return True, True
    since = {"session": session, "happened_at__gte": begin.happened_at}
    readings = list(PumpReading.standing().filter(**since).values_list("stopped", flat=True))
    seen = any(readings) or Event.standing().filter(**since, kind="pump_seen_stopped").exists()
    return seen, last is None or bool(readings)


def infusion_of(session: Session) -> Infusion | None:
    """The running row, when there is one."""
    return Infusion.objects.filter(session=session).first()


def weight_today(session: Session) -> Decimal | None:
    """Today's measured weight in kg, as typed at the go gate."""
    answer = GateAnswer.standing().filter(session=session, gate="weight_today").last()
    return Decimal(str(answer.value["kg"])) if answer is not None and answer.value.get("kg") else None


def weighed_since(session: Session, infusion: Infusion | None, protocol: Protocol, at: datetime) -> Decimal | None:
    """The dosing weight by today's weight, where it was charted after the start and is clearly another; else None."""
    if infusion is None:
        return None
    rows = GateAnswer.standing().filter(session=session, gate="weight_today", happened_at__lte=at)
    last = rows.order_by("happened_at", "pk").last()
    if last is None or last.recorded_at <= infusion.started_at or not last.value.get("kg"):
        return None
    kg = dosing_weight_kg(
        protocol, Decimal(str(last.value["kg"])), height_cm=session.order.height_cm, sex=session.order.sex
    )
    return kg if clearly_another(infusion.weight_kg, kg) else None


def dosing_weight(session: Session, protocol: Protocol) -> Decimal | None:
    """The weight doses count on: of the running infusion, else today's under the protocol's rule."""
    infusion = infusion_of(session)
    if infusion is not None:
        return infusion.weight_kg
    measured = weight_today(session)
    if measured is None:
        return None
    order = session.order
    return dosing_weight_kg(protocol, measured, height_cm=order.height_cm, sex=order.sex)
