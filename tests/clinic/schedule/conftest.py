"""A small clinic: two chairs, one nurse with two shares, one clinician, open Monday to Friday, eight to five."""

from __future__ import annotations

from datetime import date, time

import pytest

from clearhead.clinic.people.models import Site
from clearhead.clinic.schedule.models import Opening, Resource, Service
from tests import cast

START = date(2026, 1, 1)


def furnish(site: Site, *, chairs: int = 2) -> Site:
    """Put chairs, nurse shares and a clinician into a site, and open it on weekdays."""
    kinds = [("chair", f"Chair {number}") for number in range(1, chairs + 1)]
    kinds += [("nurse_share", "Nina 1/2"), ("nurse_share", "Nina 2/2"), ("clinician", "Dario")]
    for kind, name in kinds:
        Resource.objects.create(site=site, kind=kind, name=name, from_date=START)
    for weekday in range(5):
        Opening.objects.create(site=site, weekday=weekday, opens=time(8), closes=time(17), from_date=START)
    return site


def phone_call(site: Site, minutes: int = 15) -> Service:
    return Service.objects.create(
        site=site,
        kind="consult",
        mode="phone",
        name="Phone call",
        minutes=minutes,
        price=0,
        bookable_online=True,
        from_date=START,
        phases=[{"name": "consult", "minutes": minutes, "needs": "1 clinician"}],
    )


def infusion(site: Site) -> Service:
    return Service.objects.create(
        site=site,
        kind="infusion",
        name="Infusion",
        minutes=120,
        from_date=START,
        phases=[
            {"name": "set_up", "minutes": 15, "needs": "1 chair + 1 nurse_share + 1 clinician 10 min at start"},
            {"name": "infusion", "minutes": 60, "needs": "1 chair + 1 nurse_share"},
            {"name": "recovery", "minutes": 30, "needs": "1 chair + 1 nurse_share"},
            {"name": "turnover", "minutes": 15, "needs": "1 chair"},
        ],
    )


@pytest.fixture
def site(db: None) -> Site:
    return furnish(cast.mesa())
