"""A model and its parameters as a cascade of first-order stages, for many people at once.

Stage 0…r-1 are the modes of the drug given; every later stage is fed by earlier ones only: modes of a metabolite,
transit stages, an effect site, an exposure (a stage that never empties). States are in ng/mL (transit stages in
µg), so that the level of an analyte is the plain sum of its stages. All numbers are positive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.kinetics.drift import Drift
from clearhead.medicine.kinetics.model import Analyte, Model
from clearhead.medicine.kinetics.modes import mammillary_modes

Array = NDArray[np.float64]

UG_PER_MG = 1000.0  # 1 mg/L = 1000 ng/mL


@dataclass(frozen=True, slots=True)
class Cascade:
    """Stages × people. `links` holds (to, from, per hour); a link always runs from an earlier stage to a later."""

    rate_per_h: Array  # (stages, people): how fast each stage empties
    feed: Array  # (roots, people): ng/mL that 1 mg adds to each root stage
    links: tuple[tuple[int, int, Array], ...]
    outputs: Mapping[str, tuple[int, ...]]  # analyte, effect site or exposure → the stages that add up to it
    drifts: Mapping[str, Drift] = field(default_factory=dict)  # analytes whose clearance changes with time

    @property
    def stages(self) -> int:
        """Number of stages."""
        return int(self.rate_per_h.shape[0])

    @property
    def roots(self) -> int:
        """Number of stages that a dose reaches directly."""
        return int(self.feed.shape[0])

    @property
    def people(self) -> int:
        """Number of people."""
        return int(self.rate_per_h.shape[1])

    def of(self, who: slice) -> Cascade:
        """The same cascade for some of the people."""
        links = tuple((to, source, rate[who]) for to, source, rate in self.links)
        drifts = {name: drift.of(who) for name, drift in self.drifts.items()}
        return Cascade(self.rate_per_h[:, who], self.feed[:, who], links, self.outputs, drifts)

    def only(self, names: Sequence[str]) -> Cascade:
        """Without the stages that do not lead to these outputs."""
        needed = {stage for name in names for stage in self.outputs[name]} | set(range(self.roots))
        for to, source, _ in sorted(self.links, key=lambda link: -link[0]):
            if to in needed:
                needed.add(source)
        if len(needed) == self.stages:
            return self
        place = {stage: number for number, stage in enumerate(sorted(needed))}
        links = tuple((place[to], place[source], rate) for to, source, rate in self.links if to in needed)
        outputs = {
            name: tuple(place[s] for s in stages) for name, stages in self.outputs.items() if needed >= {*stages}
        }
        return Cascade(self.rate_per_h[sorted(needed)], self.feed, links, outputs, self.drifts)

    def is_shallow(self) -> bool:
        """Whether every later stage is fed by root stages only, so that short formulas apply."""
        return all(source < self.roots for _, source, _ in self.links)

    def with_effect_site(self, name: str, analyte: str, equilibration_per_h: Array | float) -> Cascade:
        """One more stage that follows an analyte with the given rate; it reads in ng/mL like plasma."""
        rate = np.broadcast_to(np.asarray(equilibration_per_h, dtype=np.float64), (self.people,))
        return self.with_stage(name, rate, [(source, rate) for source in self.outputs[analyte]])

    def with_exposure(self, name: str, analyte: str) -> Cascade:
        """One more stage that gathers an analyte: the area under its curve in ng·h/mL."""
        one = np.ones(self.people)
        return self.with_stage(name, np.zeros(self.people), [(source, one) for source in self.outputs[analyte]])

    def with_stage(self, name: str, rate: Array, fed: Sequence[tuple[int, Array]]) -> Cascade:
        """One more stage with its rate of emptying and the stages that feed it (per hour)."""
        at = self.stages
        return replace(
            self,
            rate_per_h=np.vstack([self.rate_per_h, rate[None, :]]),
            links=self.links + tuple((at, source, strength) for source, strength in fed),
            outputs={**self.outputs, name: (at,)},
        )


def build_cascade(model: Model, values: Mapping[str, Array], *, compiled: bool = False) -> Cascade:
    """The cascade of all analytes of a model for people with these parameter values."""
    rates, weights = _modes(model.parent, values, compiled)
    built = Cascade(rates, weights * UG_PER_MG, (), {model.parent.id: tuple(range(rates.shape[0]))})
    by_id = {analyte.id: analyte for analyte in model.analytes}
    for analyte in model.analytes[1:]:
        built, fed = _leaving(built, by_id[str(analyte.source)], values)
        if analyte.drift_per_h:
            built = _add_drifting(built, analyte, values, fed[0][1])
        else:
            built = _add_metabolite(built, analyte, values, fed, compiled)
    return built


def _add_drifting(built: Cascade, analyte: Analyte, values: Mapping[str, Array], formation: Array) -> Cascade:
    """An analyte of one volume whose clearance grows with time; no stage, see `drift.py`."""
    volume = values[analyte.volume]
    source = str(analyte.source)
    formed = formation * analyte.fraction * analyte.mass_ratio / volume
    drift = Drift(source, formed, values[str(analyte.clearance)] / volume, analyte.drift_per_h)
    return replace(built, drifts={**built.drifts, analyte.id: drift})


Fed = list[tuple[int, Array]]


def _leaving(built: Cascade, analyte: Analyte, values: Mapping[str, Array]) -> tuple[Cascade, Fed]:
    """How an analyte leaves: feeding stages with their flow (µg/h per unit of stage); a liver is a stage of its own."""
    if analyte.liver is None:
        clearance = values[str(analyte.clearance)]
        return built, [(stage, clearance) for stage in built.outputs[analyte.id]]
    volume, flow = values[analyte.liver.volume], values[analyte.liver.flow]
    formed = values[analyte.liver.formed_per_h]
    rate = flow / volume + values[analyte.liver.other_per_h] + formed
    built = built.with_stage(f"{analyte.id} in liver", rate, [(s, flow / volume) for s in built.outputs[analyte.id]])
    return built, [(built.stages - 1, formed * volume)]


def _add_metabolite(built: Cascade, analyte: Analyte, values: Mapping[str, Array], fed: Fed, compiled: bool) -> Cascade:
    fed = [(stage, flow * analyte.fraction * analyte.mass_ratio) for stage, flow in fed]
    if analyte.stages:
        rate = analyte.stages / values[str(analyte.mean_transit_h)]
        for number in range(analyte.stages):
            built = built.with_stage(f"{analyte.id} transit {number + 1}", rate, fed)
            fed = [(built.stages - 1, rate)]
    rates, weights = _modes(analyte, values, compiled)
    first = built.stages
    for rate, weight in zip(rates, weights, strict=True):
        built = built.with_stage(analyte.id, rate, [(stage, flow * weight) for stage, flow in fed])
    return replace(built, outputs={**built.outputs, analyte.id: tuple(range(first, built.stages))})


def _modes(analyte: Analyte, values: Mapping[str, Array], compiled: bool) -> tuple[Array, Array]:
    central = values[analyte.volume]
    volumes = [values[volume] for volume, _ in analyte.peripherals]
    flows = [values[flow] for _, flow in analyte.peripherals]
    lost = [np.zeros_like(central) for _ in flows] if analyte.liver else []
    clearance = np.zeros_like(central) if analyte.clearance is None else values[analyte.clearance]
    if analyte.liver is not None:
        volumes.append(values[analyte.liver.volume])
        flows.append(values[analyte.liver.flow])
        lost.append(values[analyte.liver.other_per_h] + values[analyte.liver.formed_per_h])
    shape = (len(flows), central.size)
    return mammillary_modes(
        central_l=central,
        clearance_l_per_h=clearance,
        flow_l_per_h=np.array(flows).reshape(shape),
        volume_l=np.array(volumes).reshape(shape),
        lost_per_h=np.array(lost).reshape(shape) if analyte.liver else None,
        compiled=compiled,
    )
