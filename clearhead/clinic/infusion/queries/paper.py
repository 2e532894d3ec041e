"""What goes on paper: the picture with its sets in stretches, the summary, and the whole record where one was cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as lazy

from clearhead.clinic.infusion import charts
from clearhead.clinic.infusion.drawing import Numbers, Picture
from clearhead.clinic.infusion.lanes import LegendLine
from clearhead.clinic.infusion.models import Observation
from clearhead.clinic.infusion.queries import grid, screen
from clearhead.clinic.infusion.queries.chair import ChairView, chair
from clearhead.clinic.infusion.queries.forecast import forecast_of
from clearhead.clinic.infusion.queries.grid import Cell, Grid
from clearhead.clinic.infusion.queries.record import record_of
from clearhead.clinic.infusion.queries.remains import remains
from clearhead.clinic.infusion.queries.summary import summary
from clearhead.clinic.infusion.queries.uncut import CUT, flags_uncut, lines_uncut, texts_of, uncut
from clearhead.clinic.plan.models import Session
from clearhead.clinic.web.templatetags.clinic import plain_number

HOURS_A_PAGE = 12
"""Of infusion. What came before and after stands on the same page."""
MARGIN = timedelta(minutes=10)
PAGE_PX = 1200.0
SETS_IN_WORDS = 16
MOST_SETS = {"A4": 52, "Letter": 48}
"""Columns of three digits at 6.6 pt that stand side by side on the line of this paper."""
ROOM_MM = {"A4": (278.0, 191.0), "Letter": (260.0, 197.0)}
HEAD_MM, NOTES_MM, LINE_MM, LETTER_MM = 19.0, 7.0, 3.3, 1.42
WIDE_ROW_MM, NARROW_ROW_MM, NARROW_HEAD_MM = 4.3, 3.0, 6.0
IN_THREE_DIGITS = {
    "spo2": (("o2_l_per_min", "O₂", "L/min"),),
    "bp": (("sys", lazy("BP upper"), "mmHg"), ("dia", lazy("BP lower"), "mmHg")),
}
"""Rows of their own for what shares a row with this one, or stands nowhere, in the wide grid."""
NARROW_ROWS = tuple(
    row for wide in grid.GRID_ROWS for row in (*((wide,) if wide[0] != "bp" else ()), *IN_THREE_DIGITS.get(wide[0], ()))
)
LETTERS = {
    "not_obtainable": "n", "refused": "r", "artefact": "a", "asleep_rouses": "z", "asleep_not_woken": "Z",
    "not_asked_asleep": "q", "clear": "✓", "sore": "!", "swollen": "!!",
}  # fmt: skip
"""A column of three digits has no room for a word; the key stands under the grid."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Many sets on one line: each value in a column of three digits."""

    sets: tuple[Observation, ...]
    rows: tuple[tuple[str, str, tuple[Cell, ...]], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Page:
    """One stretch of the session. `grid` where words have room, else `narrow`."""

    start: datetime
    end: datetime
    picture: Picture
    grid: Grid | None
    narrow: Narrow | None
    legend: tuple[LegendLine, ...]
    legend_left_out: int

    @property
    def cut_words(self) -> bool:
        """True when a label of the picture has no room for all its words."""
        return any(str(getattr(label, "words", "")).endswith(CUT) for label in (*self.picture.shapes, *self.legend))

    @property
    def whole(self) -> bool:
        """True when everything of this stretch stands on the page."""
        return not self.legend_left_out and not (self.narrow and self.narrow.left_out)


def record(session: Session, now: datetime, size: str = "A4") -> dict[str, Any]:
    """Everything the printed record shows."""
    view = chair(session, now)
    prefetch_related_objects(view.dose_rows.rates, "recorded_by", "second_person")
    texts, stretches = texts_of(session), pages(view, now, size)
    lines = lines_uncut(record_of(session), texts, view.protocol)
    uncut_view = replace(
        view,
        flags=flags_uncut(view.flags, texts),
        adjuncts=tuple(uncut(row, texts) for row in view.adjuncts),
    )
    told = summary(uncut_view, lines, size)
    return {
        "view": view,
        "session": session,
        "patient": session.patient,
        "pages": stretches,
        "summary": told,
        "remains": remains(view.dose_rows, view.given.account, view.protocol),
        "lines": () if told.whole and all(page.whole for page in stretches) else lines,
        "printed_at": now,
        "phase_word": screen.phase_words(view),
    }


def pages(view: ChairView, now: datetime, size: str = "A4") -> list[Page]:
    """The time axis in even stretches: an infusion of up to twelve hours is one page."""
    forecast = forecast_of(view.session, now, view) if view.infusion else None
    whole = _trimmed(screen.numbers(view, forecast), view)
    count = max(1, -(-view.elapsed_min // (HOURS_A_PAGE * 60)))
    each = (whole.end - whole.start) / count
    cuts = [whole.start + place * each for place in range(count)] + [whole.end]
    return [_page(view, whole, start, end, size) for start, end in pairwise(cuts)]


def _trimmed(whole: Numbers, view: ChairView) -> Numbers:
    """An infusion that ended needs no axis up to the hour of printing."""
    if view.infusion is None or view.infusion.ended_at is None:
        return whole
    last = [view.infusion.ended_at]
    for rows in (view.observations, view.adjuncts, view.events, view.symptoms):
        last += [row.happened_at for row in rows[-1:]]
    return replace(whole, end=min(whole.end, max(last) + MARGIN))


def _page(view: ChairView, whole: Numbers, start: datetime, end: datetime, size: str) -> Page:
    drawn = charts.picture(replace(whole, start=start, end=end), width=PAGE_PX, longest_legend=10_000)
    sets = tuple(
        row for row in view.observations if start <= row.happened_at < end or row.happened_at == end == whole.end
    )
    table = grid.grid(replace(view, observations=sets), None) if len(sets) <= SETS_IN_WORDS else None
    tight = narrow(sets, view, MOST_SETS[size]) if table is None else None
    mm = WIDE_ROW_MM * (1 + sum(_lines(row) for row in table.rows)) if table else NARROW_HEAD_MM
    mm += NARROW_ROW_MM * len(tight.rows) if tight else 0.0
    legend = _fitting(drawn, mm, size)
    return Page(start, end, drawn, table, tight, legend, len(drawn.legend) - len(legend))


def _lines(row: grid.GridRow) -> int:
    """Lines of a row of the wide grid: a word such as “asleep, not woken” stands on three."""
    return 3 if any(cell.why for cell in row.cells) else 1


def _fitting(drawn: Picture, table_mm: float, size: str) -> tuple[LegendLine, ...]:
    """As many lines of the legend as the page has room for; the whole record has the others."""
    wide, high = ROOM_MM[size]
    room_mm = high - HEAD_MM - NOTES_MM - table_mm - drawn.height * wide / drawn.width
    letters, kept = int(room_mm // LINE_MM) * int(wide / LETTER_MM), 0
    for line in sorted(drawn.legend, key=lambda line: line.at):
        letters -= len(line.words) + 11
        if letters < 0:
            break
        kept += 1
    return tuple(sorted(drawn.legend, key=lambda line: line.at)[:kept])


def narrow(sets: Sequence[Observation], view: ChairView, most: int) -> Narrow:
    """Signs as rows, a narrow column a set; where there are too many, every so-manieth, the first and the last."""
    step = (len(sets) - 1) / (most - 1) if len(sets) > most else 1.0
    shown = tuple(sets[round(place * step)] for place in range(min(len(sets), most)))
    rows = []
    for sign, name, unit in NARROW_ROWS:
        cells = tuple(_cell(row, sign, view) for row in shown)
        if sign in {"sys", "dia", *grid.ALWAYS} or any(cell.words for cell in cells):
            rows.append((str(name), unit, cells))
    return Narrow(shown, tuple(rows), len(sets) - len(shown))


def _cell(row: Observation, sign: str, view: ChairView) -> Cell:
    """A number, or a letter for why there is none."""
    if sign in {"o2_l_per_min", "etco2"}:
        value = getattr(row, sign)
        return Cell(plain_number(value, 1) if value else LETTERS.get(row.why_not.get(sign, ""), ""))
    wide = grid.cell(row, "bp" if sign in {"sys", "dia"} else sign, view)
    value = getattr(row, sign)
    why = row.why_not.get(sign) or (row.why_not.get("bp") if sign in {"sys", "dia"} else None)
    if value in (None, ""):
        return Cell(LETTERS.get(why or "", "?" if why else ""), why=bool(why))
    words = {"spo2": str(value), "sys": str(value), "dia": str(value), "iv_site": LETTERS.get(str(value), "?")}
    return Cell(words.get(sign, wide.words), over=wide.over)
