"""What must hold between the values of a protocol: each check names the key, what it found and what it expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext, suppress
from decimal import Decimal
from itertools import pairwise
from typing import get_args

from clearhead.medicine.errors import Fault
from clearhead.medicine.protocols.bedside import ObservationPhase, VitalLimit
from clearhead.medicine.protocols.before import Act
from clearhead.medicine.protocols.check_dose import dose_faults
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.protocols.reader import Unread

Found = Iterator[tuple[str, str, str]]  # key, found, expected
NEVER_SOFT = ("two_identifiers", "consent_current", "willing_today", "decision_current", "order_current", "iv_access")
ALWAYS_RED = ("headache_different", "thunderclap", "fever", "deficit", "suicidality")
TWO_SIDED = ("systolic_mmhg", "heart_rate_per_min", "respirations_per_min")


def faults_of(protocol: Protocol, line_of: Mapping[str, int | None], *, partly: bool = False) -> list[Fault]:
    """Every contradiction in the protocol, with the line of the key that it is told at.

    `partly`: some values could not be read. Each check then goes as far as it can, so that what contradicts itself is
    told together with what does not read.
    """
    faults: list[Fault] = []
    for check in CHECKS:
        with suppress(Unread, TypeError) if partly else nullcontext():
            for key, found, expected in check(protocol):
                faults.append(Fault(_line(key, line_of), key, found, expected))
    return faults


def _line(key: str, line_of: Mapping[str, int | None]) -> int | None:
    while key and line_of.get(key) is None:
        key = key.rpartition(".")[0]
    return line_of.get(key)


def _setting(protocol: Protocol) -> Found:
    if protocol.setting == "office_chair" and protocol.intended_depth == "moderate":
        yield "intended_depth", "moderate at an office chair", "minimal, or a monitored bed"
    if protocol.setting == "office_chair" and protocol.running.night_rule != "none":
        yield "running.night_rule", f'"{protocol.running.night_rule}"', '"none": nobody stays the night in a chair'
    for drug in protocol.orders.premedication + protocol.orders.scheduled_adjuncts:
        if drug.sedative and drug.condition == "always" and protocol.intended_depth == "minimal":
            yield f"orders.{drug.id}", "a sedative for everyone", 'intended_depth = "moderate" and a monitored bed'


def _people(protocol: Protocol) -> Found:
    said = {permission.act for permission in protocol.people.acts_by_role}
    for act in get_args(Act):
        if act not in said:
            yield f"people.acts_by_role.{act}", "nothing", 'the roles that may, or "none"'
    if protocol.running.second_check.acts and not protocol.running.second_check.compares:
        yield "running.second_check.compares", "nothing", "at least one number that the second person reads"
    if not protocol.contact.consult_types:
        yield "contact.consult_types", "none", "at least one way to talk first"
    if not protocol.consent.texts:
        yield "consent.texts", "none", "at least one text that is signed"
    if not protocol.indications or not protocol.purposes:
        yield "indications", "none", "at least one indication and one purpose"


def _order_of_numbers(protocol: Protocol) -> Found:
    fasting, escalation, series = protocol.preparation.fasting, protocol.running.escalation, protocol.series
    rising: dict[str, tuple[Decimal | int, ...]] = {
        "preparation.fasting": (fasting.clear_fluids_h, fasting.light_meal_h, fasting.solid_meal_h),
        "running.escalation": (escalation.nurse_device_min, escalation.desk_min, escalation.prescriber_min),
        "series.sessions": (series.sessions_min, series.sessions, series.sessions_max),
        "series.gap_days": (series.gap_days_min, series.gap_days_max),
        "assessment.age_years": (protocol.assessment.age_min_years, protocol.assessment.age_max_years),
    }
    for key, numbers in rising.items():
        if list(numbers) != sorted(numbers):
            yield key, " > ".join(map(str, numbers)), "numbers that do not fall from left to right"
    at_most = protocol.recovery.observe_at_most_min
    if at_most is not None and at_most < protocol.recovery.observe_min:
        yield "recovery.observe_at_most_min", str(at_most), f"at least the base of {protocol.recovery.observe_min} min"


def _go_gates(protocol: Protocol) -> Found:
    levels = {gate.fact: gate.level for gate in protocol.start.go_gates}
    for fact in NEVER_SOFT:
        if levels.get(fact) != "refuse":
            yield f"start.go_gates.{fact}", levels.get(fact, "nothing"), 'level = "refuse": this gate is never soft'
    yield from _rescreen(protocol, asks="day_rescreen" in levels)
    gate = protocol.assessment.neurology_gate
    if gate.level == "require" and gate.max_age_days is None:
        yield "assessment.neurology_gate.max_age_days", '"none"', "how old the neurologist's letter may be"


def _rescreen(protocol: Protocol, *, asks: bool) -> Found:
    """A protocol that asks again on the day asks for danger, and danger always waits for the prescriber."""
    said = {question.code: question.yes for question in protocol.start.rescreen}
    for code in ALWAYS_RED if asks else ():
        if said.get(code) != "red":
            yield f"start.rescreen.{code}", said.get(code, "nothing"), 'yes = "red": this answer always waits'
    if said and not asks:
        yield "start.rescreen", "questions without their gate", 'the gate "day_rescreen", or "none" here'


def _observation(protocol: Protocol) -> Found:
    for phase in get_args(ObservationPhase):
        if phase not in ("baseline", "departure") and protocol.observation.phase(phase) is None:
            yield f"observation.phases.{phase}", "nothing", "how often a set is due"
    for phase_row in protocol.observation.phases:
        if phase_row.core_every_min < 1:
            yield f"observation.phases.{phase_row.phase}.core_every_min", str(phase_row.core_every_min), "at least 1"
    for change in protocol.observation.after_change:
        if list(change.at_min) != sorted(set(change.at_min)):
            yield f"observation.after_change.{change.change}.at_min", str(list(change.at_min)), "rising minutes"


def _links(protocol: Protocol) -> Found:
    ladders = {"none"} | {ladder.id for ladder in protocol.limits.ladders}
    orders = {order.id for order in protocol.orders.prn_orders}
    symptoms = {symptom.code for symptom in protocol.limits.symptoms}
    signs = {f"vital:{limit.sign}" for limit in protocol.limits.vital_limits}
    for limit in protocol.limits.vital_limits:
        if limit.ladder not in ladders:
            yield f"limits.vital_limits.{limit.id}.ladder", limit.ladder, "a ladder of this file"
    for symptom in protocol.limits.symptoms:
        if symptom.ladder not in ladders:
            yield f"limits.symptoms.{symptom.code}.ladder", symptom.ladder, "a ladder of this file"
        for order in set(symptom.orders) - orders:
            yield f"limits.symptoms.{symptom.code}.orders", order, "a standing order of this file"
    for prn in protocol.orders.prn_orders:
        for trigger in set(prn.triggers) - symptoms - signs:
            yield f"orders.prn_orders.{prn.id}.triggers", trigger, "a symptom, or vital:<sign>, of this file"
    for rule in protocol.limits.stop_rules + protocol.limits.step_down_rules:
        if rule.symptom is not None and rule.symptom not in symptoms:
            yield f"limits.{rule.id}.symptom", rule.symptom, "a symptom of this file"


def _standing_orders(protocol: Protocol) -> Found:
    for prn in protocol.orders.prn_orders:
        key = f"orders.prn_orders.{prn.id}"
        if not Decimal(0) < prn.dose <= prn.max_total:
            yield f"{key}.max_total", str(prn.max_total), f"at least one dose of {prn.dose} {prn.unit}"
        if not prn.who_gives:
            yield f"{key}.who_gives", "none", "who may give it"
        if prn.needs_confirm_face and not (prn.added_observation_every_min and prn.added_recovery_min):
            yield key, "a sedative or antihypertensive that adds nothing", "added observation and added recovery"


def _limit_sides(protocol: Protocol) -> Found:
    for limit in protocol.limits.vital_limits:
        key = f"limits.vital_limits.{limit.id}"
        if not _thresholds(limit):
            yield key, "no threshold", "below, at_or_above, or a rise or fall from baseline"
        if limit.readings > 1 and not limit.apart_min:
            yield f"{key}.apart_min", "0", f"minutes between the {limit.readings} readings"
    for sign in TWO_SIDED:
        rows = [limit for limit in protocol.limits.vital_limits if limit.sign == sign and limit.during == "infusion"]
        for side in ("below", "at_or_above"):
            if not any(getattr(limit, side) is not None for limit in rows):
                yield "limits.vital_limits", f"no {side} for {sign} during the infusion", "limits on both sides"


def _limit_levels(protocol: Protocol) -> Found:
    """Amber comes before red on each side, else red is never warned of."""
    by_level: dict[tuple[str, str, str], dict[str, Decimal]] = {}
    for limit in protocol.limits.vital_limits:
        for side in ("below", "at_or_above"):
            number = getattr(limit, side)
            if number is not None:
                strictest = max if side == "below" else min
                levels = by_level.setdefault((limit.sign, limit.during, side), {})
                levels[limit.level] = strictest(number, levels.get(limit.level, number))
    for (sign, during, side), levels in by_level.items():
        ladder = [levels[level] for level in ("review", "amber", "red", "no_start") if level in levels]
        for milder, graver in pairwise(ladder):
            if (graver > milder) if side == "below" else (graver < milder):
                yield "limits.vital_limits", f"{sign} {side} {during}: {milder} before {graver}", "the milder first"


def _thresholds(limit: VitalLimit) -> list[Decimal]:
    sides = ("below", "at_or_above", "fall_from_baseline", "rise_from_baseline", "fall_percent", "rise_percent")
    return [number for side in sides if (number := getattr(limit, side)) is not None]


CHECKS: tuple[Callable[[Protocol], Found], ...] = (
    dose_faults,
    _setting,
    _people,
    _order_of_numbers,
    _go_gates,
    _observation,
    _links,
    _standing_orders,
    _limit_sides,
    _limit_levels,
)
