"""An entry that is set back in time counts by the state at its time: the bag, the rate and the pause of then."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.actions import Written
from clearhead.clinic.infusion.models import Bag, Flag, Infusion, RateChange
from clearhead.clinic.infusion.queries.doses import account_of, dose_rows, mg_per_h
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import fresh, hang, minutes, protocol_with, running, second
from tests.clinic.infusion.test_change_bag import TWO_STRENGTHS, chair
from tests.clinic.infusion.test_pages import post, signed_in

pytestmark = pytest.mark.django_db
QUEUED = Written(device="tablet-2", queued=True)
IS_SO = frozenset({"later_setting"})
SURE = frozenset({"off_the_order", "times_ten", *IS_SO})
KEPT = frozenset({"kept=7"})


def t(minute: float) -> datetime:
    return AT_TEN + minutes(minute)


def lower(session: Session, minute: float, value: str = "3.5", **said: Any) -> RateChange:
    row: RateChange = actions.change_rate(
        session=session, value=Decimal(value), unit="mL/h", by=member("nina"), at=t(minute),
        ask=fresh(session, confirmed=SURE), **said,
    )  # fmt: skip
    return row


def stronger() -> tuple[Session, Bag]:
    """A chair at 7 mL/h of 1 mg/mL; a bag of 2 mg/mL was prepared at 9:55."""
    session = chair(TWO_STRENGTHS)
    return session, hang(session, t(15), mg_per_ml="2")


def charted_late(
    session: Session, bag: Bag, minute: float, hung: float, *, set_anew: bool = False, **said: Any
) -> RateChange:
    row: RateChange = actions.change_bag(
        session=session, bag=bag, by=member("nina"), at=t(minute), happened_at=t(hung), intended=False,
        set_anew=set_anew, ask=fresh(session, **said),
    )  # fmt: skip
    return row


def mg(session: Session, minute: float) -> float:
    return float(account_of(session, t(minute)).charted_mg)


def two_strengths() -> Any:
    return protocol_with(TWO_STRENGTHS)


@pytest.mark.hazard("H-28")
@pytest.mark.parametrize(("value", "unit"), [("5", "mL/h"), ("5", "mg/h")])
def test_a_forgotten_rate_counts_with_the_bag_that_hung_then(value: str, unit: str) -> None:
    session, bag = stronger()
    actions.change_bag(
        session=session, bag=bag, by=member("nina"), at=t(20), ask=fresh(session, second=second("3.5", mg_per_ml="2"))
    )

    row = actions.change_rate(
        session=session, value=Decimal(value), unit=unit, by=member("nina"), at=t(30), happened_at=t(10),
        intended=False, ask=fresh(session, confirmed=IS_SO),
    )  # fmt: skip

    row = next(one for one in dose_rows(session).rates if one.pk == row.pk)
    assert (row.pump_ml_per_h, mg_per_h(row)) == (5, 5)
    assert mg(session, 20) == pytest.approx((7 + 5) / 6)
    assert not Flag.objects.filter(level="high").exists()


@pytest.mark.hazard("H-28")
def test_a_forgotten_bolus_comes_from_the_bag_that_hung_then_and_so_does_the_one_before_a_late_bag() -> None:
    session, bag = stronger()
    nina, big = member("nina"), frozenset({"bolus=5"})
    given = {"session": session, "mg": Decimal(5), "by": nina, "intended": False}
    first = actions.bolus(**given, at=t(12), happened_at=t(12), ask=fresh(session, confirmed=big))
    charted_late(session, bag, 40, 11, confirmed=KEPT)

    late = actions.bolus(**given, at=t(41), happened_at=t(10), ask=fresh(session, confirmed=big))

    rows = {row.pk: row.bag for row in dose_rows(session).boluses}
    assert rows[first.pk] == bag
    assert rows[late.pk] != bag
    assert late.bag != bag


@pytest.mark.hazard("H-12")
def test_an_end_before_a_setting_that_runs_is_refused_and_names_it() -> None:
    session = running()
    lower(session, 30)

    with pytest.raises(actions.ChairRefused, match=r"3.5 mL/h was charted at 10:30, after this. Is the time right\?"):
        actions.end(session=session, by=member("nina"), at=t(35), happened_at=t(26), confirmed=IS_SO)
    actions.end(session=session, by=member("nina"), at=t(35))

    assert RateChange.objects.filter(kind="end").count() == 1
    assert Infusion.objects.get().ended_at == t(35)


def test_a_pause_before_the_last_setting_asks_and_is_kept_once_confirmed() -> None:
    session = running()
    lower(session, 30)
    said = {"session": session, "by": member("nina"), "at": t(35), "happened_at": t(26)}

    with pytest.raises(actions.ChairRefused, match=r"3.5 mL/h was charted at 10:30, after this"):
        actions.pause(**said)
    assert not RateChange.objects.filter(kind="pause").exists()
    actions.pause(**said, confirmed=IS_SO)

    assert account_of(session, t(35)).paused_min == 4


def test_a_resume_before_the_pause_is_refused_and_one_between_two_pauses_is_asked_about() -> None:
    session, nina = running(), member("nina")
    actions.pause(session=session, by=nina, at=t(20))
    actions.pause(session=session, by=nina, at=t(30))
    said = {"session": session, "by": nina, "at": t(35)}

    with pytest.raises(actions.ChairRefused, match=r"At 10:15 the pump was running\. The pause was charted at 10:20"):
        actions.resume(**said, happened_at=t(15), ask=fresh(session, confirmed=IS_SO))
    with pytest.raises(actions.ChairRefused, match="The pause was charted at 10:30, after this"):
        actions.resume(**said, happened_at=t(25), ask=fresh(session))
    actions.resume(**said, happened_at=t(25), ask=fresh(session, confirmed=IS_SO))

    assert account_of(session, t(35)).paused_min == 10
    assert queries.standing(session, t(35)).state == "paused"


def test_within_one_minute_what_is_charted_later_counts_as_later() -> None:
    session = running()
    lower(session, 30.4)

    actions.pause(session=session, by=member("nina"), at=t(35), happened_at=t(30))

    assert queries.standing(session, t(35)).state == "paused"


AND_STANDS = "3.5 mL/h was charted at 10:30, after it, and stands: look at the pump."


@pytest.mark.parametrize(
    ("act", "rule", "level", "words"),
    [
        ("pause", "later_setting", "medium", AND_STANDS),
        ("end", "later_setting", "high", AND_STANDS),
        ("stop", "runs_after_stop", "high", "set to run again at 10:30, after this STOP of 10:26: look at the pump."),
    ],
)
def test_what_a_queue_brings_late_is_kept_and_flagged(act: str, rule: str, level: str, words: str) -> None:
    session = running()
    lower(session, 30)

    getattr(actions, act)(session=session, by=member("nina"), at=t(35), happened_at=t(26), written=QUEUED)

    flag = Flag.objects.get(level__in=("medium", "high"))
    assert (flag.rule, flag.level) == (rule, level)
    assert words in flag.sentence
    assert RateChange.objects.filter(happened_at=t(26), pump_ml_per_h=0).exists()


@pytest.mark.parametrize("stopped", ["pause", "end"])
def test_a_forgotten_decrease_from_before_a_pause_or_an_end_is_no_breach(stopped: str) -> None:
    session = running()
    getattr(actions, stopped)(session=session, by=member("nina"), at=t(30))

    row = lower(session, 35, happened_at=t(22))

    assert row.breach == ""
    assert not Flag.objects.exists()
    assert mg(session, 35) == pytest.approx((7 * 22 + 3.5 * 8) / 60)


@pytest.mark.hazard("H-12")
def test_a_rate_charted_before_a_later_setting_is_asked_about_once_and_holds_until_then() -> None:
    session = running()
    lower(session, 42, "5.2")
    said = {"session": session, "value": Decimal("3.5"), "unit": "mL/h", "by": member("nina"), "at": t(50)}

    with pytest.raises(actions.ChairRefused) as asked:
        actions.change_rate(**said, happened_at=t(30), ask=fresh(session))
    assert str(asked.value) == (
        "5.2 mL/h was charted at 10:42, after this: this one holds until then. Is the time right?"
    )
    assert RateChange.objects.count() == 2
    actions.change_rate(**said, happened_at=t(30), ask=fresh(session, confirmed=IS_SO))

    given = account_of(session, t(60))
    assert (
        given.charted_mg
        == Fraction(7 * 30, 60) + Fraction(Decimal("3.5")) * 12 / 60 + Fraction(Decimal("5.2")) * 18 / 60
    )
    assert queries.chair(session, t(60)).rate.ml_per_h == Decimal("5.2")


def test_a_late_rate_after_the_last_setting_and_one_of_a_queue_are_not_asked_about() -> None:
    session = running()
    said = {"session": session, "unit": "mL/h", "by": member("nina")}

    actions.change_rate(**said, value=Decimal("3.5"), at=t(50), happened_at=t(30), ask=fresh(session))
    actions.change_rate(**said, value=Decimal(5), at=t(60), happened_at=t(20), intended=False, written=QUEUED)

    assert mg(session, 60) == pytest.approx((7 * 20 + 5 * 10 + 3.5 * 30) / 60)


def test_the_page_of_another_rate_asks_and_takes_the_tick() -> None:
    session, now = running(timezone.now() - minutes(30)), timezone.now()
    nina = signed_in()
    actions.change_rate(
        session=session, value=Decimal("3.5"), unit="mL/h", by=member("nina"), at=now - minutes(5), ask=fresh(session)
    )
    here = (now - minutes(15)).astimezone(session.site.tz)
    said = {"value": "5", "unit": "mL/h", "already": "on", "happened_at": f"{here:%Y-%m-%dT%H:%M}"}

    asked = post(nina, session, "rate/", **said)
    kept = post(nina, session, "rate/", **said, confirm="later_setting")

    assert [reply.status_code for reply in (asked, kept)] == [422, 303]
    assert 'value="later_setting"' in asked.content.decode()


def test_a_forgotten_rate_from_within_a_pause_still_is_one() -> None:
    session, nina = running(), member("nina")
    actions.pause(session=session, by=nina, at=t(20))
    actions.resume(session=session, by=nina, at=t(30), ask=fresh(session))

    row = lower(session, 35, happened_at=t(25))

    assert row.breach.startswith("paused")


@pytest.mark.hazard("H-09")
def test_a_forgotten_rate_is_held_against_the_cap_only_for_the_time_it_ran() -> None:
    session = running(ml_per_h="35")
    lower(session, 60)

    row = lower(session, 70, "36", happened_at=t(50))

    assert "session_total" not in row.breach


def test_the_page_asks_and_takes_the_tick() -> None:
    session = running(timezone.now() - minutes(30))
    nina = signed_in()
    actions.change_rate(
        session=session, value=Decimal("3.5"), unit="mL/h", by=member("nina"), at=timezone.now() - minutes(5),
        ask=fresh(session),
    )  # fmt: skip
    here = (timezone.now() - minutes(15)).astimezone(session.site.tz)
    said = {"happened_at": f"{here:%Y-%m-%dT%H:%M}"}

    asked = post(nina, session, "pause/", **said)
    ended = post(nina, session, "end/", **said)
    kept = post(nina, session, "pause/", **said, confirm="later_setting")

    assert [reply.status_code for reply in (asked, ended, kept)] == [422, 422, 303]
    assert 'value="later_setting"' in asked.content.decode()
    assert 'value="later_setting"' not in ended.content.decode()
