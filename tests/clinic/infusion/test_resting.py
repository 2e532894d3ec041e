"""The resting baseline is of this visit: sets of days before move nothing and are not taken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Observation
from clearhead.clinic.infusion.queries.vitals import resting_sets
from tests.cast import AT_TEN, member
from tests.clinic.infusion import morning
from tests.clinic.infusion.room import minutes, running, visit

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-14")]
HIGH = {"sys": 168, "dia": 92, "hr": 98, "rr": 14, "spo2": 98, "sedation": 0}
DAYS_BEFORE = AT_TEN - timedelta(days=3)


@pytest.mark.parametrize("started", [True, False])
def test_a_set_dated_before_the_day_of_the_visit_is_refused(started: bool) -> None:
    session = running() if started else visit()
    kept = Observation.objects.count()

    with pytest.raises(actions.ChairRefused, match="before the day of this visit"):
        actions.observe(
            session=session, values=HIGH, by=member("nina"), at=AT_TEN + minutes(20), happened_at=DAYS_BEFORE
        )

    assert Observation.objects.count() == kept


def test_sets_of_a_start_that_was_put_off_do_not_move_the_baseline() -> None:
    session = visit()
    for minute in (0, 10, 20):
        actions.observe(
            session=session, values={**HIGH, "hr": 98 + minute // 10}, by=member("nina"),
            at=DAYS_BEFORE + minutes(minute),
        )  # fmt: skip

    running(session=session)

    assert queries.chair(session, AT_TEN + minutes(20)).baseline["systolic_mmhg"] == 124
    assert [one.at for one in resting_sets(session)] == [AT_TEN - minutes(15), AT_TEN - minutes(5)]


def test_a_set_of_the_evening_belongs_to_a_start_after_midnight() -> None:
    session = running(at=AT_TEN.replace(hour=7) + minutes(10))  # ten past midnight at the site

    before = AT_TEN.replace(hour=7) - minutes(20)
    row = actions.observe(
        session=session, values=HIGH, by=member("nina"), at=AT_TEN.replace(hour=7) + minutes(20), happened_at=before
    )

    assert row.phase == "baseline"


NOTHING = dict.fromkeys(("hr", "spo2", "bp", "rr", "sedation"), "refused")
CALM = {"sys": 124, "dia": 76, "hr": 72, "rr": 14, "spo2": 98, "sedation": 0}


@pytest.mark.parametrize(
    ("values", "why_not"),
    [
        ({}, NOTHING),
        ({}, dict.fromkeys(NOTHING, "not_obtainable")),
        ({name: CALM[name] for name in ("sys", "dia", "rr", "sedation", "spo2")}, {"hr": "not_obtainable"}),
        ({name: CALM[name] for name in ("hr", "rr", "sedation", "spo2")}, {"bp": "refused"}),
        ({name: CALM[name] for name in ("sys", "dia", "hr", "rr", "sedation")}, {"spo2": "artefact"}),
    ],
)
def test_a_set_without_pulse_pressure_or_oxygen_is_no_resting_set_at_the_go(
    values: dict[str, Any], why_not: dict[str, str]
) -> None:
    session = morning.prepared(morning.booked(), without="baseline_sets")
    for ago in (12, 5):
        actions.observe(session=session, values=values, why_not=why_not, by=member("nina"), at=AT_TEN - minutes(ago))

    with pytest.raises(actions.StartRefused) as refusal:
        morning.go(session)
    sentences = [one.sentence for one in refusal.value.verdict.blocking]
    assert len(sentences) == 1
    assert sentences[0].startswith(
        "0 current resting sets with heart rate, pressure and SpO₂ read (2 without one of them); "
    )

    for ago in (4, -2):
        actions.observe(session=session, values={**CALM, "hr": 72 + ago}, by=member("nina"), at=AT_TEN - minutes(ago))
    assert morning.go(session, AT_TEN + minutes(3)).go
