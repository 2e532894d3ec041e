"""Inviting, roles, switching off, resets without mail."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Link, RoleGrant, User
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def otto(client):
    """The owner, signed in."""
    cast.mesa()
    client.force_login(cast.member("otto"))
    return client


def test_the_owner_invites_a_nurse_who_then_has_exactly_that_role(otto):
    said = {"name": "Nell Quist", "title": "RN", "email": "Nell@Example.org", "role": "nurse"}

    otto.post(reverse("people-invite", args=["mesa"]), said)

    nell = User.objects.get(email="nell@example.org")
    assert roles_of(nell, cast.mesa()) == {"nurse"}
    assert not nell.has_usable_password()


def test_an_invitation_says_how_the_person_gets_in(otto):
    said = {"name": "Nell Quist", "title": "RN", "email": "nell@example.org", "role": "nurse"}

    page = otto.post(reverse("people-invite", args=["mesa"]), said, follow=True).content.decode()

    assert "Nell Quist is invited and has no password yet" in page


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("fern", "Fern Adeyemi signs in with this address"), ("olga", "Somebody else signs in with this address")],
)
def test_the_address_of_another_person_gives_nobody_a_role(otto, name, sentence):
    holder = cast.olga() if name == "olga" else cast.member(name)
    before = RoleGrant.objects.count()
    said = {"name": "Quite Another", "title": "", "email": holder.email, "role": "auditor"}

    answer = otto.post(reverse("people-invite", args=["mesa"]), said)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert RoleGrant.objects.count() == before


def test_a_reset_without_mail_is_a_link_that_works_once(otto):
    nina = cast.member("nina")
    page = otto.post(reverse("people-reset-password", args=["mesa", nina.code])).content.decode()
    link = re.search(r"/people/reset/[^<\s]+", page).group()
    said = {"password": "quiet rooms and green light", "again": "quiet rooms and green light"}

    stranger = Client()
    assert stranger.post(link, said).status_code == 302
    nina.refresh_from_db()
    assert nina.check_password("quiet rooms and green light")
    assert Client().post(link, said).status_code == 403


def invited(otto) -> tuple[User, str]:
    """Nell, just invited, and the link that the owner reads to her."""
    said = {"name": "Nell Quist", "title": "RN", "email": "nell@example.org", "role": "nurse"}
    otto.post(reverse("people-invite", args=["mesa"]), said)
    nell = User.objects.get(email="nell@example.org")
    page = otto.post(reverse("people-reset-password", args=["mesa", nell.code])).content.decode()
    return nell, re.search(r"/people/reset/[^<\s]+", page).group()


CHOSEN = {"password": "quiet rooms and green light", "again": "quiet rooms and green light"}


def test_whoever_is_invited_follows_the_link_once_and_is_in(otto):
    nell, link = invited(otto)
    browser = Client()

    assert browser.get(link).status_code == 200
    assert browser.post(link, CHOSEN).status_code == 302
    signed_in = browser.post("/account/login/", {"login": nell.email, "password": CHOSEN["password"]})
    assert signed_in.status_code == 302
    assert browser.get(reverse("home-day", args=["mesa"])).status_code == 200

    other = {"password": "another long password", "again": "another long password"}
    for again in (Client().get(link), Client().post(link, other)):
        assert again.status_code == 403
        assert "This link was used already. Ask us for a new one." in again.content.decode()
    nell.refresh_from_db()
    assert nell.check_password(CHOSEN["password"])


def test_the_link_of_an_invitation_opens_nothing_past_its_end(otto):
    nell, link = invited(otto)
    Link.objects.update(expires_at=timezone.now())

    for late in (Client().get(link), Client().post(link, CHOSEN)):
        assert late.status_code == 403
        assert "This link has expired. Ask us for a new one." in late.content.decode()
    nell.refresh_from_db()
    assert not nell.has_usable_password()


@pytest.mark.parametrize("weak", ["short", "password password", "passwordpassword", "aaaaaaaaaaaaaa"])
def test_a_password_needs_fifteen_characters(otto, weak):
    nina = cast.member("nina")
    otto.force_login(nina)

    answer = otto.post(
        reverse("people-me"), {"which": "password", "password-password": weak, "password-again": weak + "x"}
    )

    assert answer.status_code == 422
    nina.refresh_from_db()
    assert nina.check_password(cast.PASSWORD)


def test_someone_switched_off_is_out_on_the_next_request(otto):
    nina, nurse = cast.member("nina"), Client()
    nurse.force_login(nina)
    assert nurse.get(reverse("home-day", args=["mesa"])).status_code == 200

    otto.post(reverse("people-off", args=["mesa", nina.code]))

    assert nurse.get(reverse("home-day", args=["mesa"])).status_code == 302
    assert not RoleGrant.objects.filter(user=nina, until__isnull=True).exists()


def test_a_withdrawn_role_is_gone_on_the_next_request(otto):
    nina, nurse = cast.member("nina"), Client()
    nurse.force_login(nina)

    otto.post(reverse("people-role", args=["mesa", nina.code]), {"role": "nurse", "give": "0"})

    assert nurse.get(reverse("home-day", args=["mesa"])).status_code == 403


def test_nobody_switches_themselves_off(otto):
    me = cast.member("otto")

    assert otto.post(reverse("people-off", args=["mesa", me.code])).status_code == 403
    me.refresh_from_db()
    assert me.is_active


def test_a_pin_is_changed_only_with_the_password(client):
    nina = cast.member("nina")
    client.force_login(nina)

    refused = client.post(reverse("people-me"), {"which": "pin", "pin-pin": "9999", "pin-secret": cast.PIN})
    assert refused.status_code == 422
    client.post(reverse("people-me"), {"which": "pin", "pin-pin": "9999", "pin-secret": cast.PASSWORD})

    nina.refresh_from_db()
    assert nina.knows("9999")
    assert not nina.knows(cast.PIN)


@pytest.mark.hazard("H-42")
def test_sign_in_by_password_works_and_a_wrong_one_says_so(client):
    cast.member("nina")
    url = reverse("account_login")

    wrong = client.post(url, {"login": "nina@example.org", "password": "wrong wrong wrong"})
    assert wrong.status_code == 200
    assert 'role="alert"' in wrong.content.decode()
    right = client.post(url, {"login": "nina@example.org", "password": cast.PASSWORD})
    assert right.status_code == 302


def test_nobody_signs_themselves_up(client):
    client.post(reverse("account_signup"), {"email": "new@example.org", "password1": "x" * 20, "password2": "x" * 20})

    assert not User.objects.filter(email="new@example.org").exists()
