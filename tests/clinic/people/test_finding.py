"""People are found as they are spoken of, and a second chart is not opened unseen (H-01)."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from clearhead.clinic.people import actions
from clearhead.clinic.people.finding import born, folded, near, search
from clearhead.clinic.people.models import Patient
from clearhead.clinic.people.particulars import alike
from tests.cast import AT_TEN, member, mesa

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-01")]
BORN = date(1984, 3, 14)


def known(given: str, family: str, phone: str = "555 0199", born_on: date = BORN) -> Patient:
    course = actions.add_patient(
        site=mesa(), given_name=given, family_name=family, birth_date=born_on, phone=phone, by=member("fern"), at=AT_TEN
    )
    return course.patient


@pytest.mark.parametrize(
    ("given", "family", "asked"),
    [
        ("Tomás", "Vidal", "tomas"),
        ("Zoë", "O’Brien", "ZOE"),
        ("Zoë", "O’Brien", "O'Brien"),
        ("Petra", "Lindqvist", "Lindqvist, Petra"),
        ("Petra", "Lindqvist", "3/14/1984"),
        ("Petra", "Lindqvist", "1984-03-14 pet"),
        ("Petra", "Lindqvist", "5550199"),
        ("Søren", "Ælund", "soren aelund"),
    ],
)
def test_a_person_is_found_as_they_are_spoken_of(given: str, family: str, asked: str) -> None:
    one = known(given, family)
    known("Quentin", "Abara", phone="555 7777", born_on=date(1990, 1, 1))

    assert search(Patient.objects.filter(courses__site=mesa()), asked) == [one.pk]


def test_a_word_that_fits_nobody_finds_nobody() -> None:
    known("Petra", "Lindqvist")

    assert search(Patient.objects.all(), "petra vidal") == []
    assert search(Patient.objects.all(), "2024-02-31") == []
    assert search(Patient.objects.all(), "''") == []


@pytest.mark.parametrize("given", ["Pettra", "PETRA", "Pétra"])
def test_a_name_that_is_spelt_otherwise_is_named_before_a_second_chart_is_opened(given: str) -> None:
    one = known("Petra", "Lindqvist")

    assert alike(site=mesa(), given_name=given, family_name="Lindkvist", birth_date=BORN) == [one]
    assert alike(site=mesa(), given_name="Walter", family_name="Abara", birth_date=BORN) == []


def test_at_the_desk_the_known_person_is_one_press_away() -> None:
    one, fern = known("Petra", "Lindqvist"), Client()
    fern.force_login(member("fern"))
    said = {
        "given_name": "Pettra", "family_name": "Lindkvist", "birth_date": "1984-03-14", "phone": "555 0142",
    }  # fmt: skip

    page = fern.post("/welcome/mesa/desk/", said).content.decode()

    assert "perhaps the same person" in page
    assert f"/welcome/desk/{one.courses.get().code}/" in page
    assert "Nobody of this name" not in page


def test_folding_and_days() -> None:
    assert folded("O’Brien-Łukasz") == "obrienlukasz"
    assert near("Lindqvist", "lindkvist")
    assert not near("Ann", "Bob")
    assert born("14.3.1984") == BORN
    assert born("13/14/1984") is None
