"""When relief fades."""

from __future__ import annotations

from datetime import date, timedelta

from clearhead.medicine.headache.diary import Day, Severity, Window, count
from clearhead.medicine.outcomes.relapse import DiaryFacts, Status, longest_free_run, relapse

LAST = date(2026, 3, 1)
BASELINE = count(
    [Day(on, Severity.SEVERE if n % 2 else Severity.NONE) for n, on in enumerate(Window.before(LAST).dates)],
    [],
    [],
    Window.before(LAST),
)  # 14 of 28


def diary(*stretches, missing=()):
    """Stretches of (dates, one bad day in n; 0 = none)."""
    days, on = [], LAST
    for length, one_in in stretches:
        for n in range(length):
            on += timedelta(days=1)
            bad = one_in and n % one_in == 0
            days.append(Day(on, Severity.SEVERE if bad else Severity.NONE))
    return DiaryFacts(tuple(day for n, day in enumerate(days, 1) if n not in missing))


def after(facts, day):
    return relapse(facts, BASELINE, last_session=LAST, until=LAST + timedelta(days=day))


def test_relief_that_lasts_is_still_improved():
    assert after(diary((90, 5)), 90).status is Status.STILL_IMPROVED


def test_who_never_responded_has_no_relapse_at_day_0():
    assert after(diary((90, 2)), 90).status is Status.NEVER_RESPONDED


def test_relief_that_ends_is_suspected_first_and_confirmed_by_14_more_days():
    facts = diary((42, 0), (60, 1))

    suspected, confirmed = after(facts, 60), after(facts, 80)

    assert (suspected.status, suspected.days_after_last_session) == (Status.SUSPECTED, 52)
    assert (confirmed.status, confirmed.days_after_last_session) == (Status.RELAPSED, 52)


def test_a_bad_spell_that_passes_is_no_relapse():
    assert after(diary((42, 0), (11, 1), (60, 0)), 110).status is Status.STILL_IMPROVED


def test_too_few_answers_give_no_status():
    assert after(diary((28, 0), missing=range(1, 10)), 28).status is Status.NOT_ENOUGH_DATA
    assert after(diary((90, 0), missing=range(70, 91)), 90).status is Status.NOT_ENOUGH_DATA
    assert after(diary((20, 0)), 20).status is Status.NOT_ENOUGH_DATA


def test_a_missing_date_ends_a_free_run():
    facts = diary((28, 0), missing=(10,))

    assert longest_free_run([facts.counted(Window.after(LAST))]) == 18
