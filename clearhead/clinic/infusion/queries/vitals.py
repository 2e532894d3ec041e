"""Observations as the rules read them: sets, the resting baseline, episodes, the observation clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from clearhead.clinic.infusion.models import Adjunct, Infusion, Observation, RateChange, Symptom
from clearhead.clinic.infusion.queries.doses import DoseRows
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.bedside import PrnOrder, Sign
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import limits, observe
from clearhead.medicine.rules.limits import LimitFacts, VitalsSet, baseline_of, resting_of
from clearhead.medicine.rules.looked import Read
from clearhead.medicine.rules.titration import Score

COLUMNS: dict[str, Sign] = {
    "sys": "systolic_mmhg",
    "dia": "diastolic_mmhg",
    "hr": "heart_rate_per_min",
    "rr": "respirations_per_min",
    "spo2": "spo2_percent",
    "temp_c": "temperature_c",
    "sedation": "sedation_rass",
}
CORE = ("hr", "spo2", "sys", "dia", "rr", "sedation")
FULL = (*CORE, "pain", "nausea", "dissociation")
ASLEEP = frozenset({"asleep_rouses", "asleep_not_woken"})
"""Somebody looked at a sleeper: no number, and no gap either."""
DURING: dict[str, limits.Phase] = {
    "baseline": "pre_start",
    "infusion": "infusion",
    "recovery": "recovery",
    "discharge": "recovery",
}


def as_set(row: Observation) -> VitalsSet:
    """One row as the rules read it; a sign with a word instead of a number is absent."""
    values = {
        sign: Decimal(str(getattr(row, name))) for name, sign in COLUMNS.items() if getattr(row, name) is not None
    }
    return VitalsSet(row.happened_at, values, DURING[row.phase])


def observations(session: Session) -> tuple[Observation, ...]:
    """The standing sets in order of time."""
    rows = Observation.standing().filter(session=session).order_by("happened_at", "pk")
    return tuple(rows.defer("code", "device", "device_at", "confirmed"))


def signs_of(rows: Iterable[Observation]) -> dict[Sign, Read]:
    """The newest word on each sign, from sets in order of time; a set that says nothing of a sign changes nothing."""
    found: dict[Sign, Read] = {}
    for row in rows:
        for name, sign in COLUMNS.items():
            value, word = getattr(row, name), _word_for(row, name)
            if value is not None or word:
                number = None if value is None else Decimal(str(value))
                found[sign] = Read(row.happened_at, number, asleep=word in ASLEEP)
    return found


def _word_for(row: Observation, name: str) -> str:
    """Why this sign has no number; one word stands for both pressures."""
    return str(row.why_not.get(name) or (row.why_not.get("bp", "") if name in ("sys", "dia") else ""))


def resting_sets(session: Session) -> tuple[VitalsSet, ...]:
    """The sets of this visit before the start."""
    return resting_of(as_set(row) for row in observations(session) if row.phase == "baseline")


def pain_scores(session: Session) -> tuple[Score, ...]:
    """Every score of the target's measure, in order of time."""
    rows = Observation.standing().filter(session=session, pain__isnull=False).order_by("happened_at", "pk")
    return tuple(Score(when, Decimal(pain)) for when, pain in rows.values_list("happened_at", "pain"))


def limit_facts(rows: Iterable[Observation]) -> LimitFacts:
    """Sets and the resting baseline."""
    sets = tuple(as_set(row) for row in rows)
    return LimitFacts(sets, baseline_of(sets))


def sedates(given: Adjunct, orders: Mapping[str, PrnOrder]) -> bool:
    """True for a sedative: by its standing order or, given by plan, by what was charted with the dose."""
    order = orders.get(given.order_id)
    return given.raises_monitoring if order is None else order.sedative


def changes(rows: DoseRows, adjuncts: Iterable[Adjunct], orders: dict[str, PrnOrder]) -> tuple[observe.Changed, ...]:
    """What asks for closer looks: start, increase, decrease, bolus, sedative, antihypertensive."""
    found, before = [], Decimal(0)
    for row in rows.rates:
        now = row.pump_ml_per_h * row.bag.mg_per_ml
        if row.kind == RateChange.Kind.START:
            found.append(observe.Changed("start", row.happened_at))
        elif now > before:
            found.append(observe.Changed("increase", row.happened_at))
        elif now < before and row.kind == RateChange.Kind.CHANGE:
            found.append(observe.Changed("decrease", row.happened_at))
        before = now
    found += [observe.Changed("bolus", bolus.happened_at) for bolus in rows.boluses]
    for given in adjuncts:
        order = orders.get(given.order_id)
        if sedates(given, orders):
            found.append(observe.Changed("sedative", given.happened_at))
        elif order is not None and order.antihypertensive:
            found.append(observe.Changed("antihypertensive", given.happened_at))
    return tuple(sorted(found, key=lambda one: one.at))


def observe_facts(
    infusion: Infusion | None,
    rows: DoseRows,
    sets: Iterable[Observation],
    adjuncts: tuple[Adjunct, ...],
    orders: dict[str, PrnOrder],
    open_symptom: bool,
) -> observe.ObserveFacts:
    """Where the session stands for the observation clock."""
    return observe.ObserveFacts(
        started_at=infusion.started_at if infusion else None,
        recovery_since=infusion.ended_at if infusion else None,
        changes=changes(rows, adjuncts, orders),
        sets=tuple(observe.SetTaken(s.happened_at, "full" if s.kind == "full" else "core") for s in sets),
        added=tuple(_added(given, orders[given.order_id]) for given in adjuncts if given.order_id in orders),
        open_symptom=open_symptom,
    )


def _added(given: Adjunct, order: PrnOrder) -> observe.Added:
    return observe.Added(given.happened_at, order.added_observation_every_min, order.added_observation_for_min)


def open_symptoms(session: Session, when: datetime | None = None) -> tuple[Symptom, ...]:
    """The newest grade of every symptom that is above 0, at a moment gone by where one is named."""
    rows = Symptom.standing().filter(session=session).order_by("happened_at", "pk")
    return still_open(rows.filter(happened_at__lte=when) if when else rows)


def still_open(gradings: Iterable[Symptom]) -> tuple[Symptom, ...]:
    """The newest grade of every symptom that is above 0, from gradings in order of time."""
    newest = {row.symptom: row for row in gradings}
    return tuple(row for row in newest.values() if row.grade > 0)


def prn_orders(protocol: Protocol) -> dict[str, PrnOrder]:
    """The standing orders by id."""
    return {order.id: order for order in protocol.orders.prn_orders}
