"""The panels of the picture, from top to bottom: pressure and pulse, saturation, pain, rate, forecast."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil, floor

from clearhead.clinic.infusion.drawing import Axis, BandPoint, Numbers, Resting, Scale, Shape, n, path, rect, text
from clearhead.clinic.infusion.lanes import Levels, text_px

CARET_X, CARET_Y = 4.5, 6.5
DOWN, UP = "l4.5,6.5l4.5-6.5", "l4.5-6.5l4.5,6.5"  # a caret around its point, relative: half the bytes
NARROW_PX = 480.0


def _levels(axis: Axis, scale: Scale, values: Sequence[float]) -> Iterable[Shape]:
    for value in values:
        y = scale.y(value)
        yield path(f"M{n(axis.left)},{n(y)}H{n(axis.right)}", "hair")
        yield text(axis.left - 6, y + 4, f"{value:g}", "", "end")


def pressure(numbers: Numbers, axis: Axis, top: float, height: float) -> list[Shape]:
    """Systolic ∨ and diastolic ∧ with a bar between, heart rate as dots, the own resting range shaded."""
    seen = [one for one in numbers.readings if axis.holds(one.at)]
    values = [v for one in seen for v in (one.sys, one.dia, one.hr) if v is not None]
    values += [
        v for pair in ((numbers.resting.sys, numbers.resting.dia) if numbers.resting else ()) if pair for v in pair
    ]
    step = 20 if max(values, default=140) - min(values, default=60) <= 110 else 40
    low, high = floor((min([*values, 66]) - 4) / step) * step, ceil((max([*values, 140]) + 8) / step) * step
    scale = Scale(max(0, low), high, top, top + height)
    shapes = list(_levels(axis, scale, list(range(max(0, low), high + 1, step))))
    shapes += _resting(numbers.resting, axis, scale)
    both = [(axis.x(one.at), one.sys, one.dia) for one in seen if one.sys is not None and one.dia is not None]
    bars = "".join(f"M{n(x)},{n(scale.y(s))}V{n(scale.y(d))}" for x, s, d in both)
    carets = "".join(
        f"M{n(x - CARET_X)},{n(scale.y(s) - CARET_Y)}{DOWN}M{n(x - CARET_X)},{n(scale.y(d) + CARET_Y)}{UP}"
        for x, s, d in both
    )
    dots = "".join(f"M{n(axis.x(one.at))},{n(scale.y(one.hr))}h0" for one in seen if one.hr is not None)
    heart_x = axis.left + 4 + text_px(numbers.words.pressure) * 1.12 + 10
    shapes += [path(bars, "bp-bar"), path(dots, "hr"), path(carets, "bp")]  # a caret on a dot stays readable
    shapes.append(text(axis.left + 4, top - 4, numbers.words.pressure, "big"))
    return [*shapes, text(heart_x, top - 4, numbers.words.heart, "hr-text")]


def _resting(resting: Resting | None, axis: Axis, scale: Scale) -> Iterable[Shape]:
    if resting is None:
        return
    for pair in (resting.sys, resting.dia):
        if pair is not None:
            top, bottom = scale.y(pair[1]), scale.y(pair[0])
            thick = max(4.0, bottom - top)
            yield rect(axis.left, (top + bottom - thick) / 2, axis.right - axis.left, thick, "range")
    narrow = axis.right - axis.left < NARROW_PX
    yield text(axis.right - 2, scale.top + (10 if narrow else -4), resting.words, "", "end")


def _runs(points: Sequence[tuple[datetime, float | None]], gap_min: float) -> list[list[tuple[datetime, float]]]:
    """Unbroken stretches: a missing value or too long a silence ends one. A gap is a gap."""
    runs: list[list[tuple[datetime, float]]] = [[]]
    for at, value in points:
        if value is None:
            runs.append([])
            continue
        if runs[-1] and (at - runs[-1][-1][0]).total_seconds() > gap_min * 60:
            runs.append([])
        runs[-1].append((at, value))
    return [run for run in runs if run]


def corners(run: list[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    """Without the points in the middle of a level stretch: the same line, fewer bytes."""
    inside = [b for a, b, c in zip(run, run[1:], run[2:], strict=False) if not a[1] == b[1] == c[1]]
    return [run[0], *inside, *run[1:][-1:]]


def saturation(numbers: Numbers, axis: Axis, top: float, height: float) -> list[Shape]:
    """SpO₂ as a line; a lone value is a dot."""
    seen = [(one.at, one.spo2) for one in numbers.readings if axis.holds(one.at)]
    lowest = min([90.0, *(value for _, value in seen if value is not None)])
    scale = Scale(floor(lowest / 10) * 10 if lowest < 90 else 90, 100, top, top + height)
    lines = "".join(
        "M"
        + "L".join(f"{n(axis.x(at))},{n(scale.y(value))}" for at, value in corners(run))
        + ("h0" if len(run) == 1 else "")
        for run in _runs(seen, numbers.gap_min)
    )
    return [
        *_levels(axis, scale, [scale.low, 100]), path(lines, "spo2"),
        text(axis.left + 4, top - 4, numbers.words.spo2, "spo2-text"),
    ]  # fmt: skip


def pain(numbers: Numbers, axis: Axis, top: float, height: float) -> list[Shape]:
    """Pain as steps: each score stands until the next one, at most until now or the gap."""
    scale = Scale(0, 10, top, top + height)
    seen = [(one.at, one.pain) for one in numbers.readings if one.pain is not None and axis.holds(one.at)]
    longest, d, joined = timedelta(minutes=2 * numbers.gap_min), "", False
    for place, (at, value) in enumerate(seen):
        following = seen[place + 1] if place + 1 < len(seen) else None
        until = min(following[0] if following else numbers.now, at + longest, axis.end)
        d += "" if joined else f"M{n(axis.x(at))},{n(scale.y(value))}"
        joined = following is not None and until == following[0]
        if not (joined and following and following[1] == value):
            d += f"H{n(axis.x(max(at, until)))}"
            d += f"V{n(scale.y(following[1]))}" if joined and following else ""
    return [
        *_levels(axis, scale, [0, 10]), path(d, "pain"), text(axis.left + 4, top - 4, numbers.words.pain, "pain-text")
    ]  # fmt: skip


def rate(numbers: Numbers, axis: Axis, top: float, height: float) -> list[Shape]:
    """The charted rate as a stepped area with its number at each change, dashed on to the planned end."""
    highest = max([one.mg_per_h for one in numbers.settings], default=0.0)
    cap = numbers.cap
    top_value = max(highest * 1.3, cap[0] * 1.05 if cap and cap[0] <= max(highest, 1) * 2.2 else 0, 5.0)
    step = _nice(top_value / 2)
    scale = Scale(0, max(step * ceil(top_value / step), step), top, top + height)
    shapes = list(_levels(axis, scale, [0, scale.high / 2, scale.high]))
    if cap and cap[0] <= scale.high:
        y = scale.y(cap[0])
        shapes.append(path(f"M{n(axis.left)},{n(y)}H{n(axis.right)}", "cap"))
    if cap:
        shapes.append(text(axis.right - 2, top - 4, cap[1], "warn-text", "end"))
    return [*shapes, *_area(numbers, axis, scale), text(axis.left + 4, top - 4, numbers.words.rate, "big")]


def _nice(value: float) -> float:
    """1, 2 or 5 times a power of ten, not below the value."""
    power = 10.0 ** floor(len(str(int(value))) - 1) if value >= 1 else 1.0
    return next(one * power for one in (1, 2, 2.5, 5, 10) if one * power >= value)


def _area(numbers: Numbers, axis: Axis, scale: Scale) -> Iterable[Shape]:
    if not numbers.settings:
        return
    until = min(numbers.now, axis.end)
    starts = [max(one.at, axis.start) for one in numbers.settings]
    d = f"M{n(axis.x(starts[0]))},{n(scale.y(0))}"
    for at, one in zip(starts, numbers.settings, strict=True):
        d += f"H{n(axis.x(min(at, until)))}V{n(scale.y(one.mg_per_h))}"
    last = numbers.settings[-1]
    d += f"H{n(axis.x(max(until, starts[-1])))}V{n(scale.y(0))}"
    yield path(d + "Z", "rate-fill")
    yield path(d, "rate")
    if numbers.planned_end and last.mg_per_h > 0 and numbers.planned_end > numbers.now:
        end = min(numbers.planned_end, axis.end)
        yield path(f"M{n(axis.x(until))},{n(scale.y(last.mg_per_h))}H{n(axis.x(end))}V{n(scale.y(0))}", "planned")
    yield from _rate_words(numbers, axis, scale)


def _rate_words(numbers: Numbers, axis: Axis, scale: Scale) -> Iterable[Shape]:
    """The newest number first: an older one that finds no room is left to the table."""
    taken = Levels(axis.left, axis.right + 1)
    for one in reversed(numbers.settings):
        if not axis.holds(one.at):
            continue
        x, width = axis.x(one.at) + 3, text_px(one.words) * 1.12
        if taken.take(min(x, axis.right - width), min(x, axis.right - width) + width) == 0:
            y = max(scale.y(one.mg_per_h) - 4, scale.top + 9)
            yield text(min(x, axis.right - width), y, one.words, "big")


def forecast(numbers: Numbers, axis: Axis, top: float, height: float) -> list[Shape]:
    """The band before the line; dashed beyond now; withdrawn with its reason."""
    band = numbers.band
    assert band is not None
    if band.withdrawn:
        return [
            rect(axis.left, top, axis.right - axis.left, height, "withdrawn"),
            text(axis.left + 4, top - 4, band.caption, ""),
            text(axis.left + 8, top + height / 2 + 4, band.withdrawn, "warn-text"),
        ]
    seen = {"": band.points, " venous": band.venous}
    shown = {css: [point for point in points if axis.holds(point.at)] for css, points in seen.items()}
    highest = max((point.high for points in shown.values() for point in points), default=1.0)
    step = _nice(highest / 2)
    scale = Scale(0, step * max(1, ceil(highest / step)), top, top + height)
    shapes = [*_levels(axis, scale, [0, scale.high])]
    for css, points in shown.items():
        if len(points) > 1:
            shapes += _site(points, numbers.now, axis, scale, css)
    return [*shapes, text(axis.left + 4, top - 4, band.caption, "")]


def _site(points: list[BandPoint], now: datetime, axis: Axis, scale: Scale, css: str) -> Iterable[Shape]:
    """One sampling site: its band, its middle line, and its letter at the peak: A above, V beneath."""
    upper = thinned([(axis.x(p.at), scale.y(p.high)) for p in points])
    lower = thinned([(axis.x(p.at), scale.y(p.low)) for p in points])
    yield path(f"{_line([*upper, *reversed(lower)])}Z", f"band{css}")
    past = [p for p in points if p.at <= now]
    ahead = [*past[-1:], *(p for p in points if p.at > now)]
    for part, end in ((past, ""), (ahead, " ahead")):
        yield path(_line(thinned([(axis.x(p.at), scale.y(p.median)) for p in part])), f"median{css}{end}")
    peak = max(points, key=lambda p: p.median)
    letter, down = ("V", 10) if css else ("A", -2)
    yield text(axis.x(peak.at) - 4, scale.y(peak.median) + down, letter)


def thinned(line: list[tuple[float, float]], within: float = 0.3) -> list[tuple[float, float]]:
    """Fewer corners: what is left out lies within so many px above or below the line that is drawn."""
    if len(line) < 3:
        return line
    (x0, y0), (x1, y1) = line[0], line[-1]
    off = [abs(y0 + (y1 - y0) * (x - x0) / (x1 - x0) - y) for x, y in line]
    far = max(range(len(line)), key=off.__getitem__)
    if off[far] <= within:
        return [line[0], line[-1]]
    return [*thinned(line[: far + 1], within)[:-1], *thinned(line[far:], within)]


def _line(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{n(x)},{n(y)}" for x, y in corners) if len(corners) > 1 else ""
