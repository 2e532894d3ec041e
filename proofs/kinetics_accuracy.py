"""Ten thousand random and adversarial cases against a 60-digit reference.

    python -m proofs.kinetics_accuracy [--cases 10000] [--seed 1] [--workers 2]

Claim: |error| ≤ 1e-10 of the curve's peak everywhere, and relative error ≤ 1e-10 wherever the level is at least 1e-6
of that peak, by NumPy and (where the `fast` extra is installed) by the compiled code. Prints the worst of each kind of
case; exit status 1 if the claim fails.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from mpmath import mp, mpf

from clearhead.medicine.kinetics import fast
from clearhead.medicine.kinetics.cascade import build_cascade
from clearhead.medicine.kinetics.doses import Bolus, DoseHistory, Segment
from clearhead.medicine.kinetics.model import Analyte, Liver, Model, Range, Residual
from clearhead.medicine.kinetics.solve import solve
from proofs.kinetics_reference import exact_levels

CLAIM = 1e-10
RELATIVE_FROM = 1e-6
GRID = 97  # times
NOTHING = Residual(0.0, 0.0, 0.0, None)
KINDS = ("ordinary", "wild", "near-equal", "zero", "long", "same minute", "liver", "deep")


@dataclass(frozen=True)
class Case:
    """One synthetic model with one dose history."""

    kind: str
    model: Model
    values: dict[str, float]
    history: DoseHistory
    asked_min: tuple[float, ...]
    at_min: tuple[float, ...]  # those of them that are judged
    effect_per_h: float | None


@dataclass(frozen=True)
class Worst:
    """Largest errors of one case."""

    kind: str
    seed: int
    of_peak: float
    relative: float


def make_case(seed: int) -> Case:
    """A case from its number alone."""
    dice = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    spread = {"ordinary": 0.7, "near-equal": 0.7, "same minute": 0.7}.get(kind, 2.5)
    peripherals = dice.choice((0, 1, 2)) if kind != "deep" else dice.choice((1, 2))
    values: dict[str, float] = {}

    def draw(name: str, middle: float) -> str:
        values[name] = middle * math.exp(dice.gauss(0, spread))
        return name

    analytes = [_analyte(dice, draw, "parent", None, peripherals, liver=kind == "liver")]
    for number in range(2 if kind == "deep" else dice.choice((0, 1, 1))):
        source = analytes[-1].id
        analytes.append(
            _analyte(dice, draw, f"metabolite {number}", source, dice.choice((0, 1, 2)), deep=kind == "deep")
        )
    effect = math.exp(dice.gauss(1.5, 1.5)) if dice.random() < 0.6 else None
    if kind == "near-equal":
        effect = _bring_together(dice, values, effect)
    if kind == "zero":
        for name in dice.sample(sorted(n for n in values if n[0] in "CQ"), k=min(2, len(values) // 2)):
            values[name] = 0.0
    history, times = _doses(dice, kind)
    asked = times
    if dice.random() < 0.5:  # an even grid, which the engine walks in leaps
        grid = np.linspace(0, times[-1], GRID).tolist()
        asked = tuple(sorted({*times, *grid}))
        times = tuple(sorted({*times, *dice.sample(grid, 3)}))
    return Case(kind, _model(analytes), values, history, asked, times, effect)


def _analyte(dice, draw, name, source, peripherals, *, liver=False, deep=False) -> Analyte:  # type: ignore[no-untyped-def]
    tag = name[-1]
    parts = tuple((draw(f"V{tag}{i}", 80.0), draw(f"Q{tag}{i}", 80.0)) for i in range(peripherals))
    stages = dice.choice((1, 2, 3)) if deep else 0
    organ = None
    if liver:
        organ = Liver(draw(f"V{tag}h", 60.0), draw(f"Q{tag}h", 100.0), draw(f"E{tag}o", 1.0), draw(f"E{tag}f", 2.0))
    return Analyte(
        name, source, dice.choice((1.0, 0.8, 0.3)) if source else 1.0, 0.941 if source else 1.0, stages,
        draw(f"T{tag}", 0.3) if stages else None, draw(f"V{tag}", 40.0), None if liver else draw(f"C{tag}", 70.0),
        parts, organ, 0.0, NOTHING,
    )  # fmt: skip


def _bring_together(dice: random.Random, values: dict[str, float], effect: float | None) -> float | None:
    """Makes rates meet: a metabolite like its parent, two alike exchanges, an effect site as slow as clearance."""
    gap = 10.0 ** dice.uniform(-16, -2) * dice.choice((-1, 0, 1))
    for name in list(values):
        if name[1:2] == "0" and f"{name[0]}t{name[2:]}" in values:
            values[name] = values[f"{name[0]}t{name[2:]}"] * (1 + gap)
    if {"Qt0", "Qt1"} <= values.keys() and dice.random() < 0.5:
        values["Qt1"] = values["Qt0"] / values["Vt0"] * values["Vt1"] * (1 + gap)
    if {"Vt", "Ct"} <= values.keys() and not {"Qt0"} & values.keys():
        return values["Ct"] / values["Vt"] * (1 + gap)
    return effect


def _doses(dice: random.Random, kind: str) -> tuple[DoseHistory, tuple[float, ...]]:
    hours = dice.choice((200.0, 700.0)) if kind == "long" else 10.0 ** dice.uniform(-0.5, 1.3)
    total = hours * 60
    marks = sorted(round(dice.uniform(0, total * 0.6), 1) for _ in range(dice.choice((2, 3, 4))))
    if kind == "same minute":
        marks = [float(round(mark)) for mark in marks] + [0.0, float(round(marks[0]))]
        marks.sort()
    segments = [Segment(a, b, dice.uniform(0, 60)) for a, b in itertools.pairwise(marks) if dice.random() < 0.7]
    boluses = [Bolus(mark, dice.uniform(0.1, 30)) for mark in marks if dice.random() < 0.5] or [Bolus(0.0, 5.0)]
    late = dice.choice((0.05, 0.3, 0.9))
    times = {
        *marks,
        *(bolus.at_min for bolus in boluses),
        round(marks[-1] + late * (total - marks[-1]), 1),
        round(total, 1),
        round(marks[0] + 0.1, 1),
    }
    if kind == "long":  # else a fast drug is gone before the first look, and its peak with it
        times |= {bolus.at_min + after for bolus in boluses for after in (1.0, 20.0)}
    return DoseHistory.of("S", segments=segments, boluses=boluses), tuple(sorted(times))


def _model(analytes: list[Analyte]) -> Model:
    everyone = Range(0, 1000, "synthetic")
    return Model(
        "synthetic", "Synthetic", 1, "S", "arterial", {"S": "fitted"}, "", "", "", "", "", everyone, everyone,
        None, None, False, 1e9, {}, tuple(analytes), {}, (), None, (), "",
    )  # fmt: skip


def judge(seed: int, *, compiled: bool = True) -> Worst:
    """Runs one case through engine and reference."""
    case = make_case(seed)
    values = {name: np.array([value]) for name, value in case.values.items()}
    cascade = build_cascade(case.model, values)
    if case.effect_per_h is not None:
        cascade = cascade.with_effect_site("effect", "parent", case.effect_per_h)
    cascade = cascade.with_exposure("exposure", "parent")
    exact = exact_levels(
        case.model, case.values, case.history, case.at_min, effect_per_h=case.effect_per_h, exposure=True
    )
    found = [solve(cascade, case.history, case.asked_min, outputs=list(exact), engine="numpy")]
    if compiled and fast.is_installed():  # one by one, so that the narrow kernels get their share
        alone = [solve(cascade, case.history, case.asked_min, outputs=[name], engine="fast") for name in exact]
        found.append({name: levels for one in alone for name, levels in one.items()})
    rows = np.searchsorted(case.asked_min, case.at_min)
    errors = [_errors(ours[name][rows, 0], truth) for ours in found for name, truth in exact.items()]
    return Worst(case.kind, seed, max(one for one, _ in errors), max(other for _, other in errors))


def _errors(levels: Iterable[float], truth: Sequence[mpf]) -> tuple[float, float]:
    """Largest error as a share of the peak, and largest relative error where the level is not small."""
    peak, of_peak, relative = max(truth), 0.0, 0.0
    with mp.workdps(50):
        for level, true in zip(levels, truth, strict=True):
            error = abs(mpf(float(level)) - true)
            of_peak = max(of_peak, float(error / peak) if peak else 0.0)
            if peak and true >= RELATIVE_FROM * peak:
                relative = max(relative, float(error / true))
    return of_peak, relative


def run(cases: int, seed: int, workers: int) -> list[Worst]:
    """All cases, in their order."""
    seeds = range(seed * 1_000_000, seed * 1_000_000 + cases)
    if workers < 2:
        return [judge(one) for one in seeds]
    with ProcessPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(judge, seeds, chunksize=50))


def main(argv: list[str] | None = None) -> int:
    """Command line; see the module's first lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(argv)
    results = run(asked.cases, asked.seed, asked.workers)
    by_kind: dict[str, list[Worst]] = defaultdict(list)
    for result in results:
        by_kind[result.kind].append(result)
    print(f"{'kind':12} {'cases':>6} {'worst of peak':>14} {'worst relative':>15}  seed")
    for kind, found in by_kind.items():
        worst = max(found, key=lambda one: max(one.of_peak, one.relative))
        print(
            f"{kind:12} {len(found):6} {max(w.of_peak for w in found):14.1e} {max(w.relative for w in found):15.1e}"
            f"  {worst.seed}"
        )
    failed = [r for r in results if not (r.of_peak <= CLAIM and r.relative <= CLAIM)]
    by = "NumPy and compiled code" if fast.is_installed() else "NumPy alone"
    print(
        f"{by}: {len(failed)} of {len(results)} cases outside {CLAIM:g}"
        + (f": seeds {[f.seed for f in failed[:10]]}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
