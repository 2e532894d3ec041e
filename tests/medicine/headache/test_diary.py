"""What counts as a headache day, a migraine day and an answered date."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from clearhead.medicine.errors import Refused
from clearhead.medicine.headache.diary import (
    AcuteClass,
    Attack,
    Day,
    DoseTaken,
    Severity,
    Window,
    count,
    is_backfilled,
)

PHOENIX, BOSTON = "America/Phoenix", "America/New_York"
MARCH = Window(date(2026, 3, 1), date(2026, 3, 28))


def at(day, hour=12, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def march(day):
    return date(2026, 3, day)


def test_a_missing_date_is_not_a_headache_free_date():
    counts = count([Day(march(1), Severity.NONE)], [], [], MARCH)

    assert counts.headache_days == 0
    assert counts.answered == 1
    assert counts.dates[1].headache is None


def test_23_of_28_dates_are_enough_and_22_are_not():
    days = [Day(march(n), Severity.NONE) for n in range(1, 24)]

    assert count(days, [], [], MARCH).enough
    assert not count(days[:22], [], [], MARCH).enough
    assert count(days, [], [], MARCH).completeness == Fraction(23, 28)


@pytest.mark.parametrize(
    ("answer", "attacked", "dosed", "headache"),
    [
        (None, False, False, None),
        (Severity.NONE, False, False, False),
        (Severity.MILD, False, False, True),
        (None, True, False, True),
        (None, False, True, True),
        (Severity.NONE, True, False, True),
        (Severity.NONE, False, True, True),
        (Severity.SEVERE, True, True, True),
    ],
)
def test_a_headache_day_is_an_answer_an_attack_or_acute_medicine(answer, attacked, dosed, headache):
    days = [] if answer is None else [Day(march(5), answer)]
    attacks = [Attack(at(5), "UTC")] if attacked else []
    doses = [DoseTaken(at(5), "UTC", AcuteClass.NSAID)] if dosed else []

    assert count(days, attacks, doses, MARCH).dates[4].headache is headache


def test_an_attack_outweighs_none_and_the_conflict_is_shown():
    counts = count([Day(march(5), Severity.NONE)], [Attack(at(5), "UTC", at(5, 20))], [], MARCH)

    assert counts.headache_days == 1
    assert [conflict.local_date for conflict in counts.conflicts] == [march(5)]
    assert "answered “none”" in counts.conflicts[0].sentence


def test_an_attack_that_crosses_midnight_touches_two_dates_and_one_that_ends_at_midnight_does_not():
    over = Attack(at(5, 22), "UTC", ended_at=at(6, 1))
    until = Attack(at(5, 22), "UTC", ended_at=at(6, 0))

    assert over.dates() == (march(5), march(6))
    assert until.dates() == (march(5),)


def test_an_attack_nobody_closed_reaches_only_as_far_as_the_last_thing_written_about_it():
    attack = Attack(at(5), "UTC", last_event_at=at(7, 3))

    assert attack.dates() == (march(5), march(6), march(7))
    assert count([], [attack], [], MARCH).headache_days == 3


def test_the_date_is_the_one_on_the_patients_own_clock():
    late_in_boston = Attack(datetime(2026, 3, 6, 3, 30, tzinfo=UTC), BOSTON)

    assert late_in_boston.dates() == (march(5),)


def test_severity_of_a_date_is_its_own_answer_and_an_attacks_peak_only_where_it_surely_was():
    days = [Day(march(5), Severity.SEVERE), Day(march(6), Severity.MILD)]
    long = Attack(at(5), "UTC", ended_at=at(7, 9), peak=Severity.SEVERE)

    counts = count(days, [long], [], MARCH)

    assert [counts.dates[n].moderate_or_severe for n in (4, 5, 6)] == [True, False, True]


def test_a_headache_of_unknown_strength_is_counted_apart():
    counts = count([], [Attack(at(5), "UTC")], [], MARCH)

    assert (counts.moderate_or_severe_days, counts.moderate_or_severe_unknown) == (0, 1)


def test_a_one_tap_headache_stays_unknown_as_a_migraine_day_until_features_or_a_triptan():
    days = [Day(march(5), Severity.SEVERE), Day(march(6), Severity.SEVERE)]
    triptan = [DoseTaken(at(6), "UTC", AcuteClass.TRIPTAN)]

    counts = count(days, [], triptan, MARCH)

    assert (counts.migraine_days, counts.migraine_unknown) == (1, 1)


@pytest.mark.parametrize(
    ("features", "migraine"),
    [
        ({"aura": True}, True),
        ({"unilateral": True, "pulsating": True, "nausea": True}, True),
        ({"unilateral": True, "pulsating": True, "photophobia": True, "phonophobia": True}, True),
        ({"unilateral": True, "pulsating": True, "photophobia": True}, None),
        ({}, None),
        (
            dict.fromkeys(("unilateral", "pulsating", "worse_with_activity", "aura"), False)
            | {"peak": Severity.SEVERE, "nausea": True},
            False,
        ),
        (
            dict.fromkeys(("unilateral", "pulsating", "worse_with_activity"), False)
            | {"peak": Severity.SEVERE, "nausea": True},
            None,
        ),
    ],
)
def test_icdh_features_decide_only_when_the_unasked_ones_cannot_change_the_answer(features, migraine):
    assert Attack(at(5), "UTC", **features).is_migraine() is migraine


def test_days_with_medicine_are_counted_per_class_and_not_by_tablet():
    doses = [DoseTaken(at(5, hour), "UTC", AcuteClass.TRIPTAN) for hour in (8, 12, 20)]
    doses += [DoseTaken(at(6), "UTC", AcuteClass.NSAID), DoseTaken(at(6), "UTC", AcuteClass.UNCLASSIFIED)]
    doses += [DoseTaken(at(7), "UTC", AcuteClass.UNCLASSIFIED, role="preventive")]

    counts = count([], [], doses, MARCH)

    assert counts.acute_medicine_days == 2
    assert counts.acute_days_by_class == {AcuteClass.TRIPTAN: 1, AcuteClass.NSAID: 1, AcuteClass.UNCLASSIFIED: 1}


def test_two_standing_answers_for_one_date_are_refused():
    with pytest.raises(Refused, match="Two answers for 5 March 2026"):
        count([Day(march(5), Severity.NONE), Day(march(5), Severity.MILD)], [], [], MARCH)


def test_before_is_the_28_dates_before_the_first_session_and_after_the_28_following_the_last():
    before, after = Window.before(march(29)), Window.after(march(31))

    assert before == MARCH
    assert (after.first, len(after.dates)) == (date(2026, 4, 1), 28)
    assert Window.after(march(31), number=2).first == after.last + timedelta(days=1)


@pytest.mark.hazard("H-27")
@pytest.mark.parametrize("zone", [BOSTON, PHOENIX])
@pytest.mark.parametrize("on", [date(2026, 3, 8), date(2026, 11, 1)])
def test_h27_backfilling_starts_48_hours_after_the_date_ends_on_both_clock_change_days(zone, on):
    from zoneinfo import ZoneInfo

    end = datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(zone)) + timedelta(days=1)
    end = end.astimezone(UTC)

    assert not is_backfilled(on, recorded_at=end + timedelta(hours=48), zone=zone)
    assert is_backfilled(on, recorded_at=end + timedelta(hours=48, seconds=1), zone=zone)
