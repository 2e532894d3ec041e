"""Labels on a lane of the chart: on the lowest free level, else as a number of the legend, else a bare tick."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

LETTER_PX = 6.3  # widest likely mean width of a letter at 11 px; measured at most 6.1 over English and Spanish words
LEVEL_PX = 16.0
GAP_PX = 5.0
TICK_PX = 5.0
MOST_LEVELS = 3
LONGEST_LEGEND = 12
BARE = -1  # the level of a tick without words: a notch on the lane's upper edge


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment on a lane, in words. `tone`: plain, warn, stop or late."""

    at: datetime
    words: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Spell:
    """Something that lasts: a symptom with its grade written. `end` None = still open."""

    start: datetime
    end: datetime | None
    words: str
    grade: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """Where words stand: `x` is the left edge of the text, `width` its room, `level` counts from 0 downward."""

    x: float
    width: float
    level: int
    words: str
    tone: str = "plain"

    @property
    def right(self) -> float:
        """Where the room of the label ends."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class LegendLine:
    """What a number on a lane stands for; 0 where not even a number had room."""

    number: int
    at: datetime
    words: str


@dataclass(slots=True)
class Levels:
    """The free room of a lane: each level knows its taken stretches, in order and apart from each other."""

    left: float
    right: float
    taken: list[list[tuple[float, float]]] = field(default_factory=lambda: [[] for _ in range(MOST_LEVELS)])

    def free(self, level: int, start: float, end: float) -> bool:
        """Is this stretch free, with a gap to its neighbours?"""
        if start < self.left or end > self.right:
            return False
        row = self.taken[level]
        place = bisect_left(row, (start, start))
        if place > 0 and start < row[place - 1][1] + GAP_PX:
            return False
        return place == len(row) or end + GAP_PX <= row[place][0]

    def take(self, start: float, end: float, top: int = 0) -> int | None:
        """The first level with room, now taken; None when there is none."""
        for level in range(top, MOST_LEVELS):
            if self.free(level, start, end):
                insort(self.taken[level], (start, end))
                return level
        return None

    @property
    def used(self) -> int:
        """How many levels carry something; at least one."""
        return max([1, *(level + 1 for level, row in enumerate(self.taken) if row)])


def text_px(words: str) -> float:
    """Room that words need at the lanes' size."""
    return len(words) * LETTER_PX + 2


@dataclass(frozen=True, slots=True)
class Placed:
    """A lane ready to draw: ticks `(x, level, tone)`, labels and what the numbers mean."""

    ticks: tuple[tuple[float, int, str], ...]
    labels: tuple[Label, ...]
    legend: tuple[LegendLine, ...]
    levels: int


def place(
    marks: Iterable[tuple[float, Mark]],
    *,
    left: float,
    right: float,
    first_number: int = 1,
    most: int = LONGEST_LEGEND,
) -> Placed:
    """Marks with their x. The newest keep their words; older ones become numbers where it is tight."""
    room, ticks, labels, legend, crowded = Levels(left, right), [], [], [], []
    listed = sorted(marks, key=lambda one: one[0])
    for x, mark in reversed(listed):
        label = _label(x, mark, room, str(first_number + len(legend)), len(legend) < most)
        ticks.append((x, label.level if label else BARE, mark.tone))
        if label is None:
            crowded.append(LegendLine(0, mark.at, mark.words))
            continue
        labels.append(label)
        if label.words != mark.words:
            legend.append(LegendLine(first_number + len(legend), mark.at, mark.words))
    return Placed(tuple(reversed(ticks)), tuple(labels), (*legend, *crowded[: most - len(legend)]), room.used)


def _label(x: float, mark: Mark, room: Levels, number: str, may_number: bool) -> Label | None:
    """Words to the right of the tick, else to its left, else a number, else nothing."""
    for words in (mark.words, number) if may_number else (mark.words,):
        width = text_px(words)
        for start in (x + TICK_PX, x - TICK_PX - width):
            reach = (min(x, start), max(x, start + width))
            level = room.take(*reach)
            if level is not None:
                return Label(start, width, level, words, mark.tone)
    return None


@dataclass(frozen=True, slots=True)
class Bar:
    """A spell ready to draw; `label` is empty when the bar is known by its number in the legend alone."""

    x: float
    width: float
    level: int
    grade: int
    open: bool
    label: Label


def place_spells(
    spells: Iterable[tuple[float, float, Spell]],
    *,
    left: float,
    right: float,
    first_number: int = 1,
    most: int = LONGEST_LEGEND,
) -> tuple[tuple[Bar, ...], tuple[LegendLine, ...], int]:
    """Bars `(x, right edge, spell)`; the label is inside the bar or beside it, and no other bar stands in its way."""
    room, bars, legend, crowded = Levels(left, right), [], [], []
    for start, end, spell in sorted(spells, key=lambda one: (one[0], one[1])):
        number = str(first_number + len(legend))
        for words in (spell.words, number) if len(legend) < most else (spell.words,):
            width = text_px(words)
            beside = end + TICK_PX if width + 2 * TICK_PX > end - start else start + TICK_PX
            at = min(beside, right - width)
            level = room.take(min(start, at), max(end, at + width))
            if level is not None:
                label = Label(at, width, level, words)
                bars.append(Bar(start, max(4.0, end - start), level, spell.grade, spell.end is None, label))
                break
        else:
            level = MOST_LEVELS - 1
            bars.append(
                Bar(start, max(4.0, end - start), level, spell.grade, spell.end is None, Label(0, 0, level, ""))
            )
            crowded.append(LegendLine(0, spell.start, spell.words))
            continue
        if words == number:
            legend.append(LegendLine(first_number + len(legend), spell.start, spell.words))
    return tuple(bars), (*legend, *crowded[: most - len(legend)]), room.used
