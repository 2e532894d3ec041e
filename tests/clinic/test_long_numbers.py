"""A key that was leant on: no form of the staff falls over a number of any length, and nothing is left behind."""

from __future__ import annotations

import re
import uuid
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion.models import Bolus, Observation, RateChange
from clearhead.clinic.plan.models import Session
from tests.addresses import Page, pages
from tests.cast import member
from tests.clinic.infusion.scene import lively
from tests.database import POSTGRES
from tests.rows import OTHER_KWARGS, ROWS

pytestmark = pytest.mark.django_db
WHO = ("nina", "dario", "farid", "fern")
SIGN_IN = ("/account/", "/infusion/unlock/")
LENGTHS = (12,) if POSTGRES else (12, 5000)
"""As long as a form takes, which no column may choke on; and longer, which no database ever sees."""


class Forms(HTMLParser):
    """Every form of a page: where it goes, what a browser would send, and which of its fields take a number."""

    def __init__(self, address: str, body: str) -> None:
        super().__init__()
        self.address, self.found, self.choice = address, list[tuple[str, dict[str, str], set[str]]](), ""
        self.open = False
        self.feed(body)

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag != "form"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and said.get("method", "").lower() == "post":
            self.found.append(((said.get("action") or self.address).partition("#")[0], {}, set()))
            self.open = True
        elif self.open:
            self._field(tag, said.get("name", ""), said)

    def _field(self, tag: str, name: str, said: dict[str, str]) -> None:
        _action, fields, numbers = self.found[-1]
        if tag == "select":
            self.choice = name
        elif tag == "option" and self.choice and said.get("value"):
            fields.setdefault(self.choice, said["value"])
        elif tag == "input" and name and said.get("type") in {"checkbox", "radio"}:
            fields.setdefault(name, said.get("value", "on"))
        elif tag in {"input", "textarea", "button"} and name:
            fields.setdefault(name, said.get("value", "") or ("x" if tag != "button" else ""))
            if said.get("inputmode") in {"decimal", "numeric"} or said.get("type") == "number":
                numbers.add(name)


def address(page: Page, rows: dict[str, Any]) -> str:
    row = rows.get(page.subject._meta.label) if page.subject is not None else None
    values = {"code": getattr(row, "code", ""), "site": getattr(row, "slug", "mesa"), **OTHER_KWARGS}
    url = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values.get(match[1], uuid.uuid4())), page.route)
    return "/" + url.lstrip("^/").rstrip("$")


def forms_of(client: Client, url: str) -> list[tuple[str, dict[str, str], set[str]]]:
    answer = client.get(url)
    if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html") or answer.streaming:
        return []
    found = Forms(url, answer.content.decode()).found
    return [one for one in found if one[2] and not one[0].startswith(SIGN_IN)]


@pytest.mark.slow
def test_no_form_of_the_staff_falls_over_a_number_of_any_length() -> None:
    session = lively(timezone.now())
    rows = {label: make(session.patient) for label, make in ROWS.items()} | {Session._meta.label: session}
    faults, tried = [], set[str]()
    for name in WHO:
        client = Client(raise_request_exception=False)
        client.force_login(member(name))
        for page in pages():
            if page.rule.kind not in {"staff", "chair"}:
                continue
            for action, fields, numbers in forms_of(client, address(page, rows)):
                for number in numbers - {key.split()[-1] for key in tried if key.startswith(f"{action} ")}:
                    tried.add(f"{action} {number}")
                    for length in LENGTHS:
                        said = {**fields, "client_id": str(uuid.uuid4()), number: "1" * length}
                        answer = client.post(action.partition("?")[0], said)
                        if answer.status_code >= 500:
                            faults.append(f"{action} {number}, {length} digits: {answer.status_code}")

    assert faults == []
    assert len(tried) > 20, tried


@pytest.mark.parametrize(
    ("door", "said", "number"),
    [
        ("rate", {"unit": "mg/h", "reason": "x"}, "value"),
        ("rate", {"unit": "mL/h", "reason": "x", "already": "on"}, "value"),
        ("bolus", {}, "mg"),
        ("bolus", {"already": "on"}, "mg"),
        ("observe", {"kind": "core"}, "hr"),
    ],
)
@pytest.mark.parametrize("length", [40, 310, 5000])
def test_a_number_without_end_gets_one_sentence_and_leaves_nothing(
    door: str, said: dict[str, str], number: str, length: int
) -> None:
    session, client = lively(timezone.now()), Client()
    client.force_login(member("nina"))
    before = [kind.objects.count() for kind in (RateChange, Bolus, Observation)]
    page = f"/infusion/{session.code}/{door}/"
    guard = re.search(r'name="form_for" value="([^"]+)"', client.get(page).content.decode())[1]

    answer = client.post(page, {**said, "form_for": guard, "client_id": str(uuid.uuid4()), number: "1" * length})

    assert answer.status_code == 422
    assert "a number of at most 12 digits" in answer.content.decode()
    assert "1" * 60 not in re.sub(r'value="1+"', "", answer.content.decode())
    assert [kind.objects.count() for kind in (RateChange, Bolus, Observation)] == before
