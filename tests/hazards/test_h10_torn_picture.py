"""H-10, H-24: an entry that arrives while a picture is drawn is in the next picture, never lost between two polls."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.plan.models import Session
from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = pytest.mark.django_db


@pytest.fixture
def note_while_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another nurse's note is saved after the facts were read and before the page is written, once."""
    read, written = queries.chair, []

    def chair(session: Session, *args: Any, **options: Any) -> Any:
        view = read(session, *args, **options)
        if not written:
            now = timezone.now()
            written.append(actions.note(session=session, kind="comfort", happened_at=now, by=member("nina"), at=now))
        return view

    monkeypatch.setattr(queries, "chair", chair)


@pytest.mark.hazard("H-10", "H-24")
@pytest.mark.parametrize("page", ["", "parts/"])
def test_a_note_that_came_between_is_told_at_the_next_poll(page: str, note_while_reading: None) -> None:
    session, client = lively(timezone.now()), Client()
    client.force_login(member("nina"))

    drawn = client.get(f"/infusion/{session.code}/{page}")
    asked = client.get(f"/infusion/{session.code}/parts/", {"after": drawn.context["number"]})

    assert asked.status_code == 200
    assert "comfort" in asked.content.decode()
