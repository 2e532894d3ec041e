"""What the long races share: a database of its own per run, several processes of many threads, and one verdict a way.

A proof that races is a module with `WAYS`, a `work(way, worker, count)` that one process does, and a `prove(name,
count)` on the database of the process it is called in.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from proofs.taken import Taken

PROCESSES, THREADS = 2, 8
DATABASES = ("sqlite", "postgres")


def race(module: str, way: str, count: int) -> tuple[Counter[str], str]:
    """All processes at once; what they were told, and how long it took."""
    taken = Taken()
    command = [sys.executable, "-m", module, "--count", str(count), "--way", way, "--worker"]
    workers = [
        subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, text=True) for number in range(PROCESSES)
    ]
    told: Counter[str] = Counter()
    for worker in workers:
        for line in worker.communicate()[0].splitlines():
            number, _space, outcome = line.partition(" ")
            told[outcome] += int(number)
    return told, str(taken)


def faults(told: Counter[str]) -> int:
    """How many attempts ended in an error instead of an answer."""
    return sum(count for outcome, count in told.items() if outcome.startswith("FAULT"))


def say(name: str, way: str, what: str, told: Counter[str], found: str, taken: str, held: bool) -> None:
    """One line of the result."""
    said = ", ".join(f"{count} {outcome}" for outcome, count in told.most_common())
    verdict = "as it should be" if held else "WRONG"
    print(f"{name:10} {way:8} {what}: {said}; {found}; {taken}: {verdict}", flush=True)


def run_on(module: str, name: str, count: int) -> bool:
    """A child process with a database of its own in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="clearhead-proof-") as folder:
        address = f"sqlite://{folder}/proof.sqlite3"
        if name == "postgres":
            from tests.database import start_postgres

            address = start_postgres(Path(folder))
        said = {"CLEARHEAD_DATABASE_URL": address, "CLEARHEAD_VAR": folder, "CLEARHEAD_SECRET_KEY": "only-for-proofs"}
        command = [sys.executable, "-m", module, "--count", str(count), "--here", name]
        return subprocess.run(command, env=os.environ | said, check=False).returncode == 0


def main(
    module: str,
    doc: str | None,
    count: int,
    ways: Sequence[str],
    work: Callable[[str, int, int], Counter[str]],
    prove: Callable[[str, int], bool],
) -> int:
    """Read the command line: the whole proof, one database of it, or one process of that."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", "--races", "--attempts", type=int, default=count)
    parser.add_argument("--only", choices=DATABASES)
    parser.add_argument("--here", help=argparse.SUPPRESS)
    parser.add_argument("--way", choices=ways, help=argparse.SUPPRESS)
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here is None and asked.worker is None:
        names = (asked.only,) if asked.only else DATABASES
        held = [run_on(module, name, asked.count) for name in names]  # both, even where the first one fails
        return 0 if all(held) else 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clearhead.clinic.settings")
    import django

    django.setup()
    if asked.worker is not None:
        for outcome, number in work(asked.way, asked.worker, asked.count).items():
            print(number, outcome)
        return 0
    return 0 if prove(asked.here, asked.count) else 1
