"""The diary stays open on a patient's own device, and nothing else does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.letters import actions as letters
from clearhead.clinic.letters.backends import DUMMY
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people.models import Device, Patient
from tests import cast

pytestmark = pytest.mark.django_db

DIARY = ("diary-today", "diary-calendar", "diary-attack")
ELSEWHERE = ("home-visits", "people-my-details", "people-me", "diary-report", "diary-export", "consent-mine")


def later(client: Client, **ago: timedelta) -> None:
    """Set these moments of the session back."""
    session = client.session
    for key, past in ago.items():
        session[key] = (timezone.now() - past).timestamp()
    session.save()


def status(client: Client, *names: str) -> dict[str, int]:
    return {name: client.get(reverse(name)).status_code for name in names}


@pytest.fixture
def phone(client: Client) -> Client:
    """Petra signed in yesterday and kept the diary open."""
    client.force_login(cast.petra().user)
    client.get(reverse("diary-today"))
    client.post(reverse("people-keep-device"))
    later(client, seen=timedelta(days=1), since=timedelta(days=1))
    return client


@pytest.mark.hazard("H-32")
def test_a_day_later_the_diary_opens_and_everything_else_asks_for_a_sign_in(phone):
    assert set(status(phone, *DIARY).values()) == {200}
    assert set(status(phone, *ELSEWHERE).values()) == {302}
    assert set(status(phone, *DIARY).values()) == {200}


def test_one_tap_saves_the_day_without_a_sign_in(phone):
    patient = Patient.objects.get(given_name="Petra")
    today = timezone.now().astimezone(cast.mesa().tz).date()

    answer = phone.post(reverse("diary-record-day"), {"local_date": today, "answer": "2", "zone": patient.zone})

    assert answer.status_code == 302
    assert answer["Location"] == reverse("diary-today")


def test_using_the_diary_never_renews_the_sign_in(phone):
    for _again in range(3):
        phone.get(reverse("diary-today"))

    assert phone.get(reverse("home-visits")).status_code == 302


def test_the_password_opens_the_rest_on_the_same_device(phone):
    phone.post(reverse("account_login"), {"login": "petra@example.org", "password": cast.PASSWORD})

    assert set(status(phone, *DIARY, "home-visits").values()) == {200}


def test_without_a_kept_device_thirty_minutes_close_the_diary_too(client):
    client.force_login(cast.petra().user)
    client.get(reverse("diary-today"))
    later(client, seen=timedelta(minutes=31))

    assert client.get(reverse("diary-today")).status_code == 302


@pytest.mark.parametrize("ends", ["unused for a month", "three months old", "closed", "signed out", "switched off"])
def test_a_kept_device_ends(phone, ends):
    device = Device.objects.get()
    if ends == "unused for a month":
        later(phone, diary_seen=timedelta(days=31))
    elif ends == "three months old":
        Device.objects.filter(pk=device.pk).update(expires_at=timezone.now())
    elif ends == "closed":
        other = Client()
        other.force_login(cast.petra().user)
        other.post(reverse("people-close-devices"))
    elif ends == "signed out":
        phone.post(reverse("account_logout"))
    else:
        type(cast.petra().user).objects.filter(email="petra@example.org").update(is_active=False)

    assert phone.get(reverse("diary-today")).status_code == 302


def link_in(letter: Outgoing, folder) -> str:
    [written] = list(folder.glob(f"*{letter.code}.txt"))
    return re.search(r"http://[^/]+(/\S+)", written.read_text())[1]


@pytest.fixture
def posted(settings, tmp_path):
    """Ask for a link and read the message."""
    settings.LETTERS_FOLDER, settings.EMAIL_BACKEND = tmp_path, DUMMY

    def ask(contact: str, opens: str = "diary") -> str:
        assert Client().post(reverse("welcome-door"), {"contact": contact, "opens": opens}).status_code == 200
        letters.claim_and_send(now=timezone.now())
        letter = Outgoing.objects.latest("pk")
        return link_in(letter, tmp_path)

    return ask


@pytest.mark.hazard("H-41")
def test_a_link_by_message_opens_the_diary_once_and_only_the_diary(posted):
    cast.petra()
    link, phone = posted("Petra@Example.org"), Client()

    assert phone.get(link).status_code == 200, "looking ahead uses nothing up"
    assert phone.post(link, {"keep": "1"})["Location"] == reverse("diary-today")
    assert status(phone, "diary-today", "home-visits") == {"diary-today": 200, "home-visits": 302}
    assert Client().post(link, {"keep": "1"}).status_code == 403


def test_a_patient_who_never_chose_a_password_gets_in_by_link_and_may_choose_one_later(posted):
    petra = cast.petra(with_login=False)
    phone = Client()
    phone.post(posted("555-0142" if not petra.email else petra.email), {})
    petra.refresh_from_db()

    assert phone.get(reverse("diary-today")).status_code == 200
    assert not petra.user.has_usable_password()

    account = posted(petra.email, opens="password")
    phone.post(account, {"password": cast.PASSWORD, "again": cast.PASSWORD})
    petra.user.refresh_from_db()
    assert petra.user.check_password(cast.PASSWORD)


@pytest.mark.hazard("H-42")
def test_nobody_learns_from_the_answer_who_is_a_patient_here():
    cast.petra()
    known = Client().post(reverse("welcome-door"), {"contact": "petra@example.org", "opens": "diary"})
    unknown = Client().post(reverse("welcome-door"), {"contact": "nobody@example.org", "opens": "diary"})

    assert known.content.replace(b"petra@", b"x@") == unknown.content.replace(b"nobody@", b"x@")
    assert Outgoing.objects.count() == 1


@pytest.mark.hazard("H-42")
def test_no_more_than_a_few_links_an_hour_go_to_one_person():
    cast.petra()
    for _again in range(8):
        Client().post(reverse("welcome-door"), {"contact": "petra@example.org", "opens": "diary"})

    assert Outgoing.objects.count() == 5


def test_staff_get_a_new_password_by_mail_and_no_diary(posted):
    cast.member("nina")
    link = posted("nina@example.org", opens="diary")

    assert "/people/reset/" in link
    new = "another long test password"
    assert Client().post(link, {"password": new, "again": new}).status_code == 302
    assert Client().post(link, {"password": new, "again": new}).status_code == 403
