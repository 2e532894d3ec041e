"""A named nurse at every minute: who answers for the chair, for whom, and whether they are still on duty."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Subquery

from clearhead.clinic.infusion.models import Responsible
from clearhead.clinic.people.models import CLINICAL, RoleGrant
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.protocol import Protocol


def responsible(session: Session) -> Responsible | None:
    """The named nurse now. `on_duty` and `off_since`: whether they may still work at this site."""
    held = RoleGrant.objects.filter(user=OuterRef("nurse"), site=session.site_id, role__in=CLINICAL)
    ended = held.order_by().values("user").annotate(last=Max("until")).values("last")
    rows = Responsible.standing().filter(session=session).select_related("nurse", "handed_over_by", "covers")
    rows = rows.annotate(on_duty=Exists(held.filter(until=None, user__is_active=True)), off_since=Subquery(ended))
    return rows.order_by("happened_at", "pk").last()


def unattended(who: Responsible | None, protocol: Protocol, *, since: datetime) -> Iterable[tuple[str, str, datetime]]:
    """What is late about the nurse while something runs: nobody answers, or the hand-over's hour has come."""
    if who is None:
        yield "nurse", "Nobody answers for this chair: a nurse takes it now.", since
    elif not getattr(who, "on_duty", True):
        off = getattr(who, "off_since", None) or who.happened_at
        yield "nurse", f"{who.nurse.name} is no longer on duty: another nurse takes this chair now.", max(off, since)
    elif protocol.running.handover_every_h is not None:
        due = max(who.happened_at, since) + timedelta(hours=float(protocol.running.handover_every_h))
        yield "hand_over", f"The hand-over of {who.nurse.name} is due.", due
