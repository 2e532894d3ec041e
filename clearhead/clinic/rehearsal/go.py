"""Go or no-go: every gate of the day, each first tried with only its own fact missing or taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from clearhead.clinic.assessment import actions as assessment
from clearhead.clinic.consent import actions as consent
from clearhead.clinic.consent import queries as consents
from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion.entered import Secret
from clearhead.clinic.infusion.models import GoNoGo
from clearhead.clinic.infusion.queries.gates import DERIVED, READINESS
from clearhead.clinic.infusion.queries.state import dosing_weight
from clearhead.clinic.plan import actions as plan
from clearhead.clinic.plan import drafts
from clearhead.clinic.plan.models import Session
from clearhead.clinic.rehearsal.chair import observe, prepare_bag
from clearhead.clinic.rehearsal.declared import asked_here
from clearhead.clinic.rehearsal.story import PIN, Giver, Story, must_refuse, try_each, undone


def go(story: Story, session: Session, *, thorough: bool) -> None:
    """Every gate of the day, each first tried with only its own fact missing; then the signed go."""
    nurse, gap = story.who("nurse"), story.protocol.start.baseline_gap_min
    chair.take_over(session=session, by=nurse, at=story.clock.now)
    begun = story.clock.now
    story.clock.pass_minutes(gap + 5)
    givers = _gate_givers(story, session, begun)

    def sign() -> GoNoGo:
        return chair.sign_go(session=session, go=True, secret=Secret(PIN), by=nurse, at=story.clock.now)

    if thorough:
        _without_weight(story, givers, sign)
    _weigh(story, session)
    if thorough:
        _taken_back(story, session, givers, sign)
        try_each(story, "start", givers, sign, GoNoGo)
        return
    for giver in givers:
        giver.give()
    sign()


def _gate_givers(story: Story, session: Session, begun: datetime) -> list[Giver]:
    """How each refusing gate of the protocol is answered, once the patient is weighed."""
    asked = asked_here(story)
    answered = [fact for fact in asked if fact not in DERIVED and fact != "weight_today"]
    givers = [Giver(fact, _answer(story, session, fact)) for fact in answered]
    derived = _derived(story, session, begun)
    return givers + [Giver(fact, give) for fact, give in derived.items() if fact in asked]


def _without_weight(story: Story, givers: list[Giver], sign: Callable[[], GoNoGo]) -> None:
    """Everything but the weight. It is tried by itself: no bag is made up before somebody is weighed."""
    if "weight_today" not in asked_here(story):
        return
    with undone():
        for giver in givers:
            giver.give()
        must_refuse("start", Giver("weight_today", lambda: None, frozenset({"bag_checked"})), sign, (GoNoGo,))
    story.gates_tried.append("start:weight_today")


def _weigh(story: Story, session: Session) -> None:
    chair.weigh(session=session, value=story.person.weight_kg, unit="kg", by=story.who("nurse"), at=story.clock.now)


def _derived(story: Story, session: Session, begun: datetime) -> dict[str, Callable[[], Any]]:
    """Gates whose answer is read off other facts."""
    nurse, prescriber = story.who("nurse"), story.who("prescriber")
    return {
        "prescriber_present": lambda: chair.note(
            session=session, kind="prescriber_in", by=prescriber, at=story.clock.now
        ),
        "escort_reached": lambda: plan.escort_reached(
            session=session, reached_at=story.clock.now, by=story.who("front_desk"), at=story.clock.now
        ),
        "iv_access": lambda: chair.place_access(
            session=session, body_site="forearm", side="left", gauge=22, by=nurse, at=story.clock.now
        ),
        "bag_checked": lambda: _bag(story, session),
        "baseline_sets": lambda: _baseline(story, session, begun),
        "readiness_check": lambda: _readiness(story, session),
    }


def _bag(story: Story, session: Session) -> None:
    """No bag is made up for somebody who was not weighed: that gate rests on the weight too."""
    if dosing_weight(session, story.protocol) is not None:
        prepare_bag(story, session)


def _answer(story: Story, session: Session, gate: str) -> Callable[[], Any]:
    by = story.who("prescriber" if gate == "exam_done" else "nurse")
    value: dict[str, Any] = {"ok": True}
    if gate == "fasting":
        value |= {"light_meal_at": (story.clock.now - timedelta(hours=14)).isoformat()}
    return lambda: chair.answer_gate(session=session, gate=gate, value=value, by=by, at=story.clock.now)


def _readiness(story: Story, session: Session) -> None:
    for check in story.protocol.start.readiness_checks:
        chair.answer_gate(
            session=session, gate=READINESS + check, value={"ok": True}, by=story.who("nurse"), at=story.clock.now
        )


def _baseline(story: Story, session: Session, begun: datetime) -> None:
    rule = story.protocol.start
    for n in range(rule.baseline_sets):
        observe(story, session, at=begun + timedelta(minutes=1 + n * max(rule.baseline_gap_min, 1)), phase="baseline")


def _taken_back(story: Story, session: Session, givers: list[Giver], sign: Callable[[], GoNoGo]) -> None:
    """What was given on earlier days is taken back, one at a time, with all of today's facts there."""
    for taken in _takers(story, session):
        with undone():
            for giver in givers:
                giver.give()
            taken.give()
            must_refuse("start", taken, sign, (GoNoGo,))
        story.gates_tried.append(f"start:{taken.gate}")


def _takers(story: Story, session: Session) -> Iterator[Giver]:
    """Consent withdrawn, a newer decision against, the order replaced: the patient has not agreed to the new one."""
    yield Giver("consent_current", lambda: _withdraw(story))
    yield Giver("decision_current", lambda: _decide_against(story))
    yield Giver("order_current", lambda: _order_anew(story), frozenset({"consent_current"}))


def _withdraw(story: Story) -> None:
    standing = consents.current_consent(story.known_order, story.clock.now)
    assert standing is not None
    consent.withdraw(consent=standing, reason="", via="desk", by=story.who("nurse"), at=story.clock.now)


def _decide_against(story: Story) -> None:
    assessment.sign_decision(
        course=story.known_course, outcome="not_suitable", note="a new finding", secret=PIN,
        by=story.who("prescriber"), at=story.clock.now,
    )  # fmt: skip


def _order_anew(story: Story) -> None:
    draft = drafts.starting_draft(story.protocol, **story.measured())
    plan.sign_order(
        course=story.known_course, draft=draft, secret=PIN, by=story.who("prescriber"), at=story.clock.now,
        corrects=story.known_order,
    )  # fmt: skip
