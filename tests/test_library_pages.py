"""Every page of the sign-in library, by name: what somebody gets there who is not signed in.

They are outside the access matrix, because they carry the library's own checks. A new one shows up here.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from clearhead.clinic.urls import OWN_PAGES
from tests import cast

SIGN_IN = "to the sign-in"
ANYONE = {
    "account_login": "a page",
    "account_logout": "to /welcome/",
    "account_inactive": "a page",
    "account_signup": SIGN_IN,
    "account_reauthenticate": SIGN_IN,
    "account_email": "to /people/me/address/",
    "account_email_verification_sent": "to /people/me/address/",
    "account_change_password": "to /people/me/",
    "account_set_password": "to /people/me/",
    "account_reset_password": "to /welcome/door/",
    "account_confirm_login_code": SIGN_IN,
    "account_confirm_email": "a page",
    "account_reset_password_from_key_done": SIGN_IN,
    "account_reset_password_from_key": "a page",
    "account_reset_password_done": "to /welcome/door/",
    "mfa_index": SIGN_IN,
    "mfa_authenticate": SIGN_IN,
    "mfa_reauthenticate": SIGN_IN,
    "mfa_activate_totp": SIGN_IN,
    "mfa_deactivate_totp": SIGN_IN,
    "mfa_view_recovery_codes": SIGN_IN,
    "mfa_generate_recovery_codes": SIGN_IN,
    "mfa_download_recovery_codes": SIGN_IN,
}
PARTS = {
    "account_confirm_email": "account/confirm-email/no-such-key/",
    "account_reset_password_from_key": "account/password/reset/key/1-no-such-key/",
}
"""An address for the routes with parts."""


def library(resolver: URLResolver, before: str = "") -> list[tuple[str, str]]:
    """Name and address of every route below account/ that is not our own detour."""
    found = []
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += library(pattern, route)
        elif isinstance(pattern, URLPattern) and route.startswith("account/") and pattern.name:
            found.append((pattern.name, PARTS.get(pattern.name, route)))
    return found


def test_the_library_has_these_pages_and_no_other() -> None:
    names = [name for name, _route in library(get_resolver())]

    assert len(names) == len(set(names))
    assert set(names) == set(ANYONE)


@pytest.mark.django_db
def test_what_somebody_gets_there_who_is_not_signed_in() -> None:
    cast.petra()
    got = {name: _met(Client().get(f"/{route}")) for name, route in library(get_resolver())}

    assert got == ANYONE


@pytest.mark.django_db
def test_a_page_of_the_library_looks_like_ours_and_wears_the_banner_of_the_demo(settings) -> None:
    settings.DEMO = True
    shown = [route for name, route in library(get_resolver()) if ANYONE[name] == "a page"]
    bodies = {route: Client().get(f"/{route}").content.decode() for route in shown}

    assert shown
    assert [route for route, body in bodies.items() if "DEMO: invented people" not in body] == []


def _met(answer) -> str:
    if answer.status_code == 302:
        return SIGN_IN if answer.url.startswith("/account/login/") else f"to {answer.url.partition('?')[0]}"
    return "a page" if answer.status_code == 200 else str(answer.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("address", OWN_PAGES)
def test_where_we_have_a_page_of_our_own_the_librarys_is_never_shown(address: str) -> None:
    answer = Client().get(f"/account/{address}")

    assert answer.status_code == 302
    assert not answer.url.startswith(f"/account/{address}")
