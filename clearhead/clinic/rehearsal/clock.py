"""A clock that is told what time it is: the story's hours pass in no time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class Clock:
    """The story's present moment."""

    now: datetime

    def pass_minutes(self, minutes: float) -> datetime:
        """Some time goes by."""
        self.now += timedelta(minutes=minutes)
        return self.now

    def until(self, moment: datetime) -> datetime:
        """It becomes this moment; never earlier than now."""
        self.now = max(self.now, moment)
        return self.now
