"""A call for help stands on every page of everybody who works here, and goes when it has ended."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, beats, queries
from tests.cast import member, olga
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-49")]


@pytest.fixture(autouse=True)
def fresh() -> None:
    beats._admitted.clear()


def asked(client: Client, after: str = "") -> Any:
    return client.get("/home/help/", {"after": after})


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_it_is_told_to_the_whole_site_with_chair_and_time_and_without_a_name() -> None:
    session = lively(timezone.now())
    actions.call_help(session=session, by=member("fern"), at=timezone.now())

    told = {name: asked(signed_in(member(name))).content.decode() for name in ("nina", "fern", "dario", "otto")}

    assert [name for name, page in told.items() if "HELP at" not in page or f"{session.code}" not in page] == []
    assert session.patient.family_name not in "".join(told.values())
    assert "HELP at" not in asked(signed_in(olga())).content.decode(), "another site"


def test_nothing_new_is_told_as_nothing_new_until_a_call_begins_or_ends() -> None:
    session, nina = lively(timezone.now()), signed_in(member("nina"))
    mark = re.search(r'data-mark="(\d+)"', asked(nina).content.decode())[1]

    quiet = [asked(nina, mark).status_code for _again in range(3)]
    actions.call_help(session=session, by=member("fern"), at=timezone.now())
    called = asked(nina, mark)
    flag = next(one for one in queries.open_flags(session) if one.rule == "help")
    actions.acknowledge(
        session=session, flag=flag, done="Dario is here", cleared=True, by=member("nina"), at=timezone.now()
    )
    ended = asked(nina, re.search(r'data-mark="(\d+)"', called.content.decode())[1])

    assert quiet == [304, 304, 304]
    assert "HELP at" in called.content.decode()
    assert ended.status_code == 200
    assert "HELP at" not in ended.content.decode()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_it_appears_on_another_page_by_itself_and_leads_to_the_emergency_lines(open_page: Any, sign_in: Any) -> None:
    session = lively(timezone.now())
    page = open_page()
    sign_in(page, member("nina"))
    page.goto("/home/mesa/patients/")

    actions.call_help(session=session, by=member("fern"), at=timezone.now())

    page.get_by_text("HELP at").wait_for()
    page.locator("#help-now").get_by_role("link", name="Emergency lines").click()
    page.get_by_role("heading", name="Emergency").wait_for()
