"""`clearhead setup`: by a file, by questions, a further site; and a clinic set up by questions can be booked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.people import actions as people
from clearhead.clinic.people.models import Role, RoleGrant, Site, User
from clearhead.clinic.policy.clinic_file import clinic_from
from clearhead.clinic.rehearsal.questions import QUESTIONS, ask, written
from clearhead.clinic.schedule.models import Resource
from clearhead.clinic.welcome import queries as welcome

pytestmark = pytest.mark.django_db

NEW = "a long enough new password"


JUNIPER = {
    "name": "Juniper Headache Clinic",
    "address": "7 Juniper Lane",
    "phone": "480 555 0142",
    "after_hours_phone": "480 555 0143",
    "talk_price": "0",
    "pump_model": "large-volume pump",
    "pump_until": "2099-06-30",
    "owner": "Orla Reyes",
    "owner_email": "orla@juniper.example",
    "director": "Mina Sato",
    "director_title": "MD",
    "director_email": "mina@juniper.example",
}
"""What has no usual answer."""


@pytest.fixture
def answer(monkeypatch) -> Callable[..., None]:
    """Answer the questions like Juniper does; a list is given one after the other, then the input ends."""

    def give(**said: str | list[str]) -> None:
        keys = {question.words: question.key for question in QUESTIONS}
        left = {key: [said] if isinstance(said, str) else list(said) for key, said in {**JUNIPER, **said}.items()}

        def type_it(shown: str) -> str:
            answers = left.setdefault(keys[shown.removesuffix(": ").partition(" [")[0]], [""])
            if not answers:
                raise EOFError
            return answers.pop(0)

        monkeypatch.setattr("builtins.input", type_it)

    return give


@pytest.fixture
def clinic_file(tmp_path) -> Path:
    text = files("clearhead.clinic.policy.clinics").joinpath("short-total-dose.toml").read_text(encoding="utf-8")
    file = tmp_path / "clinic.toml"
    file.write_text(text, encoding="utf-8")
    return file


def free(site: Site) -> int:
    now = timezone.now()
    return sum(day.free for offer in welcome.consult_offers(site, now) for day in welcome.free_days(site, offer, now))


def test_a_clinic_set_up_by_questions_takes_bookings_as_soon_as_somebody_is_invited(answer, capsys):
    answer(chairs="3", zone="America/Denver")

    call_command("setup")

    site = Site.objects.get()
    owner = Client()
    for link in re.findall(r"http://[^/]+(/people/reset/\S+)", capsys.readouterr().out):
        assert Client().post(link, {"password": NEW, "again": NEW}).status_code == 302
    owner.force_login(User.objects.get(email="orla@juniper.example"))
    assert (site.slug, Resource.objects.filter(kind="chair").count(), free(site)) == ("juniper-headache-clinic", 3, 0)

    for role, name in (("prescriber", "Dana Fox"), ("nurse", "Noor Ali")):
        said = {"email": f"{role}@clinic.example", "name": name, "role": role, "patients_at_once": "2"}
        assert owner.post(reverse("people-invite", args=[site.slug]), said).status_code == 302

    assert free(site) > 50
    shares = Resource.objects.filter(kind="nurse_share", site=site).values_list("name", flat=True)
    assert sorted(shares) == ["Noor Ali 1/2", "Noor Ali 2/2"]


def test_whoever_loses_the_role_is_booked_no_more_and_back_on_the_same_day_is_there_once(answer):
    answer()
    call_command("setup")
    site, now = Site.objects.get(), timezone.now()
    answers = {"email": "d@x.example", "name": "D", "title": "", "site": site, "role": "nurse"}
    user = people.invite(**answers, by=None, at=now)
    booked = free(site)

    people.withdraw_role(user=user, site=site, role="nurse", by=None, at=now)
    without = free(site)
    people.grant(user=user, site=site, role="nurse", by=None, at=now)

    assert (booked > 50, without < booked / 5) == (True, True), "today may still be booked, no day after it"
    assert free(site) == booked
    assert Resource.objects.filter(user=user).count() == 1


def test_a_file_sets_up_every_site_of_it_with_its_staff(clinic_file, capsys):
    call_command("setup", file=clinic_file)

    said = capsys.readouterr().out
    assert Site.objects.count() == 2
    assert {site.zone for site in Site.objects.all()} == {"America/Phoenix"}
    assert said.count("chooses a password here") == RoleGrant.objects.filter(role__in=["owner", "director"]).count()
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert RoleGrant.objects.filter(role=Role.NURSE).exists()


def test_a_wrong_file_tells_every_fault_at_once_and_sets_nothing_up(clinic_file):
    text = clinic_file.read_text(encoding="utf-8")
    clinic_file.write_text(text.replace('kind = "consult"', 'kind = "chat"').replace('"director"', '"boss"'))

    with pytest.raises(CommandError) as refused:
        call_command("setup", file=clinic_file)

    lines = str(refused.value).splitlines()
    assert len(lines) == 1 + int(re.search(r"has (\d+) faults", lines[0])[1])
    assert all(re.match(r"  line \d+: \S.*: found .*, expected ", line) for line in lines[1:])
    assert {"chat", "boss"} <= set(re.findall(r"found \W*(\w+)", str(refused.value)))
    assert not Site.objects.exists()


@pytest.mark.parametrize(
    ("key", "wrong", "right", "sentence"),
    [
        ("opens", "25:00", "8:00", "25:00 is no time of day. Examples: 8:00, 08:30, 17:00."),
        ("opens", "eight", "08:00", "eight is no time of day. Examples: 8:00, 08:30, 17:00."),
        ("opens", "22:00", "09:00",
         "From 22:00 to midnight is too short: a planned visit of stepped-series takes 345 minutes."),
        ("closes", "07:00", "17:00", "07:00 is not after 08:00, when you open."),
        ("zone", "Phoenix", "America/Phoenix",
         "Phoenix is no time zone of the IANA list. Examples: America/Phoenix, America/New_York."),
        ("chairs", "none", "3", "none is no number of chairs: a whole number from 1 to 50."),
        ("chairs", "0", "1", "0 is no number of chairs: a whole number from 1 to 50."),
        ("phone", "call us", "480 555 0142", "“call us” does not read as a phone number. An example: 480 555 0100."),
        ("owner_email", "foo", "orla@juniper.example", "foo is no e-mail address. An example: name@clinic.org."),
        ("director_email", "orla@juniper.example", "mina@juniper.example",
         "orla@juniper.example is the owner's. Where one person is both, use: clearhead setup --file FILE"),
        ("protocol", "monitored-bed", "stepped-series",
         "monitored-bed is no protocol for infusion chairs in an office. There are: neurology-gated, prescriber-range, "
         "short-total-dose, stepped-series, tried-several."),
        ("talk_price", "free", "0", "free is no price in US dollars. Examples: 0, 75, 49.50."),
        ("pump_until", "next year", "2099-06-30",
         "next year is no date as year-month-day. An example: 2027-06-30."),
        ("pump_until", "2020-01-01", "2099-06-30",
         "2020-01-01 is not after today: a pump is not used beyond its service."),
        ("name", "", "Juniper", "This has no usual answer: please type it."),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_told_at_once_and_asked_again(answer, key, wrong, right, sentence):
    told = []
    answer(**{key: [wrong, right]})

    said = ask(lambda shown: input(shown), told.append, today=date(2026, 11, 2))

    assert told == [sentence]
    assert said[key].removeprefix("0") == right.removeprefix("0")
    assert clinic_from(written(said), name="your answers").sites


def test_hours_too_short_for_a_planned_visit_are_asked_again_and_nothing_is_set_up_with_them(answer, capsys):
    answer(opens="9:00", closes="10:00")

    with pytest.raises(CommandError, match="ended at “Monday to Friday: closes at”: nothing was saved"):
        call_command("setup")

    told = capsys.readouterr().out.strip()
    assert told == "From 09:00 to 10:00 is too short: a planned visit of stepped-series takes 345 minutes."
    assert not Site.objects.exists()


def test_a_file_with_hours_too_short_for_a_planned_visit_sets_nothing_up(clinic_file):
    text = clinic_file.read_text(encoding="utf-8")
    short = re.sub(r"opens = \S+ closes = \S+", "opens = 09:00:00, closes = 10:00:00,", text)
    clinic_file.write_text(re.sub(r"example( *)= true", r"example\1= false", short), encoding="utf-8")

    with pytest.raises(CommandError, match="60 min at most, expected 115 min, a planned visit of short-total-dose"):
        call_command("setup", file=clinic_file)
    assert not Site.objects.exists()


def test_enter_at_every_question_sets_nothing_up(answer):
    answer(**dict.fromkeys(JUNIPER, ""))

    with pytest.raises(CommandError, match="ended at “Name of the clinic”: nothing was saved"):
        call_command("setup")
    assert not Site.objects.exists()


@pytest.mark.parametrize("key", JUNIPER)
def test_what_nobody_can_know_for_a_clinic_has_no_usual_answer(answer, key):
    answer(**{key: ""})

    with pytest.raises(CommandError, match="nothing was saved"):
        call_command("setup")
    assert not Site.objects.exists()


def test_a_clinic_holds_what_was_answered_and_nothing_made_up(answer):
    answer(after_hours_phone="none", talk_price="49.50", protocol="neurology-gated")

    call_command("setup")

    site, pump = Site.objects.get(), Resource.objects.filter(kind="pump").first()
    assert (site.address, site.phone) == ("7 Juniper Lane", "480 555 0142")
    assert (site.after_hours_phone, site.cancelling_terms) == ("", "")
    assert (pump.attributes["model"], pump.until_date.isoformat()) == ("large-volume pump", "2099-06-30")
    assert [str(offer.price) for offer in site.services.filter(kind="consult")] == ["49.50"]
    assert {chair.attributes["room"] for chair in Resource.objects.filter(kind="chair")} == {"Room 1", "Room 2"}


def test_a_second_setup_is_refused_and_a_further_site_is_asked_for_by_name(answer, clinic_file):
    answer()
    call_command("setup")

    with pytest.raises(CommandError, match="setup --add --file FILE"):
        call_command("setup", file=clinic_file)
    call_command("setup", file=clinic_file, add=True)
    with pytest.raises(CommandError, match="Set up already: "):
        call_command("setup", file=clinic_file, add=True)

    assert Site.objects.count() == 3


def test_the_demos_database_takes_no_real_site(settings, clinic_file):
    settings.DEMO = True

    with pytest.raises(CommandError, match="demo's own database"):
        call_command("setup", file=clinic_file)
