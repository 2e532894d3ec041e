"""On which line of a TOML text a value stands. The standard parser does not tell; this scan does.

It relies on nothing but the grammar of valid TOML 1.0, and on one habit of ours: a row of a list of rows starts
its own line with "{". Where it cannot tell, the line of the enclosing table is the answer.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]
_HEADER = re.compile(r"(\[\[?)\s*([^\]]+?)\s*\]\]?")
_NAME = r"""(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)"""
_ASSIGNMENT = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


def lines_of(text: str) -> dict[Path, int]:
    """Every table, key and row of the text with its line, counted from 1."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    row_of: Path | None = None  # the list whose rows we are reading
    depth, row, fence = 0, -1, ""
    for number, raw in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if fence in raw else fence
            continue
        line = _QUOTED.sub('""', raw).split("#", 1)[0].strip() if '"""' not in raw else raw
        if depth and row_of is not None:
            if line.startswith("{"):
                row += 1
                found[(*row_of, row)] = number
            depth += _opened(line)
            continue
        if header := _HEADER.fullmatch(line):
            table = _enter(header.group(1), header.group(2), counts)
            found[table] = number
        elif assignment := _ASSIGNMENT.match(raw):
            row_of = (*table, *_parts(assignment.group(1)))
            found[row_of] = number
            depth, row = _opened(line), -1
            fence = '"""' if raw.count('"""') == 1 else ""
    return found


def _enter(brackets: str, name: str, counts: dict[Path, int]) -> Path:
    path: Path = ()
    parts = _parts(name)
    for part in parts[:-1]:
        path = (*path, part)
        path = (*path, counts[path]) if path in counts else path
    path = (*path, parts[-1])
    if brackets == "[[":
        counts[path] = counts.get(path, -1) + 1
        path = (*path, counts[path])
    return path


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def _opened(line: str) -> int:
    return sum(line.count(mark) for mark in "[{") - sum(line.count(mark) for mark in "]}")
