"""The short form of `proofs/kinetics_accuracy.py`: a few cases of every kind against 60 digits."""

from __future__ import annotations

import pytest

pytest.importorskip("mpmath")

from proofs import kinetics_accuracy


@pytest.mark.parametrize("kind", range(len(kinetics_accuracy.KINDS)), ids=kinetics_accuracy.KINDS)
def test_the_engine_keeps_ten_digits(kind: int) -> None:
    first = 2_000_000
    seeds = [first + kind + turn * len(kinetics_accuracy.KINDS) for turn in range(2)]
    worst = [kinetics_accuracy.judge(seed, compiled=False) for seed in seeds]

    assert max(max(one.of_peak, one.relative) for one in worst) <= kinetics_accuracy.CLAIM
    assert {one.kind for one in worst} == {kinetics_accuracy.KINDS[kind]}
