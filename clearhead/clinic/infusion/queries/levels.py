"""Questions to the forecast: minutes until below a chosen level, and what another rate would do. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isfinite

from clearhead.clinic.infusion.queries.chair import ChairView
from clearhead.clinic.infusion.queries.forecast import (
    LINE_EVERY_MIN,
    Basis,
    Forecast,
    ForecastLine,
    basis_of,
    lines_of,
    planned,
)
from clearhead.clinic.plan.models import Session
from clearhead.medicine.errors import ClearheadError
from clearhead.medicine.kinetics.doses import DoseHistory, Segment
from clearhead.medicine.kinetics.seam import Band

HORIZON_H = 48.0
AHEAD_MIN = 240


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes until below the level under one model; `high_min` is None beyond the horizon."""

    model_label: str
    sampling_site: str
    low_min: float
    median_min: float
    high_min: float | None
    already_below: float


@dataclass(frozen=True, slots=True)
class Asked:
    """The answers, the words that go with every one of them, and what a model refused."""

    level_ng_per_ml: Decimal | None
    rate_mg_per_h: Decimal | None
    waits: tuple[Wait, ...] = ()
    note: str = ""
    lines: tuple[ForecastLine, ...] = ()
    bands: tuple[Band, ...] = ()
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


def rates_to_ask(view: ChairView) -> tuple[Decimal, ...]:
    """Nothing more, or one step of the order either way."""
    return (Decimal(0), *sorted(chip.mg_per_h for chip in view.chips if not chip.held))


def ask(session: Session, view: ChairView, *, level: Decimal | None, rate: Decimal | None) -> Asked:
    """Both default models, each by itself: where one refuses, the other still answers."""
    basis = basis_of(session, view)
    if isinstance(basis, Forecast) or (level is None and rate is None):
        return Asked(level, rate)
    waits, warnings, refusals, note = _waits(basis, view, level, rate)
    bands, refused = _bands(basis, rate)
    told = dict.fromkeys([*warnings, *(warning for band in bands for warning in band.warnings)])
    lines = lines_of(basis.zero, bands)
    return Asked(level, rate, waits, note, lines, bands, tuple(told), tuple(dict.fromkeys([*refusals, *refused])))


def _waits(
    basis: Basis, view: ChairView, level: Decimal | None, rate: Decimal | None
) -> tuple[tuple[Wait, ...], list[str], list[str], str]:
    from clearhead.medicine.kinetics.chairside import NOT_A_CLOCK, minutes_until_below
    from clearhead.medicine.kinetics.model import load_model

    if level is None:
        return (), [], [], ""
    plan, waits, warnings = planned(view, basis.zero, rate), [], []

    def one(model_id: str) -> None:
        found = minutes_until_below(
            basis.history, plan, basis.person, model_id, level_ng_per_ml=float(level), now_min=basis.now_min,
            horizon_h=HORIZON_H,
        )  # fmt: skip
        model, high = load_model(model_id), found.high_min if isfinite(found.high_min) else None
        waits.append(Wait(model.label, model.site, found.low_min, found.median_min, high, found.already_below))
        warnings.extend(found.warnings)

    refusals = _each(one)
    return tuple(waits), warnings, refusals, NOT_A_CLOCK


def _bands(basis: Basis, rate: Decimal | None) -> tuple[tuple[Band, ...], list[str]]:
    """What the levels become if this rate runs from now on, from the state as it stands: a sum per model."""
    from clearhead.medicine.kinetics.chairside import prepare
    from clearhead.medicine.kinetics.model import load_model
    from clearhead.medicine.kinetics.people import check_doses

    if rate is None:
        return (), []
    bands: list[Band] = []
    ahead = range(0, AHEAD_MIN + 1, LINE_EVERY_MIN)
    end = float(int(basis.now_min) + AHEAD_MIN)  # whole minutes: it is told in a warning
    on = [Segment(basis.now_min, end, float(rate))] if rate else []
    with_it = basis.history + DoseHistory.of(basis.history.drug_form, segments=on)

    def one(model_id: str) -> None:
        desk = prepare(basis.history, basis.person, model_id, now_min=basis.now_min, ahead_min=ahead)
        band, stretched = desk.at_rate(float(rate)), check_doses(load_model(model_id), with_it)
        bands.append(replace(band, warnings=tuple(dict.fromkeys([*band.warnings, *stretched]))))

    refusals = _each(one)
    return tuple(bands), refusals


def _each(ask_one: Callable[[str], None]) -> list[str]:
    """Asks both models; what they refuse."""
    from clearhead.medicine.kinetics.forecast import ARTERIAL_DEFAULT, VENOUS_DEFAULT

    refusals = []
    for model_id in (ARTERIAL_DEFAULT, VENOUS_DEFAULT):
        try:
            ask_one(model_id)
        except ClearheadError as fault:
            refusals.append(str(fault))
    return refusals
