"""A second chart for the same person: who may be known already is named before one is opened."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from clearhead.clinic.people import guard
from clearhead.clinic.people.models import Patient
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-01")]
PETRA = {"given_name": "Petra", "family_name": "Lindqvist", "birth_date": "1984-03-14"}


@pytest.fixture
def fern(client: Client) -> Client:
    cast.petra(), cast.quentin()
    client.force_login(cast.member("fern"))
    return client


def typed(fern: Client, **said: str):
    page = reverse("welcome-desk", args=["mesa"])
    return fern.post(page, {**PETRA, "phone": "555 0190", "email": "", guard.FIELD: guard.token(None), **said})


@pytest.mark.parametrize(
    "said",
    [
        {"family_name": "Lindquist"},
        {"given_name": "Lindqvist", "family_name": "Petra"},
        {"birth_date": "1984-04-13"},
        {"family_name": "Berg", "birth_date": "1990-01-01", "phone": "(1) 555-0142"},
    ],
)
def test_somebody_who_may_be_the_same_is_named_and_nothing_is_opened(fern, said):
    before = Patient.objects.count()

    answer = typed(fern, **said)

    assert answer.status_code == 422
    assert "Petra Lindqvist, born 14 March 1984" in answer.content.decode()
    assert Patient.objects.count() == before


def test_after_asking_somebody_else_is_added(fern):
    assert typed(fern, family_name="Lindquist", somebody_else="on").status_code == 302
    assert Patient.objects.filter(family_name="Lindquist").exists()


def test_a_person_of_another_site_is_not_named_here(fern):
    answer = typed(fern, given_name="Quentin", family_name="Vael", birth_date="1979-07-02")

    assert answer.status_code == 302
    assert "Vale," not in answer.content.decode()
