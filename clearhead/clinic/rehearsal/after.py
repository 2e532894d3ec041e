"""Recovery, going home, the call on the next day, the diary afterwards and the review after 28 days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from clearhead.clinic.diary import actions as diary
from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery import actions as recovery
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.recovery.questions import asked_by
from clearhead.clinic.rehearsal.before import HEADACHE_PATTERN
from clearhead.clinic.rehearsal.chair import observe
from clearhead.clinic.rehearsal.story import PIN, Giver, StoppedShort, Story, must_refuse, try_each, undone
from clearhead.clinic.review import actions as review
from clearhead.clinic.review import queries as reviews
from clearhead.clinic.review.models import Review
from clearhead.medicine.protocols.after import FollowUp

BEST = {"vital_signs": 2, "activity": 2, "nausea": 2, "pain": 2}
LOOKED_AT = ("oriented", "gait_steady", "dissociation_gone", "nausea_tolerable")
FROM_SETS = frozenset({"bp_near_baseline", "spo2_room_air"})
FOLLOW_UP_DAYS = 30
WEEK_H = 7 * 24


def recover(story: Story, session: Session, *, thorough: bool) -> None:
    """Every criterion tried with only its own fact missing, the clock first; then the label "criteria met"."""
    ended = Infusion.objects.get(session=session).ended_at
    assert ended is not None
    minutes = story.protocol.recovery.minutes(story.known_order.infusion_minutes)
    story.clock.pass_minutes(10)
    if thorough:
        _too_early(story, session)
    story.clock.until(ended + timedelta(minutes=minutes + 1))
    givers = _givers(story, session)
    if not thorough:
        for giver in givers:
            giver.give()
        return
    for criterion, spoil in _spoilers(story, session).items():
        with undone():
            instead = "recovery_sets" if criterion in FROM_SETS else ""
            for giver in givers:
                if giver.gate != instead:
                    giver.give()
            spoil()
            must_refuse("discharge", Giver(criterion, spoil), lambda: _discharge(story, session), (Discharge,))
        story.gates_tried.append(f"discharge:{criterion}")
    try_each(story, "discharge", givers, lambda: _discharge(story, session), Discharge, do=False)


def _spoilers(story: Story, session: Session) -> dict[str, Callable[[], object]]:
    """Criteria that share their fact with another one: each alone is not met, by what is seen or said last."""
    looked = {answer: partial(_score, story, session, **{answer: False}) for answer in (*LOOKED_AT, "pain_acceptable")}
    return {
        **looked,
        "bp_near_baseline": lambda: _sets(story, session, sys=175),
        "spo2_room_air": lambda: _sets(story, session, spo2=91),
        "symptoms_closed": lambda: chair.symptom(
            session=session, code="nausea", grade=1, by=story.who("nurse"), at=story.clock.now
        ),
    }


def _too_early(story: Story, session: Session) -> None:
    with undone():
        for giver in _givers(story, session):
            giver.give()
        must_refuse(
            "discharge", Giver("min_observation", lambda: None), lambda: _discharge(story, session), (Discharge,)
        )
    story.gates_tried.append("discharge:min_observation")


def _givers(story: Story, session: Session) -> list[Giver]:
    nurse = story.who("nurse")
    from_score = frozenset({*LOOKED_AT, "pain_acceptable"})
    givers = [
        Giver("recovery_sets", lambda: _sets(story, session), FROM_SETS),
        Giver("score", lambda: _score(story, session), from_score),
        Giver("catheter_out", lambda: recovery.take_catheter_out(session=session, by=nurse, at=story.clock.now)),
    ]
    escort = story.protocol.preparation.escort
    if escort.required == "required":
        givers.append(Giver("escort_met", lambda: _escort(story, session)))
    else:
        _escort(story, session)
    return givers


def _escort(story: Story, session: Session) -> None:
    recovery.meet_escort(session=session, name=story.person.escort, by=story.who("nurse"), at=story.clock.now)


def _sets(story: Story, session: Session, **seen: int) -> None:
    wanted = story.protocol.recovery.discharge.sets_required
    for n in reversed(range(wanted)):
        observe(story, session, at=story.clock.now - timedelta(minutes=4 * n), phase="recovery", **seen)


def _score(story: Story, session: Session, *, pain_acceptable: bool = True, **looked: bool) -> None:
    answers = {**dict.fromkeys(LOOKED_AT, True), **looked}
    recovery.score(
        session=session,
        items=BEST,
        answers=answers,
        pain=4,
        pain_acceptable=pain_acceptable,
        by=story.who("nurse"),
        at=story.clock.now,
    )


def _discharge(story: Story, session: Session, *, read: bool = True) -> Discharge:
    return recovery.discharge(
        session=session, disposition="criteria_met", by=story.who("nurse"), at=story.clock.now, instructions_ack=read
    )


def leave(story: Story, session: Session) -> None:
    """Instructions read and acknowledged, and home."""
    must_refuse(
        "discharge",
        Giver("instructions_acknowledged", lambda: None),
        lambda: _discharge(story, session, read=False),
        (Discharge,),
    )
    story.gates_tried.append("discharge:instructions_acknowledged")
    left = _discharge(story, session)
    if left.restriction_until is None:
        raise StoppedShort("The discharge computed no end of the driving restriction.")
    after = (left.happened_at - Infusion.objects.get(session=session).ended_at).total_seconds() / 60  # type: ignore[operator]
    story.figures.setdefault("observed", f"{after:.0f} min")
    story.figures.setdefault("restriction", story.local(left.restriction_until))


def call_next_day(story: Story, session: Session) -> None:
    """The calls the protocol asks for after a session."""
    left = Discharge.standing().get(session=session)
    for follow_up in story.protocol.review.follow_up:
        if follow_up.after != "session":
            continue
        story.clock.until(left.happened_at + timedelta(hours=float(follow_up.after_h)))
        _call(story, session, follow_up, story.clock.now)


def calls_of_a_week(story: Story, session: Session) -> None:
    """Every call of the seven days after going home, each at its time; the clock of the story stays."""
    left = Discharge.standing().get(session=session)
    for follow_up in story.protocol.review.follow_up:
        if follow_up.after_h <= WEEK_H:
            _call(story, session, follow_up, left.happened_at + timedelta(hours=float(follow_up.after_h)))


def _call(story: Story, session: Session, follow_up: FollowUp, at: datetime) -> None:
    answers: dict[str, Any] = {question.code: "no" for question in asked_by(follow_up.instruments)}
    recovery.note_call(
        session=session, follow_up=follow_up.id, reached=True, by=story.who("nurse"), at=at, answers=answers
    )


def keep_diary_after(story: Story) -> None:
    """A month of milder days."""
    for _n in range(FOLLOW_UP_DAYS):
        story.clock.pass_minutes(24 * 60)
        day = story.site.today(story.clock.now)
        milder = max(0, HEADACHE_PATTERN[day.weekday()] - 2)
        diary.record_day(
            patient=story.patient, local_date=day, answer=milder, zone=story.site.zone, by=None, at=story.clock.now
        )


def sign_review(story: Story) -> None:
    """What the diary says, signed."""
    series = reviews.series_given(story.known_course)[-1]
    signed = review.sign_review(
        course=story.known_course, series_code=series.code, next_step=Review.NextStep.WATCH, note="", harms_asked=True,
        secret=PIN, by=story.who("prescriber"), at=story.clock.now,
    )  # fmt: skip
    story.figures["review"] = f"{signed.response or 'not enough data'}, {story.local(signed.happened_at)[:-6]}"
