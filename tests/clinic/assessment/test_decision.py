"""Signing a decision: only over settled facts; relative grounds with a reason, absolute ones never."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from clearhead.clinic.assessment import actions, queries
from clearhead.clinic.assessment.models import Decision, Override
from clearhead.clinic.people import guard
from clearhead.clinic.people.actions import SignatureRefused
from tests import cast
from tests.cast import AT_TEN, PIN
from tests.clinic.assessment import standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    return standing.everything_settled(standing.course_at_mesa())


def sign(course: Any, outcome: str = "suitable", **more: Any) -> Decision:
    said = {"course": course, "outcome": outcome, "secret": PIN, "by": cast.member("dario"), "at": AT_TEN, **more}
    return actions.sign_decision(**said)


def say(course: Any, code: str, answer: str) -> None:
    actions.record_answers(
        course=course, answers={code: (answer, "", None)}, said_by="patient", by=cast.member("nina"), at=AT_TEN
    )


def blocking(course: Any, at: Any = AT_TEN) -> set[str]:
    facts = queries.facts_of(course, at)
    verdict = queries.verdict_of(course, facts, standing.protocol_of(course, at), at)
    return {reason.gate for reason in verdict.blocking}


def test_with_everything_settled_it_is_signed_and_expires_by_the_protocol(course: Any) -> None:
    decision = sign(course)
    valid = standing.protocol_of(course).assessment.decision_valid_days

    assert decision.signature.signer == cast.member("dario")
    assert decision.signature.sha256 == decision.facts_sha256
    assert decision.expires_on == standing.TODAY + timedelta(days=valid)
    assert queries.current_decision(course, AT_TEN) == decision


def test_it_is_no_longer_current_the_day_after_it_expires(course: Any) -> None:
    decision = sign(course)
    last = AT_TEN + timedelta(days=(decision.expires_on - standing.TODAY).days)

    assert queries.current_decision(course, last) == decision
    assert queries.current_decision(course, last + timedelta(days=1)) is None


def test_a_later_not_suitable_ends_an_earlier_suitable(course: Any) -> None:
    sign(course)
    sign(course, "not_suitable", note="A new diagnosis.", at=AT_TEN + timedelta(minutes=1))

    assert queries.current_decision(course, AT_TEN + timedelta(minutes=2)) is None


@pytest.mark.parametrize("answer", ["active", "untreated", "unknown"])
def test_an_absolute_ground_refuses_and_no_reason_overrides_it(course: Any, answer: str) -> None:
    say(course, "uncontrolled_hypertension", answer)

    with pytest.raises(actions.DecisionRefused):
        sign(course)
    with pytest.raises(actions.DecisionRefused, match="no reason overrides it"):
        sign(course, overrides={"uncontrolled_hypertension": "It will be fine."})
    assert not Decision.objects.exists()
    assert not Override.objects.exists()


def test_a_relative_ground_needs_a_written_reason_and_keeps_it(course: Any) -> None:
    say(course, "bipolar_disorder", "active")
    with pytest.raises(actions.DecisionRefused, match="written reason"):
        sign(course)

    decision = sign(course, overrides={"bipolar_disorder": "Seen with her psychiatrist on 12 November."})

    kept = decision.overrides.get()
    assert (kept.gate, kept.grade) == ("bipolar_disorder", "relative")
    assert any("Overridden by Dario Marsh" in one["sentence"] for one in decision.verdict["reasons"])


def test_the_database_refuses_an_override_of_an_absolute_ground(course: Any) -> None:
    decision = sign(course)
    row = {"decision": decision, "gate": "pregnancy", "reason": "no", "happened_at": AT_TEN, "recorded_at": AT_TEN}

    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.create(grade="absolute", **row)


def test_not_yet_can_always_be_signed_but_says_why(course: Any) -> None:
    say(course, "pregnancy", "active")
    with pytest.raises(actions.DecisionRefused, match="Say why"):
        sign(course, "not_yet")

    assert sign(course, "not_yet", note="After the birth.").outcome == "not_yet"


def test_only_a_prescriber_signs_and_only_with_their_secret(course: Any) -> None:
    with pytest.raises(actions.DecisionRefused, match="prescriber of this site"):
        sign(course, by=cast.member("nina"))
    with pytest.raises(actions.DecisionRefused, match="prescriber of this site"):
        sign(course, by=cast.olga())
    with pytest.raises(SignatureRefused):
        sign(course, secret="1111")
    assert not Decision.objects.exists()


def test_the_decision_keeps_the_facts_it_rested_on(course: Any) -> None:
    kept = sign(course).facts

    assert kept["diary"]["headache_days"] == 21
    assert kept["conditions"]["pregnancy"]["state"] == "absent"
    assert kept["failed_preventive_classes"] >= 4


@pytest.mark.parametrize(
    ("lost", "gate"),
    [
        ({"red_flags": None}, "red_flags_asked"),
        ({"age_years": None}, "age"),
        ({"neurologist_seen_on": None}, "neurologist_seen"),
    ],
)
def test_each_missing_fact_is_named(course: Any, lost: dict[str, Any], gate: str) -> None:
    facts = replace(queries.facts_of(course, AT_TEN), **lost)
    verdict = queries.verdict_of(course, facts, standing.protocol_of(course), AT_TEN)

    assert gate in {reason.gate for reason in verdict.reasons if reason.outcome != "allowed"}


def test_without_a_confirmed_diagnosis_nothing_is_suitable() -> None:
    course = standing.course_at_mesa()

    assert "diagnosis_confirmed" in blocking(course)
    with pytest.raises(actions.DecisionRefused):
        sign(course)


def test_only_a_prescriber_confirms_a_diagnosis(course: Any) -> None:
    with pytest.raises(actions.AssessmentRefused, match="prescriber"):
        actions.confirm_diagnosis(course=course, indication="chronic_migraine", by=cast.member("nina"), at=AT_TEN)


def test_the_page_signs_and_shows_what_holds(course: Any) -> None:
    client = Client()
    client.force_login(cast.member("dario"))
    said = {"outcome": "not_yet", "note": "Waiting for a letter.", "secret": PIN}
    said[guard.FIELD] = guard.token(course.patient)
    wrong = client.post(f"/assessment/{course.code}/verdict/sign/", {**said, "secret": "9"})
    right = client.post(f"/assessment/{course.code}/verdict/sign/", said, follow=True)

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert "Waiting for a letter." in right.content.decode()
    assert Decision.objects.count() == 1


def test_a_nurse_reads_the_verdict_but_finds_no_place_to_sign(course: Any) -> None:
    client = Client()
    client.force_login(cast.member("nina"))
    said = {"outcome": "not_yet", "note": "x", "secret": PIN, guard.FIELD: guard.token(course.patient)}

    assert "Sign decision" not in client.get(f"/assessment/{course.code}/verdict/").content.decode()
    assert client.post(f"/assessment/{course.code}/verdict/sign/", said).status_code == 403


@pytest.mark.parametrize(("substance", "state"), [("Ketalar", "active"), ("Spravato", "active"), ("Latex", "absent")])
def test_ketamine_under_any_of_its_names_is_the_contraindication(course: Any, substance: str, state: str) -> None:
    actions.add_allergy(course=course, substance=substance, by=cast.member("dario"), at=AT_TEN)

    facts = queries.facts_of(course, AT_TEN)

    assert str(facts.conditions["ketamine_allergy"].state) == state
    verdict = queries.verdict_of(course, facts, standing.protocol_of(course), AT_TEN)
    assert ("ketamine_allergy" in {reason.gate for reason in verdict.blocking}) == (state == "active")
