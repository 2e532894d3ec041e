"""An emergency stands at its chair, on every board and in the hand-over from its first line until it is closed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from clearhead.clinic.home import day
from clearhead.clinic.home.brought import brought
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag
from clearhead.clinic.infusion.queries import screen
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules import adjunct
from tests.cast import AT_TEN, member, mesa
from tests.clinic.home.test_chairs import put, tile
from tests.clinic.infusion.queue import BACK, entry, send
from tests.clinic.infusion.room import minutes, running
from tests.clinic.infusion.scene import lively
from tests.clinic.infusion.test_pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-49")]
FIRST = ("unresponsive", "bag_mask", "call_911", "cpr")
NOW = AT_TEN + minutes(20)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def lines(session: Session, *whats: str, minute: float = 12, by: str | None = "nina") -> None:
    for place, what in enumerate(whats):
        when = AT_TEN + minutes(minute + place / 10)
        actions.emergency(session=session, what=what, by=member(by) if by else None, at=when)


def opened(session: Session) -> list[Flag]:
    return [flag for flag in queries.open_flags(session) if flag.rule == "emergency"]


def test_its_first_line_raises_one_high_flag_for_the_prescriber_and_no_further_line_another() -> None:
    session = running()

    lines(session, *FIRST)

    flag = Flag.objects.get(rule="emergency")
    assert (flag.level, flag.for_prescriber, flag.happened_at) == ("high", True, AT_TEN + minutes(12))
    assert queries.open_flags(session)[0] == flag
    assert brought(mesa(), NOW).flags == (flag,)


@pytest.mark.parametrize("by", ["nina", None])
@pytest.mark.parametrize("what", ["recovered", "left_with_crew"])
def test_the_line_that_closes_it_ends_the_flag_and_it_is_still_told_to_the_prescriber(
    what: str, by: str | None
) -> None:
    session = running()
    lines(session, *FIRST)

    lines(session, what, "family_told", minute=15, by=by)

    assert opened(session) == []
    assert [flag.rule for flag in brought(mesa(), NOW).flags] == ["emergency"]
    assert queries.chair(session, NOW).emergency_since is None


def test_a_prescriber_who_closes_it_has_answered_it() -> None:
    session = running()
    lines(session, *FIRST)

    lines(session, "recovered", minute=15, by="dario")

    assert brought(mesa(), NOW).flags == ()


def test_after_it_was_closed_a_further_line_is_another_emergency() -> None:
    session = running()
    lines(session, *FIRST)
    lines(session, "recovered", minute=15)

    lines(session, "oxygen", minute=18)

    assert Flag.objects.filter(rule="emergency").count() == 2
    assert queries.chair(session, NOW).emergency_since == AT_TEN + minutes(18)


def test_what_was_said_to_it_holds_and_only_its_line_closes_it() -> None:
    session, nina = running(), member("nina")
    lines(session, *FIRST)
    said = {"session": session, "flag": opened(session)[0], "by": nina, "at": NOW}

    actions.acknowledge(**said, done="Dario is here", cleared=True)
    lines(session, "drug", minute=19)

    assert len(opened(session)) == 1
    assert queries.chair(session, NOW).late == tuple(
        one for one in queries.chair(session, NOW).late if one.what != "flag"
    )
    assert queries.hand_over(session, NOW).open_items[0].startswith("Emergency since")


def test_lines_kept_on_a_tablet_raise_it_too_and_an_earlier_one_moves_its_beginning() -> None:
    session, nina = running(), member("nina")
    send(session, [entry("emergency", 14, what="cpr"), entry("emergency", 13, what="bag_mask")], name=None)
    actions.acknowledge(session=session, flag=opened(session)[0], done="all here", by=nina, at=BACK)

    send(session, [entry("emergency", 12, what="unresponsive")])

    line = next(one for one in queries.chair(session, BACK).flags if one.flag.rule == "emergency")
    assert (line.flag.happened_at, line.answered, line.open) == (AT_TEN + minutes(12), True, True)
    assert Flag.standing().filter(rule="emergency").count() == 1


def test_an_emergency_that_was_over_before_the_clinic_heard_of_it_is_told_to_the_prescriber() -> None:
    session = running()

    send(session, [entry("emergency", 14, what="recovered"), entry("emergency", 12, what="unresponsive")])
    send(session, [entry("emergency", 12.5, what="oxygen")])

    assert opened(session) == []
    assert [flag.rule for flag in brought(mesa(), BACK).flags] == ["emergency"]


def test_a_late_recovered_shows_that_it_was_two() -> None:
    session = running()
    send(session, [entry("emergency", 12, what="unresponsive"), entry("emergency", 16, what="airway")])

    send(session, [entry("emergency", 14, what="recovered")])

    assert Flag.standing().filter(rule="emergency").count() == 2
    assert queries.chair(session, BACK).emergency_since == AT_TEN + minutes(16)


@pytest.mark.parametrize("what", ["line", "help"])
def test_while_it_is_open_no_step_and_no_chip_up_is_offered_and_the_reason_is_said(what: str) -> None:
    session = running()
    before = queries.chair(session, NOW, by=member("nina"))
    if what == "line":
        lines(session, *FIRST)
    else:
        actions.call_help(session=session, by=member("nina"), at=AT_TEN + minutes(12))

    view = queries.chair(session, NOW, by=member("nina"))

    assert any(chip.up for chip in before.chips)
    assert not any(chip.up for chip in view.chips)
    said = screen.advice(view)
    assert said is not None
    assert (said.head, said.mg_per_h, said.not_before) == ("Hold", None, None)
    assert "until then" in said.sentences[0]


def test_the_emergency_is_the_first_line_and_a_tick_of_the_hand_over(monkeypatch: Any) -> None:
    session = running()
    lines(session, *FIRST)
    actions.stop(session=session, by=member("nina"), at=AT_TEN + minutes(13))
    monkeypatch.setattr(timezone, "now", lambda: NOW)

    over = queries.hand_over(session, NOW)
    with pytest.raises(actions.ChairRefused):
        actions.take_over(session=session, read_items=over.open_items[1:], by=member("omar"), at=NOW)
    page = signed_in("omar").get(f"/infusion/{session.code}/take/").content.decode()

    assert over.open_items[0] == "Emergency since 10:12, not closed"
    assert sum("mergency" in item for item in over.open_items) == 1
    assert 'value="Emergency since 10:12, not closed"' in page
    assert page.index("<dt>Emergency</dt>") < page.index("<dt>State</dt>")


def test_board_day_and_chair_say_it_and_the_board_without_names_too(monkeypatch: Any) -> None:
    session = put(running(), "Chair 2")
    lines(session, *FIRST)
    actions.call_help(session=session, by=member("nina"), at=AT_TEN + minutes(13))
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    nina = signed_in("nina")

    figures = tile("Chair 2", NOW).figures
    boards = [nina.get(f"/home/mesa/chairs/{ask}").content.decode() for ask in ("", "?wall")]
    chair = nina.get(f"/infusion/{session.code}/").content.decode()
    chips = [chip.text for row in day.day_board(mesa(), NOW.date(), NOW) for chip in row.chips]

    assert figures is not None
    assert (figures.emergency_since, figures.loudest, figures.flags) == (AT_TEN + minutes(12), "high", ())
    assert all(0 < page.index("▲▲ EMERGENCY <span>since 10:12") < page.index("▲▲ HELP") for page in boards)
    assert "Emergency since 10:12, not closed." in chair
    assert chair.count(">Emergency lines</a>") == 2, "in the banner and under More"
    assert chips[0] == "emergency not closed"
    assert nina.get(f"/infusion/{session.code}/live/").json()["high"] == 2


def test_an_emergency_holds_sedatives_and_pressure_medicines_back_and_no_other_drug() -> None:
    session = running()

    def against() -> dict[str, Any]:
        return {face.order.id: face.against for face in queries.chair(session, NOW, by=member("nina")).orders}

    before = against()
    lines(session, *FIRST)
    after = against()

    orders = {face.order.id: face.order for face in queries.chair(session, NOW, by=member("nina")).orders}
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {name for name, order in orders.items() if adjunct.classes_of(order)}
    assert changed
    assert set(orders) - changed


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_chair_says_it_by_itself_and_its_link_opens_the_lines(open_page: Any, sign_in: Any, width: int) -> None:
    session = lively(timezone.now())
    page = open_page(width=width, height=800)
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()

    actions.emergency(session=session, what="unresponsive", by=member("omar"), at=timezone.now())
    banner = page.locator("#part-banner .banner", has_text="Emergency since")
    banner.wait_for()
    banner.get_by_role("link", name="Emergency lines").click()
    page.locator("#face-emergency button[value=recovered]").click()

    banner.wait_for(state="detached")
    assert opened(session) == []
