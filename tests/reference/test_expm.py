"""An independent program: SciPy's matrix exponential over amounts in compartments, for every model."""

from __future__ import annotations

import numpy as np
import pytest

from clearhead.medicine.kinetics.model import load_model, model_ids
from tests.reference.compartments import compartments
from tests.reference.witnesses import AT_H, PARTS_H, engine_levels, person_of

linalg = pytest.importorskip("scipy.linalg")


@pytest.mark.parametrize("model_id", model_ids())
def test_the_matrix_exponential_agrees(model_id: str) -> None:
    model = load_model(model_id)
    body = compartments(model, person_of(model))
    stages = len(body.names)
    augmented = np.zeros((stages + 1, stages + 1))
    augmented[:stages, :stages], augmented[0, stages] = body.matrix(body.flows), 1.0
    amounts = []
    for at in AT_H:
        state = np.zeros(stages + 1)
        for start, end, rate in PARTS_H:
            state[stages] = rate
            state = linalg.expm(augmented * max(0.0, min(at, end) - start)) @ state
        amounts.append(state)

    found = engine_levels(model)
    for name, (at, ng_per_ml) in body.reads.items():
        if (at, at) in body.drifting:
            continue  # a clearance that grows with time has no matrix exponential: see test_ode.py
        assert found[name] == pytest.approx([ng_per_ml * amount[at] for amount in amounts], rel=1e-11)
