"""May this person be treated under this protocol? States, treatments tried, diary, tests, medicines.

Absolute: active, untreated, unknown; nothing overrides it. Treated or incidental, with a dated and current specialist
letter: relative. Relative: refused until a prescriber overrides it in writing. Unresolved: open until a new fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from clearhead.medicine.headache.diary import DiaryCounts
from clearhead.medicine.headache.red_flags import Action, RedFlags
from clearhead.medicine.protocols.before import Contraindication, Test
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import interactions
from clearhead.medicine.rules.interactions import MedicineFacts
from clearhead.medicine.rules.reasons import (
    Override,
    allowed,
    by_level,
    missing,
    refused,
    source_of,
    warned,
    with_overrides,
)
from clearhead.medicine.rules.verdict import Reason, Verdict

QUESTION = "eligibility"


class State(StrEnum):
    """How a condition stands. A question that was never asked is simply not in the facts."""

    ABSENT = "absent"
    NOT_APPLICABLE = "not_applicable"
    ACTIVE = "active"
    UNTREATED = "untreated"
    TREATED = "treated"
    INCIDENTAL = "incidental"
    UNKNOWN = "unknown"


SETTLED = (State.ABSENT, State.NOT_APPLICABLE)
LETTER_MAY_HELP = (State.TREATED, State.INCIDENTAL)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as asked. `cleared_on` dates the letter or result that the protocol names as its clearance."""

    state: State
    as_of: date
    cleared_on: date | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One dated result and whether it lies inside the protocol's limit; None = nobody has read it."""

    on: date
    inside_limit: bool | None


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    """Everything the judgement rests on. None = not known."""

    indication: str
    age_years: int | None
    conditions: Mapping[str, Condition]
    medicines: MedicineFacts
    red_flags: RedFlags | None
    neurologist_seen_on: date | None
    failed_preventive_classes: int | None
    failed_acute_classes: int | None
    diary: DiaryCounts | None
    results: Mapping[str, Result] = field(default_factory=dict)
    tests_apply: Mapping[str, bool] = field(default_factory=dict)  # for tests that are not for everyone
    overrides: tuple[Override, ...] = ()


def judge(facts: EligibilityFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """Every ground for and against; the worst decides."""
    today = at.date()
    reasons = [
        *_person(facts, protocol),
        *(r for rule in protocol.assessment.contraindications for r in _condition(rule, facts, protocol, today)),
        *_red_flags(facts),
        *_neurology(facts, protocol, today),
        *_tried(facts, protocol),
        *_diary(facts, protocol),
        *(r for test in protocol.assessment.tests for r in _test(test, facts, protocol, today)),
        *interactions.judge(facts.medicines, protocol, at=at).reasons,
    ]
    return Verdict.of(QUESTION, with_overrides(reasons, facts.overrides))


def _person(facts: EligibilityFacts, protocol: Protocol) -> Iterable[Reason]:
    if facts.indication not in protocol.indications:
        sentence = f"This protocol is not written for “{facts.indication}”."
        yield refused("indication", "Indication", sentence, source_of(protocol, "indications"))
    rule, source = protocol.assessment, source_of(protocol, "assessment.age_min_years")
    if facts.age_years is None:
        yield missing("age", "Age", "The age is not known.", source)
    elif not rule.age_min_years <= facts.age_years <= rule.age_max_years:
        limit = f"{rule.age_min_years} to {rule.age_max_years} years"
        yield refused("age", "Age", f"{facts.age_years} years; this protocol is for {limit}.", source, limit=limit)


def _condition(rule: Contraindication, facts: EligibilityFacts, protocol: Protocol, today: date) -> Iterable[Reason]:
    source, found = source_of(protocol, "assessment.contraindications"), facts.conditions.get(rule.code)
    cleared = found is not None and _current(found.cleared_on, rule.expires_days, today)
    if found is None:
        if rule.level != "inform":
            yield missing(rule.code, rule.title, f"{rule.title}: not asked yet.", source, who=rule.clearance)
    elif found.state in SETTLED:
        yield from _absent(rule, found, source, today)
    elif rule.level == "inform":
        if found.state is not State.UNKNOWN:
            yield warned(rule.code, rule.title, f"{rule.title}: {found.state}.", source)
    elif rule.level == "absolute":
        yield _absolute(rule, found, source, cleared=cleared)
    elif rule.level == "relative":
        yield _relative(rule, found, source, cleared=cleared)
    else:
        yield _unresolved(rule, found, source, cleared=cleared)


def _absent(rule: Contraindication, found: Condition, source: str, today: date) -> Iterable[Reason]:
    """A “no” holds as long as a clearance would, for what is asked again and again (unresolved questions)."""
    age = (today - found.as_of).days
    if age < 0:
        yield missing(rule.code, rule.title, f"{rule.title}: the answer is dated into the future.", source)
    elif rule.level == "unresolved" and rule.expires_days is not None and age > rule.expires_days:
        holds = "1 day" if rule.expires_days == 1 else f"{rule.expires_days} days"
        sentence = f"{rule.title}: asked {age} days ago; the answer holds for {holds}."
        yield missing(rule.code, rule.title, sentence, source, who=rule.clearance)
    else:
        yield allowed(rule.code, rule.title, f"{rule.title}: no.", source)


def _absolute(rule: Contraindication, found: Condition, source: str, *, cleared: bool) -> Reason:
    if found.state in LETTER_MAY_HELP and rule.clearance != "none":
        if cleared:
            sentence = f"{rule.title}: {found.state}, {rule.clearance}. A prescriber may go on with a written reason."
            return refused(rule.code, rule.title, sentence, source, who="prescriber", overridable=True)
        sentence = f"{rule.title}: {found.state}. Needed and current: {rule.clearance}."
        return missing(rule.code, rule.title, sentence, source, who=rule.clearance)
    sentence = f"{rule.title}: {found.state}. This cannot be overridden."
    return refused(rule.code, rule.title, sentence, source, who=rule.clearance)


def _relative(rule: Contraindication, found: Condition, source: str, *, cleared: bool) -> Reason:
    if found.state is State.UNKNOWN:
        return missing(rule.code, rule.title, f"{rule.title}: not known.", source, who=rule.clearance)
    if cleared:
        return warned(rule.code, rule.title, f"{rule.title}: {found.state}; {rule.clearance}, current.", source)
    by = "" if rule.clearance == "none" else f"{rule.clearance}, or by "
    sentence = f"{rule.title}: {found.state}. Cleared by {by}a prescriber's written reason."
    return refused(rule.code, rule.title, sentence, source, who="prescriber", overridable=True)


def _unresolved(rule: Contraindication, found: Condition, source: str, *, cleared: bool) -> Reason:
    if cleared:
        return warned(rule.code, rule.title, f"{rule.title}: {rule.clearance}, current.", source)
    return missing(rule.code, rule.title, f"{rule.title}: {found.state}.", source)


def _current(on: date | None, days: int | None, today: date) -> bool:
    """True for a dated paper that has not expired and is not dated into the future."""
    return on is not None and (today - on).days >= 0 and (days is None or (today - on).days <= days)


def _red_flags(facts: EligibilityFacts) -> Iterable[Reason]:
    if facts.red_flags is None:
        yield missing("red_flags_asked", "Warning signs", "The signs of another cause have not been asked.")
        return
    for raised in facts.red_flags.open:
        gate, title = f"red_flag_{raised.flag.id}", raised.flag.question
        if raised.present is None:
            yield missing(gate, "Warning sign", f"Not asked: {title}", facts.red_flags.source)
        elif raised.flag.action in (Action.BLOCK_URGENT, Action.BLOCK):
            urgent = " A clinician looks now." if raised.flag.action is Action.BLOCK_URGENT else ""
            yield refused(gate, "Warning sign", f"Yes: {title}{urgent}", facts.red_flags.source)
        else:
            yield missing(gate, "Warning sign", f"Yes: {title} A review settles it.", facts.red_flags.source)


def _neurology(facts: EligibilityFacts, protocol: Protocol, today: date) -> Iterable[Reason]:
    rule, source = protocol.assessment.neurology_gate, source_of(protocol, "assessment.neurology_gate")
    if rule.level == "off" or _current(facts.neurologist_seen_on, rule.max_age_days, today):
        return
    seen = facts.neurologist_seen_on
    what = (
        "No neurologist has been seen" if seen is None else f"The neurologist's letter of {seen:%-d %B %Y} is too old"
    )
    yield from by_level(rule.level, "neurologist_seen", "Neurologist", f"{what}.", source, who="neurologist")


def _tried(facts: EligibilityFacts, protocol: Protocol) -> Iterable[Reason]:
    rule = protocol.assessment
    rows = (
        ("failed_preventive_classes", facts.failed_preventive_classes, rule.failed_preventive_classes_min),
        ("failed_acute_classes", facts.failed_acute_classes, rule.failed_acute_classes_min),
    )
    for gate, number, wanted in rows:
        what, source = gate.replace("_", " "), source_of(protocol, f"assessment.{gate}_min")
        if number is None and wanted:
            yield from by_level(rule.failed_classes_level, gate, "Tried before", f"Not known: {what}.", source)
        elif number is not None and number < wanted:
            yield from _too_few(rule.failed_classes_level, gate, f"{number} {what}; {wanted} are asked for.", source)


def _too_few(level: str, gate: str, sentence: str, source: str) -> Iterable[Reason]:
    if level == "warn":
        yield warned(gate, "Candidate", sentence, source)
    elif level == "refuse":
        yield refused(gate, "Candidate", sentence, source, who="prescriber", overridable=True)


def _diary(facts: EligibilityFacts, protocol: Protocol) -> Iterable[Reason]:
    rule, source = protocol.assessment.baseline_diary, source_of(protocol, "assessment.baseline_diary")
    if rule.days and (facts.diary is None or facts.diary.completeness * 100 < rule.completeness_percent):
        have = "no diary" if facts.diary is None else f"{facts.diary.answered} of {facts.diary.length} dates answered"
        sentence = f"Baseline diary: {have}; {rule.completeness_percent} % of {rule.days} dates are asked for."
        yield from by_level(rule.level, "baseline_diary", "Diary", sentence, source, who="patient")
    wanted = protocol.assessment.headache_days_min
    if wanted is not None and facts.diary is not None and facts.diary.enough and facts.diary.headache_days < wanted:
        sentence = f"{facts.diary.headache_days} headache days in 28; {wanted} are asked for."
        key = "assessment.headache_days_min"
        yield from _too_few(
            protocol.assessment.failed_classes_level, "headache_days", sentence, source_of(protocol, key)
        )


def _test(test: Test, facts: EligibilityFacts, protocol: Protocol, today: date) -> Iterable[Reason]:
    gate, source = f"test_{test.name}", source_of(protocol, "assessment.tests")
    applies = True if test.when == "everyone" else facts.tests_apply.get(test.name)
    if applies is False or test.level == "off":
        return
    result = facts.results.get(test.name)
    if applies is None:
        sentence = f"{test.title}: whether it is needed here has not been said."
        yield from by_level(test.level, gate, test.title, sentence, source)
    elif result is None or not _current(result.on, test.max_age_days, today) or result.inside_limit is None:
        sentence = f"{test.title}: no current, read result (at most {test.max_age_days} days old)."
        yield from by_level(test.level, gate, test.title, sentence, source)
    elif not result.inside_limit:
        yield from _too_few(test.level, gate, f"{test.title}: outside the limit ({test.limit}).", source)
