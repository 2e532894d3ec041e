"""How far apart the sessions of an order lie once some of them are moved: what is refused, and what needs a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from django.utils.translation import gettext as _

from clearhead.clinic.plan import queries, series
from clearhead.clinic.plan.models import Order, Session
from clearhead.clinic.schedule.models import Booking

NOT_HELD = (Booking.Status.NO_SHOW, Booking.Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Spacing:
    """Sentences: `close` is never moved to, `asked` only with the written reason of a prescriber."""

    close: tuple[str, ...]
    asked: tuple[str, ...]


def spacing_of(order: Order, moved: Mapping[int, datetime], at: datetime) -> Spacing:
    """What a move of these sessions (their keys with the new starts) does to the series of this order.

    Neighbours are neighbours in time: a session that was put off may come after the later ones. A gap that the move
    leaves as it was is not judged again.
    """
    site, held = order.site, _held(order)
    before = {one.pk: site.today(one.booking.starts_at) for one in held if one.booking}
    after = {key: site.today(moved[key]) if key in moved else day for key, day in before.items()}
    number = {one.pk: one.number for one in held}
    known = {(one, two): second - first for one, two, first, second in _gaps(before)}
    close, asked = [], []
    for one, two, first, second in _gaps(after):
        gap = second - first
        if known.get((one, two)) == gap:
            continue
        told = {"first": number[one], "second": number[two], "gap": gap.days}
        if gap.days < order.gap_days_min:
            told["least"] = order.gap_days_min
            said = _(
                "Sessions %(first)s and %(second)s would be %(gap)s days apart; the order says at least %(least)s."
            )
            close.append(said % told)
        elif second > max(series.pattern_of(order).next_days(first)):
            told["most"] = order.gap_days_max
            said = _("Sessions %(first)s and %(second)s: %(gap)s days apart; the order says at most %(most)s.")
            asked.append(said % told)
    return Spacing(tuple(close), (*asked, *_after_decision(order, before, after, number, at)))


def _held(order: Order) -> list[Session]:
    """Every session that was given or is booked, also under the orders this one took the place of."""
    rows = [one for each in queries.lineage(order) for one in queries.sessions_of(each)]
    return [one for one in rows if one.booking is not None and one.booking.status not in NOT_HELD]


def _gaps(days: Mapping[int, date]) -> list[tuple[int, int, date, date]]:
    return [(one, two, days[one], days[two]) for one, two in pairwise(sorted(days, key=lambda key: (days[key], key)))]


def _after_decision(
    order: Order, before: Mapping[int, date], after: Mapping[int, date], number: Mapping[int, int], at: datetime
) -> list[str]:
    decision = queries.current_decision(order.course, at)
    if decision is None:
        return []
    ends = decision.expires_on
    return [_after(number[key], ends) for key, day in after.items() if before[key] <= ends < day]


def starts_after_decision(order: Order, starts: Sequence[datetime]) -> list[str]:
    """Which of these new sessions would lie past the end of the newest decision, also of one that is over already."""
    decision = queries.latest_decision(order.course)
    if decision is None:
        return []
    days = zip(queries.missing_numbers(order), map(order.site.today, starts), strict=True)
    return [_after(number, decision.expires_on) for number, day in days if day > decision.expires_on]


def _after(number: int, ends: date) -> str:
    said = _("Session %(n)s would lie after %(day)s, when the decision ends: it needs a new one by then.")
    return said % {"n": number, "day": f"{ends:%-d %B %Y}"}
