"""Did it help? Moderate or severe headache days in the 28 dates after, against the 28 before. Versioned rules.

Below 80 % answered in either window there is no individual answer. Missing dates give the change a range: at best
and at worst they were all free or all bad. Infusion-day pain is an acute effect and never a response.
Sources: Tassorelli 2018, Cephalalgia 38:815-832 (responder shares); the 80 % rule is an assumption.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from clearhead.medicine.errors import Refused
from clearhead.medicine.headache.diary import DiaryCounts
from clearhead.medicine.outcomes.intervals import Share, wilson

SHARES = (Fraction(30, 100), Fraction(50, 100), Fraction(75, 100))
REGISTRY_RULE = "responder_50_moderate_severe_v1"  # one fixed rule for registry and comparisons
THRESHOLD_OF = {
    "responder_50_moderate_severe_v1": Fraction(50, 100),
    "responder_30_moderate_severe_v1": Fraction(30, 100),
}


class Status(StrEnum):
    """The answer for one person."""

    RESPONDER = "responder"
    NO_RESPONSE = "no_response"
    NOT_ENOUGH_DATA = "not_enough_data"
    NOTHING_TO_REDUCE = "nothing_to_reduce"  # no such day before: a share of zero has no meaning


class Control(StrEnum):
    """Absolute control: what is left, whatever there was before (IHS 2025, as quoted; checked before publication)."""

    NONE = "none"
    UNDER_4 = "under_4"
    FROM_4_TO_6 = "4_to_6"
    OVER_6 = "over_6"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """One count before and after. Shares are reductions: 1 = all gone, below 0 = more than before."""

    before: int
    after: int
    reduction: Fraction | None
    lowest: Fraction | None
    highest: Fraction | None

    @property
    def days(self) -> int:
        """Days after minus days before: negative is better."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Response:
    """The judgement under one rule, the counts it rests on, and how complete they are."""

    rule: str
    status: Status
    moderate_or_severe: Change
    headache: Change
    migraine: Change | None  # None where features were not asked on every headache day
    acute_medicine: Change
    thresholds: dict[str, bool | None]
    control: Control
    completeness_before: Fraction
    completeness_after: Fraction
    sentence: str


def response(before: DiaryCounts, after: DiaryCounts, *, rule: str) -> Response:
    """The response of one person under one versioned rule. Both windows must be counted by the same diary rule."""
    if rule not in THRESHOLD_OF:
        raise Refused(f"“{rule}” is no response rule; there are {', '.join(THRESHOLD_OF)}.")
    if before.rule != after.rule:
        raise Refused("Before and after were counted by different rules: count both again with one of them.")
    enough = before.enough and after.enough
    main = _change(before, after, "moderate_or_severe_days", "moderate_or_severe_unknown")
    known = before.migraine_unknown == after.migraine_unknown == 0
    status = _status(main, THRESHOLD_OF[rule], enough=enough)
    return Response(
        rule=rule,
        status=status,
        moderate_or_severe=main,
        headache=_change(before, after, "headache_days"),
        migraine=_change(before, after, "migraine_days") if known else None,
        acute_medicine=_change(before, after, "acute_medicine_days"),
        thresholds={f"{int(share * 100)}": _reached(main, share) if enough else None for share in SHARES},
        control=_control(after),
        completeness_before=before.completeness,
        completeness_after=after.completeness,
        sentence=_sentence(status, main, before, after),
    )


def _change(before: DiaryCounts, after: DiaryCounts, what: str, unknown: str | None = None) -> Change:
    """Missing dates (and headaches of unknown strength) could each be such a day, or not."""
    first, last = int(getattr(before, what)), int(getattr(after, what))
    open_first = before.length - before.answered + (int(getattr(before, unknown)) if unknown else 0)
    open_last = after.length - after.answered + (int(getattr(after, unknown)) if unknown else 0)
    return Change(
        before=first,
        after=last,
        reduction=_reduction(first, last),
        lowest=_reduction(first, last + open_last),
        highest=_reduction(first + open_first, last),
    )


def _reduction(first: int, last: int) -> Fraction | None:
    return Fraction(first - last, first) if first else None


def _reached(change: Change, share: Fraction) -> bool | None:
    return None if change.reduction is None else change.reduction >= share


def _status(change: Change, share: Fraction, *, enough: bool) -> Status:
    if not enough:
        return Status.NOT_ENOUGH_DATA
    reached = _reached(change, share)
    if reached is None:
        return Status.NOTHING_TO_REDUCE
    return Status.RESPONDER if reached else Status.NO_RESPONSE


def _control(after: DiaryCounts) -> Control:
    if not after.enough:
        return Control.UNKNOWN
    days = after.moderate_or_severe_days
    if days == 0:
        return Control.NONE
    return Control.UNDER_4 if days < 4 else Control.FROM_4_TO_6 if days <= 6 else Control.OVER_6


def _sentence(status: Status, change: Change, before: DiaryCounts, after: DiaryCounts) -> str:
    answered = f"{before.answered} of {before.length} dates answered before, {after.answered} of {after.length} after"
    if status is Status.NOT_ENOUGH_DATA:
        return f"Not enough data: {answered}; 80 % are asked for."
    return f"Moderate or severe headache days: {change.before} before, {change.after} after ({answered})."


@dataclass(frozen=True, slots=True)
class GroupResponse:
    """A group under one rule: everyone treated stays in the denominator of the second figure."""

    treated: int
    assessed: int
    responders_of_assessed: Share
    missing_as_no_response: Share
    publishable: bool
    why_not: tuple[str, ...]


PUBLISH_AT_LEAST, PUBLISH_FOLLOWED = 30, Fraction(80, 100)  # both assumptions


def group(statuses: Iterable[Status]) -> GroupResponse:
    """Shares of responders: of those with enough data, and with the missing counted as no response."""
    everyone = list(statuses)
    assessed = [s for s in everyone if s in (Status.RESPONDER, Status.NO_RESPONSE)]
    responders = sum(s is Status.RESPONDER for s in assessed)
    why_not = []
    if len(everyone) < PUBLISH_AT_LEAST:
        why_not.append(f"fewer than {PUBLISH_AT_LEAST} people")
    if not everyone or Fraction(len(assessed), len(everyone)) < PUBLISH_FOLLOWED:
        why_not.append("fewer than 80 % followed up")
    return GroupResponse(
        treated=len(everyone),
        assessed=len(assessed),
        responders_of_assessed=wilson(responders, len(assessed)),
        missing_as_no_response=wilson(responders, len(everyone)),
        publishable=not why_not,
        why_not=tuple(why_not),
    )


def acute_effect(*, pain_before: int, pain_after: int) -> dict[str, bool]:
    """Pain on the day of infusion, 0-10: at least 2 points, at least half. An acute effect, never a response.

    Two points: Schwenk 2018, Reg Anesth Pain Med 43:875.
    """
    if not (0 <= pain_before <= 10 and 0 <= pain_after <= 10):
        raise Refused("Pain is a number from 0 to 10.")
    fall = pain_before - pain_after
    return {"two_points": fall >= 2, "half": pain_before > 0 and fall * 2 >= pain_before}
