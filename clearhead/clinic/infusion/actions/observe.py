"""Observation sets: what is refused, what is asked, what is saved. The flags follow (flags.py)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import (
    HERE,
    ChairRefused,
    Written,
    add,
    lock,
    long_ago,
    not_ahead,
    raise_flag,
    refuse,
)
from clearhead.clinic.infusion.actions.flags import keep_flags
from clearhead.clinic.infusion.actions.symptom import vein_seen
from clearhead.clinic.infusion.entered import WORDS
from clearhead.clinic.infusion.models import Observation
from clearhead.clinic.infusion.queries.adjuncts import adjuncts
from clearhead.clinic.infusion.queries.doses import dose_rows
from clearhead.clinic.infusion.queries.gates import vein_lies
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.state import infusion_of
from clearhead.clinic.infusion.queries.vitals import (
    COLUMNS,
    CORE,
    observations,
    observe_facts,
    open_symptoms,
    prn_orders,
)
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules import observe as clock
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.plausible import plausible, pressure_fits
from clearhead.medicine.rules.reasons import missing, refused
from clearhead.medicine.rules.verdict import Reason, Verdict

SCALES = {"pain": 10, "nausea": 3, "dissociation": 3}
SIGNS = frozenset({*COLUMNS, *SCALES, "o2_l_per_min", "etco2", "iv_site"})
"""Every column of a set that a person may fill."""
NIGHT = timedelta(hours=4)
"""So long before a start after midnight a set may be of the evening before (assumption)."""
SAME = ("hr", "spo2", "sys", "dia", "rr")


@audit.once
def observe(
    *,
    session: Session,
    values: dict[str, Any],
    by: User | None,
    at: datetime,
    phase: str = "",
    kind: str = "core",
    why_not: dict[str, str] | None = None,
    confirmed: frozenset[str] = frozenset(),
    due_at: datetime | None = None,
    happened_at: datetime | None = None,
    intended: bool = True,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Observation:
    """One set. Impossible values are refused, rare ones confirmed by naming them, an identical third set asked about.

    `intended` False (a queue, a monitor): doubts do not hold it back; it is saved and the doubt becomes a low flag.
    """
    infusion = lock(session)
    unknown = set(values) - SIGNS
    if unknown or kind not in {"core", "full", "bp"}:
        raise refuse("sign", "Set", f"Not part of a set: {', '.join(sorted(unknown)) or kind}.")
    words = {sign: word for sign, word in (why_not or {}).items() if word}
    when = happened_at or at
    not_ahead(when, at)
    _of_this_visit(session, when, infusion.started_at if infusion else at)
    _possible(values, words)
    doubts = [r for r in _doubts(session, values, when) if r.gate not in confirmed]
    both = _both(values, words)
    if intended and both:
        raise ChairRefused(Verdict.of("observe", both))
    doubts += both
    if intended:
        asked = _wanted(kind, vein=vein_lies(session, when))
        old = [r for r in long_ago(when, at, session.site.tz) if r.gate not in confirmed]
        reasons = [*_incomplete(values, words, asked), *old, *doubts]
        if reasons:
            raise ChairRefused(Verdict.of("observe", reasons))
    row = add(
        Observation, session=session, at=at, by=by, verb="observation", happened_at=when, written=written,
        phase=phase or phase_now(session, when), kind=kind, why_not=words, confirmed=sorted(confirmed),
        due_at=due_at or _due(session, when),
        **values,
    )  # fmt: skip
    for doubt in [] if intended else doubts:
        raise_flag(
            session=session, at=at, by=by, rule=doubt.gate, level="low", sentence=doubt.sentence, since=row.happened_at
        )
    keep_flags(session, at, by)
    vein_seen(session, str(values.get("iv_site") or ""), by, at, when, written)
    return row


def _of_this_visit(session: Session, when: datetime, visit: datetime) -> None:
    """A set of another day is no set of this visit; just before midnight it may be."""
    said = when.astimezone(session.site.tz)
    if session.site.today(when) < session.site.today(visit) and when < visit - NIGHT:
        sentence = (
            f"{said:%d %b}, {clock_time(when, session.site.tz)} lies before the day of this visit. Check the date."
        )
        raise refuse("before_visit", "Time", sentence)


def _due(session: Session, when: datetime) -> datetime | None:
    """When the clock asked for a set of this moment; kept beside it, so that timeliness can be told later."""
    protocol, infusion = protocol_of(session), infusion_of(session)
    if infusion is None or when < infusion.started_at:
        return None
    taken = tuple(row for row in observations(session) if row.happened_at <= when)
    given = tuple(row for row in adjuncts(session) if row.happened_at <= when)
    opened = bool(open_symptoms(session, when))
    facts = observe_facts(infusion, dose_rows(session), taken, given, prn_orders(protocol), opened)
    next_set = clock.due(facts, protocol, at=when)
    return next_set.at if next_set is not None else None


def phase_now(session: Session, when: datetime) -> str:
    """Which phase a set of this moment belongs to, by the pump."""
    infusion = infusion_of(session)
    if infusion is None or when < infusion.started_at:
        return "baseline"
    return "infusion" if infusion.ended_at is None or when < infusion.ended_at else "recovery"


def _possible(values: dict[str, Any], words: dict[str, str]) -> None:
    """What cannot be is refused everywhere, in a queue too: it is a slip, not a fact."""
    for name, value in values.items():
        if name in COLUMNS and value is not None and plausible(COLUMNS[name], Decimal(str(value))) == "impossible":
            raise refuse(name, "Impossible", f"{value} is not a possible value for {_word(name)}. Check the entry.")
        if name in SCALES and value is not None and not 0 <= value <= SCALES[name]:
            raise refuse(name, "Impossible", f"{_word(name)} is 0 to {SCALES[name]}.")
    pressures = {COLUMNS[n]: Decimal(values[n]) for n in ("sys", "dia") if values.get(n) is not None}
    if not pressure_fits(pressures):
        raise refuse("sys", "Impossible", "The first pressure must be the higher one. Check the entry.")
    wrong = [word for word in words.values() if word not in WORDS]
    if wrong:
        raise refuse("why_not", "Reason", f"“{wrong[0]}” is not one of the reasons for an absent value.")


def _both(values: dict[str, Any], words: dict[str, str]) -> list[Reason]:
    """A number and a word for why there is none cannot both be so."""
    said = {"bp" if name in ("sys", "dia") else name for name, value in values.items() if value not in (None, "")}
    told = [sign for sign in words if ("bp" if sign in ("sys", "dia") else sign) in said]
    if not told:
        return []
    names = ", ".join(dict.fromkeys(_word("sys" if sign == "bp" else sign) for sign in told))
    return [refused("one_or_other", "Set", f"A number and a word for why there is none: {names}. Keep one of them.")]


def _wanted(kind: str, *, vein: bool) -> tuple[str, ...]:
    """The signs of a set; the vein only where a catheter lies."""
    full = (*CORE, *SCALES, *(("iv_site",) if vein else ()))
    return {"core": CORE, "bp": ("sys", "dia"), "full": full}[kind]


def _incomplete(values: dict[str, Any], words: dict[str, str], wanted: tuple[str, ...]) -> list[Reason]:
    """A set says something about every sign of its kind: a number, or a word for why not."""
    absent = [n for n in wanted if values.get(n) in (None, "") and n not in words]
    absent = [n for n in absent if not (n in ("sys", "dia") and "bp" in words)]
    if not absent:
        return []
    names = ", ".join(dict.fromkeys(_word(n) for n in absent))
    return [missing("complete", "Not complete", f"Still without a number or a word: {names}.")]


def _doubts(session: Session, values: dict[str, Any], when: datetime) -> list[Reason]:
    found = [
        missing(f"{name}={value}", "Rare value", f"{_word(name)} {value}: is that right? Name it to confirm.")
        for name, value in values.items()
        if name in COLUMNS and value is not None and plausible(COLUMNS[name], Decimal(str(value))) == "confirm"
    ]
    if _same_again(session, values, when):
        found.append(missing("identical", "Same again", "Third identical set in a row. Measured anew, or copied?"))
    return found


def _same_again(session: Session, values: dict[str, Any], when: datetime) -> bool:
    """H-11: the two sets before carry the very same numbers."""
    told = {name: values[name] for name in SAME if values.get(name) is not None}
    before = [row for row in observations(session) if row.happened_at <= when][-2:]
    if len(told) < 3 or len(before) < 2:
        return False
    return all(all(getattr(row, name) == value for name, value in told.items()) for row in before)


def _word(name: str) -> str:
    words = {"sys": "blood pressure", "dia": "blood pressure", "hr": "heart rate", "rr": "breaths", "spo2": "SpO₂",
             "temp_c": "temperature", "iv_site": "IV site"}  # fmt: skip
    return words.get(name, name)
