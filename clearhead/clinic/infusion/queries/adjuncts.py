"""Drugs beside the infusion: what is signed for this patient, what was given, what could be given now and why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion.models import Adjunct, AdjunctEffect, Observation, Symptom
from clearhead.clinic.infusion.queries.flags import EMERGENCY, FlagLine, flag_lines
from clearhead.clinic.infusion.queries.permits import spoken
from clearhead.clinic.infusion.queries.pinned import protocol_of, signed_orders
from clearhead.clinic.infusion.queries.rates import approved, protocol_roles
from clearhead.clinic.infusion.queries.unrest import emergency_open
from clearhead.clinic.infusion.queries.vitals import limit_facts, observations, open_symptoms, prn_orders, signs_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.bedside import PrnOrder
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import adjunct, guards
from clearhead.medicine.rules.verdict import Outcome, Reason, Verdict


def adjuncts(session: Session) -> tuple[Adjunct, ...]:
    """What was given, in order of time."""
    rows = Adjunct.standing().filter(session=session).select_related("symptom", "recorded_by")
    return tuple(rows.order_by("happened_at", "pk"))


def allergies_of(session: Session) -> tuple[str, ...] | None:
    """The recorded allergies; empty when "none known" was said; None when nobody asked (unknown is not none)."""
    rows = list(Allergy.standing().filter(patient__in=session.patient.charts))
    if not rows:
        return None
    return tuple(f"{row.substance} {row.reaction}".strip() for row in rows if not row.none_known)


def facts_for(
    session: Session,
    order_id: str,
    dose: Decimal,
    unit: str,
    *,
    by: User | None,
    at: datetime,
    confirmed: bool,
    second_person: bool = False,
    waited_s: int = 0,
    read: frozenset[str] = frozenset(),
) -> adjunct.AdjunctFacts:
    """What an intended dose is judged against."""
    protocol = protocol_of(session)
    order = adjunct.order_of(order_id, protocol)
    held = protocol_roles(by, session.site, at)
    allowed = adjunct.who_may(order, protocol) if order is not None else ()
    stands = [line for line in flag_lines(session, at) if line.open]
    return adjunct.AdjunctFacts(
        order_id=order_id,
        dose=dose,
        unit=unit,
        role=next((role for role in held if role in allowed), held[0] if held else "nobody on duty"),
        signed_orders=signed_orders(session),
        allergies=allergies_of(session),
        triggers=triggers(stands, open_symptoms(session)),
        given=doses_of(adjuncts(session), order.ingredient) if order is not None else (),
        confirmed=confirmed,
        second_person=second_person,
        waited_s=waited_s,
        seen=seen_at(stands, observations(session), at, emergency=emergency_open(session, stands, at)),
        prescriber_decides=approved(session, by, at),
        read=read,
    )


def doses_of(given: Iterable[Adjunct], ingredient: str) -> tuple[adjunct.DoseGiven, ...]:
    """Every dose of this ingredient, whatever order it came from."""
    mine = (row for row in given if row.ingredient_id == ingredient)
    return tuple(adjunct.DoseGiven(row.happened_at, row.dose, row.unit, row.order_id) for row in mine)


def triggers(stands: Iterable[FlagLine], opened: Iterable[Symptom]) -> frozenset[str]:
    """What stands now and may call for a drug: open symptoms, and signs with an open flag, each with its side."""
    signs = {f"vital:{_what(line)}" for line in stands if line.flag.rule.startswith("limit:")}
    return frozenset(signs | {row.symptom for row in opened})


def said_open(stands: Iterable[FlagLine]) -> tuple[guards.OpenFlag, ...]:
    """Open medium and high flags, as a drug is judged by them. Not that of an emergency: `Seen.emergency` says it."""
    return tuple(
        guards.OpenFlag(_what(line), line.flag.sentence, line.unanswered)
        for line in stands
        if line.flag.level != "low" and line.flag.rule != EMERGENCY
    )


def seen_at(stands: Iterable[FlagLine], sets: Iterable[Observation], at: datetime, *, emergency: str) -> guards.Seen:
    """The signs as a drug is judged by them at this moment, by the sets that stand."""
    rows = tuple(row for row in sets if row.happened_at <= at)
    return guards.Seen(said_open(stands), signs_of(rows), limit_facts(rows).baseline, emergency)


def _what(line: FlagLine) -> str:
    """ "<sign>:<side>" of a limit, the code of a symptom, or the name of another rule."""
    kind, _, name = line.flag.rule.partition(":")
    return name.partition(":")[2] if kind == "limit" else name if kind == "symptom" else line.flag.rule


@dataclass(frozen=True, slots=True)
class OrderFace:
    """One signed order as it can be given now: the confirm face reads it out."""

    order: PrnOrder
    verdict: Verdict
    last_at: datetime | None
    given_total: Decimal
    not_before: datetime | None
    allergies: tuple[str, ...] | None
    only_for: str = ""
    """The licences that may give it, where the one who looks holds none of them."""
    asks_second: bool = False
    """The protocol asks a second person before it is given."""

    @property
    def faced(self) -> bool:
        """It is read out before it is given: the order or a second person asks for it."""
        return self.order.needs_confirm_face or self.asks_second

    @property
    def held(self) -> bool:
        """It may not be given now; what is only asked about does not count."""
        return any(reason.gate not in adjunct.ASKED for reason in self.verdict.blocking)

    @property
    def against(self) -> tuple[Reason, ...]:
        """What stands against it now, apart from who may; also what is given over, and that nothing calls for it."""
        said = (*guards.GATES, *(adjunct.ASKED if self.faced else ()))
        over = tuple(reason for reason in self.verdict.at(Outcome.WARNED) if reason.gate in said)
        return tuple(reason for reason in (*self.verdict.blocking, *over) if reason.gate != "act_permitted")


def order_faces(
    session: Session,
    protocol: Protocol,
    *,
    held: tuple[str, ...],
    at: datetime,
    given: tuple[Adjunct, ...],
    opened: tuple[Symptom, ...],
    allergies: tuple[str, ...] | None,
    flags: Iterable[FlagLine],
    sets: tuple[Observation, ...],
    emergency: str,
    decides: bool,
) -> tuple[OrderFace, ...]:
    """Every order signed for this patient, and whether it could be given now."""
    signed, known, stands = signed_orders(session), prn_orders(protocol), [line for line in flags if line.open]
    calls, seen = triggers(stands, opened), seen_at(stands, sets, at, emergency=emergency)
    faces = []
    for order in (known[order_id] for order_id in known if order_id in signed):
        mine = doses_of(given, order.ingredient)
        allowed = adjunct.who_may(order, protocol)
        role = next((r for r in held if r in allowed), held[0] if held else "nobody on duty")
        facts = adjunct.AdjunctFacts(
            order.id, order.dose, order.unit, role, signed, allergies, calls, mine, confirmed=True,
            second_person=True, seen=seen, prescriber_decides=decides,
        )  # fmt: skip
        faces.append(
            OrderFace(
                order,
                adjunct.judge(facts, protocol, at=at),
                max((one.at for one in mine), default=None),
                sum((one.dose for one in mine), Decimal(0)),
                adjunct.not_before(order, mine),
                allergies,
                "" if role in allowed else spoken(allowed),
                adjunct.second_check_needed(order, protocol),
            )
        )
    return tuple(faces)


def still_to_ask(session: Session, given: tuple[Adjunct, ...]) -> tuple[Adjunct, ...]:
    """Of these doses, the ones whose effect is still to be asked. Without such a dose this costs no question."""
    waits = tuple(row for row in given if row.recheck_at is not None)
    if not waits:
        return ()
    asked = set(AdjunctEffect.standing().filter(session=session).values_list("adjunct_id", flat=True))
    return tuple(row for row in waits if row.pk not in asked)
