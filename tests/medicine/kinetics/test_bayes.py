"""Measured levels pull the curve to the person; scores of effect never do."""

from __future__ import annotations

import numpy as np
import pytest

from clearhead.medicine.errors import Missing, OutOfRange, Refused
from clearhead.medicine.kinetics.bayes import Measured, fit_map, read_measured
from clearhead.medicine.kinetics.cascade import build_cascade
from clearhead.medicine.kinetics.doses import DoseHistory, Segment
from clearhead.medicine.kinetics.model import load_model
from clearhead.medicine.kinetics.people import Bodies, parameters_of
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve

PETRA = Person(70.0, 30)
SHOT = DoseHistory.of("S", segments=[Segment(0, 40, 35.0)])
OTTO = load_model("otto-2021")
TIMES = (20.0, 40.0, 80.0, 150.0, 300.0)


def truth(deviations: dict[str, float]) -> dict[str, np.ndarray]:
    drawn = {name: np.array([value]) for name, value in deviations.items()}
    return solve(build_cascade(OTTO, parameters_of(OTTO, Bodies.of(PETRA), drawn)), SHOT, TIMES)


def levels(deviations: dict[str, float]) -> list[Measured]:
    found = truth(deviations)
    return [Measured(t, name, float(row[0])) for name in found for t, row in zip(TIMES, found[name], strict=True)]


def test_levels_of_a_slow_clearer_show_a_slow_clearer() -> None:
    fit = fit_map(SHOT, PETRA, "otto-2021", levels({"CL": -0.3, "CLN": 0.4}))

    own = {e.parameter: e for e in fit.estimates}
    assert fit.converged
    assert own["CL"].individual < 0.88 * own["CL"].typical
    assert own["CLN"].individual > 1.2 * own["CLN"].typical


def test_the_found_person_is_the_most_probable_one() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    from clearhead.medicine.kinetics.bayes import _Task

    measured = tuple(levels({"V1": 0.2, "CL": -0.2}))
    fit = fit_map(SHOT, PETRA, "otto-2021", measured)
    task = _Task(OTTO, PETRA, SHOT, measured)

    def objective(eta: np.ndarray) -> float:
        return task.objective(eta, task.predicted(eta[:, None])[:, 0])

    other = optimize.minimize(
        objective, np.zeros(4), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000}
    )
    assert objective(np.array(fit.mode)) <= other.fun + 1e-4
    assert fit.mode == pytest.approx(other.x, abs=3e-3)


def test_every_estimate_tells_its_shrinkage_and_no_uncertainty_grows() -> None:
    fit = fit_map(SHOT, PETRA, "otto-2021", [Measured(40.0, "S-ketamine", 150.0)])

    assert all(0 < e.shrinkage <= 1.0001 for e in fit.estimates)
    assert {e.parameter: e.shrinkage for e in fit.estimates}["CLN"] == pytest.approx(1.0, abs=0.01)
    assert "Research use" in fit.label


def test_the_band_narrows_with_levels() -> None:
    one = fit_map(SHOT, PETRA, "otto-2021", [Measured(40.0, "S-ketamine", 158.0)]).band(SHOT, [300.0])
    many = fit_map(SHOT, PETRA, "otto-2021", levels({})).band(SHOT, [300.0])

    assert np.ptp(many) < 0.9 * np.ptp(one)


def test_a_level_below_the_limit_pulls_down_and_is_not_taken_as_zero() -> None:
    below = fit_map(SHOT, PETRA, "otto-2021", [Measured(300.0, "S-ketamine", None, 8.0)])
    far_below = fit_map(SHOT, PETRA, "otto-2021", [Measured(300.0, "S-ketamine", None, 100.0)])

    assert below.levels[0].predicted_ng_per_ml < far_below.levels[0].predicted_ng_per_ml
    assert far_below.mode == pytest.approx([0.0] * 4, abs=1e-3)
    assert below.levels[0].standardised_residual is None


def test_an_outlying_level_is_flagged() -> None:
    wrong = [*levels({}), Measured(200.0, "S-ketamine", 400.0)]

    fit = fit_map(SHOT, PETRA, "otto-2021", wrong)

    assert [level.measured.ng_per_ml for level in fit.levels if level.outlying] == [400.0]
    assert any("more than 3 standard deviations" in warning for warning in fit.warnings)


@pytest.mark.parametrize("analyte", ["CADSS", "pain", "RASS", "hydroxynorketamine"])
def test_scores_of_effect_are_refused_as_levels(analyte: str) -> None:
    with pytest.raises(Refused, match="A score of effect is not a level"):
        read_measured({"at_min": 40, "analyte": analyte, "value": 20}, OTTO)


def test_units_are_converted_and_unknown_ones_refused() -> None:
    molar = read_measured({"at_min": 40, "analyte": "S-norketamine", "value": 0.5, "unit": "nmol/mL"}, OTTO)

    assert molar.ng_per_ml == pytest.approx(111.85)
    with pytest.raises(Refused, match="not a unit"):
        read_measured({"at_min": 40, "value": 20, "unit": "points"}, OTTO)
    with pytest.raises(Missing):
        read_measured({"at_min": 40, "value": 20, "below": 5}, OTTO)
    with pytest.raises(Refused):
        read_measured({"at_min": 40, "value": float("nan")}, OTTO)


def test_nothing_to_update_from_is_refused() -> None:
    with pytest.raises(Missing, match="Levels"):
        fit_map(SHOT, PETRA, "otto-2021", [])
    with pytest.raises(Missing, match="Doses"):
        fit_map(DoseHistory("S"), PETRA, "otto-2021", [Measured(40.0, "S-ketamine", 10.0)])
    with pytest.raises(OutOfRange):
        fit_map(SHOT, PETRA, "otto-2021", [Measured(40.0, "S-ketamine", 0.0)])
