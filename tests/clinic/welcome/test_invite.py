"""A patient gets an account by a letter; once it is open, the letter's link opens nothing more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import doors
from clearhead.clinic.people.models import Course, Patient
from clearhead.clinic.welcome import actions
from tests.cast import AT_TEN, PASSWORD, member, mesa, petra

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer() -> Course:
    """Petra before she has an account."""
    return Course.objects.get(patient=petra(with_login=False))


def link_of(patient: Patient) -> str:
    _made, token = doors.make_link(
        purpose="account", subject_code=patient.code, patient=patient, site=mesa(), at=timezone.now(),
        lasts=timedelta(days=14),
    )  # fmt: skip
    return reverse("people-open-account", args=[token])


def test_the_invitation_waits_in_the_queue_with_a_promise_and_no_token(newcomer):
    letter = actions.invite(course=newcomer, by=member("fern"), at=AT_TEN)

    assert (letter.template, letter.to) == ("invitation", "petra@example.org")
    assert "[[link people-open-account account" in letter.text


def test_who_has_an_account_or_no_address_is_not_invited(newcomer):
    Patient.objects.filter(pk=newcomer.patient_id).update(email="")
    newcomer.patient.refresh_from_db()
    with pytest.raises(actions.NotInvited, match="no e-mail address"):
        actions.invite(course=newcomer, by=member("fern"), at=AT_TEN)

    with_account = Course.objects.get(patient=petra())
    with_account.patient.user = member("nina")
    with pytest.raises(actions.NotInvited, match="account already"):
        actions.invite(course=with_account, by=member("fern"), at=AT_TEN)
    assert not Outgoing.objects.exists()


def test_the_link_opens_the_account_once_and_never_lets_a_second_holder_in(newcomer):
    url, said = link_of(newcomer.patient), {"password": PASSWORD, "again": PASSWORD}
    first = Client()
    assert first.post(url, said)["Location"] == reverse("home")

    second = Client()
    answer = second.post(url, {"password": "another long password here", "again": "another long password here"})

    assert answer["Location"] == reverse("account_login")
    assert "_auth_user_id" not in second.session
    newcomer.patient.refresh_from_db()
    assert newcomer.patient.user.check_password(PASSWORD)


def test_an_address_that_is_somebody_elses_opens_no_account(newcomer):
    Patient.objects.filter(pk=newcomer.patient_id).update(email=member("nina").email)

    assert Client().post(link_of(newcomer.patient), {"password": PASSWORD, "again": PASSWORD}).status_code == 403
    newcomer.patient.refresh_from_db()
    assert newcomer.patient.user is None
