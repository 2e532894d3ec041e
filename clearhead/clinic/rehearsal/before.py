"""From the first question to the signed consent: welcome, diary, consult, assessment, plan, consent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from clearhead.capacity.phases import Phase
from clearhead.clinic.assessment import actions as assessment
from clearhead.clinic.assessment import words
from clearhead.clinic.assessment.models import Decision, Measurement
from clearhead.clinic.consent import actions as consent
from clearhead.clinic.consent import queries as consents
from clearhead.clinic.consent.models import Consent
from clearhead.clinic.consult import actions as consult
from clearhead.clinic.diary import actions as diary
from clearhead.clinic.people import actions as people
from clearhead.clinic.plan import actions as plan
from clearhead.clinic.plan import drafts
from clearhead.clinic.plan import queries as plans
from clearhead.clinic.plan.models import Order
from clearhead.clinic.policy import actions as policy
from clearhead.clinic.rehearsal.story import (
    PIN,
    Giver,
    StoppedShort,
    Story,
    days,
    must_refuse,
    refusal_of,
    try_each,
    undone,
)
from clearhead.clinic.schedule import actions as calendar
from clearhead.clinic.schedule import queries as schedule
from clearhead.clinic.schedule import visits
from clearhead.clinic.schedule.models import Service
from clearhead.clinic.welcome import actions as welcome
from clearhead.medicine.headache.red_flags import FLAGS

HEIGHT_CM = Decimal(165)
DIARY_DAYS = 30
HEADACHE_PATTERN = (2, 3, 0, 2, 1, 3, 2)
"""Severity by weekday of the made-up diary: 24 headache days of 28."""
PREVENTIVES = (
    ("topiramate", "anticonvulsant", "100", 12),
    ("propranolol", "beta_blocker", "160", 12),
    ("amitriptyline", "antidepressant", "50", 12),
    ("erenumab", "cgrp_antibody", "140", 16),
)
ACUTES = ("sumatriptan", "ibuprofen", "metoclopramide")


def enquire_and_book(story: Story) -> None:
    """A question on the public page, then a consult on live availability, held and confirmed."""
    at, site, person = story.clock.now, story.site, story.person
    welcome.ask(
        site=site, name=f"{story.person.given} {story.person.family}", contact=story.person.email,
        text="Could this help me?", wants_soon=True, by=None, at=at,
    )  # fmt: skip
    offered = story.protocol.contact.consult_types[0]
    service = Service.objects.filter(site=site, kind="consult", mode=offered.mode).order_by("pk").first()
    if service is None:
        raise StoppedShort(f"The clinic file offers no {offered.mode} consult at {site}.")
    phases = visits.phases_of(service, offered.minutes)
    start = _first_free(story, service, phases)
    held = calendar.hold(site=site, service=service, starts_at=start, phases=phases, by=None, at=at)
    story.clock.pass_minutes(3)
    booked = welcome.book_consult(
        booking=held, given_name=person.given, family_name=person.family, birth_date=person.born, phone=person.phone,
        email=person.email, by=None, at=story.clock.now,
    )  # fmt: skip
    story.course = booked.course
    if not story.patient.sex:
        type(story.patient).objects.filter(pk=story.patient.pk).update(sex=story.person.sex)
        story.patient.refresh_from_db()
    story.figures["consult"] = f"{offered.mode.replace('_', ' ')}, {offered.minutes} min"
    story.clock.until(booked.starts_at)


def _first_free(story: Story, service: Service, phases: Sequence[Phase]) -> datetime:
    today = story.site.today(story.clock.now)
    found = schedule.free_starts(
        site=story.site, service=service, phases=phases, from_date=today + days(1), days=10, at=story.clock.now
    )
    if not found:
        raise StoppedShort("No consult is free within ten days.")
    return found[0].start


def keep_diary(story: Story) -> None:
    """Every day answered once, from the day of the enquiry on."""
    zone = story.site.zone
    for n in range(DIARY_DAYS):
        story.clock.pass_minutes(24 * 60)
        day = story.site.today(story.clock.now)
        diary.record_day(
            patient=story.patient, local_date=day, answer=HEADACHE_PATTERN[day.weekday()], zone=zone, by=None,
            at=story.clock.now,
        )  # fmt: skip
        if n == 0:
            medicine = diary.add_medicine(
                patient=story.patient, typed="sumatriptan", role="acute", by=None, at=story.clock.now
            )
        if day.weekday() == 1:
            diary.record_dose(patient=story.patient, medicine=medicine, zone=zone, by=None, at=story.clock.now)


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


def _consult_variants(story: Story) -> dict[str, Callable[[], None]]:
    """The gates that the consult answers, each with a consult that says otherwise."""
    variants: dict[str, Callable[[], None]] = {
        "consult_invites": lambda: hold_consult(story, outcome="call_again"),
        "other_treatments_insufficient": lambda: hold_consult(story, other_treatments_insufficient="no"),
        "several_medicines_tried": lambda: hold_consult(story, several_medicines_tried="no"),
    }
    return {gate: variants[gate] for gate in story.protocol.contact.next_step_gates if gate in variants}


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
        for gate, give in _consult_variants(story).items():
            with undone():
                for giver in givers:
                    (give if giver.gate == "consult_held" else giver.give)()
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


def sign_order(story: Story) -> None:
    """The order in the protocol's own dose mode. First under a merely selected protocol, which must refuse."""
    prescriber, course = story.who("prescriber"), story.known_course
    draft = drafts.starting_draft(story.protocol, **_measured(story))

    def sign() -> Order:
        return plan.sign_order(course=course, draft=draft, secret=PIN, by=prescriber, at=story.clock.now)

    givers = [Giver("protocol_adopted", lambda: adopt(story))]
    story.order = try_each(story, "order", givers, sign, Order)
    too_much = replace(draft, max_session_mg=Decimal("5000"))
    refused = refusal_of(
        lambda: plan.sign_order(
            course=course, draft=too_much, secret=PIN, by=prescriber, at=story.clock.now, corrects=story.order
        )
    )
    if not refused:
        raise StoppedShort("An order of 5000 mg was not refused.")


def _measured(story: Story) -> dict[str, Any]:
    """Weighed again today; height and sex from the file."""
    now = story.clock.now
    return {**plans.measured(story.patient, now), "weight_kg": story.person.weight_kg, "weight_measured_at": now}


def adopt(story: Story) -> None:
    """The medical director makes the protocol the site's own."""
    policy.adopt(
        site=story.site,
        version=story.version,
        secret=PIN,
        by=story.who("director"),
        at=story.clock.now,
        purpose="series",
    )


def consent_and_book(story: Story, *, starts: Sequence[datetime] = ()) -> None:
    """The patient reads, asks, answers in their own words and signs; the agreed series is booked as one."""
    order, at = story.known_order, story.clock.now
    asked = consent.ask(course=story.known_course, question="Will I be awake?", by=None, at=at)
    starts = starts or _proposed(story)
    plan.agree_starts(order=order, starts=starts, by=story.who("front_desk"), at=at)
    teach_back = dict.fromkeys(consents.TEACH_BACK, "said in my own words")
    choices = dict.fromkeys(consents.choices_asked(order), True)

    def sign() -> Consent:
        return consent.sign(
            order=order, typed_name=str(story.patient), birth_date=story.person.born, teach_back=teach_back,
            choices=choices,
            read_sha256=consents.reading_of(order).sha256, via="link", by=None, at=story.clock.now,
        )  # fmt: skip

    answered = Giver("questions_answered", lambda: consent.answer(
        question=asked, answer="Yes, drowsy at most.", by=story.who("nurse"), at=story.clock.now))  # fmt: skip
    try_each(story, "consent", [answered], sign, Consent)
    story.sessions = list(plans.sessions_of(order).order_by("number"))
    if len(story.sessions) != order.sessions:
        raise StoppedShort(f"{len(story.sessions)} of {order.sessions} sessions were booked.")


def _proposed(story: Story) -> list[datetime]:
    """The first complete proposal of the calendar."""
    order, at = story.known_order, story.clock.now
    proposals = plans.proposals(order, first_day=story.site.today(at) + days(2), at=at)
    complete = [one for one in proposals if one.complete]
    if not complete:
        raise StoppedShort("No way was found to fit the whole series into the calendar.")
    return [planned.offer.start for planned in complete[0].sessions if planned.offer is not None]


def open_course(story: Story) -> None:
    """A course opened at the desk, by phone: the short way in."""
    person = story.person
    story.course = people.add_patient(
        given_name=person.given, family_name=person.family, birth_date=person.born, sex=person.sex, phone=person.phone,
        email=person.email, site=story.site, by=story.who("front_desk"), at=story.clock.now,
    )  # fmt: skip


def sign_adopted_order(story: Story) -> None:
    """The order where the protocol is adopted already."""
    draft = drafts.starting_draft(story.protocol, **_measured(story))
    story.order = plan.sign_order(
        course=story.known_course, draft=draft, secret=PIN, by=story.who("prescriber"), at=story.clock.now
    )
