"""What the pump gave, exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

import pytest

from clearhead.medicine.errors import Missing, Refused
from clearhead.medicine.rules.dose import (
    Bag,
    BolusGiven,
    DrugClosure,
    Flush,
    RateChange,
    Tubing,
    account,
    reconcile_ml,
)
from proofs.histories import history
from proofs.second_dose import witness
from tests.medicine.rules.given import KG, TEN, after

BAG = Bag("A", Decimal(2), Decimal(50))
STRONG = Bag("B", Decimal(10), Decimal(20))


def rate(minute, ml_per_h, kind="change", bag="A"):
    return RateChange(after(minute), kind, Decimal(ml_per_h), bag)


def given(rates, until, **more):
    return account(rates, [BAG, STRONG], until=after(until), **more)


def test_an_hour_at_10_ml_per_h_of_2_mg_per_ml_is_20_mg_and_leaves_40_ml():
    an_hour = given([rate(0, 10, "start")], 60)

    assert an_hour.charted_mg == an_hour.delivered_mg == 20
    assert an_hour.ml_left == 40
    assert an_hour.mg_per_kg(KG) == Fraction(20, 70)


def test_thirds_stay_exact():
    assert given([rate(0, "0.1", "start")], 20).charted_mg == Fraction(1, 15)


def test_a_pause_gives_nothing_and_is_counted_apart():
    with_pause = given([rate(0, 10, "start"), rate(30, 0, "pause"), rate(45, 10, "resume"), rate(75, 0, "end")], 90)

    assert with_pause.charted_mg == 20
    assert (with_pause.running_min, with_pause.paused_min) == (60, 15)


def test_a_bag_change_counts_each_bag_by_its_own_strength():
    two = given([rate(0, 10, "start"), rate(30, 6, "bag_change", "B")], 60)

    assert two.charted_mg == 10 + 30
    assert [(use.bag.code, use.left_ml) for use in two.bags] == [("A", 45), ("B", 17)]


def test_a_bolus_by_hand_adds_its_mg_and_one_from_the_bag_takes_its_ml_too():
    by_hand = given([rate(0, 10, "start")], 60, boluses=[BolusGiven(after(10), Decimal(5))])
    from_bag = given([rate(0, 10, "start")], 60, boluses=[BolusGiven(after(10), Decimal(5), "A")])

    assert (by_hand.charted_mg, by_hand.ml_left) == (25, 40)
    assert (from_bag.charted_mg, from_bag.ml_left) == (25, Fraction(75, 2))


def test_a_line_filled_with_diluent_holds_drug_back_until_its_volume_has_passed():
    line = Tubing(Decimal(5), "diluent")

    at_20, at_60 = (given([rate(0, 10, "start")], minute, line=line) for minute in (20, 60))

    assert (at_20.charted_mg, at_20.delivered_mg) == (Fraction(20, 3), 0)
    assert (at_60.charted_mg, at_60.delivered_mg, at_60.in_line_mg) == (20, 10, 10)


def test_a_flush_brings_what_is_in_the_line_and_a_discarded_line_keeps_it():
    line, rates = Tubing(Decimal(5), "diluent"), [rate(0, 10, "start"), rate(60, 0, "end")]

    discarded = given(rates, 70, line=line)
    flushed = given(rates, 70, line=line, flushes=[Flush(after(61), Decimal(5))])

    assert (discarded.delivered_mg, discarded.in_line_mg) == (10, 10)
    assert (flushed.delivered_mg, flushed.in_line_mg) == (20, 0)


def test_a_line_primed_with_drug_takes_its_fill_from_the_bag():
    primed = given([rate(0, 10, "start")], 60, line=Tubing(Decimal(5), "drug"))

    assert (primed.delivered_mg, primed.prime_mg, primed.ml_left) == (20, 10, 35)


def test_a_bag_that_gave_more_than_it_held_is_shown_and_not_hidden():
    assert [use.left_ml for use in given([rate(0, 100, "start")], 60).overdrawn] == [-50]


def test_the_present_rate_goes_on_so_a_later_moment_projects_it():
    assert given([rate(0, 10, "start")], 240).charted_mg == 80
    assert given([rate(0, 10, "start")], 60).minutes_until(Decimal(30)) == 30


def test_facts_typed_late_and_out_of_order_give_the_same_account():
    rates = [rate(0, 10, "start"), rate(30, 0, "pause"), rate(45, 12, "resume")]

    assert given(rates[::-1], 60) == given(rates, 60)


def test_milligrams_inside_24_hours_are_cut_at_the_moment():
    an_hour = given([rate(0, 10, "start")], 60)

    assert an_hour.charted_mg_between(after(15), after(45)) == 10


def test_an_unknown_bag_and_a_pause_that_runs_are_refused():
    with pytest.raises(Missing, match="Bag C"):
        given([rate(0, 10, "start", "C")], 60)
    with pytest.raises(Refused, match="pause cannot carry 3 mL/h"):
        rate(5, 3, "pause")


def test_kinetics_gets_segments_and_boluses_in_minutes():
    history = given([rate(0, 10, "start"), rate(60, 0, "end")], 90, boluses=[BolusGiven(after(5), Decimal(3))]).history(
        "racemic", zero=TEN
    )

    assert history.total_mg == pytest.approx(23)
    assert [(b.at_min, b.mg) for b in history.boluses] == [(5, 3)]


def test_hourly_reconciliation_is_the_pumps_ml_minus_the_charted_ones():
    assert reconcile_ml(given([rate(0, 10, "start")], 60), pump_ml=Decimal("10.4")) == Fraction(2, 5)


@pytest.mark.hazard("H-08")
def test_h08_drug_closes_only_when_given_left_and_wasted_make_up_what_was_drawn():
    complete = DrugClosure(Decimal(100), Fraction(60), Fraction(10), Decimal(30))
    short = DrugClosure(Decimal(100), Fraction(60), Fraction(10), Decimal(20))

    assert complete.closes(within_mg=Decimal(0))
    assert not short.closes(within_mg=Decimal(5))
    assert short.missing_mg == 10


@pytest.mark.hazard("H-27")
@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("America/New_York", (2026, 3, 8), 23),
        ("America/New_York", (2026, 11, 1), 25),
        ("America/Phoenix", (2026, 3, 8), 24),
    ],
)
def test_h27_a_night_of_infusion_is_as_long_as_it_was(zone, night, hours):
    start = datetime(*night, tzinfo=ZoneInfo(zone))
    end = start + timedelta(days=1)  # the same clock time on the next day

    night_long = account([RateChange(start, "start", Decimal(10), "A")], [BAG], until=end)

    assert night_long.charted_mg == 20 * hours


@pytest.mark.hazard("H-27")
def test_h27_a_time_without_a_zone_is_refused():
    with pytest.raises(Refused, match="no zone"):
        account([RateChange(datetime(2026, 3, 8), "start", Decimal(1), "A")], [BAG], until=TEN)  # noqa: DTZ001 - the case


@pytest.mark.hazard("H-28")
def test_h28_two_independent_implementations_agree_on_2000_histories():
    for seed in range(2_000):
        one = history(Random(seed))
        first = account(one.rates, one.bags, until=one.until, boluses=one.boluses, flushes=one.flushes, line=one.line)
        second = witness(one.rates, one.bags, one.boluses, one.flushes, one.line, one.until)

        assert (first.charted_mg, first.delivered_mg, first.in_line_mg) == (
            second.charted_mg,
            second.delivered_mg,
            second.in_line_mg,
        ), seed
        assert (first.running_min, first.paused_min) == (second.running_min, second.paused_min), seed


@pytest.mark.hazard("H-28")
def test_h28_the_total_never_falls_with_time_adds_up_and_balances():
    for seed in range(300):
        one = history(Random(seed))
        facts = {"boluses": one.boluses, "flushes": one.flushes, "line": one.line}
        middle = one.rates[0].at + (one.until - one.rates[0].at) / 2
        half = account(one.rates, one.bags, until=middle, **facts)
        whole = account(one.rates, one.bags, until=one.until, **facts)

        assert half.charted_mg <= whole.charted_mg
        assert half.delivered_mg <= whole.delivered_mg
        assert whole.delivered_mg + whole.in_line_mg == whole.charted_mg + whole.prime_mg
        cut = whole.charted_mg_between(one.rates[0].at, middle) + whole.charted_mg_between(
            middle, one.until + timedelta(microseconds=1)
        )
        assert cut == whole.charted_mg


def test_utc_is_what_comes_back():
    phoenix = datetime(2026, 3, 3, 10, tzinfo=ZoneInfo("America/Phoenix"))

    assert account([RateChange(phoenix, "start", Decimal(1), "A")], [BAG], until=after(5)).until.tzinfo is UTC
