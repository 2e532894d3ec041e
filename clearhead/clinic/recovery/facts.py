"""What stands on the record about a patient in recovery, as the rule of discharge reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db.models import Model, QuerySet

from clearhead.clinic.infusion.models import Access, Adjunct, Event, Infusion, Observation
from clearhead.clinic.infusion.queries.adjuncts import adjuncts
from clearhead.clinic.infusion.queries.doses import dose_rows
from clearhead.clinic.infusion.queries.state import infusion_of
from clearhead.clinic.infusion.queries.unrest import unrest
from clearhead.clinic.infusion.queries.vitals import (
    as_set,
    baseline_of,
    observations,
    open_symptoms,
    prn_orders,
    sedates,
)
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery.models import EscortMet, Score
from clearhead.medicine.medicines.catalogue import Ingredient, is_reversal, is_sedative, named_in
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import discharge_signs, limits
from clearhead.medicine.rules.discharge import LOOKED_AT, DischargeFacts, Disposition, Padss

Row = TypeVar("Row", bound=Model)
ITEMS = ("vital_signs", "activity", "nausea", "pain")


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """What is said with the departure itself."""

    disposition: Disposition = "criteria_met"
    instructions_ack: bool = False
    hand_over: str = ""


def facts_of(session: Session, protocol: Protocol, said: AtTheDoor, *, until: datetime | None = None) -> DischargeFacts:
    """Everything the label "criteria met" rests on; with `until`, as far as it had happened by then."""
    infusion, looked, escort = infusion_of(session), last_score(session, until), escort_met(session, until)
    rows = tuple(row for row in observations(session) if until is None or row.happened_at <= until)
    drugs = tuple(row for row in adjuncts(session) if until is None or row.happened_at <= until)
    lines = tuple(_by(until, Event.standing().filter(session=session, kind="emergency")))
    ended_at = last_dose_at(session, infusion)
    sets = tuple(as_set(row) for row in rows)
    baseline = baseline_of(sets)
    return DischargeFacts(
        disposition=said.disposition,
        infusion_min=_infusion_min(infusion, ended_at),
        ended_at=ended_at,
        baseline_systolic=baseline.get("systolic_mmhg"),
        baseline=baseline,
        sets=tuple(s for s in sets if s.during == "recovery" and ended_at is not None and s.at >= ended_at),
        score=_padss(looked),
        looked_at=looked.happened_at if looked else None,
        answers=_answers(session, looked, escort, rows, said, until),
        on_oxygen=_on_oxygen(rows, ended_at),
        sedative_last_at=max(_sedatives(drugs, protocol) + _in_lines(lines, is_sedative), default=None),
        antihypertensive_last_at=_last_antihypertensive(drugs, protocol),
        reversal_last_at=max(_reversals(drugs) + _in_lines(lines, is_reversal), default=None),
        order_waits=_order_waits(drugs, protocol),
        pain_on_arrival=pain_on_arrival(rows, looked),
        pain_now=_pain_now(rows, looked, ended_at),
        pain_acceptable=looked.pain_acceptable if looked else None,
        escort_alternative=escort.alternative if escort else "",
    )


def judged_facts(
    session: Session, protocol: Protocol, said: AtTheDoor, *, at: datetime, until: datetime | None = None
) -> DischargeFacts:
    """The same with what goes on at this moment: an emergency, a flag nobody answered, a grave symptom."""
    stirs = unrest(session, at)
    opened = ((row, protocol.limits.symptom(row.symptom)) for row in open_symptoms(session, until))
    grave = tuple(
        f"{known.title if known else row.symptom}, grade {row.grade}"
        for row, known in opened
        if limits.symptom_level(row.grade, known) == "high"
    )
    facts = facts_of(session, protocol, said, until=until)
    return replace(facts, emergency=stirs.emergency, unanswered=stirs.unanswered, grave_symptoms=grave)


def last_score(session: Session, until: datetime | None = None) -> Score | None:
    """The newest look at the patient."""
    rows = _by(until, Score.standing().filter(session=session).select_related("recorded_by"))
    return rows.order_by("happened_at", "pk").last()


def escort_met(session: Session, until: datetime | None = None) -> EscortMet | None:
    """The escort who was seen here, or what the protocol allows instead."""
    rows = _by(until, EscortMet.standing().filter(session=session).select_related("recorded_by"))
    return rows.order_by("happened_at", "pk").last()


def last_dose_at(session: Session, infusion: Infusion | None) -> datetime | None:
    """When the last drug went in: the end of the infusion, or a flush or bolus after it. None while it runs."""
    if infusion is None or infusion.ended_at is None:
        return None
    rows = dose_rows(session)
    flushed = [flush.happened_at + timedelta(minutes=float(flush.over_min)) for flush in rows.flushes]
    return max([infusion.ended_at, *flushed, *(bolus.happened_at for bolus in rows.boluses)])


def seen_here(session: Session, infusion: Infusion | None, *, until: datetime) -> list[tuple[datetime, str]]:
    """The newest of each thing that shows the patient still here, in words: nobody left before it."""
    rows, drugs, looked, dose = observations(session), adjuncts(session), last_score(session), dose_rows(session)
    met = escort_met(session)
    found = [
        (infusion.started_at if infusion else None, "the start of this infusion"),
        (last_dose_at(session, infusion), "the end of the infusion"),
        (max((row.happened_at for row in dose.rates if row.pump_ml_per_h > 0), default=None), "the last rate"),
        (max((row.happened_at for row in dose.boluses), default=None), "the last bolus"),
        (drugs[-1].happened_at if drugs else None, "the last medicine"),
        (rows[-1].happened_at if rows else None, "the last set"),
        (looked.happened_at if looked else None, "the discharge score"),
        (max((row.out_at for row in accesses(session) if row.out_at), default=None), "the catheter came out"),
        (met.happened_at if met else None, "the escort came"),
    ]
    return [(min(when, until), what) for when, what in found if when is not None]


def accesses(session: Session) -> tuple[Access, ...]:
    """Every catheter of this session as it stands now."""
    return tuple(Access.standing().filter(session=session).order_by("happened_at", "pk"))


def pain_on_arrival(rows: tuple[Observation, ...], looked: Score | None) -> int | None:
    """The first pain score before the start; else what was asked back at the score."""
    before = [row.pain for row in rows if row.phase == "baseline" and row.pain is not None]
    return before[0] if before else (looked.pain_on_arrival if looked else None)


def _infusion_min(infusion: Infusion | None, ended_at: datetime | None) -> Decimal:
    if infusion is None or ended_at is None:
        return Decimal(0)
    return max(Decimal(0), Decimal((ended_at - infusion.started_at).total_seconds()) / 60)


def _padss(looked: Score | None) -> Padss | None:
    if looked is None or any(item not in looked.items for item in ITEMS):
        return None
    return Padss(**{item: int(looked.items[item]) for item in ITEMS})


def _by(until: datetime | None, rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows if until is None else rows.filter(happened_at__lte=until)


def _answers(
    session: Session,
    looked: Score | None,
    escort: EscortMet | None,
    rows: tuple[Observation, ...],
    said: AtTheDoor,
    until: datetime | None,
) -> dict[str, bool]:
    answers = {k: bool(v) for k, v in (looked.answers if looked else {}).items() if k in LOOKED_AT}
    lying = [access.out_at is not None for access in accesses(session)]
    if lying:
        answers["catheter_out"] = all(lying)
    elif looked is not None and looked.line_out:
        answers["catheter_out"] = True
    if looked is not None and _newest_after(rows, looked, "dissociation") > 0:
        answers["dissociation_gone"] = False
    if looked is not None and not discharge_signs.nausea_tolerable(_newest_after(rows, looked, "nausea")):
        answers["nausea_tolerable"] = False
    answers["symptoms_closed"] = not open_symptoms(session, until) or bool(said.hand_over.strip())
    if escort is not None and escort.name:
        answers["escort_met"] = True
    if said.instructions_ack:
        answers["instructions_acknowledged"] = True
    return answers


def _newest_after(rows: tuple[Observation, ...], looked: Score, sign: str) -> int:
    """A later set outweighs what was said at the score; 0 where no later set says anything."""
    later = [getattr(row, sign) for row in rows if row.happened_at > looked.happened_at]
    return next((told for told in reversed(later) if told is not None), 0)


def _on_oxygen(rows: tuple[Observation, ...], ended_at: datetime | None) -> bool | None:
    """By the newest recovery set that has a saturation; a flow nobody wrote down is unknown, not zero."""
    with_spo2 = [row for row in _after(rows, ended_at) if row.spo2 is not None]
    flow = with_spo2[-1].o2_l_per_min if with_spo2 else None
    return None if flow is None else flow > 0


def _pain_now(rows: tuple[Observation, ...], looked: Score | None, ended_at: datetime | None) -> int | None:
    told = [(row.happened_at, row.pain) for row in _after(rows, ended_at) if row.pain is not None]
    if looked is not None and looked.pain is not None:
        told.append((looked.happened_at, looked.pain))
    return max(told)[1] if told else None


def _after(rows: tuple[Observation, ...], ended_at: datetime | None) -> list[Observation]:
    return [row for row in rows if ended_at is not None and row.happened_at >= ended_at]


def _sedatives(drugs: tuple[Adjunct, ...], protocol: Protocol) -> list[datetime]:
    orders = prn_orders(protocol)
    return [drug.happened_at for drug in drugs if sedates(drug, orders)]


def _last_antihypertensive(drugs: tuple[Adjunct, ...], protocol: Protocol) -> datetime | None:
    orders = {order.id for order in protocol.orders.prn_orders if order.antihypertensive}
    return max((drug.happened_at for drug in drugs if drug.order_id in orders), default=None)


def _reversals(drugs: tuple[Adjunct, ...]) -> list[datetime]:
    return [drug.happened_at for drug in drugs if any(map(is_reversal, named_in(drug.ingredient_id)))]


def _in_lines(lines: tuple[Event, ...], counts: Callable[[Ingredient], bool]) -> list[datetime]:
    """Lines of the emergency that name such a drug, by its name or a brand: they are charted against no order."""
    return [line.happened_at for line in lines if any(map(counts, named_in(line.text)))]


def _order_waits(drugs: tuple[Adjunct, ...], protocol: Protocol) -> tuple[tuple[datetime, int], ...]:
    """What each dose of an order brings with it, from the dose itself."""
    own = {order.id: order.added_recovery_min for order in protocol.orders.prn_orders}
    return tuple((drug.happened_at, own[drug.order_id]) for drug in drugs if own.get(drug.order_id))
