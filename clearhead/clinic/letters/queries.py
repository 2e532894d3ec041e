"""What the queue page shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from clearhead.clinic.letters.links import shown
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people.models import Site

UNSURE_AFTER = timedelta(minutes=10)
OVERDUE_AFTER = timedelta(minutes=15)
BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One letter and the state it is in, computed when read."""

    letter: Outgoing
    state: str

    @property
    def text(self) -> str:
        """The text, without a link that opens anything."""
        return readable(self.letter)

    @property
    def needs_someone(self) -> bool:
        """True when it will not go by itself."""
        return self.state in {"failed", "unsure", "overdue", "to print"}


def readable(letter: Outgoing) -> str:
    """The text for a screen or a printer."""
    return shown(letter.text, _("(a personal link, made when the letter is sent)"))


def state_of(letter: Outgoing, now: datetime) -> str:
    """One of: withdrawn, sent, failed, unsure, to print, overdue, due, planned."""
    if letter.withdrawn_at or letter.sent_at:
        return "withdrawn" if letter.withdrawn_at else "sent"
    if letter.error:
        return "failed"
    if letter.claimed_at:
        return "unsure" if now - letter.claimed_at > UNSURE_AFTER else "going out"
    if letter.due_at > now:
        return "planned"
    if letter.channel == "print":
        return "to print"
    return "overdue" if now - letter.due_at > OVERDUE_AFTER else "due"


def due_moments(*, template: str, about: Iterable[object]) -> set[datetime]:
    """When letters of this kind about these go out; what was withdrawn does not count."""
    rows = Outgoing.objects.filter(
        template=template, withdrawn_at__isnull=True, about_code__in=[str(one) for one in about]
    )
    return set(rows.values_list("due_at", flat=True))


def queue_of(site: Site, now: datetime) -> list[QueueRow]:
    """What waits, and what went out or was withdrawn in the last week; what needs someone comes first."""
    waits = Q(sent_at__isnull=True, withdrawn_at__isnull=True)
    lately = Q(sent_at__gte=now - BACK) | Q(withdrawn_at__gte=now - BACK)
    rows = Outgoing.objects.filter(waits | lately, site=site).select_related("patient", "site")
    listed = [QueueRow(letter, state_of(letter, now)) for letter in rows]
    return sorted(
        listed, key=lambda row: (not row.needs_someone, row.state in {"sent", "withdrawn"}, row.letter.due_at)
    )
