"""Every word that a patient reads goes through gettext, is kept in a text file of a language, or was typed by somebody.

The translation is replaced by one that puts every message into brackets; what a page then shows outside of them is
either data or a word that nobody could translate.
"""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4
from zoneinfo import available_timezones

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation

from clearhead.clinic.people.models import Patient
from clearhead.clinic.schedule.models import Service
from clearhead.clinic.welcome import education
from tests import builders, cast, rows
from tests.addresses import Page, pages
from tests.clinic.infusion import room
from tests.clinic.schedule.conftest import furnish, phone_call
from tests.rows import CANARY, ROWS, link_for

pytestmark = pytest.mark.django_db

OPEN, CLOSE = "⟦", "⟧"
QUIET = {"script", "style", "code", "svg"}
SPOKEN = ("aria-label", "placeholder", "title", "alt")


class Texts(HTMLParser):
    """What a page says, shown or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"input", "br", "meta", "link", "img", "hr"}:
            self.inside.append(tag)
        self.found += [said for name, said in attrs if name in SPOKEN and said]

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not QUIET & set(self.inside):
            self.found.append(data)


def untranslated(html: str, data: list[str]) -> list[str]:
    """Words outside of brackets that are no data. Brackets lie in brackets where a message was put into another."""
    texts, depth, outside = Texts(), 0, []
    texts.feed(html)
    for sign in "\n".join(texts.found):
        depth += sign == OPEN
        outside += [sign] if depth == 0 else []
        depth -= sign == CLOSE
    left = "".join(outside)
    for known in sorted(data, key=len, reverse=True):
        left = left.replace(known, "")
    return [line.strip() for line in left.splitlines() if re.search(r"[^\W\d_]{2}", line)]


@pytest.fixture
def petra(monkeypatch) -> Patient:
    """Petra has been in the chair for an hour; every message that she could read is put into brackets."""
    petra = cast.petra()
    furnish(cast.mesa())
    phone_call(cast.mesa())
    room.running(timezone.now() - timedelta(hours=1), session=builders.session(petra))
    ROWS["diary.Medicine"](petra)

    def bracketed(message: str) -> str:
        return f"{OPEN}{message}{CLOSE}" if message else message

    catalogue = translation._trans
    monkeypatch.setattr(catalogue, "gettext", bracketed)
    monkeypatch.setattr(catalogue, "pgettext", lambda _context, message: bracketed(message))
    monkeypatch.setattr(catalogue, "ngettext", lambda one, many, n: bracketed(one if n == 1 else many))
    monkeypatch.setattr(catalogue, "npgettext", lambda _context, one, many, n: bracketed(one if n == 1 else many))
    return petra


def data_of(petra: Patient) -> list[str]:
    """What is no message: names, addresses, services, zones, and what the education pages say in their own files."""
    site, read = cast.mesa(), education.pages("en").values()
    return [
        site.name, site.phone, str(petra), petra.email, petra.short_code, CANARY, "Clearhead", *available_timezones(),
        *(zone.partition("/")[2].replace("_", " ") for zone in available_timezones() if "/" in zone),
        *dict(settings.LANGUAGES).values(), *Service.objects.values_list("name", flat=True),
        *(one for page in read for one in (page.title, page.teaser)), "headache-day-1", "mg",
    ]  # fmt: skip


def address(page: Page, petra: Patient) -> str:
    """A page's address about Petra."""
    day = timezone.now().date() + timedelta(days=2)
    values: dict[str, Any] = {**rows.OTHER_KWARGS, "group": "headache", "kind": "observation", "site": "mesa"}
    values["offer"] = Service.objects.get(kind="consult").code
    values["day"] = (day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)).isoformat()
    if page.rule.kind == "link":
        values["token"] = link_for(petra, page.rule.purpose, page.subject)[1]
    elif page.subject is not None:
        values["code"] = getattr(ROWS[page.subject._meta.label](petra), "code", "")
    url = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values.get(match[1], uuid4())), page.route)
    return "/" + url.lstrip("^/").rstrip("$")


IN_FILES = ("learn/<slug:page>", "assessment/mine/<slug:name>", "consent/link", "consent/mine", "consent/signed")
"""Pages that show a text of a language's own file: education, consent, questionnaires."""
READ = [
    page
    for page in pages()
    if hasattr(page.view, "access_rule")
    and page.rule.kind in {"public", "link", "patient"}
    and not any(part in page.route for part in IN_FILES)
]


def test_no_word_that_a_patient_reads_is_beyond_translation(petra):
    data, missed, shown = data_of(petra), {}, 0
    for page in READ:
        client = Client()
        if page.rule.kind == "patient":
            client.force_login(petra.user)
        answer = client.get(address(page, petra))
        if "html" in answer.headers.get("Content-Type", "") and not answer.streaming:
            shown += answer.status_code == 200
            if found := untranslated(answer.content.decode(), data):
                missed[page.route] = found

    assert missed == {}
    assert shown > 25, "most of them show a page"


def test_a_refusal_is_told_in_the_patients_language_too(petra):
    client, zone = Client(), petra.zone
    client.force_login(petra.user)
    ahead = (timezone.now() + timedelta(days=3)).date().isoformat()

    answers = [
        client.post("/diary/day/", {"local_date": ahead, "answer": "1", "zone": zone}),
        client.get("/people/diary/no-such-link/"),
        client.get("/home/mesa/day/"),
    ]

    assert [answer.status_code for answer in answers] == [422, 404, 403]
    assert [untranslated(answer.content.decode(), data_of(petra)) for answer in answers] == [[], [], []]
