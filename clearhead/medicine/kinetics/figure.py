"""The comparison as one SVG: a panel per group of plans, levels above, the rate below. No script, no styles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from clearhead.medicine.kinetics.compare import Comparison, Curve, DosePlan

WIDTH, LEFT, RIGHT, PANEL, LANE, GAP, TOP, FOOT = 1000, 330, 24, 118, 22, 34, 122, 78
LEGEND_ROW, LEGEND_COLUMN, LEGEND_COLUMNS = 24, 490, 2
INK, MUTED, LINE = "#242c28", "#5a655f", "#d8d2c4"
COLOUR = {"arterial": "#2c6a55", "venous": "#74407e"}
DASHES = {
    "arterial": ("", "12 3", "12 3 2 3", "2 2", "8 2 2 2 2 2", "16 6"),
    "venous": ("6 3", "9 2 2 2", "3 4", "9 2 2 2 2 2", "14 4 4 4", "1 3"),
}
"""One per model of a site, in the order in which they come: a colour alone would not tell two models apart."""
FONT = "Atkinson Hyperlegible Next, system-ui, sans-serif"
SHORT_AXIS_H = 12.0


def figure_svg(found: Comparison, *, title: str = "What the stated durations mean in plasma") -> str:
    """The whole picture; the numbers belong in a table beside it (`compare.table`)."""
    groups = dict(sorted(_groups(found).items(), key=lambda group: group[1][0].plan.doses.end_min))
    top_level = _round_up(max(max(curve.high) for curve in found.curves))
    top = TOP + LEGEND_ROW * (_legend_rows(found) - 1)
    height = figure_height(found)
    body: list[str] = []
    for number, (name, curves) in enumerate(groups.items()):
        body += _panel(name, curves, top + number * (PANEL + LANE + GAP), top_level, found)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" font-family="{FONT}" '
        f'aria-labelledby="compare-title compare-about">',
        f'<title id="compare-title">{escape(title)}</title>',
        f'<desc id="compare-about">{escape(_about(found))}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fffdf8"/>',
        _text(24, 34, title, 20, INK, bold=True),
        *_legend(found),
        *body,
        *_foot(found, height),
        "</svg>", "",
    ])  # fmt: skip


def figure_height(found: Comparison) -> int:
    """How tall the picture is where it is WIDTH wide."""
    rows = LEGEND_ROW * (_legend_rows(found) - 1)
    return TOP + rows + len(_groups(found)) * (PANEL + LANE + GAP) + FOOT


def _groups(found: Comparison) -> dict[str, list[Curve]]:
    """The curves of each panel."""
    groups: dict[str, list[Curve]] = {}
    for curve in found.curves:
        groups.setdefault(curve.plan.group or curve.plan.label, []).append(curve)
    return groups


def _about(found: Comparison) -> str:
    return (
        f"Plasma ketamine in ng/mL over time for {len({c.plan.group for c in found.curves})} example plans under "
        f"{' and '.join(dict.fromkeys(c.model_label for c in found.curves))}; {found.n} virtual people of "
        f"{found.person.weight_kg:g} kg."
    )


Pen = tuple[str, str]  # colour and dash


def pens(found: Comparison) -> dict[str, Pen]:
    """Model → its pen: the colour tells the sampling site, the dash the model within it."""
    sites = {curve.model_label: curve.sampling_site for curve in found.curves}
    seen: dict[str, int] = {}
    chosen = {}
    for label, site in sites.items():
        place = seen[site] = seen.get(site, -1) + 1
        dashes = DASHES[site]
        chosen[label] = (COLOUR[site], dashes[place] if place < len(dashes) else f"{place} 3 1 3")
    return chosen


def _legend_rows(found: Comparison) -> int:
    return -(-len(pens(found)) // LEGEND_COLUMNS)


def _legend(found: Comparison) -> list[str]:
    parts, sites = [], {curve.model_label: curve.sampling_site for curve in found.curves}
    for place, (label, (colour, dash)) in enumerate(pens(found).items()):
        row, column = divmod(place, LEGEND_COLUMNS)
        x, y = 24.0 + column * LEGEND_COLUMN, 57.0 + row * LEGEND_ROW
        parts.append(f'<rect x="{x:g}" y="{y - 7:g}" width="40" height="14" fill="{colour}" fill-opacity="0.18"/>')
        parts.append(_line([(x, y), (x + 40, y)], colour, 2, dash))
        parts.append(_text(x + 47, y + 5, f"{label}, {sites[label]} plasma: median, 5 to 95 % of people", 13, INK))
    y = 57.0 + _legend_rows(found) * LEGEND_ROW + 1
    parts.append(_line([(24, y), (64, y)], INK, 1, "2 3"))
    marks = ", ".join(f"{level:g}" for level in (*found.watched, found.mark))
    parts.append(
        _text(71, y + 5, f"{marks} ng/mL: levels to read by, not limits. All panels share one scale.", 13, INK)
    )
    return parts


def _panel(name: str, curves: Sequence[Curve], y: float, top_level: float, found: Comparison) -> list[str]:
    first = curves[0].plan
    end_h = max(curve.at_min[-1] for curve in curves) / 60
    hours = SHORT_AXIS_H if end_h <= SHORT_AXIS_H else end_h
    across = (WIDTH - LEFT - RIGHT) / hours

    def place(minutes: float, level: float) -> tuple[float, float]:
        return LEFT + min(minutes / 60, hours) * across, y + PANEL * (1 - level / top_level)

    parts, pen = [*_words(name, first, y), *_axes(y, hours, across, top_level, found)], pens(found)
    for curve in curves:
        if curve.plan is first:
            upper = [place(t, v) for t, v in zip(curve.at_min, curve.high, strict=True)]
            lower = [place(t, v) for t, v in zip(curve.at_min, curve.low, strict=True)]
            points = " ".join(f"{px:.1f},{py:.1f}" for px, py in [*upper, *reversed(lower)])
            parts.append(f'<polygon points="{points}" fill="{pen[curve.model_label][0]}" fill-opacity="0.18"/>')
    for curve in curves:
        line = [place(t, v) for t, v in zip(curve.at_min, curve.median, strict=True)]
        colour, dash = pen[curve.model_label]
        parts.append(_line(line, colour, 2 if curve.plan is first else 0.9, dash))
    return [*parts, *_lane(first, y + PANEL + 4, hours, across)]


def _words(name: str, plan: DosePlan, y: float) -> list[str]:
    parts = [_text(24, y + 16, name, 15, INK, bold=True)]
    if plan.span:
        parts.append(_text(24, y + 36, plan.span, 13, INK))
    return parts + [_text(24, y + 55 + 16 * i, line, 12, MUTED) for i, line in enumerate(_wrapped(plan.assumption, 40))]


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _axes(y: float, hours: float, across: float, top_level: float, found: Comparison) -> list[str]:
    parts = [_line([(LEFT, y), (LEFT, y + PANEL), (WIDTH - RIGHT, y + PANEL)], LINE, 1)]
    for level in (0.0, top_level / 2, top_level):
        at = y + PANEL * (1 - level / top_level)
        parts.append(_text(LEFT - 6, at + 4, f"{level:g}", 11, MUTED, anchor="end"))
    for level in (*found.watched, found.mark):
        at = y + PANEL * (1 - level / top_level)
        parts.append(_line([(LEFT, at), (WIDTH - RIGHT, at)], INK, 0.5, "2 3"))
    unit, size = ("days", 24.0) if hours > 24 else ("h", 1.0)
    last = int(hours / size)
    for tick in range(last + 1):
        x, words = LEFT + tick * size * across, f"{tick}" if tick < last else f"{tick} {unit}"
        parts.append(_text(x, y + PANEL + LANE + 18, words, 11, MUTED, anchor="middle" if tick < last else "end"))
    return parts


def _lane(plan: DosePlan, y: float, hours: float, across: float) -> list[str]:
    most = max((s.rate_mg_per_h for s in plan.doses.segments), default=0.0)
    parts = []
    for segment in plan.doses.segments:
        tall = (LANE - 6) * segment.rate_mg_per_h / most if most else 0.0
        x, wide = LEFT + segment.start_min / 60 * across, (segment.end_min - segment.start_min) / 60 * across
        box = f'x="{x:.1f}" y="{y + LANE - 6 - tall:.1f}" width="{max(wide, 1):.1f}" height="{tall:.1f}"'
        parts.append(f'<rect {box} fill="{MUTED}" fill-opacity="0.45"/>')
    if most:
        parts.append(_text(LEFT - 6, y + LANE - 7, f"rate, top {most:.3g} mg/h", 11, MUTED, anchor="end"))
    return parts


def _foot(found: Comparison, height: float) -> list[str]:
    people = f"{found.n} virtual people of {found.person.weight_kg:g} kg, seed {found.seed}. Levels in ng/mL."
    lines = (
        f"{people} Thin lines: the shortest and the longest run of the same plan."
        if _has_thin_lines(found)
        else people,
        "Durations as such clinics state them. No clinic states a dose: each is an assumption of its example.",
        "Models rest on healthy volunteers and short infusions; beyond about five hours both are extrapolations. "
        "No level is known to relieve migraine.",
    )
    return [_text(24, height - 52 + 17 * i, line, 12, MUTED) for i, line in enumerate(lines)]


def _has_thin_lines(found: Comparison) -> bool:
    """Whether some panel shows more than one run of its plan."""
    return any(len({curve.plan.label for curve in curves}) > 1 for curves in _groups(found).values())


def _text(x: float, y: float, words: str, size: int, fill: str, *, bold: bool = False, anchor: str = "start") -> str:
    weight = ' font-weight="700"' if bold else ""
    at = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {at} fill="{fill}"{weight}>{escape(words)}</text>'


def _line(points: Iterable[tuple[float, float]], colour: str, width: float, dash: str = "") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashed}/>'


def _round_up(level: float) -> float:
    for step in (50, 100, 200, 300, 400, 500, 600, 800, 1000, 1500, 2000, 3000, 5000, 10000):
        if level <= step:
            return float(step)
    return level
