"""H-44: a lock-out blocks care in an emergency. The chair's tablet needs no sign-in; paper is printed before."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion.models import Event
from clearhead.clinic.people import doors
from tests import cast
from tests.cast import member
from tests.clinic.infusion.room import minutes, running

pytestmark = [pytest.mark.hazard("H-44"), pytest.mark.django_db]


def shut_out(tablet: Client) -> None:
    """Nina's password was tried until the door closed, also for the right one."""
    member("nina")
    for _again in range(8):
        tablet.post("/account/login/", {"login": "nina@example.org", "password": "a wrong password, again"})
    reply = tablet.post("/account/login/", {"login": "nina@example.org", "password": cast.PASSWORD})
    assert "_auth_user_id" not in tablet.session, reply.status_code


@pytest.mark.parametrize("page", ["stop", "help", "emergency"])
def test_stop_help_and_emergency_lines_are_taken_from_the_chair_while_everyone_is_locked_out(page: str) -> None:
    cache.clear()
    session = running(at=timezone.now() - minutes(30))
    tablet = Client(enforce_csrf_checks=False)
    shut_out(tablet)
    tablet.cookies[doors.CHAIR_COOKIE] = doors.chair_token(session.code, "tablet 2")
    before = Event.objects.filter(session=session).count()

    reply = tablet.post(f"/infusion/{session.code}/{page}/", {"what": "cpr"})

    assert reply.status_code == 303
    assert Event.objects.filter(session=session).count() > before
    cache.clear()


def test_the_token_of_one_chair_opens_no_other() -> None:
    session = running(at=timezone.now() - minutes(30))
    tablet = Client()
    tablet.cookies[doors.CHAIR_COOKIE] = doors.chair_token(cast.petra().code, "tablet 3")

    assert tablet.post(f"/infusion/{session.code}/stop/").status_code == 403


def test_the_sheet_for_the_hour_without_a_computer_names_the_patient_the_caps_and_the_rates() -> None:
    session = running(at=timezone.now() - minutes(30))
    nina = Client()
    nina.force_login(member("nina"))

    sheet = nina.get(f"/infusion/{session.code}/downtime/").content.decode()

    assert "Petra Lindqvist" in sheet
    assert "mg" in sheet
    assert "mL/h" in sheet
