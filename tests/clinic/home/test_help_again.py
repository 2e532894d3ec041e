"""Help that is called again and again: a fact each time, one line and one flag for the chair, one answer for all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Event, Flag, FlagAck
from clearhead.clinic.infusion.queries.board import for_prescriber, help_called
from clearhead.clinic.infusion.queries.flags import unanswered
from tests import builders
from tests.cast import member, mesa, vera
from tests.clinic.infusion.queue import entry, send
from tests.clinic.infusion.scene import lively

pytestmark = pytest.mark.django_db
ANOTHER = timedelta(seconds=40)


def call(session: Any, times: int = 1, at: Any = None) -> None:
    for _again in range(times):
        actions.call_help(session=session, by=member("fern"), at=at or timezone.now())


def answer(session: Any, flag: Flag, by: str = "nina", *, cleared: bool = True, **more: Any) -> None:
    actions.acknowledge(
        session=session, flag=flag, done="Dario is here", cleared=cleared, by=member(by), at=timezone.now(), **more
    )


def open_help(session: Any) -> list[Flag]:
    return [flag for flag in queries.open_flags(session) if flag.rule == "help"]


def test_six_presses_are_six_facts_one_flag_and_one_line_that_says_how_often_and_when_last() -> None:
    session, client = lively(timezone.now()), Client()
    client.force_login(member("nina"))
    call(session, 6)
    last = f"{timezone.now().astimezone(session.site.tz):%H:%M}"

    everywhere = client.get("/home/help/").content.decode()
    here = client.get(f"/infusion/{session.code}/").content.decode()

    assert Event.objects.filter(session=session, kind="help").count() == 6
    assert len(open_help(session)) == 1
    assert everywhere.count("data-code=") == 1
    assert f"called 6 times, last {last}" in everywhere
    assert here.count(f"Help was called 6 times, last {last}.") == 1
    assert f"Help was called to this chair 6 times, last {last}." in here


def test_one_answer_ends_every_call_of_the_chair_whichever_page_it_was_typed_on() -> None:
    session, other = lively(timezone.now()), builders.session(vera())
    call(session)
    first = open_help(session)[0]
    call(session, 5)
    call(other)

    answer(session, first)

    assert open_help(session) == []
    assert [one.session for one in help_called([mesa()])] == [other]


def test_calls_that_stand_side_by_side_from_before_are_one_line_and_end_with_one_answer() -> None:
    session, at = lively(timezone.now()), timezone.now()
    for _press in range(3):
        Flag.objects.create(
            session=session, happened_at=at, recorded_at=at, rule="help", level="high", sentence="Help was called."
        )
    call(session)

    assert [(one.times, one.session) for one in help_called([mesa()])] == [(4, session)]
    answer(session, open_help(session)[1])

    assert help_called([mesa()]) == ()
    assert open_help(session) == []


def test_a_call_after_an_answer_asks_anew_and_is_brought_to_the_prescriber_again() -> None:
    session = lively(timezone.now())
    call(session, 2)
    answer(session, open_help(session)[0], "dario", cleared=False)
    quiet = [line for line in unanswered(session) if line.flag.rule == "help"], for_prescriber(mesa())
    call(session, 2)

    waits = [line.flag for line in unanswered(session) if line.flag.rule == "help"]

    assert quiet == ([], ())
    assert waits == open_help(session) == list(for_prescriber(mesa()))
    assert [one.times for one in help_called([mesa()])] == [4]


def test_an_answer_that_comes_late_does_not_answer_what_was_called_after_it() -> None:
    session = lively(timezone.now())
    call(session, at=timezone.now() - 2 * ANOTHER)
    first = open_help(session)[0]
    call(session)

    answer(session, first, happened_at=timezone.now() - ANOTHER)

    assert len(open_help(session)) == 1
    assert [one.session for one in help_called([mesa()])] == [session]


def test_calls_kept_on_a_tablet_are_one_flag_too() -> None:
    session = lively(timezone.now())

    said = send(session, [entry("help", minute) for minute in range(4)], name=None)

    assert {receipt.status for receipt in said} == {"saved"}
    assert Event.objects.filter(session=session, kind="help").count() == 4
    assert len(open_help(session)) == 1


@pytest.mark.parametrize(("who", "ends"), [("nina", True), (None, False)])
@pytest.mark.parametrize("what", ["recovered", "left_with_crew"])
def test_the_line_that_ends_an_emergency_ends_the_calls_where_somebody_is_signed_in(
    what: str, who: str | None, ends: bool
) -> None:
    session = lively(timezone.now())
    call(session, 3)
    actions.emergency(session=session, what="airway", by=member("nina"), at=timezone.now())
    assert len(open_help(session)) == 1

    actions.emergency(session=session, what=what, by=member(who) if who else None, at=timezone.now())

    assert (open_help(session) == []) is ends
    assert FlagAck.objects.filter(flag__rule="help", done__startswith="Emergency").count() == ends


def place(page: Any, selector: str) -> Any:
    return page.locator(selector).first.bounding_box()


ON_TOP = "button => { const b = button.getBoundingClientRect(); return [[.5, .5], [.1, .1], [.9, .9]].every(([x, y]) => button.contains(document.elementFromPoint(b.x + b.width * x, b.y + b.height * y))) }"  # noqa: E501


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
def test_help_at_four_chairs_leaves_the_name_the_figures_and_stop_of_this_one(
    open_page: Any, sign_in: Any, width: int, height: int
) -> None:
    session, others = lively(timezone.now()), [builders.session(vera(), number=one) for one in range(1, 5)]
    page = open_page(width=width, height=height)
    sign_in(page, member("nina"))
    for one in (*others, session):
        call(one, 6)
    for address in (f"/infusion/{session.code}/", f"/infusion/{session.code}/rate/"):
        page.goto(address)
        page.locator("#help-now p").nth(3).wait_for()
        stop = page.locator("button.stop").first
        page.evaluate("scrollTo(0, 300)")

        help_now = place(page, "#help-now")

        assert help_now["height"] <= height * 0.3
        assert stop.evaluate(ON_TOP), address
        name = place(page, ".who .line .name" if address.endswith(f"{session.code}/") else ".who-band")
        assert name["y"] >= help_now["y"] + help_now["height"] - 1, address
    page.goto(f"/infusion/{session.code}/")
    page.locator("#help-now p").nth(3).wait_for()
    assert page.locator(f"#help-now [data-code='{session.code}']").count() == 0
    page.get_by_text("Help was called 6 times").first.wait_for()
