"""Update from measured levels: the most probable person given the levels (MAP), with a Laplace band. Research use.

    objective(η) = Σ −log p(level | η) + ½ ηᵀ Ω⁻¹ η

minimised by Newton steps along the logarithm of each level (Fisher scoring where that bends the wrong way); slopes come
from one vectorised run of the exact solution for all shifted η at once. Levels below the quantification limit enter as
the probability of lying below it. Scores of effect are no levels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import Missing, OutOfRange, Refused
from clearhead.medicine.kinetics.cascade import build_cascade
from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.kinetics.file_shape import AT_LEAST_0
from clearhead.medicine.kinetics.model import Model, Residual, load_model
from clearhead.medicine.kinetics.people import Bodies, check_doses, check_person, parameters_of
from clearhead.medicine.kinetics.population import covariance_of, quantiles
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import run, solve
from clearhead.medicine.kinetics.steps import timeline

Array = NDArray[np.float64]

RESEARCH_USE = "Research use. Not for dosing decisions: the models rest on healthy volunteers and minutes to hours."
G_PER_MOL = {"ketamine": 237.73, "norketamine": 223.70, "hydroxynorketamine": 239.70}
SHIFT, SETTLED, FARTHEST, MOST_ROUNDS, OUTLYING = 1e-4, 5e-4, 1.5, 40, 3.0  # shift and steps: of a logarithm
LEVEL_KEYS = ("at_min", "analyte", "value", "below", "unit")


@dataclass(frozen=True, slots=True)
class Measured:
    """One level of one analyte in ng/mL. `below_ng_per_ml` is the limit it lay below, with no value of its own."""

    at_min: float
    analyte: str
    ng_per_ml: float | None = None
    below_ng_per_ml: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """One parameter before and after."""

    parameter: str
    typical: float
    individual: float
    unit: str
    prior_sd: float  # of the logarithm
    posterior_sd: float
    shrinkage: float  # posterior variance as a share of prior variance: 1 = the levels told nothing


@dataclass(frozen=True, slots=True)
class Judged:
    """One level against the fitted curve."""

    measured: Measured
    predicted_ng_per_ml: float
    standardised_residual: float | None  # None below the limit
    outlying: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """The most probable person, how sure we are, and what stands out."""

    model: Model
    person: Person
    estimates: tuple[Estimate, ...]
    levels: tuple[Judged, ...]
    names: tuple[str, ...]
    mode: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    rounds: int
    converged: bool
    label: str
    warnings: tuple[str, ...]

    def band(
        self, history: DoseHistory, at_min: Sequence[float], *, analyte: str | None = None, n: int = 500, seed: int = 1
    ) -> Array:
        """5, 50 and 95 % of this person's own curve under the Laplace approximation, (3, times)."""
        dice = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 77])))
        factor = np.linalg.cholesky(np.array(self.covariance))
        drawn = np.array(self.mode)[:, None] + factor @ dice.standard_normal((len(self.mode), n))
        name = analyte or self.model.parent.id
        deviations = dict(zip(self.names, drawn, strict=True))
        cascade = build_cascade(self.model, parameters_of(self.model, Bodies.of(self.person, n), deviations))
        return quantiles(solve(cascade, history, at_min, outputs=[name])[name], (0.05, 0.5, 0.95))


def read_measured(item: Mapping[str, object], model: Model) -> Measured:
    """A level from a file: {at_min, analyte, value | below, unit}. Scores of effect are refused."""
    if unknown := sorted(item.keys() - LEVEL_KEYS):
        raise Refused(f"A level has no {', '.join(unknown)}; it has {', '.join(LEVEL_KEYS)}.")
    analyte, unit = str(item.get("analyte", model.parent.id)), str(item.get("unit", "ng/mL"))
    if analyte not in {one.id for one in model.analytes}:
        names = ", ".join(one.id for one in model.analytes)
        raise Refused(f"“{analyte}” is not a level of {model.label} ({names}). A score of effect is not a level.")
    factor = _ng_per_ml(unit, analyte)
    at, value, below = (_positive(item, key) for key in ("at_min", "value", "below"))
    if at is None or (value is None) == (below is None):
        raise Missing("Level", "each needs at_min and exactly one of value and below.")
    return Measured(at, analyte, None if value is None else value * factor, None if below is None else below * factor)


def _positive(item: Mapping[str, object], key: str) -> float | None:
    value = item.get(key)
    if value is None:
        return None
    if not AT_LEAST_0.fits(value):
        raise Refused(f"{key} of {value!r:.40} is not a number of at least 0.")
    return float(value)  # type: ignore[arg-type]  # a number, as just asked


def _ng_per_ml(unit: str, analyte: str) -> float:
    if unit in {"ng/mL", "µg/L", "ug/L"}:
        return 1.0
    if unit in {"nmol/mL", "µmol/L", "umol/L"}:
        return G_PER_MOL[analyte.removeprefix("S-").removeprefix("R-")]
    raise Refused(f"“{unit}” is not a unit of concentration known here (ng/mL, µg/L, nmol/mL, µmol/L).")


def fit_map(history: DoseHistory, person: Person, model_id: str, measured: Sequence[Measured]) -> Fit:
    """The most probable parameters of this person given the levels. Marked research use."""
    model = load_model(model_id)
    warnings = check_person(model, person) + check_doses(model, history)
    _check(measured, history)
    task = _Task(model, person, history, tuple(measured))
    eta, information, rounds, converged = task.minimise()
    covariance: Array = np.asarray(np.linalg.inv(information), dtype=np.float64)
    levels = _unmasked(task, task.judged(eta))
    if not converged:
        warnings += ("The search did not settle: treat the result as no result.",)
    if any(level.outlying for level in levels):
        warnings += ("A level lies more than 3 standard deviations off: check its time, its tube and its unit.",)
    return Fit(
        model, person, task.estimates(eta, covariance), levels, task.names, tuple(eta.tolist()),
        tuple(tuple(row) for row in covariance.tolist()), rounds, converged, RESEARCH_USE, warnings,
    )  # fmt: skip


def _unmasked(task: _Task, levels: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """One gross level drags the curve and makes good ones stand out: flags come from the fit without the worst.

    The fit itself keeps every level; nothing is dropped silently.
    """
    flagged = [level for level in levels if level.outlying]
    if not flagged or len(levels) < 3:
        return levels
    worst = max(flagged, key=lambda level: abs(level.standardised_residual or 0.0))
    others = tuple(level.measured for level in levels if level is not worst)
    eta, *_ = _Task(task.model, task.person, task.history, others).minimise()
    apart = task.judged(eta)
    return tuple(replace(level, outlying=seen.outlying) for level, seen in zip(levels, apart, strict=True))


def _check(measured: Sequence[Measured], history: DoseHistory) -> None:
    if not measured:
        raise Missing("Levels", "there is nothing to update from.")
    if history.total_mg <= 0:
        raise Missing("Doses", "levels cannot be read without the doses before them.")
    for one in measured:
        if (one.ng_per_ml is None) == (one.below_ng_per_ml is None):
            raise Missing("Level", "each has either a value or the limit it lay below.")
        value = one.ng_per_ml if one.ng_per_ml is not None else one.below_ng_per_ml
        if value is None or not 0 < value < 1e6:
            raise OutOfRange("level", value, "ng/mL", "above 0", 1e6, "this program")


class _Task:
    """The objective, its slopes and its Fisher information."""

    def __init__(self, model: Model, person: Person, history: DoseHistory, measured: tuple[Measured, ...]) -> None:
        self.model, self.person, self.history, self.measured = model, person, history, measured
        self.names, self.prior = covariance_of(model)
        self.prior_inverse = np.linalg.inv(self.prior)
        self.times = sorted({one.at_min for one in measured})
        self.steps = timeline(history, np.array(self.times))
        self.outputs = list(dict.fromkeys(one.analyte for one in measured))
        self.residuals = [model.analyte(one.analyte).residual for one in measured]

    def predicted(self, eta: Array) -> Array:
        """Levels for each measurement and each column of eta: (measurements, columns)."""
        deviations = dict(zip(self.names, eta, strict=True))
        values = parameters_of(self.model, Bodies.of(self.person, eta.shape[1]), deviations)
        cascade = build_cascade(self.model, values)
        if cascade.drifts:
            found = solve(cascade, self.history, self.times, outputs=self.outputs)
        else:
            found = {name: np.empty((len(self.times), eta.shape[1])) for name in self.outputs}
            run(cascade.only(self.outputs), self.steps, found)
        return np.array([found[one.analyte][self.times.index(one.at_min)] for one in self.measured])

    def objective(self, eta: Array, predicted: Array) -> float:
        """−log of how probable the levels and this person are together."""
        losses = (self.loss(i, float(level))[0] for i, level in enumerate(predicted))
        return float(0.5 * eta @ self.prior_inverse @ eta) + sum(losses)

    def loss(self, i: int, level: float) -> tuple[float, float]:
        """The loss of measurement i at a predicted level, and its Fisher weight."""
        return _loss(self.measured[i], self.residuals[i], level)

    def pull(self, i: int, level: float) -> tuple[float, float, float]:
        """How fast the loss of measurement i rises with its level (per ng/mL), its Fisher weight, and its bend.

        The bend is that of the loss along the logarithm of the level, (per ng/mL)²: levels are nearly log-linear in η,
        so steps that use it land closer than Fisher's. Where it is not positive, Fisher's weight stands in.
        """
        step = SHIFT * max(level, 1e-9)
        (above, _), (here, weight), (under, _) = (self.loss(i, level + way * step) for way in (1, 0, -1))
        rise = (above - under) / (2 * step)
        bend = (above - 2 * here + under) / step**2 + rise / max(level, 1e-9)
        return rise, weight, bend if bend > 0 else weight

    def minimise(self) -> tuple[Array, Array, int, bool]:
        """Newton with halved and bounded steps; returns mode, information, rounds, settled."""
        eta, before = np.zeros(len(self.names)), np.inf
        value, slope, bend, information = self._local(eta)
        for count in range(1, MOST_ROUNDS + 1):
            step = -np.linalg.solve(bend, slope)
            size = float(np.abs(step).max())
            fall = min(size / before, 0.99) if before < np.inf else 0.99
            if size * fall / (1 - fall) < SETTLED:  # steps shrink by one factor: what would follow this one is nothing
                return eta + step, information, count, True
            share = min(1.0, FARTHEST / size)
            there = self._local(eta + share * step)
            while there[0] > value and share > 1e-3:
                share *= 0.5
                there = self._local(eta + share * step)
            if there[0] > value:
                return eta, information, count, size < 1e-2
            eta, before = eta + share * step, share * size
            value, slope, bend, information = there
        return eta, information, MOST_ROUNDS, False

    def _local(self, eta: Array) -> tuple[float, Array, Array, Array]:
        size = eta.size
        shifted = np.concatenate([np.zeros((size, 1)), np.eye(size) * SHIFT, -np.eye(size) * SHIFT], axis=1)
        columns = eta[:, None] + shifted
        predicted = self.predicted(columns)
        here = predicted[:, 0]
        jacobian = (predicted[:, 1 : size + 1] - predicted[:, size + 1 :]) / (2 * SHIFT)
        pulls, weights, bends = np.array([self.pull(i, float(level)) for i, level in enumerate(here)]).T
        slope = self.prior_inverse @ eta + jacobian.T @ pulls
        bend, information = (self.prior_inverse + (jacobian.T * one) @ jacobian for one in (bends, weights))
        return self.objective(eta, here), slope, bend, information

    def judged(self, eta: Array) -> tuple[Judged, ...]:
        """Each level beside the fitted curve."""
        found = []
        for one, residual, level in zip(self.measured, self.residuals, self.predicted(eta[:, None])[:, 0], strict=True):
            off = None if one.ng_per_ml is None else _standardised(one.ng_per_ml, residual, float(level))
            outlying = abs(off) > OUTLYING if off is not None else _loss(one, residual, float(level))[0] > 6.6
            found.append(Judged(one, float(level), off, outlying))
        return tuple(found)

    def estimates(self, eta: Array, covariance: Array) -> tuple[Estimate, ...]:
        """Each parameter that varies, before and after."""
        body = Bodies.of(self.person)
        typical = parameters_of(self.model, body)
        found = []
        for i, name in enumerate(self.names):
            prior, posterior = math.sqrt(self.prior[i, i]), math.sqrt(covariance[i, i])
            middle, parameter = float(typical[name][0]), self.model.parameters[name]
            own = middle * math.exp(float(eta[i]))
            found.append(Estimate(name, middle, own, parameter.unit, prior, posterior, (posterior / prior) ** 2))
        return tuple(found)


def _sd(residual: Residual, level: float) -> float:
    return max(math.hypot(residual.proportional_sd * level, residual.additive_ng_per_ml), 1e-9)


def _standardised(seen: float, residual: Residual, level: float) -> float:
    if residual.log_sd:
        return math.log(seen / max(level, 1e-12)) / residual.log_sd
    return (seen - level) / _sd(residual, level)


def _loss(one: Measured, residual: Residual, level: float) -> tuple[float, float]:
    """−log likelihood of one level given the predicted one, and its Fisher weight per (ng/mL)²."""
    level = max(level, 1e-12)
    if residual.log_sd:
        sd, slope = residual.log_sd * level, 0.0
    else:
        sd = _sd(residual, level)
        slope = residual.proportional_sd**2 * level / sd
    if one.ng_per_ml is not None:
        z = _standardised(one.ng_per_ml, residual, level)
        spread = 0.0 if residual.log_sd else math.log(sd)
        return 0.5 * z * z + spread, (1 + 2 * slope * slope) / (sd * sd)
    z = _standardised(float(one.below_ng_per_ml or 0.0), residual, level)
    below = max(0.5 * math.erfc(-z / math.sqrt(2)), 1e-300)
    hazard = math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) / below
    return -math.log(below), max(hazard * (hazard + z), 0.0) / (sd * sd)
