"""The room comes alive: made-up bodies answer the charted rates, and someone charts what they show.

A session is told again from its own record: the body's seed is the session's code, its rates are the charted ones. So
the room needs no memory of its own and survives a restart.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion.actions.base import ChairRefused
from clearhead.clinic.infusion.actions.rate import Ask
from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.infusion.queries.chair import chair as chair_view
from clearhead.clinic.infusion.queries.doses import account, dose_rows, exact
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.people.models import RoleGrant, User
from clearhead.clinic.plan import queries as plans
from clearhead.clinic.plan.models import Session
from clearhead.clinic.rehearsal.chair import second_person, set_rate
from clearhead.clinic.rehearsal.simulator import Body
from clearhead.clinic.rehearsal.story import Story
from clearhead.medicine.rules.observe import Due

NAUSEA_ORDER = "ondansetron_nausea"
STEPS_TAKEN = 4
"""How many of the planned rates the made-up morning has gone through at most."""
PATIENCE = timedelta(minutes=2)
"""How long a due set waits for a person before the made-up nurse charts it."""


def begin(story: Story, session: Session) -> None:
    """The pump starts at the order's first rate."""
    segment = plans.dose_mode_of(session.order).planned_segments(
        session.order.weight_kg, session.order.infusion_minutes
    )[0]
    rows = dose_rows(session)
    assert rows.bag is not None
    step = story.protocol.fluids.pump.step_ml_per_h
    shown = ((segment.mg_per_h / rows.bag.mg_per_ml) // step * step).quantize(Decimal("0.01"))
    second = second_person(story, session.order.weight_kg, rows.bag.mg_per_ml, shown)
    chair.start(
        session=session, value=shown, unit="mL/h", by=story.who("nurse"), at=story.clock.now,
        ask=Ask(second=second, reason="as ordered"),
    )  # fmt: skip


def catch_up(session: Session, now: datetime) -> None:
    """Chart everything that was due until now, at its own time."""
    for _guard in range(200):
        due = _due(session, now)
        _read_pumps(session, now if due is None else min(due.at, now))
        if due is None or due.at > now:
            return
        _chart(session, due.at, due.set)


def follow_plan(story: Story, session: Session, now: datetime) -> None:
    """What the morning was like: sets when due, planned steps when allowed, a symptom treated."""
    infusion, weight = Infusion.objects.get(session=session), session.order.weight_kg
    planned = plans.dose_mode_of(session.order).planned_segments(weight, session.order.infusion_minutes)
    moments = [(infusion.started_at + timedelta(minutes=float(one.start_min)), one) for one in planned[1:STEPS_TAKEN]]
    for moment, segment in [one for one in moments if one[0] < now]:
        catch_up(session, moment)
        story.clock.until(moment)
        set_rate(story, session, segment, weight, first=False)
    sick = infusion.started_at + timedelta(minutes=70)
    if sick + timedelta(minutes=25) < now:
        _treated(session, sick)
    catch_up(session, now)


def _treated(session: Session, when: datetime) -> None:
    """Nausea, ondansetron from the signed order, better at its re-check."""
    nurse = _nurse(session)
    felt = chair.symptom(session=session, code="nausea", grade=2, by=nurse, at=when)
    given = chair.give(
        session=session, order_id=NAUSEA_ORDER, dose=Decimal(4), unit="mg", by=nurse, symptom=felt,
        at=when + timedelta(minutes=3),
    )  # fmt: skip
    chair.effect(session=session, adjunct=given, effect="better", by=nurse, at=when + timedelta(minutes=23))
    chair.symptom(session=session, code="nausea", grade=0, by=nurse, at=when + timedelta(minutes=24))


def tick(now: datetime) -> int:
    """One look round the room: sets that nobody charted are charted. Returns how many."""
    charted = 0
    running = Infusion.objects.filter(ended_at__isnull=True, site__is_demo=True).select_related("session__order")
    for infusion in running:
        _read_pumps(infusion.session, now - PATIENCE)
        due = _due(infusion.session, now)
        if due is not None and due.at + PATIENCE <= now:
            _chart(infusion.session, now, due.set)
            charted += 1
    return charted


def _due(session: Session, now: datetime) -> Due | None:
    """The next set the observation clock asks for."""
    return chair_view(session, now).due


def _chart(session: Session, when: datetime, kind: str) -> None:
    infusion = Infusion.objects.get(session=session)
    body, minute = _body(session, infusion), (when - infusion.started_at).total_seconds() / 60
    seen = body.vitals(minute)
    values = {**(seen.full() if kind == "full" else seen.core()), "o2_l_per_min": Decimal(0)}
    try:
        chair.observe(session=session, values=values, by=_nurse(session), at=when, kind=kind, happened_at=when)
    except ChairRefused:
        chair.observe(
            session=session, values=values, by=_nurse(session), at=when, kind=kind, happened_at=when, intended=False
        )
    for onset in body.onsets(minute + 0.1):
        _symptom(session, infusion, onset.symptom, onset.grade, onset.at_min, when)


def _read_pumps(session: Session, until: datetime) -> None:
    """The hourly look at the pump, each at its own time: it agrees with the chart."""
    infusion, rows, protocol = Infusion.objects.get(session=session), dose_rows(session), protocol_of(session)
    every = protocol.running.reconcile_every_min
    last = session.pumpreadings.order_by("happened_at").last()
    when = (last.happened_at if last else infusion.started_at) + timedelta(minutes=every)
    while every and when <= until and rows.last is not None and rows.last.pump_ml_per_h > 0:
        ml = exact(account(rows, protocol, when).pump_ml).quantize(Decimal("0.1"))
        chair.read_pump(session=session, pump_ml=ml, by=_nurse(session), at=when, happened_at=when)
        when += timedelta(minutes=every)


def _symptom(session: Session, infusion: Infusion, code: str, grade: int, at_min: float, when: datetime) -> None:
    """A symptom that began since the last set; what is open already is left as it is."""
    began = infusion.started_at + timedelta(minutes=at_min)
    if session.symptoms.filter(symptom=code).exists() or when - began > timedelta(minutes=20):
        return
    chair.symptom(session=session, code=code, grade=grade, by=_nurse(session), at=when, happened_at=began)


def _body(session: Session, infusion: Infusion) -> Body:
    rates = [(row.happened_at, row.pump_ml_per_h * row.bag.mg_per_ml) for row in dose_rows(session).rates]

    def rate_at(minute: float) -> float:
        moment = infusion.started_at + timedelta(minutes=minute)
        last = [mg_per_h for happened_at, mg_per_h in rates if happened_at <= moment]
        return float(last[-1] / infusion.weight_kg) if last else 0.0

    return Body(session.code.int % 2**32, rate_at)


def _nurse(session: Session) -> User:
    return RoleGrant.objects.filter(site=session.site, role="nurse", until__isnull=True).order_by("pk")[0].user


def stop_stale(now: datetime) -> int:
    """Infusions left running when the demo was closed are ended at their planned end. Returns how many."""
    ended = 0
    for infusion in Infusion.objects.filter(ended_at__isnull=True, site__is_demo=True).select_related("session__order"):
        planned = infusion.started_at + timedelta(minutes=infusion.session.order.infusion_minutes)
        if planned < now:
            nurse = _nurse(infusion.session)
            chair.end(session=infusion.session, by=nurse, at=now, happened_at=planned, reason="the demo was closed")
            chair.pump_seen_stopped(session=infusion.session, by=nurse, at=now)
            ended += 1
    return ended
