"""The assessment of a rehearsal: consult, history, tests, decision; each gate first with only its own fact missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from clearhead.clinic.assessment import actions as assessment
from clearhead.clinic.assessment import words
from clearhead.clinic.assessment.models import Decision, Measurement
from clearhead.clinic.assessment.next_step import SPECIALIST
from clearhead.clinic.consult import actions as consult
from clearhead.clinic.people.models import RoleGrant, User
from clearhead.clinic.rehearsal.story import PIN, Giver, StoppedShort, Story, days, must_refuse, try_each, undone
from clearhead.medicine.headache.red_flags import FLAGS

HEIGHT_CM = Decimal(165)
PREVENTIVES = (
    ("topiramate", "anticonvulsant", "100", 12),
    ("propranolol", "beta_blocker", "160", 12),
    ("amitriptyline", "antidepressant", "50", 12),
    ("erenumab", "cgrp_antibody", "140", 16),
)
ACUTES = ("sumatriptan", "ibuprofen", "metoclopramide")
TRIAGE = {
    "migraine_diagnosed": "yes",
    "other_treatments_insufficient": "yes",
    "several_medicines_tried": "yes",
    "neurologist_seen": "yes",
    "heart_or_pressure": "no",
    "psychosis_or_mania": "no",
    "substance_use": "no",
    "pregnant_or_feeding": "no",
    "ketamine_before": "no",
    "escort_available": "yes",
}


def hold_consult(story: Story, *, outcome: str = "invite", **triage: str) -> None:
    """The clinician's form, signed."""
    prescriber = story.who("prescriber", credential="sedation")
    consult.record_consult(
        course=story.known_course, mode=story.protocol.contact.consult_types[0].mode, patient_location="at home",
        triage={**TRIAGE, **triage}, red_flags={flag.id: "no" for flag in FLAGS}, outcome=outcome, by=prescriber,
        at=story.clock.now, outcome_note="" if outcome == "invite" else "later", secret=PIN,
    )  # fmt: skip


def _consult_by_another(story: Story) -> None:
    """Held by somebody without a sedation credential, signed off by the prescriber."""
    grants = RoleGrant.objects.filter(site=story.site, until__isnull=True).select_related("user")
    holder = next((one.user for one in grants.order_by("pk") if not _specialist(one.user)), None)
    if holder is None:
        raise StoppedShort(f"Everyone at {story.site} is a sedation specialist; that gate cannot be tried.")
    held = consult.record_consult(
        course=story.known_course, mode=story.protocol.contact.consult_types[0].mode, patient_location="at home",
        triage=TRIAGE, red_flags={flag.id: "no" for flag in FLAGS}, outcome="invite", by=holder, at=story.clock.now,
    )  # fmt: skip
    consult.sign_off(consult=held, secret=PIN, by=story.who("prescriber"), at=story.clock.now)


def _specialist(user: User) -> bool:
    return bool({one.kind.lower() for one in user.credentials.all()} & SPECIALIST)


def _told_otherwise(story: Story) -> dict[str, tuple[str, Callable[[], object]]]:
    """Gates that share their fact with another one: what is said instead, and in place of which fact."""
    rule = story.protocol.assessment
    consults: dict[str, Callable[[], object]] = {
        "consult_invites": lambda: hold_consult(story, outcome="call_again"),
        "other_treatments_insufficient": lambda: hold_consult(story, other_treatments_insufficient="no"),
        "several_medicines_tried": lambda: hold_consult(story, several_medicines_tried="no"),
        "specialist_consult_held": lambda: _consult_by_another(story),
    }
    if rule.neurology_gate.level != "require":
        consults["neurologist_seen"] = lambda: hold_consult(story, neurologist_seen="no")
    gates = story.protocol.contact.next_step_gates
    told = {gate: ("consult_held", give) for gate, give in consults.items() if gate in gates}
    if any(one.code == "ketamine_allergy" and one.level != "inform" for one in rule.contraindications):
        told["ketamine_allergy"] = ("allergies_known", lambda: assessment.add_allergy(
            course=story.known_course, substance="ketamine", by=story.who("nurse"), at=story.clock.now))  # fmt: skip
    return told


def assess(story: Story, *, thorough: bool = True) -> None:
    """Every fact of the assessment; when thorough, each gate is first tried with only its own fact missing."""
    prescriber, course = story.who("prescriber"), story.known_course
    _history(story)

    def decide() -> Decision:
        return assessment.sign_decision(
            course=course, outcome="suitable", secret=PIN, by=prescriber, at=story.clock.now
        )

    givers = _assessment_givers(story)
    if thorough:
        for gate, (instead_of, give) in _told_otherwise(story).items():
            with undone():
                for giver in givers:
                    (give if giver.gate == instead_of else giver.give)()
                must_refuse("assessment", Giver(gate, give), decide, (Decision,))
            story.gates_tried.append(f"assessment:{gate}")
        try_each(story, "assessment", givers, decide, Decision)
        return
    for giver in givers:
        giver.give()
    decide()


def _history(story: Story) -> None:
    """What is asked but gates nothing by itself."""
    nurse, at = story.who("nurse"), story.clock.now
    for typed in ACUTES:
        assessment.add_trial(course=story.known_course, typed=typed, role="acute", effect="none", by=nurse, at=at)
    assessment.record_measurement(
        course=story.known_course, kind="bp", value=Decimal(124), value2=Decimal(76), unit="mmHg", by=nurse, at=at
    )
    assessment.record_measurement(
        course=story.known_course,
        kind="weight",
        value=story.person.weight_kg,
        unit="kg",
        entered_unit="kg",
        by=nurse,
        at=at,
    )
    assessment.record_measurement(
        course=story.known_course, kind="height", value=HEIGHT_CM, unit="cm", entered_unit="cm", by=nurse, at=at
    )


def _assessment_givers(story: Story) -> list[Giver]:
    rule, course, nurse = story.protocol.assessment, story.known_course, story.who("nurse")
    prescriber = story.who("prescriber")

    def at() -> object:
        return story.clock.now

    def absent(code: str) -> Giver:
        return Giver(
            code,
            lambda: assessment.record_answers(
                course=course, answers={code: ("no", "", None)}, said_by="patient", by=nurse, at=at()
            ),
        )

    givers = [
        absent(one.code) for one in rule.contraindications if one.level != "inform" and one.code != "ketamine_allergy"
    ]
    consult_gates = frozenset({*story.protocol.contact.next_step_gates, "red_flags_asked"})
    givers += [
        Giver("consult_held", lambda: hold_consult(story), consult_gates - {"full_history_taken"}),
        Giver("diagnosis_confirmed", lambda: assessment.confirm_diagnosis(
            course=course, indication=story.protocol.indications[0], by=prescriber, at=at())),
        Giver("medicines_confirmed", lambda: assessment.confirm_medicines(course=course, by=nurse, at=at()),
              frozenset({"full_history_taken"})),
        Giver("allergies_known", lambda: assessment.record_no_known_allergies(course=course, by=nurse, at=at()),
              frozenset({"ketamine_allergy"})),
    ]  # fmt: skip
    if "full_history_taken" in story.protocol.contact.next_step_gates:
        givers.append(Giver("full_history_taken", lambda: _history_items(story)))
    if rule.neurology_gate.level == "require":
        givers.append(Giver("neurologist_seen", lambda: assessment.record_referral(
            course=course, to_specialty="neurology", to_name="a neurologist", by=nurse, at=at(), letter_on_file=True,
            seen_on=story.site.today(story.clock.now) - days(60), secondary_causes_excluded=True)))  # fmt: skip
    if rule.failed_preventive_classes_min and rule.failed_classes_level == "refuse":
        givers.append(Giver("failed_preventive_classes", lambda: _preventives(story)))
    else:
        _preventives(story)
    needed = [one for one in rule.tests if one.level == "refuse" and one.when in ("everyone", "if_applicable")]
    givers += [Giver(f"test_{one.name}", _test(story, one.name)) for one in needed]
    _applies(story)
    return givers


def _test(story: Story, name: str) -> Callable[[], Measurement]:
    def give() -> Measurement:
        return assessment.record_measurement(
            course=story.known_course, kind=name, text="looked at, nothing against", inside_limit=True,
            by=story.who("nurse"), at=story.clock.now,
        )  # fmt: skip

    return give


def _history_items(story: Story) -> None:
    """Every question of the history asked."""
    answers = dict.fromkeys(words.EVERY_ITEM, ("no", "", None))
    assessment.record_answers(
        course=story.known_course, answers=answers, said_by="patient", by=story.who("nurse"), at=story.clock.now
    )


def _applies(story: Story) -> None:
    """For tests that are not for everyone: a pregnancy test applies here, the risk tests do not."""
    tests = story.protocol.assessment.tests
    answers = {
        test.name: ("yes" if test.name == "pregnancy_test" else "no", "", None)
        for test in tests
        if test.when != "everyone"
    }
    assessment.record_answers(
        course=story.known_course, answers=answers, said_by="clinician", by=story.who("nurse"), at=story.clock.now,
        prefix="applies:",
    )  # fmt: skip


def _preventives(story: Story) -> None:
    today = story.site.today(story.clock.now)
    for typed, _class, dose, weeks in PREVENTIVES:
        started = date(today.year - 2, 1, 10)
        assessment.add_trial(
            course=story.known_course, typed=typed, role="preventive", effect="none", by=story.who("nurse"),
            at=story.clock.now,
            more={"dose": f"{dose} mg", "started_on": started, "stopped_on": started + timedelta(weeks=weeks),
                  "why_stopped": "no_effect", "weeks_at_target": weeks, "reached_target_dose": True},
        )  # fmt: skip
