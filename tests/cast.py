"""The standing cast: Petra the patient, Nina the nurse, Dario the doctor, and those around them.

Every password is `PASSWORD`, every bedside PIN is `PIN`. The site is in Arizona, where no clock is ever changed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from clearhead.clinic.people.models import Course, Patient, Role, RoleGrant, Site, User

PASSWORD = "a long enough test password"
PIN = "2468"
LONG_AGO = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
AT_TEN = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
"""Ten in the morning in Phoenix, a Friday."""

STAFF = {
    "fern": ("Fern Adeyemi", "", Role.FRONT_DESK),
    "nina": ("Nina Okafor", "RN", Role.NURSE),
    "omar": ("Omar Haddad", "RN", Role.NURSE),
    "dario": ("Dario Marsh", "DO", Role.PRESCRIBER),
    "maya": ("Maya Lindholm", "MD", Role.DIRECTOR),
    "farid": ("Farid Aziz", "PharmD", Role.PHARMACIST),
    "otto": ("Otto Brandt", "", Role.OWNER),
    "ada": ("Ada Nowak", "", Role.AUDITOR),
    "rhea": ("Rhea Castillo", "", Role.RESEARCHER),
}
"""Name, title and role of everyone at Mesa."""


def mesa() -> Site:
    """The site of the cast."""
    return Site.objects.get_or_create(
        slug="mesa",
        defaults={
            "name": "Saguaro Headache Infusion, Mesa",
            "zone": "America/Phoenix",
            "phone": "555 0100",
            "after_hours_phone": "555 0199",
            "cancelling_terms": "A session cancelled less than 48 hours before it costs 150 US dollars.",
        },
    )[0]


def riverside() -> Site:
    """Another group's site, where only Olga the outsider works."""
    return Site.objects.get_or_create(slug="riverside", defaults={"name": "Riverside", "zone": "America/New_York"})[0]


def member(name: str, site: Site | None = None) -> User:
    """One of the staff, with password and PIN."""
    full, title, role = STAFF[name]
    return _user(name, full, title, role, site or mesa())


def olga() -> User:
    """A nurse and prescriber elsewhere: the outsider."""
    user = _user("olga", "Olga Petrov", "MD", Role.PRESCRIBER, riverside())
    _grant(user, riverside(), Role.NURSE)
    return user


def _user(name: str, full: str, title: str, role: str, site: Site) -> User:
    user = User.objects.filter(email=f"{name}@example.org").first()
    if user is None:
        user = User.objects.create_user(f"{name}@example.org", PASSWORD, name=full, title=title)
        user.set_pin(PIN)
        user.save()
    _grant(user, site, role)
    return user


def _grant(user: User, site: Site, role: str) -> None:
    RoleGrant.objects.get_or_create(user=user, site=site, role=role, until=None, defaults={"since": LONG_AGO})


def petra(*, with_login: bool = True) -> Patient:
    """Petra Lindqvist, born 14 March 1984, patient at Mesa."""
    return _patient("Petra", "Lindqvist", date(1984, 3, 14), "petra" if with_login else "", mesa())


def quentin() -> Patient:
    """Quentin Vale, a patient at Riverside: whatever is his must never be seen at Mesa."""
    return _patient("Quentin", "Vale", date(1979, 7, 2), "quentin", riverside())


def vera() -> Patient:
    """Vera Castellan, another patient at Mesa: its staff know her as well, and Petra must never see what is hers."""
    return _patient("Vera", "Castellan", date(1991, 10, 23), "vera", mesa())


def _patient(given: str, family: str, born: date, login: str, site: Site) -> Patient:
    user = None
    if login:
        user = User.objects.filter(email=f"{login}@example.org").first() or User.objects.create_user(
            f"{login}@example.org", PASSWORD, name=f"{given} {family}"
        )
    patient, _ = Patient.objects.get_or_create(
        given_name=given,
        family_name=family,
        birth_date=born,
        defaults={
            "user": user,
            "sex": "male" if given == "Quentin" else "female",
            "zone": site.zone,
            "created_at": LONG_AGO,
            "email": f"{given.lower()}@example.org",
            "phone": "555 0142",
        },
    )
    Course.objects.get_or_create(
        patient=patient, site=site, indication="migraine", closed_at=None, defaults={"opened_at": LONG_AGO}
    )
    return patient
