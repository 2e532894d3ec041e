"""Days with acute medicine against the thresholds of ICHD-3 8.2."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clearhead.medicine.headache.diary import AcuteClass, Day, DoseTaken, Severity, Window, count
from clearhead.medicine.headache.overuse import THRESHOLD_DAYS, Use, overuse

FIRST = date(2026, 1, 1)


def window(n, *, classes=None, headache=0, answered=28):
    """Window number n, with that many dates per class from its first date on."""
    first = FIRST + timedelta(days=28 * n)
    days = [Day(first + timedelta(days=k), Severity.MILD if k < headache else Severity.NONE) for k in range(answered)]
    noon = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    taken = [(name, k) for name, dates in (classes or {}).items() for k in dates]
    doses = [DoseTaken(noon + timedelta(days=k), "UTC", name) for name, k in taken]
    return count(days, [], doses, Window(first, first + timedelta(days=27)))


def use_of(found, name):
    return next(use for use in found.uses if use.name == name)


@pytest.mark.parametrize(("name", "threshold"), THRESHOLD_DAYS.items())
def test_each_class_is_over_at_its_threshold_and_under_one_day_below(name, threshold):
    at_it = overuse([window(n, classes={name: range(threshold)}, headache=20) for n in range(3)])
    below = overuse([window(n, classes={name: range(threshold - 1)}, headache=20) for n in range(3)])

    assert use_of(at_it, name.value).use is Use.OVER_THREE_WINDOWS
    assert use_of(below, name.value).use is Use.UNDER
    assert (at_it.fits_ichd, below.fits_ichd) == (True, False)


def test_one_window_over_is_not_yet_regular_use():
    found = overuse([window(0), window(1), window(2, classes={AcuteClass.TRIPTAN: range(12)})])

    assert use_of(found, "triptan").use is Use.OVER_NOW


def test_several_classes_none_of_them_over_add_up_by_date():
    classes = {AcuteClass.TRIPTAN: range(5), AcuteClass.NSAID: range(5, 10)}
    found = overuse([window(n, classes=classes, headache=20) for n in range(3)])

    assert use_of(found, "several_classes").use is Use.OVER_THREE_WINDOWS
    assert found.fits_ichd is True


def test_fewer_than_15_headache_days_do_not_fit():
    found = overuse([window(n, classes={AcuteClass.TRIPTAN: range(10)}, headache=12) for n in range(3)])

    assert found.headache_days_over is False
    assert found.fits_ichd is False


def test_unanswered_dates_make_it_unknown_never_under():
    found = overuse([window(n, classes={AcuteClass.TRIPTAN: range(8)}, answered=24) for n in range(3)])

    assert use_of(found, "triptan").use is Use.UNKNOWN


def test_medicine_nobody_could_classify_is_named():
    assert overuse([window(0, classes={AcuteClass.UNCLASSIFIED: range(4)})]).unclassified_days == 4
