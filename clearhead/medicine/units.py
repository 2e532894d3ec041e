"""Numbers as people type them, and exact conversions between the units of the infusion room.

Everything here is exact: `Decimal` in, `Decimal` out, no rounding. The parser is narrow on purpose (H-03): a
number that could be read two ways is refused, not guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from clearhead.medicine.errors import Unreadable

KG_PER_LB = Decimal("0.45359237")
CM_PER_INCH = Decimal("2.54")
LONGEST = 12
"""Digits before the point, and after it: nothing at a chair is longer (assumption)."""
SHOWN = 40
"""Letters of an unreadable entry that are said back."""
_PLAIN_NUMBER = re.compile(r"(0|[1-9]\d*)(\.\d+)?")


def read_decimal(text: str, *, what: str, expected: str = "a plain number such as 12 or 0.5") -> Decimal:
    """The number that a person typed, exactly.

    Refuses what could be read in two ways: ".5", "5.", "1,000", "1e3", "-15", "1.2.3", "05", an empty box. Refuses
    what is too long to be a number of this room: a key that was leant on.

    >>> read_decimal("17.5", what="rate")
    Decimal('17.5')
    """
    stripped = text.strip()
    if not _PLAIN_NUMBER.fullmatch(stripped) or not stripped.isascii():
        raise Unreadable(what, _shown(text), expected)
    if max(map(len, stripped.split("."))) > LONGEST:
        raise Unreadable(what, _shown(text), f"a number of at most {LONGEST} digits")
    return Decimal(stripped)


def rough(number: Fraction | Decimal, digits: int = 4) -> str:
    """A number in so many digits, for a sentence. However large it is, it can be said.

    >>> rough(Fraction(200, 3)), rough(Fraction(10**400))
    ('66.67', '1.000E+400')
    """
    exact = Fraction(number)
    if abs(exact) < 10**15:
        return f"{float(number):.{digits}g}"
    return f"{Decimal(exact.numerator) / Decimal(exact.denominator):.{digits - 1}E}"


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def mg_per_h_from_ml_per_h(*, ml_per_h: Decimal, mg_per_ml: Decimal) -> Decimal:
    """Drug rate in mg/h of a pump that shows mL/h. Exact.

    >>> mg_per_h_from_ml_per_h(ml_per_h=Decimal("8.6"), mg_per_ml=Decimal("2"))
    Decimal('17.2')
    """
    return ml_per_h * mg_per_ml


def kg_from_lb(lb: Decimal) -> Decimal:
    """Mass in kg; exact by definition of the avoirdupois pound (1959).

    >>> kg_from_lb(Decimal("100"))
    Decimal('45.35923700')
    """
    return lb * KG_PER_LB
