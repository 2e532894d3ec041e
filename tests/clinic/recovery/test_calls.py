"""The calls after a visit: when, how often, and what a red answer asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clearhead.clinic.recovery import actions
from clearhead.clinic.recovery.calls import calls_of, line_of
from clearhead.clinic.recovery.models import CallAttempt
from tests.cast import member, mesa
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
GONE = ward.ENDED + 2 * HOUR
FINE = {"thunderclap": "no", "vomiting": "no", "pain": 2}


@pytest.fixture
def session():
    session = ward.ended()
    ward.go(session, GONE, disposition="against_advice", reason="Goes home.")
    return session


def state(at, name="next_day"):
    found = [line.state for line in calls_of(mesa(), at) if line.call.id == name]
    return found[0] if found else None


def tell(session, at, **said):
    return actions.note_call(
        **{"session": session, "follow_up": "next_day", "reached": True, "answers": FINE, "by": member("nina"),
           "at": at, **said}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(-1, None), (0.5, "ahead"), (23.9, "ahead"), (24, "due"), (35.9, "due"), (36, "late"), (200, "late")],
)
def test_a_call_comes_a_day_ahead_is_due_after_24_hours_and_late_half_a_day_on(session, hours, shown):
    assert state(GONE + hours * HOUR) == shown


def test_the_third_day_follows_and_the_week_only_after_the_last_session_of_a_series(session):
    names = [line.call.id for line in calls_of(mesa(), GONE + 30 * 24 * HOUR)]

    assert names[:2] == ["next_day", "three_day"]
    assert "week" in names

    from clearhead.clinic.plan.models import Session

    Session.objects.create(
        order=session.order, course=session.course, site=session.site, patient=session.patient, number=2,
        series_code=session.series_code, created_at=GONE,
    )  # fmt: skip
    assert "week" not in [line.call.id for line in calls_of(mesa(), GONE + 30 * 24 * HOUR)]


def test_a_call_that_was_answered_well_is_done_and_soon_off_the_list(session):
    at = GONE + 25 * HOUR
    tell(session, at)

    assert state(at + HOUR) == "done"
    assert state(at + 13 * HOUR) is None


def test_three_silent_attempts_become_somebodys_task_until_it_is_closed(session):
    at = GONE + 25 * HOUR
    for hour in range(3):
        assert state(at + hour * HOUR) == "due"
        tell(session, at + hour * HOUR, reached=False)

    assert state(at + 3 * HOUR) == "silent"
    assert state(at + 900 * HOUR) == "silent"
    line = line_of(session, "next_day", at + 3 * HOUR)
    assert line.escort.name == "Jonas Lindqvist"
    actions.close_call(attempt=line.red, done="Jonas says she sleeps well.", by=member("nina"), at=at + 4 * HOUR)
    assert state(at + 5 * HOUR) == "done"


def test_a_red_answer_stays_on_top_until_someone_owns_and_closes_it(session):
    at = GONE + 25 * HOUR
    attempt = tell(session, at, answers={**FINE, "chest": "yes"})

    assert attempt.red
    assert attempt.owner == "prescriber"
    assert calls_of(mesa(), at + HOUR)[0].state == "red"
    actions.take_call(attempt=attempt, by=member("dario"), at=at + HOUR)
    line = line_of(session, "next_day", at + 900 * HOUR)
    assert line.state == "red"
    assert line.owner.owner == member("dario")
    assert [str(alarm.code) for alarm in line.alarms] == ["chest"]

    with pytest.raises(actions.DischargeRefused, match="Say what was done"):
        actions.close_call(attempt=attempt, done=" ", by=member("dario"), at=at + 2 * HOUR)
    actions.close_call(attempt=attempt, done="Seen in the emergency room; fine.", by=member("dario"), at=at + 2 * HOUR)

    assert state(at + 3 * HOUR) == "done"


def test_a_good_answer_later_does_not_wipe_a_red_one(session):
    at = GONE + 25 * HOUR
    tell(session, at, answers={**FINE, "chest": "yes"})
    tell(session, at + HOUR)

    assert state(at + 2 * HOUR) == "red"


def test_nobody_who_was_not_reached_has_answered_anything(session):
    attempt = tell(session, GONE + 25 * HOUR, reached=False, answers={"chest": "yes"})

    assert attempt.answers == {}
    assert not attempt.red


def test_a_call_the_protocol_does_not_know_is_refused(session):
    with pytest.raises(actions.DischargeRefused, match="knows no call"):
        tell(session, GONE, follow_up="fortnight")
    assert not CallAttempt.objects.exists()


@pytest.mark.parametrize(
    ("answers", "owner"),
    [
        ({"vomiting": "yes"}, "nurse"),
        ({"pressure": "yes"}, "prescriber"),
        ({"vomiting": "yes", "self_harm": "yes"}, "prescriber"),
        ({"mood": "yes", "sleep": "yes", "rules": "yes"}, ""),
    ],
)
def test_a_red_answer_belongs_to_whom_its_question_names(session, answers, owner):
    assert tell(session, GONE + 25 * HOUR, answers={**FINE, **answers}).owner == owner


def test_every_call_asks_sleep_headache_pressure_dissociation_mood_bladder_driving_and_who_helped(session):
    from clearhead.clinic.recovery.forms import CallForm

    for name in ("next_day", "week"):
        asked = set(CallForm(call=line_of(session, name, GONE + 200 * HOUR).call).fields)
        assert asked >= {"sleep", "pain", "pressure", "confused", "mood", "self_harm", "urine", "rules", "helped"}
