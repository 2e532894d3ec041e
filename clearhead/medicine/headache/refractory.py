"""Resistant and refractory migraine by the European Headache Federation, from the treatments tried.

Sources: Sacco 2020, J Headache Pain 21:76 (classes, failures, months, debilitating days). Adequacy: American
Headache Society, Headache 2019;59:1-18 (at least 8 weeks at target dose); D'Antona 2019, J Headache Pain 20:89
(onabotulinumtoxinA: two quarterly cycles). The months for a CGRP antibody are an assumption.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clearhead.medicine.errors import Refused

EHF_2020 = "Sacco 2020, J Headache Pain 21:76"
AHS_2018 = "American Headache Society, Headache 2019;59:1-18"
DANTONA_2019 = "D'Antona 2019, J Headache Pain 20:89"
ASSUMPTION = "assumption, no published source"
DEBILITATING_DAYS = 8
RESISTANT_CLASSES, RESISTANT_MONTHS, REFRACTORY_MONTHS = 3, 3, 6
TRIPTANS_FAILED = 2


class PreventiveClass(StrEnum):
    """The classes of EHF 2020, table 3."""

    ANTIDEPRESSANT = "antidepressant"
    ANTIEPILEPTIC = "antiepileptic"
    BETA_BLOCKER = "beta_blocker"
    CALCIUM_BLOCKER = "calcium_channel_blocker"
    CGRP = "cgrp_pathway"
    ACE_OR_ARB = "ace_inhibitor_or_arb"
    BOTULINUM = "onabotulinumtoxin_a"
    OTHER = "other_proven"


class Effect(StrEnum):
    """What came of a treatment."""

    EFFECTIVE = "effective"
    PARTIAL = "partial"  # less than half the days gone
    NONE = "none"
    NOT_TOLERATED = "not_tolerated"
    CONTRAINDICATED = "contraindicated"
    NOT_AVAILABLE = "not_available"  # price, insurer, supply
    UNKNOWN = "unknown"


class Adequacy(StrEnum):
    """Whether a trial was long and strong enough to say anything."""

    ADEQUATE = "adequate"
    TOO_SHORT = "too_short"
    TOO_LOW = "dose_too_low"
    NOT_NEEDED = "not_needed"  # not tolerated or contraindicated: counts without a full trial
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Trial:
    """One earlier preventive. `stop` None = still taken; None elsewhere = not known."""

    ingredient: str
    preventive_class: PreventiveClass
    effect: Effect
    start: date | None = None
    stop: date | None = None
    weeks_at_target: int | None = None
    reached_target_dose: bool | None = None
    cycles: int | None = None
    quarterly: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A trial with its adequacy, why, and whether it is a failure in the sense of EHF 2020."""

    trial: Trial
    adequacy: Adequacy
    failed: bool | None
    sentence: str
    source: str


class Status(StrEnum):
    """EHF 2020."""

    NEITHER = "neither"
    RESISTANT = "resistant"
    REFRACTORY = "refractory"
    UNKNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Refractoriness:
    """The status and everything it rests on."""

    status: Status
    failed_classes: tuple[PreventiveClass, ...]
    untried_classes: tuple[PreventiveClass, ...]
    judged: tuple[Judged, ...]
    sentences: tuple[str, ...]
    source: str = EHF_2020


def judge_trial(trial: Trial, *, on: date) -> Judged:
    """Adequacy of one trial, and whether it counts as a failure. `on` closes a trial that still runs."""
    if trial.start and (trial.stop or on) < trial.start:
        raise Refused(f"{trial.ingredient}: stopped before it was started. Correct the dates.")
    if trial.effect in (Effect.NOT_TOLERATED, Effect.CONTRAINDICATED):
        why = f"{trial.ingredient}: {trial.effect.value.replace('_', ' ')}; counts as a failure without a full trial."
        return Judged(trial, Adequacy.NOT_NEEDED, True, why, EHF_2020)
    if trial.effect is Effect.NOT_AVAILABLE:
        return Judged(trial, Adequacy.UNKNOWN, False, f"{trial.ingredient}: never available; not a failure.", EHF_2020)
    adequacy, why, source = _length(trial, on)
    failed = {Effect.EFFECTIVE: False, Effect.UNKNOWN: None}.get(trial.effect, True)
    if failed and adequacy is not Adequacy.ADEQUATE:
        failed = None if adequacy is Adequacy.UNKNOWN else False
    return Judged(trial, adequacy, failed, f"{trial.ingredient}: {why}", source)


def _length(trial: Trial, on: date) -> tuple[Adequacy, str, str]:
    if trial.preventive_class is PreventiveClass.BOTULINUM:
        return _enough(trial.cycles, 2, "quarterly cycles", DANTONA_2019)
    if trial.preventive_class is PreventiveClass.CGRP:
        weeks = 26 if trial.quarterly else 13
        return _enough(_weeks(trial, on), weeks, "weeks", ASSUMPTION)
    if trial.reached_target_dose is False:
        return Adequacy.TOO_LOW, "the target dose was never reached and no intolerance is recorded.", AHS_2018
    if trial.reached_target_dose is None:
        return Adequacy.UNKNOWN, "it is not known whether the target dose was reached.", AHS_2018
    return _enough(trial.weeks_at_target, 8, "weeks at target dose", AHS_2018)


def _enough(number: int | None, wanted: int, what: str, source: str) -> tuple[Adequacy, str, str]:
    if number is None:
        return Adequacy.UNKNOWN, f"the number of {what} is not known; {wanted} are asked for.", source
    short = number < wanted
    sentence = f"{number} {what}; {wanted} are asked for."
    return (Adequacy.TOO_SHORT if short else Adequacy.ADEQUATE), sentence, source


def _weeks(trial: Trial, on: date) -> int | None:
    if trial.weeks_at_target is not None:
        return trial.weeks_at_target
    return None if trial.start is None else ((trial.stop or on) - trial.start).days // 7


def refractoriness(
    trials: Iterable[Trial],
    *,
    available: Iterable[PreventiveClass],
    debilitating_days_per_28: int | None,
    months_at_this_level: int | None,
    triptans_failed: int | None,
    on: date,
) -> Refractoriness:
    """Resistant: three classes failed, 8 debilitating days a month for 3 months. Refractory: all available, 6 months.

    `available` is the site's own formulary: "all classes" differs by country. A day is debilitating only when two
    triptans have failed too.
    """
    judged = tuple(judge_trial(trial, on=on) for trial in trials)
    failed = tuple(c for c in PreventiveClass if any(j.failed for j in judged if j.trial.preventive_class is c))
    maybe = tuple(c for c in PreventiveClass if any(j.failed is None for j in judged if j.trial.preventive_class is c))
    wanted = tuple(available)
    if not wanted:
        raise Refused("The list of preventive classes available at the site is empty; “all classes” has no meaning.")
    missing = tuple(c for c in wanted if c not in failed)
    burden = _burden(debilitating_days_per_28, triptans_failed)
    refractory = _all(burden, _months(months_at_this_level, REFRACTORY_MONTHS), _none_left(missing, maybe))
    resistant = _all(burden, _months(months_at_this_level, RESISTANT_MONTHS), _three(failed, maybe))
    return Refractoriness(
        _status(refractory, resistant),
        failed,
        missing,
        judged,
        _sentences(failed, missing, burden, months_at_this_level),
    )


def _status(refractory: bool | None, resistant: bool | None) -> Status:
    if refractory:
        return Status.REFRACTORY
    if resistant:
        return Status.RESISTANT
    return Status.UNKNOWN if None in (refractory, resistant) else Status.NEITHER


def _burden(days: int | None, triptans_failed: int | None) -> bool | None:
    enough = None if days is None else days >= DEBILITATING_DAYS
    two = None if triptans_failed is None else triptans_failed >= TRIPTANS_FAILED
    return _all(enough, two)


def _months(months: int | None, wanted: int) -> bool | None:
    return None if months is None else months >= wanted


def _none_left(missing: tuple[PreventiveClass, ...], maybe: tuple[PreventiveClass, ...]) -> bool | None:
    if not missing:
        return True
    return None if set(missing) <= set(maybe) else False


def _three(failed: tuple[PreventiveClass, ...], maybe: tuple[PreventiveClass, ...]) -> bool | None:
    if len(failed) >= RESISTANT_CLASSES:
        return True
    return None if len({*failed, *maybe}) >= RESISTANT_CLASSES else False


def _all(*answers: bool | None) -> bool | None:
    return False if False in answers else (None if None in answers else True)


def _sentences(
    failed: tuple[PreventiveClass, ...], missing: tuple[PreventiveClass, ...], burden: bool | None, months: int | None
) -> tuple[str, ...]:
    words = [f"{len(failed)} of the classes failed after an adequate trial, intolerance or contraindication."]
    if missing:
        words.append("Not failed or not tried: " + ", ".join(c.value.replace("_", " ") for c in missing) + ".")
    if PreventiveClass.CGRP in missing:
        words.append("No failed CGRP-pathway trial; it has been a first-line option since 2024 (AHS position).")
    if burden is None or months is None:
        words.append("Debilitating days, their months or triptan failures are not known.")
    return tuple(words)
