"""The observation clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearhead.medicine.rules.observe import Added, Changed, ObserveFacts, SetTaken, due, judge, phase_of
from tests.medicine.rules.given import TEN, after, gates, protocol


def started(*sets, changes=(), **known):
    """Started at TEN; sets as minutes ("12" core, "30f" full)."""
    taken = tuple(SetTaken(after(float(str(s).rstrip("f"))), "full" if str(s).endswith("f") else "core") for s in sets)
    changed = (Changed("start", TEN), *(Changed(kind, after(minute)) for kind, minute in changes))
    return ObserveFacts(TEN, sets=taken, changes=changed, **known)


def next_at(facts, minute):
    found = due(facts, protocol(), at=after(minute))
    return (found.at - TEN).total_seconds() / 60, found.set


def test_nobody_is_observed_before_the_start_and_after_leaving():
    assert due(ObserveFacts(None), protocol(), at=TEN) is None
    assert due(started(left_at=after(400)), protocol(), at=after(401)) is None


def test_the_first_sets_come_at_5_10_and_15_minutes():
    assert next_at(started(), 1) == (5, "core")
    assert next_at(started(5), 6) == (10, "core")
    assert next_at(started(5, 10), 11) == (15, "core")


def test_a_set_taken_a_little_early_counts():
    assert next_at(started(3.5), 4) == (10, "core")


def test_then_the_phase_gives_the_interval_and_a_full_set_falls_due():
    assert next_at(started(5, 10, 15), 16) == (25, "core")
    assert next_at(started(5, 10, 15, 25), 26) == (30, "full")


def test_an_increase_begins_the_three_sets_again_and_a_decrease_asks_for_one():
    quiet = (5, 10, 15, "30f", 45)

    assert next_at(started(*quiet, changes=[("increase", 50)]), 51) == (55, "core")
    assert next_at(started(*quiet, changes=[("decrease", 46)]), 47) == (56, "core")


def test_an_hour_without_change_is_stable_and_looked_at_less():
    sets = started(5, 10, 15, "30f", 45, "60f")

    assert phase_of(sets, protocol(), at=after(59)) == "running"
    assert phase_of(sets, protocol(), at=after(60)) == "stable"
    assert next_at(sets, 61) == (90, "core")
    assert phase_of(replace(sets, open_symptom=True), protocol(), at=after(90)) == "running"


def test_after_a_sedative_every_five_minutes_with_capnography():
    sedated = due(started(5, 10, 15, "30f", 45, 55, "60f", 65, changes=[("sedative", 50)]), protocol(), at=after(66))

    assert ((sedated.at - TEN).total_seconds() / 60, sedated.monitors) == (70, ("capnography",))


def test_recovery_counts_from_its_own_begin():
    assert next_at(started(5, 10, 15, "238f", recovery_since=after(240)), 241) == (255, "core")


def test_an_order_can_bring_its_own_interval():
    assert next_at(started(5, 10, 15, "30f", 40, added=(Added(after(40), 5, 30),)), 41) == (45, "core")


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize(
    ("minute", "told"), [(5, "nobody"), (6, "nurse_device"), (10, "desk"), (14.9, "desk"), (15, "prescriber")]
)
def test_h07_an_overdue_set_is_told_further_at_exact_times(minute, told):
    assert due(started(), protocol(), at=after(minute)).told == told


def test_an_overdue_set_warns_and_later_stays_open():
    assert gates(judge(started(), protocol(), at=after(6))) == {"set_due": "warned"}
    assert gates(judge(started(), protocol(), at=after(12))) == {"set_due": "open"}


def test_a_future_dated_set_does_not_silence_the_clock():
    assert due(started(60), protocol(), at=after(12)).overdue_min == 7


@pytest.mark.hazard("H-04")
def test_h04_a_phase_without_intervals_refuses():
    bare = replace(protocol(), observation=replace(protocol().observation, phases=()))

    assert gates(judge(started(), bare, at=after(1))) == {"limits_present": "refused"}


def test_local_times_of_a_zone_and_utc_give_the_same_clock():
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("America/Phoenix")
    local = ObserveFacts(TEN.astimezone(zone), changes=(Changed("start", TEN.astimezone(zone)),))

    assert due(local, protocol(), at=after(7).astimezone(zone)) == due(started(), protocol(), at=after(7))
