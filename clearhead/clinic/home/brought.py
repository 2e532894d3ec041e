"""What is brought to the prescriber: limits that were broken, help that was called, and what has waited too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clearhead.clinic.home.chairs import kept_figures
from clearhead.clinic.infusion.models import Flag
from clearhead.clinic.infusion.queries.board import chairs_at, for_prescriber
from clearhead.clinic.infusion.queries.overdue import Late
from clearhead.clinic.people.models import Site
from clearhead.clinic.plan.models import Session


@dataclass(frozen=True, slots=True)
class Brought:
    """Flags wait for a prescriber's own word; what is late goes by itself once it is done."""

    flags: tuple[Flag, ...]
    late: tuple[tuple[Session, Late], ...]

    @property
    def count(self) -> int:
        """How many things wait."""
        return len(self.flags) + len(self.late)


def brought(site: Site, now: datetime) -> Brought:
    """Everything at this site that waits for a prescriber, the oldest first; a flag stands once, also when late."""
    flags = for_prescriber(site)
    named = {flag.pk for flag in flags}
    chairs = [(session, kept_figures(session, now)) for session in chairs_at(site, now)]
    late = [(session, one) for session, figures in chairs for one in figures.called if one.flag not in named]
    return Brought(flags, tuple(sorted(late, key=lambda pair: pair[1].since)))
