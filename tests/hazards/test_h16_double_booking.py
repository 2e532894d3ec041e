"""H-16: a chair, pump or nurse booked twice. Two hundred who want the same at once, on the database of this pass."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, connections

from clearhead.clinic.schedule import actions
from clearhead.clinic.schedule.models import Booking, Occupancy, Resource, Service
from tests import cast
from tests.cast import AT_TEN, LONG_AGO
from tests.clinic.schedule.conftest import furnish, phone_call

pytestmark = [pytest.mark.hazard("H-16"), pytest.mark.django_db(transaction=True)]
ATTEMPTS, THREADS = 200, 8
NINE = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def race(attempt: Callable[[int], None]) -> None:
    """Many threads, each with its own connection, all starting together."""
    ready = threading.Barrier(THREADS)

    def run(first: int) -> None:
        ready.wait()
        try:
            for number in range(first, ATTEMPTS, THREADS):
                attempt(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(first,)) for first in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def overlaps(table: str) -> int:
    """Pairs of unreleased rows of one resource that share time, counted by the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} a JOIN {table} b ON a.resource_id = b.resource_id AND a.id < b.id "  # noqa: S608
            "WHERE a.released_at IS NULL AND b.released_at IS NULL "
            "AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
        )
        return int(cursor.fetchone()[0])


def start_of(number: int) -> datetime:
    """Starts that overlap each other, over two hours."""
    return NINE + timedelta(minutes=5 * (number % 24))


@pytest.fixture
def call(transactional_db: None) -> Service:
    return phone_call(furnish(cast.mesa()))


def test_two_hundred_attempts_through_the_actions_leave_no_overlap(call: Service) -> None:
    won: list[int] = []
    strange: list[Exception] = []

    def attempt(number: int) -> None:
        try:
            actions.hold(site=call.site, service=call, starts_at=start_of(number), by=None, at=AT_TEN)
            won.append(number)
        except actions.SlotTaken:
            pass
        except Exception as fault:
            strange.append(fault)

    race(attempt)

    assert strange == []
    assert overlaps("schedule_occupancy") == 0
    assert 5 <= len(won) <= 9, "a clinician has room for at most nine such calls, and five always fit"
    assert Booking.objects.count() == len(won)


@pytest.fixture
def booking(call: Service) -> Booking:
    return Booking.objects.create(
        site=call.site,
        service=call,
        starts_at=NINE,
        ends_at=NINE + timedelta(hours=3),
        status="booked",
        created_at=LONG_AGO,
    )


@pytest.fixture
def twin(booking: Booking) -> Iterator[str]:
    """The same table without the rule, for the naive version."""
    with connection.cursor() as cursor:
        kind = "integer PRIMARY KEY" if connection.vendor == "sqlite" else "bigserial PRIMARY KEY"
        moment = "text" if connection.vendor == "sqlite" else "timestamptz"
        cursor.execute(
            f"CREATE TABLE naive_occupancy (id {kind}, resource_id bigint, starts_at {moment}, "
            f"ends_at {moment}, released_at {moment} NULL)"
        )
    yield "naive_occupancy"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE naive_occupancy")


def test_the_naive_check_then_insert_overlaps_in_the_same_race(twin: str) -> None:
    """The control: if this never overlapped, the race would prove nothing."""
    all_looked = threading.Barrier(THREADS)

    def look_then_book(number: int) -> None:
        start = start_of(number).isoformat(sep=" ")
        end = (start_of(number) + timedelta(minutes=15)).isoformat(sep=" ")
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {twin} WHERE resource_id = 1 AND starts_at < %s AND ends_at > %s",  # noqa: S608
                [end, start],
            )
            free = cursor.fetchone()[0] == 0
            if number < THREADS:  # each thread's first: all look before any writes, the gap that chance finds anyway
                all_looked.wait(timeout=60)
            if free:
                cursor.execute(f"INSERT INTO {twin} (resource_id, starts_at, ends_at) VALUES (1, %s, %s)", [start, end])  # noqa: S608

    race(look_then_book)

    assert overlaps(twin) > 0


def test_the_same_naive_writers_cannot_overlap_where_the_database_holds_the_rule(booking: Booking) -> None:
    chair = Resource.objects.get(name="Chair 1")
    refused: list[DatabaseError] = []

    def look_then_book(number: int) -> None:
        start, end = start_of(number), start_of(number) + timedelta(minutes=15)
        try:
            others = Occupancy.objects.filter(resource=chair, released_at=None, starts_at__lt=end, ends_at__gt=start)
            if not others.exists():
                Occupancy.objects.create(booking=booking, resource=chair, phase="consult", starts_at=start, ends_at=end)
        except DatabaseError as fault:
            refused.append(fault)

    race(look_then_book)

    assert overlaps("schedule_occupancy") == 0
    assert Occupancy.objects.count() >= 5
