"""Ordinary sessions stay quiet and every crisis speaks, in a short form; `python -m proofs.flag_budget` runs 500."""

from __future__ import annotations

import pytest

from proofs import flag_budget


@pytest.fixture(scope="module", params=[None, flag_budget.blind_people()], ids=["simulator", "second set"])
def found(request: pytest.FixtureRequest) -> flag_budget.Budget:
    return flag_budget.measure(40, 1, request.param)


def test_an_ordinary_session_has_no_high_flag_and_at_most_two_medium_ones(found: flag_budget.Budget) -> None:
    assert found.holds
    assert found.sessions == 40


@pytest.mark.parametrize("name", [crisis.name for crisis in flag_budget.CRISES])
def test_every_crisis_is_flagged(found: flag_budget.Budget, name: str) -> None:
    sessions, _, flagged = found.crises[name]

    assert flagged == sessions
