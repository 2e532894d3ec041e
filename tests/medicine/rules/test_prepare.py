"""The preparation sheet in clock times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from clearhead.medicine.errors import Refused
from clearhead.medicine.protocols.before import MedicineInstruction
from clearhead.medicine.rules.clock import read_local, words
from clearhead.medicine.rules.prepare import NEVER_HELD, PatientMedicine, PrepareFacts, items, judge
from tests.medicine.rules.given import TEN, gates, protocol

PHOENIX, BOSTON = "America/Phoenix", "America/New_York"


def wall(day, hour, minute=0, month=3):
    return datetime(2026, month, day, hour, minute)  # noqa: DTZ001 - a clock time as a person types it


def clocks(start_at, zone, of=None):
    sheet = items(PrepareFacts(start_at, zone), of or protocol())
    return {item.kind: item.clock for item in sheet if item.kind.startswith("last_")}


def test_times_count_back_from_the_appointment_on_the_sites_clock():
    assert clocks(TEN, PHOENIX) == {
        "last_solid_meal": "Tue 3 March, 02:00",
        "last_light_meal": "Tue 3 March, 04:00",
        "last_clear_drink": "Tue 3 March, 08:00",
    }
    assert clocks(TEN, PHOENIX, protocol("short-total-dose"))["last_light_meal"] == "Tue 3 March, 06:00"


@pytest.mark.hazard("H-27")
@pytest.mark.parametrize(
    ("zone", "day", "month", "light", "solid"),
    [
        (BOSTON, 8, 3, "Sun 8 March, 01:00", "Sat 7 March, 23:00"),
        (BOSTON, 1, 11, "Sun 1 November, 03:00", "Sun 1 November, 01:00 EST"),
        (PHOENIX, 8, 3, "Sun 8 March, 02:00", "Sun 8 March, 00:00"),
    ],
)
def test_h27_six_hours_are_six_hours_across_both_clock_changes_and_where_there_is_none(zone, day, month, light, solid):
    hour = {8: 8, 1: 9}[day]
    found = clocks(read_local(wall(day, hour, month=month), zone), zone)

    assert (found["last_light_meal"], found["last_solid_meal"]) == (light, solid)


@pytest.mark.hazard("H-27")
def test_h27_a_clock_time_that_does_not_exist_is_refused_and_one_that_comes_twice_asks():
    with pytest.raises(Refused, match="does not exist"):
        read_local(wall(8, 2, 30), BOSTON)
    with pytest.raises(Refused, match="comes twice"):
        read_local(wall(1, 1, 30, month=11), BOSTON)

    earlier, later = (read_local(wall(1, 1, 30, month=11), BOSTON, which=which) for which in ("earlier", "later"))
    assert (later - earlier).total_seconds() == 3600
    assert words(earlier, BOSTON) == "Sun 1 November, 01:30 EDT"


def medicine(typed, *classes):
    facts = PrepareFacts(TEN, PHOENIX, (PatientMedicine(typed, classes),))
    return next(item for item in items(facts, protocol()) if item.kind == "medicine")


def test_a_medicine_gets_the_strictest_line_of_its_classes_as_a_draft():
    assert (medicine("lisinopril", "antihypertensive").draft, medicine("lisinopril", "antihypertensive").signed) == (
        "take",
        False,
    )
    assert medicine("lorazepam", "benzodiazepine").draft == "ask"
    assert medicine("riboflavin", "supplement").draft == "take"
    assert medicine("something typed").draft == "ask"
    assert medicine("a mix", "antihypertensive", "opioid").draft == "ask"


@pytest.mark.parametrize("name", NEVER_HELD)
def test_a_file_that_says_hold_for_a_medicine_nobody_may_stop_suddenly_is_read_as_ask(name):
    line = MedicineInstruction(name, "hold", "Do not take it.", "prescriber")
    of = replace(protocol(), preparation=replace(protocol().preparation, medicine_instructions=(line,)))
    facts = PrepareFacts(TEN, PHOENIX, (PatientMedicine("it", (name,)),))

    (item,) = (item for item in items(facts, of) if item.kind == "medicine")

    assert (item.draft, item.sentence) == ("ask", "it: ask us first.")


def test_the_sheet_goes_out_when_the_escort_is_named_and_every_line_signed():
    day_before = datetime(2026, 3, 2, 17, tzinfo=UTC)
    draft = PrepareFacts(TEN, PHOENIX, (PatientMedicine("lorazepam", ("benzodiazepine",)),))
    complete = replace(draft, escort_named=True, signed_lines=frozenset({"lorazepam"}))

    assert gates(judge(draft, protocol(), at=day_before)) == {"escort_named": "open", "medicine_lines_signed": "open"}
    assert gates(judge(complete, protocol(), at=day_before)) == {}
    assert gates(judge(complete, protocol(), at=datetime(2026, 3, 3, 12, tzinfo=UTC))) == {"times_ahead": "warned"}
