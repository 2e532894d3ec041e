"""`clearhead setup`: by a file, by questions, a further site; and a clinic set up by questions can be booked."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.people import actions as people
from clearhead.clinic.people.models import Role, RoleGrant, Site, User
from clearhead.clinic.rehearsal.management.commands import setup
from clearhead.clinic.schedule.models import Resource
from clearhead.clinic.welcome import queries as welcome

pytestmark = pytest.mark.django_db

NEW = "a long enough new password"


@pytest.fixture
def answer(monkeypatch) -> Callable[..., None]:
    """Answer the questions; what is not named is left as it is offered."""

    def give(**said: str) -> None:
        asked = {question: key for key, question, _usual in setup.QUESTIONS}
        monkeypatch.setattr("builtins.input", lambda shown: said.get(asked[shown.rpartition(" [")[0]], ""))

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
    answer(name="Juniper Headache Clinic", chairs="3", zone="America/Denver")

    call_command("setup")

    site = Site.objects.get()
    owner = Client()
    for link in re.findall(r"http://[^/]+(/people/reset/\S+)", capsys.readouterr().out):
        assert Client().post(link, {"password": NEW, "again": NEW}).status_code == 302
    owner.force_login(User.objects.get(email="owner@clinic.example"))
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


def test_answers_that_make_no_clinic_are_refused_like_a_wrong_file(answer):
    answer(zone="Phoenix", chairs="none", opens="25:00")

    with pytest.raises(CommandError):
        call_command("setup")
    assert not Site.objects.exists()


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
