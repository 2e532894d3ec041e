"""Who guesses passwords waits, and a password alone does not open an account that has a second factor (H-42)."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-42")]


@pytest.fixture(autouse=True)
def fresh_counts():
    """Nobody has guessed yet, and later tests do not inherit these guesses."""
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, name: str, password: str = cast.PASSWORD) -> bool:
    client.post(reverse("account_login"), {"login": f"{name}@example.org", "password": password})
    return "_auth_user_id" in client.session


def test_after_five_wrong_passwords_the_right_one_waits_too_from_wherever_it_comes():
    cast.member("nina"), cast.member("dario")
    for guess in range(5):
        assert not sign_in(Client(REMOTE_ADDR=f"192.0.2.{guess}"), "nina", f"wrong guess number {guess}")

    assert not sign_in(Client(REMOTE_ADDR="198.51.100.7"), "nina")
    assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), "dario"), "nobody else waits"
    cache.clear()  # the five minutes are over
    assert sign_in(Client(), "nina")


def test_four_wrong_ones_are_forgiven():
    cast.member("nina")
    for guess in range(4):
        sign_in(Client(), "nina", f"wrong guess number {guess}")

    assert sign_in(Client(), "nina")


def test_one_address_that_guesses_at_many_accounts_waits():
    cast.member("nina")
    for guess in range(10):
        sign_in(Client(REMOTE_ADDR="192.0.2.1"), f"somebody-{guess}", "wrong wrong wrong")

    assert not sign_in(Client(REMOTE_ADDR="192.0.2.1"), "nina")
    assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), "nina")


def code_of(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def test_with_a_second_factor_the_password_alone_opens_nothing():
    secret, client = totp.generate_totp_secret(), Client()
    totp.TOTP.activate(cast.member("nina"), secret)

    assert not sign_in(client, "nina")
    wrong = f"{(int(code_of(secret)) + 1) % 10**6:06d}"
    client.post(reverse("mfa_authenticate"), {"code": wrong})
    assert "_auth_user_id" not in client.session
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert "_auth_user_id" in client.session
