"""A clock time that came twice offers its two moments, in every form, when and only when it came twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clearhead.clinic.web.forms import ClearForm, WhenField

HALF_PAST = "2026-11-01T01:30"


class OneTime(ClearForm):
    at = WhenField(label="When", zone="America/New_York")


def given(**said: str) -> OneTime:
    form = OneTime(said)
    form.is_valid()
    return form


@pytest.mark.hazard("H-27")
def test_a_time_that_came_twice_asks_with_two_choices_that_can_be_tapped() -> None:
    form = given(at=HALF_PAST)

    assert form.errors["at"] == ["That time happened twice: the clocks were put back. Say which one."]
    assert form.as_div().count('name="at_which"') == 2
    assert f'value="{HALF_PAST}"' in form.as_div()


@pytest.mark.hazard("H-27")
@pytest.mark.parametrize(("which", "hour"), [("first", 5), ("second", 6)])
def test_the_choice_says_which_moment_is_meant(which: str, hour: int) -> None:
    form = given(at=HALF_PAST, at_which=which)

    assert form.cleaned_data["at"] == datetime(2026, 11, 1, hour, 30, tzinfo=UTC)


def test_a_choice_left_over_from_another_time_changes_nothing() -> None:
    form = given(at="2026-11-01T09:30", at_which="second")

    assert form.cleaned_data["at"] == datetime(2026, 11, 1, 14, 30, tzinfo=UTC)
    assert "at_which" not in form.as_div()


@pytest.mark.parametrize("hour", [5, 6])
def test_a_moment_of_the_hour_that_came_twice_is_shown_with_its_choice_and_saved_as_it_was(hour: int) -> None:
    moment = datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
    shown: Any = OneTime(initial={"at": moment})["at"]
    wall, _, which = shown.value().partition(" ")

    assert f'value="{which}" checked' in str(shown)
    assert given(at=wall, at_which=which).cleaned_data["at"] == moment


@pytest.mark.parametrize("typed", ["2026-03-08T02:30", "9999-12-31T23:59", "0000-01-01T00:00", "soon", ""])
def test_a_time_that_never_was_is_refused_and_offers_no_choice(typed: str) -> None:
    form = given(at=typed)

    assert len(form.errors["at"]) == 1
    assert "at_which" not in form.as_div()
