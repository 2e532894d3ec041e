"""A patient in recovery, and when observation is over."""

from __future__ import annotations

from datetime import datetime

import pytest

from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery.queries import recovery_of
from tests.clinic.recovery import ward


@pytest.fixture
def session() -> Session:
    """The infusion has just ended."""
    return ward.ended()


@pytest.fixture
def home_at(session: Session) -> datetime:
    """The earliest moment at which observation is over."""
    return recovery_of(session, ward.ENDED).timer.until
