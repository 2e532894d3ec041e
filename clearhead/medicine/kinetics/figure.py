"""The comparison as one SVG: a panel per group of plans, levels above, the rate below. No script, no styles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from clearhead.medicine.kinetics.compare import Comparison, Curve, DosePlan

WIDTH, LEFT, RIGHT, PANEL, LANE, GAP, TOP, FOOT = 1000, 330, 24, 118, 22, 34, 122, 78
INK, MUTED, LINE = "#242c28", "#5a655f", "#d8d2c4"
COLOUR = {"arterial": "#2c6a55", "venous": "#74407e"}
DASH = {"arterial": "", "venous": "6 3"}
FONT = "Atkinson Hyperlegible Next, system-ui, sans-serif"
SHORT_AXIS_H = 12.0


def figure_svg(found: Comparison, *, title: str = "What the stated durations mean in plasma") -> str:
    """The whole picture; the numbers belong in a table beside it (`compare.table`)."""
    groups: dict[str, list[Curve]] = {}
    for curve in found.curves:
        groups.setdefault(curve.plan.group or curve.plan.label, []).append(curve)
    groups = dict(sorted(groups.items(), key=lambda group: group[1][0].plan.doses.end_min))
    top_level = _round_up(max(max(curve.high) for curve in found.curves))
    height = TOP + len(groups) * (PANEL + LANE + GAP) + FOOT
    body: list[str] = []
    for number, (name, curves) in enumerate(groups.items()):
        body += _panel(name, curves, TOP + number * (PANEL + LANE + GAP), top_level, found)
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


def _about(found: Comparison) -> str:
    return (
        f"Plasma ketamine in ng/mL over time for {len({c.plan.group for c in found.curves})} example plans under "
        f"{' and '.join(dict.fromkeys(c.model_label for c in found.curves))}; {found.n} virtual people of "
        f"{found.person.weight_kg:g} kg."
    )


def _legend(found: Comparison) -> list[str]:
    parts, x = [], 24.0
    for label, site in dict.fromkeys((c.model_label, c.sampling_site) for c in found.curves):
        parts.append(f'<rect x="{x:g}" y="50" width="26" height="14" fill="{COLOUR[site]}" fill-opacity="0.18"/>')
        parts.append(_line([(x, 57), (x + 26, 57)], COLOUR[site], 2, DASH[site]))
        parts.append(_text(x + 33, 62, f"{label}, {site} plasma: median, 5 to 95 % of people", 13, INK))
        x += 440
    parts.append(_line([(24, 82), (50, 82)], INK, 1, "2 3"))
    marks = ", ".join(f"{level:g}" for level in (*found.watched, found.mark))
    parts.append(_text(57, 87, f"{marks} ng/mL: levels to read by, not limits. All panels share one scale.", 13, INK))
    return parts


def _panel(name: str, curves: Sequence[Curve], y: float, top_level: float, found: Comparison) -> list[str]:
    first = curves[0].plan
    end_h = max(curve.at_min[-1] for curve in curves) / 60
    hours = SHORT_AXIS_H if end_h <= SHORT_AXIS_H else end_h
    across = (WIDTH - LEFT - RIGHT) / hours

    def place(minutes: float, level: float) -> tuple[float, float]:
        return LEFT + min(minutes / 60, hours) * across, y + PANEL * (1 - level / top_level)

    parts = [*_words(name, first, y), *_axes(y, hours, across, top_level, found)]
    for curve in curves:
        if curve.plan is first:
            upper = [place(t, v) for t, v in zip(curve.at_min, curve.high, strict=True)]
            lower = [place(t, v) for t, v in zip(curve.at_min, curve.low, strict=True)]
            points = " ".join(f"{px:.1f},{py:.1f}" for px, py in [*upper, *reversed(lower)])
            parts.append(f'<polygon points="{points}" fill="{COLOUR[curve.sampling_site]}" fill-opacity="0.18"/>')
    for curve in curves:
        line = [place(t, v) for t, v in zip(curve.at_min, curve.median, strict=True)]
        bold = curve.plan is first
        parts.append(_line(line, COLOUR[curve.sampling_site], 2 if bold else 0.9, DASH[curve.sampling_site]))
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
    lines = (
        f"{found.n} virtual people of {found.person.weight_kg:g} kg, seed {found.seed}. Levels in ng/mL. "
        "Thin lines: the shortest and the longest run of the same plan.",
        "Durations as such clinics state them. No clinic states a dose: each is an assumption of its example.",
        "Models rest on healthy volunteers and short infusions; beyond about five hours both are extrapolations. "
        "No level is known to relieve migraine.",
    )
    return [_text(24, height - 52 + 17 * i, line, 12, MUTED) for i, line in enumerate(lines)]


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
