"""How long a sign-in lasts, and that polls do not prolong it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(client):
    """Nina, signed in and there a moment ago."""
    client.force_login(cast.member("nina"))
    client.get(reverse("home-day", args=["mesa"]))
    return client


def age(client, **changed):
    """Set the clock of the sign-in back."""
    session = client.session
    for key, minutes in changed.items():
        session[key] = (timezone.now() - timedelta(minutes=minutes)).timestamp()
    session.save()


def test_staff_are_signed_out_after_fifteen_idle_minutes(nurse):
    age(nurse, seen=16)
    assert nurse.get(reverse("home-day", args=["mesa"])).status_code == 302


def test_staff_are_signed_out_after_twelve_hours_however_busy(nurse):
    age(nurse, since=12 * 60 + 1)
    assert nurse.get(reverse("home-day", args=["mesa"])).status_code == 302


def test_a_patient_has_thirty_idle_minutes(client):
    client.force_login(cast.petra().user)
    client.get(reverse("home-visits"))
    age(client, seen=20)
    assert client.get(reverse("home-visits")).status_code == 200
    age(client, seen=31)
    assert client.get(reverse("home-visits")).status_code == 302


def test_pages_of_the_signed_in_are_never_kept_by_a_cache(nurse):
    assert nurse.get(reverse("home-day", args=["mesa"])).headers["Cache-Control"] == "no-store"
