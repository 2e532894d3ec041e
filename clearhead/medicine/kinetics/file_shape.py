"""The shape of a data file: which keys a table may hold, and of what kind each value is."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clearhead.medicine.errors import Fault

Found = tuple[str, str, str]  # key, what was found there, what is expected

LARGEST = sys.float_info.max  # a whole number in a file can be larger, and is then none to reckon with


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value, in words and as a test."""

    wanted: str
    fits: Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of one table. A key that is in neither list is a fault: a misspelt key would be silently ignored."""

    needed: Mapping[str, Kind]
    optional: Mapping[str, Kind] = field(default_factory=dict)

    def sort(self, table: Mapping[str, Any], where: str) -> tuple[dict[str, Any], list[Found]]:
        """What is as it should be, and every fault of the rest.

        `where` names the table; if it is empty or ends in a dot the faults are named by their own keys.
        """
        kinds = {**self.needed, **self.optional}
        good = {key: value for key, value in table.items() if key in kinds and kinds[key].fits(value)}
        own = where == "" or where.endswith(".")

        def fault(key: str, seen: str, inside: str, wanted: str) -> Found:
            return (f"{where}{key}", seen, wanted) if own else (where, inside, wanted)

        found = []
        for key, value in table.items():
            if key not in kinds:
                found.append(fault(key, "an unknown key", f"unknown key {key}", f"one of {', '.join(kinds)}"))
            elif key not in good:
                found.append(fault(key, repr(value), f"{key} = {value!r}", kinds[key].wanted))
        missing = [key for key in self.needed if key not in table]
        found += [fault(key, "nothing", f"no {key}", self.needed[key].wanted) for key in missing]
        return good, found


def is_number(value: object) -> bool:
    """A finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST


def _is_at_least_0(value: object) -> bool:
    return is_number(value) and value >= 0  # type: ignore[operator]  # a number, as just asked


def is_above_0(value: object) -> bool:
    """A finite number above 0."""
    return _is_at_least_0(value) and value != 0


def is_text(value: object) -> bool:
    """A text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def is_list_of(test: Callable[[object], bool], value: object) -> bool:
    """A list with at least one entry, all of them of one kind."""
    return isinstance(value, list) and bool(value) and all(test(item) for item in value)


def is_pair_of(test: Callable[[object], bool], value: object) -> bool:
    """A list of exactly two entries of one kind."""
    return is_list_of(test, value) and len(value) == 2  # type: ignore[arg-type]  # a list, as just asked


TEXT = Kind("a text", is_text)
TEXTS = Kind("a list of at least one text", lambda value: is_list_of(is_text, value))
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
NUMBER = Kind("a finite number", is_number)
AT_LEAST_0 = Kind("a finite number of at least 0", _is_at_least_0)
ABOVE_0 = Kind("a finite number above 0", is_above_0)
SHARE = Kind("a share of 0 to 1", lambda value: _is_at_least_0(value) and value <= 1)  # type: ignore[operator]
COUNT = Kind("a whole number of at least 1", lambda value: is_above_0(value) and isinstance(value, int))
TABLE = Kind("a table", lambda value: isinstance(value, dict))
TABLES = Kind("at least one table", lambda value: is_list_of(TABLE.fits, value))
DOI = Kind(
    "a DOI such as 10.1093/bja/53.1.27",
    lambda value: isinstance(value, str) and bool(re.fullmatch(r"10\.\d{4,9}/\S+", value)),
)


def one_of(choices: Iterable[str], why: str = "") -> Kind:
    """One of a few words."""
    known = tuple(choices)
    return Kind(f"{', '.join(known[:-1])} or {known[-1]}{why}", lambda value: isinstance(value, str) and value in known)


def faults_with_lines(found: Iterable[Found], text: str) -> list[Fault]:
    """The faults, each once, with the line of the file where the key stands."""
    return [Fault(_line(text, key), key, seen, wanted) for key, seen, wanted in dict.fromkeys(found)]


def _line(text: str, key: str) -> int | None:
    last = re.escape(re.split(r"[./ ]", key)[-1])
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*(\[+)?{last}\b", line) or re.search(rf'id = "{re.escape(key)}"', line):
            return number
    return None
