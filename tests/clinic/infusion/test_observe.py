"""Sets, flags and symptoms: what is refused, what is asked, what becomes one flag."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag, FlagAck, Observation
from clearhead.clinic.infusion.queries.screen import advice
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, running

pytestmark = pytest.mark.django_db
CALM = {"sys": 126, "dia": 78, "hr": 74, "rr": 14, "spo2": 98, "sedation": 0}


def charted(session: Any, at: datetime, **changed: Any) -> Observation:
    said = {key: changed.pop(key) for key in ("why_not", "confirmed", "intended", "kind") if key in changed}
    return actions.observe(session=session, values={**CALM, **changed}, by=member("nina"), at=at, **said)


def test_a_core_set_is_charted_with_the_time_it_was_due() -> None:
    session = running()

    row = charted(session, AT_TEN + minutes(5))

    assert (row.phase, row.due_at) == ("infusion", AT_TEN + minutes(5))
    assert queries.chair(session, AT_TEN + minutes(6)).timeliness.percent == 100


@pytest.mark.parametrize(
    ("minute", "phase", "due"), [(-10, "baseline", None), (6, "infusion", 5), (50, "infusion", 5), (64, "recovery", 5)]
)
def test_a_set_belongs_to_the_moment_at_which_it_was_taken(minute: int, phase: str, due: int | None) -> None:
    session, nina = running(), member("nina")
    actions.end(session=session, by=nina, at=AT_TEN + minutes(60))

    row = actions.observe(
        session=session, values=CALM, by=nina, at=AT_TEN + minutes(70), happened_at=AT_TEN + minutes(minute),
        confirmed=frozenset({"set_back"}),
    )  # fmt: skip

    assert (row.phase, row.due_at) == (phase, None if due is None else AT_TEN + minutes(due))


def test_a_resting_set_typed_after_the_start_is_part_of_the_baseline_and_no_infusion_flag() -> None:
    session, at = running(), AT_TEN + minutes(10)
    values = {**CALM, "sys": 165}

    actions.observe(session=session, values=values, by=member("nina"), at=at, happened_at=AT_TEN - minutes(2))

    assert Observation.objects.filter(phase="baseline").count() == 3
    assert not [flag.rule for flag in queries.open_flags(session) if flag.rule.startswith("limit:infusion")]


def test_a_set_of_hours_ago_is_asked_about_and_one_from_a_queue_is_not() -> None:
    session, late = running(), AT_TEN + minutes(200)
    said: dict[str, Any] = {"session": session, "values": CALM, "by": member("nina"), "at": late}

    with pytest.raises(actions.ChairRefused, match="is 195 min ago"):
        actions.observe(**said, happened_at=AT_TEN + minutes(5))

    assert actions.observe(**said, happened_at=AT_TEN + minutes(5), confirmed=frozenset({"set_back"}))
    assert actions.observe(**said, happened_at=AT_TEN + minutes(6), intended=False).queued is False


def test_words_stand_for_a_value_and_silence_does_not() -> None:
    session, values = running(), {key: CALM[key] for key in ("hr", "spo2")}
    nina = member("nina")
    words = {"bp": "refused", "rr": "not_obtainable", "sedation": "asleep_rouses"}

    with pytest.raises(actions.ChairRefused, match="blood pressure, breaths, sedation"):
        actions.observe(session=session, values=values, by=nina, at=AT_TEN + minutes(5))
    row = actions.observe(session=session, values=values, why_not=words, by=nina, at=AT_TEN + minutes(5))

    assert row.why_not == words
    assert row.sedation is None


@pytest.mark.parametrize(("name", "value"), [("spo2", 101), ("hr", 300), ("sys", 39), ("dia", 130), ("pain", 11)])
def test_an_impossible_value_is_refused_even_from_a_queue(name: str, value: int) -> None:
    session = running()

    with pytest.raises(actions.ChairRefused):
        charted(session, AT_TEN + minutes(5), **{name: value}, intended=False)

    assert Observation.objects.filter(phase="infusion").count() == 0


def test_a_rare_value_is_confirmed_by_naming_it() -> None:
    session = running()

    with pytest.raises(actions.ChairRefused, match="heart rate 38"):
        charted(session, AT_TEN + minutes(5), hr=38)
    row = charted(session, AT_TEN + minutes(5), hr=38, confirmed=frozenset({"hr=38"}))

    assert row.confirmed == ["hr=38"]


def test_high_pressure_is_one_flag_until_it_is_clearly_over() -> None:
    session = running()
    for minute, systolic in ((5, 165), (10, 158), (15, 162), (20, 157), (25, 140)):
        charted(session, AT_TEN + minutes(minute), sys=systolic, hr=70 + minute)

    flag = Flag.standing().get()
    assert (flag.level, flag.rule, flag.happened_at) == (
        "medium", "limit:infusion:systolic_mmhg:high", AT_TEN + minutes(5),
    )  # fmt: skip
    assert flag.action_ladder[0]["action"] == "recheck"
    assert FlagAck.objects.get().cleared


def test_an_amber_flag_that_turns_red_is_the_same_flag_sharpened() -> None:
    session = running()
    charted(session, AT_TEN + minutes(5), sys=165)
    charted(session, AT_TEN + minutes(10), sys=201)

    assert [flag.level for flag in Flag.standing()] == ["high"]
    assert Flag.standing().get().corrects.level == "medium"


def test_a_calm_session_raises_no_flag() -> None:
    session = running()
    for minute in range(5, 125, 15):
        charted(session, AT_TEN + minutes(minute), hr=72 + minute % 7, sys=124 + minute % 5)

    assert not Flag.objects.exists()


def test_a_symptom_from_its_calling_grade_is_one_flag_until_it_eases() -> None:
    session, nina = running(), member("nina")
    for minute, grade in ((5, 1), (10, 3), (12, 3), (20, 1)):
        actions.symptom(session=session, code="nausea", grade=grade, by=nina, at=AT_TEN + minutes(minute))

    assert [(flag.level, flag.rule) for flag in Flag.objects.all()] == [("medium", "symptom:nausea")]
    assert FlagAck.objects.get().cleared
    assert [row.grade for row in queries.open_symptoms(session)] == [1]


def test_a_word_does_not_close_a_limit_but_says_what_was_done() -> None:
    session = running()
    charted(session, AT_TEN + minutes(5), sys=165)

    ack = actions.acknowledge(
        session=session, flag=Flag.objects.get(), done="cuff changed", by=member("nina"), at=AT_TEN + minutes(6),
        cleared=True,
    )  # fmt: skip

    assert not ack.cleared
    assert [flag.rule for flag in queries.open_flags(session)] == ["limit:infusion:systolic_mmhg:high"]


def test_the_next_set_is_counted_from_the_start_and_escalates_by_the_minute() -> None:
    session = running()

    due = queries.chair(session, AT_TEN + minutes(2)).due
    late = {m: queries.chair(session, AT_TEN + minutes(m)).due.told for m in (4, 6, 11, 16)}

    assert (due.at, due.set) == (AT_TEN + minutes(5), "core")
    assert late == {4: "nobody", 6: "nurse_device", 11: "desk", 16: "prescriber"}


def test_the_step_that_the_screen_calls_allowed_is_taken_as_shown_and_not_under_a_withdrawn_version(
    monkeypatch: Any,
) -> None:
    session, now = running(), AT_TEN + minutes(26)
    for minute in (5, 10, 15, 25):
        charted(session, AT_TEN + minutes(minute), pain=6, hr=74 + minute % 7)
    view = queries.chair(session, now)
    monkeypatch.setattr("clearhead.clinic.infusion.queries.rates.withdrawn", lambda *_: True)
    withdrawn = queries.chair(session, now).next_step
    monkeypatch.undo()

    row = actions.change_rate(
        session=session, value=advice(view).ml_per_h, unit="mL/h", by=member("nina"), at=now,
        ask=actions.Ask(seen=view.mark),
    )  # fmt: skip

    assert advice(view).head == "Step up allowed now"
    assert row.intended
    assert withdrawn.next == "wait"
    assert "withdrawn for safety" in withdrawn.sentences[0]


@pytest.mark.parametrize("sign", ["bp", "hr"])
def test_a_number_and_a_word_for_why_there_is_none_are_not_both_so(sign: str) -> None:
    session, nina = running(), member("nina")
    both = {"session": session, "values": CALM, "why_not": {sign: "not_obtainable"}, "by": nina, "at": AT_TEN}

    with pytest.raises(actions.ChairRefused, match="A number and a word for why there is none: "):
        actions.observe(**both)
    assert not Observation.objects.filter(phase="infusion").exists()
    actions.observe(**both, intended=False)

    assert Flag.objects.get(rule="one_or_other").level == "low"
