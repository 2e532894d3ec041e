"""What a patient is told at once after an alarming answer, and by when somebody of the clinic calls."""

from __future__ import annotations

from datetime import datetime, timedelta

from clearhead.capacity.hours import open_time
from clearhead.clinic.people.models import Site
from clearhead.clinic.schedule.visits import open_hours

CALL_WITHIN = timedelta(hours=1)
"""How soon a clinician calls, counted in opening hours: assumption, until a site's director says otherwise."""
LOOK_AHEAD = timedelta(days=14)


def call_by(site: Site, at: datetime) -> datetime | None:
    """The latest time of the clinic's call: an hour from now, or from the next opening. None: no hours are known."""
    for start, end in open_time(open_hours(site), None, (at - timedelta(days=1), at + LOOK_AHEAD), site.tz):
        if end > at:
            return max(start, at) + CALL_WITHIN
    return None
