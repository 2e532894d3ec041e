"""Frozen numbers of one session to SVG points on one time axis. Pure: no clock, no row, no rounding of what is meant.

Every panel is drawn 1:1 in CSS pixels for the width it is asked for, so letters keep their size on a phone, on the
tablet and on paper. A panel holds few shapes: all pressures are one path, all pulses another.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from clearhead.clinic.infusion.drawing import Axis, Numbers, Picture, Shape, n, path, rect, text
from clearhead.clinic.infusion.lanes import BARE, LEVEL_PX, LONGEST_LEGEND, LegendLine, Mark, place, place_spells
from clearhead.clinic.infusion.panels import forecast, pain, pressure, rate, saturation
from clearhead.medicine.rules.clock import clock_time

LEFT, RIGHT, TOP = 46.0, 10.0, 18.0
TITLE = 14.0
SPO2_H, PAIN_H, RATE_H, BAND_H = 24.0, 22.0, 44.0, 36.0
TICK_PX_APART = 62.0
STEPS_MIN = (5, 10, 15, 30, 60, 120, 240, 480, 720, 1440)


def picture(
    numbers: Numbers, *, width: float = 900.0, pressure_px: float = 92.0, longest_legend: int = LONGEST_LEGEND
) -> Picture:
    """The whole picture for this width; a lane explains at most so many of its marks."""
    axis = Axis(numbers.start, numbers.end, LEFT, width - RIGHT)
    shapes: list[Shape] = []
    y = TOP
    for panel, height in (
        (pressure, pressure_px),
        (saturation, SPO2_H),
        (pain, PAIN_H),
        (rate, RATE_H),
        (forecast, BAND_H),
    ):
        if panel is forecast and numbers.band is None:
            continue
        shapes += panel(numbers, axis, y + TITLE, height)
        y += TITLE + height
    lanes, legend, bottom = _lanes(numbers, axis, y + 5, longest_legend)
    frame = [*_time_axis(numbers, axis, bottom)]
    return Picture(width, bottom + 20, (*frame, *shapes, *lanes, *_now(numbers, axis, bottom)), legend)


def _time_axis(numbers: Numbers, axis: Axis, bottom: float) -> Iterable[Shape]:
    for moment in ticks(numbers, axis):
        x = axis.x(moment)
        words = clock_time(moment, numbers.zone)
        yield path(f"M{n(x)},{n(TOP)}V{n(bottom)}", "hair")
        if axis.left + 8 <= x <= axis.right - 8:
            yield text(x, 12, words, "", "middle")


def ticks(numbers: Numbers, axis: Axis) -> list[datetime]:
    """Round times of the site's own clock, as many as there is room for."""
    room = max(1.0, (axis.right - axis.left) / TICK_PX_APART)
    span_min = (axis.end - axis.start).total_seconds() / 60
    step = next((one for one in STEPS_MIN if span_min / one <= room), STEPS_MIN[-1])
    local = axis.start.astimezone(numbers.zone)
    into = (local.hour * 60 + local.minute) % step
    first = axis.start.replace(second=0, microsecond=0) + timedelta(minutes=(step - into) % step)
    count = int((axis.end - first).total_seconds() // (step * 60)) + 1
    return [first + timedelta(minutes=step * place) for place in range(max(0, count))]


def _now(numbers: Numbers, axis: Axis, bottom: float) -> Iterable[Shape]:
    if not axis.holds(numbers.now):
        return
    x = axis.x(numbers.now)
    yield path(f"M{n(x)},{n(TOP)}V{n(bottom)}", "now")
    words = clock_time(numbers.now, numbers.zone)
    half = 22 if len(words) == len("00:00") else 38
    middle = min(max(x, axis.left + half), axis.right - half)
    yield rect(middle - half, 0.5, 2 * half, 17, "now-pill")
    yield text(middle, 13, words, "now-text", "middle")


def _lanes(numbers: Numbers, axis: Axis, y: float, most: int) -> tuple[list[Shape], tuple[LegendLine, ...], float]:
    """Drugs, symptoms, events: each lane is as deep as its labels need."""
    shapes: list[Shape] = []
    legend: list[LegendLine] = []
    lanes: list[tuple[str, tuple[Mark, ...] | None]] = [
        (numbers.words.drugs, numbers.drugs), (numbers.words.symptoms, None), (numbers.words.events, numbers.events)
    ]  # fmt: skip
    for name, marks in lanes:
        first = sum(1 for line in legend if line.number) + 1
        if marks is None:
            drawn, lines, levels = _spells(numbers, axis, y, first, most)
        else:
            drawn, lines, levels = _marks(marks, axis, y, first, most)
        height = levels * LEVEL_PX + 4
        shapes += [
            text(2, y + 14, name, "lane-name"), rect(axis.left, y, axis.right - axis.left, height, "lane"), *drawn
        ]  # fmt: skip
        legend += lines
        y += height + 3
    return shapes, tuple(legend), y


def _marks(
    marks: tuple[Mark, ...], axis: Axis, y: float, first: int, most: int
) -> tuple[list[Shape], tuple[LegendLine, ...], int]:
    seen = [(axis.x(mark.at), mark) for mark in marks if axis.holds(mark.at)]
    placed = place(seen, left=axis.left + 1, right=axis.right - 1, first_number=first, most=most)
    shapes = []
    for tone in sorted({tone for _, _, tone in placed.ticks}):
        ticks = {
            f"M{x:.0f},{n(y)}v4" if level == BARE else f"M{n(x)},{n(y + 3 + level * LEVEL_PX)}v14": None
            for x, level, one in placed.ticks
            if one == tone
        }
        d = "".join(ticks)  # notches of one pixel are one notch
        shapes.append(path(d, f"tick {tone}"))
    for label in placed.labels:
        shapes.append(text(label.x, y + 14 + label.level * LEVEL_PX, label.words, f"lane-text {label.tone}"))
    return shapes, placed.legend, placed.levels


def _spells(
    numbers: Numbers, axis: Axis, y: float, first: int, most: int
) -> tuple[list[Shape], tuple[LegendLine, ...], int]:
    seen = [
        (max(axis.x(one.start), axis.left), min(axis.x(one.end or numbers.now), axis.right), one)
        for one in numbers.symptoms
        if one.start <= axis.end and (one.end or numbers.now) >= axis.start
    ]
    bars, legend, levels = place_spells(seen, left=axis.left + 1, right=axis.right - 1, first_number=first, most=most)
    shapes = []
    for grade in sorted({bar.grade for bar in bars if not bar.label.words}):
        crowd = {
            f"M{bar.x:.0f},{n(y + 2 + bar.level * LEVEL_PX)}h{bar.width:.0f}v{LEVEL_PX - 1:.0f}h-{bar.width:.0f}z": None
            for bar in bars
            if bar.grade == grade and not bar.label.words
        }
        shapes.append(path("".join(crowd), f"spell grade{grade}"))
    for bar in (bar for bar in bars if bar.label.words):
        top = y + 2 + bar.level * LEVEL_PX
        shapes.append(rect(bar.x, top, bar.width, LEVEL_PX - 1, f"spell grade{bar.grade}"))
        shapes.append(text(bar.label.x, top + 11.5, bar.label.words, f"lane-text grade{bar.grade}"))
    return shapes, legend, levels


def span(
    start: datetime, now: datetime, planned_end: datetime | None, *, last_min: int | None = None
) -> tuple[datetime, datetime]:
    """The axis: from a quarter of an hour before the start to half an hour beyond the end, or the last minutes only."""
    if last_min is not None:
        return now - timedelta(minutes=last_min), now + timedelta(minutes=max(10, last_min // 4))
    end = max(now, planned_end or now) + timedelta(minutes=30)
    return min(start, now) - timedelta(minutes=5), end


def gaps(moments: Iterable[datetime], longest_min: float) -> list[tuple[datetime, datetime]]:
    """Stretches without any set that are longer than allowed."""
    return [(a, b) for a, b in pairwise(sorted(moments)) if (b - a).total_seconds() > longest_min * 60]
