"""docs/validation.md and its pictures, from the same runs as the tests: misses as plainly as hits."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np

from clearhead.medicine.errors import ClearheadError
from clearhead.medicine.kinetics.model import load_model, model_ids
from clearhead.medicine.kinetics.validate import (
    FOLD_LIMIT,
    MEDIAN_LIMIT,
    UNJUDGED,
    Prediction,
    Score,
    Study,
    curve,
    judged,
    predictions,
    scores,
    site_note,
    studies,
    unjudged,
)

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 360, 60, 190, 44, 46
INK, MUTED, LINE = "#242c28", "#5a655f", "#d8d2c4"
COLOURS = {
    "kamp-2020": "#2c6a55", "otto-2021": "#74407e", "simons-2022": "#1f6f6b", "domino-1984": "#8d5a0b",
    "clements-1981": "#a8431a", "perez-ruixo-2021": "#4a5fa5", "hijazi-2003": "#777777",
}  # fmt: skip
FONT = "Atkinson Hyperlegible Next, system-ui, sans-serif"
ACCURACY = Path("benchmarks") / "kinetics-accuracy.txt"


def write_page(docs: Path) -> list[Path]:
    """Writes validation.md and one picture per curve that has at least four levels; returns what was written."""
    pictures = docs / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    written, shown = [], []
    for study in studies():
        for substance in dict.fromkeys(level.analyte for level in study.levels):
            if sum(level.analyte == substance for level in study.levels) < 4:
                continue
            path = pictures / f"validation-{study.id}-{substance.lower()}.svg"
            path.write_text(_picture(study, substance), encoding="utf-8")
            written.append(path)
            shown.append(f"![{study.label}: {substance} measured and predicted](pictures/{path.name})")
    path = pictures / "validation-all.svg"
    path.write_text(_scatter(predictions()), encoding="utf-8")
    page = docs / "validation.md"
    page.write_text(_page(docs, shown), encoding="utf-8")
    return [*written, path, page]


def _page(docs: Path, shown: Sequence[str]) -> str:
    found = predictions()
    parts = [
        "# Validation of the kinetics",
        "Made by `clearhead kinetics validate --write docs`; do not edit. The same runs are tests "
        "(`tests/reference/test_measured_levels.py`).",
        "## The two default models at their own sampling site",
        *(_verdict(score, passed, found) for score, passed in judged(found)),
        "Mark: median absolute error of at most "
        f"{MEDIAN_LIMIT:.0%}, and no level outside {FOLD_LIMIT}-fold except in the first ten minutes. It is a low bar: "
        "most published levels were read off figures (about 10 % error), and single people differ far more than means.",
        "## Every model, every site",
        "“Independent” counts levels of studies that the model was not fitted on and that another laboratory made. "
        "A model read at the other site is shown because that is what people do by mistake: it misses.",
        _score_table(scores(found)),
        "\n".join(f"- {model.id} ({model.shown_site}): {UNJUDGED}." for model in unjudged(found)),
        "![Predicted against measured for every model at its own site](pictures/validation-all.svg)",
        *shown,
        "## Where it misses",
        *_misses(found),
        "## Each level",
        _level_table(found),
        "## What was measured, and where it was read",
        *_sources(),
        "## Accuracy of the arithmetic",
        _accuracy(docs),
        "## What is not validated",
        _limits(),
    ]
    return "\n\n".join(parts) + "\n"


def _verdict(score: Score, passed: bool, found: Sequence[Prediction]) -> str:
    own = [p for p in found if p.model_id == score.model_id and p.study.site == score.site and p.study.counts]
    apart = [abs(p.error) for p in own if not p.fitted_on_it]
    independent = "none independent"
    if apart:
        independent = f"{len(apart)} of them independent, off by {float(np.median(apart)):.0%}"
    return (
        f"- **{load_model(score.model_id).label}** on {score.n} {score.site} levels: median absolute error "
        f"**{score.median_absolute_error:.0%}** ({_by_substance(own)}{independent}), median error "
        f"{score.median_error:+.0%}, worst {score.worst:+.0%}, {score.outside_fold} outside {FOLD_LIMIT}-fold: "
        f"**{'pass' if passed else 'FAIL'}**."
    )


def _by_substance(own: Sequence[Prediction]) -> str:
    """The same apart for each substance, where there is more than one: pooling flatters."""
    apart = [s for s in scores(own) if s.n < len(own)]
    return "".join(f"{s.analytes} {s.median_absolute_error:.0%} on {s.n}, " for s in apart)


def _score_table(found: Sequence[Score]) -> str:
    rows = ["| model | site of the levels | substance | n | independent | median error | median abs. error | worst | |"]
    rows.append("|---|---|---|---:|---:|---:|---:|---:|---|")
    for one in found:
        note = site_note(one)
        if load_model(one.model_id).site == one.site and one.median_absolute_error > MEDIAN_LIMIT:
            note = f"**misses** {note}".strip()
        rows.append(
            f"| {one.model_id} | {one.site} | {one.analytes} | {one.n} | {one.independent} | {one.median_error:+.0%} | "
            f"{one.median_absolute_error:.0%} | {one.worst:+.0%} | {note} |"
        )
    return "\n".join(rows)


def _misses(found: Sequence[Prediction]) -> list[str]:
    own = [p for p in found if load_model(p.model_id).site == p.study.site and p.study.counts]
    own = [p for p in own if abs(p.error) > 0.25]
    lines = [
        f"- {p.model_id}, `{p.study.id}`, {p.level.analyte} at {p.level.at_min:g} min: {p.predicted_ng_per_ml:.3g} for "
        f"{p.level.ng_per_ml:g} ng/mL measured ({p.error:+.0%})"
        for p in sorted(own, key=lambda p: -abs(p.error))
    ]
    return ["Every level off by more than a quarter at the model's own site:", "\n".join(lines) or "- none"]


def _level_table(found: Sequence[Prediction]) -> str:
    models = [m for m in model_ids() if any(p.model_id == m for p in found)]
    rows = ["| study | site | substance | min | measured | " + " | ".join(models) + " |"]
    rows.append("|---|---|---|---:|---:|" + "---:|" * len(models))
    for study in studies():
        for level in study.levels:
            by_model = {p.model_id: p for p in found if p.study is study and p.level is level}
            cells = [_cell(by_model.get(model_id), study) for model_id in models]
            name = study.id if study.counts else f"{study.id} (for information)"
            rows.append(
                f"| {name} | {study.site} | {level.analyte} | {level.at_min:g} | {level.ng_per_ml:g} | "
                + " | ".join(cells)
                + " |"
            )
    key = "ng/mL; * = fitted on this study, or from the same laboratory; italics = other sampling site."
    return "\n".join(rows) + "\n\n" + key


def _cell(found: Prediction | None, study: Study) -> str:
    if found is None:
        return ""
    words = f"{found.predicted_ng_per_ml:.3g}{'*' if found.fitted_on_it else ''}"
    return words if load_model(found.model_id).site == study.site else f"_{words}_"


def _sources() -> list[str]:
    lines = []
    for study in studies():
        assumed = f" Assumed: {'; '.join(study.assumed)}." if study.assumed else ""
        apart = "" if study.read_at_source else " Not read at the source: for information only."
        lines.append(f"- `{study.id}`: {study.label}. {study.source}.{assumed}{apart}")
    return ["\n".join(lines), _fitted()]


def _fitted() -> str:
    return "Fitted on:\n\n" + "\n".join(f"- {m}: {load_model(m).fitted_on}" for m in model_ids())


def _accuracy(docs: Path) -> str:
    text = (
        "Claim: error at most 1e-10 of the curve's peak everywhere, and at most 1e-10 relative wherever the level is "
        "at least 1e-6 of that peak, against compartments exponentiated with 60 digits "
        "(`python -m proofs.kinetics_accuracy`)."
    )
    path = docs / ACCURACY
    if not path.exists():
        return f"{text} The full run has not been stored yet."
    return f"{text} The stored run:\n\n```text\n{path.read_text(encoding='utf-8').strip()}\n```"


def _limits() -> str:
    return "\n".join([
        "- The people: young, healthy, mostly men, minutes to hours. No model was fitted on people with migraine.",
        "- Five-day infusions: no published levels could be read; the one long model is of ventilated children.",
        "- Inducers (carbamazepine, high-dose topiramate), CYP3A4 and CYP2B6 inhibitors, liver disease, pregnancy and "
        "obesity lie outside every model.",
        "- Two published five-day arms and one depression study with four sampling times could not be had as numbers.",
        "- Bands show how people differ in a model's own study; borrowed ones say so. For patients they are not known.",
    ])  # fmt: skip


def _picture(study: Study, substance: str) -> str:
    levels = [level for level in study.levels if level.analyte == substance]
    end = max(level.at_min for level in levels) * 1.1
    times = np.linspace(0, end, 220).tolist()
    lines = {}
    for model_id in model_ids():
        try:
            found = curve(load_model(model_id), study, substance, times)
        except ClearheadError:
            found = None
        if found is not None:
            lines[model_id] = found
    top = 1.1 * max([max(line) for line in lines.values()] + [level.ng_per_ml for level in levels])

    def place(minute: float, level: float) -> tuple[float, float]:
        return LEFT + (WIDTH - LEFT - RIGHT) * minute / end, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * level / top

    body = _frame(f"{study.label}: {substance}, {study.site}", end, top, place)
    for row, (model_id, line) in enumerate(lines.items()):
        own = load_model(model_id).site == study.site
        points = " ".join("{:.1f},{:.1f}".format(*place(t, v)) for t, v in zip(times, line, strict=True))
        look = f'stroke="{COLOURS.get(model_id, INK)}" stroke-width="{2 if own else 1}"' + (
            "" if own else ' stroke-dasharray="4 3"'
        )
        body.append(f'<polyline points="{points}" fill="none" {look}/>')
        y = TOP + 16 * row
        body.append(f'<line x1="{WIDTH - RIGHT + 12}" y1="{y}" x2="{WIDTH - RIGHT + 36}" y2="{y}" {look}/>')
        body.append(_text(WIDTH - RIGHT + 42, y + 4, model_id + ("*" if model_id in study.fitted_on_it else ""), 12))
    body += [_dot(place, level.at_min, level.ng_per_ml, level.reading_error or 0.0) for level in levels]
    body.append(_text(WIDTH - RIGHT + 12, TOP + 16 * len(lines) + 16, "dashed: other sampling site", 11))
    body.append(_text(WIDTH - RIGHT + 12, TOP + 16 * len(lines) + 32, "*: not independent", 11))
    return _svg(f"{study.label}: {substance}", body)


def _frame(title: str, end: float, top: float, place) -> list[str]:  # type: ignore[no-untyped-def]
    body = [_text(LEFT, 22, title, 15, bold=True)]
    for level in _marks(top):
        _, y = place(0, level)
        body.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{LINE}"/>')
        body.append(_text(LEFT - 8, y + 4, f"{level:g}", 11, anchor="end"))
    for minute in _marks(end / 60):
        x, _ = place(minute * 60, 0)
        body.append(_text(x, HEIGHT - BOTTOM + 18, f"{minute * 60:g}", 11, anchor="middle"))
    body.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "minutes (levels in ng/mL)", 12, anchor="middle"))
    return body


def _marks(top: float) -> list[float]:
    """Round numbers from 0 to the top, four to seven of them."""
    step = next(s for s in (0.5, 1, 2, 5, 10, 20, 50, 100, 200) if top / s <= 7)
    return [step * k for k in range(int(top / step) + 1)]


def _dot(place, minute: float, level: float, error: float) -> str:  # type: ignore[no-untyped-def]
    (x, y), (_, low), (_, high) = (
        place(minute, level),
        place(minute, level * (1 - error)),
        place(minute, level * (1 + error)),
    )
    bar = f'<line x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}" stroke="{INK}"/>' if error else ""
    return f'{bar}<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{INK}"/>'


def _scatter(found: Sequence[Prediction]) -> str:
    own = [p for p in found if load_model(p.model_id).site == p.study.site and p.study.counts]
    low, high = np.log(1.0), np.log(500.0)
    side = HEIGHT - TOP - BOTTOM

    def place(measured: float, predicted: float) -> tuple[float, float]:
        x, y = ((np.log(value) - low) / (high - low) for value in (measured, predicted))
        return LEFT + side * 1.6 * float(x), HEIGHT - BOTTOM - side * float(y)

    body = [_text(LEFT, 22, "Predicted against measured, each model at its own site (ng/mL)", 15, bold=True)]
    for fold, dash in ((1.0, ""), (FOLD_LIMIT, "3 3"), (1 / FOLD_LIMIT, "3 3")):
        (x1, y1), (x2, y2) = place(max(1, 1 / fold), max(1, fold)), place(min(500, 500 / fold), min(500, 500 * fold))
        ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        body.append(f'<line {ends} stroke="{MUTED}" stroke-dasharray="{dash or "none"}"/>')
    for mark in (1, 5, 20, 50, 100, 200, 500):
        (x, _), (_, y) = place(mark, 1), place(1, mark)
        body.append(_text(x, HEIGHT - BOTTOM + 18, f"{mark}", 11, anchor="middle"))
        body.append(_text(LEFT - 8, y + 4, f"{mark}", 11, anchor="end"))
    for p in own:
        x, y = place(p.level.ng_per_ml, p.predicted_ng_per_ml)
        colour = COLOURS.get(p.model_id, INK)
        inside = "none" if p.fitted_on_it else colour
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{inside}" stroke="{colour}" stroke-width="1.5"/>')
    for row, model_id in enumerate(dict.fromkeys(p.model_id for p in own)):
        y = TOP + 16 * row
        body.append(f'<circle cx="{WIDTH - RIGHT + 18}" cy="{y}" r="4" fill="{COLOURS.get(model_id, INK)}"/>')
        body.append(_text(WIDTH - RIGHT + 30, y + 4, model_id, 12))
    body.append(_text(WIDTH - RIGHT + 12, TOP + 150, "hollow: not independent", 11))
    body.append(_text(WIDTH - RIGHT + 12, TOP + 166, f"dashed: {FOLD_LIMIT}-fold", 11))
    return _svg("Predicted against measured levels", body)


def _svg(title: str, body: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="{FONT}">'
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fffdf8"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", ground, *body, "</svg>", ""])


def _text(x: float, y: float, words: str, size: int, *, bold: bool = False, anchor: str = "start") -> str:
    weight = ' font-weight="700"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} fill="{INK if bold else MUTED}"{weight}>{escape(words)}</text>'
