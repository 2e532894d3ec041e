"""From the first question to the signed consent: welcome, diary, plan, consent; the assessment is in assess.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from clearhead.capacity.phases import Phase
from clearhead.clinic.consent import actions as consent
from clearhead.clinic.consent import queries as consents
from clearhead.clinic.consent.models import Consent
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
    refusal_of,
    try_each,
)
from clearhead.clinic.schedule import actions as calendar
from clearhead.clinic.schedule import queries as schedule
from clearhead.clinic.schedule import visits
from clearhead.clinic.schedule.models import Service
from clearhead.clinic.welcome import actions as welcome

DIARY_DAYS = 30
HEADACHE_PATTERN = (2, 3, 0, 2, 1, 3, 2)
"""Severity by weekday of the made-up diary: 24 headache days of 28."""


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


def sign_order(story: Story) -> None:
    """The order in the protocol's own dose mode. First under a merely selected protocol, which must refuse."""
    prescriber, course = story.who("prescriber"), story.known_course
    draft = drafts.starting_draft(story.protocol, **story.measured())

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
    draft = drafts.starting_draft(story.protocol, **story.measured())
    story.order = plan.sign_order(
        course=story.known_course, draft=draft, secret=PIN, by=story.who("prescriber"), at=story.clock.now
    )
