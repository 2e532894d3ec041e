"""One row of a protocol's lists as a sentence: a limit, an order, a question, a right to act."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from clearhead.clinic.policy.named import ACTS, LEVELS, MEASURES
from clearhead.medicine.protocols import codes
from clearhead.medicine.protocols.wording import DRAFTS, plain, span

HOURS_PER_DAY = 24
SCALES = {**MEASURES, "phq9": "PHQ-9", "midas": "MIDAS", "hit6": "HIT-6", "sedation_rass": "sedation (RASS)"}
UNITS = {
    "systolic_mmhg": "mmHg",
    "diastolic_mmhg": "mmHg",
    "heart_rate_per_min": "per min",
    "spo2_percent": "%",
    "respirations_per_min": "per min",
    "temperature_c": "°C",
    "sedation_rass": "on the RASS scale",
}
DURING = {"pre_start": "before the start", "infusion": "during the infusion", "recovery": "in recovery"}
WHAT_THEN = {"review": "a prescriber looks", "amber": "amber", "red": "red", "no_start": "no start"}
SETS = {"core": "short"}
CHANGES = {"start": "the start", "increase": "a step up", "bolus": "a bolus", "decrease": "a step down"}
PHASES = {"early": "early on", "running": "while it runs", "stable": "once stable", "recovery": "in recovery"}
EVERYONE = {"everyone": "for everyone", "if_applicable": "where it applies", "risk": "with a risk",
            "repeat_course": "before another course"}  # fmt: skip
LANGUAGES = {"en": "English", "es": "Spanish"}


def bare(code: str) -> str:
    """A code without its underscores."""
    return code.replace("_", " ").replace("-", " ")


def _list(codes_: Iterable[str]) -> str:
    return ", ".join(SCALES.get(code, bare(code)) for code in codes_)


def _lasting(minutes: int) -> str:
    days, rest = divmod(minutes, HOURS_PER_DAY * 60)
    return f"{days} days" if not rest and days > 1 else span(minutes, minutes)


def _after(hours: Any) -> str:
    days = Decimal(hours) / HOURS_PER_DAY
    return f"{plain(days)} days" if days > 1 and days == int(days) else f"{plain(hours)} h"


def _cleared(owner: str) -> str:
    return "" if owner == "none" else f"cleared by the {bare(owner)}"


def _contraindication(row: Any) -> str:
    level = {"absolute": "never", "relative": "only with a reason signed", "unresolved": "not until it is settled",
             "inform": "told, no bar"}[row.level]  # fmt: skip
    cleared = "" if row.clearance == "none" else f"settled by: {row.clearance}"
    return _join(level, cleared, f"which holds {row.expires_days} days" if row.expires_days and cleared else "")


def _interaction(row: Any) -> str:
    action = {"refuse": "refused", "warn": "a warning", "inform": "told"}[row.action]
    within = "" if row.within_h is None else f"when taken in the last {_after(row.within_h)}"
    return _join(action, within, _cleared(row.who_clears), row.sentence)


def _test(row: Any) -> str:
    missing = {"refuse": "refused without it", "warn": "a warning without it"}[row.level]
    return _join(EVERYONE[row.when], f"from the last {row.max_age_days} days", f"asked: {row.limit}", missing)


def _concentration(row: Any) -> str:
    vial = f"from vials of {plain(row.vial_ml)} mL with {plain(row.vial_mg_per_ml)} mg/mL"
    return f"{plain(row.bag_ml)} mL with {plain(row.mg_per_ml)} mg/mL in {row.diluent}, {vial}"


def _scheduled(row: Any) -> str:
    dose = f"{plain(row.dose)} {row.unit}{'' if row.max_mg is None else f', at most {plain(row.max_mg)} mg'}"
    when = (
        f"{abs(row.at_min)} min {'before' if row.at_min < 0 else 'after'} the start" if row.at_min else "at the start"
    )
    again = (
        f"again every {_lasting(row.repeat_every_min)}, {row.max_doses} doses at most" if row.repeat_every_min else ""
    )
    condition = "" if row.condition == "always" else f"only with {row.condition}"
    return _join(dose, f"{row.route} over {row.over_min} min", when, again, condition, "makes sleepy" * row.sedative)


def _prn(row: Any) -> str:
    why = ", ".join(codes.SIGNS[sign].lower() if vital else bare(sign) for vital, sign in map(_sign_of, row.triggers))
    watched = (
        f"then vital signs every {row.added_observation_every_min} min for {_lasting(row.added_observation_for_min)}"
        if row.added_observation_every_min
        else ""
    )
    longer = f"watched {_lasting(row.added_recovery_min)} longer" if row.added_recovery_min else ""
    return _join(
        f"for {why}",
        f"{plain(row.dose)} {row.unit} {row.route} over {row.over_min} min",
        f"not before {_lasting(row.min_gap_min)} have passed",
        f"at most {plain(row.max_total)} {row.unit} in all",
        f"given by: {_list(row.who_gives)}",
        f"looked at again after {row.recheck_min} min",
        watched,
        longer,
        "makes sleepy" * row.sedative,
    )


def _sign_of(trigger: str) -> tuple[bool, str]:
    kind, _, sign = trigger.rpartition(":")
    return kind == "vital", sign


def _limit(row: Any) -> str:
    unit = UNITS[row.sign]
    bounds = (
        ("below {} " + unit, row.below),
        ("{} " + unit + " or above", row.at_or_above),
        ("{} " + unit + " under the resting value", row.fall_from_baseline),
        ("{} " + unit + " over the resting value", row.rise_from_baseline),
        ("{} % under the resting value", row.fall_percent),
        ("{} % over the resting value", row.rise_percent),
    )
    said = [words.format(plain(value)) for words, value in bounds if value is not None]
    twice = "" if row.readings == 1 else f"in {row.readings} readings {row.apart_min} min apart"
    return _join(*said, DURING[row.during], twice, f"then: {WHAT_THEN[row.level]}")


def _ladder(row: Any) -> str:
    return " ".join(f"{_minutes(step.after_min)}: {step.sentence}" for step in row.steps)


def _minutes(after: int) -> str:
    return "At once" if not after else f"After {after} min"


def _symptom(row: Any) -> str:
    grades = "; ".join(f"{number} {words}" for number, words in enumerate(row.grades, 1))
    froms = (("call", row.call_from_grade), ("pause", row.pause_from_grade), ("stop", row.stop_from_grade))
    acts = [f"{act} from grade {grade}" for act, grade in froms if grade]
    return _join(f"grades: {grades}", *acts, f"order: {_list(row.orders)}" if row.orders else "")


def _follow_up(row: Any) -> str:
    return _join(
        f"{_after(row.after_h)} after the {row.after}", f"asked: {_list(row.instruments)}",
        f"by the {bare(row.owner)}", f"tried {row.attempts} times",
    )  # fmt: skip


def _after_change(row: Any) -> str:
    sets = f"a {SETS.get(row.set, bare(row.set))} set after {', '.join(str(each) for each in row.at_min)} min"
    then = f"then every {row.then_every_min} min for {_lasting(row.for_min)}" if row.then_every_min else ""
    return _join(sets, then, ", ".join(codes.MONITORS[one] for one in row.monitors))


def _gate(row: Any) -> str:
    age = "" if row.max_age_min is None else f"from the last {_lasting(row.max_age_min)}"
    return _join(age, f"without it: {LEVELS[row.level]}", _cleared(row.who_clears))


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


SENTENCES: dict[str, Callable[[Any], str]] = {
    "ActPermission": lambda row: _list(row.roles),
    "ConsultType": lambda row: _join(
        bare(row.mode), f"{row.minutes} min", f"{plain(row.price_usd)} USD", f"with: {row.with_whom}"
    ),
    "Contraindication": _contraindication,
    "Interaction": _interaction,
    "Test": _test,
    "ConsentText": lambda row: f"in {LANGUAGES.get(row.language, row.language)}",
    "Concentration": _concentration,
    "ScheduledDrug": _scheduled,
    "PrnOrder": _prn,
    "MedicineInstruction": lambda row: _join(DRAFTS[row.draft], row.sentence, f"signed by the {row.signer}"),
    "GoGate": _gate,
    "DayQuestion": lambda row: {"red": "yes waits for the prescriber", "told": "yes is written down"}[row.yes],
    "PhaseObservation": lambda row: (
        f"short set every {_lasting(row.core_every_min)}, full set every {_lasting(row.full_every_min)}"
    ),
    "AfterChange": _after_change,
    "ScaleTime": lambda row: ", ".join(row.at),
    "VitalLimit": _limit,
    "Ladder": _ladder,
    "Symptom": _symptom,
    "BedsideRule": lambda row: row.sentence,
    "DischargeCriterion": lambda row: "yes",
    "FollowUp": _follow_up,
    "Statement": lambda row: _join(row.sentence, f"about: {bare(row.topic)}", "may be published" * row.publish),
}

NAMES: dict[str, Callable[[Any], str]] = {
    "ActPermission": lambda row: ACTS.get(row.act, bare(row.act)),
    "ConsentText": lambda row: bare(row.id),
    "Concentration": lambda row: f"{bare(row.use)}, {plain(row.mg_per_ml)} mg/mL",
    "MedicineInstruction": lambda row: bare(row.medicine_class),
    "DayQuestion": lambda row: codes.DAY_QUESTIONS[row.code],
    "PhaseObservation": lambda row: PHASES.get(row.phase, bare(row.phase)),
    "AfterChange": lambda row: CHANGES.get(row.change, f"a medicine: {bare(row.change)}"),
    "ScaleTime": lambda row: SCALES.get(row.scale, bare(row.scale)),
    "VitalLimit": lambda row: codes.SIGNS[row.sign],
    "BedsideRule": lambda row: bare(row.id),
    "FollowUp": lambda row: bare(row.id),
    "Statement": lambda row: bare(row.id),
}


def sentence_of(row: Any) -> str:
    """What a row says."""
    return SENTENCES[type(row).__name__](row)


def name_of(row: Any) -> str:
    """What a row is called: its title, or words for its code."""
    title = str(getattr(row, "title", ""))
    return title or NAMES[type(row).__name__](row)
