"""Everything an intended rate or bolus is judged against, and the read-back of what the pump should show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from clearhead.clinic.infusion.models import Bag, Bolus, Event, Infusion, RateChange
from clearhead.clinic.infusion.queries import doses
from clearhead.clinic.infusion.queries.doses import DoseRows
from clearhead.clinic.infusion.queries.permits import Permit, permits
from clearhead.clinic.infusion.queries.pinned import protocol_of, withdrawn
from clearhead.clinic.infusion.queries.state import dosing_weight, infusion_of, standing, weighed_since
from clearhead.clinic.infusion.queries.unrest import unrest
from clearhead.clinic.infusion.queries.vitals import pain_scores
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Role, Site, User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.errors import ClearheadError
from clearhead.medicine.protocols.before import Act
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import rate, rate_caps, rate_slips
from clearhead.medicine.rules.dose import DoseAccount
from clearhead.medicine.rules.rate import Intention, RateFacts
from clearhead.medicine.rules.verdict import Verdict

APPROVAL = timedelta(minutes=15)
"""How long a prescriber's word for one step counts (assumption)."""
CREDENTIAL_ROLES = {"sedation": "sedation_nurse", "crna": "nurse_anaesthetist"}


@dataclass(frozen=True, slots=True)
class Said:
    """What the person at the pump adds to a number."""

    reason: str = ""
    confirmed: frozenset[str] = frozenset()
    second_person: bool = False
    waited_s: int = 0


def protocol_roles(user: User | None, site: Site, at: datetime) -> tuple[str, ...]:
    """What a person counts as in the act × licence table, the widest licence first. Empty off duty."""
    held = roles_of(user, site) if user is not None else set()
    found = ["prescriber"] if Role.PRESCRIBER in held else []
    if Role.NURSE in held:
        assert user is not None
        today = site.today(at)
        kinds = {c.kind.lower() for c in user.credentials.all() if c.expires_on >= today}
        found += [role for kind, role in CREDENTIAL_ROLES.items() if kind in kinds]
        found.append("nurse")
    if Role.PHARMACIST in held:
        found.append("pharmacist")
    return tuple(found)


def role_for(act: Act, user: User | None, protocol: Protocol, site: Site, at: datetime) -> str:
    """The licence under which a person would do this act: one that may, else the widest they hold."""
    held = protocol_roles(user, site, at)
    return next((role for role in held if protocol.people.may(act, role)), held[0] if held else "nobody on duty")


def permit_of(session: Session, act: Act, *, by: User | None, at: datetime) -> Permit:
    """May this person do this act here, and who may."""
    return permits(protocol_of(session), protocol_roles(by, session.site, at))[act]


def planned_end(session: Session, infusion: Infusion | None, given: DoseAccount | None, at: datetime) -> datetime:
    """Start plus the ordered minutes; a pause moves it, never beyond the order's longest time."""
    start = infusion.started_at if infusion else at
    paused = float(given.paused_min) if given is not None else 0.0
    longest = start + timedelta(minutes=session.order.max_minutes)
    return min(start + timedelta(minutes=session.order.infusion_minutes + paused), longest)


def facts_for(
    session: Session,
    wanted: Intention,
    *,
    bag: Bag,
    by: User | None,
    at: datetime,
    said: Said,
    rows: DoseRows,
    later: DoseRows | None = None,
) -> tuple[RateFacts, Protocol]:
    """The facts for rate.judge at this moment, read inside the caller's transaction.

    `rows` as they stood at this moment; `later`, for one gone by, with what was set since.
    """
    protocol, infusion = protocol_of(session), infusion_of(session)
    given = doses.account(rows, protocol, at)
    before, stirs = doses.earlier(session, at), unrest(session, at, rows)
    until, later_mg = _since(session, infusion, later, protocol, at)
    facts = RateFacts(
        intention=wanted,
        role="",
        weight_kg=infusion.weight_kg if infusion else dosing_weight(session, protocol),
        mg_per_ml=bag.mg_per_ml,
        until=until,
        later_mg=later_mg,
        given=given,
        planned_end=planned_end(session, infusion, given, at),
        rate_before_pause_mg_per_h=doses.rate_before(rows) or None,
        started_at=infusion.started_at if infusion else None,
        local_time=at.astimezone(session.site.tz).time(),
        paused_since=rows.paused.happened_at if rows.paused else None,
        last_change_at=last_change(rows),
        last_session_mg_per_h=before.last_session_mg_per_h,
        earlier_mg_24h=before.mg_24h,
        earlier_mg_course=before.mg_course,
        earlier_mg_year=before.mg_year,
        earlier_sessions_year=before.sessions_year,
        version_withdrawn=withdrawn(session, at),
        go_valid=standing(session, at, rows).go_valid if wanted.kind == "resume" else None,
        prescriber_approved=approved(session, by, at),
        emergency=stirs.emergency,
        unanswered=stirs.unanswered,
        consent_withdrawn=stirs.consent_withdrawn,
        stop_met=stirs.stop_met,
        set_wanted=stirs.set_wanted,
        open_flags=stirs.open_flags,
        other_kg=weighed_since(session, infusion, protocol, at),
        ketamine_allergy=stirs.allergy,
        scores=pain_scores(session),
        second_person=said.second_person,
        waited_s=said.waited_s,
        reason=said.reason,
        confirmed=said.confirmed,
    )
    return with_role(facts, by, protocol, session.site, at), protocol


def _since(
    session: Session, infusion: Infusion | None, whole: DoseRows | None, protocol: Protocol, at: datetime
) -> tuple[datetime | None, Fraction]:
    """The next setting after a moment gone by, and the mg that it and those after it give by the planned end."""
    if whole is None or not (since := whole.after(at)):
        return None, Fraction(0)
    until, last = since[0].happened_at, since[-1].happened_at
    end = planned_end(session, infusion, doses.account(whole, protocol, last), at)
    by_end = doses.account(whole, protocol, max(end, last)).counted_mg
    return until, by_end - doses.account(whole, protocol, until).counted_mg


def with_role(facts: RateFacts, by: User | None, protocol: Protocol, site: Site, at: datetime) -> RateFacts:
    """The facts with the licence that fits the act."""
    try:
        act = rate.act_of(facts)
    except ClearheadError:
        act = "increase"  # unreadable without weight or strength: rate.judge says so before it asks who
    return replace(facts, role=role_for(act, by, protocol, site, at))


def last_change(rows: DoseRows) -> datetime | None:
    """Minutes between steps count from the last setting of the rate, a resume included."""
    moved = [row.happened_at for row in rows.rates if row.kind in {"start", "change", "resume"}]
    return max(moved, default=None)


def approved(session: Session, by: User | None, at: datetime) -> bool:
    """True for a prescriber, and for a while after a prescriber has agreed at the chair: one word, one act."""
    if Role.PRESCRIBER in roles_of(by, session.site):
        return True
    word = Event.standing().filter(session=session, kind="prescriber_agrees").order_by("happened_at", "pk").last()
    return word is not None and at >= word.happened_at >= at - APPROVAL and not _used(session, word)


def _used(session: Session, word: Event) -> bool:
    """One word serves one setting of the rate, one bolus or one drug that the signs held back."""
    since = {"session": session, "happened_at__gt": word.happened_at}
    over = Event.standing().filter(kind="note", detail__given_over_flags=True, **since)
    moved = RateChange.standing().filter(kind__in=["change", "resume"], **since)
    return moved.exists() or Bolus.standing().filter(**since).exists() or over.exists()


def shown_ml_per_h(facts: RateFacts, protocol: Protocol) -> Decimal:
    """What the pump should display: rounded down to its step, so that never more runs than was meant."""
    if facts.intention.kind in ("pause", "stop"):
        return Decimal("0.00")
    return _settable(rate.pump_ml_per_h(facts), protocol)


def _settable(ml_per_h: Fraction, protocol: Protocol) -> Decimal:
    step = protocol.fluids.pump.step_ml_per_h
    return (Decimal(ml_per_h // Fraction(step)) * step).quantize(Decimal("0.01"), rounding=ROUND_FLOOR)


def next_ml_per_h(rows: DoseRows, protocol: Protocol, *, weight_kg: Decimal, mg_per_ml: Decimal) -> Decimal:
    """What the pump will show with a bag of this strength: at the rate that runs or ran, else at the planned start."""
    mg = doses.rate_before(rows) or protocol.dose.planned_segments(weight_kg)[0].mg_per_h
    return _settable(Fraction(mg) / Fraction(mg_per_ml), protocol)


@dataclass(frozen=True, slots=True)
class Chip:
    """One rate that order and protocol would lead to from here."""

    mg_per_h: Decimal
    mg_per_kg_h: Decimal
    ml_per_h: Decimal
    up: bool
    held: str = ""
    """Why it cannot be set by a weight that was found since the start."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What would be set, in all three units, and what stands for and against it. Nothing is saved."""

    verdict: Verdict
    mg_per_h: Decimal | None
    mg_per_kg_h: Decimal | None
    pump_ml_per_h: Decimal | None
    second_check: bool
    mark: str


def read_back(
    session: Session, wanted: Intention, *, by: User | None, at: datetime, said: Said, bag: Bag | None = None
) -> ReadBack | None:
    """The judged preview of a rate; None while no bag hangs."""
    rows = doses.dose_rows(session)
    bag = bag or rows.bag
    if bag is None:
        return None
    facts, protocol = facts_for(session, wanted, bag=bag, by=by, at=at, said=said, rows=rows)
    verdict = rate.judge(facts, protocol, at=at)
    shown: Any = None
    if facts.weight_kg and wanted.unit != "mg":
        shown = shown_ml_per_h(facts, protocol)
    mg = None if shown is None else shown * bag.mg_per_ml
    per_kg = None if mg is None or not facts.weight_kg else mg / facts.weight_kg
    asks = bool(facts.weight_kg) and rate.second_check_needed(facts, protocol)
    return ReadBack(verdict, mg, per_kg, shown, asks, rows.mark)


def chips_of(
    session: Session,
    protocol: Protocol,
    infusion: Infusion | None,
    rows: DoseRows,
    given: DoseAccount,
    at: datetime,
    *,
    by: User | None = None,
    reweighed: bool = False,
) -> tuple[Chip, ...]:
    """Rates as buttons: to start with, or to go to from here. Whether one may be set is judged when it is tapped.

    `reweighed`: another weight was charted since the start, so a step up says at once where it is too much by that one.
    """
    if rows.bag is None:
        return ()
    facts = RateFacts(
        intention=Intention("change" if rows.rates else "start", Decimal(0), "mg/h"),
        role="",
        weight_kg=infusion.weight_kg if infusion else dosing_weight(session, protocol),
        mg_per_ml=rows.bag.mg_per_ml,
        given=given,
        planned_end=planned_end(session, infusion, given, at),
        started_at=infusion.started_at if infusion else None,
    )
    found = chips(facts, protocol, at)
    return tuple(_by_both(session, found, rows.bag, rows, by, at)) if reweighed else found


def _by_both(
    session: Session, found: tuple[Chip, ...], bag: Bag, rows: DoseRows, by: User | None, at: datetime
) -> Iterable[Chip]:
    nothing = Intention("change", Decimal(0), "mg/h")
    facts, protocol = facts_for(session, nothing, bag=bag, by=by, at=at, said=Said(), rows=rows)
    for chip in found:
        wanted = replace(facts, intention=Intention("change", chip.ml_per_h, "mL/h"))
        against = rate_caps.by_the_other_alone(wanted, protocol, at=at) if chip.up else []
        yield replace(chip, held=" ".join(reason.sentence for reason in against))


def chips(facts: RateFacts, protocol: Protocol, at: datetime) -> tuple[Chip, ...]:
    """The expected rates as buttons, lowest first."""
    if facts.weight_kg is None or facts.mg_per_ml is None:
        return ()
    found = []
    for expected in rate_slips.expected_mg_per_h(facts, protocol, at=at):
        step = Fraction(protocol.fluids.pump.step_ml_per_h)
        ml = Decimal((expected / Fraction(facts.mg_per_ml) // step).__int__()) * protocol.fluids.pump.step_ml_per_h
        mg = ml * facts.mg_per_ml
        found.append(Chip(mg, mg / facts.weight_kg, ml, Fraction(mg) > facts.given.mg_per_h))
    if facts.intention.kind != "change":
        return tuple(found)
    down, up = [chip for chip in found if not chip.up], [chip for chip in found if chip.up]
    return (*down[-1:], *up[:1])  # one step each way; a larger one is typed, and asked about
