"""The slow witness: the compartments themselves, exponentiated by mpmath with 60 digits.

Nothing here is shared with the engine except the meaning of the model: amounts in compartments, one flow matrix, its
exponential for each stretch of constant rate. Doses and parameters enter as the same binary numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import mpmath
from mpmath import mp, mpf

try:
    import flint
except ImportError:  # much faster, and not needed
    flint = None

from clearhead.medicine.kinetics.doses import DoseHistory
from clearhead.medicine.kinetics.model import Model

DIGITS = 60


@dataclass
class Flows:
    """Compartments by name and the flows between them, per hour."""

    index: dict[str, int] = field(default_factory=dict)
    rates: list[tuple[str, str | None, mpf]] = field(default_factory=list)  # amount-proportional: from, to, per hour

    def add(self, name: str) -> str:
        """One more compartment."""
        self.index[name] = len(self.index)
        return name

    def flow(self, source: str, to: str | None, per_h: mpf) -> None:
        """A first-order flow; `to` None leaves the body, and `source` keeps its amount if to starts with ="""
        self.rates.append((source, to, per_h))

    def matrix(self, fed: str) -> mpmath.matrix:
        """The flow matrix with one more row that holds the constant input into `fed`."""
        n = len(self.index) + 1
        result = mp.zeros(n, n)
        for source, to, per_h in self.rates:
            j = self.index[source]
            if to is not None and to.startswith("="):  # a copy: fills `to` without draining the source
                result[self.index[to[1:]], j] += per_h
                continue
            result[j, j] -= per_h
            if to is not None:
                result[self.index[to], j] += per_h
        result[self.index[fed], n - 1] = mpf(1)
        return result


def compartments(
    model: Model, values: Mapping[str, float], effect_per_h: float | None, exposure: bool
) -> tuple[Flows, dict[str, tuple[str, mpf]]]:
    """All compartments of a model, and for each output its compartment and what to divide the amount by."""
    flows, outputs = Flows(), {}
    exact = {name: mpf(float(value)) for name, value in values.items()}
    ways_out: dict[str, list[tuple[str, mpf]]] = {}
    for analyte in model.analytes:
        centre, volume = flows.add(analyte.id), exact[analyte.volume]
        for number, (peripheral, flow) in enumerate(analyte.peripherals):
            other = flows.add(f"{analyte.id} {number}")
            flows.flow(centre, other, exact[flow] / volume)
            flows.flow(other, centre, exact[flow] / exact[peripheral])
        outputs[analyte.id] = (centre, volume / 1000)
        ways_out[analyte.id] = _way_out(flows, analyte, centre, volume, exact)
        if analyte.source is not None:
            _form(flows, analyte, ways_out[analyte.source], exact)
    for analyte in model.analytes:
        if not any(child.source == analyte.id for child in model.analytes):
            for source, per_h in ways_out[analyte.id]:
                flows.flow(source, None, per_h)
    parent = model.parent.id
    if effect_per_h is not None:
        ke0 = mpf(float(effect_per_h))
        flows.add("effect")
        flows.flow(parent, "=effect", ke0)
        flows.flow("effect", None, ke0)
        outputs["effect"] = ("effect", outputs[parent][1])
    if exposure:
        flows.add("exposure")
        flows.flow(parent, "=exposure", mpf(1))
        outputs["exposure"] = ("exposure", outputs[parent][1])
    return flows, outputs


def _way_out(flows: Flows, analyte, centre: str, volume: mpf, exact) -> list[tuple[str, mpf]]:  # type: ignore[no-untyped-def]
    if analyte.liver is None:
        return [(centre, exact[analyte.clearance] / volume)]
    liver = flows.add(f"{analyte.id} liver")
    flow = exact[analyte.liver.flow]
    flows.flow(centre, liver, flow / volume)
    flows.flow(liver, centre, flow / exact[analyte.liver.volume])
    flows.flow(liver, None, exact[analyte.liver.other_per_h])
    return [(liver, exact[analyte.liver.formed_per_h])]


def _form(flows: Flows, analyte, ways: list[tuple[str, mpf]], exact) -> None:  # type: ignore[no-untyped-def]
    share = mpf(analyte.fraction) * mpf(analyte.mass_ratio)
    targets = [flows.add(f"{analyte.id} stage {number}") for number in range(analyte.stages)] + [analyte.id]
    for source, per_h in ways:
        flows.flow(source, None, per_h)
        flows.flow(source, f"={targets[0]}", per_h * share)
    if analyte.stages:
        rate = analyte.stages / exact[analyte.mean_transit_h]
        for source, to in itertools.pairwise(targets):
            flows.flow(source, to, rate)


def exact_levels(
    model: Model,
    values: Mapping[str, float],
    history: DoseHistory,
    at_min: Sequence[float],
    *,
    effect_per_h: float | None = None,
    exposure: bool = False,
) -> dict[str, list[mpf]]:
    """Levels in ng/mL at rising times, to at least 40 digits."""
    with mp.workdps(DIGITS):
        flows, outputs = compartments(model, values, effect_per_h, exposure)
        matrix = flows.matrix(model.parent.id)
        n, centre = matrix.rows, flows.index[model.parent.id]
        state, kept = mp.zeros(n, 1), {}
        result: dict[str, list[mpf]] = {name: [] for name in outputs}
        edges = {e for s in history.segments for e in (s.start_min, s.end_min)} | {b.at_min for b in history.boluses}
        marks = sorted({0.0} | set(at_min) | {e for e in edges if e <= max(at_min)})
        for mark, before in zip(marks, [None, *marks], strict=False):
            if before is not None:
                length = mpf(mark) - mpf(before)
                middle = (mark + before) / 2
                rate = sum(mpf(s.rate_mg_per_h) for s in history.segments if s.start_min < middle < s.end_min)
                state[n - 1] = mpf(rate)
                if length not in kept:
                    kept[length] = _exponential(matrix * (length / 60))
                state = kept[length] * state
            state[centre] += sum((mpf(b.mg) for b in history.boluses if b.at_min == mark), mpf(0))
            if mark in set(at_min):
                for name, (compartment, divisor) in outputs.items():
                    result[name].append(state[flows.index[compartment]] / divisor)
        return result


def _exponential(matrix: mpmath.matrix) -> mpmath.matrix:
    """The matrix exponential: by Arb with proven bounds where python-flint is installed, else by mpmath's series."""
    if flint is None:
        return mp.expm(matrix, method="taylor")
    flint.ctx.dps = DIGITS + 15
    n = matrix.rows
    rows = [[flint.arb(mpmath.nstr(matrix[i, j], DIGITS + 10)) for j in range(n)] for i in range(n)]
    found = flint.arb_mat(rows).exp()
    return mp.matrix([[mpf(found[i, j].mid().str(DIGITS, radius=False)) for j in range(n)] for i in range(n)])
