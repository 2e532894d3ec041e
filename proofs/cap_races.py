"""Nobody is given more than the cap: two to sixteen writers race for the last room under it, on both databases.

    .venv/bin/python -m proofs.cap_races                     10,000 races on each database
    .venv/bin/python -m proofs.cap_races --races 200 --only sqlite

In each race a session has room for exactly one more bolus of 10 mg, and two to sixteen writers want one. *actions* is
what the pages call: judged inside the transaction, under the chair's lock. *naive* asks the very same rule first and
inserts afterwards; it must break the cap, or the race was too gentle to prove anything. Exit code 0 only if the first
never breaks it and the second does.
"""

from __future__ import annotations

import gc
import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from proofs import races
from proofs.races import PROCESSES, THREADS

AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
WAYS = ("actions", "naive")
EACH_MG, ROOM_MG, CAP_MG = Decimal(10), Decimal(10), Decimal(140)
LOCKED, TRIES = "found the database locked for 20 s and asked again", 20
NAIVE_SHARE = 20  # the naive way is raced for a twentieth: a handful of breaches is proof enough


def prepare(count: int, way: str = "actions") -> None:
    """As many running sessions as races, each of its own patient, each 10 mg below its cap of 140 mg."""
    from django.db import transaction

    from clearhead.clinic.people.models import Site
    from tests import builders, cast
    from tests.clinic.infusion.room import protocol_with

    with transaction.atomic():
        site = cast.mesa()
        Site.objects.filter(pk=site.pk).update(single_handed=True)
        for name in ("nina", "omar", "dario", "maya"):
            cast.member(name)
        version = protocol_with(('single_bolus      = "none"', "single_bolus      = { mg_per_kg = 0.2 }"))
        order = builders.order(cast.petra(), protocol_version=version)
        _sessions(order, count, way)


def _sessions(order: object, count: int, way: str) -> None:
    """Bulk rows: patient, session, bag, infusion, a start at 0 mL/h, and what was given already."""
    import uuid

    from clearhead.clinic.infusion.models import Bag, Bolus, Infusion, RateChange
    from clearhead.clinic.people.models import Patient
    from clearhead.clinic.plan.models import Session
    from tests import cast

    site, nina, begun = cast.mesa(), cast.member("nina"), AT - timedelta(hours=1)
    born = datetime(1984, 3, 14, tzinfo=UTC).date()
    people = Patient.objects.bulk_create(
        Patient(given_name="Race", family_name=f"{way}-{number}", birth_date=born, zone=site.zone, created_at=begun)
        for number in range(count)
    )
    first = 0 if way == "actions" else 20_000
    sessions = Session.objects.bulk_create(
        Session(
            order=order, course=order.course, site=site, patient=patient, number=first + number,  # type: ignore[attr-defined]
            series_code=uuid.uuid4(), created_at=begun,
        )
        for number, patient in enumerate(people)
    )  # fmt: skip
    fact = {"happened_at": begun, "recorded_at": begun, "recorded_by": nina}
    bags = Bag.objects.bulk_create(
        Bag(
            session=one, drug_form="racemic", mg=250, ml=250, mg_per_ml=1, diluent="saline", lot="K", prepared_by=nina,
            single_handed=True, **fact,
        )
        for one in sessions
    )  # fmt: skip
    Infusion.objects.bulk_create(
        Infusion(session=one, patient=one.patient, site=site, weight_kg=70, started_at=begun) for one in sessions
    )
    RateChange.objects.bulk_create(
        RateChange(
            session=bag.session, bag=bag, kind="start", entered_value=0, entered_unit="mL/h", pump_ml_per_h=0,
            intended=True, **fact,
        )
        for bag in bags
    )  # fmt: skip
    given = CAP_MG - ROOM_MG
    Bolus.objects.bulk_create(Bolus(session=bag.session, bag=bag, mg=given, intended=False, **fact) for bag in bags)


def writers(race: int) -> int:
    """Two to sixteen."""
    return random.Random(race).randint(2, PROCESSES * THREADS)


def by_actions(session: object, by: object) -> str:
    """As the pages give a bolus."""
    from clearhead.clinic.infusion import actions

    try:
        actions.bolus(session=session, mg=EACH_MG, by=by, at=AT, ask=actions.Ask(waited_s=60))  # type: ignore[arg-type]
    except actions.RateRefused:
        return "refused"
    return "given"


def by_asking_first(session: object, by: object) -> str:
    """The same rule, asked before the transaction; then insert."""
    from clearhead.clinic.infusion.models import Bolus
    from clearhead.clinic.infusion.queries.doses import dose_rows
    from clearhead.clinic.infusion.queries.rates import Said, facts_for
    from clearhead.medicine.rules import rate
    from clearhead.medicine.rules.rate import Intention

    rows = dose_rows(session)  # type: ignore[arg-type]
    facts, protocol = facts_for(
        session, Intention("bolus", EACH_MG, "mg"), bag=rows.bag, by=by, at=AT, said=Said(waited_s=60), rows=rows  # type: ignore[arg-type]
    )  # fmt: skip
    if not rate.judge(facts, protocol, at=AT).permits:
        return "refused"
    Bolus.objects.create(
        session=session, bag=rows.bag, mg=EACH_MG, intended=True, happened_at=AT, recorded_at=AT, recorded_by=by
    )
    return "given"


def one_writer(way: str, place: int) -> Counter[str]:
    """One of sixteen: takes part in the races that want so many, in order."""
    from clearhead.clinic.people.models import User

    give = {"actions": by_actions, "naive": by_asking_first}[way]
    dario = User.objects.get(email="dario@example.org")
    told: Counter[str] = Counter()
    for session in _sessions_for(way, place):
        for _again in range(TRIES):
            outcome = _try(give, session, dario)
            told[outcome] += 1
            if outcome != LOCKED:
                break
    return told


def _sessions_for(way: str, place: int) -> Iterator[object]:
    """The sessions this writer races for, read a hundred at a time: what was given is read by each try itself."""
    from clearhead.clinic.plan.models import Session

    rows = Session.objects.filter(patient__family_name__startswith=f"{way}-").order_by("pk")
    pks = [pk for race, pk in enumerate(rows.values_list("pk", flat=True)) if place < writers(race)]
    whole = Session.objects.select_related("order__protocol_version", "site", "patient")
    for start in range(0, len(pks), 100):
        found = whole.in_bulk(pks[start : start + 100])
        yield from (found[pk] for pk in pks[start : start + 100])


def _try(give: object, session: object, by: object) -> str:
    """Once, as a tablet would: a database that stays locked is tried again, anything else is a fault."""
    from django.db import OperationalError

    try:
        return str(give(session, by))  # type: ignore[operator]
    except OperationalError as busy:
        return LOCKED if "locked" in str(busy) else f"FAULT {busy}"[:120]
    except Exception as fault:
        return f"FAULT {type(fault).__name__}: {fault}"[:120]


def work(way: str, worker: int, processes: int = PROCESSES) -> Counter[str]:
    """One process: its writers as threads."""
    from django.db import connections

    told: Counter[str] = Counter()
    lock = threading.Lock()

    def run(place: int) -> None:
        mine = one_writer(way, place)
        with lock:
            told.update(mine)
        connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(worker, PROCESSES * THREADS, processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def breaches(way: str) -> int:
    """Sessions whose boluses pass the cap."""
    from django.db.models import Sum

    from clearhead.clinic.plan.models import Session

    rows = Session.objects.filter(patient__family_name__startswith=f"{way}-").annotate(mg=Sum("boluss__mg"))
    return rows.filter(mg__gt=CAP_MG).count()


def prove(name: str, count: int) -> bool:
    """Both ways on the database of this process."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    good = True
    for way in WAYS:
        wanted = count if way == "actions" else max(20, count // NAIVE_SHARE)
        prepare(wanted, way)
        told, taken = races.race("proofs.cap_races", way, wanted)
        found = breaches(way)
        held = found > 0 if way == "naive" else found == 0 and not races.faults(told) and told["given"] == wanted
        good &= held
        races.say(name, way, f"{wanted:6} races, 2 to 16 writers", told, f"{found} breaches", taken, held)
    return good


def one_process(way: str, worker: int, count: int) -> Counter[str]:
    """The share of one process; every race is in the database already."""
    gc.freeze()  # what is loaded by now stays: the collector need not look through it again and again
    return work(way, worker)


if __name__ == "__main__":
    sys.exit(races.main("proofs.cap_races", __doc__, 10_000, WAYS, one_process, prove))
