"""The monthly look at the flags: how many there are, how soon somebody says what was done, how many nobody answers.

Too many flags, or flags that go by themselves, are flags that nobody reads (H-15).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Prefetch

from clearhead.clinic.infusion.models import Flag, FlagAck
from clearhead.clinic.infusion.queries.flags import FlagLine, lines_of
from clearhead.clinic.people.models import Site


@dataclass(frozen=True, slots=True)
class FlagReport:
    """High and medium flags of a while. Minutes run from when the flag could be seen."""

    high: int
    medium: int
    minutes_to_answer: tuple[float, ...]
    without_words: int

    @property
    def count(self) -> int:
        """All of them."""
        return self.high + self.medium

    @property
    def median_min(self) -> float | None:
        """None where nobody has answered one."""
        return median(self.minutes_to_answer) if self.minutes_to_answer else None


def flag_report(site: Site, since: datetime) -> FlagReport:
    """The flags of one site since then."""
    rows = Flag._default_manager.filter(session__site=site, happened_at__gte=since).order_by("happened_at", "pk")
    said = Prefetch("acks", FlagAck.standing().order_by("happened_at", "pk"))
    lines = [line for line in lines_of(rows.prefetch_related(said)) if line.flag.level in {"high", "medium"}]
    waits = (_minutes(line) for line in lines)
    return FlagReport(
        high=sum(line.flag.level == "high" for line in lines),
        medium=sum(line.flag.level == "medium" for line in lines),
        minutes_to_answer=tuple(one for one in waits if one is not None),
        without_words=sum(not line.open and not line.answered for line in lines),
    )


def _minutes(line: FlagLine) -> float | None:
    """To the first word of a person; what was answered before it reached the clinic waited for nobody."""
    first = min((ack.happened_at for ack in line.answers), default=None)
    return None if first is None else max(0.0, (first - line.asked_at).total_seconds() / 60)
