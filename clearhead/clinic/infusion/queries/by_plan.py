"""The doses by plan that the chair offers now, the last dose of the same drug, and what stands against each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from clearhead.clinic.infusion.models import Adjunct, Observation
from clearhead.clinic.infusion.queries.adjuncts import doses_of, seen_at
from clearhead.clinic.infusion.queries.flags import FlagLine
from clearhead.clinic.infusion.queries.pinned import signed_orders
from clearhead.clinic.infusion.queries.scheduled import DueDose, Planned
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import by_plan, guards
from clearhead.medicine.rules.verdict import Reason


@dataclass(frozen=True, slots=True)
class PlanFace:
    """One dose by plan as the chair offers it: its minutes late, and what stands against it now."""

    dose: DueDose
    late_min: int
    against: tuple[Reason, ...]
    last: Adjunct | None
    """The last dose of the same ingredient, whatever order it came from."""


def plan_faces(
    session: Session,
    doses: Iterable[tuple[DueDose, int]],
    *,
    protocol: Protocol,
    at: datetime,
    given: tuple[Adjunct, ...],
    allergies: tuple[str, ...] | None,
    flags: Iterable[FlagLine],
    sets: tuple[Observation, ...],
    emergency: str,
    decides: bool,
) -> tuple[PlanFace, ...]:
    """Every dose by plan that is offered now; the reasons are the ones that are asked again when it is sent."""
    seen = seen_at([line for line in flags if line.open], sets, at, emergency=emergency)
    faces = []
    for dose, late in doses:
        facts = plan_facts(session, dose.drug, protocol, given, allergies, seen, decides=decides)
        last = next((row for row in reversed(given) if row.ingredient_id == dose.drug.ingredient), None)
        faces.append(PlanFace(dose, late, tuple(by_plan.judge(facts, protocol, at=at)), last))
    return tuple(faces)


def plan_facts(
    session: Session,
    drug: Planned,
    protocol: Protocol,
    given: Iterable[Adjunct],
    allergies: tuple[str, ...] | None,
    seen: guards.Seen,
    *,
    decides: bool,
    read: frozenset[str] = frozenset(),
) -> by_plan.PlanFacts:
    """What a dose by plan is judged against. `decides`: a prescriber agrees at the chair."""
    signed = signed_orders(session)
    return by_plan.PlanFacts(
        order_id=drug.id,
        ingredient=drug.ingredient,
        title=drug.title,
        dose=drug.dose,
        unit=drug.unit,
        repeat_every_min=drug.repeat_every_min,
        sedative=drug.sedative,
        allergies=allergies,
        seen=seen,
        given=doses_of(given, drug.ingredient),
        plan=frozenset(str(row["id"]) for row in session.order.premedication),
        orders=tuple(
            one for one in protocol.orders.prn_orders if one.id in signed and one.ingredient == drug.ingredient
        ),
        prescriber_decides=decides,
        read=read,
    )
