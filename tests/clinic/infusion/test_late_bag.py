"""A bag that hung before it was charted: the pump kept its mL/h, unless somebody says that it was set anew then."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag, RateChange
from clearhead.clinic.infusion.queries.doses import account_of, dose_rows
from tests.cast import member
from tests.clinic.infusion.room import fresh, hang, minutes, running, taken_back, visit
from tests.clinic.infusion.test_pages import at, post, signed_in
from tests.clinic.infusion.test_set_back import IS_SO, KEPT, charted_late, lower, mg, stronger, t, two_strengths

pytestmark = pytest.mark.django_db
SET_ANEW = frozenset({"set_to=3.5"})


@pytest.mark.hazard("H-06")
@pytest.mark.hazard("H-28")
def test_a_bag_charted_late_keeps_the_ml_per_hour_of_the_pump_and_the_mg_are_counted_anew() -> None:
    session, bag = stronger()

    with pytest.raises(actions.ChairRefused) as asked:
        charted_late(session, bag, 40, 20)
    row = charted_late(session, bag, 40, 20, confirmed=KEPT)

    assert str(asked.value) == (
        "The pump kept its 7 mL/h: with 2 mg/mL that is 14 mg/h since 10:20 and not 7; 7.00 mg given by now, not 4.67. "
        "Has this bag hung since 10:20?"
    )
    assert (row.pump_ml_per_h, row.entered_value, row.entered_unit) == (Decimal(7), Decimal(7), "mL/h")
    assert queries.chair(session, t(41)).rate.mg_per_h == 14
    given = account_of(session, t(40))
    assert given.charted_mg == Fraction(7 * 20, 60) + Fraction(14 * 20, 60)
    assert given.delivered_mg == sum((part.mg for part in given.delivered), Fraction(0))
    told = Flag.objects.get(rule="late_bag")
    assert (told.level, told.for_prescriber) == ("medium", True)
    assert "The pump kept its 7 mL/h: 14 mg/h and not 7. 7.00 mg given by now, not 4.67." in told.sentence


@pytest.mark.hazard("H-06")
@pytest.mark.hazard("H-28")
def test_a_bag_charted_late_goes_on_at_the_rate_of_then_and_the_settings_since_count_with_it() -> None:
    session, bag = stronger()
    lower(session, 30)

    with pytest.raises(actions.ChairRefused, match=r"1 later setting then counts with 2 mg/mL: 3\.5 mL/h") as asked:
        charted_late(session, bag, 40, 20, set_anew=True)
    row = charted_late(session, bag, 40, 20, set_anew=True, confirmed=SET_ANEW)

    assert str(asked.value).startswith("The pump was set anew to 3.5 mL/h at 10:20: 7 mg/h.")
    assert "that is 7 mg/h and not 3.5" in str(asked.value)
    assert (row.pump_ml_per_h, queries.chair(session, t(41)).rate.mg_per_h) == (Decimal("3.5"), 7)
    assert mg(session, 40) == pytest.approx(7 * 40 / 60)
    assert dose_rows(session).bag == bag
    told = Flag.objects.get(rule="late_bag")
    assert (told.level, told.for_prescriber) == ("medium", True)
    assert "1 later setting now counts with 2 mg/mL, up to 7 mg/h. 4.67 mg given by now, not 4.08." in told.sentence


def test_one_that_was_hung_this_minute_moves_no_total_yet_and_says_none() -> None:
    session, bag = stronger()

    with pytest.raises(actions.ChairRefused) as asked:
        charted_late(session, bag, 40, 40)
    charted_late(session, bag, 40, 40, confirmed=KEPT)

    assert "since 10:40 and not 7. Has this bag hung since 10:40?" in str(asked.value)
    assert "given by now" not in Flag.objects.get(rule="late_bag").sentence


def test_what_was_confirmed_of_the_one_is_not_confirmed_of_the_other() -> None:
    session, bag = stronger()

    with pytest.raises(actions.ChairRefused, match="The pump was set anew"):
        charted_late(session, bag, 40, 20, set_anew=True, confirmed=KEPT)
    with pytest.raises(actions.ChairRefused, match="The pump kept its 7 mL/h"):
        charted_late(session, bag, 40, 20, confirmed=SET_ANEW)

    assert not RateChange.objects.filter(kind="bag_change").exists()


@pytest.mark.hazard("H-09")
def test_a_late_bag_beyond_a_limit_and_the_cap_is_saved_and_told_as_that() -> None:
    session = running(ml_per_h="28", session=visit(protocol_version=two_strengths()))
    bag = hang(session, t(15), mg_per_ml="2")

    row = charted_late(session, bag, 40, 20, confirmed=frozenset({"kept=28"}))

    assert "hard_rate" in row.breach
    assert "56 mg/h is above the hard limit" in Flag.objects.get(rule="breach:hard_rate", level="high").sentence
    assert {reason["gate"] for reason in row.verdict["reasons"]} >= {"hard_rate", "session_total"}


def test_the_settings_since_count_against_the_cap_with_the_strength_of_the_late_bag() -> None:
    session = running(ml_per_h="21", session=visit(protocol_version=two_strengths()))
    bag = hang(session, t(15), mg_per_ml="2")
    lower(session, 20, "20.9")

    row = charted_late(session, bag, 30, 19, confirmed=frozenset({"kept=21"}))

    gates = {reason["gate"] for reason in row.verdict["reasons"]}
    assert "session_total" in gates, "20.9 mL/h of 2 mg/mL until the planned end, not of 1"


@pytest.mark.hazard("H-28")
def test_a_bag_hung_before_a_pause_that_was_charted_first_loses_nothing() -> None:
    session, bag = stronger()
    actions.pause(session=session, by=member("nina"), at=t(30))

    row = charted_late(session, bag, 35, 20, confirmed=KEPT)

    assert row.pump_ml_per_h == 7
    assert mg(session, 35) == pytest.approx(7 * 20 / 60 + 14 * 10 / 60)
    assert queries.standing(session, t(36)).state == "paused"


@pytest.mark.hazard("H-28")
def test_a_bag_hung_in_a_pause_that_is_over_gives_nothing_in_it() -> None:
    session, bag = stronger()
    nina = member("nina")
    actions.pause(session=session, by=nina, at=t(20))
    actions.resume(session=session, by=nina, at=t(30), ask=fresh(session))

    row = charted_late(session, bag, 40, 25, confirmed=IS_SO)

    assert row.pump_ml_per_h == 0
    assert mg(session, 30) == pytest.approx(7 * 20 / 60)
    assert queries.chair(session, t(41)).rate.mg_per_h == 14, "7 mL/h of 2 mg/mL"


@pytest.mark.hazard("H-09")
def test_a_late_bag_that_lifts_the_rate_over_a_hard_limit_is_told_as_that() -> None:
    session = running(ml_per_h="28", session=visit(protocol_version=two_strengths()))
    bag = hang(session, t(15), mg_per_ml="2")
    lower(session, 20, "27.9")

    charted_late(session, bag, 40, 10, confirmed=frozenset({"kept=28"}))

    assert Flag.objects.get(rule="late_bag").level == "high"
    assert queries.chair(session, t(41)).rate.mg_per_h == Decimal("55.8")


@pytest.mark.hazard("H-06")
@pytest.mark.parametrize(("ml_per_h", "level"), [("7", "medium"), ("28", "high")])
def test_a_bag_of_another_strength_since_the_start_is_asked_about_and_told(ml_per_h: str, level: str) -> None:
    session = running(ml_per_h=ml_per_h, session=visit(protocol_version=two_strengths()))
    bag = hang(session, t(-10), mg_per_ml="2")

    with pytest.raises(actions.ChairRefused, match=rf"The pump kept its {ml_per_h} mL/h: with 2 mg/mL") as asked:
        charted_late(session, bag, 30, 0)
    charted_late(session, bag, 30, 0, confirmed=frozenset({f"kept={ml_per_h}"}))

    assert str(asked.value).endswith("Has this bag hung since 10:00?")
    told = Flag.objects.get(rule="late_bag")
    assert (told.level, told.for_prescriber) == (level, True)
    assert f"{int(ml_per_h) * 2} mg/h and not {ml_per_h}." in told.sentence
    assert told.sentence.endswith("That is above a hard limit.") == (level == "high")
    assert mg(session, 60) == pytest.approx(int(ml_per_h) * 2)


def test_a_bag_that_was_prepared_after_it_is_said_to_have_hung_is_asked_about() -> None:
    session = running()
    bag = hang(session, t(57))

    with pytest.raises(actions.ChairRefused, match=r"prepared at 10:37, after 10:25. Is the time right\?"):
        charted_late(session, bag, 40, 25)
    row = charted_late(session, bag, 40, 25, confirmed=frozenset({"prepared_later"}))

    assert row.bag == bag


@pytest.mark.hazard("H-28")
def test_a_late_bag_taken_back_gives_the_settings_since_to_the_old_one_again() -> None:
    session, bag = stronger()
    lower(session, 30)
    row = charted_late(session, bag, 40, 20, confirmed=KEPT)

    taken_back(row, "another chair's bag", t(41))

    assert mg(session, 40) == pytest.approx(3.5 + 3.5 / 6)
    assert dose_rows(session).new_bag == bag


def test_the_page_for_a_new_bag_asks_when_it_was_prepared_later_and_the_chair_counts_it_from_then() -> None:
    session = running(timezone.now() - minutes(60), session=visit(protocol_version=two_strengths()))
    nina, now = signed_in(), timezone.now()
    bag = hang(session, now + minutes(15), mg_per_ml="2")
    actions.change_rate(
        session=session, value=Decimal("3.5"), unit="mL/h", by=member("nina"), at=now - minutes(3), ask=fresh(session)
    )
    here = (now - timedelta(minutes=20)).astimezone(session.site.tz)
    said = {"bag": str(bag.code), "already": "on", "happened_at": f"{here:%Y-%m-%dT%H:%M}"}
    said["seen"] = dose_rows(session).mark

    early = post(nina, session, "bag/change/", **said)
    later = post(nina, session, "bag/change/", **said, confirm="prepared_later")
    anew = post(nina, session, "bag/change/", **said, set_anew="on", confirm=["prepared_later", "kept=7"])
    kept = post(nina, session, "bag/change/", **said, confirm=["prepared_later", "kept=7"])

    assert [reply.status_code for reply in (early, later, anew, kept)] == [422, 422, 422, 303]
    assert "This bag was prepared at" in early.content.decode()
    assert 'value="kept=7"' in early.content.decode(), "everything is asked at once"
    assert "1 later setting then counts with 2 mg/mL" in later.content.decode()
    said_so = [" ".join(page.content.decode().split()) for page in (later, anew)]
    assert '<p>Charted as it hung: the pump kept</p> <p class="huge told">7 <i>mL/h</i></p>' in said_so[0]
    assert "If it was set anew then, tick that below." in said_so[0]
    assert 'set anew, for the same mg/h, to</p> <p class="huge told">3.5 <i>mL/h</i></p>' in said_so[1]
    assert dose_rows(session).bag == bag
    assert nina.get(at(session)).status_code == 200


def test_the_page_says_what_is_charted_now_and_what_of_a_bag_that_hangs_already() -> None:
    now = timezone.now()
    session, nina = running(now - minutes(60), session=visit(protocol_version=two_strengths())), signed_in()
    hang(session, now, mg_per_ml="2")
    page = nina.get(at(session, "bag/change/")).content.decode()

    assert "Hung now, the pump is set anew and the mg/h stay; with an earlier time" in page
    assert '<p class="huge told">3.5 <i>mL/h</i></p>' in page
    assert 'name="set_anew"' in page


def test_the_page_for_a_bag_of_the_same_strength_asks_nothing_of_that() -> None:
    now = timezone.now()
    session, nina = running(now - minutes(60)), signed_in()
    bag = hang(session, now)
    said = {"bag": str(bag.code), "already": "on", "seen": dose_rows(session).mark}

    assert 'name="set_anew"' not in nina.get(at(session, "bag/change/")).content.decode()
    assert post(nina, session, "bag/change/", **said).status_code == 303
