"""H-37: a model changes with an update. Independent solvers run with the tests, and they would notice."""

from __future__ import annotations

import pytest

from clearhead.medicine.kinetics.model import Model, model_ids
from tests.reference import test_expm as reference

pytestmark = pytest.mark.hazard("H-37")


@pytest.mark.parametrize("model_id", model_ids())
def test_our_solution_agrees_with_an_independent_one(model_id: str) -> None:
    reference.test_the_matrix_exponential_agrees(model_id)


@pytest.mark.parametrize("off", [1.0001, 0.9999])
@pytest.mark.parametrize("model_id", model_ids())
def test_a_drift_of_a_hundredth_of_a_percent_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch, model_id: str, off: float
) -> None:
    exact = reference.engine_levels

    def drifted(model: Model) -> dict[str, list[float]]:
        return {name: [level * off for level in levels] for name, levels in exact(model).items()}

    monkeypatch.setattr(reference, "engine_levels", drifted)

    with pytest.raises(AssertionError):
        reference.test_the_matrix_exponential_agrees(model_id)
