"""The grid beneath the picture: signs as rows, the newest sets as columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as lazy

from clearhead.clinic.infusion.models import Observation
from clearhead.clinic.infusion.queries.chair import ChairView
from clearhead.clinic.infusion.queries.vitals import COLUMNS
from clearhead.clinic.web.templatetags.clinic import plain_number
from clearhead.medicine.protocols.protocol import Protocol

LATE_ENTRY = timedelta(minutes=5)
"""From here on a set shows both times: when it was so and when it was typed."""
GRID_ROWS = (
    ("hr", lazy("HR"), "/min"),
    ("spo2", "SpO₂", "%"),
    ("bp", lazy("BP"), "mmHg"),
    ("rr", lazy("RR"), "/min"),
    ("etco2", "CO₂", "mmHg"),
    ("temp_c", lazy("Temp"), "°C"),
    ("sedation", lazy("Sedation"), "RASS"),
    ("dissociation", lazy("Dissoc."), "0–3"),
    ("nausea", lazy("Nausea"), "0–3"),
    ("pain", lazy("Pain"), "0–10"),
    ("iv_site", lazy("IV site"), ""),
)
EMPTY = "–"
ALWAYS = ("hr", "spo2", "bp", "rr", "sedation", "pain")
"""Rows that stand even when nothing was charted in them; the others appear with their first value."""
SHORT = {
    "not_obtainable": lazy("n/o"),
    "refused": lazy("refused"),
    "artefact": lazy("artefact"),
    "asleep_rouses": lazy("asleep, rouses"),
    "asleep_not_woken": lazy("asleep, not woken"),
    "not_asked_asleep": lazy("asleep, not asked"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of the grid. `over` = its sign's episode was open then; `why` = a word stands for the number."""

    words: str
    over: bool = False
    why: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One set."""

    row: Observation
    cells: tuple[Cell, ...]
    late: bool


@dataclass(frozen=True, slots=True)
class GridRow:
    """One sign across the sets."""

    name: str
    unit: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The newest sets, and how many stand before them."""

    columns: tuple[Column, ...]
    rows: tuple[GridRow, ...]
    earlier: int


def asks_co2(protocol: Protocol) -> bool:
    """True where the protocol watches the breath by capnography: throughout, or after a change such as a sedative."""
    asked = {*protocol.start.monitors, *(one for rule in protocol.observation.after_change for one in rule.monitors)}
    return "capnography" in asked


def grid(view: ChairView, most: int | None = 11) -> Grid:
    """Signs as rows, sets as columns."""
    shown = view.observations[-most:] if most else view.observations
    columns = tuple(
        Column(
            row,
            tuple(cell(row, sign, view) for sign, _, _ in GRID_ROWS),
            row.recorded_at - row.happened_at > LATE_ENTRY,
        )
        for row in shown
    )
    rows = tuple(
        GridRow(str(name), unit, tuple(column.cells[place] for column in columns))
        for place, (sign, name, unit) in enumerate(GRID_ROWS)
        if sign in ALWAYS or any(column.cells[place].words != EMPTY for column in columns)
    )
    return Grid(columns, rows, len(view.observations) - len(shown))


def cell(row: Observation, sign: str, view: ChairView) -> Cell:
    """One value: a number, a word for why there is none, or a dash."""
    words = _value(row, sign)
    if not words:
        why = next(
            (row.why_not[name] for name in (sign, "sys", "dia") if name in row.why_not and _named(sign, name)), ""
        )
        return Cell(str(SHORT.get(why, EMPTY)), why=bool(why))
    names = {COLUMNS[name] for name in (("sys", "dia") if sign == "bp" else (sign,)) if name in COLUMNS}
    over = any(
        one.sign in names and one.since <= row.happened_at and (one.ended_at is None or row.happened_at < one.ended_at)
        for one in view.episodes
    )
    return Cell(words, over=over)


def _named(sign: str, name: str) -> bool:
    return name == sign or (sign == "bp" and name in {"sys", "dia", "bp"})


def _value(row: Observation, sign: str) -> str:
    if sign == "bp":
        return f"{row.sys}/{row.dia}" if row.sys is not None and row.dia is not None else ""
    value = getattr(row, sign)
    if value in (None, ""):
        return ""
    if sign == "spo2" and row.o2_l_per_min:
        return f"{value} · {plain_number(row.o2_l_per_min, 1)} L"
    if sign == "sedation":
        return f"+{value}" if value > 0 else str(value).replace("-", "−")
    return plain_number(value, 1) if isinstance(value, Decimal) else str(value)
