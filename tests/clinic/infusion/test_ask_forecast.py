"""Two questions to the forecast: minutes until below a level, and what another rate would do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.queries import screen
from clearhead.clinic.plan.models import Session
from clearhead.medicine.kinetics.chairside import Chairside, minutes_until_below
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, running
from tests.clinic.infusion.test_pages import at, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def chair() -> Session:
    return running(at=timezone.now() - minutes(90), ml_per_h="21")


def asked(session: Session, **said: str) -> Any:
    return signed_in().get(at(session, "forecast/"), said)


@pytest.mark.hazard("H-35")
def test_minutes_until_below_a_level_are_told_for_both_models_with_what_they_are_not(chair: Session) -> None:
    page = asked(chair, level="60")

    waits, words = page.context["asked"].waits, text_of(page)
    assert [wait.sampling_site for wait in waits] == ["arterial", "venous"]
    assert all(0 < wait.low_min <= wait.median_min <= wait.high_min for wait in waits)
    assert "Not a sobriety clock" in words
    assert "Discharge rests on the person seen" in words
    assert "was fitted on" in words
    assert f"{waits[0].median_min:.0f} min" in words


def test_the_minutes_are_those_of_the_kinetics_for_this_person_and_plan(chair: Session) -> None:
    view = queries.chair(chair, timezone.now())
    found = queries.ask(chair, view, level=Decimal(60), rate=Decimal(0)).waits[0]

    basis = queries.basis_of(chair, view)
    nothing = queries.planned(view, basis.zero, Decimal(0))
    own = minutes_until_below(
        basis.history, nothing, basis.person, "kamp-2020", level_ng_per_ml=60, now_min=basis.now_min
    )

    assert (found.low_min, found.median_min, found.high_min) == (own.low_min, own.median_min, own.high_min)
    assert own.warnings == queries.forecast_of(chair, view.now, view).bands[0].warnings[: len(own.warnings)]


def test_another_rate_is_answered_from_the_state_kept_ready(chair: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[float] = []
    real = Chairside.at_rate
    monkeypatch.setattr(Chairside, "at_rate", lambda self, rate: used.append(rate) or real(self, rate))
    steps = queries.rates_to_ask(queries.chair(chair, timezone.now()))

    nothing, most = (asked(chair, rate=f"{rate:f}").context["asked"] for rate in (steps[0], steps[-1]))

    assert any("5.5 h is longer than the 2 h of infusion" in warning for warning in most.warnings)
    assert not any("is longer than" in warning for warning in nothing.warnings)
    assert used == [0.0, 0.0, float(steps[-1]), float(steps[-1])]
    assert steps[-1] > 0
    assert len(nothing.lines) == len(most.lines) == 9
    assert nothing.lines[0].values[0] == pytest.approx(most.lines[0].values[0], rel=1e-3)  # asked moments apart
    for low, high in zip(nothing.lines[1:], most.lines[1:], strict=True):
        assert low.values[0][1] < high.values[0][1]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"level": "0"}, "0 ng/mL is outside 1 to 1000 ng/mL"),
        ({"level": "5000"}, "5000 ng/mL is outside 1 to 1000 ng/mL"),
        ({"level": "-5"}, "Level “-5” does not read as"),
        ({"level": "fifty"}, "Level “fifty” does not read as"),
        ({"level": "nan"}, "Level “nan” does not read as"),
        ({"level": "1.25"}, "At most 1 digits after the point"),
        ({"rate": "999"}, "999 mg/h is no step of this order as it runs now"),
    ],
)
def test_what_is_no_level_and_no_rate_of_the_order_is_refused_in_words(
    chair: Session, said: dict[str, str], sentence: str
) -> None:
    page = asked(chair, **said)

    assert page.status_code == 422
    assert sentence in text_of(page)
    assert page.context["asked"] is None
    assert page.context["lines"]


def test_an_empty_question_asks_for_one(chair: Session) -> None:
    page = asked(chair, level="", rate="")

    assert page.status_code == 200
    assert "Enter a level, choose a rate, or both" in text_of(page)


@pytest.mark.hazard("H-36")
def test_a_forecast_that_was_withdrawn_takes_no_question(chair: Session) -> None:
    actions.stop(session=chair, by=member("nina"), at=timezone.now())

    page = asked(chair, level="60")

    assert "the pump was not seen stopped" in text_of(page)
    assert "Ask the forecast" not in text_of(page)
    assert page.context["asked"].waits == ()


def test_a_question_leaves_no_fact_behind(chair: Session) -> None:
    before = queries.chair(chair, timezone.now()).number

    asked(chair, level="60", rate="0")

    assert queries.chair(chair, timezone.now()).number == before


@pytest.mark.hazard("H-36")
def test_without_a_weight_the_nurse_reads_that_it_is_missing() -> None:
    session = running()
    view = replace(queries.chair(session, AT_TEN + minutes(30)), weight_kg=None)

    made = queries.forecast_of(session, view.now, view)

    assert made.bands == ()
    assert made.withdrawn_because.startswith("Weight is missing")
    assert queries.ask(session, view, level=Decimal(60), rate=None).waits == ()


@pytest.mark.hazard("H-35")
def test_the_picture_of_the_chair_says_how_many_warnings_its_band_carries_and_where_they_stand(chair: Session) -> None:
    view = queries.chair(chair, timezone.now())
    made = queries.forecast_of(chair, view.now, view)

    page = signed_in().get(at(chair))

    many = len(made.warnings)
    assert many >= 2
    assert screen.band(made, view).caption.startswith(f"▲ {many} warnings · forecast ng/mL")
    assert f"▲ {many} warnings · forecast ng/mL" in page.content.decode()
    assert f'href="{at(chair, "forecast/")}">▲ {many} warnings about the forecast</a>' in page.content.decode()


def test_a_band_without_warnings_carries_no_sign(chair: Session) -> None:
    view = queries.chair(chair, timezone.now())
    made = queries.forecast_of(chair, view.now, view)

    quiet = replace(made, bands=tuple(replace(band, warnings=()) for band in made.bands))

    assert "▲" not in screen.band(quiet, view).caption
