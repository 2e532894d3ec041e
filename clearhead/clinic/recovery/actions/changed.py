"""What comes onto the record after recovery was judged: told to the prescriber where it changes the judgement.

Nothing is refused here and no departure is changed: it was as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clearhead.clinic.infusion.actions.base import raise_flag
from clearhead.clinic.infusion.models import (
    Access,
    Adjunct,
    Bolus,
    ChairFact,
    Event,
    Flag,
    Flush,
    Observation,
    RateChange,
    Symptom,
)
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.said import drug_name
from clearhead.clinic.infusion.queries.state import infusion_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery.facts import AtTheDoor, judged_facts
from clearhead.clinic.recovery.models import Discharge, EscortMet, Score
from clearhead.clinic.recovery.queries import departure_of
from clearhead.medicine.rules import discharge as rule
from clearhead.medicine.rules.clock import clock_time

LABEL, LATER, STRUCK = "label_changed", "after_leaving", "struck_in_recovery"
WATCHED = (Observation, Adjunct, Symptom, Bolus, Flush, RateChange, Access, Event, Flag, Score, EscortMet)
"""What the label rests on."""
OF_THE_PATIENT = (Observation, Symptom, Adjunct, Score)
"""What nobody can chart of a patient who has left."""
ALARMS = ("emergency", "help")
TOLD_ANYWAY = (RateChange, Bolus, Flush)
"""A dose taken back is told to the prescriber wherever it happens."""


def fact_charted(*, row: ChairFact, by: User | None, at: datetime) -> None:
    """A reaction: a fact of a patient who has left. The label is judged again as of the moment of leaving."""
    if not _counts(row) or (left := departure_of(row.session)) is None:
        return
    if isinstance(row, OF_THE_PATIENT) and not row.struck and row.happened_at > left.happened_at:
        _dated_later(row, left, by, at)
    if left.disposition == Discharge.Disposition.CRITERIA_MET:
        _judge_again(row, left, by, at)


def _counts(row: ChairFact) -> bool:
    if isinstance(row, Flag):
        return row.level == "high" and row.rule != LABEL
    return isinstance(row, WATCHED) and (not isinstance(row, Event) or row.kind in ALARMS)


def _dated_later(row: ChairFact, left: Discharge, by: User | None, at: datetime) -> None:
    """One of the two times is not so; both are kept."""
    session, when = row.session, row.happened_at
    if Flag.objects.filter(session=session, rule=LATER, happened_at=when).exists():
        return
    zone = session.site.tz
    sentence = f"Charted for {clock_time(when, zone)}, after the patient left at {_local(left)}: which time is right?"
    raise_flag(session=session, at=at, by=by, rule=LATER, level="low", sentence=sentence, since=when)


def _judge_again(row: ChairFact, left: Discharge, by: User | None, at: datetime) -> None:
    session, protocol, when = row.session, protocol_of(row.session), left.happened_at
    said = AtTheDoor("criteria_met", left.instructions_ack, left.hand_over)
    given = max(when, left.recorded_at)  # what was answered before the label was given stays answered
    facts = judged_facts(session, protocol, said, at=given, until=when)
    unmet = rule.judge(facts, protocol, at=when).blocking
    if not unmet:
        return
    titles = ", ".join(dict.fromkeys(reason.title for reason in unmet))
    sentence = f"Left at {_local(left)} with “criteria met”. By what is charted now, not met: {titles}."[:400]
    before = Flag.standing().filter(session=session, rule=LABEL).last()
    if before is None or before.sentence != sentence:
        raise_flag(
            session=session, at=at, by=by, rule=LABEL, level="high", sentence=sentence, value=str(row.code),
            for_prescriber=True, corrects=before,
        )  # fmt: skip


def _local(left: Discharge) -> str:
    return clock_time(left.happened_at, left.session.site.tz)


@dataclass(frozen=True, slots=True)
class Stand:
    """What stands against the label, and until when the patient is observed."""

    against: dict[str, str]
    until: datetime | None


def entry_striking(*, session: Session, at: datetime, seen: dict[str, Any]) -> None:
    """A reaction, before an entry is taken back: how the patient in recovery stands with it."""
    infusion = infusion_of(session)
    if infusion is not None and infusion.ended_at is not None and departure_of(session) is None:
        seen["before"] = _stand(session, at)


def entry_struck(*, row: ChairFact, reason: str, by: User | None, at: datetime, seen: dict[str, Any]) -> None:
    """A reaction, after it: what no longer stands against going home is told to the prescriber."""
    before: Stand | None = seen.get("before")
    if before is None or isinstance(row, TOLD_ANYWAY):
        return
    session, zone, after = row.session, row.session.site.tz, _stand(row.session, at)
    gone = [title for gate, title in before.against.items() if gate not in after.against]
    sooner = before.until is not None and after.until is not None and after.until < before.until
    if not gone and not sooner:
        return
    sentence = f"{_what(row)} of {clock_time(row.happened_at, zone)} was taken back in recovery: {reason.strip()}."
    if sooner and after.until and before.until:
        ends, ended = clock_time(after.until, zone), clock_time(before.until, zone)
        sentence += f" Observation ends at {ends} instead of {ended}."
    if gone:
        sentence += f" No longer against “criteria met”: {', '.join(gone)}."
    raise_flag(
        session=session, at=at, by=by, rule=STRUCK, level="medium", sentence=sentence[:400], value=str(row.code),
        for_prescriber=True,
    )  # fmt: skip


def _stand(session: Session, at: datetime) -> Stand:
    protocol = protocol_of(session)
    facts = judged_facts(session, protocol, AtTheDoor(), at=at)
    against = {reason.gate: reason.title for reason in rule.judge(facts, protocol, at=at).blocking}
    return Stand(against, rule.observe_until(facts, protocol))


def _what(row: ChairFact) -> str:
    if isinstance(row, Adjunct):
        return f"{drug_name(row.ingredient_id)} {row.dose.normalize():f} {row.unit}"
    names: dict[type[ChairFact], str] = {Observation: "A set", Symptom: "A symptom", Access: "A catheter"}
    return names.get(type(row), "An entry")
