"""How amounts spread through a cascade in a time h: positive numbers only, so nothing cancels.

A cascade is a set of first-order stages, each fed by earlier ones. All transition numbers are divided differences of
the exponential, which are positive whatever the rates; the formulas below keep them so when rates meet or vanish.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SERIES_BELOW = 1.0
_SERIES_TERMS = 20


def phi1(x: Array) -> Array:
    """(1 - exp(-x)) / x, which is 1 at x = 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(x == 0, 1.0, -np.expm1(-x) / x)


def held(rate: Array, h: Array) -> Array:
    """Integral of exp(-rate s) over 0…h: what a unit input leaves in a first stage, in h."""
    return np.asarray(h * phi1(rate * h), dtype=np.float64)


def passed(first: Array, second: Array, h: Array) -> Array:
    """What a unit in the first stage leaves in a second one after h (unit link), in h."""
    return np.asarray(h * np.exp(-np.minimum(first, second) * h) * phi1(np.abs(second - first) * h), dtype=np.float64)


def held_passed(first: Array, second: Array, h: Array) -> Array:
    """What a unit input into the first stage over h leaves in the second (unit link), in h²."""
    small, large = np.minimum(first, second) * h, np.maximum(first, second) * h
    with np.errstate(invalid="ignore", divide="ignore"):
        direct = (phi1(small) - np.exp(-small) * phi1(large - small)) / large
    return np.asarray(h * h * np.where(large < _SERIES_BELOW, _series(small, large), direct), dtype=np.float64)


def _series(a: Array, b: Array) -> Array:
    """Second divided difference of exp at 0, -a, -b for a ≤ b < 1: Σ (-1)^n (aⁿ + aⁿ⁻¹b + … + bⁿ) / (n + 2)!."""
    a, b = np.minimum(a, _SERIES_BELOW), np.minimum(b, _SERIES_BELOW)
    power, symmetric, factor = np.ones_like(b), np.ones_like(b), 0.5
    total = np.full_like(b, 0.5)
    for n in range(1, _SERIES_TERMS):
        power = power * b
        symmetric = a * symmetric + power
        factor = -factor / (n + 2)
        total = total + factor * symmetric
    return total


def triangular_exponential(matrix: Array) -> Array:
    """exp of lower-triangular matrices (…, n, n) with non-negative links and non-positive diagonals, entry by entry.

    Scaling and squaring with a shift that makes every term of the series positive, and with the diagonal put back
    exactly after each squaring, so that errors grow with the number of squarings and not with its power of two.
    """
    n = matrix.shape[-1]
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
    size = float(np.max(np.abs(matrix).sum(axis=-1), initial=0.0))
    squarings = max(0, int(np.ceil(np.log2(max(size, 1e-300)))) + 2)
    scaled = matrix / 2.0**squarings
    shift = -np.min(np.diagonal(scaled, axis1=-2, axis2=-1), axis=-1)[..., None, None]
    eye = np.eye(n)
    positive = scaled + shift * eye
    term = np.broadcast_to(eye, matrix.shape).copy()
    total = term.copy()
    for k in range(1, 15):
        term = term @ positive / k
        total = total + term
    result = total * np.exp(-shift)
    at = np.arange(n)
    result[..., at, at] = np.exp(diagonal / 2.0**squarings)
    for level in range(squarings - 1, -1, -1):
        result = result @ result
        result[..., at, at] = np.exp(diagonal / 2.0**level)
    return np.asarray(result, dtype=np.float64)
