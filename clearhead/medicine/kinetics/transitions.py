"""What a step of constant rate does to every stage, and what many like steps do at once.

A step is linear: what a stage holds afterwards is a sum of positive shares of what the stages held before, and of the
rate. Shares of two like steps follow from those of one by products and sums of positive numbers, so nothing cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearhead.medicine.kinetics.cascade import Cascade
from clearhead.medicine.kinetics.spread import held, held_passed, passed, triangular_exponential

Array = NDArray[np.float64]

NUMBERS_AT_ONCE = 80_000  # in a temporary array: such memory is used again, larger ones come fresh each time


@dataclass(frozen=True, slots=True)
class Step:
    """What each stage keeps, passes on and gains over a step of one length: (…, people)."""

    kept: Array  # (stages, people)
    share: Array  # (later stages, givers, people): what a later stage gets from each giver
    fed: Array  # (stages, people): ng/mL per mg/h held over the step
    roots: int

    @property
    def givers(self) -> int:
        """The first so many stages give: the roots in a shallow cascade, all stages in a deep one."""
        return int(self.share.shape[1])

    def walk(self, state: Array, rate_mg_per_h: float) -> None:
        """Moves a state in place: what later stages get from the givers' old state, then what all keep and gain."""
        if self.share.shape[0]:
            given = np.einsum("lgp,gp->lp", self.share, state[: self.givers])
            state *= self.kept
            state[self.roots :] += given
        else:
            state *= self.kept
        if rate_mg_per_h:
            state += self.fed * rate_mg_per_h

    def twice(self) -> Step:
        """Two such steps as one."""
        fed = self.fed.copy()
        self.walk(fed, 1.0)
        share = self.share * (self.kept[self.roots :, None] + self.kept[None, : self.givers])
        if self.givers > self.roots:
            share += np.einsum("lmp,mgp->lgp", self.share[:, self.roots :], self.share)
        return Step(self.kept * self.kept, share, fed, self.roots)

    def matrix(self) -> Array:
        """The step as (to, from, people), with the rate, which stays, before the stages."""
        stages, people = self.kept.shape
        matrix = np.zeros((1 + stages, 1 + stages, people))
        matrix[0, 0], matrix[1:, 0] = 1.0, self.fed
        matrix[range(1, 1 + stages), range(1, 1 + stages)] = self.kept
        matrix[1 + self.roots :, 1 : 1 + self.givers] += self.share
        return matrix

    def outlook(self, shown: Sequence[int], many: int) -> Array:
        """How much 1 mg/h held (entry 0) and a unit now in each stage add to the sum of some stages: (steps ahead, …).

        Built backwards, from what is shown to what it came from.
        """
        stages, people = self.kept.shape
        weights, ahead = np.empty((many, 1 + stages, people)), np.zeros((1 + stages, people))
        ahead[[1 + stage for stage in shown]] = 1.0
        for now in weights:
            np.add(ahead[0], np.einsum("sp,sp->p", ahead[1:], self.fed), now[0])
            np.multiply(ahead[1:], self.kept, now[1:])
            now[1 : 1 + self.givers] += np.einsum("lp,lgp->gp", ahead[1 + self.roots :], self.share)
            ahead = now
        return weights


@dataclass(frozen=True, slots=True)
class Spread:
    """The same for several step lengths: (lengths, …, people)."""

    kept: Array
    share: Array
    fed: Array
    roots: int

    @property
    def givers(self) -> int:
        """As of a step."""
        return int(self.share.shape[2])

    def steps(self) -> list[Step]:
        """One by one."""
        return [Step(*of_one, self.roots) for of_one in zip(self.kept, self.share, self.fed, strict=True)]


def spread_over(cascade: Cascade, lengths_h: Array) -> Spread:
    """What happens to every stage over each of the step lengths."""
    if not cascade.is_shallow():
        return _deep_spread(cascade, lengths_h)
    roots, h = cascade.roots, lengths_h[:, None, None]
    rates = cascade.rate_per_h[None, :, :]
    kept = np.exp(-rates * h)
    stays = held(rates, h)
    fed = np.zeros_like(kept)
    fed[:, :roots] = cascade.feed * stays[:, :roots]
    first, second, hh = rates[:, None, :roots], rates[:, roots:, None], h[:, None]
    share = passed(first, second, hh, kept[:, None, :roots], kept[:, roots:, None])
    gain = held_passed(first, second, hh, stays[:, None, :roots], stays[:, roots:, None], share)
    link = link_table(cascade)
    share *= link
    gain *= link * cascade.feed
    gain.sum(axis=2, out=fed[:, roots:])
    return Spread(kept, share, fed, roots)


def link_table(cascade: Cascade) -> Array:
    """Links of a shallow cascade as (later stages, roots, people)."""
    table = np.zeros((cascade.stages - cascade.roots, cascade.roots, cascade.people))
    for to, source, link in cascade.links:
        table[to - cascade.roots, source] += link
    return table


def _deep_spread(cascade: Cascade, lengths_h: Array) -> Spread:
    """The same for cascades of any depth; row 0 of each matrix is the unit input."""
    n, people, many, roots = cascade.stages, cascade.people, lengths_h.size, cascade.roots
    matrix = np.zeros((people, n + 1, n + 1))
    for i in range(n):
        matrix[:, i + 1, i + 1] = -cascade.rate_per_h[i]
    for j in range(roots):
        matrix[:, j + 1, 0] = cascade.feed[j]
    for to, source, link in cascade.links:
        matrix[:, to + 1, source + 1] += link
    kept, fed = np.empty((many, n, people)), np.empty((many, n, people))
    share = np.empty((many, n - roots, n, people))
    at_once = max(1, NUMBERS_AT_ONCE // matrix.size)
    for start in range(0, many, at_once):
        some = slice(start, start + at_once)
        moved = np.moveaxis(triangular_exponential(matrix * lengths_h[some, None, None, None]), 1, 3)
        fed[some] = moved[:, 1:, 0]
        kept[some] = np.einsum("kiip->kip", moved[:, 1:, 1:])
        share[some] = moved[:, roots + 1 :, 1:]
        share[some, np.arange(n - roots), np.arange(roots, n)] = 0.0
    return Spread(kept, share, fed, roots)
