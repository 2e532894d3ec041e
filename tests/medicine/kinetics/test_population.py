"""Virtual people: the same for the same seed, however many and wherever; peaks and times found between grid points."""

from __future__ import annotations

import numpy as np
import pytest

from clearhead.medicine.errors import OutOfRange, Refused
from clearhead.medicine.kinetics import fast
from clearhead.medicine.kinetics.doses import Bolus, DoseHistory, Segment
from clearhead.medicine.kinetics.extremes import extremes
from clearhead.medicine.kinetics.model import load_model
from clearhead.medicine.kinetics.population import (
    Cohort,
    Job,
    draw_deviations,
    probability,
    quantile_error,
    quantiles,
    sample,
    simulate,
    stream_quantiles,
)
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve
from clearhead.medicine.kinetics.summary import layers, summarise

PETRA = Person(70.0, 40)
OTTO = load_model("otto-2021")
FORTY_MINUTES = DoseHistory.of("racemic", segments=[Segment(0, 40, 52.5)])
STEPS = DoseHistory.of("S", segments=[Segment(0, 30, 20), Segment(30, 91, 35)], boluses=[Bolus(10, 5)])


def test_the_same_seed_gives_the_same_people_and_more_people_do_not_change_the_first() -> None:
    few, many = draw_deviations(OTTO, 100, 7), draw_deviations(OTTO, 3000, 7)

    assert all((few[name] == many[name][:100]).all() for name in few)
    assert not (few["CL"] == draw_deviations(OTTO, 100, 8)["CL"]).any()


def test_people_differ_as_the_model_says() -> None:
    drawn = draw_deviations(OTTO, 40_000, 1)

    assert drawn["V1"].var() == pytest.approx(0.084177, rel=0.03)
    assert np.cov(drawn["V1"], drawn["CL"])[0, 1] == pytest.approx(0.02261, rel=0.05)


def test_a_cohort_has_weights_within_its_limits() -> None:
    from clearhead.medicine.kinetics.population import draw_bodies

    bodies = draw_bodies(Cohort(75.0, 15.0), 5000, 1)

    assert bodies.weight_kg.min() == 45.0
    assert bodies.weight_kg.max() == 120.0
    assert bodies.weight_kg.mean() == pytest.approx(75.0, abs=1.0)


@pytest.mark.parametrize(
    ("model_id", "cohort", "said"),
    [
        (
            "simons",
            Cohort(70.0, 10.0, 30.0, 5.0),
            r"lowest weight of the cohort of 45\.0 kg is outside 53\.0 to 93",
        ),
        (
            "simons",
            Cohort(70.0, 10.0, 30.0, 5.0, (53.0, 95.0)),
            r"highest weight of the cohort of 95\.0 kg is outside",
        ),
        (
            "otto",
            Cohort(70.0, 10.0, 30.0, 5.0, age_limits_years=(16.0, 75.0)),
            r"lowest age of the cohort of 16\.0 y",
        ),
        ("otto", Cohort(200.0, 10.0), "mean weight within its limits"),
        ("otto", Cohort(70.0, -1.0), "a spread of at least 0"),
        ("otto", Cohort(70.0, float("nan")), "a spread of at least 0"),
    ],
    ids=["too light", "too heavy", "too young", "mean outside its limits", "negative spread", "no spread"],
)
def test_a_cohort_that_reaches_outside_the_model_is_refused_with_the_range(model_id, cohort, said) -> None:
    with pytest.raises((OutOfRange, Refused), match=said):
        sample(load_model(model_id), cohort, 10, 1)


def test_a_cohort_within_the_model_differs_in_body_too() -> None:
    narrow, wide = (Cohort(70.0, sd, 30.0, 0.0, (55.0, 90.0), (30.0, 30.0)) for sd in (0.0, 15.0))
    simons = load_model("simons")

    alike, unlike = (simulate(simons, who, FORTY_MINUTES, [40.0], n=2000, seed=1) for who in (narrow, wide))
    one = simulate(simons, Person(70.0, 30), FORTY_MINUTES, [40.0], n=2000, seed=1)

    assert (alike == one).all()
    assert np.log(unlike).std() > 1.1 * np.log(alike).std()


@pytest.mark.parametrize("levels", [(0.0,), (-5.0,), (50.0, float("nan")), (float("inf"),)])
def test_a_level_that_nobody_can_be_above_is_refused(levels) -> None:
    with pytest.raises(Refused, match="finite and lie above 0 ng/mL"):
        summarise(OTTO, PETRA, FORTY_MINUTES, [40.0], n=10, seed=1, levels=levels)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(Refused, match="whole number of at least 0"):
        draw_deviations(OTTO, 10, -1)


@pytest.mark.parametrize("n", [0, -1, 10_000_001])
def test_a_count_that_makes_no_sense_is_refused(n: int) -> None:
    with pytest.raises(OutOfRange):
        draw_deviations(OTTO, n, 1)


def test_quantiles_are_those_of_numpy() -> None:
    levels = np.random.default_rng(1).lognormal(size=(7, 501))

    assert quantiles(levels, (0.05, 0.5, 0.95)) == pytest.approx(np.quantile(levels, (0.05, 0.5, 0.95), axis=1))


def test_a_median_has_a_monte_carlo_interval_that_narrows_with_more_people() -> None:
    few, many = (simulate(OTTO, PETRA, STEPS, [60.0], n=n, seed=1) for n in (100, 10_000))

    widths = [float(np.diff(np.array(quantile_error(levels, 0.5)).ravel())[0]) for levels in (few, many)]

    assert widths[1] < widths[0] / 5
    assert probability(np.array([True, False, False, False]))[0] == 0.25
    assert probability(np.zeros(100, dtype=bool))[1] > 0


@pytest.mark.parametrize(
    ("model_id", "outputs"),
    [
        ("otto-2021", ["S-ketamine", "S-norketamine"]),
        ("otto-2021", ["S-norketamine"]),
        ("clements-1981", ["ketamine"]),
        ("simons-2022", ["S-ketamine", "S-norketamine"]),
    ],
    ids=["both levels", "one of them", "two volumes", "by chains of stages"],
)
def test_blocks_walked_with_and_without_numba_agree_to_twelve_digits_of_the_peak(model_id, outputs) -> None:
    if not fast.is_installed():
        pytest.skip("numba is an extra")
    people, times = sample(load_model(model_id), PETRA, 1500, 3), [*np.linspace(0, 300, 41), 301.0, 317.0, 900.0]

    plain, compiled = (solve(people, STEPS, times, engine=engine, outputs=outputs) for engine in ("numpy", "fast"))

    for name in outputs:
        assert np.abs(plain[name] - compiled[name]).max() <= 1e-12 * plain[name].max()


@pytest.mark.parametrize("many", [1, 2, 127, 130, 301])
def test_compiled_stretches_of_any_length_fill_the_rows_of_any_number_of_people(many) -> None:
    if not fast.is_installed():
        pytest.skip("numba is an extra")
    people, hour = sample(OTTO, PETRA, many, 3), DoseHistory.of("S", segments=[Segment(0, 60, 20)])

    for rows in (1, 2, 4, 5, 7, 9, 12, 16, 24):
        times = np.arange(1, rows + 1) * 4.0
        plain, compiled = (solve(people, hour, times, engine=engine) for engine in ("numpy", "fast"))
        for name in plain:
            assert np.abs(plain[name] - compiled[name]).max() <= 1e-12 * plain[name].max()


@pytest.mark.parametrize("model_id", ["otto-2021", "clements-1981", "simons-2022"])
def test_levels_on_an_even_grid_walked_in_leaps_are_those_asked_for_alone(model_id) -> None:
    people, grid = sample(load_model(model_id), PETRA, 40, 3), np.linspace(0, 480, 81)
    outputs = list(people.outputs)

    together = solve(people, STEPS, grid, outputs=outputs, engine="numpy")

    for row in (1, 9, 17, 30, 58, 80):
        alone = solve(people, STEPS, grid[[row]], outputs=outputs, engine="numpy")
        for name in outputs:
            assert together[name][row] == pytest.approx(alone[name][0], rel=1e-12)


def test_a_change_of_rate_within_a_step_is_the_same_as_two_steps() -> None:
    people = sample(OTTO, PETRA, 20, 3)
    joined = solve(people, STEPS, [0.0, 29.0, 31.5, 90.5, 92.0])
    apart = solve(people, STEPS, [0.0, 29.0, 30.0, 31.5, 90.5, 91.0, 92.0])

    for name in joined:
        assert joined[name] == pytest.approx(apart[name][[0, 1, 3, 4, 6]], rel=1e-12)


def test_streaming_in_blocks_agrees_with_holding_everybody() -> None:
    job = Job(OTTO, PETRA, STEPS, (30.0, 90.0, 200.0), 40_000, 5, "S-ketamine")

    streamed = stream_quantiles(job, (0.05, 0.5, 0.95))
    held = quantiles(simulate(OTTO, PETRA, STEPS, job.at_min, n=job.n, seed=5), (0.05, 0.5, 0.95))

    assert streamed == pytest.approx(held, rel=0.005)


class Elsewhere:
    """Stands for a cluster: runs the blocks last first."""

    def map(self, function, items):
        return [function(item) for item in reversed(items)]

    def gather(self, futures):
        return futures


def test_a_cluster_gives_identical_numbers_for_the_same_seed() -> None:
    job = Job(OTTO, PETRA, STEPS, (30.0, 200.0), 70_000, 5, "S-ketamine")

    assert (stream_quantiles(job, (0.05, 0.95)) == stream_quantiles(job, (0.05, 0.95), client=Elsewhere())).all()


def test_a_dask_cluster_gives_identical_numbers_for_the_same_seed(monkeypatch) -> None:
    distributed = pytest.importorskip("distributed")
    job = Job(OTTO, PETRA, STEPS, (30.0, 200.0), 70_000, 5, "S-ketamine")
    monkeypatch.setattr("clearhead.medicine.kinetics.summary.EXACT_UP_TO", 1000)
    here = stream_quantiles(job, (0.05, 0.95))
    summed = summarise(OTTO, PETRA, STEPS, [30.0], n=40_000, seed=5)

    with distributed.Client(processes=False, n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        there = stream_quantiles(job, (0.05, 0.95), client=client)
        summed_there = summarise(OTTO, PETRA, STEPS, [30.0], n=40_000, seed=5, client=client)

    assert (there == here).all()
    assert summed_there == summed


@pytest.mark.parametrize(
    ("model_id", "analyte"), [("kamp", "ketamine"), ("otto", "S-norketamine"), ("simons", "S-norketamine")]
)
def test_peaks_and_times_above_a_level_are_those_of_a_very_fine_grid(model_id: str, analyte: str) -> None:
    people = sample(load_model(model_id), PETRA, 8, 2)
    found = extremes(people, STEPS, analyte, until_min=600, levels=(40.0,))

    grid = np.linspace(0, 600, 60_001)
    levels = solve(people, STEPS, grid, outputs=[analyte])[analyte]

    assert found.peak_ng_per_ml == pytest.approx(levels.max(axis=0), rel=1e-6)
    assert (found.peak_ng_per_ml >= levels.max(axis=0) * (1 - 1e-12)).all()
    assert found.peak_at_min == pytest.approx(grid[levels.argmax(axis=0)], abs=0.02)
    assert found.minutes_above[40.0] == pytest.approx((levels >= 40).sum(axis=0) * 0.01, abs=0.03)


def test_a_level_never_reached_is_above_for_no_time_and_a_level_never_left_is_infinite() -> None:
    people = sample(load_model("kamp"), PETRA, 3, 2)

    found = extremes(people, STEPS, "ketamine", until_min=60, levels=(5000.0, 1.0))

    assert (found.minutes_above[5000.0] == 0).all()
    assert (found.below_from_min[5000.0] == 0).all()
    assert np.isinf(found.below_from_min[1.0]).all()


def test_the_three_layers_stay_apart() -> None:
    found = layers(load_model("kamp"), PETRA, FORTY_MINUTES, [40.0], n=300)

    assert found.between_people[0][0] < found.between_people[1][0]
    assert set(found.models) >= {"kamp-2020", "otto-2021", "domino-1984"}
    assert "flint-2017" not in found.models
    assert found.between_models[0][0] < 130 < 240 < found.between_models[1][0]
    assert found.single_level[1][0] > found.between_people[1][0]


def test_the_layer_between_models_names_each_site_and_carries_what_the_models_warn_of() -> None:
    days = DoseHistory.of("racemic", segments=[Segment(0, 120 * 60, 10.0)])

    found = layers(load_model("kamp"), PETRA, days, [120 * 60.0], n=50)

    low, high = found.between_models_of_site["venous"]
    assert high[0] == found.between_models[1][0] or low[0] == found.between_models[0][0]
    assert "otto-2021 (venous)" in found.as_text()
    assert "domino-1984 (arterial, assumed)" in found.as_text()
    assert any("Otto 2021: 120 h is longer than the 2 h" in warning for warning in found.warnings)
    assert any("Clements 1981: 120 h is longer than the 1 h" in warning for warning in found.warnings)
    assert found.as_dict()["sites"]["hijazi-2003"] == "arterial, assumed"


def test_a_summary_has_quantiles_peaks_and_chances_with_their_errors() -> None:
    found = summarise(load_model("kamp"), PETRA, FORTY_MINUTES, [20.0, 40.0], n=400, seed=1, levels=(250.0,))

    assert found.quantiles[0][1] < found.quantiles[2][1] < found.quantiles[4][1]
    assert 0.3 < found.chances[0].probability < 0.8
    assert 0 < found.chances[0].error < 0.03
    assert found.peak_at_min[1] == pytest.approx(40.0)
    for row, (low, high) in zip(found.quantiles, found.quantiles_within, strict=True):
        assert low[1] < row[1] < high[1]
    assert found.as_dict()["median_within_95"] == found.as_dict()["quantiles_within_95"]["0.5"]
    assert found.as_text(load_model("kamp")).count("within") > len(found.at_min)


def test_quantiles_counted_in_bins_carry_their_error_too(monkeypatch) -> None:
    monkeypatch.setattr("clearhead.medicine.kinetics.summary.EXACT_UP_TO", 1000)

    streamed = summarise(OTTO, PETRA, FORTY_MINUTES, [40.0], n=4000, seed=1)
    monkeypatch.undo()
    exact = summarise(OTTO, PETRA, FORTY_MINUTES, [40.0], n=4000, seed=1)

    for (low, high), (exact_low, exact_high) in zip(streamed.quantiles_within, exact.quantiles_within, strict=True):
        assert low[0] < high[0]
        assert (low[0], high[0]) == pytest.approx((exact_low[0], exact_high[0]), rel=0.01)
