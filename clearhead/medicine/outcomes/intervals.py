"""Intervals for shares of patients."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from clearhead.medicine.errors import Refused

Z_95 = 1.959963984540054  # standard normal quantile of 0.975


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with its 95 % interval. `value` None when there is nobody."""

    number: int
    of: int
    value: float | None
    low: float
    high: float


def wilson(number: int, of: int, *, z: float = Z_95) -> Share:
    """Share with the Wilson score interval (Wilson 1927, J Am Stat Assoc 22:209-212), as fractions of 1.

    >>> share = wilson(48, 61)
    >>> round(share.low, 3), round(share.high, 3)
    (0.669, 0.871)
    """
    if not 0 <= number <= of:
        raise Refused(f"{number} of {of} is no share.")
    if of == 0:
        return Share(0, 0, None, 0.0, 1.0)
    p, n, zz = number / of, of, z * z
    centre = (p + zz / (2 * n)) / (1 + zz / n)
    half = z / (1 + zz / n) * sqrt(p * (1 - p) / n + zz / (4 * n * n))
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Share(number, of, p, 0.0 if number == 0 else low, 1.0 if number == of else high)
