"""A clinic around one shipped protocol, its people in front of browsers of their own, and a clock that is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache

from clearhead.clinic.diary import actions as diary
from clearhead.clinic.letters import actions as letters
from clearhead.clinic.letters.backends import DUMMY
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people.models import Course, Patient, User
from clearhead.clinic.plan.models import Order, Session
from clearhead.clinic.rehearsal.story import PIN, Story
from clearhead.clinic.rehearsal.world import set_up
from clearhead.medicine.protocols.loader import shipped
from tests.journeys.browsing import Visitor

PASSWORD = "a sentence that nobody guesses"
EVENING = 19
"""The hour at which the patient answers the diary's question."""


@dataclass
class House:
    """Where the story is, and who takes part in it."""

    world: Story
    visitors: dict[str, Visitor] = field(default_factory=dict)
    patient_at_home: Visitor = field(default_factory=Visitor)
    diary_pattern: tuple[int, ...] = (2, 3, 0, 2, 1, 3, 2)
    days_answered: set[date] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        """The story's present moment."""
        return self.world.clock.now

    @property
    def slug(self) -> str:
        """The site, as it stands in addresses."""
        return self.world.site.slug

    @property
    def course(self) -> Course:
        """The only course there is."""
        return Course.objects.get()

    @property
    def patient(self) -> Patient:
        """The only patient there is."""
        return Patient.objects.get()

    @property
    def order(self) -> Order:
        """The order that stands."""
        return Order.standing().get()

    @property
    def sessions(self) -> list[Session]:
        """Its sessions."""
        return list(self.order.visits.order_by("number"))

    def staff(self, role: str) -> Visitor:
        """A member of staff, each in a browser of their own."""
        return self._browser(self.world.who(role))

    def colleague(self, user: User) -> User:
        """The second person beside this one."""
        return self.world.colleague(user)

    def _browser(self, user: User) -> Visitor:
        if user.email not in self.visitors:
            self.visitors[user.email] = Visitor(user.email, PASSWORD, PIN)
        return self.visitors[user.email]

    def local(self, moment: datetime) -> str:
        """A moment as it is typed into a form."""
        return f"{moment.astimezone(self.world.site.tz):%Y-%m-%dT%H:%M}"

    def wait(self, minutes: float) -> None:
        """Some minutes pass."""
        self.world.clock.pass_minutes(minutes)

    def until(self, moment: datetime) -> None:
        """Days pass: every evening the patient answers, and what is due goes out."""
        tz = self.world.site.tz
        while True:
            here = self.now.astimezone(tz)
            evening = here.replace(hour=EVENING, minute=0, second=0, microsecond=0)
            evening = evening if evening > here else evening + timedelta(days=1)
            if evening >= moment:
                break
            self.world.clock.until(evening)
            self.send_letters()
            self.answer_the_diary()
        self.world.clock.until(moment)
        self.send_letters()

    def send_letters(self) -> None:
        """The post goes out. The door's count of sign-ins goes by the wall clock, which stands still here."""
        cache.clear()
        letters.claim_and_send(now=self.now)

    def answer_the_diary(self) -> None:
        """One tap, once the account is open: on the page in the first week and every Monday, else straight away."""
        if not self.patient_at_home.email:
            return
        today, weekday = self.world.site.today(self.now), self.now.astimezone(self.world.site.tz).weekday()
        if weekday == 0 or len(self.days_answered) < 7:
            page = self.patient_at_home.open("diary-today")
            self.patient_at_home.send(page.form("local_date"), str(self.diary_pattern[weekday]))
        else:
            self._tap(today, self.diary_pattern[weekday])
        self.days_answered.add(today)

    def _tap(self, on: date, answer: int) -> None:
        patient = self.patient
        diary.record_day(patient=patient, local_date=on, answer=answer, zone=patient.zone, by=patient.user, at=self.now)

    def letter(self, template: str, about: object) -> str:
        """The address in the last letter of this kind that went out about this."""
        found = Outgoing.objects.filter(template=template, about_code=str(about), sent_at__isnull=False).last()
        assert found is not None, f"No letter “{template}” went out. Queue: {list(Outgoing.objects.values_list())[-5:]}"
        text = next(Path(settings.LETTERS_FOLDER).glob(f"*{found.code}.txt")).read_text(encoding="utf-8")
        link = re.search(r"https?://\S+", text)
        assert link is not None, text
        return urlsplit(link[0]).path


@contextmanager
def house(protocol_id: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A clinic that could run this protocol. Every clock of the service shows the story's time."""
    world = set_up(shipped(protocol_id).toml)
    User.objects.update(password=make_password(PASSWORD))
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.clock.now)
    monkeypatch.setattr("django.conf.settings.EMAIL_BACKEND", DUMMY)  # letters become files, as in a new clinic
    yield House(world)


__all__ = ["PASSWORD", "PIN", "House", "house"]
