"""What stands against more drug at a moment: consent taken back, an allergy to it, an emergency nobody ended, a stop
rule that is met, flags nobody answered, a set of signs that is wanted first, flags still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.consent.queries import taken_back as consent_taken_back
from clearhead.clinic.infusion.models import Adjunct, Infusion, Observation, Symptom
from clearhead.clinic.infusion.queries.doses import DoseRows, dose_rows
from clearhead.clinic.infusion.queries.emergency import emergency_now
from clearhead.clinic.infusion.queries.flags import EMERGENCY, HELP, FlagLine, flag_lines
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.state import infusion_of
from clearhead.clinic.infusion.queries.vitals import (
    limit_facts,
    observations,
    observe_facts,
    open_symptoms,
    prn_orders,
    signs_of,
)
from clearhead.clinic.plan.models import Session
from clearhead.medicine.medicines.allergies import ketamine_held_by
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import limits, looked, observe, stop
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Unrest:
    """In words, as the chair says them; empty where all is calm."""

    emergency: str = ""
    unanswered: str = ""
    """The first high flag without an answer."""
    consent_withdrawn: bool = False
    stop_met: str = ""
    """The first stop rule that is met by the symptoms and signs, whatever was said to their flags."""
    set_wanted: str = ""
    open_flags: int = 0
    """Medium and high flags whose episode is not over, answered or not."""
    allergy: str = ""
    """The recorded text that names ketamine."""


def unrest(session: Session, at: datetime, rows: DoseRows | None = None) -> Unrest:
    """As it stood at this moment, by what is charted now."""
    protocol, sets = protocol_of(session), tuple(row for row in observations(session) if row.happened_at <= at)
    opened_symptoms = open_symptoms(session, at)
    flags = (line for line in flag_lines(session, at) if line.flag.rule != EMERGENCY)  # its lines say it
    opened = [line for line in flags if line.open and line.flag.level != "low"]
    high = [line.flag for line in opened if line.unanswered]
    return Unrest(
        emergency=emergency_open(session, opened, at),
        unanswered=high[0].sentence if high else "",
        consent_withdrawn=consent_taken_back(session.order, at),
        stop_met=_stop_met(opened_symptoms, sets, protocol, at),
        set_wanted=set_wanted(
            infusion_of(session), rows or dose_rows(session), sets,
            tuple(Adjunct.standing().filter(session=session, happened_at__lte=at)), protocol, at,
            open_symptom=bool(opened_symptoms),
        ),
        open_flags=len(opened),
        allergy=ketamine_allergy(session, at),
    )  # fmt: skip


def ketamine_allergy(session: Session, at: datetime) -> str:
    """What was recorded by then as an allergy, where it names ketamine; empty where nothing does."""
    rows = Allergy.standing().filter(patient__in=session.patient.charts, none_known=False, happened_at__lte=at)
    return ketamine_held_by(rows.order_by("happened_at", "pk").values_list("substance", flat=True))


def _stop_met(opened: tuple[Symptom, ...], sets: tuple[Observation, ...], protocol: Protocol, at: datetime) -> str:
    graded = tuple(stop.SymptomNow(row.symptom, row.grade, row.happened_at) for row in opened)
    episodes = limits.flags(limit_facts(sets), protocol, at=at)
    met = stop.judge(stop.StopFacts(graded, episodes), protocol, at=at).at(Outcome.REFUSED)
    return met[0].sentence if met else ""


def set_wanted(
    infusion: Infusion | None,
    rows: DoseRows,
    sets: Iterable[Observation],
    given: tuple[Adjunct, ...],
    protocol: Protocol,
    at: datetime,
    *,
    open_symptom: bool,
) -> str:
    """Why a set comes before more drug, in words; empty where none is wanted. One of the pressure alone is no set."""
    if infusion is None:
        return ""
    sets = tuple(sets)
    core = tuple(row for row in sets if row.kind != "bp")
    facts = observe_facts(infusion, rows, core, given, prn_orders(protocol), open_symptom)
    return looked.set_wanted(signs_of(sets), overdue_min=observe.core_overdue_min(facts, protocol, at=at))


def emergency_open(session: Session, lines: Iterable[FlagLine], at: datetime) -> str:
    """A call for help that nobody answered, or an emergency that nobody ended by then; empty where there is none."""
    goes_on = emergency_now(session, at)
    return emergency_words(session, lines, goes_on.since if goes_on is not None else None)


def emergency_words(session: Session, lines: Iterable[FlagLine], since: datetime | None) -> str:
    """The same, where it is known since when an emergency goes on."""
    zone = session.site.tz
    helped = next((line.flag for line in lines if line.unanswered and line.flag.rule == HELP), None)
    if helped is not None:
        return f"Help was called at {clock_time(helped.happened_at, zone)} and is not answered yet."
    return f"The emergency of {clock_time(since, zone)} is open; its line “recovered” ends it." if since else ""
