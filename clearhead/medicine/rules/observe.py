"""The observation clock: when the next set is due, which one, how late it is and who is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from clearhead.medicine.protocols.bedside import AfterChange, Change, ObservationPhase, ObservationSet
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import AHEAD_MIN, aware, in_utc, is_ahead, minutes_since
from clearhead.medicine.rules.reasons import missing, refused, source_of, warned
from clearhead.medicine.rules.verdict import Verdict

QUESTION = "observe"
EARLY_MIN = 2  # a set taken this much before its time counts for it (assumption)
RESTARTING = ("start", "increase", "bolus")  # only these begin the early sets again; the newest one counts
Told = Literal["nobody", "nurse_device", "desk", "prescriber"]


@dataclass(frozen=True, slots=True)
class Changed:
    """Something happened that asks for closer looks."""

    change: Change
    at: datetime


@dataclass(frozen=True, slots=True)
class SetTaken:
    """A charted set and its kind. A full set is a core set too."""

    at: datetime
    set: ObservationSet


@dataclass(frozen=True, slots=True)
class Added:
    """Closer observation that an order brought with it."""

    since: datetime
    every_min: int
    for_min: int


@dataclass(frozen=True, slots=True)
class ObserveFacts:
    """Where the session stands."""

    started_at: datetime | None
    recovery_since: datetime | None = None
    left_at: datetime | None = None
    changes: tuple[Changed, ...] = ()
    sets: tuple[SetTaken, ...] = ()
    added: tuple[Added, ...] = ()
    open_symptom: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """The next set. `overdue_min` is 0 until its time has passed."""

    phase: ObservationPhase
    at: datetime
    set: ObservationSet
    overdue_min: float
    told: Told
    why: str
    monitors: tuple[str, ...]


def judge(facts: ObserveFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """The clock as a verdict: an overdue set warns; a phase without intervals refuses (a missing limit)."""
    phase = phase_of(facts, protocol, at=at)
    if phase not in ("baseline", "departure") and protocol.observation.phase(phase) is None:
        sentence = f"The protocol names no observation interval for the phase “{phase}”."
        return Verdict.of(QUESTION, [refused("limits_present", "No interval", sentence)])
    next_set = due(facts, protocol, at=at)
    if next_set is None or next_set.overdue_min <= 0:
        return Verdict(QUESTION)
    sentence = f"A {next_set.set} set is {next_set.overdue_min:.0f} min overdue ({next_set.why})."
    wording = warned if next_set.told == "nurse_device" else missing
    reason = wording("set_due", "Overdue", sentence, source_of(protocol, "running.escalation"), who=next_set.told)
    return Verdict.of(QUESTION, [reason])


def phase_of(facts: ObserveFacts, protocol: Protocol, *, at: datetime) -> ObservationPhase:
    """The phase of observation at this moment."""
    return _phase(in_utc(facts), protocol, aware(at))


def _phase(facts: ObserveFacts, protocol: Protocol, at: datetime) -> ObservationPhase:
    rule = protocol.observation
    if _past(facts.left_at, at):
        return "departure"
    if _past(facts.recovery_since, at):
        return "recovery"
    if facts.started_at is None or facts.started_at > at:
        return "baseline"
    if minutes_since(facts.started_at, at) < rule.early_min:
        return "early"
    last = max([facts.started_at, *(c.at for c in facts.changes if c.at <= at)])
    calm = minutes_since(last, at) >= rule.stable_after_min and not facts.open_symptom
    return "stable" if calm and rule.phase("stable") is not None else "running"


def _past(moment: datetime | None, at: datetime) -> bool:
    """Asked of a moment gone by, the clock knows nothing of what came after it."""
    return moment is not None and moment <= at


def due(facts: ObserveFacts, protocol: Protocol, *, at: datetime) -> Due | None:
    """The next set that is due, or None when nobody is observed (before the start, after leaving)."""
    return due_in_utc(in_utc(facts), protocol, at=aware(at))


def due_in_utc(facts: ObserveFacts, protocol: Protocol, *, at: datetime) -> Due | None:
    """The same for facts whose every moment is in UTC already: who asks often turns them once."""
    phase = _phase(facts, protocol, at)
    interval = protocol.observation.phase(phase)
    if interval is None or phase in ("baseline", "departure"):
        return None
    wanted = [*_by_phase(facts, protocol, phase, at), *_after_changes(facts, protocol, at), *_added(facts, at)]
    moment, kind, why, monitors = min(wanted, key=lambda one: (one[0], one[1] == "core"))
    if any(other[1] == "full" and minutes_since(moment, other[0]) <= EARLY_MIN for other in wanted):
        kind = "full"
    late = max(0.0, minutes_since(moment, at))
    on = tuple(dict.fromkeys(m for one in wanted for m in one[3]))
    return Due(phase, moment, kind, late, _told(late, protocol), why, on or monitors)


def core_overdue_min(facts: ObserveFacts, protocol: Protocol, *, at: datetime) -> float:
    """Minutes since a core set was due; 0 while none is. A full set in its place counts as one."""
    facts, at = in_utc(facts), aware(at)
    phase = _phase(facts, protocol, at)
    if phase in ("baseline", "departure"):
        return 0.0
    wanted = [*_by_phase(facts, protocol, phase, at), *_after_changes(facts, protocol, at), *_added(facts, at)]
    due_at = min((moment for moment, kind, _why, _on in wanted if kind == "core"), default=at)
    return max(0.0, minutes_since(due_at, at))


_Wanted = tuple[datetime, ObservationSet, str, tuple[str, ...]]


def _by_phase(facts: ObserveFacts, protocol: Protocol, phase: ObservationPhase, at: datetime) -> Iterator[_Wanted]:
    interval = protocol.observation.phase(phase)
    begun = facts.recovery_since if phase == "recovery" else facts.started_at
    if interval is None or begun is None:
        return
    why = f"{phase}: every {interval.core_every_min} min"
    yield _last(facts, at, begun) + timedelta(minutes=interval.core_every_min), "core", why, ()
    if interval.full_every_min:
        last_full = _last(facts, at, begun, only="full")
        why = f"{phase}: a full set every {interval.full_every_min} min"
        yield last_full + timedelta(minutes=interval.full_every_min), "full", why, ()


def _last(facts: ObserveFacts, at: datetime, begun: datetime, only: ObservationSet | None = None) -> datetime:
    """The last set, or the begin of the phase when that is later. Future-dated sets are not believed."""
    believed = at + timedelta(minutes=AHEAD_MIN)
    return max([begun, *(s.at for s in facts.sets if s.at <= believed and (only is None or s.set == only))])


def _after_changes(facts: ObserveFacts, protocol: Protocol, at: datetime) -> Iterator[_Wanted]:
    """What each change asks for and no set has answered yet. Of start, increase and bolus only the newest counts."""
    past = [changed for changed in facts.changes if changed.at <= at]
    newest = max((c.at for c in past if c.change in RESTARTING), default=None)
    for changed in past:
        if changed.change in RESTARTING and changed.at != newest:
            continue
        for rule in protocol.observation.after_change:
            if rule.change == changed.change:
                yield from _open_times(facts, changed, rule, at)


def _open_times(facts: ObserveFacts, changed: Changed, rule: AfterChange, at: datetime) -> Iterator[_Wanted]:
    for minute in _minutes(rule):
        moment = changed.at + timedelta(minutes=minute)
        if not _answered(facts, moment, rule.set, at):
            yield moment, rule.set, f"{minute} min after {changed.change}", rule.monitors
            return


def _minutes(rule: AfterChange) -> Iterable[int]:
    yield from rule.at_min
    if rule.then_every_min:
        first = max(rule.at_min, default=0)
        yield from range(first + rule.then_every_min, first + rule.for_min + 1, rule.then_every_min)


def _answered(facts: ObserveFacts, moment: datetime, kind: ObservationSet, at: datetime) -> bool:
    earliest = moment - timedelta(minutes=EARLY_MIN)
    return any(s.at >= earliest and not is_ahead(s.at, at) and kind in (s.set, "core") for s in facts.sets)


def _added(facts: ObserveFacts, at: datetime) -> Iterator[_Wanted]:
    for extra in facts.added:
        if not extra.every_min:
            continue
        for minute in range(extra.every_min, extra.for_min + 1, extra.every_min):
            moment = extra.since + timedelta(minutes=minute)
            if not _answered(facts, moment, "core", at):
                yield moment, "core", f"{minute} min after the order was given", ()
                break


def _told(late_min: float, protocol: Protocol) -> Told:
    steps = protocol.running.escalation
    if late_min <= 0:
        return "nobody"
    if late_min >= steps.prescriber_min:
        return "prescriber"
    if late_min >= steps.desk_min:
        return "desk"
    return "nurse_device" if late_min >= steps.nurse_device_min else "nobody"
