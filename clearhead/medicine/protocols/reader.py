"""From the tree of a file to frozen dataclasses. Every fault is kept; nothing is repaired and nothing defaulted."""

from __future__ import annotations

import difflib
import functools
import types
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from clearhead.medicine.errors import Fault
from clearhead.medicine.protocols.dose import DOSE_MODES, Amount, DoseMode, Rate
from clearhead.medicine.protocols.fields import Between, Known
from clearhead.medicine.protocols.origin import Node


class Unread(Exception):
    """A check came upon a value that could not be read; a fault tells it already."""


class _Bad:
    """Stands where a value could not be read: whoever looks at it learns nothing."""

    def _refuse(self, *_: object) -> Any:
        raise Unread

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __bool__ = __len__ = __iter__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __contains__ = __getitem__ = __getattr__ = __str__ = __format__ = _refuse


BAD: Any = _Bad()
RATE_UNITS = {"mg_per_kg_h": "mg/kg/h", "mg_per_h": "mg/h"}
AMOUNT_UNITS = {"mg_per_kg": "mg/kg", "mg": "mg"}
# Cohen et al. 2018 report at most 7 mg/kg/h, in intensive care: above 10 the unit is wrong.
BELIEVABLE = {
    "mg_per_kg_h": Between(0, 10),
    "mg_per_h": Between(0, 1_000),
    "mg_per_kg": Between(0, 500),
    "mg": Between(0, 50_000),
}


@functools.cache
def hints_of(cls: type) -> dict[str, Any]:
    """The field types of a dataclass, ranges included."""
    return get_type_hints(cls, include_extras=True)


class Reader:
    """Reads nodes as types and collects the faults on the way."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        self.line_of: dict[str, int | None] = {}

    def fault(self, node: Node | None, key: str, found: str, expected: str) -> Any:
        """Notes a fault and gives the mark for "not readable"."""
        self.faults.append(Fault(node.line if node else None, key, found, expected))
        return BAD

    def read(self, node: Node, hint: Any, key: str) -> Any:
        """The node's value as this type."""
        self.line_of[key] = node.line
        if hint == DoseMode:
            return self._dose_mode(node, key)
        origin = get_origin(hint)
        if origin is Annotated:
            return self._checked(node, hint, key)
        if origin is Literal:
            return self._word(node, get_args(hint), key)
        if origin in (Union, types.UnionType):
            wanted = next(part for part in get_args(hint) if part is not type(None))
            return None if node.value == "none" else self.read(node, wanted, key)
        if origin is tuple:
            return self._list(node, get_args(hint)[0], key)
        if hint in (Rate, Amount):
            return self._quantity(node, hint, key)
        if is_dataclass(hint) and isinstance(hint, type):
            return self.table(node, hint, key)
        return self._scalar(node, hint, key)

    def table(self, node: Node, cls: type, key: str) -> Any:
        """The node as this dataclass; unknown keys are faults."""
        if not isinstance(node.value, dict):
            return self.fault(node, key, shown(node), "a table")
        if not node.value and node.filled:
            return self.fault(node, key, 'from = "reference"', "a value that the reference has")
        known = {field.name: field for field in fields(cls) if field.init}
        for name in node.value.keys() - known.keys():
            self.fault(node.value[name], f"{key}.{name}".strip("."), "an unknown key", _closest(name, known))
        read = {name: self._field(node, field, hints_of(cls)[name], key) for name, field in known.items()}
        return cls(**{name: value for name, value in read.items() if value is not MISSING})

    def _field(self, node: Node, field: Field[Any], hint: Any, key: str) -> Any:
        name = f"{key}.{field.name}".strip(".")
        if field.name in node.value:
            return self.read(node.value[field.name], hint, name)
        if field.default is not MISSING or field.default_factory is not MISSING:
            return MISSING
        return self.fault(node, name, "nothing", expectation(hint))

    def _checked(self, node: Node, hint: Any, key: str) -> Any:
        base, *rules = get_args(hint)
        value = self.read(node, base, key)
        for rule in rules:
            if value is BAD:
                break
            if isinstance(rule, Between) and not rule.holds(value):
                return self.fault(node, key, shown(node), f"{rule} (check the unit)")
            if isinstance(rule, Known) and value not in rule.words:
                return self.fault(node, key, shown(node), _closest(str(value), rule.words))
        return value

    def _word(self, node: Node, words: tuple[str, ...], key: str) -> Any:
        if node.value in words and not isinstance(node.value, bool):
            return node.value
        return self.fault(node, key, shown(node), "one of " + ", ".join(words))

    def _list(self, node: Node, hint: Any, key: str) -> Any:
        if node.value == "none":
            return ()
        if not isinstance(node.value, list):
            return self.fault(node, key, shown(node), 'a list, or "none"')
        names = [item.row_name or str(number) for number, item in enumerate(node.value)]
        for name in {name for name in names if names.count(name) > 1}:
            self.fault(node.value[len(names) - 1 - names[::-1].index(name)], f"{key}.{name}", "the name twice", "once")
        read = tuple(self.read(item, hint, f"{key}.{name}") for name, item in zip(names, node.value, strict=True))
        return BAD if any(item is BAD for item in read) else read

    def _quantity(self, node: Node, cls: type[Rate] | type[Amount], key: str) -> Any:
        units = RATE_UNITS if cls is Rate else AMOUNT_UNITS
        expected = "one of " + " or ".join(f"{{ {unit} = … }}" for unit in units)
        if not isinstance(node.value, dict) or len(node.value) != 1 or not node.value.keys() <= units.keys():
            return self.fault(node, key, shown(node), expected)
        ((unit, below),) = node.value.items()
        value = self._scalar(below, Decimal, f"{key}.{unit}")
        if value is BAD:
            return BAD
        if not BELIEVABLE[unit].holds(value):
            return self.fault(node, key, shown(below), f"{BELIEVABLE[unit]} (check the unit)")
        return Rate(value, RATE_UNITS[unit]) if cls is Rate else Amount(value, AMOUNT_UNITS[unit])  # type: ignore[arg-type]  # the units are those of the tables above

    def _dose_mode(self, node: Node, key: str) -> Any:
        mode = node.value.get("mode") if isinstance(node.value, dict) else None
        if mode is None or str(mode.value) not in DOSE_MODES:
            return self.fault(mode or node, f"{key}.mode", shown(mode or node), "one of " + ", ".join(DOSE_MODES))
        return self.table(node, DOSE_MODES[str(mode.value)], key)

    def _scalar(self, node: Node, hint: Any, key: str) -> Any:
        value = node.value
        if hint is Decimal and isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        right = isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
        if right and (isinstance(value, datetime) or (isinstance(value, Decimal) and not value.is_finite())):
            right = False
        if right and isinstance(value, str) and not value.strip():
            right = False
        return value if right else self.fault(node, key, shown(node), expectation(hint))


def shown(node: Node) -> str:
    """A value as the fault shows it."""
    if isinstance(node.value, dict):
        return "a table" + (f" with {', '.join(node.value)}" if node.value else "")
    if isinstance(node.value, list):
        return "a list"
    return f'"{node.value}"' if isinstance(node.value, str) else str(node.value).lower()


def expectation(hint: Any) -> str:
    """A type in words."""
    words = {
        Decimal: "a number",
        int: "a whole number",
        bool: "true or false",
        str: "a text",
        Rate: "a rate",
        date: "a date such as 2026-01-31",
        time: "a time such as 08:30:00",
    }
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return str(parts[1]) if isinstance(parts[1], Known) else f"{expectation(parts[0])} from {parts[1]}"
    if origin is Literal:
        return "one of " + ", ".join(map(str, parts))
    if origin in (Union, types.UnionType) and hint != DoseMode:
        return f'{expectation(parts[0])}, or "none"'
    if origin is tuple:
        return 'a list, or "none"'
    return words.get(hint, "an amount" if hint is Amount else "a table")


def _closest(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    listed = ", ".join(known)
    return f"{near[0]} (did you mean it?)" if near else f"one of {listed}"
