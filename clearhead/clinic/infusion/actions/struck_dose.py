"""An entry that carries dose is taken back: what that moves is counted, read and confirmed first, and told after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clearhead.clinic.infusion.actions.base import ChairRefused, raise_flag, refuse
from clearhead.clinic.infusion.actions.gone import STRUCK_DOSE
from clearhead.clinic.infusion.actions.late_bag import above_a_hard_limit
from clearhead.clinic.infusion.models import Bolus, ChairFact, Flush, RateChange
from clearhead.clinic.infusion.queries.doses import DoseRows, account, dose_rows, exact, mg_per_h, running_mg_per_h
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.wording import plain
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.reasons import missing
from clearhead.medicine.rules.verdict import Verdict

WORDS: dict[type[ChairFact], str] = {RateChange: "A setting of the pump", Bolus: "A bolus", Flush: "A flush"}
"""What moves the total, as it is said to the prescriber."""
ABOVE = "That is above a hard limit."


@dataclass(frozen=True, slots=True)
class Moved:
    """What the record says of the dose with the entry and without it, by now."""

    mark: str
    counted_mg: tuple[Decimal, Decimal]
    delivered_mg: tuple[Decimal, Decimal]
    mg_per_h: tuple[Decimal, Decimal]
    above: bool

    @property
    def gate(self) -> str:
        """Confirmed for the doses that were charted when it was read: another one asks anew."""
        return f"struck_dose={self.mark}"

    def __bool__(self) -> bool:
        return any(was != now for was, now in (self.counted_mg, self.delivered_mg, self.mg_per_h))

    @property
    def words(self) -> str:
        """Counted so much instead of so much, and what runs by the chart."""
        counts = self.counted_mg[0] != self.counted_mg[1]
        was, now = self.counted_mg if counts else self.delivered_mg
        what = "count as given by now" if counts else "are in the vein by now"
        ran, runs = self.mg_per_h
        rate = f"{plain(runs)} mg/h run by the chart" if runs else "nothing runs by the chart"
        rate += f" instead of {plain(ran)} mg/h" if ran != runs else ""
        return f"{now:.2f} mg {what} instead of {was:.2f} mg, and {rate}."


def moved(row: ChairFact, at: datetime) -> Moved | None:
    """What taking this entry back would move; None for an entry without dose. The chair's lock is held."""
    if not isinstance(row, RateChange | Bolus | Flush):
        return None
    session, rows = row.session, dose_rows(row.session)
    protocol, without = protocol_of(session), rows.without(row)
    was, now = (account(one, protocol, at) for one in (rows, without))
    counted = exact(now.counted_mg)
    return Moved(
        rows.mark,
        (exact(was.counted_mg), counted),
        (exact(was.delivered_mg), exact(now.delivered_mg)),
        (running_mg_per_h(rows), running_mg_per_h(without)),
        above_a_hard_limit(session, _fastest(rows, without), counted),
    )


def _fastest(rows: DoseRows, without: DoseRows) -> Decimal:
    """The fastest of the settings that would count with another mg/h, and of what would run now."""
    before = {row.pk: mg_per_h(row) for row in rows.rates}
    other = [mg_per_h(row) for row in without.rates if mg_per_h(row) != before[row.pk]]
    return max([running_mg_per_h(without), *other])


def ask_first(found: Moved, confirmed: frozenset[str]) -> None:
    """Read what would count and run, and name it, before the entry is taken back."""
    if not found or found.gate in confirmed:
        return
    sentence = f"Without this entry {found.words} {f'{ABOVE} ' if found.above else ''}Is that so?"
    raise ChairRefused(Verdict.of("chair", [missing(found.gate, "Take back", sentence)]))


def keep_the_start(row: ChairFact, rows: DoseRows) -> None:
    """A start that later settings stand on stays: without it what was given up to them would be gone."""
    if not isinstance(row, RateChange) or row.kind != RateChange.Kind.START:
        return
    later = [one for one in rows.rates if one != row and one.kind != RateChange.Kind.END]
    if later and (rows.ended is None or any(one.pump_ml_per_h > 0 for one in later)):
        raise refuse(
            "strike",
            "Take back",
            "Later settings of the pump stand on this start: enter the rate that ran then, with its time, as what the "
            "pump shows already.",
        )


def tell(row: ChairFact, found: Moved, reason: str, by: User, at: datetime) -> None:
    """The prescriber is told; above a hard limit as a breach."""
    session: Session = row.session
    when, breach = clock_time(row.happened_at, session.site.tz), bool(found) and found.above
    said = f"{WORDS[type(row)]} of {when} was taken back."
    sentences = (said, *((found.words,) if found else ()), *((ABOVE,) if breach else ()), f"Reason: {reason.strip()}")
    raise_flag(
        session=session, at=at, by=by, rule=STRUCK_DOSE, level="high" if breach else "medium", for_prescriber=True,
        sentence=" ".join(sentences), value=str(row.code),
    )  # fmt: skip
