"""Any model file written down once more: amounts in compartments, straight from the flows, for general solvers.

It shares with the engine only the reading of the file and the covariates: no modes, no cascade, no closed form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from clearhead.medicine.kinetics.model import Analyte, Model
from clearhead.medicine.kinetics.people import Bodies, parameters_of
from clearhead.medicine.kinetics.seam import Person


@dataclass
class Compartments:
    """d(amount)/dt = (flows + t · drifting) amount; the dose enters compartment 0, `reads` gives levels."""

    names: list[str] = field(default_factory=list)
    flows: dict[tuple[int, int], float] = field(default_factory=dict)  # (to, from) → per hour
    drifting: dict[tuple[int, int], float] = field(default_factory=dict)
    reads: dict[str, tuple[int, float]] = field(default_factory=dict)  # analyte → compartment, ng/mL per mg

    def add(self, name: str) -> int:
        """A compartment."""
        self.names.append(name)
        return len(self.names) - 1

    def flow(self, source: int, to: int | None, per_h: float, part: float = 1.0) -> None:
        """A flow out of one compartment, of which a part (as mass) arrives in another."""
        self.flows[source, source] = self.flows.get((source, source), 0.0) - per_h
        if to is not None:
            self.flows[to, source] = self.flows.get((to, source), 0.0) + per_h * part

    def matrix(self, entries: dict[tuple[int, int], float]) -> np.ndarray:
        """Entries as a matrix."""
        found = np.zeros((len(self.names), len(self.names)))
        for (to, source), per_h in entries.items():
            found[to, source] = per_h
        return found


def compartments(model: Model, person: Person) -> Compartments:
    """The typical person of a model."""
    p = {name: float(value[0]) for name, value in parameters_of(model, Bodies.of(person)).items()}
    body, leaves = Compartments(), dict[str, tuple[int, float]]()  # analyte → where it is turned over, and how fast
    for analyte in model.analytes:
        centre = _own(body, analyte, p, leaves)
        if analyte.source is not None:
            source, per_h = leaves[analyte.source]
            _formed(body, analyte, source, per_h, centre, p)
    return body


def _own(body: Compartments, analyte: Analyte, p: dict[str, float], leaves: dict[str, tuple[int, float]]) -> int:
    """The volumes of one substance, its exchange and its loss."""
    centre, volume = body.add(analyte.id), p[analyte.volume]
    body.reads[analyte.id] = centre, 1000 / volume
    for other, flow in analyte.peripherals:
        side = body.add(f"{analyte.id} {other}")
        body.flow(centre, side, p[flow] / volume)
        body.flow(side, centre, p[flow] / p[other])
    if analyte.liver is not None:
        liver = body.add(f"{analyte.id} liver")
        body.flow(centre, liver, p[analyte.liver.flow] / volume)
        body.flow(liver, centre, p[analyte.liver.flow] / p[analyte.liver.volume])
        body.flow(liver, None, p[analyte.liver.other_per_h])
        leaves[analyte.id] = liver, p[analyte.liver.formed_per_h]
        if analyte.clearance is not None:
            body.flow(centre, None, p[analyte.clearance] / volume)
        body.flow(liver, None, p[analyte.liver.formed_per_h])
    elif analyte.clearance is not None:
        per_h = p[analyte.clearance] / volume
        body.flow(centre, None, per_h)
        leaves[analyte.id] = centre, per_h
        if analyte.drift_per_h:
            body.drifting[centre, centre] = -per_h * analyte.drift_per_h
    return centre


def _formed(body: Compartments, analyte: Analyte, source: int, per_h: float, centre: int, p: dict[str, float]) -> None:
    """What arrives from the substance before, at once or through a chain of stages."""
    part = per_h * analyte.fraction * analyte.mass_ratio
    at = source
    for number in range(analyte.stages):
        stage = body.add(f"{analyte.id} transit {number + 1}")
        body.flows[stage, at] = body.flows.get((stage, at), 0.0) + part
        per_stage = analyte.stages / p[str(analyte.mean_transit_h)]
        body.flow(stage, None, per_stage)
        at, part = stage, per_stage
    body.flows[centre, at] = body.flows.get((centre, at), 0.0) + part
