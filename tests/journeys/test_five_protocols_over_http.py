"""One patient under each of the five example protocols, from the first question to the review, over the pages alone.

Every write is a page's own form, opened first, filled and sent. The service's one clock is told, so that the days
between pass in no time; the post goes out as the ticker would send it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clearhead.clinic.audit.models import Event
from clearhead.clinic.audit.verify import breaks
from clearhead.clinic.policy.clinic_file import shipped_clinic_ids
from tests.journeys import afterwards, at_the_chair, until_consent
from tests.journeys.house import House, house

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIVE = sorted(set(shipped_clinic_ids()) - {"demo", "hospital"})
ON_BOTH = {"neurology-gated", "stepped-series"}
"""Walked on PostgreSQL too: the longest way and the shortest."""
EACH = [pytest.param(name, marks=() if name in ON_BOTH else pytest.mark.sqlite) for name in FIVE]


@pytest.fixture(params=EACH)
def clinic(request: pytest.FixtureRequest, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The clinic of one protocol."""
    with house(request.param, monkeypatch) as opened:
        yield opened


@pytest.mark.hazard("H-33")
def test_a_patient_goes_from_the_first_question_to_the_review(clinic: House) -> None:
    until_consent.enquire(clinic)
    until_consent.book_a_talk(clinic)
    until_consent.open_the_diary(clinic)
    until_consent.talk(clinic)
    until_consent.keep_the_diary(clinic)
    until_consent.assess(clinic)
    until_consent.order_a_series(clinic)
    until_consent.consent_and_book(clinic)
    at_the_chair.have_every_session(clinic)
    afterwards.call(clinic)
    afterwards.look_back(clinic)

    assert list(breaks()) == []
    looks = Event.objects.filter(verb="look", patient_code=str(clinic.patient.code))
    assert looks.count() > 20, "every look into the chart is on the record"
