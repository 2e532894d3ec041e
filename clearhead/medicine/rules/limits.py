"""Typed vital signs and symptoms against the site's own limits: flags, one per episode, each with its ladder.

This checks a record; it is no monitor. A flag opens when the protocol's readings in a row are over, and closes only
when a reading lies clear of the limit by a margin, so that a value that wavers around a limit is one flag, not ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Literal

from clearhead.medicine.protocols.bedside import LadderStep, Sign, Symptom, VitalLimit
from clearhead.medicine.protocols.codes import SIGNS
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import aware, in_utc, is_ahead, minutes_since
from clearhead.medicine.rules.reasons import missing, refused, source_of, warned
from clearhead.medicine.rules.verdict import Reason, Verdict

QUESTION = "limits"
Phase = Literal["pre_start", "infusion", "recovery"]
Side = Literal["low", "high"]
LEVELS = ("review", "amber", "red", "no_start")
ONE_VISIT = timedelta(hours=12)
"""Resting sets further than this before the last of them belong to another day (assumption)."""
FLAG_LEVELS = {"review": "low", "amber": "medium", "red": "high", "no_start": "high"}
# How far a reading must lie on the safe side before an episode ends (assumption: about the error of one reading).
MARGIN: dict[str, Decimal] = {
    "systolic_mmhg": Decimal(5),
    "diastolic_mmhg": Decimal(5),
    "heart_rate_per_min": Decimal(5),
    "spo2_percent": Decimal(1),
    "respirations_per_min": Decimal(1),
    "temperature_c": Decimal("0.2"),
    "sedation_rass": Decimal(0),
}


@dataclass(frozen=True, slots=True)
class VitalsSet:
    """One charted set. A sign that was not obtained is simply absent."""

    at: datetime
    values: Mapping[Sign, Decimal]
    during: Phase


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """The sets of one session and the patient's resting baseline per sign."""

    sets: tuple[VitalsSet, ...]
    baseline: Mapping[Sign, Decimal]


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder and when it is due."""

    step: LadderStep
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Flag:
    """One episode of one sign on one side. `ended_at` None = still open.

    `level` is the worst the episode has been, `level_now` the worst that still stands: a red pressure that fell back
    to amber stays one episode, but no longer refuses.
    """

    sign: Sign
    side: Side
    during: Phase
    level: str
    level_now: str
    since: datetime
    ended_at: datetime | None
    worst: Decimal
    newest: Decimal
    limits: tuple[str, ...]  # in words
    limit_ids: tuple[str, ...]  # as the protocol names them
    ladder: tuple[Rung, ...]

    @property
    def open(self) -> bool:
        """True while the last readings are not clear of the limit."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class _Edge:
    """One limit as one threshold on one side."""

    limit: VitalLimit
    side: Side
    at: Decimal
    words: str

    def over(self, value: Decimal) -> bool:
        return value < self.at if self.side == "low" else value >= self.at

    def clear(self, value: Decimal) -> bool:
        """On the safe side by the margin."""
        margin = MARGIN[self.limit.sign]
        return value >= self.at + margin if self.side == "low" else value < self.at - margin


def judge(facts: LimitFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """Open flags as reasons: no_start and red refuse to go on as before, amber and review warn.

    Without any limit for a sign, or without the baseline a limit needs, the answer is open: never "all fine".
    """
    reasons = [_reason(flag, protocol) for flag in flags(facts, protocol, at=at) if flag.open]
    return Verdict.of(QUESTION, [*reasons, *_unjudged(facts, protocol)])


def flags(facts: LimitFacts, protocol: Protocol, *, at: datetime) -> tuple[Flag, ...]:
    """Every episode so far, by time. Sets dated into the future are not believed."""
    facts, at = in_utc(facts), aware(at)
    believed = sorted((s for s in facts.sets if not is_ahead(s.at, at)), key=lambda s: s.at)
    by_sign = {
        sign: [s for s in believed if sign in s.values] for sign in {one.sign for one in protocol.limits.vital_limits}
    }
    runs: dict[tuple[Sign, Side, Phase], list[_Run]] = {}
    for limit in protocol.limits.vital_limits:
        for edge in _edges(limit, facts.baseline):
            runs.setdefault((limit.sign, edge.side, limit.during), []).extend(_runs(edge, by_sign[limit.sign]))
    found = [flag for key, group in runs.items() for flag in _episodes(key, group, protocol)]
    return tuple(sorted(found, key=lambda flag: (flag.since, flag.sign)))


def outside(
    sign: Sign, value: Decimal, protocol: Protocol, baseline: Mapping[Sign, Decimal], during: Sequence[Phase]
) -> tuple[str, ...] | None:
    """The limits of these phases that this one reading is over, in words; None where the protocol names none."""
    rows = [one for one in protocol.limits.vital_limits if one.sign == sign and one.during in during]
    edges = [edge for one in rows for edge in _edges(one, baseline)]
    return tuple(dict.fromkeys(edge.words for edge in edges if edge.over(value))) if edges else None


def over_now(
    sign: Sign, side: Side, value: Decimal, protocol: Protocol, baseline: Mapping[Sign, Decimal], own: Decimal | None
) -> str:
    """In words the limit of the infusion that one value is over, whatever the phase; `own` where it names none."""
    rows = [limit for limit in protocol.limits.vital_limits if limit.sign == sign and limit.during == "infusion"]
    edges = [edge for limit in rows for edge in _edges(limit, baseline) if edge.side == side]
    found = next((edge.words for edge in edges if edge.over(value)), "")
    its_own = any((edge.limit.below if side == "low" else edge.limit.at_or_above) is not None for edge in edges)
    if found or own is None or its_own:
        return found
    over = value < own if side == "low" else value >= own
    return f"{'below' if side == 'low' else 'at or above'} {own}" if over else ""


def resting_of(sets: Iterable[VitalsSet]) -> tuple[VitalsSet, ...]:
    """The pre-start sets of this visit: one of days before, for a start that was put off, is no rest of today."""
    before = sorted((s for s in sets if s.during == "pre_start"), key=lambda s: s.at)
    return tuple(s for s in before if before[-1].at - s.at <= ONE_VISIT)


def baseline_of(sets: Iterable[VitalsSet]) -> dict[Sign, Decimal]:
    """The resting baseline: the median of each sign over the pre-start sets of this visit."""
    resting = resting_of(sets)
    signs = {sign for s in resting for sign in s.values}
    return {sign: median([s.values[sign] for s in resting if sign in s.values]) for sign in signs}


def symptom_level(grade: int, rule: Symptom | None) -> str:
    """The level of a graded symptom's flag. Stop or pause: high. Call: medium. Below: none."""
    if rule is None or grade == 0:
        return ""
    if any(edge is not None and grade >= edge for edge in (rule.stop_from_grade, rule.pause_from_grade)):
        return "high"
    return "medium" if rule.call_from_grade is not None and grade >= rule.call_from_grade else ""


@dataclass(slots=True)
class _Run:
    """Readings over one edge, from the first that counted until one was clear."""

    edge: _Edge
    since: datetime
    worst: Decimal
    newest: Decimal
    ended_at: datetime | None = None


def _edges(limit: VitalLimit, baseline: Mapping[Sign, Decimal]) -> list[_Edge]:
    edges: list[_Edge] = []
    if limit.below is not None:
        edges.append(_Edge(limit, "low", limit.below, f"below {limit.below}"))
    if limit.at_or_above is not None:
        edges.append(_Edge(limit, "high", limit.at_or_above, f"at or above {limit.at_or_above}"))
    rest = baseline.get(limit.sign)
    if rest is None:
        return edges
    if limit.rise_from_baseline is not None:
        edges.append(_Edge(limit, "high", rest + limit.rise_from_baseline, f"{limit.rise_from_baseline} above {rest}"))
    if limit.fall_from_baseline is not None:
        edges.append(_Edge(limit, "low", rest - limit.fall_from_baseline, f"{limit.fall_from_baseline} below {rest}"))
    if limit.rise_percent is not None:
        edges.append(
            _Edge(limit, "high", rest * (100 + limit.rise_percent) / 100, f"{limit.rise_percent} % above {rest}")
        )
    if limit.fall_percent is not None:
        edges.append(
            _Edge(limit, "low", rest * (100 - limit.fall_percent) / 100, f"{limit.fall_percent} % below {rest}")
        )
    return edges


def _runs(edge: _Edge, sets: Sequence[VitalsSet]) -> list[_Run]:
    """Stretches over one edge: opened by `readings` in a row that are `apart_min` apart, closed by a clear one.

    Sets of another phase open nothing, but a clear one closes: recovery ends what the infusion left open.
    """
    runs: list[_Run] = []
    counted: list[VitalsSet] = []
    current: _Run | None = None
    for charted in sets:
        value = charted.values[edge.limit.sign]
        if current is not None:
            current.worst, current.newest = _worse(edge.side, current.worst, value), value
            if edge.clear(value):
                current.ended_at, current, counted = charted.at, None, []
        elif charted.during != edge.limit.during or not edge.over(value):
            counted = []
        elif not counted or minutes_since(counted[-1].at, charted.at) >= edge.limit.apart_min:
            counted.append(charted)
            if len(counted) >= max(1, edge.limit.readings):
                current = _Run(edge, charted.at, value, value)
                runs.append(current)
    return runs


def _worse(side: Side, one: Decimal, other: Decimal) -> Decimal:
    return min(one, other) if side == "low" else max(one, other)


def _episodes(key: tuple[Sign, Side, Phase], runs: list[_Run], protocol: Protocol) -> list[Flag]:
    """Runs of one sign and side that touch in time are one episode: amber that turns red stays one flag."""
    groups: list[list[_Run]] = []
    for run in sorted(runs, key=lambda run: run.since):
        if groups and any(r.ended_at is None or run.since < r.ended_at for r in groups[-1]):
            groups[-1].append(run)
        else:
            groups.append([run])
    return [_flag(key, group, protocol) for group in groups]


def _rank(run: _Run) -> int:
    return LEVELS.index(run.edge.limit.level)


def _flag(key: tuple[Sign, Side, Phase], group: list[_Run], protocol: Protocol) -> Flag:
    sign, side, during = key
    worst = max(group, key=_rank)
    now = max((run for run in group if run.ended_at is None), key=_rank, default=worst)
    ends = [run.ended_at for run in group]
    last = max(group, key=lambda run: (run.ended_at is None, run.ended_at or run.since))
    ladder = protocol.limits.ladder(worst.edge.limit.ladder)
    steps = ladder.steps if ladder else ()
    values = [run.worst for run in group]
    return Flag(
        sign=sign,
        side=side,
        during=during,
        level=worst.edge.limit.level,
        level_now=now.edge.limit.level,
        since=group[0].since,
        ended_at=None if None in ends else max(end for end in ends if end is not None),
        worst=min(values) if side == "low" else max(values),
        newest=last.newest,
        limits=tuple(dict.fromkeys(run.edge.words for run in group if run.edge.limit.level == worst.edge.limit.level)),
        limit_ids=tuple(dict.fromkeys(run.edge.limit.id for run in group)),
        ladder=tuple(Rung(step, worst.since + timedelta(minutes=step.after_min)) for step in steps),
    )


def _reason(flag: Flag, protocol: Protocol) -> Reason:
    title = SIGNS[flag.sign]
    wording = refused if flag.level_now in ("red", "no_start") else warned
    sentence = f"{title} {flag.worst}: {', '.join(flag.limits)}, outside this site's limits ({flag.level_now})."
    source = source_of(protocol, "limits.vital_limits")
    return wording(f"{flag.sign}_{flag.side}", title, sentence, source, limit=", ".join(flag.limits))


def _unjudged(facts: LimitFacts, protocol: Protocol) -> list[Reason]:
    """A missing limit and a missing baseline are said aloud."""
    if not protocol.limits.vital_limits:
        return [refused("limits_present", "No limits active", "This protocol names no vital limits.")]
    absent = without_baseline(facts.baseline, protocol)
    if not absent or not facts.sets:
        return []
    return [missing("baseline_known", "Baseline", no_baseline(absent))]


def without_baseline(baseline: Mapping[Sign, Decimal], protocol: Protocol) -> tuple[Sign, ...]:
    """The signs that a limit compares with a resting baseline which is not there."""
    against = {
        limit.sign
        for limit in protocol.limits.vital_limits
        if (limit.rise_from_baseline or limit.fall_from_baseline or limit.rise_percent or limit.fall_percent)
    }
    return tuple(sorted(against - set(baseline)))


def no_baseline(absent: Iterable[Sign]) -> str:
    """That these limits stand still, in words."""
    names = ", ".join(SIGNS[sign] for sign in absent)
    return f"No resting baseline for: {names}. Limits against it cannot be checked."
