"""Laws that hold for every linear model of a drug in a body, whatever its numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearhead.medicine.kinetics.cascade import Cascade, build_cascade
from clearhead.medicine.kinetics.doses import Bolus, DoseHistory, Segment
from clearhead.medicine.kinetics.model import Model, load_model, model_ids
from clearhead.medicine.kinetics.people import Bodies, parameters_of
from clearhead.medicine.kinetics.population import typical
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve

PETRA = Person(70.0, age_years=40)
CHILD = Person(20.0, age_years=8)
TIMES = (0.0, 1.0, 17.5, 40.0, 90.0, 240.0, 600.0)
settings.register_profile("laws", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("laws")


def who(model: Model) -> Person:
    return CHILD if model.age_years.high < 20 else PETRA


def curve(model: Model, history: DoseHistory, times: tuple[float, ...] = TIMES) -> dict[str, np.ndarray]:
    return {name: levels[:, 0] for name, levels in solve(typical(model, who(model)), history, times).items()}


@st.composite
def histories(draw: st.DrawFn) -> DoseHistory:
    minutes = st.integers(0, 200)
    segments = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(minutes)
        segments.append(Segment(start, start + draw(st.integers(0, 120)), draw(st.floats(0, 100))))
    boluses = [Bolus(draw(minutes), draw(st.floats(0, 50))) for _ in range(draw(st.integers(0, 2)))]
    return DoseHistory.of("S", segments=segments, boluses=boluses)


models = st.sampled_from(model_ids()).map(load_model)


@given(models, histories(), histories())
def test_two_histories_together_give_the_sum_of_their_curves(model, one, other):
    together, first, second = curve(model, one + other), curve(model, one), curve(model, other)

    for name, levels in together.items():
        assert levels == pytest.approx(first[name] + second[name], rel=1e-11, abs=1e-12 * (levels.max() + 1e-9))


@given(models, histories(), st.floats(0.01, 100))
def test_a_dose_times_k_gives_the_curve_times_k(model, history, k):
    larger = DoseHistory.of(
        "S",
        segments=[Segment(s.start_min, s.end_min, s.rate_mg_per_h * k) for s in history.segments],
        boluses=[Bolus(b.at_min, b.mg * k) for b in history.boluses],
    )

    for name, levels in curve(model, larger).items():
        assert levels == pytest.approx(k * curve(model, history)[name], rel=1e-11, abs=1e-250)


@given(models, histories(), st.integers(1, 300))
def test_the_same_doses_later_give_the_same_curve_later(model, history, later):
    if any(analyte.drift_per_h for analyte in model.analytes):
        return  # its clearance counts hours since the first dose
    moved = DoseHistory.of(
        "S",
        segments=[Segment(s.start_min + later, s.end_min + later, s.rate_mg_per_h) for s in history.segments],
        boluses=[Bolus(b.at_min + later, b.mg) for b in history.boluses],
    )

    shifted = curve(model, moved, tuple(time + later for time in TIMES))

    for name, levels in curve(model, history).items():
        assert shifted[name] == pytest.approx(levels, rel=1e-10, abs=1e-12 * (levels.max() + 1e-9))


@given(models, histories())
def test_no_level_is_ever_negative(model, history):
    for levels in curve(model, history).values():
        assert (levels >= 0).all()


def clearance_of(model: Model) -> np.ndarray:
    """In L/h; by a liver: what of its flow it clears."""
    values = parameters_of(model, Bodies.of(who(model)))
    liver = model.parent.liver
    if liver is None:
        return values[str(model.parent.clearance)]
    intrinsic = values[liver.volume] * (values[liver.other_per_h] + values[liver.formed_per_h])
    return values[liver.flow] * intrinsic / (values[liver.flow] + intrinsic)


@pytest.mark.parametrize("model_id", model_ids())
def test_a_constant_rate_ends_at_rate_over_clearance(model_id):
    model = load_model(model_id)
    history = DoseHistory.of("S", segments=[Segment(0, 2_000_000, 20.0)])

    plateau = curve(model, history, (1_000_000.0,))[model.parent.id]

    assert plateau == pytest.approx(1000 * 20.0 / clearance_of(model), rel=1e-12)


@pytest.mark.parametrize("model_id", model_ids())
def test_the_area_under_the_curve_is_dose_over_clearance(model_id):
    model = load_model(model_id)
    history = DoseHistory.of("S", segments=[Segment(10, 70, 20.0)], boluses=[Bolus(5, 7.0)])
    gathered = typical(model, who(model)).with_exposure("exposure", model.parent.id)

    area = solve(gathered, history, (1e7,), outputs=["exposure"])["exposure"][0]

    assert area == pytest.approx(1000 * history.total_mg / clearance_of(model), rel=1e-12)


def test_what_was_given_is_in_the_body_or_has_left_it():
    model = load_model("kamp-2020")
    values = parameters_of(model, Bodies.of(PETRA))
    cascade: Cascade = build_cascade(model, values).with_exposure("gone", "ketamine")
    for volume, flow in model.parent.peripherals:
        cascade = cascade.with_effect_site(volume, "ketamine", values[flow] / values[volume])
    history = DoseHistory.of("S", segments=[Segment(0, 90, 30.0)], boluses=[Bolus(30, 10.0)])

    found = solve(cascade, history, (15.0, 29.0, 30.0, 200.0))
    in_body = sum(found[volume][:, 0] * values[volume] for volume, _ in model.parent.peripherals)
    in_body = (in_body + found["ketamine"][:, 0] * values["V1"] + found["gone"][:, 0] * values["CL"]) / 1000

    assert in_body == pytest.approx([7.5, 14.5, 25.0, 55.0], rel=1e-12)


def test_more_drug_never_gives_a_lower_level():
    model = load_model("simons-2022")
    low = curve(model, DoseHistory.of("S", segments=[Segment(0, 100, 20.0)]))
    high = curve(model, DoseHistory.of("S", segments=[Segment(0, 100, 20.0)], boluses=[Bolus(30, 1.0)]))

    for name in low:
        assert (high[name] >= low[name]).all()


def test_s_and_r_run_as_halves_add_up_to_one_drug_with_the_same_numbers():
    model = load_model("kamp-2020")
    whole = curve(model, DoseHistory.of("racemic", segments=[Segment(0, 40, 50.0)]))["ketamine"]
    half = curve(model, DoseHistory.of("S", segments=[Segment(0, 40, 25.0)]))["ketamine"]

    assert half + half == pytest.approx(whole, rel=1e-13)


def test_a_bolus_counts_at_its_own_minute_and_a_rate_from_its_start():
    model = load_model("kamp-2020")
    bolus = curve(model, DoseHistory.of("S", boluses=[Bolus(40, 10.0)]), (39.999999, 40.0))["ketamine"]
    rate = curve(model, DoseHistory.of("S", segments=[Segment(40, 60, 10.0)]), (40.0, 40.000001))["ketamine"]

    assert bolus[0] == 0
    assert bolus[1] == pytest.approx(1000 * 10 / 25.0)
    assert rate[0] == 0
    assert rate[1] > 0


def test_no_doses_give_no_level_and_no_times_give_no_answer():
    model = load_model("simons-2022")

    assert all((levels == 0).all() for levels in curve(model, DoseHistory("S")).values())
    assert all(levels.shape == (0, 1) for levels in solve(typical(model, PETRA), DoseHistory("S"), ()).values())


def test_times_may_come_in_any_order_and_twice():
    model = load_model("otto-2021")
    history = DoseHistory.of("S", segments=[Segment(0, 40, 35.0)])

    sorted_, mixed = curve(model, history, (10, 60, 90)), curve(model, history, (90, 10, 60, 10))

    for name, levels in sorted_.items():
        assert mixed[name].tolist() == [levels[2], levels[0], levels[1], levels[0]]
