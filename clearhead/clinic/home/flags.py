"""The monthly look at the flags: how many there are, how soon somebody says what was done, how many nobody answers.

Too many flags, or flags that go by themselves, are flags that nobody reads (H-15).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Prefetch

from clearhead.clinic.infusion.models import Flag, FlagAck
from clearhead.clinic.infusion.queries.flags import answered, is_answer
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
    rows = Flag.standing().filter(session__site=site, happened_at__gte=since, level__in=["high", "medium"])
    flags = rows.prefetch_related(Prefetch("acks", FlagAck.standing().order_by("happened_at", "pk")))
    pairs = [(flag, list(flag.acks.all())) for flag in flags]
    waits = (_minutes(flag, acks) for flag, acks in pairs)
    return FlagReport(
        high=sum(flag.level == "high" for flag, _acks in pairs),
        medium=sum(flag.level == "medium" for flag, _acks in pairs),
        minutes_to_answer=tuple(one for one in waits if one is not None),
        without_words=sum(any(ack.cleared for ack in acks) and not answered(acks) for _flag, acks in pairs),
    )


def _minutes(flag: Flag, acks: Sequence[FlagAck]) -> float | None:
    """To the first word of a person; what was answered before it reached the clinic waited for nobody."""
    first = next((ack.happened_at for ack in acks if is_answer(ack)), None)
    return None if first is None else max(0.0, (first - flag.recorded_at).total_seconds() / 60)
