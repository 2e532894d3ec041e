"""Nothing is raised in an emergency or over an unanswered flag; what was raised is told to the prescriber."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag, RateChange
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import fresh, hang, looked, minutes, running, second

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-14")]
NOW = AT_TEN + minutes(30)
CALM = {"sys": 124, "dia": 76, "hr": 72, "rr": 14, "spo2": 98, "sedation": 0}


def up(session: Session, *, reason: str = "", by: str = "nina", **more: Any) -> RateChange:
    said = {"value": Decimal("10.5"), "unit": "mg/h", "at": NOW, **more}
    return actions.change_rate(session=session, by=member(by), ask=fresh(session, reason=reason), **said)


def in_pain(session: Session, pain: int, at_min: int) -> None:
    values = {**CALM, "hr": 72 + at_min % 7, "pain": pain}
    actions.observe(session=session, values=values, by=member("nina"), at=AT_TEN + minutes(at_min))


@pytest.mark.parametrize("what", ["help", "line"])
def test_no_step_up_while_an_emergency_is_open_whoever_asks_and_why(what: str) -> None:
    session, nina = running(), member("nina")
    if what == "help":
        actions.call_help(session=session, by=nina, at=AT_TEN + minutes(25))
    else:
        actions.emergency(session=session, what="oxygen", by=nina, at=AT_TEN + minutes(25))

    for by in ("nina", "dario"):
        with pytest.raises(actions.RateRefused, match=r"emergency|Help was called") as refusal:
            up(session, reason="the patient asks for it", by=by)

    assert [r.gate for r in refusal.value.verdict.blocking] == ["emergency_open"]
    assert RateChange.objects.count() == 1


def test_less_and_a_pause_are_taken_in_an_emergency() -> None:
    session, nina = running(), member("nina")
    actions.call_help(session=session, by=nina, at=AT_TEN + minutes(25))

    actions.change_rate(session=session, value=Decimal("3.5"), unit="mg/h", by=nina, at=NOW)
    actions.pause(session=session, by=nina, at=NOW + minutes(1))

    assert queries.standing(session, NOW + minutes(2)).state == "paused"
    with pytest.raises(actions.RateRefused, match="Help was called"):
        actions.resume(session=session, by=nina, at=NOW + minutes(2), ask=fresh(session))


def test_the_emergency_ends_with_its_line_and_help_with_an_answer() -> None:
    session, nina = running(), member("nina")
    actions.emergency(session=session, what="oxygen", by=nina, at=AT_TEN + minutes(25))
    actions.call_help(session=session, by=nina, at=AT_TEN + minutes(25))
    actions.emergency(session=session, what="recovered", by=nina, at=AT_TEN + minutes(28))
    actions.emergency(session=session, what="family_told", by=nina, at=AT_TEN + minutes(29))
    looked(session, AT_TEN + minutes(29))
    flag = Flag.objects.get(rule="help")
    actions.acknowledge(session=session, flag=flag, done="looked", cleared=True, by=nina, at=AT_TEN + minutes(29))

    assert up(session).pump_ml_per_h == Decimal("10.5")


def test_a_high_flag_is_answered_before_a_step_up_and_asked_about_while_it_stands() -> None:
    session, nina = running(), member("nina")
    actions.observe(session=session, values={**CALM, "sys": 190, "dia": 100}, by=nina, at=AT_TEN + minutes(20))
    actions.observe(session=session, values={**CALM, "sys": 192, "dia": 101}, by=nina, at=AT_TEN + minutes(28.5))
    flags = [one for one in queries.open_flags(session) if one.level == "high"]
    assert flags

    with pytest.raises(actions.RateRefused, match="Not answered yet"):
        up(session, reason="asked for")
    for flag in flags:
        actions.acknowledge(session=session, flag=flag, done="cuff rechecked", by=nina, at=AT_TEN + minutes(29))
    with pytest.raises(actions.RateRefused, match="still open here"):
        up(session)
    row = up(session, reason="calm, cuff was tight")

    assert "calm, cuff was tight" in str(row.verdict)


def test_a_step_up_during_the_hold_is_asked_about_and_a_prescriber_may_agree() -> None:
    session = running()
    in_pain(session, 2, 10)

    with pytest.raises(actions.RateRefused, match="Hold the rate"):
        up(session)
    actions.note(session=session, kind="prescriber_agrees", by=member("dario"), at=NOW - minutes(1))

    assert "A prescriber agrees" in str(up(session).verdict)


def test_what_was_raised_in_an_emergency_is_saved_and_brought_to_the_prescriber() -> None:
    session, nina = running(), member("nina")
    actions.call_help(session=session, by=nina, at=AT_TEN + minutes(25))

    row = up(session, intended=False)

    assert "emergency_open" in row.breach
    flag = Flag.objects.get(rule="breach:emergency_open")
    assert (flag.level, flag.for_prescriber) == ("high", True)


def test_another_bag_is_hung_in_an_open_emergency_only_after_it_was_read() -> None:
    session, nina = running(), member("nina")
    actions.emergency(session=session, what="airway", by=nina, at=AT_TEN + minutes(10))
    bag = hang(session, AT_TEN + minutes(30))
    said = {"session": session, "bag": bag, "by": nina, "at": AT_TEN + minutes(12)}

    with pytest.raises(actions.ChairRefused, match="Hang another bag all the same"):
        actions.change_bag(**said, ask=fresh(session, second=second("7")))
    row = actions.change_bag(**said, ask=fresh(session, second=second("7"), confirmed=frozenset({"bag_in_emergency"})))

    assert row.bag == bag
