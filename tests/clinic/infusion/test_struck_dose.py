"""A dose taken back: what that moves is read and confirmed first, told after, and never makes room by itself."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Access, Flag, Flush, RateChange
from clearhead.clinic.infusion.queries.doses import running_mg_per_h
from clearhead.clinic.people import guard
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import fresh, hang, minutes, protocol_with, running, second, taken_back, visit
from tests.clinic.infusion.test_line import ONE, TWO

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-28")]


def t(minute: float) -> datetime:
    return AT_TEN + minutes(minute)


def strike(row: Any, at: datetime, reason: str = "typo", **more: Any) -> Any:
    return actions.strike(row=row, reason=reason, by=member("nina"), at=at, **more)


def weaker_bag(at: datetime = AT_TEN) -> tuple[Session, RateChange]:
    """20 mg/h from 1 mg/mL, hung after 2 mg/mL: without the change of bags the same 20 mL/h were 40 mg/h."""
    session = running(at, "12", visit(protocol_version=protocol_with((ONE, TWO))), mg_per_ml="2")
    bag = hang(session, at + minutes(30))
    row = actions.change_bag(
        session=session, bag=bag, by=member("nina"), at=at + minutes(30),
        ask=fresh(session, second=second("24")),
    )  # fmt: skip
    less = {"value": Decimal(20), "unit": "mL/h", "ask": fresh(session, confirmed=frozenset({"off_the_order"}))}
    actions.change_rate(session=session, by=member("nina"), at=at + minutes(45), **less)
    return session, row


@pytest.mark.hazard("H-09")
@pytest.mark.parametrize("since", ["change", "pause"])
def test_a_start_that_later_settings_stand_on_is_not_taken_back(since: str) -> None:
    session, nina = running(), member("nina")
    start = RateChange.objects.get()
    if since == "change":
        less = {"value": Decimal("3.5"), "unit": "mL/h", "ask": fresh(session)}
        actions.change_rate(session=session, by=nina, at=t(30), **less)
    else:
        actions.pause(session=session, by=nina, at=t(30))

    with pytest.raises(actions.ChairRefused, match="Later settings of the pump stand on this start"):
        strike(start, t(40))

    assert queries.account_of(session, t(30)).charted_mg * 2 == 7
    assert RateChange.objects.count() == 2


def test_a_start_with_another_rate_is_put_right_by_entering_what_ran() -> None:
    session = running()
    actions.change_rate(
        session=session, value=Decimal("3.5"), unit="mL/h", by=member("nina"), at=t(30), happened_at=AT_TEN,
        ask=fresh(session, confirmed=frozenset({"later_setting"})), intended=False,
    )  # fmt: skip

    assert queries.account_of(session, t(60)).charted_mg * 2 == 7


@pytest.mark.hazard("H-01")
def test_a_bag_change_taken_back_is_shown_first_and_above_a_hard_limit_told_as_that() -> None:
    _session, row = weaker_bag()

    with pytest.raises(actions.ChairRefused) as asked:
        strike(row, t(60))
    reason = asked.value.verdict.blocking[0]
    assert reason.sentence == (
        "Without this entry 28.00 mg count as given by now instead of 34.00 mg, and 40 mg/h run by the chart instead "
        "of 20 mg/h. That is above a hard limit. Is that so?"
    )
    assert not Flag.objects.exists()
    strike(row, t(60), confirmed=frozenset({reason.gate}))

    flag = Flag.objects.get(rule="struck_dose")
    assert (flag.level, flag.for_prescriber) == ("high", True)
    assert flag.sentence.endswith(
        "40 mg/h run by the chart instead of 20 mg/h. That is above a hard limit. Reason: typo"
    )


@pytest.mark.parametrize("kind", ["pause", "change", "bolus", "flush"])
def test_whatever_moves_the_dose_is_read_and_confirmed_before_it_is_taken_back(kind: str) -> None:
    session, nina = running(), member("nina")
    happened: dict[str, Any] = {"session": session, "by": nina, "at": t(20)}
    if kind == "pause":
        row: Any = actions.pause(**happened)
        actions.resume(session=session, by=nina, at=t(25), intended=False)
    elif kind == "change":
        row = actions.change_rate(**happened, value=Decimal("10.5"), unit="mL/h", intended=False)
    elif kind == "bolus":
        told = fresh(session, confirmed=frozenset({"bolus=5"}))
        row = actions.bolus(**happened, mg=Decimal(5), intended=False, ask=told)
    else:
        row = Flush.objects.create(
            session=session, ml=Decimal(10), over_min=1, happened_at=t(20), recorded_at=t(20), recorded_by=nina
        )
    before = queries.account_of(session, t(40)).counted_mg

    with pytest.raises(actions.ChairRefused, match="Is that so"):
        strike(row, t(40))
    assert queries.account_of(session, t(40)).counted_mg == before
    taken_back(row, "never so", t(40))

    assert Flag.objects.filter(rule="struck_dose", level="medium", for_prescriber=True).count() == 1


def test_what_was_confirmed_counts_for_the_doses_that_were_read() -> None:
    session, nina = running(), member("nina")
    row = actions.change_rate(session=session, value=Decimal("10.5"), unit="mL/h", by=nina, at=t(20), intended=False)
    with pytest.raises(actions.ChairRefused) as asked:
        strike(row, t(40))
    read = frozenset({asked.value.verdict.blocking[0].gate})
    actions.bolus(session=session, mg=Decimal(5), by=nina, at=t(41), intended=False,
                  ask=fresh(session, confirmed=frozenset({"bolus=5"})))  # fmt: skip

    with pytest.raises(actions.ChairRefused, match="Is that so"):
        strike(row, t(42), confirmed=read)


def test_the_page_shows_what_would_count_and_takes_it_back_once_that_is_ticked() -> None:
    now = timezone.now()
    session, row = weaker_bag(now - minutes(60))
    nina = Client()
    nina.force_login(member("nina"))
    page, said = (
        f"/infusion/{session.code}/strike/ratechange/{row.code}/",
        {"reason": "typo", guard.FIELD: guard.token(session.patient)},
    )

    asked = nina.post(page, said)
    text = asked.content.decode()
    assert asked.status_code == 422
    assert "40 mg/h run by the chart instead of 20 mg/h. That is above a hard limit. Is that so?" in text
    gate = text.partition('name="confirm" value="')[2].partition('"')[0]

    assert nina.post(page, {**said, "confirm": gate}).status_code == 303
    assert running_mg_per_h(queries.dose_rows(session)) == 40


@pytest.mark.parametrize("stirs", ["emergency", "symptom"])
def test_an_undo_lifts_no_rate_once_something_is_wrong(stirs: str) -> None:
    session, nina = running(), member("nina")
    less = {"value": Decimal("3.5"), "unit": "mL/h", "ask": fresh(session)}
    row = actions.change_rate(session=session, by=nina, at=t(10), **less)
    if stirs == "emergency":
        actions.emergency(session=session, what="airway", by=nina, at=t(10.2))
    else:
        actions.symptom(session=session, code="chest_pain", grade=3, by=nina, at=t(10.2))

    with pytest.raises(actions.ChairRefused, match="The lower rate stays until then"):
        strike(row, t(10.5))

    assert running_mg_per_h(queries.dose_rows(session)) * 2 == 7


@pytest.mark.parametrize("stands", ["running", "paused"])
def test_the_only_catheter_is_not_taken_off_the_record_while_the_pump_runs(stands: str) -> None:
    session, nina = running(), member("nina")
    placed = {"session": session, "body_site": "hand", "side": "left", "gauge": 22, "by": nina}
    row = actions.place_access(**placed, at=t(-20))
    if stands == "paused":
        actions.pause(session=session, by=nina, at=t(5))
        strike(row, t(10))
        assert not Access.standing().exists()
        return

    with pytest.raises(actions.ChairRefused, match="Chart the one that lies first"):
        strike(row, t(10))
    assert Access.standing().get() == row
    right = actions.place_access(**{**placed, "side": "right"}, at=t(11))
    strike(row, t(12))

    assert Access.standing().get() == right
