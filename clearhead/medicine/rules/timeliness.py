"""How many observation sets were on time: each set against the moment it was due when the one before was charted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import aware, in_utc, is_ahead, minutes_since
from clearhead.medicine.rules.observe import ObserveFacts, due


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Sets asked for so far, how many of them were on time, and the longest wait past a due time, in minutes."""

    asked: int
    on_time: int
    longest_late_min: float

    @property
    def share(self) -> Fraction | None:
        """Share on time; None when nothing was asked for yet."""
        return Fraction(self.on_time, self.asked) if self.asked else None


def timeliness(facts: ObserveFacts, protocol: Protocol, *, at: datetime) -> Timeliness:
    """On time = before the desk would be told. A set that is overdue now counts as asked for and late."""
    facts, at = in_utc(facts), aware(at)
    grace, late = protocol.running.escalation.desk_min, []
    taken = sorted((s for s in facts.sets if not is_ahead(s.at, at)), key=lambda s: s.at)
    for n, charted in enumerate(taken):
        wanted = due(replace(facts, sets=tuple(taken[:n])), protocol, at=charted.at)
        if wanted is not None:
            late.append(max(0.0, minutes_since(wanted.at, charted.at)))
    now = due(replace(facts, sets=tuple(taken)), protocol, at=at)
    if now is not None and now.overdue_min > grace:
        late.append(now.overdue_min)
    return Timeliness(len(late), sum(minutes <= grace for minutes in late), max(late, default=0.0))
