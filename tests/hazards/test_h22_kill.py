"""H-22: the record is lost in a crash. A writer is killed ten times; the long form is proofs/kill.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection, connections

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = 10
pytestmark = [pytest.mark.hazard("H-22"), pytest.mark.django_db(transaction=True)]


def address() -> str:
    """The test database, as CLEARHEAD_DATABASE_URL names it."""
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{said['NAME']}"
    word = f":{quote(said['PASSWORD'], safe='')}" if said["PASSWORD"] else ""
    port = f":{said['PORT']}" if said["PORT"] else ""
    return f"postgres://{said['USER']}{word}@{port}/{said['NAME']}?host={said['HOST']}"


def kill(early: bool) -> list[int]:
    """Kills in a process of their own: acknowledged, lost, by halves, broken."""
    connections.close_all()
    script = (
        "import django; django.setup()\n"
        "from proofs.kill import kill_often\n"
        f"tally = kill_often({KILLS}, early={early}, seed=7)\n"
        "print(tally.said, len(tally.lost), tally.halves, len(tally.broken))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"CLEARHEAD_DATABASE_URL": address()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [int(word) for word in done.stdout.split()]


def test_no_acknowledged_fact_is_lost_and_the_chain_holds_when_a_writer_is_killed() -> None:
    said, lost, halves, broken = kill(early=False)

    assert said >= KILLS
    assert (lost, halves, broken) == (0, 0, 0)


def test_a_writer_that_acknowledges_before_the_commit_loses_facts_or_the_kills_prove_nothing() -> None:
    said, lost, halves, broken = kill(early=True)

    assert said >= KILLS
    assert lost > 0
    assert (halves, broken) == (0, 0)
