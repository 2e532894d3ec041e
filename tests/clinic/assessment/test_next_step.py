"""No decision before a consult that was held and invites, whatever else is settled (R-005)."""

from __future__ import annotations

import pytest

from clearhead.clinic.assessment import actions
from clearhead.clinic.assessment.models import Decision
from clearhead.clinic.consult.models import Consult
from clearhead.medicine.headache.red_flags import FLAGS
from tests import cast
from tests.cast import AT_TEN, PIN
from tests.clinic.assessment.standing import course_at_mesa, everything_settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    """Petra, with everything settled."""
    return everything_settled(course_at_mesa())


def consult(course, **said):
    """Another consult, after the one that invited."""
    from clearhead.clinic.consult.actions import record_consult

    asked = {"mode": "phone", "patient_location": "Mesa", "outcome": "invite", "secret": PIN, **said}
    triage = {"other_treatments_insufficient": "yes", **asked.pop("triage", {})}
    return record_consult(
        course=course,
        triage=triage,
        red_flags={flag.id: "no" for flag in FLAGS},
        by=cast.member("dario"),
        at=AT_TEN,
        **asked,
    )


def sign(course):
    """Dario decides that the patient is suitable."""
    return actions.sign_decision(course=course, outcome="suitable", secret=PIN, by=cast.member("dario"), at=AT_TEN)


def blocked(course) -> set[str]:
    """The gates in the way; nothing is saved."""
    with pytest.raises(actions.DecisionRefused) as refusal:
        sign(course)
    assert not Decision.objects.exists()
    return {reason.gate for reason in refusal.value.verdict.blocking}


def test_with_an_inviting_consult_it_is_signed(course):
    assert sign(course).pk


@pytest.mark.parametrize("outcome", ["call_again", "decline", "refer"])
def test_a_later_consult_that_does_not_invite_stands_in_the_way(course, outcome):
    consult(course, outcome=outcome, outcome_note="not now")

    assert blocked(course) == {"consult_invites"}


def test_a_proposal_that_no_prescriber_signed_changes_nothing(course):
    consult(course, outcome="decline", outcome_note="x", secret="")

    assert Consult.objects.count() == 2
    assert sign(course).pk


@pytest.mark.parametrize(("answer", "overridable"), [("no", True), ("unknown", False)])
def test_the_protocols_own_question_must_be_answered_yes(course, answer, overridable):
    consult(course, triage={"other_treatments_insufficient": answer})

    assert blocked(course) == {"other_treatments_insufficient"}
    if overridable:
        signed = actions.sign_decision(
            course=course, outcome="suitable", secret=PIN, by=cast.member("dario"), at=AT_TEN,
            overrides={"other_treatments_insufficient": "helped, but not any more"},
        )  # fmt: skip
        assert signed.overrides.get().reason == "helped, but not any more"
