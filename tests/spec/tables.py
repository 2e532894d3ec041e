"""Reads the tables of this folder: what a physician signs is what the test runs."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    """Every row of every table in the file, by column heading."""
    found: list[dict[str, str]] = []
    heading: list[str] | None = None
    for line in (HERE / name).read_text("utf-8").splitlines():
        if not line.startswith("|"):
            heading = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if heading is None:
            heading = cells
        elif not set(line) <= set("|-: "):
            found.append(dict(zip(heading, cells, strict=True)))
    return found


def label(row: dict[str, str]) -> str:
    """The row in one line, for the test's name."""
    return " · ".join(row.values())
