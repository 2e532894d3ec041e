"""/letters/<site>/ and one letter."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import guard
from tests import cast
from tests.clinic.letters.test_letters import queued

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(cast.member("fern"))
    return client


def step(client, letter, name, patient=None):
    said = {"step": name, guard.FIELD: guard.token(patient or letter.patient)}
    return client.post(reverse("letters-step", args=[letter.code]), said)


def test_the_queue_shows_what_waits_and_says_that_no_mail_server_is_set_up(desk) -> None:
    letter = queued()
    page = desk.get(reverse("letters-queue", args=["mesa"])).content.decode()

    assert "No mail server is set up" in page
    assert "petra@example.org" in page
    assert reverse("letters-letter", args=[letter.code]) in page


def test_an_empty_queue_says_what_belongs_there(desk) -> None:
    cast.mesa()
    assert "Nothing waits" in desk.get(reverse("letters-queue", args=["mesa"])).content.decode()


def test_a_print_is_printed_once(desk) -> None:
    letter = queued("letter", context={"title": "Summary", "paragraphs": ["Dear colleague"]}, channel="print")
    assert "Dear colleague" in desk.get(reverse("letters-letter", args=[letter.code])).content.decode()
    assert step(desk, letter, "printed").status_code == 302

    letter.refresh_from_db()
    assert letter.sent_as == "printed by Fern Adeyemi"


def test_a_letter_can_be_withdrawn_and_an_unknown_step_is_refused(desk) -> None:
    letter = queued()
    assert step(desk, letter, "burn").status_code == 422
    assert step(desk, letter, "withdraw").status_code == 302

    letter.refresh_from_db()
    assert letter.withdrawn_at is not None


def test_a_form_of_another_patient_changes_nothing(desk) -> None:
    letter = queued()
    assert step(desk, letter, "withdraw", patient=cast.quentin()).status_code == 409
    assert not Outgoing.objects.filter(withdrawn_at__isnull=False).exists()


@pytest.mark.parametrize(("who", "status"), [("otto", 403), ("farid", 403)])
def test_other_roles_see_no_letters(client, who, status) -> None:
    letter = queued()
    client.force_login(cast.member(who))
    assert client.get(reverse("letters-queue", args=["mesa"])).status_code == status
    assert client.get(reverse("letters-letter", args=[letter.code])).status_code == status


def test_a_stranger_finds_nothing(client) -> None:
    letter = queued()
    client.force_login(cast.olga())
    assert client.get(reverse("letters-letter", args=[letter.code])).status_code == 404
