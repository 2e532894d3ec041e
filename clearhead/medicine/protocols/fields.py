"""The kinds of number a protocol holds: each with its unit and the span in which it is believable at all.

The spans catch typing errors and wrong units; they are not clinical limits. Those stand in the files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from clearhead.medicine.protocols import codes


@dataclass(frozen=True, slots=True)
class Between:
    """Numbers outside this span are refused as typing errors."""

    low: Decimal | int
    high: Decimal | int

    def holds(self, number: Decimal | int) -> bool:
        """True when the number lies in the span, ends included."""
        return self.low <= number <= self.high

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"


@dataclass(frozen=True, slots=True)
class Known:
    """A word from a shared list: another one is refused, because nobody could answer it."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, words: Iterable[str]) -> Known:
        """The words of a list or the keys of a dictionary."""
        return cls(tuple(words))

    def __str__(self) -> str:
        return "one of " + ", ".join(self.words)


Minutes = Annotated[int, Between(0, 20_160)]  # up to fourteen days
PositiveMinutes = Annotated[int, Between(1, 20_160)]  # something takes time
Hours = Annotated[Decimal, Between(0, 720)]
WholeHours = Annotated[int, Between(0, 720)]
Days = Annotated[int, Between(0, 1_100)]
Count = Annotated[int, Between(0, 400)]
Percent = Annotated[Decimal, Between(0, 100)]
Years = Annotated[int, Between(0, 120)]
Kg = Annotated[Decimal, Between(20, 300)]
Ml = Annotated[Decimal, Between(0, 1_000)]
Mg = Annotated[Decimal, Between(0, 50_000)]
MgPerKg = Annotated[Decimal, Between(0, 500)]
MgPerMl = Annotated[Decimal, Between(Decimal("0.1"), 100)]
MlPerHour = Annotated[Decimal, Between(Decimal("0.01"), 1_000)]
Usd = Annotated[Decimal, Between(0, 100_000)]

GoFact = Annotated[str, Known.of(codes.GO_FACTS)]
NextStepGate = Annotated[str, Known.of(codes.NEXT_STEP_GATES)]
DayQuestionCode = Annotated[str, Known.of(codes.DAY_QUESTIONS)]
ReadinessCheck = Annotated[str, Known.of(codes.READINESS_CHECKS)]
Monitor = Annotated[str, Known.of(codes.MONITORS)]
DischargeFact = Annotated[str, Known.of(codes.DISCHARGE_CRITERIA)]
ReconsentEvent = Annotated[str, Known.of(codes.RECONSENT_EVENTS)]
SeparateConsent = Annotated[str, Known.of(codes.SEPARATE_CONSENTS)]
ScaleId = Annotated[str, Known.of(codes.SCALES)]
Owner = Annotated[str, Known.of(codes.OWNERS)]
Indication = Annotated[str, Known.of(codes.INDICATIONS)]
ResponseRule = Annotated[str, Known.of(codes.RESPONSE_RULES)]
RelapseRule = Annotated[str, Known.of(codes.RELAPSE_RULES)]
ConsentTextId = Annotated[str, Known.of(codes.CONSENT_TEXTS)]
