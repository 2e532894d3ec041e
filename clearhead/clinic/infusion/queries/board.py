"""What boards and inboxes read: which chairs run, whether anything is new, what waits for the prescriber."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, Sum

from clearhead.clinic.infusion import beats
from clearhead.clinic.infusion.models import Adjunct, Bag, Bolus, Flag, FlagAck, Infusion, RateChange
from clearhead.clinic.infusion.queries.flags import HELP, Calls, FlagLine, calls_of, lines_of
from clearhead.clinic.people.models import Site
from clearhead.clinic.plan.models import Session

TODAY = timedelta(hours=18)


def chairs_at(site: Site, now: datetime) -> tuple[Session, ...]:
    """Sessions that run now or ended within the last hours and are not closed."""
    rows = Session.objects.filter(
        Q(infusion__ended_at__isnull=True) | Q(infusion__ended_at__gte=now - TODAY),
        site=site,
        infusion__isnull=False,
        summaries__isnull=True,
    )
    return tuple(rows.select_related("infusion", "patient", "site", "order__protocol_version", "course", "booking"))


def site_mark(site: Site, now: datetime) -> int:
    """One number that grows with every fact at any chair of the site: boards poll and compare it."""
    rows = Infusion.objects.filter(site=site).filter(Q(ended_at__isnull=True) | Q(ended_at__gte=now - TODAY))
    return int(rows.aggregate(sum=Sum("last_fact"))["sum"] or 0)


def help_called(sites: Iterable[Site]) -> tuple[Calls, ...]:
    """Calls for help that have not ended, as one for each chair, the chair that waits longest first."""
    called = Flag._default_manager.filter(session__site__in=list(sites), rule=HELP)
    ended = FlagAck.standing().filter(cleared=True).values("flag_id")
    waiting = called.filter(corrected_by__isnull=True, struck=False).exclude(pk__in=ended).values("session_id")
    rows = called.filter(session_id__in=waiting).select_related("session__site").order_by("happened_at", "pk")
    chairs: dict[int, list[FlagLine]] = {}
    for line in lines_of(rows.prefetch_related(Prefetch("acks", FlagAck.standing()))):
        if line.open:
            chairs.setdefault(line.flag.session_id, []).append(line)
    ordered = sorted(chairs.values(), key=lambda lines: min(row.happened_at for row in lines[0].rows))
    return tuple(calls for lines in ordered if (calls := calls_of(lines)) is not None)


def help_mark() -> str:
    """Digits that change with every call for help and every word about one."""
    return beats.newest(beats.Question.HELP)


def for_prescriber(site: Site) -> tuple[Flag, ...]:
    """Broken limits and calls for help that no prescriber has answered yet, the oldest first."""
    answered = FlagAck.standing().filter(by_prescriber=True).values("flag_id")
    rows = Flag.standing().filter(session__site=site, for_prescriber=True).exclude(pk__in=answered)
    acks = Prefetch("acks", FlagAck.standing().select_related("recorded_by").order_by("happened_at", "pk"))
    near = ("session__patient", "session__course", "recorded_by")
    return tuple(rows.select_related(*near).prefetch_related(acks).order_by("happened_at", "pk"))


def second_checks(site: Site, since: datetime) -> tuple[int, int]:
    """Second checks since then: how many were done alone, and how many there were (bags, rates, boluses, drugs)."""
    alone = whole = 0
    kinds = ((Bag, "checked_by"), (RateChange, "second_person"), (Bolus, "second_person"), (Adjunct, "second_person"))
    for kind, person in kinds:
        rows = kind.standing().filter(session__site=site, happened_at__gte=since)
        by_oneself = rows.filter(single_handed=True).count()
        alone, whole = alone + by_oneself, whole + by_oneself + rows.filter(**{f"{person}__isnull": False}).count()
    return alone, whole
