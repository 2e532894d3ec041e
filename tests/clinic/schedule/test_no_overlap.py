"""The database itself refuses two unreleased occupancies of one resource at the same time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clearhead.clinic.schedule.models import Booking, Occupancy, Resource
from clearhead.clinic.schedule.no_overlap import NAME
from tests.cast import AT_TEN, LONG_AGO
from tests.clinic.schedule.conftest import phone_call

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def place(site):
    """A chair, and a way to take it up from one hour to another."""
    chair = Resource.objects.get(name="Chair 1")
    booking = Booking.objects.create(
        site=site,
        service=phone_call(site),
        starts_at=AT_TEN,
        ends_at=AT_TEN + HOUR,
        status="booked",
        created_at=LONG_AGO,
    )

    def take(first: float, last: float, **more):
        return Occupancy.objects.create(
            booking=booking,
            resource=more.pop("resource", chair),
            phase="infusion",
            starts_at=AT_TEN + first * HOUR,
            ends_at=AT_TEN + last * HOUR,
            **more,
        )

    take(1, 2)
    return take


@pytest.mark.parametrize(("first", "last"), [(1, 2), (1.5, 1.6), (0, 3), (0, 1.01), (1.99, 4)])
def test_any_overlap_is_refused(place, first, last) -> None:
    with pytest.raises(IntegrityError, match=NAME), transaction.atomic():
        place(first, last)


@pytest.mark.parametrize(("first", "last"), [(0, 1), (2, 3)])
def test_one_may_begin_when_the_other_ends(place, first, last) -> None:
    assert place(first, last).pk


def test_another_resource_and_a_released_time_are_free(place) -> None:
    assert place(1, 2, resource=Resource.objects.get(name="Chair 2")).pk
    assert place(1, 2, released_at=AT_TEN).pk


def test_a_released_time_cannot_be_taken_back_over_another(place) -> None:
    released = place(1, 2, released_at=AT_TEN)
    with pytest.raises(IntegrityError, match=NAME), transaction.atomic():
        Occupancy.objects.filter(pk=released.pk).update(released_at=None)


def test_a_time_cannot_be_stretched_into_another(place) -> None:
    early = place(0, 1)
    with pytest.raises(IntegrityError, match=NAME), transaction.atomic():
        Occupancy.objects.filter(pk=early.pk).update(ends_at=AT_TEN + 1.5 * HOUR)


def test_a_row_does_not_stand_in_its_own_way(place) -> None:
    row = Occupancy.objects.get()
    assert Occupancy.objects.filter(pk=row.pk).update(ends_at=AT_TEN + 1.5 * HOUR) == 1
