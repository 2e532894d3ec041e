"""H-10: what is old on the chair board says so, and a board that hears nothing shows no live figures."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.utils import timezone

from clearhead.clinic.home import chairs
from clearhead.clinic.infusion.queries.pinned import protocol_of
from tests import builders
from tests.cast import AT_TEN, PASSWORD, member, mesa, petra
from tests.clinic.home.test_chairs import put
from tests.clinic.infusion import room
from tests.clinic.infusion.room import minutes
from tests.clinic.recovery import ward

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-10")]


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.mark.parametrize(("beyond", "old"), [(-1, False), (0, False), (1, True), (90, True)])
def test_h10_a_set_older_than_the_interval_asked_for_is_marked_old(beyond, old):
    session = put(room.running(), "Chair 1")
    ward.taken(session, AT_TEN + minutes(30), phase="infusion")
    interval = protocol_of(session).observation.phase("running").core_every_min

    figures = chairs.board(mesa(), AT_TEN + minutes(30 + interval + beyond)).tiles[0].figures

    assert figures.set_age_min == interval + beyond
    assert figures.old is old


def test_h10_a_set_dated_into_the_future_is_not_shown_as_the_last_one():
    session = put(room.running(), "Chair 1")
    ward.taken(session, AT_TEN + minutes(1), phase="infusion", sys=130)
    ward.taken(session, AT_TEN + minutes(50), phase="infusion", sys=199)

    assert chairs.board(mesa(), AT_TEN + minutes(3)).tiles[0].figures.systolic == 130


def test_h10_the_board_is_drawn_anew_although_nothing_was_written():
    put(room.running(), "Chair 1")

    marks = {chairs.mark_of(mesa(), AT_TEN + minutes(step / 60)) for step in range(0, 60, 5)}

    assert len(marks) == 60 // chairs.EVERY_S


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_h10_after_three_silent_beats_the_figures_are_gone_and_it_says_since_when(open_page):
    from playwright.sync_api import expect

    began = timezone.now() - minutes(30)
    put(room.running(began, session=builders.session(petra(), starts_at=began - minutes(30))), "Chair 1")
    member("nina")
    page = open_page()
    page.goto("/account/login/?next=/home/mesa/chairs/")
    page.fill("[name=login]", "nina@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    expect(page.locator(".tile .values b").first).to_be_visible()
    expect(page.locator(".lost")).to_be_hidden()

    page.context.set_offline(True)

    expect(page.locator(".lost")).to_contain_text("OLD: this board has not heard")
    expect(page.locator(".tile .values dd > b").first).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator(".lost")).to_be_hidden()
