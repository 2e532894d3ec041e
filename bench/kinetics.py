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
from importlib.util import find_spec
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
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
    lines = [Line("NumPy alone", *timed(lambda: job(values, "numpy"), 7), 120)]
    plain = job(values, "numpy").copy()
    best = lines[0].best_s
    if fast.is_installed():
        best, median, processor = timed(lambda: job(values, "fast"), 9)
        peak = plain.max(axis=(1, 2), keepdims=True)
        same = float(np.max(np.abs(job(values, "fast") - plain) / peak))
        lines.append(
            Line("numba (`fast`)", best, median, processor, 30, f"differs from NumPy by {same:.0e} of the peak")
        )
        again = timed(lambda: job(values, "fast", answer), 9)
        lines.append(Line("numba, into memory already touched", *again, None, "no page faults"))
    lines.append(
        Line("merely writing the answer", *timed(lambda: np.empty_like(answer).fill(1.0), 9), None, "80 MB, fresh")
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
    from clearhead.medicine.kinetics.bayes import Measured, fit_map
    from clearhead.medicine.kinetics.chairside import prepare
    from clearhead.medicine.kinetics.doses import DoseHistory, Segment
    from clearhead.medicine.kinetics.seam import Person
    from clearhead.medicine.kinetics.target import Wish, plan_target

    person = Person(70.0, 40)
    given = DoseHistory.of("racemic", segments=[Segment(0, 60, 20.0)])
    desk = prepare(given, person, "kamp-2020", now_min=60, ahead_min=range(0, 241, 4))
    wish = Wish(100.0, 60.0, 240.0, 200.0, 60.0, 200.0)
    shot = DoseHistory.of("S", segments=[Segment(0, 40, 35.0)])
    levels = [Measured(t, name, v) for name, row in (
        ("S-ketamine", ((40, 150.0), (120, 60.0), (300, 14.0))),
        ("S-norketamine", ((40, 40.0), (120, 70.0), (300, 40.0))),
    ) for t, v in row]  # fmt: skip
    return [
        Line("forecast update after a rate change (200 people, 61 times)", *timed(lambda: desk.at_rate(25.0), 50), 1),
        Line(
            "target plan, 50 sampled people, judged on 2,000",
            *timed(lambda: plan_target(wish, person, "kamp-2020"), 7),
            200,
        ),
        Line("MAP update, 4 parameters, 6 levels", *timed(lambda: fit_map(shot, person, "otto-2021", levels), 9), 30),
    ]


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


def peers(best_s: float, people: int) -> list[str]:
    """Other programs on the same work, scaled to people per second, where they are installed."""
    ours = people / best_s
    rows = [("clearhead", ours, "")]
    for name, run, many in PEERS:
        try:
            seconds, error = run(many)
        except ImportError as missing:
            rows.append((name, float("nan"), f"not measured: {missing}"))
            continue
        slower = ours * seconds / many
        rows.append((name, many / seconds, f"{many} people run; {slower:,.0f} × slower; error {error:.0e} of the peak"))
    return [
        f"| {name} | {rate:,.0f} | {note} |" if rate == rate else f"| {name} | – | {note} |"
        for name, rate, note in rows
    ]


def _error(found: np.ndarray, people: int) -> float:
    exact = job({name: value[:people] for name, value in values_of(people).items()}, "numpy")
    return float(np.max(np.abs(found - exact) / exact.max(axis=(1, 2), keepdims=True)))


def _constants(people: int) -> np.ndarray:
    v = values_of(people)
    return np.column_stack([
        v["CL"] / v["V1"], v["Q2"] / v["V1"], v["Q2"] / v["V2"], v["Q3"] / v["V1"], v["Q3"] / v["V3"],
        v["CLN"] / v["VN"], v["QN"] / v["VN"], v["QN"] / v["VN2"], v["V1"], v["VN"],
    ])  # fmt: skip


def _stretches() -> list[tuple[float, float, float]]:
    edges = np.linspace(0, 100, 14)
    return [(a, b, r) for a, b, r in zip(edges, edges[1:], RATES, strict=False)] + [(100.0, 120.0, 0.0)]


def _lsoda(people: int) -> tuple[float, float]:
    from scipy.integrate import solve_ivp

    hours, found = TIMES_MIN / 60, np.zeros((2, TIMES_MIN.size, people))
    start = time.perf_counter()
    for i, k in enumerate(_constants(people)):
        y = np.zeros(5)
        for a, b, rate in _stretches():

            def slope(t, y, k=k, rate=rate):  # type: ignore[no-untyped-def]
                return [
                    rate - (k[0] + k[1] + k[3]) * y[0] + k[2] * y[1] + k[4] * y[2], k[1] * y[0] - k[2] * y[1],
                    k[3] * y[0] - k[4] * y[2], k[0] * y[0] - (k[5] + k[6]) * y[3] + k[7] * y[4],
                    k[6] * y[3] - k[7] * y[4],
                ]  # fmt: skip

            at = (hours > a) & (hours <= b)
            run = solve_ivp(slope, (a, b), y, "LSODA", np.unique([*hours[at], b]), rtol=1e-8, atol=1e-10)
            inside = run.y[:, : int(at.sum())]
            found[0, at, i], found[1, at, i] = 1000 * inside[0] / k[8], 1000 * inside[3] / k[9]
            y = run.y[:, -1]
    return time.perf_counter() - start, _error(found, people)


def _roadrunner(people: int) -> tuple[float, float]:
    import roadrunner

    reactions = "".join(
        f'<reaction id="r{n}" reversible="false" fast="false">{left}{right}<kineticLaw><math xmlns='
        f'"http://www.w3.org/1998/Math/MathML"><apply><times/><ci>{k}</ci>{law}</apply></math></kineticLaw></reaction>'
        for n, (left, right, k, law) in enumerate(_flows())
    )
    species = "".join(
        f'<species id="{s}" compartment="c" initialAmount="0" hasOnlySubstanceUnits="true" boundaryCondition="false" '
        'constant="false"/>'
        for s in "abcde"
    )
    names = [f"k{i}" for i in range(8)]
    parameters = "".join(f'<parameter id="{n}" value="0" constant="false"/>' for n in [*names, "rate"])
    model = roadrunner.RoadRunner(
        '<?xml version="1.0"?><sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model>'
        '<listOfCompartments><compartment id="c" size="1" constant="true" spatialDimensions="3"/></listOfCompartments>'
        f"<listOfSpecies>{species}</listOfSpecies><listOfParameters>{parameters}</listOfParameters>"
        f"<listOfReactions>{reactions}</listOfReactions></model></sbml>"
    )
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-8, 1e-10
    model.timeCourseSelections = ["a", "d"]
    hours, found = TIMES_MIN / 60, np.zeros((2, TIMES_MIN.size, people))
    start = time.perf_counter()
    for i, k in enumerate(_constants(people)):
        model.resetAll()
        for name, value in zip(names, k[:8], strict=True):
            model[name] = float(value)
        for a, b, rate in _stretches():
            model["rate"] = float(rate)
            at = (hours > a) & (hours <= b)
            run = np.asarray(model.simulate(times=np.unique([a, *hours[at], b]).tolist()))
            inside = run[1 : 1 + int(at.sum())]
            found[0, at, i], found[1, at, i] = 1000 * inside[:, 0] / k[8], 1000 * inside[:, 1] / k[9]
    return time.perf_counter() - start, _error(found, people)


def _flows() -> list[tuple[str, str, str, str]]:
    """The ten flows as SBML fragments."""

    def side(kind: str, name: str) -> str:
        one = f'<speciesReference species="{name}" stoichiometry="1" constant="true"/>'
        return f"<listOf{kind}>{one}</listOf{kind}>" if name else ""

    flows = [
        ("", "a", "rate", ""), ("a", "d", "k0", "a"), ("a", "b", "k1", "a"), ("b", "a", "k2", "b"),
        ("a", "c", "k3", "a"), ("c", "a", "k4", "c"), ("d", "", "k5", "d"), ("d", "e", "k6", "d"),
        ("e", "d", "k7", "e"),
    ]  # fmt: skip
    return [
        (side("Reactants", one), side("Products", two), k, f"<ci>{law}</ci>" if law else "<cn>1</cn>")
        for one, two, k, law in flows
    ]


def _numbalsoda(people: int) -> tuple[float, float]:
    import numba as nb
    from numbalsoda import lsoda, lsoda_sig

    @nb.cfunc(lsoda_sig)  # type: ignore[untyped-decorator]
    def slope(t, y_, dy, p_):  # type: ignore[no-untyped-def]
        y, k = nb.carray(y_, (5,)), nb.carray(p_, (9,))
        dy[0] = k[8] - (k[0] + k[1] + k[3]) * y[0] + k[2] * y[1] + k[4] * y[2]
        dy[1] = k[1] * y[0] - k[2] * y[1]
        dy[2] = k[3] * y[0] - k[4] * y[2]
        dy[3] = k[0] * y[0] - (k[5] + k[6]) * y[3] + k[7] * y[4]
        dy[4] = k[6] * y[3] - k[7] * y[4]

    address, hours = slope.address, TIMES_MIN / 60
    stretches = np.array(_stretches())

    @nb.njit(parallel=True)  # type: ignore[untyped-decorator]
    def everyone(constants, found):  # type: ignore[no-untyped-def]
        for i in nb.prange(constants.shape[0]):
            y = np.zeros(5)
            for s in range(stretches.shape[0]):
                a, b, rate = stretches[s]
                at = np.flatnonzero((hours > a) & (hours <= b))
                times = np.concatenate((np.array([a]), hours[at], np.array([b])))
                p = np.append(constants[i, :8], rate)
                run, _ = lsoda(address, y, times, data=p, rtol=1e-8, atol=1e-10)
                found[0, at, i] = 1000 * run[1 : 1 + at.size, 0] / constants[i, 8]
                found[1, at, i] = 1000 * run[1 : 1 + at.size, 3] / constants[i, 9]
                y = run[-1].copy()

    everyone(_constants(2), np.zeros((2, TIMES_MIN.size, 2)))
    found = np.zeros((2, TIMES_MIN.size, people))
    start = time.perf_counter()
    everyone(_constants(people), found)
    return time.perf_counter() - start, _error(found, people)


PEERS = (("numbalsoda", _numbalsoda, 400), ("libRoadRunner", _roadrunner, 100), ("SciPy LSODA", _lsoda, 8))


def report(people: int) -> str:
    """The whole measurement as Markdown."""
    own, best = own_lines(people)
    table = ["| work | best ms | median ms | processor ms | mark ms | kept | |", "|---|---:|---:|---:|---:|---|---|"]
    table += ["| " + " | ".join(line.cells()) + " |" for line in [*own, *chair_lines()]]
    touched = {line.what: line.best_s for line in own}
    writing = touched["merely writing the answer"]
    others = peers(best, people)
    return "\n".join([
        "# Speed of the kinetics", "",
        f"Made by `python bench/kinetics.py --write FILE`. Python {platform.python_version()}, NumPy {np.__version__}, "
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the end (other work ran beside it); best and "
        "median of several repeats, and the processor time of all threads together, less disturbed by other work.", "",
        f"The work: {people:,} people, 3 + 2 compartments, 13 rates over 100 h, 500 times to 120 h, two levels, from "
        "parameter values to the finished answer.", "", *table, "",
        f"Best run of ours / merely writing the answer: {best / writing:.1f}.", "",
        "## Memory", "", *memory_lines(people), "",
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
