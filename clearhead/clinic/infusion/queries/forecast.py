"""The band over what was given and what is planned, or why there is none. Computed each time, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clearhead.clinic.infusion.models import Flag, FlagAck
from clearhead.clinic.infusion.queries import doses
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.rates import planned_end
from clearhead.clinic.infusion.queries.state import infusion_of, standing
from clearhead.clinic.plan.models import Session
from clearhead.medicine.errors import ClearheadError
from clearhead.medicine.kinetics.doses import DoseHistory, Segment
from clearhead.medicine.kinetics.seam import Band, Person

DEFAULT_MODEL = "kamp-2020"
EVERY_MIN = 5
AFTER = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A band, or why it was withdrawn."""

    zero: datetime | None
    band: Band | None
    withdrawn_because: str = ""


def forecast_of(session: Session, now: datetime, model_id: str = DEFAULT_MODEL) -> Forecast:
    """A planning aid for clinicians: 90 % of people, one model, one sampling site. Never an input to discharge."""
    infusion, rows, protocol = infusion_of(session), doses.dose_rows(session), protocol_of(session)
    missing = _incomplete(session, now)
    if infusion is None or not rows.rates:
        return Forecast(None, None, "Nothing has been given yet.")
    if missing:
        return Forecast(infusion.started_at, None, missing)
    from clearhead.medicine.kinetics.forecast import forecast

    zero = min(infusion.started_at, rows.rates[0].happened_at)
    given = doses.account(rows, protocol, now)
    end = planned_end(session, infusion, given, now)
    now_min = (now - zero).total_seconds() / 60
    horizon = (max(end, now) + AFTER - zero).total_seconds() / 60
    form = session.order.drug_form
    left = [Segment(now_min, (end - zero).total_seconds() / 60, float(given.mg_per_h))] if end > now else []
    grid = [float(minute) for minute in range(0, int(horizon) + 1, EVERY_MIN)]
    try:
        history = given.history(form, zero=zero)
        band = forecast(
            history, DoseHistory.of(form, segments=[part for part in left if part.rate_mg_per_h > 0]),
            _person(session, float(infusion.weight_kg), now), model_id, now_min=now_min, at_min=grid,
        )  # fmt: skip
    except ClearheadError as fault:
        return Forecast(zero, None, str(fault))
    return Forecast(zero, band)


def _incomplete(session: Session, now: datetime) -> str:
    if not standing(session, now).pump_confirmed:
        return "Withdrawn: the pump was not seen stopped, so nobody knows what was given."
    closed = FlagAck.standing().filter(session=session, cleared=True).values("flag_id")
    open_flags = Flag.standing().filter(session=session).exclude(pk__in=closed)
    if open_flags.filter(rule="reconcile").exists():
        return "Withdrawn: the pump's own mL and the charted rates disagree."
    if open_flags.filter(rule="set_aside").exists():
        return "Withdrawn: an entry written offline is not charted yet."
    return ""


def _person(session: Session, weight_kg: float, now: datetime) -> Person:
    patient = session.patient
    age = float(patient.age_on(session.site.today(now)))
    return Person(weight_kg=weight_kg, age_years=age, sex=patient.sex or None)
