"""What a board and the desk read of one chair: where it stands, and everything that waits there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clearhead.clinic.infusion.models import Adjunct, Infusion, Observation, PumpReading, Responsible, Symptom
from clearhead.clinic.infusion.queries.adjuncts import adjuncts, still_to_ask
from clearhead.clinic.infusion.queries.doses import DoseRows, account, dose_rows
from clearhead.clinic.infusion.queries.ends import End, ends_of
from clearhead.clinic.infusion.queries.flags import unanswered
from clearhead.clinic.infusion.queries.gates import prescriber_present
from clearhead.clinic.infusion.queries.nurse import responsible
from clearhead.clinic.infusion.queries.overdue import Late, waiting
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.rates import planned_end
from clearhead.clinic.infusion.queries.scheduled import to_give
from clearhead.clinic.infusion.queries.state import Standing, State, infusion_of, standing
from clearhead.clinic.infusion.queries.vitals import observations, observe_facts, open_symptoms, prn_orders
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import observe
from clearhead.medicine.rules.dose import DoseAccount


@dataclass(frozen=True, slots=True)
class Chart:
    """One chair's record, read once for a tile or a row."""

    session: Session
    now: datetime
    protocol: Protocol
    infusion: Infusion | None
    rows: DoseRows
    given: DoseAccount
    stands: Standing
    sets: tuple[Observation, ...]
    drugs: tuple[Adjunct, ...]
    opened: tuple[Symptom, ...]
    due: observe.Due | None
    who: Responsible | None

    @property
    def ends(self) -> tuple[End, ...]:
        """What comes to its end by itself, the soonest first."""
        if self.infusion is None:
            return ()
        planned = planned_end(self.session, self.infusion, self.given, self.now)
        return ends_of(self.infusion, self.rows, self.given, self.protocol, planned, self.now)


def chart_of(session: Session, now: datetime) -> Chart:
    """The record as it stands now."""
    protocol, infusion, rows = protocol_of(session), infusion_of(session), dose_rows(session)
    given, stands = account(rows, protocol, now), standing(session, now, rows)
    sets, drugs, opened = observations(session), adjuncts(session), open_symptoms(session)
    due = None
    if infusion is not None and stands.state is not State.CLOSED:
        facts = observe_facts(infusion, rows, sets, drugs, prn_orders(protocol), bool(opened))
        due = observe.due(facts, protocol, at=now)
    return Chart(session, now, protocol, infusion, rows, given, stands, sets, drugs, opened, due, responsible(session))


def late_of(chart: Chart) -> tuple[Late, ...]:
    """Everything late at this chair: the same list as on its own screen."""
    infusion, weight = chart.infusion, chart.infusion.weight_kg if chart.infusion else None
    if infusion is None:
        return ()
    readings = PumpReading.standing().filter(session=chart.session).order_by("happened_at", "pk")
    return waiting(
        chart.stands,
        ends=chart.ends,
        due=chart.due,
        given=chart.given,
        cap_mg=chart.protocol.caps.session_cap_mg(infusion.weight_kg),
        rechecks=still_to_ask(chart.session, chart.drugs),
        by_plan=to_give(chart.session, infusion, chart.drugs, weight, chart.now),
        readings=tuple(readings),
        started_at=infusion.started_at,
        who=chart.who,
        flags=unanswered(chart.session),
        prescriber=prescriber_present(chart.session),
        protocol=chart.protocol,
        now=chart.now,
    )
