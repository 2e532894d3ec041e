"""Two independent programs: SciPy's matrix exponential and its DOP853 solver."""

from __future__ import annotations

import numpy as np
import pytest

from clearhead.medicine.kinetics.cascade import build_cascade
from clearhead.medicine.kinetics.doses import DoseHistory, Segment
from clearhead.medicine.kinetics.model import load_model
from clearhead.medicine.kinetics.people import Bodies, parameters_of
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve

linalg = pytest.importorskip("scipy.linalg")
integrate = pytest.importorskip("scipy.integrate")

AT_H = np.array([0.25, 0.75, 1.5, 4.0, 9.0])
RATE_UNTIL_H = ((0.0, 0.5, 60.0), (0.5, 1.5, 20.0))


def otto() -> tuple[dict[str, float], np.ndarray]:
    """Otto's ten flows written down once more, as a matrix of amounts."""
    model = load_model("otto-2021")
    p = {name: float(value[0]) for name, value in parameters_of(model, Bodies.of(Person(82.0, 30))).items()}
    flows = np.zeros((5, 5))
    for one, two, flow, a, b in (
        (0, 1, p["Q2"], p["V1"], p["V2"]),
        (0, 2, p["Q3"], p["V1"], p["V3"]),
        (3, 4, p["QN"], p["VN"], p["VN2"]),
    ):
        flows[one, one] -= flow / a
        flows[two, one] += flow / a
        flows[two, two] -= flow / b
        flows[one, two] += flow / b
    flows[0, 0] -= p["CL"] / p["V1"]
    flows[3, 0] += p["CL"] / p["V1"]
    flows[3, 3] -= p["CLN"] / p["VN"]
    return p, flows


def ours() -> np.ndarray:
    model = load_model("otto-2021")
    cascade = build_cascade(model, parameters_of(model, Bodies.of(Person(82.0, 30))))
    history = DoseHistory.of("S", segments=[Segment(a * 60, b * 60, rate) for a, b, rate in RATE_UNTIL_H])
    found = solve(cascade, history, AT_H * 60)
    return np.column_stack([found["S-ketamine"][:, 0], found["S-norketamine"][:, 0]])


def test_the_matrix_exponential_agrees() -> None:
    p, flows = otto()
    augmented = np.zeros((6, 6))
    augmented[:5, :5], augmented[0, 5] = flows, 1.0
    levels = []
    for at in AT_H:
        state = np.zeros(6)
        for start, end, rate in (*RATE_UNTIL_H, (1.5, np.inf, 0.0)):
            state[5] = rate
            state = linalg.expm(augmented * max(0.0, min(at, end) - start)) @ state
        levels.append([1000 * state[0] / p["V1"], 1000 * state[3] / p["VN"]])

    assert ours() == pytest.approx(np.array(levels), rel=1e-12)


def test_the_ode_solver_agrees_within_its_own_tolerance() -> None:
    p, flows = otto()
    state, at, found = np.zeros(5), 0.0, []
    for time in sorted({*AT_H, *(end for _, end, _ in RATE_UNTIL_H)}):
        rate = next((rate for start, end, rate in RATE_UNTIL_H if start <= at < end), 0.0)
        enters = np.array([rate, 0, 0, 0, 0])
        run = integrate.solve_ivp(
            lambda t, y, enters=enters: flows @ y + enters, (at, time), state, "DOP853", rtol=1e-12, atol=1e-14
        )
        state, at = run.y[:, -1], time
        if time in AT_H:
            found.append([1000 * state[0] / p["V1"], 1000 * state[3] / p["VN"]])

    assert ours() == pytest.approx(np.array(found), rel=1e-9)
