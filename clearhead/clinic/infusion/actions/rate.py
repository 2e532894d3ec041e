"""The pump: start, change, pause, resume, bag change, end, bolus, flush.

An intention is judged inside the transaction, under the chair's lock, and refused with its reasons. What happened is
always saved; where it broke a limit it carries the breach, raises a flag and is brought to the prescriber.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import (
    HERE,
    RateRefused,
    Written,
    add,
    breach_of,
    raise_flag,
    refuse,
    verdict_json,
)
from clearhead.clinic.infusion.actions.late_bag import LateBag, flag_recounted
from clearhead.clinic.infusion.actions.moment import Moment, flag_overtaken, moment_of
from clearhead.clinic.infusion.actions.recount import recount
from clearhead.clinic.infusion.actions.second import alone, compared, expected, flag_reading
from clearhead.clinic.infusion.entered import SecondPerson
from clearhead.clinic.infusion.models import Bag, Bolus, Check, Infusion, RateChange
from clearhead.clinic.infusion.queries.doses import DoseRows, dose_rows, rate_before
from clearhead.clinic.infusion.queries.rates import Said, facts_for, next_ml_per_h, role_for, shown_ml_per_h
from clearhead.clinic.infusion.queries.state import State, state_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.errors import ClearheadError
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import rate, rate_unrest
from clearhead.medicine.rules.rate import Intention, RateFacts
from clearhead.medicine.rules.rate_facts import Unit
from clearhead.medicine.rules.reasons import missing, refused
from clearhead.medicine.rules.second import second_check
from clearhead.medicine.rules.verdict import Outcome, Reason, Verdict

ZERO = Decimal(0)
EMERGENCY = "bag_in_emergency"
"""What a change of bags asks while an emergency is open."""
WORST_FIRST = (
    *("consent_withdrawn", "ketamine_allergy", "stopped", "hard_rate", "single_bolus", "small_dose_rate"),
    *("session_total", "day_total", "course_total", "year_total"),
)
"""What a flag names first of all that was broken: what forbids any drug, hard limits, caps on the total."""
NAMED_LAST = ("pump_range", "pump_step", "act_permitted")
HOLDS_A_BAG = {"act_permitted", "second_check", EMERGENCY, *rate_unrest.NEVER}
"""What stands against a bag also while the pump stands still."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What stands beside the number on the form: the screen it was typed on, and what was read and confirmed."""

    seen: str | None = None
    """The newest dose row the screen showed (`DoseRows.mark`); None where no screen is asked, as in a queue."""
    reason: str = ""
    confirmed: frozenset[str] = frozenset()
    second: SecondPerson | None = None
    waited_s: int = 0

    def said(self) -> Said:
        """For the rule. A second person counts as there once named; whether they agree is compared afterwards."""
        return Said(self.reason, self.confirmed, self.second is not None, self.waited_s)


PLAIN = Ask()


@audit.once
def change_rate(
    *,
    session: Session,
    value: Decimal,
    unit: str,
    by: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    intended: bool = True,
    ask: Ask = PLAIN,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> RateChange:
    """Another rate, typed in any of three units."""
    moment = _moment(session, "change", happened_at, at, intended, ask, written)
    return _set(session, "change", Intention("change", value, cast(Unit, unit)), by, at, moment, ask, written)


@audit.once
def resume(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    value: Decimal | None = None,
    unit: str = "mg/h",
    happened_at: datetime | None = None,
    intended: bool = True,
    ask: Ask = PLAIN,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> RateChange:
    """On again after a pause, at the rate before it unless another one is typed."""
    moment = _moment(session, "resume", happened_at, at, intended, ask, written)
    if value is None:
        value, unit = rate_before(moment.then), "mg/h"
    return _set(session, "resume", Intention("resume", value, cast(Unit, unit)), by, at, moment, ask, written)


@audit.once
def pause(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    intended: bool = True,
    reason: str = "",
    confirmed: frozenset[str] = frozenset(),
    written: Written = HERE,
    client_id: UUID | None = None,
) -> RateChange:
    """The pump stands still for a while. Never refused while something runs; no stale check, no second person."""
    wanted, ask = Intention("pause", ZERO, "mL/h"), Ask(reason=reason, confirmed=confirmed)
    return _set(
        session, "pause", wanted, by, at, _moment(session, "pause", happened_at, at, intended, ask, written), ask,
        written,
    )  # fmt: skip


@audit.once
def end(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    reason: str = "",
    confirmed: frozenset[str] = frozenset(),
    written: Written = HERE,
    client_id: UUID | None = None,
) -> RateChange:
    """The infusion is over. The pump still has to be seen stopped."""
    wanted, ask = Intention("stop", ZERO, "mL/h"), Ask(reason=reason, confirmed=confirmed)
    return _set(
        session, "end", wanted, by, at, _moment(session, "end", happened_at, at, False, ask, written), ask, written
    )


@audit.once
def change_bag(
    *,
    session: Session,
    bag: Bag,
    by: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    intended: bool = True,
    set_anew: bool = False,
    ask: Ask = PLAIN,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> RateChange:
    """Another bag. Hung now, the pump is set for the same mg/h; one that hangs already left it at its mL/h.

    `set_anew`: it hung before, and the pump was set for the same mg/h then. A pause lasts whatever hangs. It was
    checked by two when it was prepared, and is again at the pump where the protocol asks.
    """

    def doubts(moment: Moment) -> Iterable[Reason]:
        return LateBag(session, bag, moment, set_anew, at).doubts()

    moment = _moment(session, "bag_change", happened_at, at, intended, ask, written, doubts)
    then = moment.then
    if then.bag is not None and bag.pk == then.bag.pk:
        raise refuse("bag", "Bag", "This bag hangs already. Prepare a new one first.", question="rate")
    late = LateBag(session, bag, moment, set_anew, at)
    if late.stands:
        wanted = Intention("pause", ZERO, "mL/h")
    elif late.kept:
        wanted = Intention("change_bag", late.ml_per_h, "mL/h")
    else:
        wanted = Intention("change_bag", rate_before(then), "mg/h")
    if not moment.intended:
        moment = replace(moment, hung=late.rows)
    row = _set(session, "bag_change", wanted, by, at, moment, ask, written, bag)
    flag_recounted(row, late, by, at)
    return row


def _moment(
    session: Session,
    kind: str,
    happened_at: datetime | None,
    at: datetime,
    intended: bool,
    ask: Ask,
    written: Written,
    more: Callable[[Moment], Iterable[Reason]] | None = None,
) -> Moment:
    return moment_of(
        session,
        kind,
        happened_at=happened_at,
        at=at,
        intended=intended,
        confirmed=ask.confirmed,
        written=written,
        more=more,
    )


def _set(
    session: Session,
    kind: str,
    wanted: Intention,
    by: User | None,
    at: datetime,
    moment: Moment,
    ask: Ask,
    written: Written,
    bag: Bag | None = None,
) -> RateChange:
    infusion, when, intended, then = moment.infusion, moment.when, moment.intended, moment.then
    bag = bag or then.bag
    if bag is None or infusion is None:
        raise refuse("running", "No infusion", "Nothing has been started here. Open the start page.", question="rate")
    facts, protocol = facts_for(
        session, wanted, bag=bag, by=by, at=when, said=ask.said(), rows=then, later=moment.whole
    )
    verdict = judged(session, kind, facts, protocol, then, by, when)
    if intended:
        gate(verdict, facts, then, ask)
    shown = shown_ml_per_h(facts, protocol)
    reads = shown
    if kind == "bag_change" and wanted.kind == "pause":  # what it will show once it runs again
        reads = next_ml_per_h(then, protocol, weight_kg=infusion.weight_kg, mg_per_ml=bag.mg_per_ml)
    check, differs = compare(
        session, protocol, kind, ask, infusion.weight_kg, bag, reads, by, at, written, intended=intended
    )
    row = add(
        RateChange, session=session, at=at, by=by, verb=f"pump: {kind}", happened_at=when, written=written, bag=bag,
        kind=kind, entered_value=wanted.value, entered_unit=wanted.unit, pump_ml_per_h=shown, intended=intended,
        second_person=check.checker if check else None, single_handed=alone(verdict), reason=ask.reason,
        verdict=verdict_json(verdict), breach="" if intended else breach_of(verdict),
    )  # fmt: skip
    flag_breach(row, verdict, session, by, at)
    flag_reading(row, differs, session, by, at)
    if written.queued:
        flag_overtaken(row, moment.rows, by, at)
    settle(infusion)
    recount(session, by, at)
    return row


def judged(
    session: Session,
    kind: str,
    facts: RateFacts,
    protocol: Protocol,
    rows: DoseRows,
    by: User | None,
    when: datetime,
) -> Verdict:
    """The rule's verdict and the chair's own: where the session stands."""
    reasons = list(_by_state(session, kind, rows, when))
    try:
        reasons += rate.judge(facts, protocol, at=when).reasons
    except ClearheadError as fault:
        reasons.append(refused("rate_readable", "Rate", str(fault)))
    if kind == "bag_change" and facts.intention.kind == "pause":
        reasons += _hung_in_a_pause(session, facts, protocol, by, when)
    if kind == "bag_change":
        reasons += _hung_in_an_emergency(facts)
    return Verdict.of("rate", reasons)


def _hung_in_an_emergency(facts: RateFacts) -> Iterable[Any]:
    """Nobody hangs another bag by habit while an emergency is open: it is read and confirmed."""
    if facts.emergency and EMERGENCY not in facts.confirmed:
        yield missing(EMERGENCY, "Emergency", f"{facts.emergency} Hang another bag all the same?")


def _hung_in_a_pause(
    session: Session, facts: RateFacts, protocol: Protocol, by: User | None, when: datetime
) -> Iterable[Any]:
    """A pause may be set by anyone; a bag is hung by whom the licence table names, checked as while it runs."""
    if not protocol.people.may("change_bag", role_for("change_bag", by, protocol, session.site, when)):
        yield refused("act_permitted", "Who may", "You may not change a bag here.", who="nurse")
    yield from rate_unrest.never(facts)
    if "change_bag" in protocol.running.second_check.acts:
        yield from second_check(protocol, there=facts.second_person, waited_s=facts.waited_s)


def _by_state(session: Session, kind: str, rows: DoseRows, when: datetime) -> list[Any]:
    state = state_of(session, when, rows)
    stopped = "The infusion was stopped here. It is not taken up again; what runs all the same is recorded as happened."
    if state in {State.STOPPED, State.CLOSED} and kind != "end":
        return [refused("stopped", "Stopped", stopped)]
    if state is State.PAUSED and kind in {"change", "bolus"}:
        return [refused("paused", "Paused", "The pump is paused. Resume it, at the old rate or at another one.")]
    if state is State.RUNNING and kind == "resume":
        return [refused("paused", "Not paused", "The pump is running already. Open the page again and look.")]
    return []


def gate(verdict: Verdict, facts: RateFacts, rows: DoseRows, ask: Ask) -> None:
    """An intention: fresh screen (a decrease and a pause need none), then every reason of the rule.

    A pause is refused for nothing but that the infusion is over already.
    """
    reasons = list(verdict.reasons)
    if ask.seen is not None and ask.seen != rows.mark and not facts.decreases:
        sentence = "Somebody charted a dose since this page was opened. Look at it, then enter the rate again."
        reasons.insert(0, missing("stale", "Page too old", sentence))
    whole = Verdict.of("rate", reasons)
    held = {reason.gate for reason in reasons} & {"stopped", *HOLDS_A_BAG}
    if facts.intention.kind in ("pause", "stop") and not held:
        return
    if not whole.permits:
        raise RateRefused(whole)


def compare(
    session: Session,
    protocol: Protocol,
    kind: str,
    ask: Ask,
    weight_kg: Decimal,
    bag: Bag,
    shown: Decimal,
    by: User | None,
    at: datetime,
    written: Written,
    *,
    intended: bool = True,
) -> tuple[Check | None, str]:
    """Compare with the second person, where one stands there; a time that was set back takes nobody away."""
    meant = expected(protocol, kind, weight_kg=weight_kg, mg_per_ml=bag.mg_per_ml, ml_per_h=shown)
    return compared(ask.second, meant, intended, session=session, by=by, at=at, written=written)


def flag_breach(row: RateChange | Bolus, verdict: Verdict, session: Session, by: User | None, at: datetime) -> None:
    """What happened beyond a limit is brought to the prescriber: a hard limit high, a question left open medium.

    The gravest is said in full, what else was broken by its title; the row keeps every sentence.
    """
    if row.intended:
        return
    hard = sorted(verdict.at(Outcome.REFUSED), key=_gravity)
    broken = hard or sorted(verdict.at(Outcome.OPEN), key=_gravity)
    for worst in broken[:1]:
        others = ", ".join(dict.fromkeys(one.title for one in broken[1:] if one.title != worst.title))
        also = f" Also not as planned: {others}." if others else ""
        raise_flag(
            session=session, at=at, by=by, rule=f"breach:{worst.gate}", level="high" if hard else "medium",
            sentence=f"Happened outside the plan: {worst.sentence}{also}"[:400],
            since=row.happened_at, for_prescriber=True, value=str(row.code),
        )  # fmt: skip


def _gravity(reason: Reason) -> int:
    """Where a breach stands in the order of naming; what is in neither list stands between them."""
    if reason.gate in WORST_FIRST:
        return WORST_FIRST.index(reason.gate)
    return len(WORST_FIRST) + (reason.gate in NAMED_LAST)


def settle(infusion: Infusion) -> None:
    """The running row follows the newest setting by when it happened: ended by an end, running after anything else.

    An end that is charted again changes nothing: the drug stopped at the first of them.
    """
    ended = dose_rows(infusion.session).ended
    Infusion.objects.filter(pk=infusion.pk).update(ended_at=ended.happened_at if ended else None)
