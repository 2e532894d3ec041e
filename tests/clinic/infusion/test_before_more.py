"""Nobody goes up without a set that can be read, over a met stop rule, or once consent was taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from clearhead.clinic.consent import actions as consent
from clearhead.clinic.consent.queries import current_consent
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag, RateChange
from clearhead.clinic.infusion.queries.unrest import unrest
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.consent.test_sign import sign
from tests.clinic.infusion import morning
from tests.clinic.infusion.room import CALM, fresh, looked, minutes, running

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-14")]
NOW = AT_TEN + minutes(25)
UNREADABLE = dict.fromkeys(("hr", "spo2", "bp", "rr", "sedation"), "not_obtainable")


def up(session: Session, **more: Any) -> RateChange:
    said = {"value": Decimal("10.5"), "unit": "mL/h", "by": member("nina"), "at": NOW, **more}
    return actions.change_rate(session=session, ask=fresh(session, reason="by plan"), **said)


def on_again(session: Session, **more: Any) -> RateChange:
    ask = fresh(session, confirmed=frozenset({"off_the_order"}))
    return actions.resume(**{"session": session, "by": member("nina"), "at": NOW, "ask": ask, **more})


def gates(refusal: pytest.ExceptionInfo[actions.RateRefused]) -> set[str]:
    return {reason.gate for reason in refusal.value.verdict.blocking}


def test_no_step_up_while_the_set_is_overdue_and_the_face_says_so_beforehand() -> None:
    session = running()
    said = queries.chair(session, NOW).next_step

    with pytest.raises(actions.RateRefused, match=r"A set of signs is 20 min overdue\. Chart a set first"):
        up(session)

    assert RateChange.objects.count() == 1
    assert said is not None
    assert said.next == "wait"
    assert any("Chart a set first" in sentence for sentence in said.sentences)


def test_a_readable_set_opens_the_way() -> None:
    session = running()
    looked(session, NOW - minutes(1), pain=6)

    step = queries.chair(session, NOW).next_step
    assert step is not None
    assert step.next == "step_up"
    assert up(session).intended


@pytest.mark.parametrize("sign", ["spo2", "sys", "hr", "sedation"])
def test_each_sign_has_to_be_readable(sign: str) -> None:
    session = running()
    blank = {"sys": None, "dia": None} if sign == "sys" else {sign: None}
    word = {"bp" if sign == "sys" else sign: "not_obtainable"}
    looked(session, NOW - minutes(1), **blank, why_not=word)

    with pytest.raises(actions.RateRefused, match="Not readable in the newest set"):
        up(session)


def test_a_sleeper_who_was_looked_at_is_no_gap() -> None:
    session = running()
    looked(session, NOW - minutes(1), sedation=None, why_not={"sedation": "asleep_not_woken"})

    assert up(session).intended


def test_a_pressure_alone_is_no_set() -> None:
    session = running()
    actions.observe(session=session, kind="bp", values={"sys": 120, "dia": 70}, by=member("nina"), at=NOW)

    with pytest.raises(actions.RateRefused, match="overdue"):
        up(session)


def test_unreadable_twice_after_a_bad_set_is_no_way_up() -> None:
    session, nina = running(), member("nina")
    bad = {**CALM, "spo2": 84, "sedation": -4}
    actions.observe(session=session, values=bad, by=nina, at=AT_TEN + minutes(5), intended=False)
    for flag in queries.open_flags(session):
        actions.acknowledge(session=session, flag=flag, done="oxygen", cleared=True, by=nina, at=AT_TEN + minutes(6))
    for minute in (15, 24):
        actions.observe(session=session, values={}, why_not=UNREADABLE, by=nina, at=AT_TEN + minutes(minute))

    with pytest.raises(actions.RateRefused) as refusal:
        up(session)

    assert "set_first" in gates(refusal)


def test_a_prescriber_at_the_chair_may_agree_and_less_never_waits() -> None:
    session, nina = running(), member("nina")
    actions.note(session=session, kind="prescriber_agrees", by=member("dario"), at=NOW - minutes(1))

    row = up(session)

    assert "A prescriber agrees" in str(row.verdict)
    actions.change_rate(session=session, value=Decimal("7"), unit="mL/h", by=nina, at=NOW + minutes(0.5))
    actions.pause(session=session, by=nina, at=NOW + minutes(1))
    with pytest.raises(actions.RateRefused, match="Chart a set first"):
        on_again(session, at=NOW + minutes(22), value=Decimal("14"), unit="mL/h")
    assert actions.resume(session=session, by=nina, at=NOW + minutes(22), ask=fresh(session)).pump_ml_per_h


def test_what_was_raised_all_the_same_is_saved_and_brought_to_the_prescriber() -> None:
    up(running(), intended=False)

    assert Flag.objects.get(rule="breach:set_first").for_prescriber


def take_back(session: Session, at: Any) -> None:
    consent.withdraw(consent=current_consent(session.order, at), reason="no", via="phone", by=None, at=at)


def test_consent_taken_back_stops_every_way_up_whatever_was_said_to_its_flag() -> None:
    session, nina = running(session=morning.booked()), member("nina")
    looked(session, NOW - minutes(2))
    take_back(session, AT_TEN + minutes(10))
    for flag in queries.open_flags(session):
        actions.acknowledge(session=session, flag=flag, done="talked", cleared=True, by=nina, at=AT_TEN + minutes(11))
    actions.note(session=session, kind="prescriber_agrees", by=member("dario"), at=NOW - minutes(1))

    for who in ("nina", "dario"):
        with pytest.raises(actions.RateRefused, match="withdrew consent") as refusal:
            up(session, by=member(who))
        assert "consent_withdrawn" in gates(refusal)
    with pytest.raises(actions.RateRefused, match="withdrew consent"):
        actions.bolus(session=session, mg=Decimal("5"), by=nina, at=NOW, ask=fresh(session))
    actions.pause(session=session, by=nina, at=NOW)
    with pytest.raises(actions.RateRefused, match="withdrew consent"):
        on_again(session)
    assert queries.standing(session, NOW + minutes(1)).state == "paused"


def test_consent_signed_again_lifts_it() -> None:
    session = running(session=morning.booked())
    take_back(session, AT_TEN + minutes(10))
    sign(session.order, at=AT_TEN + minutes(15))

    assert not unrest(session, NOW).consent_withdrawn
    assert unrest(session, AT_TEN + minutes(12)).consent_withdrawn


@pytest.mark.parametrize(
    ("code", "grade"), [("chest_pain", 3), ("seizure", 1), ("headache_different", 3), ("weakness", 3)]
)
def test_a_met_stop_rule_holds_whatever_was_said_to_its_flag(code: str, grade: int) -> None:
    session, nina = running(), member("nina")
    looked(session, NOW - minutes(2))
    actions.symptom(session=session, code=code, grade=grade, by=nina, at=AT_TEN + minutes(20))
    for flag in queries.open_flags(session):
        actions.acknowledge(session=session, flag=flag, done="looked", cleared=True, by=nina, at=AT_TEN + minutes(21))

    with pytest.raises(actions.RateRefused) as refusal:
        up(session)
    actions.pause(session=session, by=nina, at=NOW)
    with pytest.raises(actions.RateRefused, match="A stop rule is met") as again:
        on_again(session)

    assert gates(refusal) == gates(again) == {"stop_rule"}
    actions.note(session=session, kind="prescriber_agrees", by=member("dario"), at=NOW)
    assert "A prescriber agrees" in str(on_again(session).verdict)


def test_one_word_serves_one_way_up() -> None:
    session, nina = running(), member("nina")
    actions.pause(session=session, by=nina, at=AT_TEN + minutes(20))
    actions.note(session=session, kind="prescriber_agrees", by=member("dario"), at=NOW - minutes(1))
    on_again(session, value=Decimal("10.5"), unit="mL/h")

    with pytest.raises(actions.RateRefused, match="Chart a set first"):
        up(session, value=Decimal("14"), at=NOW + minutes(13))
