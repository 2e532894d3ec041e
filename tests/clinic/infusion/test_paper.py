"""The record on paper, through the real PDF engine: how many pages, what stands on them, and that nothing is lost."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import member
from tests.clinic.infusion.long_day import Sheet, long_day, sheets
from tests.clinic.infusion.room import minutes

pytestmark = pytest.mark.django_db
SIZES = ("a4", "letter")


def printed(session, monkeypatch, size: str = "a4") -> list[Sheet]:
    """The pages as WeasyPrint lays them out, and the file the nurse gets has as many."""
    client, made = Client(), []
    client.force_login(member("nina"))
    from clearhead.clinic.infusion import printing

    pdf = printing.pdf
    monkeypatch.setattr(printing, "pdf", lambda html: made.append(html) or pdf(html))
    reply = client.get(f"/infusion/{session.code}/print/", {"as": "pdf", "size": size})
    assert reply["Content-Type"] == "application/pdf"
    assert reply.content.startswith(b"%PDF-")
    import os

    if os.environ.get("KEEP"):
        open(f"{os.environ['KEEP']}-{size}.pdf", "wb").write(reply.content)
    return sheets(made[-1].encode())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("hours", "every_min", "busy", "pictures"),
    [(1, 15, 1, 1), (9, 15, 1, 1), (9, 5, 4, 1), (10, 15, 2, 1), (13, 15, 2, 2), (13, 5, 8, 2)],
)
def test_probe(monkeypatch, size, hours, every_min, busy, pictures):
    session = long_day(timezone.now() - minutes(hours * 60 + 200), hours, every_min=every_min, busy=busy)
    import os

    found = printed(session, monkeypatch, size)
    for s in found:
        print(hours, every_min, busy, size, s.title, round(s.bottom_mm, 1), round(s.high_mm, 1))
