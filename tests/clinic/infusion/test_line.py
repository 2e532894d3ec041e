"""From bag to end with the eyes of a nurse: what fills the line is not given, what stays in it is not lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import DrugClosure, Flag, PumpReading, RateChange
from clearhead.clinic.people import guard
from clearhead.clinic.plan.models import Session
from clearhead.clinic.policy.models import ProtocolVersion
from tests import small_doses
from tests.cast import AT_TEN, PIN, member
from tests.clinic.infusion.room import fresh, hang, minutes, protocol_with, running, second

pytestmark = pytest.mark.django_db

ONE = "vial_mg_per_ml = 50, vial_ml = 10 },\n]"
TWO = ONE.replace("]", '    { use = "infusion", mg_per_ml = 2, bag_ml = 100, diluent = "sodium chloride 0.9 %", ') + ONE
LINE = '\nline = { dead_volume_ml = 12, prime = "diluent", at_end = "flush", flush_ml = 20 }'


def stepwise(at: datetime = AT_TEN) -> Session:
    """12 mg/h from a bag of 1 mg/mL through a line of 12 mL that was filled with plain fluid."""
    return running(at, ml_per_h="12", protocol_version=protocol_with((ONE, TWO + LINE)))


def given(session: Session, minute: float) -> tuple[Any, Any]:
    """mg in the vein and mg in the line."""
    account = queries.account_of(session, AT_TEN + minutes(minute))
    assert account.charted_mg == account.delivered_mg + account.in_line_mg  # plain fluid fills the line: nothing else
    return account.delivered_mg, account.in_line_mg


def to_the_end(session: Session) -> None:
    """An hour, a pause with another strength hung in it, an hour, the end."""
    nina = member("nina")
    actions.pause(session=session, by=nina, at=AT_TEN + minutes(60))
    stronger = actions.prepare_bag(
        session=session, strength=1, lot="K-7", by=nina, at=AT_TEN + minutes(65), second=second("6", mg_per_ml="2")
    )
    checked = actions.Ask(second=second("6", mg_per_ml="2"))
    actions.change_bag(session=session, bag=stronger, by=nina, at=AT_TEN + minutes(70), ask=checked)
    actions.resume(session=session, by=nina, at=AT_TEN + minutes(70), ask=fresh(session, reason="as before"))
    actions.end(session=session, by=nina, at=AT_TEN + minutes(130))


def close(session: Session, **said: str) -> DrugClosure:
    return actions.close_drug(
        session=session, by=member("nina"), at=AT_TEN + minutes(150), witness=member("omar"),
        witness_secret=actions.Secret(PIN), **{name: Decimal(mg) for name, mg in said.items()},
    )  # fmt: skip


def test_what_fills_the_line_reaches_nobody_until_it_is_pushed() -> None:
    session = stepwise()

    assert [given(session, minute) for minute in (0, 30, 60)] == [(0, 0), (0, 6), (0, 12)]


def test_a_stronger_bag_waits_behind_the_weaker_in_the_line() -> None:
    session = stepwise()

    to_the_end(session)

    assert [row.pump_ml_per_h for row in queries.dose_rows(session).rates] == [12, 0, 0, 6, 0]
    assert [given(session, minute) for minute in (70, 100, 130)] == [(0, 12), (3, 15), (6, 18)]


def test_a_flush_brings_the_rest_in_at_its_own_speed() -> None:
    session = stepwise()
    to_the_end(session)

    actions.flush(
        session=session, ml=Decimal(20), over_min=Decimal(5), by=member("nina"), at=AT_TEN + minutes(132)
    )  # fmt: skip

    assert [given(session, minute) for minute in (132, 133.5, 135, 137)] == [(6, 18), (12, 12), (24, 0), (24, 0)]
    assert [queries.doses_of(session, AT_TEN + minutes(m)).total_mg for m in (130, 137)] == pytest.approx([6, 24])


@pytest.mark.parametrize(("flushed", "left"), [(True, "0"), (False, "18")])
def test_the_drug_closes_to_the_milligram_with_and_without_a_flush(flushed: bool, left: str) -> None:
    session = stepwise()
    to_the_end(session)
    if flushed:
        actions.flush(session=session, ml=Decimal(20), by=member("nina"), at=AT_TEN + minutes(132))

    row = close(session, left_mg=left, wasted_mg="426")

    assert (row.drawn_mg, row.given_mg, row.difference_mg) == (450, 24 - Decimal(left), 0)


def test_what_the_line_holds_is_told_alike_on_every_sheet() -> None:
    session = stepwise()
    to_the_end(session)
    nina = Client()
    nina.force_login(member("nina"))

    pages = {
        page: " ".join(nina.get(f"/infusion/{session.code}/{page}").content.decode().split())
        for page in ("", "close/", "print/", "transfer/")
    }

    assert "in the line 18 mg" in pages[""]
    assert "94 <i>mL</i>" in pages[""]
    for text in ("<td>450 mg</td>", "<td>6 mg</td>", "18 mg · flush it in with 20 mL", "188 mg · 94 mL · 2 mg/mL"):
        assert text in pages["close/"]
    assert "6 mg · in the line 18 mg" in pages["print/"]
    assert "238 mL · 1 mg/mL · lot K-1204; 94 mL · 2 mg/mL · lot K-7;" in pages["print/"]
    assert "18 mg stand in the line" in pages["transfer/"]
    assert all("24 <i>mg" in text or "24 mg" in text for text in pages.values())


def test_a_bag_hung_in_a_pause_leaves_the_pump_standing_and_the_pause_counting() -> None:
    session = stepwise()
    to_the_end_of_the_pause = AT_TEN + minutes(75)
    actions.pause(session=session, by=member("nina"), at=AT_TEN + minutes(60))
    bag = hang(session, AT_TEN + minutes(85))

    actions.change_bag(
        session=session, bag=bag, by=member("nina"), at=AT_TEN + minutes(70), ask=actions.Ask(second=second("12"))
    )

    stands = queries.standing(session, to_the_end_of_the_pause)
    assert (str(stands.state), stands.since) == ("paused", AT_TEN + minutes(60))
    assert queries.account_of(session, to_the_end_of_the_pause).pump_ml == 12


def test_another_strength_is_checked_at_the_pump_before_it_runs() -> None:
    session = stepwise()
    bag = hang(session, AT_TEN + minutes(40), mg_per_ml="2")

    with pytest.raises(actions.ChairRefused, match="second person"):
        actions.change_bag(session=session, bag=bag, by=member("nina"), at=AT_TEN + minutes(60), ask=fresh(session))
    told = actions.Ask(second=second("6", mg_per_ml="2"))
    row = actions.change_bag(session=session, bag=bag, by=member("nina"), at=AT_TEN + minutes(60), ask=told)

    assert (row.pump_ml_per_h, row.second_person) == (6, member("omar"))


def test_the_bag_that_hangs_is_not_hung_again() -> None:
    session = stepwise()

    with pytest.raises(actions.ChairRefused, match="hangs already"):
        actions.change_bag(session=session, bag=session.bags.get(), by=member("nina"), at=AT_TEN + minutes(60))


def test_the_page_of_the_new_bag_says_first_what_the_pump_should_show() -> None:
    session = stepwise(timezone.now() - minutes(30))
    bag = hang(session, timezone.now(), mg_per_ml="2")
    nina = Client()
    nina.force_login(member("nina"))

    page = nina.get(f"/infusion/{session.code}/bag/change/").content.decode()
    said = {guard.FIELD: guard.token(session.patient), "checker": str(member("omar").code), "check_weight_kg": "70"}
    said |= {"check_mg_per_ml": "2", "check_ml_per_h": "6", "checker_secret": PIN, "bag": str(bag.code)}
    sent = nina.post(f"/infusion/{session.code}/bag/change/", said)

    assert "1 mg/mL hangs, this one is 2 mg/mL" in page
    assert '<p class="huge told">6 <i>mL/h</i></p>' in page
    assert sent.status_code == 303
    assert RateChange.objects.get(kind="bag_change").pump_ml_per_h == 6


def test_a_later_bag_never_changes_what_the_line_held_before() -> None:
    session = stepwise()
    before = given(session, 30)

    hang(session, AT_TEN + minutes(60), prime_ml=Decimal(40))

    assert given(session, 30) == before


@pytest.mark.parametrize(("says", "flags"), [("6", 0), ("18", 0), ("11", 1)])
def test_a_pump_cleared_at_the_new_bag_agrees_with_the_chart(says: str, flags: int) -> None:
    session = stepwise()
    to_the_end(session)

    actions.read_pump(session=session, pump_ml=Decimal(says), by=member("nina"), at=AT_TEN + minutes(131))

    assert Flag.objects.filter(rule="reconcile").count() == flags
    assert PumpReading.objects.get().charted_ml in {6, 18}


def test_a_line_filled_with_drug_takes_its_fill_from_the_first_bag_only() -> None:
    session = running(ml_per_h="12")
    actions.end(session=session, by=member("nina"), at=AT_TEN + minutes(60))

    row = close(session, left_mg="12", wasted_mg="226")
    account = queries.account_of(session, AT_TEN + minutes(60))

    assert (account.delivered_mg, account.in_line_mg, row.given_mg, row.difference_mg) == (12, 12, 12, 0)


def ends(session: Session, at: datetime) -> dict[str, timedelta]:
    return {end.what: end.at - AT_TEN for end in queries.chair(session, at).ends}


def test_the_bag_and_the_planned_end_are_counted_down_and_then_rise_like_a_due_set() -> None:
    session = running(ml_per_h="70")

    at_first = ends(session, AT_TEN + minutes(30))
    levels = [
        {one.what: one.level for one in queries.chair(session, AT_TEN + minutes(minute)).late}.get("bag_empty")
        for minute in (203, 205, 210, 220)
    ]

    assert at_first == {"bag_empty": timedelta(minutes=204), "planned_end": timedelta(minutes=240)}
    assert levels == [None, "low", "medium", "high"]


def test_nothing_is_counted_down_while_the_pump_stands_still() -> None:
    session = running()
    actions.pause(session=session, by=member("nina"), at=AT_TEN + minutes(60))

    assert ends(session, AT_TEN + minutes(61)) == {}


def small_doses_of_ten_mg() -> Session:
    text = small_doses.protocol_text()
    version = ProtocolVersion.objects.create(
        protocol_id="small-doses", version="1", indication="migraine", toml=text,
        sha256=sha256(text.encode()).hexdigest(), happened_at=AT_TEN, recorded_at=AT_TEN,
    )  # fmt: skip
    return running(ml_per_h="60", protocol_version=version)


def test_the_end_of_a_small_dose_is_counted_down_and_then_called_out() -> None:
    session = small_doses_of_ten_mg()

    at_first = queries.chair(session, AT_TEN + minutes(4)).ends[0]
    late = {minute: queries.chair(session, AT_TEN + minutes(minute)).late for minute in (9, 11, 27)}

    assert (at_first.what, at_first.at) == ("small_dose", AT_TEN + minutes(10))
    assert [one.level for one in late[9] if one.what == "small_dose"] == []
    assert "small dose is in: pause the pump" in next(one.sentence for one in late[11] if one.what == "small_dose")
    assert [one.level for one in late[27] if one.what == "small_dose"] == ["high"]


def test_a_small_dose_after_its_wait_is_counted_from_its_own_beginning() -> None:
    session = small_doses_of_ten_mg()
    bag = session.bags.get()
    for minute, kind, pump in ((10, "pause", 0), (20, "resume", 30)):
        RateChange.objects.create(
            session=session, bag=bag, kind=kind, entered_value=pump, entered_unit="mL/h", pump_ml_per_h=pump,
            intended=True, happened_at=AT_TEN + minutes(minute), recorded_at=AT_TEN + minutes(minute),
        )  # fmt: skip

    assert ends(session, AT_TEN + minutes(15)) == {}
    assert ends(session, AT_TEN + minutes(30))["small_dose"] == timedelta(minutes=40)  # half the speed, twice as long
