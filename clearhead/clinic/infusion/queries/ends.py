"""What comes to its end by itself: a small dose, the bag, the planned time. Counted down, then late like a due set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.utils.translation import gettext_lazy as lazy

from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.infusion.queries import doses
from clearhead.clinic.infusion.queries.doses import DoseRows
from clearhead.medicine.protocols.dose import MiniBolus
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.dose import DoseAccount

NAMES = {"planned_end": lazy("Planned end"), "bag_empty": lazy("Bag empty"), "small_dose": lazy("Small dose in")}
PASSED = {
    "planned_end": "The planned end has passed: stop the pump, or ask.",
    "bag_empty": "By charted rates the bag is empty: look at it, hang the new one, or end the infusion.",
    "small_dose": "By charted rates the small dose is in: pause the pump and wait.",
}


@dataclass(frozen=True, slots=True)
class End:
    """One moment ahead, or just gone by."""

    what: str
    at: datetime

    @property
    def name(self) -> str:
        """In a word or two."""
        return str(NAMES[self.what])

    @property
    def sentence(self) -> str:
        """What to say once it has passed."""
        return PASSED[self.what]


def ends_of(
    infusion: Infusion | None,
    rows: DoseRows,
    given: DoseAccount,
    protocol: Protocol,
    planned_end: datetime | None,
    now: datetime,
) -> tuple[End, ...]:
    """Every end that the present rate runs into, the soonest first; none while the pump stands still."""
    if given.mg_per_h <= 0 or planned_end is None or infusion is None:
        return ()
    found = [End("planned_end", planned_end), *_bag(rows, given, protocol, now)]
    found += _small_dose(infusion, rows, given, protocol, now)
    return tuple(sorted(found, key=lambda end: end.at))


def _bag(rows: DoseRows, given: DoseAccount, protocol: Protocol, now: datetime) -> Iterable[End]:
    left = Fraction(doses.ml_left(rows, given, protocol))
    yield End("bag_empty", now + _hours(left / Fraction(given.ml_per_h)))


def _small_dose(
    infusion: Infusion, rows: DoseRows, given: DoseAccount, protocol: Protocol, now: datetime
) -> Iterable[End]:
    """By mg: a dose that was slowed down lasts longer."""
    began = rows.runs_since
    if isinstance(protocol.dose, MiniBolus) and began is not None:
        left = Fraction(protocol.dose.bolus.mg(infusion.weight_kg)) - given.charted_mg_between(began, now)
        yield End("small_dose", now + _hours(left / given.mg_per_h))


def _hours(share: Fraction) -> timedelta:
    """To the nearest second; what lies further than a week is a week."""
    return timedelta(seconds=round(min(share, Fraction(168)) * 3600))
