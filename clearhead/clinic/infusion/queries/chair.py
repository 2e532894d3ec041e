"""The chair in one frozen object: everything the screen shows, on every device the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from clearhead.clinic.consent.queries import taken_back as consent_taken_back
from clearhead.clinic.infusion.entered import colleagues
from clearhead.clinic.infusion.models import (
    Access,
    Adjunct,
    AdjunctEffect,
    Event,
    Infusion,
    Observation,
    PumpReading,
    Responsible,
    Symptom,
)
from clearhead.clinic.infusion.queries import doses, rates
from clearhead.clinic.infusion.queries.adjuncts import (
    OrderFace,
    adjuncts,
    allergies_of,
    order_faces,
)
from clearhead.clinic.infusion.queries.by_plan import PlanFace, plan_faces
from clearhead.clinic.infusion.queries.doses import DoseRows
from clearhead.clinic.infusion.queries.ends import End, ends_of
from clearhead.clinic.infusion.queries.flags import (
    Calls,
    FlagLine,
    calls_of,
    emergency_since,
    flag_lines,
    gravest_first,
    other_kg,
    was_reweighed,
)
from clearhead.clinic.infusion.queries.gates import open_access, prescriber_present
from clearhead.clinic.infusion.queries.handover import responsible
from clearhead.clinic.infusion.queries.ontime import counted
from clearhead.clinic.infusion.queries.overdue import Late, waiting
from clearhead.clinic.infusion.queries.permits import Permit, permits
from clearhead.clinic.infusion.queries.pinned import protocol_of, withdrawn
from clearhead.clinic.infusion.queries.scheduled import DueDose, to_give
from clearhead.clinic.infusion.queries.state import Standing, State, infusion_of, standing
from clearhead.clinic.infusion.queries.unrest import emergency_words, set_wanted
from clearhead.clinic.infusion.queries.vitals import limit_facts, observations, observe_facts, prn_orders, still_open
from clearhead.clinic.people.models import User
from clearhead.clinic.plan import queries as plan
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.bedside import ObservationPhase
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import limits, observe, stop, titration
from clearhead.medicine.rules.advice import advised
from clearhead.medicine.rules.charted import ChartState, chart_states
from clearhead.medicine.rules.dose import DoseAccount
from clearhead.medicine.rules.rate_facts import Intention
from clearhead.medicine.rules.timeliness import Timeliness
from clearhead.medicine.rules.verdict import Verdict


@dataclass(frozen=True)
class RateNow:
    """What runs, in three units. `ml_per_h` is what the pump should display."""

    mg_per_h: Decimal
    mg_per_kg_h: Decimal | None
    ml_per_h: Decimal


@dataclass(frozen=True, slots=True)
class ByOther:
    """Another weight than the one that the doses count on, and what it makes of the rate and the cap."""

    kg: Decimal
    mg_per_kg_h: Decimal
    cap_mg: Decimal


@dataclass(frozen=True)
class Given:
    """What was given so far, by charted rates."""

    account: DoseAccount
    mg: Decimal
    mg_per_kg: Decimal | None
    cap_mg: Decimal | None
    ml_left: Decimal
    in_line_mg: Decimal
    """Left the bag, not in the vein yet: it stays in the line, or a flush brings it in."""
    minutes_to_cap: int | None


@dataclass(frozen=True)
class ChairView:
    """Everything the chair's screens need at one moment."""

    session: Session
    now: datetime
    protocol: Protocol
    example_withdrawn: bool
    chair: str
    infusion: Infusion | None
    standing: Standing
    responsible: Responsible | None
    access: Access | None
    allergies: tuple[str, ...] | None
    weight_kg: Decimal | None
    by_other: ByOther | None
    """What runs by a weight that was found since the start, until a prescriber has said what counts."""
    rate: RateNow
    given: Given
    planned_end: datetime | None
    ends: tuple[End, ...]
    phase: str
    due: observe.Due | None
    late: tuple[Late, ...]
    timeliness: Timeliness
    chart_states: tuple[ChartState, ...]
    baseline: dict[str, Decimal]
    episodes: tuple[limits.Flag, ...]
    flags: tuple[FlagLine, ...]
    stop: Verdict
    next_step: titration.NextStep | None
    dose_rows: DoseRows
    observations: tuple[Observation, ...]
    symptoms: tuple[Symptom, ...]
    open_symptoms: tuple[Symptom, ...]
    adjuncts: tuple[Adjunct, ...]
    effects: tuple[AdjunctEffect, ...]
    rechecks: tuple[Adjunct, ...]
    by_plan: tuple[PlanFace, ...]
    events: tuple[Event, ...]
    readings: tuple[PumpReading, ...]
    orders: tuple[OrderFace, ...]
    chips: tuple[rates.Chip, ...]
    permits: dict[str, Permit]
    checkers: tuple[User, ...]
    """Who may be the second person at a drug; empty where the protocol asks none."""

    @property
    def number(self) -> int:
        """The count of facts; a poll with this number is answered 304 until there is more."""
        return self.infusion.last_fact if self.infusion else 0

    @property
    def mark(self) -> str:
        """Names the newest dose row this screen shows."""
        return self.dose_rows.mark

    @property
    def day_is_gone(self) -> bool:
        """True when the day of this session is over and it was never started."""
        return self.infusion is None and self.session.day_is_gone(self.now)

    @property
    def elapsed_min(self) -> int:
        """Whole minutes since the start, up to the end."""
        if self.infusion is None:
            return 0
        return max(0, int(((self.infusion.ended_at or self.now) - self.infusion.started_at).total_seconds() // 60))

    @property
    def phase_since(self) -> datetime | None:
        """When what stands now began: the pause, else the infusion."""
        if self.standing.state is State.PAUSED:
            return self.standing.since
        return self.infusion.started_at if self.infusion else None

    @property
    def phase_min(self) -> int:
        """Whole minutes of it, up to the end."""
        if self.standing.state is State.PAUSED and self.standing.since is not None:
            return max(0, int((self.now - self.standing.since).total_seconds() // 60))
        return self.elapsed_min

    @property
    def running(self) -> bool:
        """True while drug runs."""
        return self.standing.state is State.RUNNING

    @property
    def open_flags(self) -> tuple[FlagLine, ...]:
        """Flags whose episode is not over, the gravest first."""
        found = [line for line in self.flags if line.open]
        return tuple(sorted(found, key=lambda line: gravest_first(line.flag)))

    @property
    def emergency_since(self) -> datetime | None:
        """Since when an emergency goes on here; None where none does."""
        return emergency_since(line.flag for line in self.flags if line.open)

    @property
    def help_called(self) -> Calls | None:
        """Help that was called here and has not ended."""
        return calls_of(self.flags)


def chair(session: Session, now: datetime, by: User | None = None) -> ChairView:
    """The chair as it stands now; `by` is who looks, for what they may do."""
    protocol, infusion, rows = protocol_of(session), infusion_of(session), doses.dose_rows(session)
    events = _drawn(Event, session, "kind", "text", "detail", "queued")
    given, stands = doses.account(rows, protocol, now), standing(session, now, rows, events)
    sets, drugs = observations(session), adjuncts(session)
    symptoms = _drawn(Symptom, session, "symptom", "grade")
    effects = tuple(AdjunctEffect.standing().filter(session=session).select_related("adjunct"))
    asked = {effect.adjunct_id for effect in effects}
    rechecks = tuple(row for row in drugs if row.recheck_at is not None and row.pk not in asked)
    opened = still_open(symptoms)
    facts = observe_facts(infusion, rows, sets, drugs, prn_orders(protocol), bool(opened))
    phase = observe.phase_of(facts, protocol, at=now)
    due = observe.due(facts, protocol, at=now) if stands.state is not State.CLOSED else None
    limit = limit_facts(sets)
    episodes = limits.flags(limit, protocol, at=now)
    taken_back = consent_taken_back(session.order, now)
    verdict = stop.judge(_stop_facts(opened, episodes, taken_back=taken_back), protocol, at=now)
    allergies = allergies_of(session)
    flags = flag_lines(session)
    stirs = emergency_words(session, flags, emergency_since(line.flag for line in flags if line.open))
    weight = infusion.weight_kg if infusion else None
    end = rates.planned_end(session, infusion, given, now) if infusion else None
    readings = tuple(PumpReading.standing().filter(session=session).order_by("happened_at", "pk"))
    who = responsible(session)
    held = rates.protocol_roles(by, session.site, now)
    decides = rates.approved(session, by, now)
    orders = order_faces(
        session, protocol, held=held, at=now, given=drugs, opened=opened, allergies=allergies, flags=flags,
        sets=sets, emergency=stirs, decides=decides,
    )  # fmt: skip
    ends = ends_of(infusion, rows, given, protocol, end, now)
    total, by_plan = _given(rows, given, weight, protocol), to_give(session, infusion, drugs, weight, now)
    offered = plan_faces(
        session, by_plan, protocol=protocol, at=now, given=drugs, allergies=allergies, flags=flags, sets=sets,
        emergency=stirs, decides=decides,
    )  # fmt: skip
    return ChairView(
        session=session,
        now=now,
        protocol=protocol,
        example_withdrawn=withdrawn(session, now),
        chair=plan.chair_of(session),
        infusion=infusion,
        standing=stands,
        responsible=who,
        access=open_access(session),
        allergies=allergies,
        weight_kg=weight,
        by_other=_by_other(given, other_kg(flags), protocol),
        rate=_rate(given, weight),
        given=total,
        planned_end=end,
        ends=ends,
        phase=phase,
        due=due,
        late=waiting(
            stands, ends=ends, due=due, given=given, cap_mg=total.cap_mg, rechecks=rechecks, by_plan=by_plan,
            readings=readings, started_at=infusion.started_at if infusion else None, who=who,
            flags=tuple(line for line in flags if line.unanswered), prescriber=prescriber_present(session),
            protocol=protocol, now=now,
        ),
        timeliness=counted(session, sets, facts, protocol, now),
        chart_states=_chart_states(limit, phase, protocol, now),
        baseline={str(sign): value for sign, value in limit.baseline.items()},
        episodes=episodes,
        flags=flags,
        stop=verdict,
        next_step=_next(
            session, stands, given, weight, rows, sets, verdict, flags, end, protocol, now,
            set_wanted(infusion, rows, sets, drugs, protocol, now, open_symptom=bool(opened)), stirs,
        ),
        dose_rows=rows,
        observations=sets,
        symptoms=symptoms,
        open_symptoms=opened,
        adjuncts=drugs,
        effects=effects,
        rechecks=rechecks,
        by_plan=offered,
        events=events,
        readings=readings,
        orders=orders,
        chips=tuple(
            chip
            for chip in rates.chips_of(
                session, protocol, infusion, rows, given, now, by=by, reweighed=was_reweighed(flags)
            )
            if not (chip.up and stirs and infusion is not None)
        ),
        permits=permits(protocol, held),
        checkers=_checkers(session, by, orders, by_plan),
    )  # fmt: skip


def _checkers(
    session: Session, by: User | None, orders: tuple[OrderFace, ...], by_plan: tuple[tuple[DueDose, int], ...]
) -> tuple[User, ...]:
    asked = any(face.asks_second for face in orders) or any(dose.drug.asks_second for dose, _late in by_plan)
    return tuple(colleagues(session.site, by)) if asked else ()


def _drawn(model: Any, session: Session, *columns: str) -> tuple[Any, ...]:
    """Facts that come by the hundred: bare tuples of the columns that the picture and the rules need."""
    rows = model.standing().filter(session=session).order_by("happened_at", "pk")
    return tuple(rows.values_list("pk", "happened_at", *columns, named=True))


def _stop_facts(opened: tuple[Symptom, ...], episodes: tuple[limits.Flag, ...], *, taken_back: bool) -> stop.StopFacts:
    return stop.StopFacts(
        symptoms=tuple(stop.SymptomNow(row.symptom, row.grade, row.happened_at) for row in opened),
        flags=episodes,
        consent_withdrawn=taken_back,
    )


def _rate(given: DoseAccount, weight: Decimal | None) -> RateNow:
    mg = doses.exact(given.mg_per_h)
    return RateNow(mg, mg / weight if weight else None, given.ml_per_h)


def _by_other(given: DoseAccount, kg: Decimal | None, protocol: Protocol) -> ByOther | None:
    return None if kg is None else ByOther(kg, doses.exact(given.mg_per_h) / kg, protocol.caps.session_cap_mg(kg))


def _given(rows: DoseRows, given: DoseAccount, weight: Decimal | None, protocol: Protocol) -> Given:
    cap = protocol.caps.session_cap_mg(weight) if weight else None
    left = given.minutes_until(cap) if cap is not None else None
    mg = doses.exact(given.counted_mg)
    per_kg = mg / weight if weight else None
    bag_ml, line_mg = doses.ml_left(rows, given, protocol), doses.exact(given.in_line_mg)
    return Given(given, mg, per_kg, cap, bag_ml, line_mg, None if left is None else int(left))


def _chart_states(
    limit: limits.LimitFacts, phase: ObservationPhase, protocol: Protocol, now: datetime
) -> tuple[ChartState, ...]:
    interval = protocol.observation.phase(phase)
    if interval is None:
        return ()
    sets = [one for one in limit.sets if one.during != "pre_start"]
    return chart_states(sets, every_min=interval.core_every_min, at=now)


def _next(
    session: Session,
    stands: Standing,
    given: DoseAccount,
    weight: Decimal | None,
    rows: DoseRows,
    sets: tuple[Observation, ...],
    verdict: Verdict,
    flags: tuple[FlagLine, ...],
    end: datetime | None,
    protocol: Protocol,
    now: datetime,
    wanted: str,
    stirs: str,
) -> titration.NextStep | None:
    """What the protocol would allow next, while something runs; in an emergency nothing but less."""
    if stands.state is not State.RUNNING or weight is None or end is None:
        return None
    scores = tuple(titration.Score(row.happened_at, Decimal(row.pain)) for row in sets if row.pain is not None)
    facts = titration.TitrationFacts(
        mg_per_h=given.mg_per_h,
        weight_kg=weight,
        last_change_at=rates.last_change(rows),
        scores=scores,
        step_down_asked=stop.step_down_asked(verdict),
        stop_asked=stop.stop_asked(verdict),
        set_wanted=wanted,
        open_flags=sum(1 for line in flags if line.open and line.flag.level != "low"),
        local_time=now.astimezone(session.site.tz).time(),
        room_mg=Fraction(protocol.caps.session_cap_mg(weight)) - given.counted_mg,
        remaining_min=max(0, int((end - now).total_seconds() // 60)),
    )
    step = titration.next_step(facts, protocol, at=now)
    if stirs and step.next != "step_down":
        sentence = f"{stirs} Nothing is raised or given until then."
        return titration.NextStep("hold", None, None, (sentence,))
    return _advised(session, step, rows, now) if step.next == "step_up" else step


def _advised(session: Session, step: titration.NextStep, rows: DoseRows, now: datetime) -> titration.NextStep:
    """A step up is shown as allowed only where the pump's own rule would take it."""
    if rows.bag is None:
        return step
    nothing = Intention("change", Decimal(0), "mg/h")
    facts, protocol = rates.facts_for(session, nothing, bag=rows.bag, by=None, at=now, said=rates.Said(), rows=rows)
    return advised(step, facts, protocol, at=now)
