"""The same work by other programs, where they are installed; used by `kinetics.py`. In a venv of their own:

    apt-get install gfortran cmake
    python3 -m venv PEERS && PEERS/bin/pip install numba scipy libroadrunner numbalsoda
    PEERS/bin/python bench/kinetics.py --write docs/benchmarks/kinetics.md

numbalsoda is compiled on installation, by the Fortran compiler. The tree itself needs no installation there.
"""

from __future__ import annotations

import time

import numpy as np
from kinetics import RATES, TIMES_MIN, job, values_of


def peers(best_s: float, people: int) -> list[str]:
    """Other programs on the same work, scaled to people per second, where they are installed."""
    ours = people / best_s
    rows = [("clearhead", ours, "")]
    for name, run, many, mark in PEERS:
        try:
            seconds, error = run(many)
        except ImportError as missing:
            rows.append((name, float("nan"), f"not measured: {missing}"))
            continue
        slower = ours * seconds / many
        kept = f" (mark {mark}: {'kept' if slower >= mark else '**not kept**'})" if mark else ""
        note = f"{many} people run; {slower:,.0f} × slower{kept}; error {error:.0e} of the peak"
        rows.append((name, many / seconds, note))
    return [
        f"| {name} | {rate:,.0f} | {note} |" if rate == rate else f"| {name} | – | {note} |"
        for name, rate, note in rows
    ]


def _error(found: np.ndarray, people: int) -> float:
    exact = job({name: value[:people] for name, value in values_of(people).items()}, "numpy")
    return float(np.max(np.abs(found - exact) / exact.max(axis=(1, 2), keepdims=True)))


def _constants(people: int) -> np.ndarray:
    v = values_of(people)
    return np.column_stack([
        v["CL"] / v["V1"], v["Q2"] / v["V1"], v["Q2"] / v["V2"], v["Q3"] / v["V1"], v["Q3"] / v["V3"],
        v["CLN"] / v["VN"], v["QN"] / v["VN"], v["QN"] / v["VN2"], v["V1"], v["VN"],
    ])  # fmt: skip


def _stretches() -> list[tuple[float, float, float]]:
    edges = np.linspace(0, 100, 14)
    return [(a, b, r) for a, b, r in zip(edges, edges[1:], RATES, strict=False)] + [(100.0, 120.0, 0.0)]


def _lsoda(people: int) -> tuple[float, float]:
    from scipy.integrate import solve_ivp

    hours, found = TIMES_MIN / 60, np.zeros((2, TIMES_MIN.size, people))
    start = time.perf_counter()
    for i, k in enumerate(_constants(people)):
        y = np.zeros(5)
        for a, b, rate in _stretches():

            def slope(t, y, k=k, rate=rate):  # type: ignore[no-untyped-def]
                return [
                    rate - (k[0] + k[1] + k[3]) * y[0] + k[2] * y[1] + k[4] * y[2], k[1] * y[0] - k[2] * y[1],
                    k[3] * y[0] - k[4] * y[2], k[0] * y[0] - (k[5] + k[6]) * y[3] + k[7] * y[4],
                    k[6] * y[3] - k[7] * y[4],
                ]  # fmt: skip

            at = (hours > a) & (hours <= b)
            run = solve_ivp(slope, (a, b), y, "LSODA", np.unique([*hours[at], b]), rtol=1e-8, atol=1e-10)
            inside = run.y[:, : int(at.sum())]
            found[0, at, i], found[1, at, i] = 1000 * inside[0] / k[8], 1000 * inside[3] / k[9]
            y = run.y[:, -1]
    return time.perf_counter() - start, _error(found, people)


def _roadrunner(people: int) -> tuple[float, float]:
    import roadrunner

    reactions = "".join(
        f'<reaction id="r{n}" reversible="false" fast="false">{left}{right}<kineticLaw><math xmlns='
        f'"http://www.w3.org/1998/Math/MathML"><apply><times/><ci>{k}</ci>{law}</apply></math></kineticLaw></reaction>'
        for n, (left, right, k, law) in enumerate(_flows())
    )
    species = "".join(
        f'<species id="{s}" compartment="c" initialAmount="0" hasOnlySubstanceUnits="true" boundaryCondition="false" '
        'constant="false"/>'
        for s in "abcde"
    )
    names = [f"k{i}" for i in range(8)]
    parameters = "".join(f'<parameter id="{n}" value="0" constant="false"/>' for n in [*names, "rate"])
    model = roadrunner.RoadRunner(
        '<?xml version="1.0"?><sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model>'
        '<listOfCompartments><compartment id="c" size="1" constant="true" spatialDimensions="3"/></listOfCompartments>'
        f"<listOfSpecies>{species}</listOfSpecies><listOfParameters>{parameters}</listOfParameters>"
        f"<listOfReactions>{reactions}</listOfReactions></model></sbml>"
    )
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-8, 1e-10
    model.timeCourseSelections = ["a", "d"]
    hours, found = TIMES_MIN / 60, np.zeros((2, TIMES_MIN.size, people))
    start = time.perf_counter()
    for i, k in enumerate(_constants(people)):
        model.resetAll()
        for name, value in zip(names, k[:8], strict=True):
            model[name] = float(value)
        for a, b, rate in _stretches():
            model["rate"] = float(rate)
            at = (hours > a) & (hours <= b)
            run = np.asarray(model.simulate(times=np.unique([a, *hours[at], b]).tolist()))
            inside = run[1 : 1 + int(at.sum())]
            found[0, at, i], found[1, at, i] = 1000 * inside[:, 0] / k[8], 1000 * inside[:, 1] / k[9]
    return time.perf_counter() - start, _error(found, people)


def _flows() -> list[tuple[str, str, str, str]]:
    """The ten flows as SBML fragments."""

    def side(kind: str, name: str) -> str:
        one = f'<speciesReference species="{name}" stoichiometry="1" constant="true"/>'
        return f"<listOf{kind}>{one}</listOf{kind}>" if name else ""

    flows = [
        ("", "a", "rate", ""), ("a", "d", "k0", "a"), ("a", "b", "k1", "a"), ("b", "a", "k2", "b"),
        ("a", "c", "k3", "a"), ("c", "a", "k4", "c"), ("d", "", "k5", "d"), ("d", "e", "k6", "d"),
        ("e", "d", "k7", "e"),
    ]  # fmt: skip
    return [
        (side("Reactants", one), side("Products", two), k, f"<ci>{law}</ci>" if law else "<cn>1</cn>")
        for one, two, k, law in flows
    ]


def _numbalsoda(people: int) -> tuple[float, float]:
    import numba as nb
    from numbalsoda import lsoda, lsoda_sig

    @nb.cfunc(lsoda_sig)  # type: ignore[untyped-decorator]
    def slope(t, y_, dy, p_):  # type: ignore[no-untyped-def]
        y, k = nb.carray(y_, (5,)), nb.carray(p_, (9,))
        dy[0] = k[8] - (k[0] + k[1] + k[3]) * y[0] + k[2] * y[1] + k[4] * y[2]
        dy[1] = k[1] * y[0] - k[2] * y[1]
        dy[2] = k[3] * y[0] - k[4] * y[2]
        dy[3] = k[0] * y[0] - (k[5] + k[6]) * y[3] + k[7] * y[4]
        dy[4] = k[6] * y[3] - k[7] * y[4]

    address, hours = slope.address, TIMES_MIN / 60
    stretches = np.array(_stretches())

    @nb.njit(parallel=True)  # type: ignore[untyped-decorator]
    def everyone(constants, found):  # type: ignore[no-untyped-def]
        for i in nb.prange(constants.shape[0]):
            y = np.zeros(5)
            for s in range(stretches.shape[0]):
                a, b, rate = stretches[s]
                at = np.flatnonzero((hours > a) & (hours <= b))
                times = np.concatenate((np.array([a]), hours[at], np.array([b])))
                p = np.append(constants[i, :8], rate)
                run, _ = lsoda(address, y, times, data=p, rtol=1e-8, atol=1e-10)
                found[0, at, i] = 1000 * run[1 : 1 + at.size, 0] / constants[i, 8]
                found[1, at, i] = 1000 * run[1 : 1 + at.size, 3] / constants[i, 9]
                y = run[-1].copy()

    everyone(_constants(2), np.zeros((2, TIMES_MIN.size, 2)))
    found = np.zeros((2, TIMES_MIN.size, people))
    start = time.perf_counter()
    everyone(_constants(people), found)
    return time.perf_counter() - start, _error(found, people)


PEERS = (
    ("numbalsoda", _numbalsoda, 400, 50),
    ("libRoadRunner", _roadrunner, 100, 500),
    ("SciPy LSODA", _lsoda, 8, None),
)
