"""When an episode that somebody answered has become so much worse that it asks again.

The steps are working assumptions in worsening.toml, not limits of treatment.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path

from clearhead.medicine.protocols.bedside import Sign
from clearhead.medicine.rules.limits import Side


def asks_again(sign: Sign, side: Side, *, known: Decimal, worst: Decimal) -> bool:
    """True where the worst reading lies a whole step beyond the worst that was known at the answer.

    >>> asks_again("spo2_percent", "low", known=Decimal(81), worst=Decimal(79))
    False
    >>> asks_again("spo2_percent", "low", known=Decimal(81), worst=Decimal(70))
    True
    """
    further = known - worst if side == "low" else worst - known
    return further >= steps()[sign]


def worst_of(side: Side, values: Iterable[Decimal]) -> Decimal:
    """The worst of these readings on this side."""
    return min(values) if side == "low" else max(values)


@cache
def steps() -> dict[str, Decimal]:
    """Sign → step, in the unit of the sign."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {sign: Decimal(row["step"]) for sign, row in tomllib.loads(text, parse_float=Decimal).items()}
