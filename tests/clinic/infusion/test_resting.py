"""The resting baseline is of this visit: sets of days before move nothing and are not taken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Observation
from clearhead.clinic.infusion.queries.vitals import resting_sets
from tests.cast import AT_TEN, member
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
