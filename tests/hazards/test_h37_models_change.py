"""H-37: a model changes with an update. Independent solvers run with the tests, and they would notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.reference import test_scipy as reference

pytestmark = pytest.mark.hazard("H-37")


def test_our_solution_agrees_with_an_independent_one() -> None:
    reference.test_the_matrix_exponential_agrees()


@pytest.mark.parametrize("off", [1.0001, 0.9999])
def test_a_drift_of_a_hundredth_of_a_percent_would_be_noticed(monkeypatch: pytest.MonkeyPatch, off: float) -> None:
    ours: Callable[[], Any] = reference.ours
    monkeypatch.setattr(reference, "ours", lambda: ours() * off)

    with pytest.raises(AssertionError):
        reference.test_the_matrix_exponential_agrees()
