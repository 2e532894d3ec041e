"""The sheet for the hour without a computer allows what the screen would allow unasked, and no more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.queries.downtime import downtime
from clearhead.clinic.plan.models import Escort
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import KG, fresh, looked, minutes, running, second
from tests.clinic.infusion.test_paper import MARGIN_MM, SIZES, printed

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-44")]


def test_the_steps_end_where_the_screen_would_begin_to_ask() -> None:
    session = running()
    sheet = downtime(session, AT_TEN + minutes(1), blank=False)

    listed = [step.mg_per_h / KG for step in sheet["steps"]]

    assert listed == [Decimal("0.05") * n for n in range(2, 9)]
    assert (sheet["highest_mg_per_h"], sheet["never_mg_per_h"]) == (28, 35)
    now = AT_TEN
    for step in sheet["steps"][1:]:
        now += minutes(20)
        looked(session, now)
        said: dict[str, Any] = {"value": step.ml_per_h[0], "unit": "mL/h", "by": member("nina"), "at": now}
        actions.change_rate(session=session, ask=fresh(session, second=second(str(step.ml_per_h[0]))), **said)
    assert queries.chair(session, now).rate.mg_per_h == sheet["highest_mg_per_h"]


def test_an_order_below_the_protocol_ends_the_steps_earlier() -> None:
    session = running(max_rate_mg_per_kg_h=Decimal("0.22"))

    sheet = downtime(session, AT_TEN + minutes(1), blank=False)

    assert [step.mg_per_h / KG for step in sheet["steps"]] == [Decimal(n) for n in ("0.10", "0.15", "0.20", "0.22")]
    assert sheet["highest_mg_per_h"] == sheet["never_mg_per_h"] == Decimal("15.4")


@pytest.mark.parametrize("size", SIZES)
def test_the_sheet_is_one_page_and_says_when_to_hold_stop_and_whom_to_call(monkeypatch: Any, size: str) -> None:
    session = running(timezone.now() - minutes(20))
    at = timezone.now()
    Escort.objects.create(session=session, name="Jonas", phone="555 0199", reached_at=at, happened_at=at,
                          recorded_at=at, recorded_by=member("nina"))  # fmt: skip

    found = printed(monkeypatch, f"/infusion/{session.code}/downtime/", size)

    assert len(found) == 1
    assert found[0].bottom_mm <= found[0].high_mm - MARGIN_MM
    for said in ("28 mg/h", "never above 35 mg/h", "not sooner than 20 min", "for 60 min", "Chest pain of any grade",
                 "Ondansetron for nausea 4 mg", "Jonas, 555 0199"):  # fmt: skip
        assert said in found[0].words
