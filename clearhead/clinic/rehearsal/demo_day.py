"""The rest of the demo's day: somebody recovers, somebody waits at the desk, talks are booked, one is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from clearhead.clinic.diary import actions as diary
from clearhead.clinic.diary import queries as diaries
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.models import Site
from clearhead.clinic.rehearsal import chair, go
from clearhead.clinic.rehearsal.before import HEADACHE_PATTERN
from clearhead.clinic.rehearsal.story import Person, Story
from clearhead.clinic.schedule import actions as calendar
from clearhead.clinic.schedule import queries as schedule
from clearhead.clinic.schedule.models import Booking, Service

AFTER_PUMP_MIN = 25
ATTACK = {
    "symptom": ("nausea", "photophobia", "phonophobia", "worse_with_activity"),
    "trigger": ("sleep",),
    "side": ("left",),
    "peak": ("3",),
}
MEDICINE_AFTER = timedelta(minutes=40)
RECOVERING = Person("Amara", "Diallo", "female", date(1981, 5, 19), Decimal(66), "555 0168", "Moussa Diallo")
WENT = ("arrived", "roomed", "left")
TALKS: tuple[tuple[Person, str, int, tuple[str, ...]], ...] = (
    (Person("Oskar", "Lund", "male", date(1966, 12, 3), phone="555 0170"), "in_person", -150, WENT),
    (Person("Leah", "Novak", "female", date(1990, 2, 27), phone="555 0171"), "in_person", 10, ("confirmed", "arrived")),
    (Person("Carlos", "Ibarra", "male", date(1978, 7, 15), phone="555 0172"), "phone", 55, ("confirmed",)),
    (Person("Yuki", "Mori", "female", date(2000, 9, 30), phone="555 0173"), "video", 130, ()),
    (Person("Grace", "Abara", "female", date(1959, 4, 8), phone="555 0174"), "in_person", 200, ()),
)
"""Who, how, about how many minutes from now, and what happened so far."""


def recover(story: Story, now: datetime) -> None:
    """An infusion that ended a while ago: the patient is watched and has not left."""
    session = story.sessions[0]
    chair.prepare_home(story, session)
    chair.arrive(story, session)
    go.go(story, session, thorough=False)
    chair.infuse(story, session)
    story.clock.until(now - timedelta(minutes=5))
    chair.observe(story, session)


def attacks(story: Story) -> None:
    """The two worst days of the last fortnight told as attacks, so that the diary has something to look at."""
    zone, today = story.site.tz, story.site.today(story.clock.now)
    triptan = diaries.medicines_of(story.patient)[0]
    worst = [day for day in (today - timedelta(days=n) for n in range(1, 15)) if HEADACHE_PATTERN[day.weekday()] == 3]
    for day, (hour, lasted_h) in zip(worst[:2], ((6, 9), (14, 5)), strict=False):
        begun = datetime.combine(day, time(hour, 10), tzinfo=zone).astimezone(UTC)
        over = begun + timedelta(hours=lasted_h)
        attack = diary.start_attack(patient=story.patient, started_at=begun, zone=str(zone), by=None, at=begun)
        diary.record_dose(
            patient=story.patient, medicine=triptan, zone=str(zone), attack=attack, by=None, at=begun + MEDICINE_AFTER
        )
        diary.describe_attack(attack=attack, ended_at=over, said=ATTACK, by=None, at=over)


def talks(site: Site, now: datetime) -> None:
    """First talks of today, as near to their time as the calendar has room."""
    for person, mode, minutes, events in TALKS:
        booking = _talk(site, person, mode, now + timedelta(minutes=minutes), now)
        if booking is None:
            continue
        for n, kind in enumerate(events):
            when = min(now, booking.starts_at) - timedelta(minutes=10 - 5 * n) if kind != "left" else booking.ends_at
            calendar.record_visit_event(booking=booking, kind=kind, by=None, at=min(when, now))


def _talk(site: Site, person: Person, mode: str, wanted: datetime, now: datetime) -> Booking | None:
    made = now - timedelta(days=2)
    service = Service.objects.filter(site=site, kind="consult", mode=mode).order_by("pk").first()
    if service is None:
        return None
    course = people.add_patient(
        given_name=person.given, family_name=person.family, birth_date=person.born, sex=person.sex, phone=person.phone,
        email=person.email, site=site, by=None, at=made,
    )  # fmt: skip
    today = site.today(now)
    free = schedule.free_starts(site=site, service=service, from_date=today, days=1, at=made, patient=course.patient)
    if not free:
        return None
    nearest = min(free, key=lambda offer: abs(offer.start - wanted))
    return calendar.book(site=site, service=service, starts_at=nearest.start, course=course, by=None, at=made)
