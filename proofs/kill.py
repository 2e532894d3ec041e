"""What was acknowledged is kept: a writer is killed with SIGKILL in the middle of its work, again and again.

    .venv/bin/python -m proofs.kill                             1,000 kills on each database
    .venv/bin/python -m proofs.kill --kills 100 --only sqlite

A writer records facts as a page does (fact, audit event and receipt in one transaction) and says the id of each one
when it is safe. At a random moment it is killed. Then: every id that was said has its fact, receipt and event; no
fact stands without them; every chain holds. The control says the id before the commit and must lose some.
Exit code 0 only if the first loses nothing and the control does. Losing power is another matter: that is what
`synchronous=FULL` and the disk are for.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
CHAIN, NAME = "kill-proof", "Kill proof"
ID_BYTES = 37  # a UUID and a line feed: written to the pipe whole or not at all
LONGEST_MS = 60


@dataclass
class Tally:
    """What the kills did."""

    kills: int = 0
    said: int = 0
    lost: list[str] = field(default_factory=list)
    halves: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return self.said > 0 and not self.lost and not self.halves and not self.broken


def booking_of_the_proof():
    """The booking that the facts are about."""
    from clearhead.clinic.people.models import Site
    from clearhead.clinic.schedule.models import Booking, Service

    site, _ = Site.objects.get_or_create(slug=CHAIN, defaults={"name": NAME, "zone": "America/Phoenix"})
    service, _ = Service.objects.get_or_create(
        site=site, kind="consult", defaults={"minutes": 15, "from_date": AT.date(), "phases": []}
    )
    row = {"starts_at": AT, "ends_at": AT + timedelta(hours=1), "status": "booked", "created_at": AT}
    return Booking.objects.get_or_create(site=site, service=service, defaults=row)[0]


def write_for_ever(pipe: int, early: bool) -> None:
    """One fact after the other, until killed. `early` is the control: it says the id before the commit."""
    from clearhead.clinic.audit import actions as audit
    from clearhead.clinic.schedule.models import VisitEvent

    booking = booking_of_the_proof()

    @audit.once
    def note(*, text: str, at: datetime, client_id: uuid.UUID) -> VisitEvent:
        if early:
            os.write(pipe, f"{client_id}\n".encode())
        row = VisitEvent.objects.create(
            booking=booking, kind="confirmed", note=text, happened_at=at, recorded_at=at, recorded_by=None
        )
        audit.record(chain=CHAIN, at=at, by=None, verb="note", subject=text)
        return row

    while True:
        client_id = uuid.uuid4()
        note(text=str(client_id), at=AT, client_id=client_id)
        if not early:
            os.write(pipe, f"{client_id}\n".encode())


def one_kill(dice: random.Random, early: bool) -> list[str]:
    """Start a writer, let it say one id, kill it a little later; every id that it said."""
    from django.db import connections

    connections.close_all()  # nothing of the parent's may be shared with the child
    heard, pipe = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            write_for_ever(pipe, early)
        finally:
            os._exit(3)
    os.close(pipe)
    said = os.read(heard, ID_BYTES)
    time.sleep(dice.uniform(0, LONGEST_MS) / 1000)
    os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        raise SystemExit("The writer ended by itself: nothing was proven.")
    while more := os.read(heard, 65536):
        said += more
    os.close(heard)
    return said.decode().split()


def look(tally: Tally, said: list[str]) -> None:
    """Is everything that was said there, and nothing by halves?"""
    from clearhead.clinic.audit.models import Event, Receipt
    from clearhead.clinic.schedule.models import VisitEvent

    facts = set(VisitEvent.objects.values_list("note", flat=True))
    events = set(Event.objects.filter(chain=CHAIN, verb="note").values_list("subject", flat=True))
    receipts = {str(code) for code in Receipt.objects.values_list("client_id", flat=True)}
    tally.lost += sorted(set(said) - (facts & events & receipts))
    tally.halves = max(tally.halves, len((facts | events) - (facts & events & receipts)))
    tally.said += len(said)


def kill_often(kills: int, *, early: bool, seed: int = 1) -> Tally:
    """So many kills on the database of this process; rows are looked through every 50 kills, chains at the end."""
    from clearhead.clinic.audit.verify import breaks

    dice, tally, said = random.Random(seed), Tally(), []
    booking_of_the_proof()
    for number in range(kills):
        said += one_kill(dice, early)
        tally.kills += 1
        if number % 50 == 49 or number == kills - 1:
            look(tally, said)
            said = []
    tally.broken = [str(fault) for fault in breaks()] + damage()
    return tally


def damage() -> list[str]:
    """What SQLite finds wrong with its own file; PostgreSQL has no such question."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return [row[0] for row in cursor.fetchall() if row[0] != "ok"]


def prove(name: str, kills: int, control: int) -> bool:
    """The real writer, then the control."""
    good = True
    for early, times in ((False, kills), (True, control)):
        began = time.perf_counter()
        tally = kill_often(times, early=early)
        as_it_should = bool(tally.lost) and not tally.broken if early else tally.held
        good &= as_it_should
        print(
            f"{name:9} {'said before commit' if early else 'said after commit':19} {tally.kills:5} kills, "
            f"{tally.said} acknowledged, {len(tally.lost)} lost, {tally.halves} by halves, {len(tally.broken)} broken; "
            f"{time.perf_counter() - began:.0f} s: {'as it should be' if as_it_should else 'WRONG'}",
            flush=True,
        )
    return good


def run_on(name: str, kills: int) -> bool:
    """A child process with a database of its own in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="clearhead-proof-") as folder:
        address = f"sqlite://{folder}/proof.sqlite3"
        if name == "postgres":
            from tests.database import start_postgres

            address = start_postgres(Path(folder))
        said = {"CLEARHEAD_DATABASE_URL": address, "CLEARHEAD_VAR": folder, "CLEARHEAD_SECRET_KEY": "only-for-proofs"}
        command = [sys.executable, "-m", "proofs.kill", "--kills", str(kills), "--here", name]
        return subprocess.run(command, env=os.environ | said, check=False).returncode == 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    parser.add_argument("--here", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here is None:
        names = (asked.only,) if asked.only else ("sqlite", "postgres")
        held = [run_on(name, asked.kills) for name in names]  # both, even where the first one fails
        return 0 if all(held) else 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clearhead.clinic.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return 0 if prove(asked.here, asked.kills, max(20, asked.kills // 10)) else 1


if __name__ == "__main__":
    sys.exit(main())
