"""Under the word Paused stand the length and the beginning of the pause, under Stopped those of the infusion."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion import actions
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, running
from tests.clinic.infusion.test_pages import signed_in

pytestmark = pytest.mark.django_db


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(
    ("set_to", "strip", "paper"),
    [
        ("run", "Infusing 1 h 45 since 10:00", "Infusing, 1 h 45, 10:00 – …"),
        ("pause", "Paused 13 min since 11:32", "Paused, 13 min, 11:32 – …"),
        ("end", "Stopped 1 h 32 10:00 – 11:32", "Stopped, 1 h 32, 10:00 – 11:32"),
    ],
)
def test_the_length_and_the_beginning_are_those_of_what_is_said(
    monkeypatch: Any, set_to: str, strip: str, paper: str
) -> None:
    session, nina = running(), member("nina")
    if set_to != "run":
        change = actions.pause if set_to == "pause" else actions.end
        change(session=session, by=nina, at=AT_TEN + minutes(92))
    monkeypatch.setattr(timezone, "now", lambda: AT_TEN + minutes(105))

    chair, sheet = (signed_in().get(f"/infusion/{session.code}/{page}").content.decode() for page in ("", "print/"))

    assert strip in words(chair)
    assert paper in words(sheet)
