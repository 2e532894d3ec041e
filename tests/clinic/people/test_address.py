"""The address somebody signs in with: asked for, proven by a link, and never changed by a typing slip."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.audit.models import Event
from clearhead.clinic.letters import actions as letters
from clearhead.clinic.letters.backends import DUMMY
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import guard
from clearhead.clinic.people.models import AddressChange, Patient, User
from tests import builders, cast

pytestmark = pytest.mark.django_db

NEW = "petra.new@example.org"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    """Letters are written here; no mail server is set up."""
    settings.LETTERS_FOLDER, settings.EMAIL_BACKEND = tmp_path, DUMMY
    return tmp_path


def ask_own(client: Client, **changed: str) -> object:
    entry = {"new_email": NEW, "again": NEW, "secret": cast.PASSWORD, **changed}
    return client.post(reverse("people-my-address"), entry)


def link_to(mail: str, folder: Path) -> str:
    letters.claim_and_send(now=timezone.now())
    letter = Outgoing.objects.get(to=mail)
    [written] = folder.glob(f"*{letter.code}.txt")
    return re.search(r"http://[^/]+(/\S+)", written.read_text())[1]


def signs_in(mail: str) -> bool:
    answer = Client().post(reverse("account_login"), {"login": mail, "password": cast.PASSWORD})
    return answer.status_code == 302


@pytest.mark.hazard("H-42")
def test_the_sign_in_changes_when_the_link_in_the_new_mailbox_is_opened_and_not_before(client, folder):
    client.force_login(cast.petra().user)
    assert signs_in("petra@example.org"), "allauth now keeps its own copy of the address"

    ask_own(client)
    before = (signs_in("petra@example.org"), signs_in(NEW))
    link = link_to(NEW, folder)
    assert Client().get(link).status_code == 200, "looking ahead changes nothing"
    assert not signs_in(NEW)
    assert Client().post(link)["Location"] == reverse("account_login")

    assert before == (True, False)
    assert (signs_in("petra@example.org"), signs_in(NEW)) == (False, True)
    assert Outgoing.objects.get(template="sign_in_changed").to == "petra@example.org"
    assert [one.new_email for one in AddressChange.objects.filter(asked__isnull=False)] == [NEW]
    assert Event.objects.filter(verb="change sign-in address").count() == 1
    assert Client().post(link).status_code == 403, "it works once"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"again": "petra.mew@example.org"}, "The two entries differ"),
        ({"secret": "wrong"}, "The password does not match"),
        ({"secret": cast.PIN}, "The password does not match"),
        ({"new_email": "nina@example.org", "again": "nina@example.org"}, "Another account signs in with this address"),
        ({"new_email": "PETRA@example.org", "again": "petra@example.org"}, "the sign-in has now"),
    ],
)
def test_a_slip_a_wrong_password_or_a_taken_address_changes_nothing(client, changed, sentence):
    cast.member("nina")
    client.force_login(cast.petra().user)

    answer = ask_own(client, **changed)

    assert (answer.status_code, AddressChange.objects.count(), Outgoing.objects.count()) == (422, 0, 0)
    assert sentence in answer.content.decode()


def test_only_the_newest_request_can_be_confirmed(client, folder):
    client.force_login(cast.petra().user)
    ask_own(client)
    old = link_to(NEW, folder)
    ask_own(client, new_email="third@example.org", again="third@example.org")

    refused = Client().post(old)

    assert refused.status_code == 422
    assert "A later request replaced this one" in refused.content.decode()
    assert signs_in("petra@example.org")


def test_the_desk_asks_with_the_document_in_hand_and_hands_the_link_over_without_mail(client):
    course = builders.course_of(cast.petra())
    client.force_login(cast.member("fern"))
    page = reverse("people-address", args=[course.code])
    entry = {"new_email": NEW, "again": NEW, guard.FIELD: guard.token(course.patient)}

    unseen = client.post(page, entry)
    answer = client.post(page, {**entry, "document_seen": "on"}).content.decode()
    link = re.search(r"<code>http://[^/]+(/\S+?)</code>", answer)[1]

    assert unseen.status_code == 422
    assert Client().post(link).status_code == 302
    assert Patient.objects.get(given_name="Petra").user.email == NEW


def test_a_patient_at_the_desk_gets_a_new_password_without_mail(client):
    course = builders.course_of(cast.petra())
    client.force_login(cast.member("fern"))
    page, entry = reverse("people-patient-reset", args=[course.code]), {guard.FIELD: guard.token(course.patient)}
    new = "another long test password"

    unseen = client.post(page, entry)
    answer = client.post(page, {**entry, "document_seen": "on"}).content.decode()
    link = re.search(r"<code>http://[^/]+(/\S+?)</code>", answer)[1]
    used = [Client().post(link, {"password": new, "again": new}).status_code for _twice in range(2)]

    assert (unseen.status_code, used) == (302, [302, 403])
    assert Patient.objects.get(given_name="Petra").user.check_password(new)
    assert Event.objects.get(verb="make reset link").patient_code == str(course.patient.code)


def test_the_owner_asks_for_a_colleague(client, folder):
    nina = cast.member("nina")
    client.force_login(cast.member("otto"))
    page = reverse("people-colleague-address", args=["mesa", nina.code])

    client.post(page, {"new_email": NEW, "again": NEW, "document_seen": "on"})
    Client().post(link_to(NEW, folder))

    assert User.objects.get(pk=nina.pk).email == NEW


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/account/email/", "people-my-address"),
        ("/account/password/change/", "people-me"),
        ("/account/password/set/", "people-me"),
        ("/account/password/reset/", "welcome-door"),
    ],
)
def test_the_librarys_own_pages_change_nothing_behind_the_audits_back(client, address, leads_to):
    client.force_login(cast.petra().user)

    answers = [client.get(address), client.post(address, {"email": NEW, "action_add": ""})]

    assert [answer["Location"] for answer in answers] == [reverse(leads_to)] * 2
    assert signs_in("petra@example.org")
