"""An independent program: SciPy's DOP853 solver over amounts in compartments, for every model and effect site."""

from __future__ import annotations

import numpy as np
import pytest

from clearhead.medicine.kinetics.effects import effects
from clearhead.medicine.kinetics.model import load_model, model_ids
from clearhead.medicine.kinetics.population import typical
from clearhead.medicine.kinetics.solve import solve
from tests.reference.compartments import Compartments, compartments
from tests.reference.witnesses import AT_H, PARTS_H, doses, engine_levels, person_of

integrate = pytest.importorskip("scipy.integrate")


def amounts(body: Compartments) -> dict[float, np.ndarray]:
    """Amounts at each time asked for."""
    flows, drifting = body.matrix(body.flows), body.matrix(body.drifting)
    state, found = np.zeros(len(body.names)), {}
    enters = np.zeros(len(body.names))
    for start, end, rate in PARTS_H:
        asked = [at for at in AT_H if start < at <= end]
        last = min(end, AT_H[-1])
        enters[0] = rate
        run = integrate.solve_ivp(
            lambda t, y: (flows + t * drifting) @ y + enters,
            (start, last), state, "DOP853", t_eval=sorted({*asked, last}), rtol=1e-12, atol=1e-14,
        )  # fmt: skip
        found |= {at: run.y[:, list(run.t).index(at)] for at in asked}
        state = run.y[:, -1]
    return found


@pytest.mark.parametrize("model_id", model_ids())
def test_the_ode_solver_agrees_within_its_own_tolerance(model_id: str) -> None:
    model = load_model(model_id)
    body = compartments(model, person_of(model))

    seen, found = amounts(body), engine_levels(model)

    assert set(found) == set(body.reads)
    for name, (at, ng_per_ml) in body.reads.items():
        assert found[name] == pytest.approx([ng_per_ml * seen[time][at] for time in AT_H], rel=1e-8)


@pytest.mark.parametrize("model_id", ["kamp-2020", "otto-2021", "perez-ruixo-2021"])
def test_the_ode_solver_agrees_on_every_effect_site(model_id: str) -> None:
    model = load_model(model_id)
    person, parent = person_of(model), model.parent.id
    for one in (one for one in effects() if one.equilibration_half_life_min > 0):
        per_h = 60 * np.log(2) / one.equilibration_half_life_min
        body = compartments(model, person)
        centre, ng_per_ml = body.reads[parent]
        site = body.add("effect site")
        body.flow(site, None, per_h)
        body.flows[site, centre] = per_h * ng_per_ml

        people = typical(model, person).with_effect_site("effect", parent, per_h)
        found = solve(people, doses(model), [at * 60 for at in AT_H], outputs=["effect"])["effect"][:, 0]

        assert found == pytest.approx([state[site] for state in amounts(body).values()], rel=1e-8)
