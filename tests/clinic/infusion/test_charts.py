"""The picture: nothing runs into anything, gaps stay gaps, and every number stands where it belongs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clearhead.clinic.infusion import charts, lanes, panels
from clearhead.clinic.infusion.drawing import Band, BandPoint, Numbers, Picture, Reading, Resting, Setting, Shape
from clearhead.clinic.infusion.lanes import Mark, Spell

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def numbers(**changed: object) -> Numbers:
    base = {"start": at(0), "end": at(240), "now": at(120), "zone": ZoneInfo("UTC")}
    return Numbers(**{**base, **changed})  # type: ignore[arg-type]


def shapes(picture: Picture, css: str) -> list[Shape]:
    return [shape for shape in picture.shapes if css in shape.css.split()]


def points(shape: Shape) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", shape.d)]


words = st.text(alphabet="abcdefgh ", min_size=1, max_size=30)
moments = st.integers(-30, 300)


@given(st.lists(st.tuples(moments, words), max_size=60), st.sampled_from([300.0, 900.0]))
@settings(max_examples=150, deadline=None)
def test_labels_of_a_lane_never_run_into_each_other(listed: list[tuple[int, str]], width: float) -> None:
    marks = tuple(Mark(at(minute), text) for minute, text in listed)

    placed = lanes.place(
        [(46 + m / 240 * width, mark) for (m, _), mark in zip(listed, marks, strict=True)], left=46, right=46 + width
    )

    for one, other in combinations(placed.labels, 2):
        assert one.level != other.level or one.right <= other.x or other.right <= one.x
    assert all(label.x >= 46 and label.right <= 46 + width for label in placed.labels)
    assert len(placed.ticks) == len(marks)


@given(st.lists(st.tuples(moments, st.integers(1, 200), words), max_size=25))
@settings(max_examples=100, deadline=None)
def test_bars_of_symptoms_keep_clear_of_each_others_words(listed: list[tuple[int, int, str]]) -> None:
    spells = [(46.0 + max(0, a), 46.0 + max(0, a) + b, Spell(at(a), at(a + b), text, 1)) for a, b, text in listed]

    bars, _legend, _levels = lanes.place_spells(spells, left=46, right=700)

    labelled = [bar for bar in bars if bar.label.words]
    for one, other in combinations(labelled, 2):
        assert one.level != other.level or one.label.right <= other.label.x or other.label.right <= one.label.x


def test_a_number_on_a_lane_is_explained_in_the_legend_once() -> None:
    crowd = tuple(Mark(at(60 + minute / 10), f"event number {minute} with words") for minute in range(9))

    drawn = charts.picture(numbers(events=crowd))

    written = {shape.words for shape in shapes(drawn, "lane-text")}
    numbered = [line.number for line in drawn.legend if line.number]
    assert numbered == list(range(1, len(numbered) + 1))
    assert {str(number) for number in numbered} <= written
    assert {mark.words for mark in crowd} == {line.words for line in drawn.legend} | (
        written & {m.words for m in crowd}
    )


def test_the_systolic_mark_stays_inside_its_panel_however_high() -> None:
    for pressure in (90, 140, 199, 250):
        drawn = charts.picture(numbers(readings=(Reading(at(10), pressure, 60, 70),)))

        caret = shapes(drawn, "bp")[0]
        starts = re.findall(r"M[\d.]+,([\d.]+)", caret.d)
        assert min(float(y) for y in starts) >= charts.TOP + charts.TITLE


def test_a_heart_rate_stands_at_its_time_on_the_bar_of_its_pressures() -> None:
    drawn = charts.picture(numbers(readings=(Reading(at(10), 140, 80, 70), Reading(at(25), 150, 84, None))))

    dot, bars = shapes(drawn, "hr")[0], shapes(drawn, "bp-bar")[0]
    assert [x for x, _ in points(dot)] == [x for x, _ in points(bars)][:1]
    order = [shape.css for shape in drawn.shapes]
    assert order.index("hr") < order.index("bp"), "a caret lies on the dot, not beneath it"


def test_a_gap_is_a_gap() -> None:
    sets = [Reading(at(m), spo2=98) for m in (0, 15, 30, 120, 135)]

    line = shapes(charts.picture(numbers(readings=tuple(sets))), "spo2")[0]
    broken = shapes(charts.picture(numbers(readings=(*sets[:2], Reading(at(20)), *sets[2:]))), "spo2")[0]

    assert line.d.count("M") == 2
    assert broken.d.count("M") == 3


def test_pain_does_not_run_on_into_a_long_silence() -> None:
    drawn = charts.picture(numbers(readings=(Reading(at(0), pain=7),), now=at(230), gap_min=30))

    (right,) = re.findall(r"H([\d.]+)", shapes(drawn, "pain")[0].d)
    assert float(right) < 46 + (900 - 56) * 61 / 240


def test_the_rate_is_a_stepped_area_up_to_now_and_dashed_to_the_planned_end() -> None:
    rates = (Setting(at(20), 6.8, "6.8"), Setting(at(50), 10.3, "10.3"))

    drawn = charts.picture(numbers(settings=rates, planned_end=at(200)))

    x_now = 46 + (900 - 56) * 120 / 240
    assert re.findall(r"H([\d.]+)V[\d.]+Z", shapes(drawn, "rate-fill")[0].d) == [f"{x_now:.1f}"]
    assert shapes(drawn, "planned")[0].d.startswith(f"M{x_now:.1f},")
    assert {"6.8", "10.3"} <= {shape.words for shape in shapes(drawn, "big")}


def test_rate_numbers_that_would_collide_are_left_to_the_table_the_newest_kept() -> None:
    rates = tuple(Setting(at(100 + step), 5 + step, f"{5 + step}.25") for step in range(6))

    kept = [shape.words for shape in shapes(charts.picture(numbers(settings=rates)), "big") if "." in shape.words]

    assert "10.25" in kept
    assert len(kept) < 6


def test_a_withdrawn_forecast_shows_its_reason_and_no_line() -> None:
    drawn = charts.picture(numbers(band=Band(caption="forecast", withdrawn="The pump was not seen stopped.")))

    assert "The pump was not seen stopped." in {shape.words for shape in drawn.shapes}
    assert not shapes(drawn, "median")
    assert not shapes(drawn, "band")


def test_the_forecast_is_solid_until_now_and_dashed_beyond() -> None:
    band = tuple(BandPoint(at(m), m / 2, m, m * 1.5) for m in range(0, 240, 10))

    solid, ahead = shapes(charts.picture(numbers(band=Band(band, "Kamp 2020"))), "median")

    assert max(x for x, _ in points(solid)) == min(x for x, _ in points(ahead))
    assert "ahead" in ahead.css


def test_the_clock_of_the_axis_is_the_sites_and_its_ticks_are_round() -> None:
    drawn = charts.picture(numbers(zone=ZoneInfo("America/Phoenix"), start=at(7), end=at(247)))

    clock = [shape.words for shape in drawn.shapes if shape.y == 12 and shape.kind == "text"]
    assert clock[0] == "02:30"
    assert all(word.endswith((":00", ":30")) for word in clock)


def test_an_empty_session_draws_axes_and_no_data() -> None:
    drawn = charts.picture(numbers(resting=Resting((120, 124), (74, 76), "own resting 122/75")))

    assert not any(shape.d for shape in shapes(drawn, "bp"))
    assert drawn.height > 200


def test_six_hours_of_1500_facts_are_few_shapes() -> None:
    sets = tuple(Reading(at(m * 0.3), 124, 76, 70, 98, 5) for m in range(1200))
    crowd = tuple(Mark(at(m), f"note {m}") for m in range(300))

    drawn = charts.picture(numbers(readings=sets, events=crowd, end=at(390), now=at(360)))

    assert len(drawn.shapes) < 150


def test_both_sampling_sites_are_drawn_and_named_at_their_peaks() -> None:
    arterial = tuple(BandPoint(at(m), m / 2, m, m * 1.5) for m in range(0, 240, 10))
    venous = tuple(BandPoint(at(m), m / 3, m / 1.5, m) for m in range(0, 240, 10))

    drawn = charts.picture(numbers(band=Band(arterial, "A = Kamp 2020 · V = Otto 2021", venous=venous)))

    assert len(shapes(drawn, "band")) == 2
    assert len(shapes(drawn, "venous")) == 3, "its band, its middle line until now and beyond"
    high, low = (next(s for s in drawn.shapes if s.words == letter) for letter in "AV")
    assert high.y < low.y


@given(st.lists(st.floats(0, 40), min_size=3, max_size=60))
def test_a_thinned_line_stays_within_a_third_of_a_pixel(heights: list[float]) -> None:
    line = [(8.0 * place, y) for place, y in enumerate(heights)]

    kept = panels.thinned(line)

    xs, ys = zip(*kept, strict=True)
    assert all(abs(np.interp(x, xs, ys) - y) <= 0.3 + 1e-9 for x, y in line)


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(1, 120)), max_size=40))
def test_no_two_labels_of_a_level_come_closer_than_the_gap(wanted: list[tuple[float, float]]) -> None:
    room = lanes.Levels(0, 900)
    for start, width in wanted:
        room.take(start, start + width)

    for row in room.taken:
        assert all(b + lanes.GAP_PX <= a for (_, b), (a, _) in pairwise(row))
        assert all(a >= 0 and b <= 900 for a, b in row)
