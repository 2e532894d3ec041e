"""H-41: a message or link tells a stranger who is treated for what. H-34: what a visitor types runs on a staff page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from clearhead.clinic.letters.actions import claim_and_send
from clearhead.clinic.letters.backends import DUMMY
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people.models import Link
from clearhead.clinic.schedule import actions as calendar
from clearhead.clinic.welcome import actions
from tests import cast
from tests.cast import AT_TEN
from tests.clinic.schedule.conftest import furnish, phone_call

pytestmark = pytest.mark.django_db
CANARIES = ("Canaria", "Kestrelwood", "1984", "Saguaro")
CLINICAL = re.compile(r"ketamin|infus|migrain|headach|diagnos|\bmg\b", re.I)
NINE = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def book():
    site = furnish(cast.mesa())
    held = calendar.hold(site=site, service=phone_call(site), starts_at=NINE, by=None, at=AT_TEN)
    return actions.book_consult(
        booking=held,
        given_name="Canaria",
        family_name="Kestrelwood",
        birth_date=cast.date(1984, 3, 14),
        phone="555 0190 1",
        email="someone@example.org",
        by=None,
        at=AT_TEN,
    )


@pytest.mark.hazard("H-41")
def test_nothing_that_goes_out_about_a_booking_names_the_person_or_the_illness(settings, tmp_path) -> None:
    settings.EMAIL_BACKEND, settings.LETTERS_FOLDER = DUMMY, tmp_path
    booked = book()
    moved = actions.move_booking(booking=booked, starts_at=NINE + timedelta(hours=1), by=None, at=AT_TEN)
    claim_and_send(now=AT_TEN)
    actions.cancel_booking(booking=moved, by=None, at=AT_TEN)
    claim_and_send(now=NINE)

    files = list(tmp_path.iterdir())
    assert len(files) >= 4
    for said in (*(path.name + path.read_text() for path in files), *Outgoing.objects.values_list("text", flat=True)):
        assert not [canary for canary in CANARIES if canary in said]
        assert not CLINICAL.search(said), said
        assert str(booked.patient.code) not in said


@pytest.mark.hazard("H-41")
def test_a_link_opens_one_thing_for_a_while_and_is_kept_as_a_hash(client) -> None:
    booked = book()
    token = actions.door_to_booking(booking=booked, at=AT_TEN)

    assert not Link.objects.filter(token_hash=token).exists()
    assert client.get(reverse("welcome-held", args=[token])).status_code == 404
    link = Link.objects.get(purpose="booking")
    assert link.expires_at == booked.ends_at + actions.OPEN_AFTER


@pytest.mark.hazard("H-34")
def test_script_in_an_enquiry_is_text_on_the_staff_page(client) -> None:
    site = cast.mesa()
    evil = "<script>alert(1)</script>"
    asked = actions.ask(site=site, name=evil, contact="555 0190 1", text=evil, wants_soon=False, by=None, at=AT_TEN)
    client.force_login(cast.member("fern"))
    for page in (reverse("welcome-inbox", args=["mesa"]), reverse("welcome-enquiry", args=[asked.code])):
        body = client.get(page).content.decode()
        assert evil not in body
        assert "&lt;script&gt;" in body
