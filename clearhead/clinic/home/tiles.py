"""What one tile of the chair board says, from the facts of one session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.infusion.queries.doses import exact
from clearhead.clinic.infusion.queries.ends import End
from clearhead.clinic.infusion.queries.flags import EMERGENCY, HELP, emergency_since
from clearhead.clinic.infusion.queries.handover import open_flags
from clearhead.clinic.infusion.queries.late import chart_of, late_of
from clearhead.clinic.infusion.queries.overdue import Late, level_of
from clearhead.clinic.infusion.queries.state import State
from clearhead.clinic.infusion.queries.vitals import as_set, baseline_of
from clearhead.clinic.plan.models import Session
from clearhead.clinic.plan.queries import escort_of
from clearhead.clinic.recovery.facts import AtTheDoor, escort_met, facts_of
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import discharge, observe
from clearhead.medicine.rules.clock import is_ahead

Urgency = Literal["", "soon", "low", "medium", "high"]
LOUDER: tuple[Urgency, ...] = ("", "soon", "low", "medium", "high")
SHOWN_APART = ("set", "pump")
"""Late things that have a line of their own on a tile."""
SAID_ALONE = (EMERGENCY, HELP)
"""Flags that have a line of their own above all others."""
SOON_MIN = 5
"""From here on a set that comes is shown as soon due (assumption)."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One occupied chair. Every value stands with its time or its age; words first, colour never alone."""

    phase: str
    since: datetime | None
    since_min: int
    until: datetime | None
    ends: End | None
    due_at: datetime | None
    due_set: str
    overdue_min: int
    urgency: Urgency
    waits: tuple[Late, ...]
    systolic: int | None
    diastolic: int | None
    set_at: datetime | None
    set_age_min: int
    old: bool
    resting: int | None
    mg_per_h: Decimal
    ml_per_h: Decimal
    symptom: str
    grade: int
    escort: str
    escort_state: str
    flags: tuple[tuple[str, str], ...]
    help_called: bool
    emergency_since: datetime | None
    called: tuple[Late, ...]
    nurse: str
    nurse_initials: str
    pump_confirmed: bool

    @property
    def change_percent(self) -> int | None:
        """How far the last systolic lies from rest."""
        if self.systolic is None or not self.resting:
            return None
        return round(100 * (self.systolic - self.resting) / self.resting)

    @property
    def loudest(self) -> Urgency:
        """The frame of the tile: the loudest of what is late, what is flagged, and a pump that nobody saw stopped."""
        found: list[str] = [self.urgency, self.worst_flag, *(one.level for one in self.waits)]
        found += ["high"] if self.help_called or self.emergency_since or not self.pump_confirmed else []
        return max(found, key=LOUDER.index)  # type: ignore[return-value, arg-type]

    @property
    def worst_flag(self) -> str:
        """high, medium, low, or nothing."""
        return self.flags[0][0] if self.flags else ""


def figures_of(session: Session, now: datetime) -> Figures:
    """Everything one tile says."""
    chart = chart_of(session, now)
    protocol, infusion, stands, sets, due = chart.protocol, chart.infusion, chart.stands, chart.sets, chart.due
    last = next((row for row in reversed(sets) if row.sys is not None and not is_ahead(row.happened_at, now)), None)
    worst = max(chart.opened, key=lambda row: row.grade, default=None)
    rule = protocol.limits.symptom(worst.symptom) if worst else None
    named, met, who = escort_of(session), escort_met(session), chart.who
    resting = baseline_of([as_set(row) for row in sets]).get("systolic_mmhg")
    age = int((now - last.happened_at).total_seconds() // 60) if last else 0
    phase, since = _phase(stands.state, infusion, stands.since)
    late, flags = late_of(chart), open_flags(session)
    return Figures(
        phase=phase,
        since=since,
        since_min=max(0, int((now - since).total_seconds() // 60)) if since else 0,
        until=_until(session, stands.state, infusion, protocol),
        ends=next(iter(chart.ends), None),
        due_at=due.at if due else None,
        due_set=str(due.set) if due else "",
        overdue_min=int(due.overdue_min) if due else 0,
        urgency=_urgency(due, protocol, now),
        waits=_each_once(one for one in late if one.what not in SHOWN_APART),
        systolic=last.sys if last else None,
        diastolic=last.dia if last else None,
        set_at=last.happened_at if last else None,
        set_age_min=age,
        old=_old(due, age, protocol),
        resting=int(resting) if resting is not None else None,
        mg_per_h=exact(chart.given.mg_per_h),
        ml_per_h=chart.given.ml_per_h,
        symptom=(rule.title if rule else worst.symptom) if worst else "",
        grade=worst.grade if worst else 0,
        escort=(met.name or met.alternative) if met else named.name if named else "",
        escort_state="here" if met else "reached" if named and named.reached_at else "named" if named else "",
        flags=tuple((flag.level, flag.sentence) for flag in flags if flag.rule not in SAID_ALONE),
        help_called=any(flag.rule == HELP for flag in flags),
        emergency_since=emergency_since(flags),
        called=tuple(one for one in late if one.level == "high"),
        nurse=who.nurse.name if who else "",
        nurse_initials=" ".join(f"{part[0]}." for part in who.nurse.name.split()[:2]) if who else "",
        pump_confirmed=stands.pump_confirmed,
    )


def _each_once(late: Iterable[Late]) -> tuple[Late, ...]:
    """The longest of each kind: a tile has words for the kind, and a drug by plan its own sentence."""
    first: dict[str, Late] = {}
    for one in late:
        first.setdefault(one.sentence if one.what == "by_plan" else one.what, one)
    return tuple(first.values())


def overdue_of(session: Session, now: datetime) -> tuple[Late, ...]:
    """What is late at this chair and how far that has risen; for the desk's day."""
    return late_of(chart_of(session, now))


def _phase(state: State, infusion: Infusion | None, since: datetime | None) -> tuple[str, datetime | None]:
    if infusion is None:
        return (_("ready") if state is State.READY else _("preparing")), since
    if infusion.ended_at is not None:
        return _("recovery"), infusion.ended_at
    return (_("paused"), since) if state is State.PAUSED else (_("infusing"), infusion.started_at)


def _until(session: Session, state: State, infusion: Infusion | None, protocol: Protocol) -> datetime | None:
    """When this phase should be over, at the earliest."""
    if infusion is None or infusion.ended_at is None:
        return None
    return discharge.observe_until(facts_of(session, protocol, AtTheDoor()), protocol)


def _urgency(due: observe.Due | None, protocol: Protocol, now: datetime) -> Urgency:
    if due is None:
        return ""
    if due.overdue_min >= 1:
        level = level_of(due.overdue_min, protocol.running.escalation)
        return level if level in ("medium", "high") else "low"  # type: ignore[return-value]
    return "soon" if (due.at - now).total_seconds() <= SOON_MIN * 60 else ""


def _old(due: observe.Due | None, age_min: int, protocol: Protocol) -> bool:
    """A set older than the interval asked for now is shown as old (H-10)."""
    interval = protocol.observation.phase(due.phase) if due else None
    return interval is not None and age_min > interval.core_every_min
