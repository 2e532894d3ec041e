"""Recovery, going home, the call on the next day, the diary afterwards and the review after 28 days."""

from __future__ import annotations

from datetime import timedelta

from clearhead.clinic.diary import actions as diary
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery import actions as recovery
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.rehearsal.chair import observe
from clearhead.clinic.rehearsal.story import PIN, Giver, Story, StoppedShort, refusal_of, try_each
from clearhead.clinic.review import actions as review
from clearhead.clinic.review import queries as reviews
from clearhead.medicine.rules.discharge import restriction_ends

BETTER_BY = 2
"""How many grades every headache day is milder afterwards: enough for a response."""
