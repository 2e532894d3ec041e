"""The signed candidacy decision."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from clearhead.clinic.assessment import queries
from clearhead.clinic.assessment.models import Decision
from clearhead.clinic.assessment.models import Override as OverrideRow
from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Course, Role, User
from clearhead.medicine.rules.reasons import Override, missing, refused
from clearhead.medicine.rules.verdict import Verdict

MEANING = "candidacy"


class DecisionRefused(Exception):
    """This decision cannot be signed; `verdict` names every reason."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(str(verdict))


@audit.once
def sign_decision(
    *,
    course: Course,
    outcome: str,
    secret: str,
    by: User,
    at: datetime,
    note: str = "",
    overrides: Mapping[str, str] | None = None,
    client_id: UUID | None = None,
) -> Decision:
    """A prescriber decides, over the facts as they stand now.

    "Suitable" is refused while anything blocks. An override turns a relative ground into a warning that names who
    and why; an absolute ground, or an open question, is never overridden.
    """
    course = Course.objects.select_for_update(of=("self",)).select_related("site", "patient").get(pk=course.pk)
    if course.closed_at is not None:
        raise _refusal("course_open", "This course is closed. Register the person anew before anything is decided.")
    if Role.PRESCRIBER not in roles_of(by, course.site):
        raise _refusal("prescriber_signs", "The decision is signed by a prescriber of this site.")
    running = queries.running_protocol(course, at)
    plain = queries.verdict_of(course, queries.facts_of(course, at), running.protocol, at)
    given = tuple(Override(gate, reason, str(by)) for gate, reason in (overrides or {}).items())
    _only_relative(plain, given)
    facts = queries.facts_of(course, at, given)
    verdict = queries.verdict_of(course, facts, running.protocol, at)
    if outcome == Decision.Outcome.SUITABLE and not verdict.permits:
        raise DecisionRefused(verdict)
    if outcome != Decision.Outcome.SUITABLE and not note.strip():
        raise _refusal("reason_written", "Say why: the patient will ask.")
    code, kept = uuid.uuid4(), audit.plain(queries.as_json(facts))
    judged = [
        {"gate": one.gate, "outcome": one.outcome, "title": one.title, "sentence": one.sentence, "source": one.source}
        for one in verdict.reasons
    ]
    digest = audit.sha256_of({"facts": kept, "verdict": judged, "protocol": running.version.sha256, "said": outcome})
    decision = Decision.objects.create(
        code=code,
        course=course,
        site=course.site,
        protocol_version=running.version,
        outcome=outcome,
        verdict={"outcome": str(verdict.outcome), "reasons": audit.plain(judged)},
        facts=kept,
        facts_sha256=digest,
        note=note.strip(),
        expires_on=course.site.today(at) + timedelta(days=running.protocol.assessment.decision_valid_days),
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
        signature=people.sign(
            by=by, secret=secret, meaning=MEANING, subject_code=code, sha256=digest, site=course.site, at=at
        ),
    )
    for one in given:
        OverrideRow.objects.create(
            decision=decision, gate=one.gate, reason=one.reason.strip(), happened_at=at, recorded_at=at, recorded_by=by
        )
    body = {"outcome": outcome, "facts": digest, "overrides": {one.gate: one.reason for one in given}}
    audit.record(
        chain=course.site.slug, at=at, by=by, verb="sign decision", subject=decision, patient=course.patient, body=body
    )
    return decision


def _only_relative(verdict: Verdict, given: tuple[Override, ...]) -> None:
    """Refuse an override of anything that is not a relative ground standing now."""
    relative = {reason.gate for reason in verdict.reasons if reason.overridable}
    known = {reason.gate: reason.title for reason in verdict.reasons}
    wrong = [one.gate for one in given if one.gate not in relative]
    if wrong:
        named = ", ".join(known.get(gate, gate) for gate in wrong)
        raise DecisionRefused(
            Verdict.of(
                "override",
                [
                    refused(
                        gate, known.get(gate, gate), f"{named}: this is not a relative ground; no reason overrides it."
                    )
                    for gate in wrong
                ],
            )
        )


def _refusal(gate: str, sentence: str) -> DecisionRefused:
    return DecisionRefused(Verdict.of("decision", [missing(gate, "Decision", sentence)]))
