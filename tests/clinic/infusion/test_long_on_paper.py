"""A long text goes on paper with every word: on the transfer sheet, in the summary, on the whole record."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, printing, queries
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion.long_day import long_day
from tests.clinic.infusion.queue import entry
from tests.clinic.infusion.room import minutes
from tests.clinic.infusion.test_paper import MARGIN_MM, SIZES, printed

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]  # what is printed does not hang on the database
LETTERS = (300, 700, 6000)
"""Longer than a symptom's note, longer than any line, longer than a page of two columns."""
KINDS = ("note", "emergency", "help", "stop", "symptom", "end", "done")


def words(letters: int, kind: str) -> str:
    return ("pale and sweating, said that the arm hurts. " * 200)[:letters] + f" THE END OF {kind}."


def told(letters: int) -> Session:
    """Three hours as usual, then everything that takes words, each with many; the flag of help is answered."""
    now, nina = timezone.now(), actions.Sender(member("nina"))
    session = long_day(now - minutes(380), 3, ended=False)
    long = {kind: words(letters, kind) for kind in KINDS}
    sent = [
        ("note", {"what": "note", "text": long["note"]}),
        ("emergency", {"what": "other", "text": long["emergency"]}),
        ("help", {"text": long["help"]}),
        ("symptom", {"code": "nausea", "grade": "2", "note": long["symptom"]}),
        ("end", {"reason": long["end"]}),
        ("stop", {"reason": long["stop"]}),
    ]
    take_in(session, nina, [(now - minutes(30 - place), *one) for place, one in enumerate(sent)])
    flag = next(one for one in queries.open_flags(session) if one.rule == "help")
    take_in(session, nina, [(now - minutes(5), "ack", {"flag": str(flag.code), "done": long["done"]})])
    return session


def take_in(session: Session, sender: Any, told: list[Any]) -> None:
    entries = [{**entry(kind, 0, **fields), "happened_at": when.isoformat()} for when, kind, fields in told]
    said = actions.take_in(session=session, entries=entries, sender=sender, at=timezone.now())
    assert {receipt.status for receipt in said} == {"saved"}


@pytest.mark.parametrize("letters", LETTERS)
def test_the_transfer_sheet_tells_every_word_once_in_its_list(letters: int, client: Client) -> None:
    session = told(letters)
    client.force_login(member("nina"))

    page = client.get(f"/infusion/{session.code}/transfer/").content.decode()

    done = page.partition("What was done")[2].partition("What we ask")[0]
    assert {kind: done.count(words(letters, kind)) for kind in KINDS} == dict.fromkeys(KINDS, 1)
    assert words(letters, "emergency") in page.partition("Situation")[2].partition("Background")[0]
    assert words(letters, "symptom") in page.partition("Open symptoms")[2].partition("Open flags")[0]
    assert "In full (" not in page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("letters", LETTERS)
def test_on_paper_every_word_stands_behind_the_picture(monkeypatch: Any, letters: int, size: str) -> None:
    session = told(letters)

    found = printed(monkeypatch, f"/infusion/{session.code}/print/", size)

    behind = texts(found[1:])
    assert [kind for kind in KINDS if words(letters, kind) not in behind] == []
    assert "In full (" not in behind
    assert "stand in full behind the picture" in found[0].words
    assert all(str(session.patient) in page.words for page in found)
    assert all(page.bottom_mm <= page.high_mm - MARGIN_MM for page in found)


def texts(pages: list[Any]) -> str:
    """The words of these pages on end, without the heads and the column of names: one that goes on is one text."""
    bodies = " ".join(page.words.rpartition("session 1 of 5 ")[2] for page in pages)
    return re.sub(r"Nina Okafor ?|happened typed by what ", "", bodies)


@pytest.mark.parametrize("size", SIZES)
def test_what_fits_stays_one_page(monkeypatch: Any, size: str) -> None:
    found = printed(monkeypatch, f"/infusion/{told(300).code}/print/", size)

    assert [page.title for page in found[:3]] == ["Infusion record", "Summary", "Whole record"]


@pytest.mark.parametrize("size", SIZES)
def test_one_long_word_stays_in_its_own_column(monkeypatch: Any, size: str) -> None:
    now = timezone.now()
    session = long_day(now - minutes(380), 3, ended=False)
    long = [("note", {"what": "note", "text": "X" * 200}), ("emergency", {"what": "other", "text": "W" * 150})]
    take_in(session, actions.Sender(member("nina")), [(now - minutes(20), *one) for one in long])
    laid: list[Any] = []
    whole = printing.laid_out
    monkeypatch.setattr(printing, "laid_out", lambda html: laid.append(whole(html)) or laid[-1])
    client = Client()
    client.force_login(member("nina"))

    client.get(f"/infusion/{session.code}/print/", {"as": "pdf", "size": size})

    page = laid[0].pages[1]
    words = [box for box in page._page_box.descendants() if re.search("WWW|XXX", getattr(box, "text", ""))]
    assert sum(box.text.count("W") for box in words) >= 150
    assert all(box.width < page.width / 2 for box in words)
    assert all(box.position_x + box.width <= page.width - MARGIN_MM / 25.4 * 96 for box in words)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_one_long_word_makes_the_whole_record_no_wider_than_the_page(open_page: Any, sign_in: Any) -> None:
    session = long_day(timezone.now() - minutes(380), 3, ended=False)
    take_in(session, actions.Sender(member("nina")), [(timezone.now(), "note", {"what": "note", "text": "X" * 200})])
    for width in (1280, 760):
        page = open_page(width=width)
        sign_in(page, member("nina"))
        page.goto(f"/infusion/{session.code}/record/")
        page.emulate_media(media="print")
        page.locator(".lines td", has_text="XXX").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_record_over_midnight_names_both_days(client: Client) -> None:
    client.force_login(member("nina"))

    page = client.get(f"/infusion/{long_day(AT_TEN + minutes(13 * 60 + 26), 4).code}/print/").content.decode()

    line = page.partition('<p class="line">')[2].partition("</p>")[0]
    assert re.match(r"Fri 20 Nov 2026, 2\d:\d\d – Sat 21 Nov 2026, 0\d:\d\d ", line), line
