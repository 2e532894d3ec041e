"""How many sets of one session came in time: one count, for the chair and for whoever reads the figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from clearhead.clinic.infusion.models import Observation
from clearhead.clinic.infusion.queries.adjuncts import adjuncts
from clearhead.clinic.infusion.queries.doses import dose_rows
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.state import infusion_of
from clearhead.clinic.infusion.queries.vitals import observations, observe_facts, open_symptoms, prn_orders
from clearhead.clinic.plan.models import Session, SessionSummary
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.observe import ObserveFacts
from clearhead.medicine.rules.timeliness import Came, Timeliness, timeliness


def on_time(session: Session, now: datetime) -> Timeliness:
    """The count of one chair, without the rest of its screen."""
    protocol, sets = protocol_of(session), observations(session)
    facts = observe_facts(
        infusion_of(session), dose_rows(session), sets, adjuncts(session), prn_orders(protocol),
        bool(open_symptoms(session)),
    )  # fmt: skip
    return counted(session, sets, facts, protocol, now)


def counted(
    session: Session, sets: Iterable[Observation], facts: ObserveFacts, protocol: Protocol, now: datetime
) -> Timeliness:
    """Up to now; once the session is closed, up to then: nothing more is asked after it."""
    came = (Came(row.due_at, row.recorded_at, row.happened_at) for row in sets if row.due_at is not None)
    closed = SessionSummary.standing().filter(session=session).order_by("happened_at").last()
    return timeliness(came, facts, protocol, at=min(now, closed.happened_at) if closed else now)
