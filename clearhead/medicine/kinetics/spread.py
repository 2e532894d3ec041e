"""How amounts spread through a cascade in a time h: positive numbers only, so nothing cancels.

A cascade is a set of first-order stages, each fed by earlier ones. All transition numbers are divided differences of
the exponential, which are positive whatever the rates; the formulas below keep them so when rates meet or vanish.
"""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SERIES_BELOW = 0.003  # below, 7 terms are exact to the last digit; above, the direct form loses 3 digits at most
SERIES_TERMS = 7
_WEIGHTS = tuple((-1.0) ** n / factorial(n + 2) for n in range(SERIES_TERMS))


def _phi1(x: Array) -> Array:
    """(1 - exp(-x)) / x, which is 1 at x = 0. Uses up x."""
    np.negative(x, out=x)
    result = np.asarray(np.expm1(x))
    with np.errstate(invalid="ignore"):
        result /= x
    if not np.all(x):
        result[x == 0] = 1.0
    return result


def held(rate: Array, h: Array) -> Array:
    """Integral of exp(-rate s) over 0…h: what a unit input leaves in a first stage, in h."""
    result = _phi1(rate * h)
    result *= h
    return result


def passed(first: Array, second: Array, h: Array, kept_first: Array, kept_second: Array) -> Array:
    """What a unit in the first stage leaves in a second one after h (unit link), in h.

    `kept_first` and `kept_second` are exp(-rate h) of the two, which the caller has anyway.
    """
    apart = np.subtract(second, first) * h
    result = _phi1(np.abs(apart, out=apart))
    result *= np.maximum(kept_first, kept_second)
    result *= h
    return result


def held_passed(first: Array, second: Array, h: Array, held_first: Array, held_second: Array, moved: Array) -> Array:
    """What a unit input into the first stage over h leaves in the second (unit link), in h².

    `held_…` are `held` of the two stages and `moved` is `passed` between them.
    """
    fast = np.maximum(first, second)
    result = np.asarray(np.maximum(held_first, held_second))
    result -= moved
    with np.errstate(divide="ignore", invalid="ignore"):
        result /= fast
    large = fast * h
    few = np.nonzero(large < SERIES_BELOW)
    if few[0].size:
        low = np.broadcast_to(np.minimum(first, second), large.shape)[few]
        span = np.broadcast_to(h, large.shape)[few]
        result[few] = span * span * _series(low * span, large[few])
    return result


def _series(a: Array, b: Array) -> Array:
    """Second divided difference of exp at 0, -a, -b for a ≤ b: Σ (-1)^n (aⁿ + aⁿ⁻¹b + … + bⁿ) / (n + 2)!."""
    power, symmetric = np.ones_like(b), np.ones_like(b)
    total = np.full_like(b, _WEIGHTS[0])
    for weight in _WEIGHTS[1:]:
        power *= b
        symmetric *= a
        symmetric += power
        total += weight * symmetric
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
    total = _series_of(positive)
    result = total * np.exp(-shift)
    at = np.arange(n)
    result[..., at, at] = np.exp(diagonal / 2.0**squarings)
    for level in range(squarings - 1, -1, -1):
        result = result @ result
        result[..., at, at] = np.exp(diagonal / 2.0**level)
    return np.asarray(result, dtype=np.float64)


def _series_of(matrix: Array) -> Array:
    """Σ Aᵏ/k! up to k = 15 for matrices without negative entries: by fourth powers, in 6 products and not in 14."""
    second = matrix @ matrix
    third = second @ matrix
    fourth = second @ second
    eye = np.eye(matrix.shape[-1])
    parts = [
        eye / factorial(k) + matrix / factorial(k + 1) + second / factorial(k + 2) + third / factorial(k + 3)
        for k in (0, 4, 8, 12)
    ]
    total = parts[3]
    for part in parts[2::-1]:
        total = total @ fourth + part
    return np.asarray(total, dtype=np.float64)
