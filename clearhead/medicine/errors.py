"""Every way in which the science says no.

ClearheadError
├── OutOfRange        a number outside what its source covers
├── Missing           a fact that is needed and absent; never defaulted
├── Unreadable        a text that is not the number, time or unit it should be
├── Refused           a question the science does not answer (mixed drug forms, unknown site)
└── WrongFile         a data file with faults: all of them, each with line, key, found, expected
"""

from __future__ import annotations

from dataclasses import dataclass


class ClearheadError(Exception):
    """The root: carries its data as attributes and a sentence that a person can act on."""


class OutOfRange(ClearheadError):
    """A quantity lies outside the range that its source covers."""

    def __init__(self, what: str, value: object, unit: str, low: object, high: object, source: str) -> None:
        self.what, self.value, self.unit, self.low, self.high, self.source = what, value, unit, low, high, source
        super().__init__(
            f"{what} of {value} {unit} is outside {low} to {high} {unit}, the range covered by {source}. "
            "Check the entry and its unit."
        )


class Missing(ClearheadError):
    """A fact that the answer needs is not there."""

    def __init__(self, what: str, why: str) -> None:
        self.what, self.why = what, why
        super().__init__(f"{what} is missing: {why}")


class Unreadable(ClearheadError):
    """A text that does not read as what it should be. It is refused, never repaired."""

    def __init__(self, what: str, text: str, expected: str) -> None:
        self.what, self.text, self.expected = what, text, expected
        super().__init__(f"{what} “{text}” does not read as {expected}.")


class Refused(ClearheadError):
    """A question that has no honest answer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a data file."""

    line: int | None
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.key}: found {self.found}, expected {self.expected}"


class WrongFile(ClearheadError):
    """A data file that cannot be used; names every fault at once."""

    def __init__(self, name: str, faults: list[Fault]) -> None:
        self.name, self.faults = name, faults
        listed = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"{name} has {len(faults)} fault{'s' if len(faults) != 1 else ''}:\n{listed}")
