"""ICHD-3 migraine and chronic migraine: which criteria the facts support. The clinician makes the diagnosis.

Source: ICHD-3, Cephalalgia 2018;38:1-211, sections 1.1, 1.2 (final text: three of six aura features) and 1.3.
Every criterion is answered yes, no or not known; "not better accounted for by another diagnosis" is always the
clinician's own statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clearhead.medicine.headache.diary import DiaryCounts

SOURCE = "ICHD-3, Cephalalgia 2018;38:1-211"
CHRONIC_HEADACHE_DAYS = 15
CHRONIC_MIGRAINE_DAYS = 8
CHRONIC_WINDOWS = 3
ATTACKS_WITHOUT_AURA = 5
ATTACKS_WITH_AURA = 2
AURA_FEATURES = (
    "spreads_over_5_min",
    "two_in_succession",
    "each_5_to_60_min",
    "one_unilateral",  # aphasia always counts as unilateral
    "one_positive",
    "headache_within_60_min",
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One lettered criterion and whether the facts meet it; None = not known."""

    id: str
    met: bool | None
    sentence: str
    source: str = SOURCE


@dataclass(frozen=True, slots=True)
class Support:
    """All criteria of one diagnosis."""

    diagnosis: str
    criteria: tuple[Criterion, ...]

    @property
    def met(self) -> bool | None:
        """True when every criterion is met, False when one surely is not, None while one is open."""
        answers = [criterion.met for criterion in self.criteria]
        return False if False in answers else (None if None in answers else True)

    @property
    def open(self) -> tuple[Criterion, ...]:
        """What is still to be asked."""
        return tuple(criterion for criterion in self.criteria if criterion.met is None)


@dataclass(frozen=True, slots=True)
class HeadacheHistory:
    """The history as a clinician took it. None = not asked."""

    attacks_in_life: int | None = None
    shortest_untreated_h: float | None = None
    longest_untreated_h: float | None = None
    unilateral: bool | None = None
    pulsating: bool | None = None
    moderate_or_severe: bool | None = None
    worse_with_activity: bool | None = None
    nausea_or_vomiting: bool | None = None
    photophobia: bool | None = None
    phonophobia: bool | None = None
    aura_attacks_in_life: int | None = None
    aura_fully_reversible: bool | None = None
    aura_features: tuple[str, ...] | None = None
    not_better_explained: bool | None = None  # the clinician's statement


def migraine_without_aura(history: HeadacheHistory) -> Support:
    """ICHD-3 1.1, criteria A to E."""
    return Support(
        "ICHD-3 1.1 migraine without aura",
        (
            _at_least("mo_a_attacks", history.attacks_in_life, ATTACKS_WITHOUT_AURA, "attacks in life"),
            Criterion("mo_b_duration", _four_to_72_h(history), "Attacks last 4 to 72 hours untreated."),
            Criterion(
                "mo_c_pain",
                _two_of_four(history),
                "At least two of: one-sided, pulsating, moderate or severe, worse with activity.",
            ),
            Criterion("mo_d_symptoms", _nausea_or_both(history), "Nausea or vomiting, or both light and sound hurt."),
            _attested("mo_e_not_better_explained", history),
        ),
    )


def migraine_with_aura(history: HeadacheHistory) -> Support:
    """ICHD-3 1.2, criteria A to D; three of six features as in the final text of 2018."""
    features = history.aura_features
    known = None if features is None else sum(feature in AURA_FEATURES for feature in set(features)) >= 3
    return Support(
        "ICHD-3 1.2 migraine with aura",
        (
            _at_least("ma_a_attacks", history.aura_attacks_in_life, ATTACKS_WITH_AURA, "attacks with aura in life"),
            Criterion("ma_b_reversible", history.aura_fully_reversible, "The aura symptoms go away fully."),
            Criterion("ma_c_features", known, "At least three of the six aura features."),
            _attested("ma_d_not_better_explained", history),
        ),
    )


def chronic_migraine(history: HeadacheHistory, windows: Sequence[DiaryCounts]) -> Support:
    """ICHD-3 1.3 from the history and three consecutive diary windows of 28 dates, oldest first."""
    without, with_aura = migraine_without_aura(history), migraine_with_aura(history)
    return Support(
        "ICHD-3 1.3 chronic migraine",
        (
            Criterion(
                "cm_a_headache_days",
                _every_window(windows, "headache"),
                "Headache on 15 or more days a month for more than three months.",
            ),
            Criterion(
                "cm_b_history",
                _either(without.met, with_aura.met),
                "A history that fits migraine without or with aura.",
            ),
            Criterion(
                "cm_c_migraine_days", _every_window(windows, "migraine"), "Migraine on 8 or more of these days a month."
            ),
            _attested("cm_d_not_better_explained", history),
        ),
    )


def _at_least(gate: str, number: int | None, wanted: int, what: str) -> Criterion:
    return Criterion(gate, None if number is None else number >= wanted, f"At least {wanted} {what}.")


def _attested(gate: str, history: HeadacheHistory) -> Criterion:
    return Criterion(gate, history.not_better_explained, "Not better accounted for by another diagnosis (clinician).")


def _four_to_72_h(history: HeadacheHistory) -> bool | None:
    """A range that overlaps 4 to 72 h supports the criterion; one wholly outside does not."""
    if history.shortest_untreated_h is None or history.longest_untreated_h is None:
        return None
    return history.longest_untreated_h >= 4 and history.shortest_untreated_h <= 72


def _two_of_four(history: HeadacheHistory) -> bool | None:
    said = (history.unilateral, history.pulsating, history.moderate_or_severe, history.worse_with_activity)
    if said.count(True) >= 2:
        return True
    return None if said.count(True) + said.count(None) >= 2 else False


def _nausea_or_both(history: HeadacheHistory) -> bool | None:
    both = _all(history.photophobia, history.phonophobia)
    return _either(history.nausea_or_vomiting, both)


def _all(*answers: bool | None) -> bool | None:
    return False if False in answers else (None if None in answers else True)


def _either(*answers: bool | None) -> bool | None:
    return True if True in answers else (None if None in answers else False)


def _every_window(windows: Sequence[DiaryCounts], what: str) -> bool | None:
    """Over the threshold in each of the last three windows. Unanswered dates can make it unknown, never no."""
    last = windows[-CHRONIC_WINDOWS:]
    if len(last) < CHRONIC_WINDOWS:
        return None
    return _all(*(_headache(w) if what == "headache" else _migraine(w) for w in last))


def _headache(window: DiaryCounts) -> bool | None:
    if window.headache_days >= CHRONIC_HEADACHE_DAYS:
        return True
    return None if window.headache_days + window.length - window.answered >= CHRONIC_HEADACHE_DAYS else False


def _migraine(window: DiaryCounts) -> bool | None:
    if window.migraine_days >= CHRONIC_MIGRAINE_DAYS:
        return True
    possible = window.migraine_days + window.migraine_unknown + window.length - window.answered
    return None if possible >= CHRONIC_MIGRAINE_DAYS else False
