"""A clinic file becomes a clinic that can be booked."""

from __future__ import annotations

import pytest

from clearhead.clinic.people.models import RoleGrant, Site, User
from clearhead.clinic.policy.clinic_file import shipped_clinic, shipped_clinic_ids
from clearhead.clinic.schedule.models import Opening, Resource, Service
from clearhead.clinic.schedule.queries import free_starts
from clearhead.clinic.schedule.setup import load_clinic
from tests.cast import AT_TEN

pytestmark = pytest.mark.django_db


def test_the_demo_clinic_has_chairs_shares_hours_and_staff_without_passwords() -> None:
    clinic = shipped_clinic("demo")
    (site,) = load_clinic(clinic=clinic, at=AT_TEN)

    kinds = list(Resource.objects.filter(site=site).values_list("kind", flat=True))
    assert kinds.count("chair") == len(clinic.sites[0].chairs)
    assert kinds.count("nurse_share") == sum(person.patients_at_once for person in clinic.staff)
    assert Resource.objects.get(name="Quiet room", kind="chair").attributes["private"] is True
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert RoleGrant.objects.filter(site=site).count() == len(clinic.staff)
    assert not site.is_demo


def test_only_a_demo_gives_passwords_and_says_that_it_is_one() -> None:
    (site,) = load_clinic(clinic=shipped_clinic("demo"), at=AT_TEN, password="for the demo only, nothing real")

    assert site.is_demo
    assert all(user.is_demo and user.has_usable_password() for user in User.objects.all())


def test_loading_the_same_file_twice_changes_nothing() -> None:
    clinic = shipped_clinic("demo")
    load_clinic(clinic=clinic, at=AT_TEN)
    before = (Resource.objects.count(), Opening.objects.count(), Service.objects.count(), User.objects.count())
    load_clinic(clinic=clinic, at=AT_TEN)

    assert (
        Resource.objects.count(),
        Opening.objects.count(),
        Service.objects.count(),
        User.objects.count(),
    ) == before


@pytest.mark.parametrize("name", shipped_clinic_ids())
def test_every_shipped_clinic_offers_a_first_talk_within_a_week(name) -> None:
    for site in load_clinic(clinic=shipped_clinic(name), at=AT_TEN):
        talks = Service.objects.filter(site=site, kind="consult", bookable_online=True)
        assert talks.exists()
        for talk in talks:
            assert free_starts(site=site, service=talk, from_date=site.today(AT_TEN), days=7, at=AT_TEN)
    assert Site.objects.count() == len(shipped_clinic(name).sites)
