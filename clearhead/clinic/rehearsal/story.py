"""One made-up patient and the site they are treated at: what every chapter of a rehearsal shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from clearhead.clinic.people.context import DEMO_PIN
from clearhead.clinic.people.models import Course, Patient, RoleGrant, Site, User
from clearhead.clinic.plan.models import Order, Session
from clearhead.clinic.plan.queries import measured
from clearhead.clinic.policy.models import ProtocolVersion
from clearhead.clinic.rehearsal.clock import Clock
from clearhead.medicine.protocols.protocol import Protocol

PIN = DEMO_PIN
WEIGHT_KG = Decimal("70")
BORN = date(1984, 3, 14)


class StoppedShort(Exception):
    """The journey did not go on: what was tried, and what stood against it."""


@dataclass
class Person:
    """The made-up patient."""

    given: str = "Robin"
    family: str = "Rehearsal"
    sex: str = "female"
    born: date = BORN
    weight_kg: Decimal = WEIGHT_KG
    phone: str = "555 0142"
    escort: str = "Alex Moreno"

    @property
    def email(self) -> str:
        """Where letters go: an address that no mail reaches."""
        return f"{self.given.lower()}.{self.family.lower()}@example.org"


@dataclass
class Story:
    """Where the journey stands. Chapters read and fill it."""

    site: Site
    protocol: Protocol
    version: ProtocolVersion
    clock: Clock
    person: Person = field(default_factory=Person)
    course: Course | None = None
    order: Order | None = None
    sessions: list[Session] = field(default_factory=list)
    gates_tried: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)
    told: Callable[[str], None] = lambda line: None

    @property
    def patient(self) -> Patient:
        """The patient, once there is one."""
        return self.known_course.patient

    @property
    def known_course(self) -> Course:
        """The course, once it is open."""
        if self.course is None:
            raise StoppedShort("There is no course yet.")
        return self.course

    @property
    def known_order(self) -> Order:
        """The order, once it is signed."""
        if self.order is None:
            raise StoppedShort("There is no order yet.")
        return self.order

    def who(self, role: str, *, but: User | None = None, credential: str = "") -> User:
        """Someone of the site with this role; `but` is somebody else's second person."""
        grants = RoleGrant.objects.filter(site=self.site, role=role, until__isnull=True).select_related("user")
        found = [grant.user for grant in grants.order_by("pk") if grant.user != but]
        if credential:
            found.sort(key=lambda user: not user.credentials.filter(kind__iexact=credential).exists())
        if not found:
            raise StoppedShort(f"The clinic file names no {role.replace('_', ' ')} for {self.site}.")
        return found[0]

    def colleague(self, of: User) -> User:
        """Another clinician than this one: a nurse where there is a second, else a prescriber."""
        roles = ("nurse", "prescriber", "pharmacist")
        grants = RoleGrant.objects.filter(site=self.site, role__in=roles, until__isnull=True).exclude(user=of)
        found = sorted(grants.select_related("user"), key=lambda grant: (roles.index(grant.role), grant.pk))
        if not found:
            raise StoppedShort(f"Nobody at {self.site} could be the second person beside {of.name}.")
        return found[0].user

    def measured(self) -> dict[str, Any]:
        """Weighed again today; height and sex from the file."""
        now = self.clock.now
        return {**measured(self.patient, now), "weight_kg": self.person.weight_kg, "weight_measured_at": now}

    def local(self, moment: datetime) -> str:
        """A moment on the site's wall clock."""
        return f"{moment.astimezone(self.site.tz):%a %-d %b %H:%M}"


@dataclass(frozen=True)
class Giver:
    """One gate, and how its own fact is given. `also` names gates that rest on the same fact."""

    gate: str
    give: Callable[[], Any]
    also: frozenset[str] = frozenset()


def try_each(
    story: Story, question: str, givers: Sequence[Giver], act: Callable[[], Any], *writes: Any, do: bool = True
) -> Any:
    """Try the act with each gate's own fact missing: it must refuse by that gate's id and leave nothing. Then give
    all and do it, unless `do` is false.

    Halving: all but one of n facts are given n times over with n log n writes, each undone afterwards.
    """

    def without_each(some: Sequence[Giver]) -> None:
        if len(some) == 1:
            must_refuse(question, some[0], act, writes)
            story.gates_tried.append(f"{question}:{some[0].gate}")
            return
        middle = len(some) // 2
        for missing, given in ((some[:middle], some[middle:]), (some[middle:], some[:middle])):
            with undone():
                for giver in given:
                    giver.give()
                without_each(missing)

    if givers:
        without_each(givers)
    for giver in givers:
        giver.give()
    return act() if do else None


def must_refuse(question: str, missing: Giver, act: Callable[[], Any], writes: Sequence[Any]) -> None:
    """The act is refused by this gate and by nothing else, and leaves nothing."""
    before = [model.objects.count() for model in writes]
    found = refusal_of(act)
    if missing.gate not in found:
        stood = ", ".join(sorted(found)) or "nothing"
        raise StoppedShort(f"{question}: without {missing.gate} it was not refused by it. Against it stood: {stood}.")
    others = found - {missing.gate} - missing.also
    if others:
        raise StoppedShort(f"{question}: only {missing.gate} was missing, yet {', '.join(sorted(others))} refused.")
    if before != [model.objects.count() for model in writes]:
        raise StoppedShort(f"{question}: refused by {missing.gate}, yet something was saved.")


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def refusal_of(act: Callable[[], Any]) -> set[str]:
    """The gates that refuse an act; empty when it goes through. The act's own writes are undone."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except Exception as refusal:
        verdict = getattr(refusal, "verdict", None)
        if verdict is None:
            raise
        return {reason.gate for reason in verdict.blocking}
    return set()


def first_start(now: datetime | None = None) -> datetime:
    """When the story begins: a fixed Tuesday morning, so that every run prints the same clock times."""
    return now or datetime(2027, 2, 2, 17, 0, tzinfo=UTC)


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)
