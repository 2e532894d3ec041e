"""May the label "criteria met" be given? Departure itself is never refused; what happened is recorded.

The score is the PADSS without its bleeding item: what is allowed is the number of points lost, so that the limit
printed for ten points means the same on eight (Chung 1995, J Clin Anesth 7:500-506).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Literal

from clearhead.medicine.protocols.bedside import Sign
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import discharge_signs as signs
from clearhead.medicine.rules.clock import aware, in_utc, is_ahead, minutes_since
from clearhead.medicine.rules.limits import VitalsSet
from clearhead.medicine.rules.reasons import allowed, missing, refused, source_of, warned
from clearhead.medicine.rules.verdict import Outcome, Reason, Verdict

QUESTION = "discharge"
PRINTED_POINTS = 10
Disposition = Literal["criteria_met", "signed_exception", "against_advice", "emergency_transfer", "admitted"]
Counts = Literal["end", "sedative", "order", "reversal"]
LOOKED_AT = ("oriented", "gait_steady", "dissociation_gone", "nausea_tolerable")
"""Criteria that a person sees at the score and says."""


@dataclass(frozen=True, slots=True)
class Padss:
    """Post-anaesthetic discharge score without its bleeding item; 0 to 2 each, 2 is best."""

    vital_signs: int
    activity: int
    nausea: int
    pain: int

    @property
    def lost(self) -> int:
        """Points lost of the eight."""
        return 8 - self.vital_signs - self.activity - self.nausea - self.pain


@dataclass(frozen=True, slots=True)
class DischargeFacts:
    """The patient in recovery. `answers` holds the criteria that a person looks at: yes, no or (absent) not looked.

    `looked_at` is when the score was taken and those answers were seen. `emergency`, `unanswered` and `grave_symptoms`
    say what goes on, in words; empty where nothing does.
    """

    disposition: Disposition
    infusion_min: Decimal  # time the pump ran from start to end, pauses included
    ended_at: datetime | None
    baseline_systolic: Decimal | None
    sets: tuple[VitalsSet, ...] = ()
    score: Padss | None = None
    looked_at: datetime | None = None
    answers: Mapping[str, bool] = field(default_factory=dict)
    on_oxygen: bool | None = None
    sedative_last_at: datetime | None = None
    antihypertensive_last_at: datetime | None = None
    reversal_last_at: datetime | None = None
    order_waits: tuple[tuple[datetime, int], ...] = ()  # orders that lengthen it: when each was given, its minutes
    pain_on_arrival: int | None = None
    pain_now: int | None = None
    pain_acceptable: bool | None = None  # the patient's own word
    escort_alternative: str = ""
    baseline: Mapping[Sign, Decimal] = field(default_factory=dict)  # of the signs that go by a limit against it
    emergency: str = ""
    unanswered: str = ""  # the gravest high flag without an answer
    grave_symptoms: tuple[str, ...] = ()

    @property
    def added_recovery_min(self) -> int:
        """What the given orders bring with them, from the end of the infusion."""
        return max((own for _, own in self.order_waits), default=0)


def judge(facts: DischargeFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """Every criterion of the protocol. For another disposition the same list is shown, and nothing is refused."""
    facts, at = in_utc(facts), aware(at)
    reasons = [
        reason
        for c in protocol.recovery.discharge.criteria
        for reason in _criterion(c.id, c.title, facts, protocol, at)
    ]
    reasons += [*_score(facts, protocol, at), *_sets(facts, protocol, at)]
    last = _last_set(facts, at)
    reasons += signs.of_set(last, facts.baseline, protocol) if last is not None else ()
    reasons += signs.over(facts.emergency, facts.unanswered, facts.grave_symptoms)
    if facts.disposition != "criteria_met":
        reasons = [replace(r, outcome=Outcome.WARNED) if r.outcome is not Outcome.ALLOWED else r for r in reasons]
    return Verdict.of(QUESTION, reasons)


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that keeps the patient under observation."""

    counts: Counts  # from what
    since: datetime
    until: datetime

    @property
    def minutes(self) -> int:
        """How long, in whole minutes."""
        return round(minutes_since(self.since, self.until))


def waits(facts: DischargeFacts, protocol: Protocol) -> tuple[Wait, ...]:
    """All that the observation waits for, the longest first. None before the infusion has ended.

    From its end: the base, the hours of infusion, and what a sedative or an order adds. A sedative, an order and a
    reversal count from themselves as well: one that is given late does not work for a shorter time.
    """
    facts = in_utc(facts)
    if facts.ended_at is None:
        return ()
    rule, minutes = protocol.recovery, int(-(-facts.infusion_min // 1))
    for_sedative = rule.added_after_sedative_min if facts.sedative_last_at is not None else 0
    least = rule.minutes(minutes) + max(for_sedative, facts.added_recovery_min)  # an order's own time, not on top
    found = [Wait("end", facts.ended_at, facts.ended_at + timedelta(minutes=least))]
    if facts.sedative_last_at is not None:
        since = facts.sedative_last_at
        found.append(Wait("sedative", since, since + timedelta(minutes=rule.added_after_sedative_min)))
    found += [Wait("order", since, since + timedelta(minutes=own)) for since, own in facts.order_waits]
    if facts.reversal_last_at is not None:
        since = facts.reversal_last_at
        found.append(Wait("reversal", since, since + timedelta(minutes=rule.after_reversal_at_least_min)))
    return tuple(sorted(found, key=lambda wait: wait.until, reverse=True))


def observe_until(facts: DischargeFacts, protocol: Protocol) -> datetime | None:
    """The earliest end of observation; None before the infusion has ended."""
    return next((wait.until for wait in waits(facts, protocol)), None)


def look_again(facts: DischargeFacts, protocol: Protocol, *, at: datetime) -> str:
    """Why the last look at the patient does not count, as the end of a sentence; empty where it does.

    What was seen before the last drug, before a set that found the patient not awake, or too long ago, says nothing
    about the patient who stands up now.
    """
    facts, longest = in_utc(facts), protocol.recovery.discharge.score_max_age_min
    if facts.looked_at is None:
        return "at no known time"
    if is_ahead(facts.looked_at, at):
        return "at a time in the future"
    since, what = _last_drug(facts)
    if since is None or facts.looked_at <= since:
        return f"before {what}"
    if (told := _not_awake_since(facts, at)) is not None:
        return f"before a set that says sedation {told}"
    age = minutes_since(facts.looked_at, at)
    return f"{ceil(age)} min ago; it counts for {longest} min" if age > longest else ""


def _not_awake_since(facts: DischargeFacts, at: datetime) -> Decimal | None:
    """The newest sedation after the look that outweighs what was seen then: one who sleeps again is looked at again."""
    later = [s for s in facts.sets if facts.looked_at is not None and s.at > facts.looked_at and not is_ahead(s.at, at)]
    told = [s.values["sedation_rass"] for s in sorted(later, key=lambda s: s.at) if "sedation_rass" in s.values]
    return next((rass for rass in reversed(told) if signs.not_calm(rass)), None)


def _last_drug(facts: DischargeFacts) -> tuple[datetime | None, str]:
    """What was seen before this moment was seen before a drug that still acts."""
    if facts.ended_at is None:
        return None, "the end of the infusion"
    given = [
        (facts.ended_at, "the end of the infusion"),
        (facts.sedative_last_at, "the last sedative"),
        (facts.antihypertensive_last_at, "the last medicine against high pressure"),
        (facts.reversal_last_at, "the last reversal medicine"),
    ]
    return max(((when, what) for when, what in given if when is not None), key=lambda pair: pair[0])


def restriction_ends(left_at: datetime, protocol: Protocol) -> dict[str, datetime]:
    """When each restriction ends for this patient, in UTC hours from leaving; the night's sleep comes on top."""
    rule = protocol.recovery.restrictions
    hours = {
        "driving": rule.no_driving_h,
        "alcohol": rule.no_alcohol_h,
        "legal_decisions": rule.no_legal_decisions_h,
        "sole_childcare": rule.no_sole_childcare_h,
    }
    return {what: aware(left_at) + timedelta(hours=float(h)) for what, h in hours.items()}


def _criterion(id: str, title: str, facts: DischargeFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    measured = {
        "min_observation": _observation,
        "after_reversal_time": _reversal,
        "bp_near_baseline": _pressure,
        "spo2_room_air": _oxygen,
        "pain_acceptable": _pain,
        "escort_met": _escort,
    }
    if id in measured:
        return measured[id](title, facts, protocol, at)
    answer = facts.answers.get(id)
    if answer and id in LOOKED_AT and (why := look_again(facts, protocol, at=at)):
        return [missing(id, title, f"{title}: seen {why}. Look again.", who="nurse")]
    return [_answered(id, title, answer)]


def _answered(id: str, title: str, answer: bool | None) -> Reason:
    if answer is None:
        return missing(id, title, f"{title}: not looked at yet.", who="nurse")
    return allowed(id, title, f"{title}.") if answer else refused(id, title, f"Not yet: {title}.", who="nurse")


def _observation(title: str, facts: DischargeFacts, protocol: Protocol, at: datetime) -> list[Reason]:
    until, source = observe_until(facts, protocol), source_of(protocol, "recovery.observe_min")
    if until is None or facts.ended_at is None:
        return [missing("min_observation", title, "The infusion has no recorded end.", source)]
    if is_ahead(facts.ended_at, at):
        return [missing("min_observation", title, "The end of the infusion is dated into the future.", source)]
    if at < until:
        left = ceil(minutes_since(at, until))
        sentence = f"Observation is not over: {left} min left."
        return [refused("min_observation", title, sentence, source, limit=until.isoformat())]
    return [allowed("min_observation", title, "Observation time over.", source)]


def _reversal(title: str, facts: DischargeFacts, protocol: Protocol, at: datetime) -> list[Reason]:
    wait, source = (
        protocol.recovery.after_reversal_at_least_min,
        source_of(protocol, "recovery.after_reversal_at_least_min"),
    )
    if facts.reversal_last_at is None or minutes_since(facts.reversal_last_at, at) >= wait:
        return [allowed("after_reversal_time", title, f"{title}.", source)]
    passed = minutes_since(facts.reversal_last_at, at)
    sentence = f"A reversal medicine was given {passed:.0f} min ago; {wait} min are asked for."
    return [refused("after_reversal_time", title, sentence, source, limit=f"{wait} min")]


def _last_set(facts: DischargeFacts, at: datetime) -> VitalsSet | None:
    """The newest recovery set; one from before the last sedative, or its like, shows another patient."""
    since, _ = _last_drug(facts)
    past = [s for s in facts.sets if s.during == "recovery" and not is_ahead(s.at, at)]
    return max((s for s in past if since is None or s.at > since), key=lambda s: s.at, default=None)


def _pressure(title: str, facts: DischargeFacts, protocol: Protocol, at: datetime) -> list[Reason]:
    """Both ways: within a share of the resting baseline and inside the absolute limits."""
    rule, source = protocol.recovery.discharge, source_of(protocol, "recovery.discharge")
    last = _last_set(facts, at)
    now = None if last is None else last.values.get("systolic_mmhg")
    if now is None or facts.baseline_systolic is None:
        what = f"No blood pressure since {_last_drug(facts)[1]}" if now is None else "No resting baseline"
        return [missing("bp_near_baseline", title, f"{what}.", source)]
    share = abs(now - facts.baseline_systolic) * 100
    near = share <= rule.systolic_within_percent_of_baseline * facts.baseline_systolic
    if near and rule.systolic_at_least_mmhg <= now <= rule.systolic_at_most_mmhg:
        return [allowed("bp_near_baseline", title, f"Systolic {now} mmHg, resting {facts.baseline_systolic}.", source)]
    limit = (
        f"within {rule.systolic_within_percent_of_baseline} % of {facts.baseline_systolic} and from "
        f"{rule.systolic_at_least_mmhg} to {rule.systolic_at_most_mmhg} mmHg"
    )
    return [refused("bp_near_baseline", title, f"Systolic {now} mmHg; asked for is {limit}.", source, limit=limit)]


def _oxygen(title: str, facts: DischargeFacts, protocol: Protocol, at: datetime) -> list[Reason]:
    least, source = protocol.recovery.discharge.spo2_at_least_percent, source_of(protocol, "recovery.discharge")
    last = _last_set(facts, at)
    now = None if last is None else last.values.get("spo2_percent")
    if now is None or facts.on_oxygen is None:
        return [missing("spo2_room_air", title, f"No saturation on room air since {_last_drug(facts)[1]}.", source)]
    if facts.on_oxygen or now < least:
        how = "with oxygen" if facts.on_oxygen else "on room air"
        return [refused("spo2_room_air", title, f"{now} % {how}; {least} % on room air is asked for.", source)]
    return [allowed("spo2_room_air", title, f"{now} % on room air.", source)]


def _pain(title: str, facts: DischargeFacts, protocol: Protocol, at: datetime) -> list[Reason]:
    """The patient's own word, and not worse than on arrival: a migraine need not be gone."""
    if None in (facts.pain_now, facts.pain_on_arrival, facts.pain_acceptable):
        return [missing("pain_acceptable", title, "Pain on arrival, pain now, or the patient's word is missing.")]
    if facts.pain_acceptable and (why := look_again(facts, protocol, at=at)):
        return [missing("pain_acceptable", title, f"Whether the pain is acceptable was asked {why}. Ask again.")]
    worse = (facts.pain_now or 0) > (facts.pain_on_arrival or 0)
    if worse or not facts.pain_acceptable:
        said = "worse than on arrival" if worse else "not acceptable to the patient"
        return [refused("pain_acceptable", title, f"Pain {facts.pain_now} of 10: {said}.")]
    return [allowed("pain_acceptable", title, f"Pain {facts.pain_now} of 10, acceptable.")]


def _escort(title: str, facts: DischargeFacts, protocol: Protocol, at: datetime) -> list[Reason]:
    rule, source = protocol.preparation.escort, source_of(protocol, "preparation.escort")
    if facts.escort_alternative in rule.alternatives and facts.escort_alternative:
        return [allowed("escort_met", title, f"Instead of an escort: {facts.escort_alternative}.", source)]
    reason = _answered("escort_met", title, facts.answers.get("escort_met"))
    if rule.required == "required" or reason.outcome is Outcome.ALLOWED:
        return [reason]
    return [warned("escort_met", title, reason.sentence, source)]


def _score(facts: DischargeFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    rule, source = protocol.recovery.discharge, source_of(protocol, "recovery.discharge.score_min")
    if rule.score == "none":
        return
    if facts.score is None:
        yield missing("score", "Score", "The discharge score has not been taken.", source, who="nurse")
        return
    if why := look_again(facts, protocol, at=at):
        yield missing("score", "Score", f"The discharge score was taken {why}. Take it again.", source, who="nurse")
        return
    lost, may = facts.score.lost, max(0, PRINTED_POINTS - rule.score_min)
    sentence = f"Score {8 - lost} of 8; at most {may} point{'s' if may != 1 else ''} may be lost."
    yield allowed("score", "Score", sentence, source) if lost <= may else refused("score", "Score", sentence, source)


def _sets(facts: DischargeFacts, protocol: Protocol, at: datetime) -> Iterable[Reason]:
    """Enough recovery sets, the last one recent."""
    rule, source = protocol.recovery.discharge, source_of(protocol, "recovery.discharge.sets_required")
    number = sum(s.during == "recovery" and not is_ahead(s.at, at) for s in facts.sets)
    sets = "1 recovery set" if number == 1 else f"{number} recovery sets"
    last = _last_set(facts, at)
    age = None if last is None else minutes_since(last.at, at)
    if number < rule.sets_required or age is None or age > rule.last_set_max_age_min:
        none = f", none since {_last_drug(facts)[1]}" if number else ""
        old = none if age is None else f", the last {ceil(age)} min old"
        sentence = (
            f"{sets}{old}; {rule.sets_required} are asked for, the last at most {rule.last_set_max_age_min} min old."
        )
        yield missing("recovery_sets", "Vital signs", sentence, source, who="nurse")
    else:
        yield allowed("recovery_sets", "Vital signs", f"{sets}.", source)
