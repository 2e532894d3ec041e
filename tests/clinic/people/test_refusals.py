"""Pages that refuse: what a person reads, and where they go on."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.people import doors
from tests import builders, cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def nina() -> Client:
    client = Client()
    client.force_login(cast.member("nina"))
    return client


def test_an_address_that_only_takes_entries_says_so_when_it_is_opened(nina: Client) -> None:
    booking = builders.session(cast.petra()).booking

    answer = nina.get(reverse("home-visit-event", args=[booking.code]))

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "shows no page" in answer.content.decode()


def test_who_sends_a_form_signed_out_comes_back_to_a_page_that_can_be_opened() -> None:
    booking = builders.session(cast.petra()).booking

    answer = Client().post(reverse("home-visit-event", args=[booking.code]), {"kind": "arrived"})

    assert answer.url == "/account/login/?next=/"


def test_a_link_that_is_over_says_so_and_offers_a_new_one() -> None:
    now = timezone.now()
    made = doors.make_link(
        purpose="booking", subject_code=uuid4(), patient=cast.petra(), site=cast.mesa(), at=now - timedelta(days=2),
        lasts=timedelta(days=1),
    )  # fmt: skip

    dead, unknown = (Client().get(f"/welcome/booking/{one}/").content.decode() for one in (made[1], "nothing"))

    assert "This link has expired" in dead
    assert reverse("welcome-door") in dead
    assert "This link opens nothing" in unknown


def test_a_missing_row_names_no_table_of_the_program(nina: Client) -> None:
    page = nina.get("/people/mesa/staff/00000000-0000-4000-8000-000000000000/").content.decode()

    assert "matches the given query" not in page
