"""Virtual patients: seeded, reproducible in any order, in blocks, and on any number of machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import OutOfRange, Refused
from clearhead.medicine.kinetics.cascade import Cascade, build_cascade
from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.kinetics.model import Model
from clearhead.medicine.kinetics.people import Bodies, inside, parameters_of, stretched
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve, solve_into
from clearhead.medicine.kinetics.steps import timeline

Array = NDArray[np.float64]

BLOCK = 1024  # people who share one random stream: the unit in which work is cut up
HELD_AT_ONCE = 32  # blocks in memory at a time
SENT_AT_ONCE = 16  # pieces of work given to a cluster: their counts come back together
EXACT_UP_TO = 100_000  # people; above, quantiles come from counts in bins
BINS_FROM, BINS_TO, BINS = 1e-4, 1e5, 8192  # ng/mL; a bin is 0.25 % wide


@dataclass(frozen=True, slots=True)
class Cohort:
    """People drawn at random: weight and age normal, cut at the limits. Covariates are cut, deviations never."""

    weight_mean_kg: float
    weight_sd_kg: float
    age_mean_years: float = 45.0
    age_sd_years: float = 12.0
    weight_limits_kg: tuple[float, float] = (45.0, 120.0)
    age_limits_years: tuple[float, float] = (18.0, 75.0)

    @property
    def same_doses(self) -> str:
        """What a reader of doses per kg must know."""
        of_whom = f"doses per kg are those of {self.weight_mean_kg:g} kg"
        return f"Everybody of the cohort is given the same milligrams: {of_whom}."


Who = Person | Cohort


def check_cohort(model: Model, who: Cohort) -> tuple[str, ...]:
    """Warnings where its limits reach beyond the people studied; refuses limits outside the model's range.

    Nobody is left out silently: a cohort that could hold somebody whom the model does not cover is refused whole.
    """
    warnings: list[str] = []
    for what, unit, mean, sd, limits, covered, studied in (
        ("weight", "kg", who.weight_mean_kg, who.weight_sd_kg, who.weight_limits_kg, model.weight_kg,
         model.studied_weight_kg),
        ("age", "years", who.age_mean_years, who.age_sd_years, who.age_limits_years, model.age_years,
         model.studied_age_years),
    ):  # fmt: skip
        low, high = limits
        if not (low <= mean <= high and 0 <= sd < np.inf):
            raise Refused(
                f"A cohort has a mean {what} within its limits and a spread of at least 0; "
                f"{mean:g} ± {sd:g} {unit} within {low:g} to {high:g} {unit} is none."
            )
        for end, word in {low: "lowest", high: "highest"}.items():
            inside(f"{word} {what} of the cohort", end, unit, covered, model)
            warnings += stretched(f"{word} {what} of the cohort", end, unit, studied, model)
    return tuple(dict.fromkeys(warnings))


def covariance_of(model: Model) -> tuple[tuple[str, ...], Array]:
    """Names and covariance matrix of the log-deviations between people."""
    names = tuple(name for name, value in model.variance.items() if value > 0)
    matrix = np.diag([model.variance[name] for name in names])
    for first, second, value in model.covariance:
        i, j = names.index(first), names.index(second)
        matrix[i, j] = matrix[j, i] = value
    return names, matrix


def draw_deviations(model: Model, n: int, seed: int, *, first_block: int = 0) -> dict[str, Array]:
    """Log-deviations of n people. Person i is the same for any n: blocks of people have streams of their own."""
    _check_draw(n, seed)
    names, matrix = covariance_of(model)
    factor = np.linalg.cholesky(matrix)
    drawn = factor @ _normal(len(names), n, seed, first_block, 0)
    return dict(zip(names, drawn, strict=True))


def draw_bodies(who: Who, n: int, seed: int, *, first_block: int = 0) -> Bodies:
    """The same person n times, or n people of a cohort."""
    _check_draw(n, seed)
    if isinstance(who, Person):
        return Bodies.of(who, n)
    normal = _normal(2, n, seed, first_block, 1)
    weight = np.clip(who.weight_mean_kg + who.weight_sd_kg * normal[0], *who.weight_limits_kg)
    age = np.clip(who.age_mean_years + who.age_sd_years * normal[1], *who.age_limits_years)
    return Bodies(weight, age)


def _normal(names: int, n: int, seed: int, first_block: int, purpose: int) -> Array:
    """Standard normal draws; each block is drawn in full and then cut."""
    parts = []
    for start in range(0, n, BLOCK):
        stream = np.random.SeedSequence([seed, first_block + start // BLOCK, purpose])
        drawn = np.random.Generator(np.random.PCG64(stream)).standard_normal((BLOCK, names))
        parts.append(drawn[: min(BLOCK, n - start)].T)
    return np.concatenate(parts, axis=1)


def _check_draw(n: int, seed: int) -> None:
    if seed < 0:
        raise Refused(f"A seed is a whole number of at least 0, and {seed} is none.")
    if not 1 <= n <= 10_000_000:
        raise OutOfRange("number of virtual patients", n, "people", 1, 10_000_000, "this program")


def typical(model: Model, person: Person) -> Cascade:
    """One person with typical parameters."""
    return build_cascade(model, parameters_of(model, Bodies.of(person)))


def draw_values(model: Model, who: Who, n: int, seed: int, *, first_block: int = 0) -> dict[str, Array]:
    """Parameter values of n virtual people; refuses a cohort that reaches outside the model's range."""
    if isinstance(who, Cohort):
        check_cohort(model, who)
    bodies = draw_bodies(who, n, seed, first_block=first_block)
    return parameters_of(model, bodies, draw_deviations(model, n, seed, first_block=first_block))


def sample(model: Model, who: Who, n: int, seed: int) -> Cascade:
    """n virtual people with deviations (and, for a cohort, bodies) drawn from the seed."""
    return build_cascade(model, draw_values(model, who, n, seed))


def simulate(
    model: Model,
    who: Who,
    history: DoseHistory,
    at_min: Sequence[float],
    *,
    n: int,
    seed: int,
    analyte: str | None = None,
) -> Array:
    """Levels of one analyte in ng/mL, (times, people); everything is prepared and walked block by block."""
    name = analyte or model.parent.id
    values = draw_values(model, who, n, seed)
    if model.analyte(name).drift_per_h:
        return solve(build_cascade(model, values), history, at_min, outputs=[name])[name]
    times, back = np.unique(np.asarray(at_min, dtype=np.float64), return_inverse=True)
    levels = np.empty((1, times.size, n))

    def block(who: slice, compiled: bool) -> Cascade:
        return build_cascade(model, {key: value[who] for key, value in values.items()}, compiled=compiled)

    solve_into(levels, block, n, [name], timeline(history, times))
    return np.asarray(levels[0] if np.array_equal(back, np.arange(len(at_min))) else levels[0][back])


def quantiles(levels: Array, shares: Sequence[float]) -> Array:
    """Quantiles over people (last axis) for each time, (shares, times), by linear interpolation between ranks."""
    n = levels.shape[-1]
    ranks = np.asarray(shares) * (n - 1)
    below = np.floor(ranks).astype(int)
    above = np.minimum(below + 1, n - 1)
    result = np.empty((len(shares), levels.shape[0]))
    for row, values in enumerate(levels):
        ordered = np.sort(values)  # one vectorised sort beats selecting several ranks
        result[:, row] = ordered[below] + (ranks - below) * (ordered[above] - ordered[below])
    return result


def quantile_error(levels: Array, share: float) -> tuple[Array, Array]:
    """Where the true quantile lies with 95 % probability, given this many draws: two order statistics per time.

    NaN on a side for which the draws are too few: no draw then lies surely beyond the quantile.
    """
    n = levels.shape[-1]
    spread = 1.96 * np.sqrt(n * share * (1 - share))
    ranks = int(np.floor(n * share - spread)), int(np.ceil(n * share + spread))
    known = [rank for rank in ranks if 0 <= rank < n]
    ordered, unknown = np.partition(levels, known or 0, axis=-1), np.full(levels.shape[:-1], np.nan)
    low, high = (ordered[..., rank] if rank in known else unknown for rank in ranks)
    return np.asarray(low), np.asarray(high)


def probability(happens: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of people for whom it happens, and its Monte-Carlo standard error (never 0: at least 1/(n + 2))."""
    n, k = happens.size, int(happens.sum())
    smoothed = (k + 1) / (n + 2)
    return k / n, float(np.sqrt(smoothed * (1 - smoothed) / n))


@dataclass(frozen=True, slots=True)
class Job:
    """A population run that can be cut into blocks and sent elsewhere: plain data only."""

    model: Model
    who: Who
    history: DoseHistory
    at_min: tuple[float, ...]
    n: int
    seed: int
    analyte: str

    def counts(self, first_block: int) -> NDArray[np.int64]:
        """How many people of some blocks fall into each bin: (times, bins + 2). The same wherever it runs."""
        n = min(BLOCK * HELD_AT_ONCE, self.n - first_block * BLOCK)
        values = draw_values(self.model, self.who, n, self.seed, first_block=first_block)
        levels = solve(build_cascade(self.model, values), self.history, self.at_min, outputs=[self.analyte])[
            self.analyte
        ]
        edges = _edges()
        return np.stack([np.bincount(np.searchsorted(edges, row), minlength=BINS + 2) for row in levels])


def _edges() -> Array:
    return np.geomspace(BINS_FROM, BINS_TO, BINS + 1)


def stream_quantiles(job: Job, shares: Sequence[float], *, client: Any = None) -> Array:
    """Quantiles of any number of people in bounded memory, to the width of a bin (0.25 %): (shares, times).

    This is the call that maps over a cluster: `client` is a Dask client (or anything with `map` and `gather`); without
    one the blocks run here. Same seed, same numbers: blocks carry their own random streams, counts add up exactly.
    """
    starts = list(range(0, -(-job.n // BLOCK), HELD_AT_ONCE))
    total = np.zeros((len(job.at_min), BINS + 2), dtype=np.int64)
    for counts in _mapped(job, starts, client):
        total += counts
    edges = _edges()
    middles = np.concatenate([[0.0], np.sqrt(edges[:-1] * edges[1:]), [np.inf]])
    reached = np.cumsum(total, axis=1) / job.n
    return np.array([[middles[np.searchsorted(row, share)] for row in reached] for share in shares])


def _mapped(job: Job, starts: list[int], client: Any) -> Iterator[NDArray[np.int64]]:
    if client is None:
        yield from (job.counts(start) for start in starts)
        return
    if not hasattr(client, "map") or not hasattr(client, "gather"):
        raise Refused("A cluster client needs map and gather, as dask.distributed.Client has.")
    for first in range(0, len(starts), SENT_AT_ONCE):
        yield from client.gather(client.map(job.counts, starts[first : first + SENT_AT_ONCE]))
