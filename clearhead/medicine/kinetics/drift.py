"""An analyte whose clearance grows while the drug runs (Flint 2017): one stage, integrated to the last digits.

With rate k (1 + s t) the level is the integral of what was formed at u, times exp(-(K(t) - K(u))), where
K(t) = k (t + s t² / 2). The kernel is negligible after 50/k; what remains is cut at every dose event and into pieces
of at most 2/k, each with a 12-point Gauss rule (error below 1e-14 of the integral).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.kinetics.doses import DoseHistory

Array = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
REACH, PIECE = 50.0, 2.0
PEOPLE_TIMES = 20_000  # taken together: one look at the source for all, in bounded memory


@dataclass(frozen=True, slots=True)
class Drift:
    """Formation and clearance of a drifting analyte, per person."""

    source: str  # the output that forms it
    formed: Array  # its ng/mL per hour for each ng/mL of the source
    rate_per_h: Array  # at time zero
    growth_per_h: float

    def of(self, who: slice) -> Drift:
        """The same for some of the people."""
        return Drift(self.source, self.formed[who], self.rate_per_h[who], self.growth_per_h)


def drifting_levels(
    drift: Drift, history: DoseHistory, at_min: Sequence[float] | Array, level_at: Callable[[Array], Array]
) -> Array:
    """Levels (times, people); `level_at` gives the source's exact level (times, people) at any times in minutes."""
    result = np.empty((len(at_min), drift.rate_per_h.size))
    events = np.array(
        [e for s in history.segments for e in (s.start_min, s.end_min)] + [b.at_min for b in history.boluses]
    )
    together = max(1, PEOPLE_TIMES // drift.rate_per_h.size)
    for first in range(0, len(at_min), together):
        some = slice(first, first + together)
        result[some] = _levels(drift, events / 60, np.asarray(at_min[some], dtype=np.float64) / 60, level_at)
    return result


def _levels(drift: Drift, events_h: Array, at_h: Array, level_at: Callable[[Array], Array]) -> Array:
    """The same for a few times, with one look at the source for all of them."""
    slowest, fastest, growth = float(drift.rate_per_h.min()), float(drift.rate_per_h.max()), drift.growth_per_h
    asked = [_nodes(_edges(float(now), events_h, slowest, fastest, growth)) for now in at_h]
    ends = np.cumsum([nodes.size for nodes, _ in asked])
    sources = np.split(level_at(np.concatenate([nodes for nodes, _ in asked]) * 60), ends[:-1])
    found = np.empty((at_h.size, drift.rate_per_h.size))
    for row, (now, (nodes, weights), source) in enumerate(zip(at_h, asked, sources, strict=True)):
        passed = (now - nodes) * (1 + 0.5 * growth * (now + nodes))
        kernel = np.exp(-drift.rate_per_h * passed[:, None]) * weights[:, None]
        found[row] = drift.formed * np.einsum("np,np->p", kernel, source)
    return found


def _nodes(edges: Array) -> tuple[Array, Array]:
    """Where the source is looked at between the edges, in h, and with which weight."""
    half = 0.5 * np.diff(edges)
    return (edges[:-1, None] + half[:, None] * (1 + _NODES)).ravel(), (half[:, None] * _WEIGHTS).ravel()


def _edges(now: float, events: Array, slowest: float, fastest: float, growth: float) -> Array:
    start = max(0.0, now - REACH / slowest) if slowest > 0 else 0.0
    piece = PIECE / (fastest * (1 + growth * now)) if fastest > 0 else max(now, 1e-9)
    inner = events[(events > start) & (events < now)]
    corners = np.unique(np.concatenate([[start], inner, [now]]))
    cut = [np.linspace(a, b, int(np.ceil((b - a) / piece)) + 1)[:-1] for a, b in itertools.pairwise(corners)]
    return np.concatenate([*cut, [now]]) if cut else np.zeros(0)
