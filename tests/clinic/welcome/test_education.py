"""The education pages say what is asked of them, each number with what it rests on, in every statement of the table."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from clearhead.clinic.diary import words
from clearhead.clinic.welcome import education
from clearhead.medicine.evidence.register import claims
from clearhead.medicine.headache import refractory
from clearhead.medicine.protocols.loader import shipped
from tests import builders, cast
from tests.spec import tables

ASKED = tables.rows("education.md")
NUMBERS = [f"R-{number:03}" for number in range(15, 28)]
PAGES = education.pages("en")


def said(part):
    return " ".join((part.heading, *part.text, *part.list, *(claim.text for claim in part.claims)))


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_is_covered_by_a_page_and_by_the_table(number):
    covering = {slug for slug, page in PAGES.items() if number in page.covers}

    assert covering
    assert covering == {row["Page"] for row in ASKED if row["Number"] == number}


def test_no_page_covers_what_does_not_exist():
    assert {number for page in PAGES.values() for number in page.covers} == set(NUMBERS)


@pytest.mark.parametrize("row", ASKED, ids=tables.label)
def test_each_statement_stands_on_its_page_with_what_it_rests_on(row):
    (part,) = [part for part in PAGES[row["Page"]].parts if row["Words"] in said(part)]

    assert row["Rests on"] in {"source", "claim", "plain"}
    assert row["Rests on"] != "source" or part.sources
    assert row["Rests on"] != "claim" or part.claims


def test_everything_a_page_rests_on_has_a_year_and_an_address():
    parts = [part for page in PAGES.values() for part in page.parts]
    rests_on = [(source.text, source.url) for part in parts for source in part.sources]
    rests_on += [(study.citation, study.url) for part in parts for one in part.claims for study in one.studies]

    assert len(rests_on) > 20
    assert all(url.startswith("https://") for _text, url in rests_on)
    undated = {text for text, _url in rests_on if not re.search(r"(19|20)\d\d", text)}
    assert len(undated) == 2, "two pages of foundations carry no date, and say that they name no study"
    assert all("no study was named" in text or "no method given" in text for text in undated)


def test_the_numbers_of_how_common_and_who_are_in_the_claims_register():
    register = claims()

    for slug in ("how-common", "who-gets-it"):
        shown = [one for part in PAGES[slug].parts for one in part.claims]
        assert len(shown) >= 3
        assert all(register[one.id] == one and one.signer for one in shown)


def test_the_definition_on_the_page_is_the_one_that_is_worked_out():
    resistant, unhelped = next(part.list for part in PAGES["refractory"].parts if part.list)

    assert f"{refractory.RESISTANT_CLASSES} kinds" in resistant
    assert f"{refractory.DEBILITATING_DAYS} bad days a month for {refractory.RESISTANT_MONTHS} months" in resistant
    assert f"{refractory.DEBILITATING_DAYS} bad days a month for {refractory.REFRACTORY_MONTHS} months" in unhelped


@pytest.mark.django_db
def test_a_site_that_runs_a_protocol_shows_what_it_asks_for_itself(client):
    page = reverse("welcome-page", args=["mesa", "refractory"])
    cast.mesa()
    assert "What this clinic asks for" not in client.get(page).content.decode()

    builders.adopt(cast.mesa(), "tried-several")

    shown, rule = client.get(page).content.decode(), shipped("tried-several").assessment
    assert f"preventive medicine that did not help enough: at least {rule.failed_preventive_classes_min}." in shown
    assert f"attack medicine that did not help enough: at least {rule.failed_acute_classes_min}." in shown
    assert f"Headache days a month: at least {rule.headache_days_min}." in shown
    assert "a doctor looks at all of it with you" in shown


def test_the_diary_asks_about_the_signs_that_the_page_names():
    assert {"neck", "constipation", "mood", "water", "yawning", "swollen"} <= set(words.PREMONITORY)
    assert {"visual", "sensory", "speech"} <= set(words.AURA)
