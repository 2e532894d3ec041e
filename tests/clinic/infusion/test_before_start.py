"""Nothing of the pump lies before its start, and what is set back by hours is asked about."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Bolus, PumpReading, RateChange
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import hang, minutes, running

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-12")]
NOW = AT_TEN + minutes(30)


def do(session: Session, kind: str, when: datetime, *, at: datetime = NOW, ticked: str = "") -> Any:
    said: dict[str, Any] = {"session": session, "by": member("nina"), "at": at, "happened_at": when}
    ask = actions.Ask(confirmed=frozenset({ticked}))
    if kind == "rate":
        return actions.change_rate(**said, value=Decimal("10.5"), unit="mg/h", ask=ask)
    if kind == "bolus":
        return actions.bolus(**said, mg=Decimal(5), ask=actions.Ask(confirmed=frozenset({ticked, "bolus=5"})))
    if kind == "bag":
        return actions.change_bag(**said, bag=hang(session, when), ask=ask)
    if kind == "reading":
        return actions.read_pump(**said, pump_ml=Decimal(3))
    if kind == "flush":
        return actions.flush(**said, ml=Decimal(10))
    return getattr(actions, kind)(**said)


@pytest.mark.parametrize("kind", ["rate", "bolus", "bag", "reading", "flush", "pause", "end"])
def test_what_is_dated_before_the_start_is_refused_and_leaves_nothing(kind: str) -> None:
    session = running()

    with pytest.raises(actions.ChairRefused, match="before the start of this infusion"):
        do(session, kind, AT_TEN - minutes(62))

    assert (RateChange.objects.count(), Bolus.objects.count(), PumpReading.objects.count()) == (1, 0, 0)
    assert queries.account_of(session, NOW).charted_mg * 2 == 7


def test_the_minute_of_the_start_is_the_start() -> None:
    session = running(AT_TEN + minutes(0.5))

    row = do(session, "rate", AT_TEN)

    assert row.happened_at == AT_TEN + minutes(0.5)
    assert queries.account_of(session, AT_TEN + minutes(60.5)).charted_mg * 2 == 21


@pytest.mark.parametrize("kind", ["rate", "bolus", "bag"])
def test_what_is_set_back_by_hours_is_asked_about(kind: str) -> None:
    session, late = running(), AT_TEN + minutes(100)

    with pytest.raises(actions.ChairRefused, match="95 min ago"):
        do(session, kind, AT_TEN + minutes(5), at=late)

    assert do(session, kind, AT_TEN + minutes(5), at=late, ticked="set_back").happened_at == AT_TEN + minutes(5)


def test_a_pause_and_an_end_are_never_asked_for_how_long_ago() -> None:
    session, late = running(), AT_TEN + minutes(100)

    do(session, "pause", AT_TEN + minutes(5), at=late)
    do(session, "end", AT_TEN + minutes(6), at=late)

    assert queries.standing(session, late).state == "stopped"


@pytest.mark.parametrize(
    ("kind", "fields"), [("pause", {}), ("end", {}), ("rate", {"value": "3.5", "unit": "mL/h", "already": True})]
)
def test_from_a_device_whose_clock_runs_behind_it_counts_from_now(kind: str, fields: dict[str, Any]) -> None:
    session = running()
    when = (AT_TEN - minutes(62)).isoformat()
    entry = {"client_id": str(uuid.uuid4()), "kind": kind, "happened_at": when, "fields": fields}

    actions.take_in(session=session, entries=[entry], sender=actions.Sender(member("nina")), at=NOW)

    assert RateChange.objects.exclude(kind="start").get().happened_at == NOW
