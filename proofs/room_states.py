"""The room explored by Hypothesis: whatever is done in whatever order, nobody gets round a gate, and STOP always works.

    .venv/bin/python -m proofs.room_states                   some thousand steps; figures into docs/benchmarks
    .venv/bin/python -m proofs.room_states --walks 20

Every step calls the very action a page calls, on a real database; a refusal is an answer like any other. Beside it
walks a small model that only remembers what was truly done. After every step:

- the state on the screen is the model's: no path to *running* around a gate;
- STOP and HELP are accepted from a clinician on duty (and taken back, so that the walk goes on);
- mg delivered, charted and in the line equal those of the independent second implementation.

Half of the walks are under a protocol that permits a bolus (`proofs/room_doses.py`), with bags changed on the way.
The label *criteria met* is asked for at any moment, and must not be given before its conditions are true.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from proofs import room_doses
from proofs.room_doses import DosedRoom
from proofs.room_walk import Room, seen
from proofs.taken import Taken

ROOMS = ("shipped", "dosed")
MUST_BE_MET = (
    "in running",
    "in closed",
    "criteria met",
    "permitted bolus",
    "permitted bolus: refused",
    "new bag",
    "take back",
    "take back: refused",
)


def explore(session: Any, *, walks: int, steps: int, room: type[Room] = Room) -> None:
    """So many walks of so many steps, the same ones every time."""
    room.session = session
    said = settings(
        max_examples=walks, stateful_step_count=steps, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), print_blob=False, phases=(Phase.generate,),
    )  # fmt: skip
    run_state_machine_as_test(room, settings=said)


def prepare() -> None:
    """A database of its own, migrated."""
    os.environ["CLEARHEAD_VAR"] = tempfile.mkdtemp(prefix="clearhead-room-")
    os.environ.setdefault("CLEARHEAD_THROWAWAY", "1")
    os.environ["DJANGO_SETTINGS_MODULE"] = "clearhead.clinic.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def walked(name: str, walks: int, steps: int) -> Counter[str]:
    """One of the rooms in a process and a database of its own; what was met there."""
    prepare()
    from django.db import transaction

    from tests.clinic.infusion import morning

    room, booked = {"shipped": (Room, morning.booked), "dosed": (DosedRoom, room_doses.booked)}[name]
    with transaction.atomic():
        explore(booked(), walks=walks, steps=steps, room=room)
        transaction.set_rollback(True)
    return seen


def main() -> int:
    """Walk, and write what was met on the way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walks", type=int, default=150)
    parser.add_argument("--steps", type=int, default=50)
    asked = parser.parse_args()
    taken = Taken()
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        for met in pool.map(walked, ROOMS, [asked.walks] * len(ROOMS), [asked.steps] * len(ROOMS)):
            seen.update(met)
    place = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "room_states.md"
    place.write_text(report(asked.walks, asked.steps, taken), encoding="utf-8")
    missed = [what for what in MUST_BE_MET if not seen[what]]
    print(f"never met, so nothing is proven about it: {missed}" if missed else "no counterexample")
    return 1 if missed else 0


def report(walks: int, steps: int, taken: Taken) -> str:
    """What was done, accepted and refused."""
    checks = sum(count for what, count in seen.items() if what.startswith("in "))
    tried = sorted(what.removesuffix(": refused") for what in seen if not what.startswith("in "))
    lines = [f"| {what} | {seen[what]:,} | {seen[f'{what}: refused']:,} |" for what in dict.fromkeys(tried)]
    states = ", ".join(
        f"{what.removeprefix('in ')} {n:,}" for what, n in sorted(seen.items()) if what.startswith("in ")
    )
    intro = (__doc__ or "").split("\n\n", 2)
    return (
        f"# {intro[0]}\n\n`.venv/bin/python -m proofs.room_states`: {walks} walks of at most {steps} steps "
        f"each under the shipped protocol and under one that permits a bolus, "
        f"{checks:,} times everything below was checked, no counterexample; {taken}.\n\n{intro[2].strip()}\n\n"
        f"States met: {states}.\n\n| tried | accepted | refused |\n|---|---:|---:|\n" + "\n".join(lines) + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
