"""Every URL: /<step>/… belongs to clearhead/clinic/<step>/urls.py."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

from clearhead.clinic import journey
from clearhead.clinic.people.views import elsewhere

AT = {"home": "", "rehearsal": "demo/"}
"""Rooms whose address is not their name."""

OWN_PAGES = {
    "email/": "people-my-address",
    "password/change/": "people-me",
    "password/set/": "people-me",
    "password/reset/": "welcome-door",
    "password/reset/done/": "welcome-door",
    "password/reset/key/done/": "account_login",
    "signup/": "account_login",
    "confirm-email/": "people-my-address",
}
"""Addresses of the sign-in library that lead to our own pages: what is changed there is audited."""

urlpatterns = [
    *(path(f"account/{address}", elsewhere, {"page": page}) for address, page in OWN_PAGES.items()),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
]
for _step in (*journey.GROUND, *journey.STEPS, *journey.READERS):
    _name = f"clearhead.clinic.{_step}.urls"
    if find_spec(f"clearhead.clinic.{_step}") and find_spec(_name):
        urlpatterns.append(path(AT.get(_step, f"{_step}/"), include(_name)))
