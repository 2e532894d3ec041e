"""Five hundred network drops at the chair, in a real browser: nothing lost, nothing doubled.

Each drop is one note with its own words, written while the network does one of five things: it is away when the note
is saved; it loses the request; it loses the answer after the clinic has saved it; it goes away and the tab is killed;
it goes away for five minutes or two hours by a clock that is put forward. Afterwards every queue that was ever sent
is sent twice more, in the opposite order. Then the record is counted.

    python -m proofs.network_drops            500 drops, figures into docs/benchmarks/network_drops.md
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("away", "request_lost", "answer_lost", "tab_killed", "five_minutes", "two_hours")
AWAY_S = {"five_minutes": 300, "two_hours": 7200}
SHORT = 25
FULL = 500
SEED = 20261124
PATIENCE_MS = 60_000


@dataclass
class Drops:
    """One run: the page may be replaced when its tab is killed."""

    page: Any
    address: str
    random: random.Random
    sent: list[str]

    def open(self) -> None:
        """A tab at the chair."""
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.clock.install()
        self.page.on("request", self._keep)
        self.page.goto(self.address)
        self.page.locator("#part-picture svg").wait_for()
        self.page.wait_for_timeout(400)

    def _keep(self, request: Any) -> None:
        if request.url.endswith("/entries/") and request.post_data:
            self.sent.append(request.post_data)

    def note(self, words: str) -> None:
        """Write a note by hand."""
        self.page.locator("[data-face=note]").click()
        self.page.locator("#note-text").fill(words)
        self.page.locator("#face-note button.primary").click()
        self.page.locator("#face-note").wait_for(state="hidden")

    def drop(self, kind: str, words: str) -> None:
        """One drop of this kind around one note."""
        if kind in ("request_lost", "answer_lost"):
            self._lose(kind, words)
            return
        self.page.context.set_offline(True)
        self.note(words)
        if kind in AWAY_S:
            self.page.clock.fast_forward(AWAY_S[kind] * 1000)
        if kind == "tab_killed":
            context = self.page.context
            self.page.close(run_before_unload=False)
            self.page = context.new_page()
        self.page.context.set_offline(False)
        if kind == "tab_killed":
            self.open()

    def _lose(self, kind: str, words: str) -> None:
        def fail(route: Any) -> None:
            if kind == "answer_lost":
                route.fetch()
            route.abort()

        self.page.route("**/note/", fail, times=1)
        self.note(words)
        self.page.unroute("**/note/")

    def settle(self) -> None:
        """Until nothing is unsent."""
        self.page.locator("#unsent").wait_for(state="hidden")

    def replay(self) -> int:
        """Every queue that was ever sent, twice more, the newest first and each in the opposite order."""
        for body in [*reversed(self.sent), *reversed(self.sent)]:
            said = json.loads(body)
            said["entries"].reverse()
            reply = self.page.context.request.post(f"{self.address}entries/", data=said)
            assert reply.ok, reply.status
        return 2 * len(self.sent)


def run(page: Any, address: str, count: int, found: Callable[[], list[str]]) -> dict[str, Any]:
    """`count` drops; `found` reads the words of all notes on the record."""
    began, drops = time.monotonic(), Drops(page, address, random.Random(SEED), [])
    kinds = [KINDS[place % len(KINDS)] for place in range(count)]
    drops.random.shuffle(kinds)
    words = [f"drop {place} {kind}" for place, kind in enumerate(kinds)]
    drops.open()
    for kind, line in zip(kinds, words, strict=True):
        drops.drop(kind, line)
        if drops.random.random() < 0.4:  # otherwise the next drop comes before the queue is empty
            drops.settle()
    drops.settle()
    replays = drops.replay()
    lines = found()
    return {
        "drops": count,
        "by kind": {kind: kinds.count(kind) for kind in KINDS},
        "queues replayed": replays,
        "lost": sum(1 for line in words if line not in lines),
        "doubled": sum(1 for line in words if lines.count(line) > 1),
        "minutes": round((time.monotonic() - began) / 60, 1),
    }


def main() -> int:
    """The full run, through the same test that the suite runs short."""
    root = Path(__file__).resolve().parent.parent
    result = root / "docs" / "benchmarks" / "network_drops.md"
    test = "tests/hazards/test_h24_network_drops.py"
    setting = {
        **os.environ,
        "CLEARHEAD_DROPS": os.environ.get("CLEARHEAD_DROPS", str(FULL)),
        "CLEARHEAD_DROPS_FILE": str(result),
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", test, "-q", "-n0", "-s"], cwd=root, env=setting, check=False
    ).returncode


if __name__ == "__main__":
    raise SystemExit(main())
