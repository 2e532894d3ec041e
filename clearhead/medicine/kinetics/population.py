"""Virtual patients: seeded, reproducible in any order and on any number of machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.errors import OutOfRange
from clearhead.medicine.kinetics.cascade import Cascade, build_cascade
from clearhead.medicine.kinetics.model import Model
from clearhead.medicine.kinetics.people import Bodies, parameters_of
from clearhead.medicine.kinetics.seam import Person

Array = NDArray[np.float64]

BLOCK = 1024  # people who share one random stream: the unit in which work is cut up


def covariance_of(model: Model) -> tuple[tuple[str, ...], Array]:
    """Names and covariance matrix of the log-deviations between people."""
    names = tuple(name for name, value in model.variance.items() if value > 0)
    matrix = np.diag([model.variance[name] for name in names])
    for first, second, value in model.covariance:
        i, j = names.index(first), names.index(second)
        matrix[i, j] = matrix[j, i] = value
    return names, matrix


def draw_deviations(model: Model, n: int, seed: int) -> dict[str, Array]:
    """Log-deviations of n people. Person i is the same for any n: blocks of people have streams of their own."""
    _check_count(n)
    names, matrix = covariance_of(model)
    factor = np.linalg.cholesky(matrix)
    blocks = [_block(len(names), min(BLOCK, n - start), seed, start // BLOCK) for start in range(0, n, BLOCK)]
    drawn = factor @ np.concatenate(blocks, axis=1)
    return dict(zip(names, drawn, strict=True))


def _block(names: int, people: int, seed: int, number: int) -> Array:
    """Standard normal draws of one block; always drawn in full, then cut."""
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, number])))
    return np.ascontiguousarray(stream.standard_normal((BLOCK, names))[:people].T)


def _check_count(n: int) -> None:
    if not 1 <= n <= 10_000_000:
        raise OutOfRange("number of virtual patients", n, "people", 1, 10_000_000, "this program")


def typical(model: Model, person: Person) -> Cascade:
    """One person with typical parameters."""
    return build_cascade(model, parameters_of(model, Bodies.of(person)))


def sample(model: Model, person: Person, n: int, seed: int) -> Cascade:
    """n people with this person's covariates and deviations drawn from the model's variability."""
    return build_cascade(model, parameters_of(model, Bodies.of(person, n), draw_deviations(model, n, seed)))


def in_blocks(n: int, blocks_at_once: int = 4) -> Iterator[slice]:
    """Slices of whole blocks, so that memory stays bounded however many people there are."""
    step = BLOCK * blocks_at_once
    for start in range(0, n, step):
        yield slice(start, min(n, start + step))


def quantiles(levels: Array, shares: Sequence[float]) -> Array:
    """Quantiles over people (last axis) for each time: (shares, times)."""
    return np.asarray(np.quantile(levels, list(shares), axis=-1), dtype=np.float64)
