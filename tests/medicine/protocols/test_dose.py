"""What each dose mode plans for one weight: worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.medicine.errors import Refused
from clearhead.medicine.protocols.after import Recovery
from clearhead.medicine.protocols.dose import (
    Amount,
    Duration,
    FixedRate,
    LoadPlusRate,
    MiniBolus,
    Rate,
    Stepped,
    TotalOverTime,
    planned_mg,
)
from clearhead.medicine.protocols.loader import shipped

D = Decimal
HOUR = Duration(60, 30, 120)
KG = D(70)


def per_kg_h(value: str) -> Rate:
    return Rate(D(value), "mg/kg/h")


def stepped(duration: Duration, interval: int = 30) -> Stepped:
    low = per_kg_h("0.1")
    return Stepped(duration, low, low, low, low, low, interval, per_kg_h("0.25"), None, "any", "none", None)


def test_a_fixed_rate_is_rate_times_time():
    assert planned_mg(FixedRate(HOUR, *[per_kg_h("0.3")] * 3), KG) == D("21")
    assert planned_mg(FixedRate(HOUR, *[Rate(D(20), "mg/h")] * 3), KG, 30) == D("10")


def test_a_total_dose_stays_the_same_and_its_rate_follows_the_time():
    dose = TotalOverTime(HOUR, *[Amount(D("0.5"), "mg/kg")] * 3)

    (hour,), (half,) = dose.planned_segments(KG), dose.planned_segments(KG, 30)

    assert (hour.mg, half.mg) == (D(35), D(35))
    assert (hour.mg_per_h, half.mg_per_h) == (D(35), D(70))


def test_a_load_comes_first_and_its_minutes_count():
    dose = LoadPlusRate(HOUR, Amount(D("0.3"), "mg/kg"), 10, *[per_kg_h("0.3")] * 3)

    load, rest = dose.planned_segments(KG)

    assert (load.kind, load.mg, load.end_min) == ("load", D(21), D(10))
    assert (rest.start_min, rest.mg) == (D(10), D(21) * 50 / 60)


def test_steps_rise_each_interval_and_stop_at_the_highest_rate():
    rates = [part.mg_per_h / KG for part in stepped(Duration(120, 60, 180)).planned_segments(KG)]

    assert rates == [D("0.1"), D("0.2"), D("0.25")]


def test_a_step_that_the_time_cuts_short_is_cut_short():
    parts = stepped(Duration(45, 45, 45)).planned_segments(KG)

    assert [part.end_min for part in parts] == [D(30), D(45)]


def test_mini_boluses_wait_and_end():
    dose = MiniBolus(Duration(60, 60, 200), Amount(D(10), "mg"), 10, 10, 8)

    assert [part.start_min for part in dose.planned_segments(KG)] == [D(0), D(20), D(40)]
    assert planned_mg(dose, KG, 200) == D(80)


def test_a_time_outside_the_protocol_is_refused():
    with pytest.raises(Refused, match="30 to 120 min"):
        FixedRate(HOUR, *[per_kg_h("0.3")] * 3).planned_segments(KG, 121)


def test_the_session_cap_is_the_stricter_of_the_two():
    caps = shipped("stepped-series").caps

    assert caps.session_cap_mg(D(70)) == D(140)
    assert caps.session_cap_mg(D(120)) == D(200)


@pytest.mark.parametrize(
    ("minutes", "sedative", "reversal", "least"),
    [
        (120, False, False, 40),
        (121, False, False, 45),
        (120, True, False, 70),
        (120, False, True, 120),
        (240, True, True, 120),
    ],
)
def test_recovery_grows_with_hours_sedatives_and_reversal(minutes, sedative, reversal, least):
    recovery: Recovery = shipped("neurology-gated").recovery

    assert recovery.minutes(minutes, sedative=sedative, reversal=reversal) == least
