"""A TOML text as a tree of values that know their line and where they come from; and the reference beneath it.

Three ways to say where a value comes from, from near to far:

    light_meal_h = { value = 4, status = "site", source = "…" }      the value itself
    [preparation.fasting]  status = "consensus"  source = "…"        its table
    [preparation]          status = "assumption"                     an enclosing table

A source may be a short name from the file's own [sources] table.

`from = "reference"`, on a value or a table, fills what the file leaves out from the reference file. Rows of lists are
matched by their name (`code`, `id`, `fact` …): a row of the file replaces the row of the reference with that name, and
`drop = true` removes it. Doses, caps and orders are never filled in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast, get_args

from clearhead.medicine.errors import Fault, WrongFile
from clearhead.medicine.protocols.lines import Path, lines_of
from clearhead.medicine.protocols.protocol import Origin, Status

NEVER_INHERITED = ("dose", "caps", "orders", "fluids.concentrations")
RESERVED = ("source", "status", "note", "from", "drop")
ROW_NAMES = ("id", "code", "fact", "key", "name", "act", "phase", "change", "scale", "medicine_class", "use")


@dataclass(frozen=True)
class Node:
    """One value, table or list with its line and origin. `value` holds Nodes below tables and lists."""

    value: Any
    line: int | None
    origin: Origin | None
    filled: bool = False  # asks the reference for what is missing
    dropped: bool = False

    @property
    def row_name(self) -> str | None:
        """What a row of a list is called; a strength is named by its use and its mg/mL."""
        if not isinstance(self.value, dict):
            return None
        names = [str(self.value[key].value) for key in ROW_NAMES if key in self.value][:1]
        names += [
            str(self.value[key].value) for key in ("language", "mg_per_ml", "from_date") if key in self.value and names
        ]
        return ":".join(names) or None


def parse(text: str, name: str, faults: list[Fault]) -> Node:
    """The tree of this text. Adds faults of origin; raises when the text is not TOML at all."""
    try:
        plain = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:  # not TOML, a number without end, nested without end
        raise WrongFile(name, [_syntax_fault(error)]) from error
    sources = plain.pop("sources", {})
    if not isinstance(sources, dict) or not all(isinstance(text, str) for text in sources.values()):
        raise WrongFile(name, [Fault(None, "sources", "something else", "short names with their citations")])
    return _node(_with_sources(plain, sources), (), lines_of(text), None, faults)


def _with_sources(plain: Any, sources: dict[str, str]) -> Any:
    """The same tree with each short name of a source replaced by its citation in [sources]."""
    if isinstance(plain, list):
        return [_with_sources(item, sources) for item in plain]
    if not isinstance(plain, dict):
        return plain
    return {
        key: sources.get(item, item) if key == "source" and isinstance(item, str) else _with_sources(item, sources)
        for key, item in plain.items()
    }


def _syntax_fault(error: Exception) -> Fault:
    message, _, where = str(error).partition(" (at ")
    digits = "".join(mark for mark in where.split(",")[0] if mark.isdigit())
    return Fault(int(digits) if digits else None, "the text", message or type(error).__name__, "valid TOML 1.0")


def _node(plain: Any, path: Path, lines: dict[Path, int], outer: Origin | None, faults: list[Fault]) -> Node:
    line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)
    if isinstance(plain, list):
        return Node([_node(item, (*path, i), lines, outer, faults) for i, item in enumerate(plain)], line, outer)
    if not isinstance(plain, dict):
        return Node(plain, line, outer)
    origin = _origin_of(plain, path, line, outer, faults)
    filled, dropped = plain.get("from") == "reference", plain.get("drop") is True
    if "value" in plain:
        for key in plain.keys() - {"value", *RESERVED}:
            faults.append(Fault(line, dotted((*path, key)), "an unknown key", "value, source, status, note or from"))
        return replace(_node(plain["value"], path, lines, origin, faults), origin=origin)
    below = {
        key: _node(item, (*path, key), lines, origin, faults) for key, item in plain.items() if key not in RESERVED
    }
    return Node(below, line, origin, filled, dropped)


def _origin_of(
    plain: dict[str, Any], path: Path, line: int | None, outer: Origin | None, faults: list[Fault]
) -> Origin | None:
    key, status, source = dotted(path) or "the file", plain.get("status"), plain.get("source", "")
    if plain.get("from", "reference") != "reference":
        faults.append(Fault(line, f"{key}.from", repr(plain["from"]), '"reference"'))
    if status is None:
        if source and outer is None:
            faults.append(Fault(line, f"{key}.source", "a source without a status", "a status beside it"))
        return replace(outer, source=str(source)) if source and outer else outer
    if status not in get_args(Status):
        faults.append(Fault(line, f"{key}.status", repr(status), "one of " + ", ".join(get_args(Status))))
        return outer
    if status in ("label", "consensus", "published") and not source:
        faults.append(Fault(line, f"{key}.source", "nothing", f"a source, because the status is {status}"))
    return Origin(cast(Status, status), str(source), line=line)


def dotted(path: Path) -> str:
    """A path as people write it."""
    return ".".join(str(part) for part in path)


def fill(node: Node, reference: Node | None, path: str, faults: list[Fault], *, asked: bool = False) -> Node:
    """The node with what it leaves out taken from the reference, where it or an enclosing table asks for that."""
    asked = asked or node.filled
    forbidden = path in NEVER_INHERITED
    if forbidden and node.filled:
        faults.append(Fault(node.line, path, 'from = "reference"', "the protocol's own values: doses are never copied"))
    if forbidden:
        asked, reference = False, None
    if isinstance(node.value, dict):
        return _filled_table(node, reference, path, faults, asked)
    if isinstance(node.value, list):
        return _filled_list(node, reference, path, faults, asked)
    return node


def _filled_table(node: Node, reference: Node | None, path: str, faults: list[Fault], asked: bool) -> Node:
    beneath = reference.value if reference is not None and isinstance(reference.value, dict) else {}
    below = {
        key: fill(item, beneath.get(key), f"{path}.{key}".strip("."), faults, asked=asked)
        for key, item in node.value.items()
    }
    if node.filled and not node.value and reference is not None:
        return inherited(reference)  # key = { from = "reference" }
    if asked:
        missing = (key for key in beneath if key not in below and f"{path}.{key}".strip(".") not in NEVER_INHERITED)
        below |= {key: inherited(beneath[key]) for key in missing}
    return replace(node, value=below)


def _filled_list(node: Node, reference: Node | None, path: str, faults: list[Fault], asked: bool) -> Node:
    rows = {row.row_name: row for row in node.value if row.row_name}
    if not asked or reference is None or not isinstance(reference.value, list) or not rows:
        return replace(node, value=[row for row in node.value if not row.dropped])
    known = {row.row_name for row in reference.value}
    for name, row in rows.items():
        if row.dropped and name not in known:
            faults.append(Fault(row.line, f"{path}.{name}", "drop = true", "a row that the reference has"))
    merged = [rows.get(row.row_name, inherited(row)) for row in reference.value]
    merged += [row for row in node.value if row.row_name not in known]
    return replace(node, value=[row for row in merged if not row.dropped])


def inherited(node: Node) -> Node:
    """The same values, marked as taken from the reference."""
    origin = replace(node.origin, inherited=True) if node.origin else None
    value = node.value
    if isinstance(value, dict):
        value = {key: inherited(item) for key, item in value.items()}
    elif isinstance(value, list):
        value = [inherited(item) for item in value]
    return replace(node, value=value, origin=origin, line=None)


def leaves(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every value below the node with its dotted key; rows go by their names."""
    if isinstance(node.value, dict):
        for key, item in node.value.items():
            yield from leaves(item, f"{path}.{key}".strip("."))
    elif isinstance(node.value, list) and any(isinstance(item.value, dict) for item in node.value):
        for number, item in enumerate(node.value):
            yield from leaves(item, f"{path}.{item.row_name or number}")
    else:
        yield path, node
