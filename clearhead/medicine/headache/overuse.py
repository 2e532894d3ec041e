"""Days with acute medicine against the thresholds of medication-overuse headache (ICHD-3 8.2).

ICHD-3 calls its own thresholds expert opinion. They are per month; the diary's 28 dates are compared unscaled,
so a count just under a threshold is under it here too. Days with any intake count, never tablets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from clearhead.medicine.errors import Missing
from clearhead.medicine.headache.diary import AcuteClass, DiaryCounts

SOURCE = "ICHD-3 8.2, Cephalalgia 2018;38:1-211"
WINDOWS_FOR_REGULAR = 3  # "more than three months" of regular use: three windows of 28 dates, all over
HEADACHE_DAYS = 15
ANY_CLASS_DAYS = 10  # 8.2.6: several classes, none of them over its own threshold
THRESHOLD_DAYS: dict[AcuteClass, int] = {
    AcuteClass.ERGOT: 10,
    AcuteClass.TRIPTAN: 10,
    AcuteClass.PARACETAMOL: 15,
    AcuteClass.NSAID: 15,
    AcuteClass.COMBINATION: 10,
    AcuteClass.OPIOID: 10,
}
COUNTED_TOGETHER = tuple(THRESHOLD_DAYS)


class Use(StrEnum):
    """How the use of one class stands."""

    UNDER = "under"
    OVER_NOW = "over_now"
    OVER_THREE_WINDOWS = "over_three_windows"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClassUse:
    """One class (or several together) in the newest window."""

    name: str
    days: int
    threshold: int
    use: Use


@dataclass(frozen=True, slots=True)
class Overuse:
    """Every class, and whether the pattern fits 8.2 criteria A and B. Criterion C is a clinician's."""

    uses: tuple[ClassUse, ...]
    headache_days_over: bool | None
    fits_ichd: bool | None
    unclassified_days: int
    source: str = SOURCE


def overuse(windows: Sequence[DiaryCounts]) -> Overuse:
    """The state of acute-medicine use over consecutive 28-date windows, oldest first.

    A window below 80 % answered can show that a threshold is passed, never that it is not.
    """
    if not windows:
        raise Missing("A diary window", "overuse is counted over at least one window of 28 dates.")
    uses = [
        _use(name.value, [counts.acute_days_by_class.get(name, 0) for counts in windows], threshold, windows)
        for name, threshold in THRESHOLD_DAYS.items()
    ]
    together = [counts.days_on_any(COUNTED_TOGETHER) for counts in windows]
    uses.append(_use("several_classes", together, ANY_CLASS_DAYS, windows) if _several(windows[-1]) else _none())
    headache = _over([counts.headache_days for counts in windows], HEADACHE_DAYS, windows)
    any_regular = any(use.use is Use.OVER_THREE_WINDOWS for use in uses)
    unknown = any(use.use is Use.UNKNOWN for use in uses) or len(windows) < WINDOWS_FOR_REGULAR
    return Overuse(
        uses=tuple(uses),
        headache_days_over=headache,
        fits_ichd=True if any_regular and headache else (None if unknown or headache is None else False),
        unclassified_days=windows[-1].acute_days_by_class.get(AcuteClass.UNCLASSIFIED, 0),
    )


def _several(counts: DiaryCounts) -> bool:
    return sum(counts.acute_days_by_class.get(name, 0) > 0 for name in COUNTED_TOGETHER) > 1


def _none() -> ClassUse:
    return ClassUse("several_classes", 0, ANY_CLASS_DAYS, Use.UNDER)


def _use(name: str, days: Sequence[int], threshold: int, windows: Sequence[DiaryCounts]) -> ClassUse:
    if days[-1] >= threshold:
        last = days[-WINDOWS_FOR_REGULAR:]
        regular = len(last) == WINDOWS_FOR_REGULAR and all(n >= threshold for n in last)
        return ClassUse(name, days[-1], threshold, Use.OVER_THREE_WINDOWS if regular else Use.OVER_NOW)
    could_be_over = days[-1] + windows[-1].length - windows[-1].answered >= threshold
    return ClassUse(name, days[-1], threshold, Use.UNKNOWN if could_be_over else Use.UNDER)


def _over(days: Sequence[int], threshold: int, windows: Sequence[DiaryCounts]) -> bool | None:
    last, newest = days[-WINDOWS_FOR_REGULAR:], windows[-WINDOWS_FOR_REGULAR:]
    if len(last) < WINDOWS_FOR_REGULAR:
        return None
    if all(n >= threshold for n in last):
        return True
    surely_under = any(n + w.length - w.answered < threshold for n, w in zip(last, newest, strict=True))
    return False if surely_under else None
