"""A protocol of small doses with waits goes through every real action, from enquiry to review."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.clinic.infusion.models import RateChange
from clearhead.clinic.plan.models import SessionSummary
from clearhead.clinic.rehearsal import journey
from tests import small_doses

pytestmark = pytest.mark.django_db


@pytest.mark.slow
@pytest.mark.sqlite  # on PostgreSQL two of the five journeys go the same way
def test_six_small_doses_are_ordered_and_given_with_their_waits() -> None:
    outcome = journey.rehearse(small_doses.protocol_text(), "small-doses")

    assert (outcome.stopped, outcome.complete) == ("", True)
    charted = RateChange.objects.filter(session__number=1).order_by("happened_at", "pk")
    kinds = list(charted.values_list("kind", flat=True))
    assert kinds == ["start", *["pause", "resume"] * 5, "pause", "end"]
    assert {row.given_mg for row in SessionSummary.objects.all()} == {Decimal(60)}
