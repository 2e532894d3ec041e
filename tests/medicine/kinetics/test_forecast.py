"""The chair's band: given + planned, both sites, what-if sums, minutes until below."""

from __future__ import annotations

import numpy as np
import pytest

from clearhead.medicine.errors import OutOfRange, Refused
from clearhead.medicine.kinetics.chairside import minutes_until_below, prepare
from clearhead.medicine.kinetics.doses import Bolus, DoseHistory, Segment
from clearhead.medicine.kinetics.forecast import forecast, forecast_both_sites, given_until
from clearhead.medicine.kinetics.seam import Person

PETRA = Person(70.0, 40)
RUNNING = DoseHistory.of("racemic", segments=[Segment(0, 240, 20.0)], boluses=[Bolus(10, 5.0)])
NOTHING = DoseHistory("racemic")


def test_a_band_names_its_model_site_people_and_what_is_borrowed() -> None:
    band = forecast(RUNNING, NOTHING, PETRA, "kamp-2020", now_min=60, at_min=[0, 30, 60, 120])

    assert (band.model_label, band.sampling_site, band.analyte, band.now_min) == (
        "Kamp 2020",
        "arterial",
        "ketamine",
        60.0,
    )
    assert "borrowed from Simons 2022" in band.basis
    assert "healthy volunteers" in band.basis
    assert all(
        a <= b <= c for a, b, c in zip(band.low_ng_per_ml, band.median_ng_per_ml, band.high_ng_per_ml, strict=True)
    )
    assert band.median_ng_per_ml[0] == 0


def test_a_rate_still_running_is_cut_at_now_and_the_plan_takes_over() -> None:
    later = DoseHistory.of("racemic", segments=[Segment(60, 120, 40.0)])
    as_given = DoseHistory.of("racemic", segments=[Segment(0, 60, 20.0)], boluses=[Bolus(10, 5.0)])

    band = forecast(RUNNING, later, PETRA, "kamp-2020", now_min=60, at_min=[90, 120], n=100)
    same = forecast(as_given, later, PETRA, "kamp-2020", now_min=60, at_min=[90, 120], n=100)

    assert band == same
    assert given_until(RUNNING, 5.0).boluses == ()


def test_the_arterial_and_the_venous_band_come_together_and_disagree_early() -> None:
    arterial, venous = forecast_both_sites(RUNNING, NOTHING, PETRA, now_min=20, at_min=[20.0], n=200)

    assert (arterial.sampling_site, venous.sampling_site) == ("arterial", "venous")
    assert arterial.median_ng_per_ml[0] > 1.4 * venous.median_ng_per_ml[0]
    assert any("run as one drug" in warning for warning in venous.warnings)


def test_a_correction_in_the_past_changes_the_whole_curve() -> None:
    corrected = DoseHistory.of("racemic", segments=[Segment(0, 30, 40.0), Segment(30, 60, 20.0)])

    before, after = (
        forecast(history, NOTHING, PETRA, "kamp-2020", now_min=60, at_min=[30, 90], n=50)
        for history in (RUNNING, corrected)
    )

    assert after.median_ng_per_ml[0] > before.median_ng_per_ml[0]
    assert after.median_ng_per_ml[1] != before.median_ng_per_ml[1]


def test_the_same_question_gives_the_same_numbers() -> None:
    one, two = (
        forecast(RUNNING, NOTHING, PETRA, "otto-2021", now_min=60, at_min=[61.5], n=64, seed=9) for _ in range(2)
    )

    assert one == two


def test_what_cannot_be_forecast_is_refused() -> None:
    early = DoseHistory.of("racemic", segments=[Segment(30, 90, 10.0)])

    with pytest.raises(Refused, match="before now"):
        forecast(RUNNING, early, PETRA, "kamp-2020", now_min=60, at_min=[90])
    with pytest.raises(OutOfRange):
        forecast(RUNNING, NOTHING, PETRA, "kamp-2020", now_min=60, at_min=[])
    with pytest.raises(Refused, match="cannot be added"):
        forecast(RUNNING, DoseHistory("S"), PETRA, "kamp-2020", now_min=60, at_min=[90])


@pytest.mark.parametrize("model_id", ["kamp-2020", "otto-2021"])
def test_a_prepared_chair_answers_a_new_rate_as_the_full_forecast_does(model_id: str) -> None:
    ahead = [0.0, 5.0, 30.0, 60.0, 119.0]
    desk = prepare(RUNNING, PETRA, model_id, now_min=60, ahead_min=ahead, n=150, seed=4)
    plan = DoseHistory.of("racemic", segments=[Segment(60, 240, 33.0)], boluses=[Bolus(60, 4.0)])

    full = forecast(RUNNING, plan, PETRA, model_id, now_min=60, at_min=[60 + t for t in ahead], n=150, seed=4)
    quick = desk.at_rate(33.0, bolus_mg=4.0)

    assert quick.median_ng_per_ml == pytest.approx(full.median_ng_per_ml, rel=1e-10)
    assert quick.high_ng_per_ml == pytest.approx(full.high_ng_per_ml, rel=1e-10)
    assert quick.at_min == full.at_min


def test_minutes_until_below_say_they_are_no_sobriety_clock() -> None:
    found = minutes_until_below(RUNNING, NOTHING, PETRA, "kamp-2020", level_ng_per_ml=50, now_min=60, n=200)
    band = forecast(RUNNING, NOTHING, PETRA, "kamp-2020", now_min=60, at_min=[60 + found.median_min], n=200)

    assert 0 < found.low_min < found.median_min < found.high_min
    assert band.median_ng_per_ml[0] == pytest.approx(50.0, rel=0.02)
    assert "Not a sobriety clock" in found.note
    assert "Discharge rests on the person seen" in found.note
    assert found.warnings == band.warnings


def test_who_is_already_below_has_nothing_to_wait_for() -> None:
    found = minutes_until_below(RUNNING, NOTHING, PETRA, "kamp-2020", level_ng_per_ml=5000, now_min=60, n=50)

    assert (found.median_min, found.already_below) == (0.0, 1.0)
    with pytest.raises(OutOfRange):
        minutes_until_below(RUNNING, NOTHING, PETRA, "kamp-2020", level_ng_per_ml=0, now_min=60)
    assert np.isfinite(found.already_below_error)
