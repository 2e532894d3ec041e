"""A rehearsal believes nothing: what does not refuse, refuses for another reason, or was never tried stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from clearhead.clinic.people.models import Site
from clearhead.clinic.rehearsal.declared import all_were_tried, declared
from clearhead.clinic.rehearsal.story import Giver, StoppedShort, must_refuse
from clearhead.medicine.protocols.loader import shipped
from clearhead.medicine.rules.reasons import refused
from clearhead.medicine.rules.verdict import Verdict

WEIGHT = Giver("weight_today", lambda: None)


class Refused(Exception):
    """As the actions refuse: with a verdict."""

    def __init__(self, *gates: str) -> None:
        self.verdict = Verdict.of("start", [refused(gate, gate, "No.") for gate in gates])
        super().__init__(str(self.verdict))


def refusing(*gates: str) -> Callable[[], None]:
    """An act that these gates refuse."""

    def act() -> None:
        raise Refused(*gates)

    return act


def story_of(protocol: str = "prescriber-range", sex: str = "female") -> Any:
    return SimpleNamespace(protocol=shipped(protocol), patient=SimpleNamespace(sex=sex), gates_tried=[])


@pytest.mark.django_db
def test_an_act_that_nothing_refuses_stops_the_rehearsal_and_names_the_gate() -> None:
    with pytest.raises(StoppedShort, match=r"without weight_today it was not refused by it. Against it stood: nothing"):
        must_refuse("start", WEIGHT, lambda: None, (Site,))


@pytest.mark.django_db
def test_an_act_that_another_gate_refuses_stops_it() -> None:
    with pytest.raises(StoppedShort, match="Against it stood: fasting"):
        must_refuse("start", WEIGHT, refusing("fasting"), (Site,))


@pytest.mark.django_db
def test_a_second_gate_that_refuses_too_stops_it_unless_it_rests_on_the_same_fact() -> None:
    act = refusing("weight_today", "bag_checked")

    with pytest.raises(StoppedShort, match="only weight_today was missing, yet bag_checked refused"):
        must_refuse("start", WEIGHT, act, (Site,))
    must_refuse("start", replace(WEIGHT, also=frozenset({"bag_checked"})), act, (Site,))


def test_the_gates_of_the_start_that_rest_on_earlier_days_are_among_the_declared() -> None:
    found = declared(story_of())

    for gate in ("consent_current", "decision_current", "order_current", "weight_today", "fasting"):
        assert f"start:{gate}" in found
    assert {"assessment:specialist_consult_held", "assessment:ketamine_allergy"} <= found


def test_a_declared_gate_that_nobody_tried_stops_the_rehearsal_by_name() -> None:
    story = story_of()
    story.gates_tried = sorted(declared(story) - {"start:weight_today"})

    with pytest.raises(StoppedShort, match="never tried: start:weight_today"):
        all_were_tried(story)

    story.gates_tried.append("start:weight_today")
    all_were_tried(story)


def test_the_pregnancy_gate_concerns_nobody_who_cannot_be_pregnant() -> None:
    assert "start:pregnancy_status" in declared(story_of())
    assert "start:pregnancy_status" not in declared(story_of(sex="male"))
