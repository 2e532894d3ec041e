"""Another weight found while the infusion runs: it stays pinned, the prescriber is told, and limits hold by both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag, GateAnswer, RateChange
from clearhead.clinic.infusion.queries.board import for_prescriber
from clearhead.clinic.infusion.queries.flags import FlagLine, open_lines
from clearhead.clinic.infusion.queries.levels import rates_to_ask
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member, mesa
from tests.clinic.infusion.room import fresh, looked, minutes, running
from tests.clinic.infusion.test_pages import at as address
from tests.clinic.infusion.test_pages import post, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-02")]
NOW = AT_TEN + minutes(60)
MEANT = frozenset({"off_the_order"})


def weigh(session: Session, kg: str, minute: float, *, unit: str = "kg") -> GateAnswer:
    return actions.weigh(
        session=session, value=Decimal(kg), unit=unit, by=member("nina"), at=AT_TEN + minutes(minute),
        confirmed=frozenset({"weight_change"}),
    )  # fmt: skip


def only(session: Session) -> FlagLine:
    (line,) = open_lines(session)
    return line


def answer(session: Session, by: str = "dario", minute: float = 31) -> None:
    flag = Flag.objects.get(code=only(session).code)
    actions.acknowledge(session=session, flag=flag, done="weighed twice", by=member(by), at=AT_TEN + minutes(minute))


def up(session: Session, value: str, unit: str = "mg/h", **said: Any) -> RateChange:
    looked(session, NOW - minutes(1))
    ask = fresh(session, reason="the flag is known", confirmed=MEANT)
    return actions.change_rate(
        session=session, value=Decimal(value), unit=unit, by=member("nina"), at=NOW, ask=ask, **said
    )


def test_it_is_flagged_with_both_weights_and_the_infusion_keeps_its_own() -> None:
    session = running(ml_per_h="21")

    weigh(session, "52", 30)

    line = only(session)
    assert line.unanswered
    assert line.flag in for_prescriber(mesa())
    assert line.flag.sentence == (
        "Weighed 52 kg; this infusion counts on 70 kg. 21 mg/h runs, that is 0.404 mg/kg/h by 52 kg. Highest rate "
        "26 mg/h by 52 kg, 35 by 70; cap 104 mg and 140 mg. Weigh again; the prescriber decides."
    )
    session.infusion.refresh_from_db()
    assert session.infusion.weight_kg == 70


def test_what_runs_too_fast_by_the_new_weight_is_named() -> None:
    session = running(ml_per_h="28")

    weigh(session, "52", 30)

    assert "Too fast by 52 kg: lower it." in only(session).flag.sentence


def test_a_small_difference_and_a_weight_before_the_start_raise_nothing() -> None:
    session = running()
    weigh(session, "52", -10)
    assert not Flag.objects.exists()

    weigh(session, "67", 30)

    assert not Flag.objects.exists()


@pytest.mark.parametrize(("value", "unit"), [("24.5", "mg/h"), ("0.35", "mg/kg/h"), ("24.5", "mL/h")])
def test_an_increase_beyond_the_limit_by_the_lower_weight_is_held_also_once_answered(value: str, unit: str) -> None:
    session = running(ml_per_h="21")
    weigh(session, "52", 30)
    with pytest.raises(actions.RateRefused, match="Not answered yet: Weighed 52 kg"):
        up(session, value, unit)
    answer(session)

    with pytest.raises(actions.RateRefused, match="By 52 kg, weighed since the start") as refusal:
        up(session, value, unit)

    assert "highest_rate" in [reason.gate for reason in refusal.value.verdict.blocking]
    assert RateChange.objects.count() == 1


def test_what_is_within_the_limits_by_both_is_taken_and_less_always() -> None:
    session = running()
    weigh(session, "52", 30)
    actions.change_rate(session=session, value=Decimal("3.5"), unit="mg/h", by=member("nina"), at=AT_TEN + minutes(32))
    answer(session)

    assert up(session, "6").pump_ml_per_h == 6


def test_a_rate_that_is_too_high_by_the_new_weight_is_not_resumed() -> None:
    session, nina = running(ml_per_h="28"), member("nina")
    weigh(session, "52", 30)
    answer(session)
    actions.pause(session=session, by=nina, at=AT_TEN + minutes(40))

    with pytest.raises(actions.RateRefused, match="By 52 kg"):
        actions.resume(session=session, by=nina, at=AT_TEN + minutes(45), ask=fresh(session))
    assert actions.resume(
        session=session,
        by=nina,
        at=AT_TEN + minutes(45),
        value=Decimal(14),
        unit="mg/h",
        ask=fresh(session, confirmed=MEANT),
    ).pk


def test_what_runs_all_the_same_is_charted_and_told() -> None:
    session = running(ml_per_h="21")
    weigh(session, "52", 30)
    answer(session)

    row = up(session, "24.5", intended=False)

    assert "By 52 kg" in row.breach


def test_a_heavier_weight_widens_nothing() -> None:
    session = running(ml_per_h="28")
    weigh(session, "90", 30)
    answer(session)

    with pytest.raises(actions.RateRefused, match="highest rate of this protocol"):
        up(session, "31.5")


def test_the_same_weight_asks_once_another_asks_anew_and_the_first_one_ends_it() -> None:
    session = running()
    weigh(session, "52", 30)
    answer(session)
    weigh(session, "52", 35)
    assert only(session).answered

    weigh(session, "60", 40)
    assert only(session).unanswered

    weigh(session, "154", 45, unit="lb")
    assert not open_lines(session)
    assert up(session, "10.5").pk


def test_the_screens_say_both_until_a_prescriber_has_answered() -> None:
    session, nina = running(timezone.now() - minutes(30)), member("nina")
    client, now = signed_in(), timezone.now()
    assert "weighed 52 kg" not in client.get(address(session)).content.decode()
    post(client, session, "weight/", value="52", unit="kg", confirm="weight_change")

    shown = [client.get(address(session, page)).content.decode() for page in ("", "print/", "downtime/")]
    assert all("weighed 52 kg since" in page for page in shown)
    assert "0.135</span> by 52 kg" in shown[0]
    assert "104 mg by 52 kg" in shown[0]
    assert "The infusion counts on 70 kg, not on 52 kg." in client.get(address(session, "go/")).content.decode()

    flag = only(session).flag
    actions.acknowledge(session=session, flag=flag, done="told", by=nina, at=now)
    assert queries.chair(session, timezone.now()).by_other is not None
    actions.acknowledge(session=session, flag=flag, done="go by 70", by=member("dario"), at=timezone.now())
    assert queries.chair(session, timezone.now()).by_other is None


@pytest.mark.parametrize("page", ["", "rate/"])
def test_a_step_up_that_is_too_much_by_the_other_weight_says_so_instead_of_being_a_button(page: str) -> None:
    session, now = running(timezone.now() - minutes(30)), timezone.now()
    client, up_chip = signed_in(), ('data-ml="10.5"' if not page else 'name="value" value="10.5"')
    assert up_chip in client.get(address(session, page)).content.decode()
    actions.weigh(
        session=session, value=Decimal(52), unit="kg", by=member("nina"), at=now, confirmed=frozenset({"weight_change"})
    )

    (chip,) = [one for one in queries.chair(session, now).chips if one.up]
    shown = client.get(address(session, page)).content.decode()

    assert chip.held == (
        "By 52 kg, weighed since the start: 10.5 mg/h is more than one step of 0.05 mg/kg/h above the present rate."
    )
    assert up_chip not in shown
    assert chip.held in shown
    assert chip.mg_per_h not in rates_to_ask(queries.chair(session, now))


def test_one_that_holds_by_both_stays_a_button_and_a_prescriber_at_the_chair_may_take_the_step() -> None:
    session, now = running(timezone.now() - minutes(30)), timezone.now()
    actions.weigh(
        session=session, value=Decimal(90), unit="kg", by=member("nina"), at=now, confirmed=frozenset({"weight_change"})
    )
    assert {chip.held for chip in queries.chair(session, now).chips} == {""}
    actions.weigh(
        session=session, value=Decimal(52), unit="kg", by=member("nina"), at=now, confirmed=frozenset({"weight_change"})
    )

    assert {chip.held for chip in queries.chair(session, now, by=member("dario")).chips} == {""}
