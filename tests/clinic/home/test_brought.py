"""What is brought to the prescriber stands on the day and on the chair board until a prescriber has answered it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from clearhead.clinic.home import chairs
from clearhead.clinic.home.brought import brought
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag
from clearhead.clinic.people import guard
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member, mesa
from tests.clinic.home.test_chairs import put, tile
from tests.clinic.infusion.room import minutes, running
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def watched(session: Session, until: int) -> Session:
    """Sets in time, so that nothing but what is asked about is late."""
    for minute in range(5, until + 1, 5):
        ward.taken(session, AT_TEN + minutes(minute), phase="infusion", kind="full", pain=3)
    return session


def beyond(session: Session, at: datetime) -> Flag:
    """The pump was found at a rate above the hard limit."""
    actions.change_rate(
        session=session, value=Decimal("40"), unit="mL/h", by=member("nina"), at=at, intended=False,
    )  # fmt: skip
    flag: Flag = Flag.objects.get(for_prescriber=True)
    return flag


def test_what_happened_beyond_a_cap_waits_until_a_prescriber_has_answered_and_not_a_nurse() -> None:
    session, at = running(), AT_TEN + minutes(4)
    flag = beyond(session, at)
    said = {"session": session, "flag": flag, "at": at + minutes(1)}

    actions.acknowledge(**said, done="set back", cleared=True, by=member("nina"))
    after_the_nurse = brought(mesa(), at)
    actions.acknowledge(**said, done="seen, watch closely", by=member("dario"))

    assert after_the_nurse.flags == (flag,)
    assert not queries.open_flags(session), "at the chair the nurse's word has closed it"
    assert brought(mesa(), at).flags == ()


def test_a_set_that_is_told_to_the_prescriber_stands_in_the_same_place_and_goes_when_it_is_charted() -> None:
    session = running()
    early, late = AT_TEN + minutes(14), AT_TEN + minutes(15)

    before = brought(mesa(), early)
    told = brought(mesa(), late)
    ward.taken(session, late, phase="infusion", kind="full", pain=3)
    cache.clear()

    assert before.count == 0
    assert [(one, late.what, late.level) for one, late in told.late] == [(session, "set", "high")]
    assert brought(mesa(), late + minutes(1)).late == ()


def test_a_flag_that_nobody_has_answered_for_long_stands_once() -> None:
    session = running()
    flag, later = beyond(session, AT_TEN + minutes(4)), AT_TEN + minutes(20)

    told = brought(mesa(), later)

    assert "flag" in [late.what for late in queries.chair(session, later).late], "at the chair it is late too"
    assert told.flags == (flag,)
    assert "flag" not in [late.what for _session, late in told.late]


@pytest.fixture
def breach() -> Flag:
    now = timezone.now()
    session = put(running(now - minutes(4)), "Chair 1")
    return beyond(session, now)


def page(name: str, path: str) -> str:
    client = Client()
    client.force_login(member(name))
    return str(client.get(f"/home/mesa/{path}").content.decode())


@pytest.mark.parametrize("path", ["day/", "chairs/", "chairs/live/", "day/live/"])
def test_the_count_stands_on_the_day_and_on_the_chair_board_and_leads_to_the_list(breach: Flag, path: str) -> None:
    for_dario, for_the_desk = page("dario", path), page("fern", path)

    assert "1 thing waits for the prescriber" in for_dario
    assert 'href="/home/mesa/brought/"' in for_dario
    assert "1 thing waits for the prescriber" in for_the_desk
    assert 'href="/home/mesa/brought/"' not in for_the_desk


def test_a_prescriber_answers_on_the_list_and_a_nurse_reads_it(breach: Flag) -> None:
    dario = Client()
    dario.force_login(member("dario"))
    answer = f"/infusion/{breach.session.code}/flag/{breach.code}/"
    assert breach.sentence in page("nina", "brought/").replace("&#x27;", "'")
    assert answer not in page("nina", "brought/")
    assert answer in page("dario", "brought/")

    reply = dario.post(answer, {guard.FIELD: guard.token(breach.session.patient), "done": "seen"})

    assert reply.status_code == 303
    assert "Nothing waits for a prescriber." in page("dario", "brought/")
    assert "waits for the prescriber" not in page("dario", "day/")


def test_the_list_is_for_clinicians_of_the_house(breach: Flag, client: Client) -> None:
    assert client.get("/home/mesa/brought/").status_code == 302
    client.force_login(member("fern"))
    assert client.get("/home/mesa/brought/").status_code == 403
    assert client.post("/home/mesa/brought/").status_code in {403, 405}


# ---- the frame of a tile


def loudest(session: Session, at: datetime) -> str:
    return str(tile("Chair 1", at).figures.loudest)


def test_help_a_broken_cap_and_a_high_flag_set_the_frame_of_the_tile() -> None:
    session, at = watched(put(running(), "Chair 1"), 10), AT_TEN + minutes(11)
    calm = loudest(session, at)

    beyond(session, at)
    broken = loudest(session, at)

    assert calm == "soon"
    assert broken == "high"


def test_help_is_a_word_on_the_tile_also_on_the_wall_until_it_is_over(client: Client, monkeypatch: Any) -> None:
    session, at = watched(put(running(), "Chair 1"), 10), AT_TEN + minutes(11)
    monkeypatch.setattr("clearhead.clinic.home.views.timezone.now", lambda: at)
    client.force_login(member("nina"))
    actions.call_help(session=session, by=member("fern"), at=at)

    figures = tile("Chair 1", at).figures
    board, wall = (client.get(f"/home/mesa/chairs/{asked}").content.decode() for asked in ("", "?wall"))
    actions.acknowledge(session=session, flag=Flag.objects.get(), done="was there", by=member("nina"), at=at,
                        cleared=True)  # fmt: skip
    after = tile("Chair 1", at + minutes(1)).figures

    assert (figures.help_called, figures.loudest) == (True, "high")
    for seen in (board, wall):
        assert "HELP</p>" in seen
        assert '<li class="tile high">' in seen
    assert not after.help_called


def test_a_pump_that_nobody_saw_stopped_sets_the_frame_as_well() -> None:
    session, at = watched(put(running(), "Chair 1"), 10), AT_TEN + minutes(11)
    actions.end(session=session, by=member("nina"), at=at)

    assert loudest(session, at + minutes(1)) == "high"


def test_a_high_flag_stands_above_the_figures_of_its_tile(client: Client, monkeypatch: Any) -> None:
    session, at = watched(put(running(), "Chair 1"), 10), AT_TEN + minutes(11)
    monkeypatch.setattr("clearhead.clinic.home.views.timezone.now", lambda: at)
    client.force_login(member("nina"))
    flag = beyond(session, at)

    board = client.get("/home/mesa/chairs/").content.decode()

    assert board.index(flag.sentence.partition("'")[0][:40]) < board.index('class="set ')
    assert chairs.board(mesa(), at).tiles[0].figures.worst_flag == "high"
