"""The bands over what was given and what is planned, or why there are none. Computed each time, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from clearhead.clinic.infusion.queries.chair import ChairView, chair
from clearhead.clinic.plan.models import Session
from clearhead.medicine.errors import ClearheadError, Missing
from clearhead.medicine.kinetics.doses import DoseHistory, Segment
from clearhead.medicine.kinetics.seam import Band, Person

EVERY_MIN = 5
LINE_EVERY_MIN = 30
AFTER = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Forecast:
    """One band per sampling site, arterial first. What a model refuses is said in `withdrawn_because`."""

    zero: datetime | None
    bands: tuple[Band, ...]
    withdrawn_because: str = ""

    @property
    def band(self) -> Band | None:
        """The first band."""
        return self.bands[0] if self.bands else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Where a model is stretched, each once."""
        return tuple(dict.fromkeys(warning for band in self.bands for warning in band.warnings))


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """One time of the table: low, middle and high of every band, in ng/mL."""

    at: datetime
    ahead: bool
    values: tuple[tuple[float, float, float], ...]


def forecast_lines(made: Forecast) -> tuple[ForecastLine, ...]:
    """The bands as numbers, every half hour."""
    if made.zero is None or made.band is None:
        return ()
    kept = [place for place, minute in enumerate(made.band.at_min) if minute % LINE_EVERY_MIN == 0]
    lines = lines_of(made.zero, made.bands)
    return tuple(lines[place] for place in kept)


def lines_of(zero: datetime, bands: tuple[Band, ...]) -> tuple[ForecastLine, ...]:
    """Every time of the bands as a line of numbers."""
    found = []
    for place, minute in enumerate(bands[0].at_min if bands else ()):
        values = tuple(
            (band.low_ng_per_ml[place], band.median_ng_per_ml[place], band.high_ng_per_ml[place]) for band in bands
        )
        found.append(ForecastLine(zero + timedelta(minutes=minute), minute > bands[0].now_min, values))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a forecast rests on: when its minutes begin, what was given, to whom, and now."""

    zero: datetime
    history: DoseHistory
    person: Person
    now_min: float


def basis_of(session: Session, view: ChairView) -> Basis | Forecast:
    """What a forecast rests on, or a forecast without bands that says why there is none."""
    if view.infusion is None or not view.dose_rows.rates:
        return Forecast(None, (), "Nothing has been given yet.")
    missing = _incomplete(view)
    if missing:
        return Forecast(view.infusion.started_at, (), missing)
    zero = min(view.infusion.started_at, view.dose_rows.rates[0].happened_at)
    try:
        history, person = view.given.account.history(session.order.drug_form, zero=zero), _person(view)
    except ClearheadError as fault:
        return Forecast(zero, (), str(fault))
    return Basis(zero, history, person, _minutes(zero, view.now))


def forecast_of(session: Session, now: datetime, view: ChairView | None = None) -> Forecast:
    """A planning aid for clinicians: 90 % of people, at both sampling sites. Never an input to discharge.

    `view`: the chair as it was read for this same moment, so that nothing is read twice.
    """
    view = view or chair(session, now)
    basis = basis_of(session, view)
    return basis if isinstance(basis, Forecast) else _both_sites(view, basis)


def _both_sites(view: ChairView, basis: Basis) -> Forecast:
    """Each site by its own model: where one refuses, the other still stands, and the refusal beside it."""
    from clearhead.medicine.kinetics.forecast import ARTERIAL_DEFAULT, VENOUS_DEFAULT, forecast

    plan, now_min = planned(view, basis.zero), basis.now_min
    last = max(view.planned_end or view.now, view.now) + AFTER
    at_min = [float(minute) for minute in range(0, int(_minutes(basis.zero, last)) + 1, EVERY_MIN)]
    bands, refusals = [], []
    for model_id in (ARTERIAL_DEFAULT, VENOUS_DEFAULT):
        try:
            bands.append(forecast(basis.history, plan, basis.person, model_id, now_min=now_min, at_min=at_min))
        except ClearheadError as fault:
            refusals.append(str(fault))
    return Forecast(basis.zero, tuple(bands), " ".join(refusals))


def planned(view: ChairView, zero: datetime, rate_mg_per_h: Decimal | None = None) -> DoseHistory:
    """The present rate, or another, until the planned end."""
    rate = float(view.given.account.mg_per_h if rate_mg_per_h is None else rate_mg_per_h)
    end = view.planned_end
    if end is None or end <= view.now or rate <= 0:
        return DoseHistory.of(view.session.order.drug_form)
    left = Segment(_minutes(zero, view.now), _minutes(zero, end), rate)
    return DoseHistory.of(view.session.order.drug_form, segments=[left])


def _minutes(zero: datetime, moment: datetime) -> float:
    return (moment - zero).total_seconds() / 60


def _incomplete(view: ChairView) -> str:
    if not view.standing.pump_confirmed:
        return "Withdrawn: the pump was not seen stopped, so nobody knows what was given."
    rules = {line.flag.rule for line in view.flags if line.open}
    if "reconcile" in rules:
        return "Withdrawn: the pump's own mL and the charted rates disagree."
    if "set_aside" in rules:
        return "Withdrawn: an entry written offline is not charted yet."
    return ""


def _person(view: ChairView) -> Person:
    if view.weight_kg is None:
        raise Missing("Weight", "no level can be worked out without it.")
    patient = view.session.patient
    age = float(patient.age_on(view.session.site.today(view.now)))
    return Person(weight_kg=float(view.weight_kg), age_years=age, sex=patient.sex or None)
