"""A named responsible nurse at every minute: from the start on, over a break and back, and told when there is none."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from clearhead.clinic.home import day
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Responsible
from clearhead.clinic.people.models import RoleGrant
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member, mesa
from tests.clinic.home.test_chairs import put, tile
from tests.clinic.infusion import morning
from tests.clinic.infusion.room import minutes, protocol_with, running
from tests.clinic.infusion.test_by_plan import HOURLY
from tests.clinic.infusion.test_pages import at, post, signed_in
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def late(session: Session, now: Any) -> dict[str, str]:
    return {one.what: one.level for one in queries.chair(session, now).late}


def nobody(session: Session) -> Session:
    """A record from before anybody took the chair."""
    for row in Responsible.objects.filter(session=session):
        actions.strike(row=row, reason="wrong chair", by=member("nina"), at=AT_TEN)
    return session


def test_who_starts_the_pump_answers_for_the_chair_where_nobody_does() -> None:
    session = morning.prepared(morning.booked())
    morning.go(session)

    morning.start(session)

    assert queries.responsible(session).nurse == member("nina")


def test_who_starts_it_does_not_take_it_from_who_has_it() -> None:
    session = morning.prepared(morning.booked())
    actions.take_over(session=session, by=member("omar"), at=AT_TEN - minutes(20))
    morning.go(session)

    morning.start(session)

    assert queries.responsible(session).nurse == member("omar")


def test_a_grant_that_ended_leaves_the_chair_without_a_nurse_at_chair_board_and_desk() -> None:
    session, ended = put(running(), "Chair 1"), AT_TEN + minutes(20)
    for minute in range(5, 36, 5):
        ward.taken(session, AT_TEN + minutes(minute), phase="infusion", kind="full", pain=3)
    before = late(session, ended)
    RoleGrant.objects.filter(user=member("nina")).update(until=ended)

    first, then = late(session, ended + minutes(1)), late(session, ended + minutes(6))
    board = {one.what: one.level for one in tile("Chair 1", ended + minutes(6)).figures.waits}
    desk = [chip.text for row in day.day_board(mesa(), AT_TEN.date(), ended + minutes(6)) for chip in row.chips]

    assert "nurse" not in before
    assert (first["nurse"], then["nurse"], board["nurse"]) == ("low", "medium", "medium")
    assert "no responsible nurse 6 min" in desk


def test_the_hand_over_is_due_by_the_hours_of_the_protocol_and_a_new_nurse_settles_it() -> None:
    version = protocol_with(("[running]\n", "[running]\nhandover_every_h = 1\n"))
    session = running(protocol_version=version)

    before, due = late(session, AT_TEN + minutes(59)), late(session, AT_TEN + minutes(66))
    over = queries.hand_over(session, AT_TEN + minutes(66))
    actions.take_over(session=session, read_items=over.open_items, by=member("omar"), at=AT_TEN + minutes(66))

    assert "hand_over" not in before
    assert due["hand_over"] == "medium"
    assert "hand_over" not in late(session, AT_TEN + minutes(67))


def test_what_is_late_goes_over_line_by_line() -> None:
    session = running(premedication=[HOURLY])

    over = queries.hand_over(session, AT_TEN + minutes(70))
    with pytest.raises(actions.ChairRefused) as refusal:
        actions.take_over(session=session, by=member("omar"), at=AT_TEN + minutes(70))
    actions.take_over(session=session, read_items=over.open_items, by=member("omar"), at=AT_TEN + minutes(70))

    assert "A core set is overdue (5 min after start)." in over.open_items
    assert "Midazolam, hourly by plan: given, or not given and why?" in over.open_items
    assert {reason.sentence for reason in refusal.value.verdict.blocking} == set(over.open_items)


def test_a_pause_that_lasts_too_long_goes_over_as_well() -> None:
    session = running()
    actions.pause(session=session, by=member("nina"), at=AT_TEN + minutes(5))

    items = queries.hand_over(session, AT_TEN + minutes(120)).open_items

    assert any(item.startswith("Paused longer than the protocol allows") for item in items)


@pytest.fixture
def chair() -> Session:
    return running(timezone.now() - minutes(3))


def take(client: Client, session: Session, **said: Any) -> Any:
    items = queries.hand_over(session, timezone.now()).open_items
    return post(client, session, "take/", read=list(items), **said)


def test_a_break_names_both_and_the_nurse_takes_the_chair_back(chair: Session) -> None:
    nina, omar = signed_in("nina"), signed_in("omar")
    offered = omar.get(at(chair, "take/")).content.decode()

    assert take(omar, chair, for_break="on").status_code == 303
    covering = queries.responsible(chair)
    hers, his = nina.get(at(chair)).content.decode(), omar.get(at(chair)).content.decode()
    back = nina.get(at(chair, "take/")).content.decode()
    assert take(nina, chair).status_code == 303

    assert "Only for a break: Nina Okafor comes back" in offered
    assert (covering.nurse, covering.covers) == (member("omar"), member("nina"))
    assert "Back to Nina Okafor" in hers
    assert "for Nina Okafor, on a break" in his
    assert "Back to Nina Okafor</button>" in back
    after = queries.responsible(chair)
    assert (after.nurse, after.covers, after.handed_over_by) == (member("nina"), None, member("omar"))


def test_a_second_cover_still_covers_the_first_nurse(chair: Session) -> None:
    for name in ("omar", "dario"):
        take(signed_in(name), chair, for_break="on")

    who = queries.responsible(chair)

    assert (who.nurse, who.covers) == (member("dario"), member("nina"))


def test_who_answers_for_the_chair_opens_the_break_from_its_screen_and_from_the_notes(chair: Session) -> None:
    page = signed_in("nina").get(at(chair)).content.decode()
    told = signed_in("nina").get(at(chair, "take/")).content.decode()

    assert page.count(f'href="{at(chair, "take/")}"') == 2
    assert "You answer for this chair." in told
    assert 'name="for_break"' not in told
