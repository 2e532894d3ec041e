"""A flag says the worst and the newest reading, asks again after a clear fall, and is judged anew after a strike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.home.flags import flag_report
from clearhead.clinic.home.tiles import figures_of
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag, FlagAck, Observation
from clearhead.clinic.infusion.queries.unrest import unrest
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, running

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-14")]
CALM = {"sys": 124, "dia": 76, "hr": 72, "rr": 14, "spo2": 98, "sedation": 0}


def at(minute: float) -> datetime:
    return AT_TEN + minutes(minute)


def spo2(session: Session, *readings: tuple[float, int]) -> list[Observation]:
    return [
        actions.observe(
            session=session, values={**CALM, "hr": 70 + int(minute) % 9, "spo2": value}, by=member("nina"),
            at=at(minute), intended=False,
        )
        for minute, value in readings
    ]  # fmt: skip


def answer(session: Session, minute: float, done: str = "oxygen 2 L", **said: Any) -> FlagAck:
    line = queries.chair(session, at(minute)).open_flags[0]
    flag = Flag.objects.get(code=line.code)
    return actions.acknowledge(session=session, flag=flag, done=done, by=member("nina"), at=at(minute), **said)


def told(session: Session, minute: float) -> list[tuple[str, str, bool]]:
    """Level, sentence, unanswered: of what the chair shows as high or medium."""
    lines = queries.chair(session, at(minute)).open_flags
    return [(one.flag.level, one.flag.sentence, one.unanswered) for one in lines if one.flag.level != "low"]


def take_back(row: Observation, minute: float, reason: str = "typo, was 91") -> None:
    actions.strike(row=row, reason=reason, by=member("nina"), at=at(minute))


# ---- the worst and the newest


def test_the_flag_says_the_worst_and_the_newest_reading_everywhere() -> None:
    session = running()
    spo2(session, (5, 91), (10, 81), (15, 89), (16, 78), (20, 88))

    said = "SpO₂ 78, last 88: below 90."
    assert told(session, 21) == [("high", said, True)]
    assert ("high", said) in figures_of(session, at(21)).flags
    assert said in [flag.sentence for flag in queries.hand_over(session, at(21)).flags]
    assert unrest(session, at(21)).unanswered == said
    assert [late.sentence for late in queries.chair(session, at(21)).late if late.what == "flag"] == [
        f"Not answered: {said}"
    ]


@pytest.mark.hazard("H-15")
def test_it_stays_one_flag_and_its_wait_counts_from_when_it_first_asked() -> None:
    session = running()
    spo2(session, (5, 85), (9, 83), (14, 86))

    (line,) = queries.chair(session, at(17)).open_flags[:1]
    late = next(one for one in queries.chair(session, at(17)).late if one.what == "flag")
    assert Flag.standing().filter(rule__startswith="limit:").count() == 1
    assert (line.asked_at, late.minutes) == (at(5), 12)
    assert flag_report(session.site, AT_TEN).high == 1


def test_the_name_of_a_flag_on_the_screen_stays_while_only_its_words_change() -> None:
    session = running()
    spo2(session, (5, 85))
    before = queries.chair(session, at(6)).open_flags[0].code
    spo2(session, (9, 84))

    assert queries.chair(session, at(10)).open_flags[0].code == before
    answer(session, 10)
    assert told(session, 10) == [("high", "SpO₂ 84: below 90.", False)]


# ---- a fall after an answer


def test_a_clear_fall_after_an_answer_asks_again_on_the_chair_the_board_and_at_the_pump() -> None:
    session = running()
    spo2(session, (5, 91), (10, 81))
    answer(session, 11)
    calm = (told(session, 12), unrest(session, at(12)).unanswered)
    spo2(session, (15, 70))

    assert calm == ([("high", "SpO₂ 81: below 90.", False)], "")
    assert told(session, 16) == [("high", "SpO₂ 70: below 90.", True)]
    assert unrest(session, at(16)).unanswered == "SpO₂ 70: below 90."
    figures = figures_of(session, at(16))
    assert ("high", "SpO₂ 70: below 90.") in figures.flags
    assert [one.what for one in figures.waits if one.what == "flag"] == ["flag"]
    line = queries.chair(session, at(16)).open_flags[0]
    assert [ack.done for ack in line.acks] == ["oxygen 2 L"]
    assert line.asked_at == at(15)

    answer(session, 17, "mask on, help called")
    assert told(session, 18) == [("high", "SpO₂ 70: below 90.", False)]


@pytest.mark.hazard("H-15")
def test_wavering_after_an_answer_asks_once_a_step_and_no_more() -> None:
    session = running()
    spo2(session, (5, 81))
    answer(session, 6)
    asked = []
    for minute, value in ((10, 79), (15, 83), (20, 80), (25, 78), (30, 79), (35, 76), (40, 75)):
        spo2(session, (minute, value))
        if told(session, minute + 1)[0][2]:
            asked.append(value)
            answer(session, minute + 2)

    assert asked == [78, 75]
    assert Flag.standing().filter(rule__startswith="limit:").count() == 1


def test_an_answer_that_was_written_before_the_fall_does_not_answer_it() -> None:
    session = running()
    spo2(session, (5, 81), (10, 70))

    answer(session, 30, happened_at=at(6))

    assert told(session, 31) == [("high", "SpO₂ 70: below 90.", True)]


def test_an_answer_set_back_a_minute_still_answers_what_was_read() -> None:
    session = running()
    spo2(session, (5, 91), (10, 81))

    answer(session, 12, happened_at=at(9))

    assert told(session, 13) == [("high", "SpO₂ 81: below 90.", False)]


# ---- a reading that was taken back


def test_a_typo_taken_back_lets_the_flag_fall_back_on_the_chair_the_board_and_the_transfer_sheet() -> None:
    session = running()
    *_, typo = spo2(session, (5, 91), (10, 81))
    answer(session, 11)
    take_back(typo, 12)

    said = "SpO₂ 91: below 92."
    assert told(session, 13) == [("medium", said, False)]
    assert [one for one in figures_of(session, at(13)).flags if "SpO₂" in one[1]] == [("medium", said)]
    over = queries.hand_over(session, at(13))
    assert [(flag.level, flag.sentence) for flag in over.flags if "SpO₂" in flag.sentence] == [("medium", said)]
    assert not [line for line in queries.for_the_crew(session) if "81" in line.words]
    whole = [line.words for line in queries.record_of(session) if line.model == "flag" and "limit:" in line.row.rule]
    assert whole == ["medium: SpO₂ 91: below 92.", "high: SpO₂ 81: below 90.", "medium: SpO₂ 91: below 92."]


def test_what_falls_for_real_after_a_typo_was_taken_back_asks_though_the_typo_was_answered() -> None:
    session = running()
    *_, typo = spo2(session, (5, 91), (10, 81))
    answer(session, 11)
    take_back(typo, 12)
    spo2(session, (15, 81))

    assert told(session, 16) == [("high", "SpO₂ 81: below 90.", True)]


def test_a_flag_of_nothing_but_the_typo_closes_and_the_same_value_later_is_another_flag() -> None:
    session = running()
    (typo,) = spo2(session, (5, 81))
    answer(session, 6)
    take_back(typo, 7)
    closed = told(session, 8)
    actions.observe(
        session=session, values={**CALM, "spo2": 81}, by=member("nina"), at=at(9), happened_at=at(5), intended=False
    )

    assert closed == []
    ended = FlagAck.objects.filter(flag__rule__startswith="limit:", cleared=True)
    assert [ack.done for ack in ended] == ["The value was corrected."]
    assert told(session, 10) == [("high", "SpO₂ 81: below 90.", True)]


def test_a_good_value_taken_back_opens_the_flag_that_it_had_closed() -> None:
    session = running()
    *_, wrong = spo2(session, (5, 81), (10, 97))
    over = told(session, 11)
    take_back(wrong, 12, "probe on my own finger")

    assert over == []
    assert told(session, 13) == [("high", "SpO₂ 81: below 90.", True)]


def test_a_typo_taken_back_after_its_episode_is_over_leaves_it_over() -> None:
    session = running()
    _, typo, _ = spo2(session, (5, 91), (10, 81), (15, 97))
    take_back(typo, 20)

    assert told(session, 21) == []
    (flag,) = Flag.standing().filter(rule__startswith="limit:")
    assert (flag.level, flag.sentence) == ("medium", "SpO₂ 91, last 97: below 92.")


# ---- on the pages


def test_chair_board_and_sheet_show_the_fall(client: Client) -> None:
    now = timezone.now()
    session, nina = running(at=now - minutes(60)), member("nina")
    client.force_login(nina)

    def shows(value: int, before: float) -> None:
        actions.observe(
            session=session, values={**CALM, "spo2": value}, by=nina, at=now - minutes(before), intended=False
        )

    shows(81, 20)
    first = Flag.standing().get(rule__startswith="limit:")
    actions.acknowledge(session=session, flag=first, done="oxygen 2 L", by=nina, at=now - minutes(15))
    shows(70, 10)

    board = f"/home/{session.site.slug}/chairs/"
    for page in (f"/infusion/{session.code}/", board, f"/infusion/{session.code}/transfer/"):
        assert "SpO₂ 70: below 90." in client.get(page, follow=True).content.decode(), page
