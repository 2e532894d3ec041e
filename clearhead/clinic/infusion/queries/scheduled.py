"""Drugs given by plan, before and along the infusion: when each dose is due, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from clearhead.clinic.infusion.models import Adjunct, Event, Infusion
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.state import dosing_weight
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.before import Act

NOT_GIVEN = "not_given"
AHEAD = timedelta(minutes=15)
"""A dose by plan is offered this long before it is due, and not sooner."""
SMALLEST = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Planned:
    """One drug of the signed order that is given by plan, in today's figures."""

    id: str
    ingredient: str
    title: str
    dose: Decimal | None  # None: a dose by weight, and no weight yet
    unit: str
    route: str
    at_min: int
    repeat_every_min: int
    max_doses: int
    over_min: int
    sedative: bool
    condition: str
    asks_second: bool = False
    """The protocol asks a second person before it is given."""

    @property
    def acts(self) -> tuple[Act, ...]:
        """The acts of the act × licence table that giving it is."""
        return ("give_premedication", "give_sedative") if self.sedative else ("give_premedication",)


@dataclass(frozen=True, slots=True)
class DueDose:
    """One dose: its number, when it is due (None before the start is known), and what became of it."""

    drug: Planned
    number: int
    due_at: datetime | None
    given: Adjunct | None = None
    left_out: Event | None = None

    @property
    def open(self) -> bool:
        """Neither given nor left out."""
        return self.given is None and self.left_out is None

    def late_min(self, now: datetime) -> int:
        """Minutes since it was due; 0 before."""
        return 0 if self.due_at is None else max(0, int((now - self.due_at).total_seconds() // 60))


def planned(session: Session, weight_kg: Decimal | None) -> tuple[Planned, ...]:
    """What the signed order lists, each dose worked out for today's weight and never above its maximum."""
    asked = protocol_of(session).running.second_check.acts
    drugs = (_planned(row, weight_kg) for row in session.order.premedication)
    return tuple(replace(drug, asks_second=any(act in asked for act in drug.acts)) for drug in drugs)


def _planned(row: Mapping[str, Any], weight_kg: Decimal | None) -> Planned:
    by_weight = row["unit"] == "mg/kg"
    dose: Decimal | None = Decimal(str(row["dose"]))
    if by_weight and dose is not None:
        dose = None if weight_kg is None else (dose * weight_kg).quantize(SMALLEST, ROUND_DOWN)
    if dose is not None and row.get("max_mg") not in (None, "") and (by_weight or row["unit"] == "mg"):
        dose = min(dose, Decimal(str(row["max_mg"])))
    return Planned(
        row["id"], row["ingredient"], row["title"], dose, "mg" if by_weight else row["unit"], row["route"],
        int(row["at_min"]), int(row["repeat_every_min"]), int(row["max_doses"]), int(row["over_min"]),
        bool(row["sedative"]), row["condition"],
    )  # fmt: skip


def due_doses(
    session: Session, infusion: Infusion | None, given: Iterable[Adjunct], weight_kg: Decimal | None, now: datetime
) -> tuple[DueDose, ...]:
    """Every dose up to the next one of each drug, in order of time. One that repeats is due from the last one given."""
    if not session.order.premedication:
        return ()
    out = tuple(Event.standing().filter(session=session, kind=NOT_GIVEN).order_by("happened_at", "pk"))
    rows = tuple(given)
    found = [dose for drug in planned(session, weight_kg) for dose in _doses(drug, infusion, rows, out)]
    last = now + timedelta(days=1)
    return tuple(sorted(found, key=lambda dose: (dose.due_at or last, dose.drug.title, dose.number)))


def _doses(
    drug: Planned, infusion: Infusion | None, given: tuple[Adjunct, ...], out: tuple[Event, ...]
) -> Iterable[DueDose]:
    settled: list[Adjunct | Event] = [row for row in given if row.order_id == drug.id]
    settled += [row for row in out if row.detail.get("order_id") == drug.id]
    settled.sort(key=lambda row: (row.happened_at, row.pk))
    due = None if infusion is None else infusion.started_at + timedelta(minutes=drug.at_min)
    for number, row in enumerate(settled, 1):
        yield DueDose(
            drug, number, due, row if isinstance(row, Adjunct) else None, row if isinstance(row, Event) else None
        )
        due = row.happened_at + timedelta(minutes=drug.repeat_every_min)
    ended = infusion is not None and infusion.ended_at is not None
    more = len(settled) < drug.max_doses and (not settled or drug.repeat_every_min > 0)
    if more and not (ended and drug.at_min >= 0):
        yield DueDose(drug, len(settled) + 1, due)


def next_dose(doses: Iterable[DueDose], order_id: str) -> DueDose | None:
    """The open dose of this drug."""
    return next((dose for dose in doses if dose.drug.id == order_id and dose.open), None)


def to_give(
    session: Session, infusion: Infusion | None, given: Iterable[Adjunct], weight_kg: Decimal | None, now: datetime
) -> tuple[tuple[DueDose, int], ...]:
    """What the chair offers now, with the minutes it is late: nothing costs a question without a drug by plan."""
    if not session.order.premedication:
        return ()
    weight = weight_kg if weight_kg is not None else dosing_weight(session, protocol_of(session))
    doses = due_doses(session, infusion, given, weight, now)
    return tuple((dose, dose.late_min(now)) for dose in doses if dose.open and _near(dose, now))


def _near(dose: DueDose, now: datetime) -> bool:
    if dose.due_at is None:
        return dose.drug.at_min < 0
    return dose.due_at - AHEAD <= now
