"""A site with chairs, nurses and hours, and drafts of orders: what the tests of planning and consent stand on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from clearhead.clinic.people.models import Course, Site
from clearhead.clinic.plan import actions, drafts, queries
from clearhead.clinic.plan.models import Order
from clearhead.clinic.policy.queries import protocol_at
from clearhead.clinic.schedule.models import Opening, Resource, Service
from tests import builders
from tests.cast import AT_TEN, LONG_AGO, PIN, member, mesa, petra

SINCE = date(2026, 1, 1)


def furnished(chairs: int = 2) -> Site:
    """Mesa with chairs, two nurse shares, a clinician and hours from Monday to Friday."""
    site = mesa()
    kinds = [("chair", chairs), ("nurse_share", 2), ("clinician", 1)]
    for kind, count in kinds:
        for number in range(1, count + 1):
            Resource.objects.get_or_create(site=site, kind=kind, name=f"{kind} {number}", defaults={"from_date": SINCE})
    for weekday in range(5):
        Opening.objects.get_or_create(
            site=site, weekday=weekday, defaults={"opens": time(7), "closes": time(19), "from_date": SINCE}
        )
    Service.objects.get_or_create(site=site, kind="infusion", name="Infusion", defaults={"from_date": SINCE})
    return site


def course() -> Course:
    """Petra's course."""
    return builders.course_of(petra())


def suitable(**changed: Any) -> Course:
    """Petra, found suitable last week at a furnished site that has adopted the stepped series."""
    furnished()
    builders.adopt(mesa(), changed.pop("protocol", "stepped-series"))
    builders.decision(petra(), **changed)
    return course()


def draft(at: datetime = AT_TEN, *, purpose: str = "series", weight: str = "70", **changed: Any) -> drafts.Draft:
    """The plan of the protocol that runs at Mesa, for 70 kg weighed an hour ago."""
    protocol = protocol_at(mesa(), "migraine", purpose, at).protocol
    begun = drafts.starting_draft(
        protocol, weight_kg=Decimal(weight), weight_measured_at=at - timedelta(hours=1), purpose=purpose
    )
    return replace(begun, **changed)


def signed(at: datetime = AT_TEN, **changed: Any) -> Order:
    """An order signed by Dario."""
    return actions.sign_order(course=course(), draft=draft(at, **changed), secret=PIN, by=member("dario"), at=at)


def agreed(order: Order, at: datetime = AT_TEN) -> list[datetime]:
    """The first proposal, agreed with the patient by Fern."""
    from clearhead.clinic.plan import series

    found = series.propose(order, first_day=series.earliest_first_day(order, at), at=at, wanted=1)
    starts = [one.offer.start for one in found[0].sessions if one.offer]
    actions.agree_starts(order=order, starts=starts, by=member("fern"), at=at)
    return starts


__all__ = ["LONG_AGO", "agreed", "course", "draft", "furnished", "queries", "signed", "suitable"]
