"""Counts for research: who agreed, and no cell that points at a person."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clearhead.clinic.audit.models import Event
from clearhead.clinic.home import research
from tests import builders, cast, rows

PAGE = "home-research"


@given(st.lists(st.sampled_from("abcde"), max_size=60))
def test_no_cell_below_five_is_shown_and_no_hidden_one_follows_from_the_sum(groups):
    counts, cells = Counter(groups), research.table("any", groups).cells

    assert all(cell.n is None or cell.n >= research.SMALLEST for cell in cells)
    hidden = [cell for cell in cells if cell.n is None]
    assert len(hidden) != 1 or len(counts) == 1
    assert all(cell.n in (None, counts[cell.group]) for cell in cells)


@pytest.fixture
def rhea(client: Client, db: None) -> Client:
    client.force_login(cast.member("rhea"))
    return client


def consented(n: int, *, registry: bool = True) -> None:
    from clearhead.clinic.consent.models import Consent, Text

    petra = cast.petra()
    first = rows.ROWS["consent.Consent"](petra)
    for number in range(n):
        patient = type(petra).objects.create(
            given_name=f"Person{number}", family_name="Someone", birth_date=f"{1960 + number}-05-05", sex="female",
            zone="UTC", created_at=cast.LONG_AGO,
        )  # fmt: skip
        course = type(builders.course_of(petra)).objects.create(
            patient=patient, site=cast.mesa(), opened_at=cast.LONG_AGO
        )
        text = Text.objects.create(
            site=course.site, text_id="t", language="en", version=f"p{number}", body="", sha256=uuid.uuid4().hex * 2,
            happened_at=cast.AT_TEN, recorded_at=cast.AT_TEN,
        )  # fmt: skip
        Consent.objects.create(
            course=course, site=course.site, order=first.order, order_sha256=first.order_sha256, text=text,
            rendered="", rendered_sha256="0" * 64, typed_name="x", via="link", choices={"registry": registry},
            happened_at=cast.AT_TEN, recorded_at=cast.AT_TEN,
        )  # fmt: skip


@pytest.mark.parametrize(("n", "registry", "shown"), [(4, True, False), (12, False, False), (12, True, True)])
def test_counts_appear_when_enough_people_agreed_and_name_nobody(rhea, n, registry, shown):
    consented(n, registry=registry)

    page = rhea.get(reverse(PAGE, args=["mesa"])).content.decode()

    assert ("Sex recorded at birth" in page) is shown
    assert not any(word in page for word in ("Person1", "Someone", "Petra", "1961"))


def test_taking_the_file_along_stands_in_the_audit(rhea):
    consented(12)

    answer = rhea.get(reverse("home-research-csv", args=["mesa"]))

    assert answer["Content-Type"].startswith("text/csv")
    assert "Sex recorded at birth,female,12" in answer.content.decode()
    assert Event.objects.filter(verb="export counts").count() == 1


def test_a_researcher_begins_here_and_opens_no_chart(rhea):
    assert rhea.get("/")["Location"] == reverse(PAGE, args=["mesa"])
    assert rhea.get(reverse("home-course", args=[builders.course_of(cast.petra()).code])).status_code == 403
