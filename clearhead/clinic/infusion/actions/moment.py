"""The moment a setting of the pump or a bolus counts from, and how the record stood then.

An entry that is set back in time is judged and stored by the state at its time: the bag that hung then, the rate and
the pause of then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from clearhead.clinic.infusion.actions.base import (
    MINUTE,
    ChairRefused,
    Written,
    lock,
    long_ago,
    not_ahead,
    raise_flag,
    refuse,
    since_start,
)
from clearhead.clinic.infusion.models import Infusion, RateChange
from clearhead.clinic.infusion.queries.doses import DoseRows, dose_rows
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.wording import plain
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.reasons import missing
from clearhead.medicine.rules.verdict import Reason, Verdict

NOW_MEANS = timedelta(minutes=1)
LATER = "later_setting"
LASTS = {"pause", "resume", "end"}
"""What is meant to last until somebody sets the pump again."""
STANDING_STILL = {RateChange.Kind.PAUSE: "The pause", RateChange.Kind.END: "The end"}


@dataclass(frozen=True, slots=True)
class Moment:
    """When an entry counts, and the dose rows now and as they stood then."""

    infusion: Infusion | None
    when: datetime
    intended: bool
    rows: DoseRows
    then: DoseRows
    hung: DoseRows | None = None
    """For a bag that is said to have hung since then: the rows as they will stand with it."""

    @property
    def later(self) -> tuple[RateChange, ...]:
        """The settings after an entry that was set back."""
        return () if self.intended else self.rows.after(self.when)

    @property
    def whole(self) -> DoseRows | None:
        """For an entry that was set back: the rows with what was set since."""
        return None if self.intended else self.hung or self.rows


def moment_of(
    session: Session,
    kind: str,
    *,
    happened_at: datetime | None,
    at: datetime,
    intended: bool,
    confirmed: frozenset[str],
    written: Written,
    more: Callable[[Moment], Iterable[Reason]] | None = None,
) -> Moment:
    """Take the chair's lock and find the moment. What cannot be is refused; what is doubtful is asked about.

    `more`: what else is doubtful about this act at its time, asked in the same breath.
    """
    infusion, rows = lock(session), dose_rows(session)
    when, intended = meant(happened_at, at, intended)
    if kind != "bolus" and written.queued and infusion is not None and when < infusion.started_at:
        when = at  # a device whose clock runs behind: what the pump did is charted at the latest it can have been
    if not written.queued and not intended:
        when = _after_the_minute(rows, when)
    when = since_start(infusion, when)
    found = Moment(infusion, when, intended, rows, rows if intended else rows.at(when))
    if not written.queued:
        others = more(found) if more is not None else ()
        ask_together([*_doubts(session, kind, found, at), *others], confirmed)
    return found


def _doubts(session: Session, kind: str, moment: Moment, at: datetime) -> Iterable[Reason]:
    if kind not in {"pause", "end"}:
        yield from long_ago(moment.when, at, session.site.tz)
    if kind in LASTS:
        yield from _then_set_again(session, kind, moment)
    if kind == "change" and moment.later:
        holds = f"{charted(session, moment.later[0])}, after this: this one holds until then. Is the time right?"
        yield missing(LATER, "Time", holds)


def ask_together(doubts: Iterable[Reason], confirmed: frozenset[str]) -> None:
    """Everything that has to be read and confirmed first, at once: a tick is not asked for twice."""
    asked = [reason for reason in doubts if reason.gate not in confirmed]
    if asked:
        raise ChairRefused(Verdict.of("chair", asked))


def meant(happened_at: datetime | None, at: datetime, intended: bool) -> tuple[datetime, bool]:
    """When it counts. An intention is about now; a time set back by more than a minute says that it has happened."""
    when = happened_at or at
    not_ahead(when, at)
    if not intended or when < at - NOW_MEANS:
        return when, False
    return at, True


def _after_the_minute(rows: DoseRows, when: datetime) -> datetime:
    """A time is typed in whole minutes: within one, what is charted later counts as later."""
    if when.second or when.microsecond:
        return when
    same = [row.happened_at for row in rows.rates if when < row.happened_at < when + MINUTE]
    return max(same, default=when)


def _then_set_again(session: Session, kind: str, moment: Moment) -> Iterable[Reason]:
    """A pause, a resume or an end before a setting that stands would not last: say so before it is believed."""
    later = moment.later
    if not later:
        return
    runs = next((row for row in later if row.pump_ml_per_h > 0), None)
    if kind == "end" and runs is not None:
        way = "What has ended does not run again: end it now, or enter a pause for the time it stood still."
        raise refuse(LATER, "Time", f"{charted(session, runs)}, after this. Is the time right? {way}")
    if kind == "resume" and moment.then.last is not None and moment.then.last.pump_ml_per_h > 0:
        said = clock_time(moment.when, session.site.tz)
        raise refuse(LATER, "Time", f"At {said} the pump was running. {charted(session, later[0])}. Check the time.")
    yield missing(LATER, "Time", f"{charted(session, later[0])}, after this. Is the time right?")


def charted(session: Session, row: RateChange) -> str:
    """A setting and its time, as a sentence begins."""
    what = STANDING_STILL.get(RateChange.Kind(row.kind)) or f"{plain(row.pump_ml_per_h)} mL/h"
    return f"{what} was charted at {clock_time(row.happened_at, session.site.tz)}"


def flag_overtaken(row: RateChange, rows: DoseRows, by: User | None, at: datetime) -> None:
    """A pause, an end or a STOP that came late, before a setting that runs: it is kept, and the pump is looked at."""
    runs = next((one for one in rows.after(row.happened_at) if one.pump_ml_per_h > 0), None)
    if runs is None or row.pump_ml_per_h > 0:
        return
    what = STANDING_STILL[RateChange.Kind(row.kind)]
    when = clock_time(row.happened_at, row.session.site.tz)
    raise_flag(
        session=row.session, at=at, by=by, rule=LATER, level="high" if row.kind == RateChange.Kind.END else "medium",
        sentence=f"{what} of {when} was charted late. {charted(row.session, runs)}, after it, and stands: look at the "
        "pump.",
        value=str(row.code),
    )  # fmt: skip
