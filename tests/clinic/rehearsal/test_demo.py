"""The demo can be opened at any hour: its chairs are taken across midnight too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clearhead.clinic.rehearsal import demo
from clearhead.clinic.schedule.models import Occupancy

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
"""Half past nine in the evening of a Sunday in Mesa."""


def test_a_visit_that_runs_past_midnight_is_booked() -> None:
    site = demo.clinic(LATE)
    person, minutes = demo.CHAIRS[0]

    story = demo.planned(site, person, LATE, first=LATE - timedelta(minutes=minutes))

    last = Occupancy.objects.filter(booking=story.sessions[0].booking).latest("ends_at")
    assert last.ends_at.astimezone(site.tz).date() > LATE.astimezone(site.tz).date()
