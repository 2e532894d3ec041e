"""The demo: an invented clinic, its cast, patients at every step, three chairs running. Loaded through the actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from clearhead.clinic.assessment import actions as assessment
from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.models import Site, User
from clearhead.clinic.plan import actions as plan
from clearhead.clinic.plan import queries as plans
from clearhead.clinic.plan import series
from clearhead.clinic.policy import actions as policy
from clearhead.clinic.policy.clinic_file import shipped_clinic
from clearhead.clinic.rehearsal import after, assess, before, chair, demo_day, go, room
from clearhead.clinic.rehearsal.clock import Clock
from clearhead.clinic.rehearsal.selection import select_chosen
from clearhead.clinic.rehearsal.story import PIN, Person, Story
from clearhead.clinic.rehearsal.world import give_pins
from clearhead.clinic.schedule.models import Opening
from clearhead.clinic.schedule.queries import why_not
from clearhead.clinic.schedule.setup import load_clinic
from clearhead.clinic.welcome import actions as welcome
from clearhead.medicine.protocols.loader import shipped

PASSWORD = "a demo, nothing real here"
Say = Callable[[str], None]
CHAIRS = (
    (Person("Petra", "Lindqvist", "female", date(1984, 3, 14), Decimal(68), "555 0161", "Erik Lindqvist"), 102),
    (Person("Samuel", "Adeyemi", "male", date(1991, 8, 30), Decimal(82), "555 0162", "Joy Adeyemi"), 58),
    (Person("Ines", "Carvalho", "female", date(1976, 11, 2), Decimal(60), "555 0163", "Rui Carvalho"), 21),
)
"""Who sits in the chairs, and how many minutes the pump has run when the demo begins."""
BEFORE_START_MIN = 22
"""From the door to the pump: a signed go holds for fifteen minutes only."""
LATER = (
    (Person("Ruth", "Halloran", "female", date(1969, 1, 22), Decimal(74), "555 0164", "Peter Halloran"), "booked"),
    (Person("Tomás", "Vidal", "male", date(1988, 6, 5), phone="555 0165"), "assessed"),
    (Person("Mei", "Tanaka", "female", date(1995, 4, 17), phone="555 0166"), "consulted"),
    (Person("Jonas", "Berg", "male", date(1972, 9, 9), Decimal(78), "555 0167", "Karin Berg"), "reviewed"),
)
"""Patients at the other steps of the journey."""


DIARY_BEGINS_DAYS_BEFORE = 33
"""So that the diary reaches to the days before the first infusion, and the effect can be measured against it."""

NUMERALS = ("Senior", "Junior", "Second", "Third", "Fourth", "Fifth", "Sixth")


@dataclass(frozen=True)
class Loaded:
    """What the demo holds."""

    site: Site
    running: int


def load(now: datetime, say: Say) -> Loaded:
    """Everything, in one go. The present moment is the real one: chairs began earlier today."""
    site = clinic(now)
    say(f"{site.name}: staff, chairs, protocols")
    for person, minutes in CHAIRS:
        seat(site, person, now, minutes)
        say(f"{person.given} {person.family}: in the chair for {minutes} min")
    _recovering(site, now)
    say(f"{demo_day.RECOVERING.given} {demo_day.RECOVERING.family}: recovering")
    demo_day.talks(site, now)
    say(f"{len(demo_day.TALKS)} first talks today")
    for person, stage in LATER:
        bring(site, person, now, stage)
        say(f"{person.given} {person.family}: {stage}")
    welcome.ask(
        site=site, name="Nadia Osei", contact="nadia@example.org", wants_soon=True, by=None,
        at=now - timedelta(hours=3),
        text="I have had migraine for twenty years and tried many things. Do you see people from out of town?",
    )  # fmt: skip
    return Loaded(site, Infusion.objects.filter(site=site, ended_at__isnull=True).count())


@transaction.atomic
def clinic(now: datetime) -> Site:
    """The invented clinic, open round the clock so that it can be looked at in any hour."""
    begun = now - timedelta(days=150)
    file = shipped_clinic("demo")
    site = load_clinic(clinic=file, at=begun, by=None, password=PASSWORD)[0]
    Opening.objects.filter(site=site, resource__isnull=True).delete()
    midnight = time(0, 0)  # to midnight is the whole day: a visit may run into the next
    for weekday in range(7):
        Opening.objects.create(site=site, weekday=weekday, opens=midnight, closes=midnight, from_date=begun.date())
    give_pins()
    select_chosen(file, site, at=begun)
    director = User.objects.get(email="maya@example.org")
    version = policy.keep_version(toml=shipped("stepped-series").toml, by=director, at=begun)
    for purpose in ("series", "maintenance"):
        policy.adopt(site=site, version=version, secret=PIN, by=director, at=begun, purpose=purpose)
    return site


def story_of(site: Site, person: Person, start: datetime) -> Story:
    """A story at the demo's site, under what the site adopted."""
    from clearhead.clinic.policy.queries import protocol_at

    running = protocol_at(site, "migraine", "series", start)
    return Story(site=site, protocol=running.protocol, version=running.version, clock=Clock(start), person=person)


def seat(site: Site, person: Person, now: datetime, minutes: int) -> Story:
    """From the first contact to the chair, where the pump has run so many minutes."""
    story = planned(site, person, now, first=now - timedelta(minutes=minutes + BEFORE_START_MIN))
    session = story.sessions[0]
    chair.prepare_home(story, session)
    chair.arrive(story, session)
    go.go(story, session, thorough=False)
    story.clock.until(now - timedelta(minutes=minutes))
    room.begin(story, session)
    room.follow_plan(story, session, now)
    return story


def _recovering(site: Site, now: datetime) -> None:
    minutes = story_of(site, demo_day.RECOVERING, now).protocol.dose.duration.plan_min
    first = now - timedelta(minutes=minutes + demo_day.AFTER_PUMP_MIN + BEFORE_START_MIN)
    demo_day.recover(planned(site, demo_day.RECOVERING, now, first=first), now)


def planned(site: Site, person: Person, now: datetime, *, first: datetime, firm: bool = True) -> Story:
    """Enquiry, diary, consult, assessment, order and consent, with the series booked from this start on.

    Not `firm`: from the first start after it at which the whole series fits beside those who have their places.
    """
    story = story_of(site, person, now - timedelta(days=DIARY_BEGINS_DAYS_BEFORE))
    before.open_course(story)
    before.keep_diary(story)
    demo_day.attacks(story)
    assess.assess(story, thorough=False)
    story.clock.until(first - timedelta(days=2))
    before.sign_adopted_order(story)
    candidates = [_series_from(story, first)] if firm else _later(story, first)
    before.consent_and_book(story, starts=next(each for each in candidates if firm or _fits(story, each)))
    return story


def _series_from(story: Story, first: datetime) -> list[datetime]:
    gap = story.protocol.series.gap_days_min
    return [first + timedelta(days=n * gap) for n in range(story.known_order.sessions)]


def _later(story: Story, first: datetime) -> list[list[datetime]]:
    return [_series_from(story, first + timedelta(minutes=30 * n)) for n in range(48)]


def _fits(story: Story, starts: list[datetime]) -> bool:
    order, at = story.known_order, story.clock.now
    service = plans.infusion_service(story.site, story.site.today(starts[0]))
    if service is None:
        return False
    phases = series.phases_of(order)
    return not any(
        why_not(site=story.site, service=service, starts_at=start, at=at, phases=phases, patient=story.patient)
        for start in starts
    )


def bring(site: Site, person: Person, now: datetime, stage: str) -> Story:
    """A patient up to this step."""
    if stage == "reviewed":
        return _reviewed(site, person, now)
    if stage == "booked":
        morning = datetime.combine(site.today(now) + timedelta(days=1), time(8), tzinfo=site.tz).astimezone(UTC)
        story = planned(site, person, now, first=morning, firm=False)
        chair.prepare_home(story, story.sessions[0])
        return story
    story = story_of(site, person, now - timedelta(days=33))
    before.open_course(story)
    before.keep_diary(story)
    assess.hold_consult(story)
    if stage == "assessed":
        assessment.add_medication(
            course=story.known_course,
            typed="a herbal drop",
            kind="supplement",
            by=story.who("nurse"),
            at=story.clock.now,
        )
    return story


def _reviewed(site: Site, person: Person, now: datetime) -> Story:
    """One session a month ago, the others given up, a milder month after it: the review waits to be signed."""
    given_on = now - timedelta(days=after.FOLLOW_UP_DAYS + 1)
    story = planned(site, person, given_on, first=given_on - timedelta(hours=6))
    session = story.sessions[0]
    chair.prepare_home(story, session)
    chair.arrive(story, session)
    go.go(story, session, thorough=False)
    given = chair.infuse(story, session)
    after.recover(story, session, thorough=False)
    chair.close(story, session, given)
    after.leave(story, session)
    plan.cancel_sessions(
        session=story.sessions[1], scope="rest", why="one was enough", by=story.who("front_desk"), at=story.clock.now
    )
    after.calls_of_a_week(story, session)
    after.keep_diary_after(story)
    return story


def seat_again(now: datetime) -> None:
    """The chairs of an earlier day are free; the next patients take them."""
    site = Site.objects.get(is_demo=True)
    for n, (person, minutes) in enumerate(CHAIRS):
        number = Infusion.objects.filter(site=site).count()
        next_one = Person(
            person.given, f"{person.family} {NUMERALS[(number + n) % len(NUMERALS)]}", person.sex, person.born,
            person.weight_kg, person.phone, person.escort,
        )  # fmt: skip
        seat(site, next_one, now, minutes)
    demo_day.talks(site, now)


def give_login(patient_email: str, at: datetime) -> None:
    """A patient of the demo who can sign in."""
    from clearhead.clinic.people.models import Patient

    patient = Patient.objects.filter(email=patient_email, user__isnull=True).first()
    if patient is None:
        return
    user = people.open_account(patient=patient, password=PASSWORD, site=None, at=at)
    User.objects.filter(pk=user.pk).update(is_demo=True)
