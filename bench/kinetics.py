"""Speed of the kinetics on this machine, the same work for all programs, measured in one run.

    python bench/kinetics.py [--people 10000] [--write docs/benchmarks/kinetics.md]     (or: clearhead kinetics bench)

The work: 10,000 people (Otto 2021: 3 + 2 compartments), 13 rates over 100 h, 500 output times to 120 h, both levels.
Peers run on fewer people and are scaled to people per second. Times are the best of several repeats, since other work
on the same machine can only make them longer; the median is printed beside.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
TIMES_MIN = np.linspace(0, 7200, 500)
RATES = np.random.Generator(np.random.PCG64(5)).uniform(5, 40, 13)
NAMES = ("S-ketamine", "S-norketamine")


@dataclass(frozen=True)
class Line:
    """One measured line: best and median seconds, the mark to reach, a note."""

    what: str
    best_s: float
    median_s: float
    processor_s: float  # of all threads together, least of the repeats
    mark_ms: float | None = None
    note: str = ""

    def cells(self) -> list[str]:
        """For a table row."""
        mark = "" if self.mark_ms is None else f"{self.mark_ms:g}"
        kept = "" if self.mark_ms is None else ("yes" if self.best_s * 1e3 <= self.mark_ms else "**no**")
        times = [f"{seconds * 1e3:.3g}" for seconds in (self.best_s, self.median_s, self.processor_s)]
        return [self.what, *times, mark, kept, self.note]


def timed(work: Callable[[], object], repeats: int) -> tuple[float, float, float]:
    """Best and median seconds and least processor seconds, after one unmeasured run."""
    work()
    seconds, processor = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return min(seconds), statistics.median(seconds), min(processor)


def doses():  # type: ignore[no-untyped-def]
    """Thirteen rates over 100 h; changes fall between the output times."""
    from clearhead.medicine.kinetics.doses import DoseHistory, Segment

    edges = np.linspace(0, 6000, 14)
    return DoseHistory.of("S", segments=[Segment(a, b, r) for a, b, r in zip(edges, edges[1:], RATES, strict=False)])


def values_of(people: int) -> dict[str, np.ndarray]:
    """Parameter values of the virtual people; drawing them is not part of the work."""
    from clearhead.medicine.kinetics.model import load_model
    from clearhead.medicine.kinetics.population import draw_values
    from clearhead.medicine.kinetics.seam import Person

    return draw_values(load_model("otto-2021"), Person(70.0, 30), people, 1)


def job(values: dict[str, np.ndarray], engine: str, levels: np.ndarray | None = None) -> np.ndarray:
    """From parameter values to the whole answer."""
    from clearhead.medicine.kinetics.cascade import build_cascade
    from clearhead.medicine.kinetics.model import load_model
    from clearhead.medicine.kinetics.solve import solve_into
    from clearhead.medicine.kinetics.steps import timeline

    people = values["V1"].size
    answer = np.empty((2, TIMES_MIN.size, people)) if levels is None else levels
    model = load_model("otto-2021")

    def block(who, compiled):  # type: ignore[no-untyped-def]
        return build_cascade(model, {name: value[who] for name, value in values.items()}, compiled=compiled)

    solve_into(answer, block, people, NAMES, timeline(doses(), TIMES_MIN), engine)  # type: ignore[arg-type]
    return answer


def own_lines(people: int) -> tuple[list[Line], float]:
    """The engine with and without numba, merely writing, and the quantiles."""
    from clearhead.medicine.kinetics import fast
    from clearhead.medicine.kinetics.population import quantiles

    values = values_of(people)
    answer = np.empty((2, TIMES_MIN.size, people))
    lines = [Line("NumPy alone", *timed(lambda: job(values, "numpy"), 15), 120)]
    plain = job(values, "numpy").copy()
    best = lines[0].best_s
    if fast.is_installed():
        best, median, processor = timed(lambda: job(values, "fast"), 15)
        peak = plain.max(axis=(1, 2), keepdims=True)
        same = float(np.max(np.abs(job(values, "fast") - plain) / peak))
        lines.append(
            Line("numba (`fast`)", best, median, processor, 30, f"differs from NumPy by {same:.0e} of the peak")
        )
        again = timed(lambda: job(values, "fast", answer), 9)
        lines.append(Line("numba, into memory already touched", *again, None, "no page faults"))
    lines.append(
        Line(
            "merely writing the answer",
            *timed(lambda: np.empty_like(answer).fill(1.0), 9),
            None,
            f"{answer.nbytes / 1e6:.0f} MB, fresh",
        )
    )
    lines.append(Line("merely writing, memory already touched", *timed(lambda: answer.fill(1.0), 9)))
    some = plain[0][np.linspace(0, 499, 120).astype(int)]
    lines.append(
        Line("5 quantiles at 120 times", *timed(lambda: quantiles(some, (0.05, 0.25, 0.5, 0.75, 0.95)), 5), best * 1e3)
    )
    lines.append(
        Line("5 quantiles at 500 times", *timed(lambda: quantiles(plain[0], (0.05, 0.25, 0.5, 0.75, 0.95)), 5), 120)
    )
    return lines, best


def chair_lines() -> list[Line]:
    """What a person waits for: an update, a plan, a fit."""
    from clearhead.medicine.kinetics.chairside import prepare
    from clearhead.medicine.kinetics.doses import DoseHistory, Segment
    from clearhead.medicine.kinetics.seam import Person
    from clearhead.medicine.kinetics.target import Wish, plan_target

    person = Person(70.0, 40)
    given = DoseHistory.of("racemic", segments=[Segment(0, 60, 20.0)])
    desk = prepare(given, person, "kamp-2020", now_min=60, ahead_min=range(0, 241, 4))
    wish = Wish(100.0, 60.0, 240.0, 200.0, 60.0, 200.0)
    return [
        Line("forecast update after a rate change (200 people, 61 times)", *timed(lambda: desk.at_rate(25.0), 50), 1),
        Line(
            "target plan, 50 sampled people, judged on 2,000",
            *timed(lambda: plan_target(wish, person, "kamp-2020"), 7),
            200,
        ),
        *fit_lines(),
    ]


def fit_lines() -> list[Line]:
    """A MAP update for every model: three samples, every substance the model knows, levels off the typical curve."""
    from clearhead.medicine.kinetics.bayes import Measured, fit_map
    from clearhead.medicine.kinetics.doses import DoseHistory, Segment
    from clearhead.medicine.kinetics.model import load_model, model_ids
    from clearhead.medicine.kinetics.population import typical
    from clearhead.medicine.kinetics.seam import Person
    from clearhead.medicine.kinetics.solve import solve

    lines = []
    for model in map(load_model, model_ids()):
        weight, age = min(70.0, model.weight_kg.high), min(40.0, model.age_years.high)
        person, names = Person(weight, age), [analyte.id for analyte in model.analytes]
        shot = DoseHistory.of(model.drug, segments=[Segment(0, 40, 0.5 * weight)])
        curve = solve(typical(model, person), shot, (40, 120, 300), outputs=names)
        levels = [
            Measured(at, name, float(curve[name][k, 0]) * off)
            for name in names
            for k, (at, off) in enumerate(((40, 1.25), (120, 0.85), (300, 1.15)))
        ]
        many = len(fit_map(shot, person, model.id, levels).estimates)
        what = f"MAP update, {model.label}: {many} parameters, {len(levels)} levels"
        lines.append(Line(what, *timed(partial(fit_map, shot, person, model.id, levels), 15), 30))
    return lines


PEAK = """
import sys
sys.path[:0] = [{root!r}, {root!r} + "/bench"]
import kinetics as k
def kb(name):
    return int(next(line for line in open("/proc/self/status") if line.startswith(name)).split()[1])
k.job(k.values_of(3000), {engine!r})
values = k.values_of({people})
open("/proc/self/clear_refs", "w").write("5")
idle = kb("VmRSS")
answer = k.job(values, {engine!r})
print(idle, kb("VmHWM"))
"""


def memory_lines(people: int) -> list[str]:
    """Peak resident memory over the idle process, in a fresh process each."""
    answer, lines = 2 * TIMES_MIN.size * people * 8 / 1024, []
    for engine in ("numpy", "fast") if find_spec("numba") else ("numpy",):
        code = PEAK.format(root=str(ROOT), engine=engine, people=people)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        idle, peak = map(int, done.stdout.split())
        ratio = (peak - idle) / answer
        lines.append(
            f"- {engine}: {(peak - idle) / 1024:.0f} MB over the idle process = {ratio:.2f} × the answer (mark 3)"
        )
    return lines


def disturbed() -> list[str]:
    """A plain word where other work ran beside."""
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    if load <= processors:
        return []
    return [
        f"**The machine was not quiet**: a load of {load:.1f} on {processors} processors. Wall times below are several "
        "times those of a quiet machine, and “kept” is judged on them all the same; ratios within the run are sounder.",
        "",
    ]


def report(people: int) -> str:
    """The whole measurement as Markdown."""
    own, best = own_lines(people)
    table = ["| work | best ms | median ms | processor ms | mark ms | kept | |", "|---|---:|---:|---:|---:|---|---|"]
    table += ["| " + " | ".join(line.cells()) + " |" for line in [*own, *chair_lines()]]
    touched = {line.what: line.best_s for line in own}
    writing = touched["merely writing the answer"]
    from kinetics_peers import peers

    others = peers(best, people)
    return "\n".join([
        "# Speed of the kinetics", "",
        f"Made by `python bench/kinetics.py --write FILE`. Python {platform.python_version()}, NumPy {np.__version__}, "
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the end (other work ran beside it); best and "
        "median of several repeats, and the processor time of all threads together, less disturbed by other work.", "",
        f"The work: {people:,} people, 3 + 2 compartments, 13 rates over 100 h, 500 times to 120 h, two levels, from "
        "parameter values to the finished answer.", "", *disturbed(), *table, "",
        f"Best run of ours / merely writing the answer: {best / writing:.1f}.", "",
        "## Memory", "", *memory_lines(people), "",
        "A million people, and a Dask cluster: [kinetics-million.md](kinetics-million.md).",
        "The same bench five times: [kinetics-repeats.md](kinetics-repeats.md).", "",
        "## Other programs, same work, same run", "",
        "| program | people per second | |", "|---|---:|---|", *others, "",
    ])  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; see the module's first lines."""
    parser = argparse.ArgumentParser(prog="kinetics bench", description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--write", metavar="FILE")
    asked = parser.parse_args(argv)
    text = report(asked.people)
    print(text)
    if asked.write:
        Path(asked.write).parent.mkdir(parents=True, exist_ok=True)
        Path(asked.write).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
