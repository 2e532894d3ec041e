"""A symptom that becomes worse after its flag was answered asks again; a milder grade only changes the words."""

from __future__ import annotations

import pytest

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag, Symptom
from clearhead.clinic.infusion.queries.flags import FlagLine, open_lines
from clearhead.clinic.infusion.queries.handover import hand_over
from clearhead.clinic.infusion.queries.unrest import unrest
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, running

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-14")]


def feels(session: Session, code: str, grade: int, minute: float) -> Symptom:
    return actions.symptom(session=session, code=code, grade=grade, by=member("nina"), at=AT_TEN + minutes(minute))


def only(session: Session) -> FlagLine:
    (line,) = open_lines(session)
    return line


def answer(session: Session, minute: float, *, cleared: bool = False) -> None:
    flag = Flag.objects.get(code=only(session).code)
    actions.acknowledge(
        session=session, flag=flag, done="ECG normal", by=member("nina"), at=AT_TEN + minutes(minute), cleared=cleared
    )


@pytest.mark.parametrize("code", ["chest_pain", "headache_different", "breathlessness", "seizure"])
def test_a_worse_grade_asks_again_in_its_own_words(code: str) -> None:
    session = running()
    feels(session, code, 1, 10)
    answer(session, 11)

    feels(session, code, 3, 20)

    worst = queries.protocol_of(session).limits.symptom(code)
    assert worst is not None
    line = only(session)
    assert line.flag.sentence == f"{worst.title}: {worst.grades[2]}."
    assert line.unanswered
    assert line.asked_at == AT_TEN + minutes(20)
    assert line.flag.sentence in unrest(session, AT_TEN + minutes(21)).unanswered
    assert line.flag.sentence in hand_over(session, AT_TEN + minutes(21)).open_items
    assert [ack.done for ack in line.acks] == ["ECG normal"]


def test_a_milder_grade_changes_the_words_and_asks_nobody() -> None:
    session = running()
    feels(session, "chest_pain", 3, 10)
    answer(session, 11)

    feels(session, "chest_pain", 1, 20)

    assert only(session).flag.sentence == "Chest pain: strong, last slight."
    assert only(session).answered


def test_a_grade_that_was_taken_back_falls_back_to_the_question_before_it() -> None:
    session = running()
    feels(session, "chest_pain", 1, 10)
    answer(session, 11)
    slip = feels(session, "chest_pain", 3, 20)

    actions.strike(row=slip, reason="wrong chair", by=member("nina"), at=AT_TEN + minutes(21))
    assert only(session).flag.sentence == "Chest pain: slight."
    assert only(session).answered

    feels(session, "chest_pain", 3, 30)
    assert only(session).unanswered


def test_what_is_called_over_after_its_words_changed_is_over() -> None:
    session = running()
    feels(session, "chest_pain", 3, 10)
    feels(session, "chest_pain", 1, 20)

    answer(session, 21, cleared=True)

    assert not open_lines(session)
