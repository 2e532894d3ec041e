"""Another bag: the rate that runs goes on, the pump shows a new number, and a second person looks where it is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Bag, Check, RateChange
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, PIN, member
from tests.clinic.infusion.room import fresh, hang, looked, minutes, protocol_with, running, second, visit
from tests.clinic.infusion.test_pages import at, post, signed_in

pytestmark = pytest.mark.django_db
LISTED = '    { use = "infusion", mg_per_ml = 1, bag_ml = 250, diluent'
STRONGER = LISTED.replace("mg_per_ml = 1", "mg_per_ml = 2")
TWO_STRENGTHS = (LISTED, f'{STRONGER} = "sodium chloride 0.9 %", vial_mg_per_ml = 50, vial_ml = 10 }},\n{LISTED}')
UNASKED = ("[running.second_check]", '[running.second_check]\nacts = ["start", "bolus"]')
WEIGHT_AND_LABEL = ("[running.second_check]", '[running.second_check]\ncompares = ["weight_kg", "mg_per_ml"]')
LATER = AT_TEN + minutes(30)


def chair(*swaps: tuple[str, str], when: Any = AT_TEN) -> Session:
    """A chair at 7 mg/h from 1 mg/mL."""
    return running(when, session=visit(protocol_version=protocol_with(*swaps)) if swaps else None)


def change(session: Session, bag: Bag, **said: Any) -> RateChange:
    ask = fresh(session, **{name: said.pop(name) for name in ("second", "waited_s") if name in said})
    row: RateChange = actions.change_bag(session=session, bag=bag, by=member("nina"), at=LATER, ask=ask, **said)
    return row


def test_a_bag_of_the_same_strength_goes_on_at_the_same_rate_once_a_second_person_read_it() -> None:
    session = chair()

    row = change(session, hang(session, LATER), second=second("7"))

    assert (row.kind, row.pump_ml_per_h, row.second_person) == ("bag_change", Decimal("7"), member("omar"))
    assert Check.objects.get().act == "bag_change"


def test_a_bag_of_another_strength_shows_another_number_at_the_same_mg_per_hour() -> None:
    session = chair(TWO_STRENGTHS)
    bag = hang(session, LATER, mg_per_ml="2")

    row = change(session, bag, second=second("3.5", mg_per_ml="2"))

    assert row.pump_ml_per_h == Decimal("3.5")
    assert queries.chair(session, LATER + minutes(1)).rate.mg_per_h == 7


@pytest.mark.hazard("H-06")
def test_the_old_number_on_the_pump_is_refused_and_nothing_hangs() -> None:
    session = chair(TWO_STRENGTHS)
    bag = hang(session, LATER, mg_per_ml="2")

    with pytest.raises(actions.ChairRefused, match="mL/h"):
        change(session, bag, second=second("7", mg_per_ml="2"))

    assert not RateChange.objects.filter(kind="bag_change").exists()
    assert not Check.objects.exists()


def test_without_a_second_person_it_waits_where_the_protocol_asks_and_not_where_it_does_not() -> None:
    asked, unasked = chair(), None
    with pytest.raises(actions.RateRefused) as alone:
        change(asked, hang(asked, LATER))
    actions.end(session=asked, by=member("nina"), at=LATER)
    unasked = chair(UNASKED)

    row = change(unasked, hang(unasked, LATER))

    assert {reason.gate for reason in alone.value.verdict.blocking} == {"second_check"}
    assert (row.second_person, row.single_handed) == (None, False)


def test_what_hung_already_is_charted_and_brought_to_the_prescriber() -> None:
    session = chair()

    row = change(session, hang(session, LATER), intended=False)

    assert (row.intended, row.second_person) == (False, None)
    assert [flag.rule for flag in queries.open_flags(session)] == ["breach:second_check"]


def test_a_bag_is_prepared_against_the_rate_that_runs_and_not_against_the_start() -> None:
    session = chair()
    looked(session, AT_TEN + minutes(24))
    actions.change_rate(
        session=session, value=Decimal("10.5"), unit="mL/h", by=member("nina"), at=AT_TEN + minutes(25),
        ask=fresh(session),
    )  # fmt: skip
    bag = {"session": session, "strength": 0, "lot": "K-2", "by": member("nina"), "at": LATER}

    with pytest.raises(actions.ChairRefused, match="mL/h"):
        actions.prepare_bag(**bag, second=second("7"))
    row = actions.prepare_bag(**bag, second=second("10.5"))

    assert row.checked_by == member("omar")


def test_the_checker_is_asked_for_what_the_protocol_compares_and_for_nothing_else() -> None:
    session = chair(WEIGHT_AND_LABEL)
    who = {"session": session, "bag": hang(session, LATER), "by": member("nina"), "at": LATER}
    reads = actions.SecondPerson(member("omar"), actions.Secret(PIN), Decimal("70"), Decimal("1"))

    with pytest.raises(actions.ChairRefused, match="weight"):
        actions.change_bag(**who, ask=fresh(session, second=second("999", kg="71")))
    row = actions.change_bag(**who, ask=fresh(session, second=reads))

    assert row.second_person == member("omar")
    assert Check.objects.get().ml_per_h is None


@pytest.fixture
def now_running() -> Session:
    return chair(when=timezone.now() - minutes(30))


def test_the_page_names_the_bag_and_the_pump_and_asks_the_second_person(now_running: Session) -> None:
    nina, bag = signed_in(), hang(now_running, timezone.now())
    page = nina.get(at(now_running, "bag/change/")).content.decode()
    said = {"bag": str(bag.code), "seen": queries.dose_rows(now_running).mark}
    check = {"checker": str(member("omar").code), "check_weight_kg": "70", "check_mg_per_ml": "1"}

    alone = post(nina, now_running, "bag/change/", **said)
    wrong = post(nina, now_running, "bag/change/", **said, **check, check_ml_per_h="10", checker_secret=PIN)
    right = post(nina, now_running, "bag/change/", **said, **check, check_ml_per_h="7", checker_secret=PIN)

    assert "K-1204" in page
    assert '<p class="huge told">7 <i>mL/h</i></p>' in page
    assert 'name="check_ml_per_h"' in page
    assert [reply.status_code for reply in (alone, wrong, right)] == [422, 422, 303]
    assert RateChange.objects.get(kind="bag_change").second_person == member("omar")


def test_the_page_asks_nobody_where_the_protocol_does_not() -> None:
    session = chair(UNASKED, when=timezone.now() - minutes(30))
    nina, bag = signed_in(), hang(session, timezone.now())

    page = nina.get(at(session, "bag/change/")).content.decode()
    reply = post(nina, session, "bag/change/", bag=str(bag.code), seen=queries.dose_rows(session).mark)

    assert 'name="checker"' not in page
    assert reply.status_code == 303


def test_a_bag_that_was_prepared_since_the_page_was_opened_is_looked_at_first(now_running: Session) -> None:
    nina, old = signed_in(), hang(now_running, timezone.now() - minutes(5))
    hang(now_running, timezone.now())

    reply = post(nina, now_running, "bag/change/", bag=str(old.code), seen=queries.dose_rows(now_running).mark)

    assert reply.status_code == 422
    assert "Another bag was prepared since" in reply.content.decode()


def test_the_desk_hangs_nothing(now_running: Session, client: Client) -> None:
    client.force_login(member("fern"))

    assert client.get(at(now_running, "bag/change/")).status_code == 403
