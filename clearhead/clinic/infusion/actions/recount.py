"""A correction after the session was closed: its summary is renewed, and the drug account says that it was changed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import raise_flag
from clearhead.clinic.infusion.models import DrugClosure, Flag
from clearhead.clinic.infusion.queries.doses import account, dose_rows, exact
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.remains import given_by_closure
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session, SessionSummary
from clearhead.medicine.protocols.wording import plain

MG, MG_PER_KG = Decimal("0.0001"), Decimal("0.00001")


def recount(session: Session, by: User | None, at: datetime) -> None:
    """After every dose that was charted late or taken back: what caps, courses and reviews count is the account."""
    closed: SessionSummary | None = SessionSummary.standing().filter(session=session).last()
    if closed is None:
        return
    _renew(closed, by, at)
    _tell_of_the_drug(session, by, at)


def _renew(closed: SessionSummary, by: User | None, at: datetime) -> None:
    session = closed.session
    given = account(dose_rows(session), protocol_of(session), at)
    mg, minutes = exact(given.counted_mg).quantize(MG), int(given.running_min)
    if (mg, minutes) == (closed.given_mg, closed.infusion_minutes):
        return
    mg_per_kg = exact(given.mg_per_kg(session.infusion.weight_kg)).quantize(MG_PER_KG)
    renewed = SessionSummary.objects.create(
        session=session, given_mg=mg, given_mg_per_kg=mg_per_kg,
        infusion_minutes=minutes, end_reason=closed.end_reason, open_symptoms=closed.open_symptoms, corrects=closed,
        happened_at=closed.happened_at, recorded_at=at, recorded_by=by,
    )  # fmt: skip
    audit.record(
        chain=session.site.slug, at=at, by=by, verb="session counted again", subject=renewed, patient=session.patient,
        body={"given_mg": mg, "was_mg": closed.given_mg, "minutes": minutes},
    )  # fmt: skip


def _tell_of_the_drug(session: Session, by: User | None, at: datetime) -> None:
    closure = DrugClosure.standing().filter(session=session).last()
    if closure is None or (now := given_by_closure(closure)) == closure.given_mg:
        return
    told: dict[str, Any] = {"session": session, "rule": "drug_changed", "value": f"{plain(now)} mg"}
    if Flag.standing().filter(**told).exists():
        return
    sentence = (
        f"Changed after the drug was accounted for: {told['value']} given by the chart as it stands, "
        f"{plain(closure.given_mg)} mg when it was signed."
    )
    raise_flag(**told, at=at, by=by, level="medium", for_prescriber=True, sentence=sentence)
