"""A dose by plan beside an open emergency and beside the same drug given just before, by whatever order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from clearhead.medicine.rules import by_plan, guards
from clearhead.medicine.rules.adjunct import DoseGiven
from clearhead.medicine.rules.looked import Read
from clearhead.medicine.rules.verdict import Outcome, Reason
from tests.medicine.rules.given import RESTING, TEN, after, protocol
from tests.medicine.rules.test_adjunct import MIDAZOLAM, ONDANSETRON

OPEN = "The emergency of 02:02 is open; its line “recovered” ends it."
SEDATIVE = {"order_id": "midazolam_hourly", "ingredient": "midazolam", "title": "Midazolam, hourly", "dose": Decimal(1),
            "sedative": True, "repeat_every_min": 60}  # fmt: skip


def calm(emergency: str = "") -> guards.Seen:
    return guards.Seen(signs={sign: Read(TEN, value) for sign, value in RESTING.items()}, emergency=emergency)


def judged(**known: Any) -> list[Reason]:
    ordinary = {"order_id": "ondansetron_before", "ingredient": "ondansetron", "title": "Ondansetron",
                "dose": Decimal(4), "unit": "mg", "repeat_every_min": 0, "sedative": False, "allergies": (),
                "seen": calm(), "plan": frozenset({"ondansetron_before", "midazolam_hourly", "midazolam_before"}),
                }  # fmt: skip
    return list(by_plan.judge(by_plan.PlanFacts(**(ordinary | known)), protocol(), at=TEN))


def gates(reasons: list[Reason]) -> dict[str, Outcome]:
    return {reason.gate: reason.outcome for reason in reasons}


def earlier(minute: float, dose: str = "1", order: str = "midazolam_distress", unit: str = "mg") -> DoseGiven:
    return DoseGiven(after(minute), Decimal(dose), unit, order)


def test_a_sedative_waits_in_an_emergency_another_drug_is_asked_about_and_a_reversal_is_neither() -> None:
    held, plain = judged(**SEDATIVE, seen=calm(OPEN)), judged(seen=calm(OPEN))

    assert gates(held) == {"held_in_emergency": Outcome.REFUSED}
    assert "The emergency of 02:02 is open" in held[0].sentence
    assert gates(judged(**SEDATIVE, seen=calm(OPEN), prescriber_decides=True)) == {"held_in_emergency": Outcome.WARNED}
    assert gates(plain) == {"asked_in_emergency": Outcome.OPEN}
    assert gates(judged(seen=calm(OPEN), read=frozenset(gates(plain)))) == {"asked_in_emergency": Outcome.WARNED}
    for reversal in ("flumazenil", "naloxone"):
        assert judged(ingredient=reversal, seen=calm(OPEN)) == []
        assert judged(**{**SEDATIVE, "ingredient": reversal}, seen=calm(OPEN)) == [], "whatever its order says"


@pytest.mark.parametrize("minute", [0, -9, 5])
def test_a_sedative_waits_for_the_spacing_of_the_as_needed_order(minute: float) -> None:
    said = {**SEDATIVE, "orders": (MIDAZOLAM,), "given": (earlier(minute),)}

    assert gates(judged(**said)) == {"min_gap": Outcome.REFUSED}
    assert gates(judged(**said, prescriber_decides=True)) == {"min_gap": Outcome.WARNED}
    assert judged(**{**said, "given": (earlier(-MIDAZOLAM.min_gap_min),)}) == []


def test_the_cap_of_the_as_needed_order_counts_once_something_beside_the_plan_was_given() -> None:
    plan = tuple(earlier(minute, order="midazolam_hourly") for minute in (-180, -120, -60))
    said = {**SEDATIVE, "orders": (MIDAZOLAM,)}

    assert judged(**said, given=plan) == [], "the plan has its own number of doses"
    assert judged(**said, given=(earlier(-60),)) == [], "2 mg of 2 mg"
    beyond = judged(**said, given=(earlier(-200), plan[-1]))
    assert gates(beyond) == {"session_total": Outcome.REFUSED}
    assert "to 3 mg of midazolam; the as-needed order ends at 2 mg" in beyond[0].sentence
    assert gates(judged(**said, given=(earlier(-200, unit="mL"),))) == {"session_total": Outcome.REFUSED}


def test_any_other_drug_is_asked_about_and_given_once_it_was_confirmed() -> None:
    said = {"orders": (ONDANSETRON,), "given": (earlier(-100, "4", "ondansetron_nausea"), earlier(-200, "4", "old"))}
    asked = judged(**said)

    assert gates(asked) == {"asked_again": Outcome.OPEN, "asked_total": Outcome.OPEN}
    assert "4 mg of ondansetron 100 min ago; 240 min apart" in asked[0].sentence
    assert set(gates(judged(**said, read=frozenset(gates(asked)))).values()) == {Outcome.WARNED}


def test_two_doses_of_the_same_drug_by_plan_are_asked_about_where_they_lie_close() -> None:
    soon, origin = by_plan.again_within_min()

    assert gates(judged(given=(earlier(-soon + 1, "4", "other"),))) == {"asked_again": Outcome.OPEN}
    assert judged(given=(earlier(-soon, "4", "other"),)) == []
    before = earlier(-5, "2.8", "midazolam_before")
    assert gates(judged(**SEDATIVE, orders=(MIDAZOLAM,), given=(before,))) == {"min_gap": Outcome.REFUSED}
    assert judged(repeat_every_min=5, given=(earlier(-5, "4", "ondansetron_before"),)) == [], "its plan says so"
    assert "assumption" in origin
