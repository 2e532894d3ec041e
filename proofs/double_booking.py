"""Nobody is booked twice: many thousand attempts at the same hours, on both databases, from several processes.

    .venv/bin/python -m proofs.double_booking                 20,000 attempts on each database
    .venv/bin/python -m proofs.double_booking --attempts 500 --only sqlite

Three ways to book race in turn. *actions*: what the pages call. *rule*: check, then insert, with nothing but the
database's own rule against it. *naive*: check, then insert, into a table without that rule; it must overlap, or the
race was too gentle to prove anything. Exit code 0 only if the first two never overlap and the third one does.
"""

from __future__ import annotations

import random
import sys
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock

from proofs import races
from proofs.races import PROCESSES, THREADS

AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 11, 23)
NAIVE = "naive_occupancy"
WAYS = ("actions", "rule", "naive")


def prepare() -> None:
    """Tables, a twin without the rule, and a clinic with two clinicians and three weeks of mornings."""
    from django.core.management import call_command
    from django.db import connection

    from clearhead.clinic.people.models import Site
    from clearhead.clinic.schedule.models import Booking, Opening, Resource, Service

    call_command("migrate", verbosity=0)
    site = Site.objects.create(slug="proof", name="Proof", zone="America/Phoenix")
    long_ago = date(2026, 1, 1)
    for name in ("one", "two"):
        Resource.objects.create(site=site, kind="clinician", name=name, from_date=long_ago)
    for weekday in range(7):
        Opening.objects.create(site=site, weekday=weekday, opens=clock(8), closes=clock(12), from_date=long_ago)
    phases = [{"name": "consult", "minutes": 15, "needs": "1 clinician"}]
    service = Service.objects.create(site=site, kind="consult", minutes=15, from_date=long_ago, phases=phases)
    Booking.objects.create(
        site=site, service=service, starts_at=AT, ends_at=AT + timedelta(days=90), status="booked", created_at=AT
    )
    with connection.cursor() as cursor:
        key = "integer PRIMARY KEY" if connection.vendor == "sqlite" else "bigserial PRIMARY KEY"
        cursor.execute(
            f"CREATE TABLE {NAIVE} (id {key}, resource_id bigint, starts_at timestamp with time zone, "
            "ends_at timestamp with time zone, released_at timestamp with time zone NULL)"
        )


def starts(seed: int, attempts: int, way: str) -> list[datetime]:
    """Wanted starts: many want the same five minutes of the same morning, and morning follows morning."""
    dice = random.Random(seed)
    shift = {"actions": 0, "rule": 100, "naive": 200}[way]  # each way has its own mornings
    wanted = []
    for number in range(attempts):
        day = FIRST_DAY + timedelta(days=shift + number * 21 // attempts)
        begin = datetime.combine(day, clock(15), tzinfo=UTC)  # eight in Phoenix
        wanted.append(begin + timedelta(minutes=5 * dice.randrange(46)))
    return wanted


def by_actions(start: datetime) -> str:
    """As the pages book."""
    from clearhead.clinic.schedule import actions
    from clearhead.clinic.schedule.models import Service

    service = Service.objects.select_related("site").get()
    try:
        actions.hold(site=service.site, service=service, starts_at=start, by=None, at=AT)
    except actions.SlotTaken:
        return "taken"
    return "booked"


def by_rule(start: datetime) -> str:
    """Check, then insert: only the database stands between two of them."""
    from django.db import DatabaseError

    from clearhead.clinic.schedule.models import Booking, Occupancy, Resource

    row = {"starts_at": start, "ends_at": start + timedelta(minutes=15)}
    chair = Resource.objects.order_by("pk")[0]
    if Occupancy.objects.filter(
        resource=chair, released_at=None, starts_at__lt=row["ends_at"], ends_at__gt=row["starts_at"]
    ).exists():
        return "taken"
    try:
        Occupancy.objects.create(booking=Booking.objects.order_by("pk")[0], resource=chair, phase="x", **row)
    except DatabaseError:
        return "refused by the database"
    return "booked"


def by_nothing(start: datetime) -> str:
    """Check, then insert, into a table without a rule."""
    from django.db import connection

    end = start + timedelta(minutes=15)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {NAIVE} WHERE starts_at < %s AND ends_at > %s", [str(end), str(start)])  # noqa: S608
        if cursor.fetchone()[0]:
            return "taken"
        values = [str(start), str(end)]
        cursor.execute(f"INSERT INTO {NAIVE} (resource_id, starts_at, ends_at) VALUES (1, %s, %s)", values)  # noqa: S608
    return "booked"


def work(way: str, worker: int, attempts: int) -> Counter[str]:
    """One process: its share of the attempts, spread over threads that walk through the same mornings together."""
    from django.db import connections

    book = {"actions": by_actions, "rule": by_rule, "naive": by_nothing}[way]
    told: Counter[str] = Counter()

    def run(thread: int) -> None:
        share = attempts // (PROCESSES * THREADS) + 1
        for start in starts(worker * THREADS + thread, share, way):
            try:
                outcome = book(start)
            except Exception as fault:
                outcome = f"FAULT {type(fault).__name__}: {fault}"[:120]
            told[outcome] += 1
        connections.close_all()

    threads = [threading.Thread(target=run, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def overlaps(table: str) -> int:
    """Pairs of unreleased rows of one resource that share time."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} a JOIN {table} b ON a.resource_id = b.resource_id AND a.id < b.id "  # noqa: S608
            "WHERE a.released_at IS NULL AND b.released_at IS NULL "
            "AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
        )
        return int(cursor.fetchone()[0])


def prove(name: str, attempts: int) -> bool:
    """All three ways on the database of this process."""
    prepare()
    good = True
    for way in WAYS:
        told, taken = races.race("proofs.double_booking", way, attempts)
        found = overlaps(NAIVE if way == "naive" else "schedule_occupancy")
        held = found > 0 if way == "naive" else found == 0 and not races.faults(told) and told["booked"] > 0
        good &= held
        races.say(name, way, f"{sum(told.values()):6} attempts", told, f"{found} overlaps", taken, held)
    return good


if __name__ == "__main__":
    sys.exit(races.main("proofs.double_booking", __doc__, 20_000, WAYS, work, prove))
