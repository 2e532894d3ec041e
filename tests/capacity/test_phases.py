"""Visits and the requirement language."""

from __future__ import annotations

import doctest

import pytest

from clearhead.capacity import phases
from clearhead.capacity.phases import Need, Phase, Visit, WrongVisit, needs, phase


def test_the_requirement_language_reads_as_a_clinic_says_it() -> None:
    assert needs("1 chair[private, monitor] + 2 nurse_share + clinician 10 min at start + pump 5 min at end") == (
        Need("chair", 1, frozenset({"private", "monitor"})),
        Need("nurse_share", 2),
        Need("clinician", 1, minutes=10, at="start"),
        Need("pump", 1, minutes=5, at="end"),
    )


@pytest.mark.parametrize(
    "text", ["", "chair +", "-1 chair", "1.5 chair", "chair 10 min", "Chair", "1 chair for 10 min"]
)
def test_what_is_not_in_the_language_is_refused(text: str) -> None:
    with pytest.raises(WrongVisit, match="does not read as a need"):
        needs(text)


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "chair"), (-5, "chair"), (5, "clinician 10 min at start"), (5, "0 chair")]
)
def test_a_phase_that_cannot_be_meant_is_refused(minutes: int, text: str) -> None:
    with pytest.raises(WrongVisit):
        phase("set_up", minutes, text)


def test_a_visit_without_phases_is_refused() -> None:
    with pytest.raises(WrongVisit):
        Visit(())


def test_demands_lie_end_to_end_and_at_the_stated_end_of_their_phase() -> None:
    visit = Visit((phase("set_up", 20, "chair + clinician 10 min at end"), phase("infusion", 40, "2 chair")))

    spans = [(d.need.kind, d.place, d.start_min, d.end_min) for d in visit.demands()]

    assert spans == [("chair", 0, 0, 20), ("clinician", 0, 10, 20), ("chair", 0, 20, 60), ("chair", 1, 20, 60)]
    assert visit.minutes == 60


def test_a_phase_accepts_needs_written_out() -> None:
    assert Phase("turnover", 10, (Need("chair"),)).needs[0].kind == "chair"


def test_the_examples_run() -> None:
    assert doctest.testmod(phases).failed == 0
