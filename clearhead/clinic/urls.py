"""Every URL: /<step>/… belongs to clearhead/clinic/<step>/urls.py."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

from clearhead.clinic import journey

AT = {"home": "", "rehearsal": "demo/"}
"""Rooms whose address is not their name."""

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
]
for _step in (*journey.GROUND, *journey.STEPS, *journey.READERS):
    _name = f"clearhead.clinic.{_step}.urls"
    if find_spec(f"clearhead.clinic.{_step}") and find_spec(_name):
        urlpatterns.append(path(AT.get(_step, f"{_step}/"), include(_name)))
