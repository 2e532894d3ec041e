"""The day of an infusion: preparation, the bag, the pump, the record, the account of the drug."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion.actions.rate import Ask
from clearhead.clinic.infusion.actions.second import SecondPerson
from clearhead.clinic.infusion.entered import Secret
from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.infusion.queries.doses import account, dose_rows
from clearhead.clinic.infusion.queries.rates import next_ml_per_h
from clearhead.clinic.infusion.queries.state import dosing_weight
from clearhead.clinic.plan import actions as plan
from clearhead.clinic.plan import queries as plans
from clearhead.clinic.plan.models import Session
from clearhead.clinic.rehearsal.story import PIN, StoppedShort, Story, refusal_of
from clearhead.clinic.schedule import actions as schedule
from clearhead.medicine.protocols.dose import MiniBolus, PlannedSegment
from clearhead.medicine.rules.dose import DoseAccount

CALM: dict[str, Any] = {
    "o2_l_per_min": Decimal(0),
    "hr": 72,
    "spo2": 98,
    "sys": 122,
    "dia": 74,
    "rr": 14,
    "sedation": 0,
}
FULL: dict[str, Any] = {"pain": 4, "nausea": 0, "dissociation": 0, "iv_site": "clear"}
SLOW_MIN = 15
"""How often the story looks at the patient when nothing changes."""


def prepare_home(story: Story, session: Session) -> None:
    """The day before: who takes the patient home, and that they were reached."""
    booking = session.booking
    assert booking is not None
    story.clock.until(booking.starts_at - timedelta(hours=20))
    desk = story.who("front_desk")
    plan.name_escort(
        session=session, name=story.person.escort, phone="555 0143", may_be_told=True, by=None, at=story.clock.now
    )
    schedule.record_visit_event(booking=booking, kind="confirmed", by=desk, at=story.clock.now)


def arrive(story: Story, session: Session) -> None:
    """At the desk and into the room."""
    booking = session.booking
    assert booking is not None
    story.clock.until(booking.starts_at)
    for kind, role, minutes in (("arrived", "front_desk", 3), ("checked", "front_desk", 4), ("roomed", "nurse", 2)):
        schedule.record_visit_event(booking=booking, kind=kind, by=story.who(role), at=story.clock.now)
        story.clock.pass_minutes(minutes)


def observe(
    story: Story, session: Session, *, at: Any = None, phase: str = "", kind: str = "full", **seen: int
) -> None:
    """One set by the nurse; heart rate drifts a little, as it does. `seen` is what differs from a calm set."""
    when = at or story.clock.now
    values = {**CALM, **(FULL if kind == "full" else {}), "hr": CALM["hr"] + when.minute % 7, **seen}
    chair.observe(
        session=session,
        values=values,
        by=story.who("nurse"),
        at=story.clock.now,
        phase=phase,
        kind=kind,
        happened_at=when,
    )


def prepare_bag(story: Story, session: Session) -> None:
    """The bag from the protocol's list, checked blind by a second person."""
    strengths = story.protocol.fluids.concentrations
    number = next((n for n, one in enumerate(strengths) if one.use == "infusion"), 0)
    weight = dosing_weight(session, story.protocol) or story.person.weight_kg
    strength = strengths[number].mg_per_ml
    shown = next_ml_per_h(dose_rows(session), story.protocol, weight_kg=weight, mg_per_ml=strength)
    chair.prepare_bag(
        session=session, strength=number, lot="K-1204", by=story.who("nurse"), at=story.clock.now, pump="Pump 1",
        second=second_person(story, weight, strength, shown),
    )  # fmt: skip


def second_person(story: Story, weight: Decimal, mg_per_ml: Decimal, shown: Decimal) -> SecondPerson:
    """A colleague who reads weight, strength and rate off bag and pump."""
    checker = story.colleague(story.who("nurse"))
    return SecondPerson(checker, Secret(PIN), weight, mg_per_ml, shown)


def infuse(story: Story, session: Session) -> DoseAccount:
    """The pump runs as planned: every planned step taken when its time has come, sets charted when they are due."""
    order, weight = session.order, dosing_weight(session, story.protocol) or story.person.weight_kg
    mode = plans.dose_mode_of(order)
    planned = [one for one in mode.planned_segments(weight, order.infusion_minutes) if one.mg > 0]
    begun = story.clock.now
    if isinstance(mode, MiniBolus):
        _small_doses(story, session, planned, weight)
    else:
        _rates(story, session, planned, weight)
    _watch(story, session, begun + timedelta(minutes=order.infusion_minutes))
    return _end(story, session)


def _rates(story: Story, session: Session, planned: Sequence[PlannedSegment], weight: Decimal) -> None:
    """A loading dose where there is one, and every planned rate in its turn."""
    begun = story.clock.now
    rates = [one for one in planned if one.kind != "load"]
    for n, segment in enumerate(rates):
        if n:
            _watch(story, session, begun + timedelta(minutes=float(segment.start_min)))
        set_rate(story, session, segment, weight, first=n == 0)
    for segment in [one for one in planned if one.kind == "load"]:
        _load(story, session, segment, weight)
    _refuse_too_much(story, session)


def _small_doses(story: Story, session: Session, planned: Sequence[PlannedSegment], weight: Decimal) -> None:
    """Each small dose runs its minutes and is followed by a pause; the next one must be refused before its wait."""
    begun, nurse = story.clock.now, story.who("nurse")
    for n, segment in enumerate(planned):
        if n:
            _refuse_too_soon(story, session)
            _watch(story, session, begun + timedelta(minutes=float(segment.start_min)))
        set_rate(story, session, segment, weight, first=n == 0, then=chair.resume)
        if not n:
            _refuse_too_much(story, session)
        _watch(story, session, begun + timedelta(minutes=float(segment.end_min)))
        chair.pause(session=session, by=nurse, at=story.clock.now, reason="small dose given")
    _refuse_too_soon(story, session)


def _refuse_too_soon(story: Story, session: Session) -> None:
    nurse = story.who("nurse")
    story.clock.pass_minutes(1)
    if not refusal_of(lambda: chair.resume(session=session, by=nurse, at=story.clock.now, ask=Ask(reason="a slip"))):
        raise StoppedShort("A small dose was not refused a minute after the last one.")


def _end(story: Story, session: Session) -> DoseAccount:
    """As planned: the drug stops, and the pump is seen stopped."""
    nurse = story.who("nurse")
    chair.end(session=session, by=nurse, at=story.clock.now, reason="as planned")
    rows = dose_rows(session)
    given = account(rows, story.protocol, story.clock.now)
    story.clock.pass_minutes(1)
    chair.pump_seen_stopped(
        session=session,
        by=nurse,
        at=story.clock.now,
        pump_ml=Decimal(str(round(float(given.charted_mg / Fraction(rows.bag.mg_per_ml)), 1))),
    )
    return given


def set_rate(
    story: Story,
    session: Session,
    segment: PlannedSegment,
    weight: Decimal,
    *,
    first: bool,
    then: Callable[..., object] = chair.change_rate,
) -> None:
    """Start, or the next planned rate, with a second person and a prescriber's word for a step."""
    nurse, rows = story.who("nurse"), dose_rows(session)
    assert rows.bag is not None
    step, strength = story.protocol.fluids.pump.step_ml_per_h, rows.bag.mg_per_ml
    shown = (segment.mg_per_h / strength) // step * step
    ask = Ask(second=second_person(story, weight, strength, shown.quantize(Decimal("0.01"))), reason="as planned")
    if first:
        chair.start(session=session, value=shown, unit="mL/h", by=nurse, at=story.clock.now, ask=ask)
        return
    chair.note(session=session, kind="prescriber_agrees", by=story.who("prescriber"), at=story.clock.now)
    refused = refusal_of(lambda: then(session=session, value=shown, unit="mL/h", by=nurse, at=story.clock.now, ask=ask))
    if refused:
        story.told(f"step to {shown} mL/h held back: {', '.join(sorted(refused))}")
        return
    then(session=session, value=shown, unit="mL/h", by=nurse, at=story.clock.now, ask=ask)


def _load(story: Story, session: Session, segment: PlannedSegment, weight: Decimal) -> None:
    """The loading dose, given over its minutes while the rate runs, with a second person."""
    rows = dose_rows(session)
    assert rows.bag is not None
    assert rows.last is not None
    second = second_person(story, weight, rows.bag.mg_per_ml, rows.last.pump_ml_per_h)
    over = Decimal(segment.end_min) - Decimal(segment.start_min)
    chair.bolus(
        session=session, mg=segment.mg, over_min=over, by=story.who("nurse"), at=story.clock.now,
        ask=Ask(second=second, reason="load as ordered"),
    )  # fmt: skip
    story.clock.pass_minutes(int(over))


def _refuse_too_much(story: Story, session: Session) -> None:
    """A rate ten times the hard cap must be refused at the chair too."""
    cap = story.protocol.caps.hard_rate.mg_per_h(story.person.weight_kg) * 10
    nurse, slip = story.who("nurse"), Ask(reason="a slip")
    found = refusal_of(
        lambda: chair.change_rate(session=session, value=cap, unit="mg/h", by=nurse, at=story.clock.now, ask=slip)
    )
    if not found:
        raise StoppedShort(f"A rate of {cap} mg/h was not refused.")


def _watch(story: Story, session: Session, until: Any) -> None:
    """Sets go on until this moment."""
    while story.clock.now + timedelta(minutes=SLOW_MIN) < until:
        story.clock.pass_minutes(SLOW_MIN)
        observe(story, session)
        if not Infusion.objects.filter(session=session, ended_at__isnull=True).exists():
            return
    story.clock.until(until)


def close(story: Story, session: Session, given: DoseAccount) -> None:
    """The drug is accounted for with a witness, and the session closed."""
    nurse, rows = story.who("nurse"), dose_rows(session)
    drawn = sum((bag.mg for bag in rows.bags), Decimal(0))
    left = drawn - Decimal(str(round(float(given.charted_mg), 3)))
    chair.close_drug(
        session=session, wasted_mg=left, left_mg=Decimal(0), by=nurse, witness=story.colleague(nurse),
        witness_secret=Secret(PIN),
        at=story.clock.now,
    )  # fmt: skip
    summary = chair.close(session=session, by=nurse, at=story.clock.now)
    story.figures.setdefault("given", f"{summary.given_mg:.1f} mg ({summary.given_mg_per_kg:.2f} mg/kg)")
