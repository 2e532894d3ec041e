"""Five hundred network drops at the chair, in a real browser: nothing lost, nothing doubled.

Each drop is one entry: a note with its own words, a core set, a graded symptom, or a rate set lower. Meanwhile the
network does one of six things: it is away when the entry is saved; it loses the request; it loses the answer after the
clinic has saved it; it goes away and the tab is killed; it goes away for five minutes or two hours by a clock that is
put forward. Then every queue that was ever sent is sent twice more, in the opposite order, and the record is counted.

    python -m proofs.network_drops            500 drops, figures into docs/benchmarks/network_drops.md
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

KINDS = ("away", "request_lost", "answer_lost", "tab_killed", "five_minutes", "two_hours")
ENTRIES = {"note": "note", "core set": "observe", "symptom": "symptom", "lower rate": "rate"}
"""What is entered, and the last part of the address it is sent to."""
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

    def enter(self, entry: str, number: int) -> str:
        """Make one entry by hand; answers how the record will tell it."""
        if entry == "core set":
            return self._core_set(60 + number % 30, 11 + number // 30 % 6)
        if entry == "symptom":
            return self._symptom(number)
        if entry == "lower rate":
            return self._lower_rate()
        words = f"drop {number}"
        self.page.locator("[data-face=note]").click()
        self.page.locator("#note-text").fill(words)
        self.page.locator("#face-note button.primary").click()
        self.page.locator("#face-note").wait_for(state="hidden")
        return words

    def _core_set(self, pulse: int, breaths: int) -> str:
        self.page.locator("#c-hr").click()
        for text in (str(pulse), "98", "", "13284", str(breaths)):
            self.page.keyboard.type(text)
            self.page.keyboard.press("Enter")
        self.page.keyboard.press("0")
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#c-hr")).to_have_value("", timeout=PATIENCE_MS)
        return f"set {pulse} {breaths}"

    def _symptom(self, number: int) -> str:
        self.page.locator("[data-face=symptom]").click()
        rows = self.page.locator("#part-symptoms form")
        code = rows.nth(2 + number % 4).locator("input[name=code]").get_attribute("value")
        rows.locator(f"input[value='{code}'] ~ * button[value='1'], input[value='{code}'] ~ button[value='1']").click()
        self.page.locator("#face-symptom").wait_for(state="hidden")
        return f"{code} 1"

    def _lower_rate(self) -> str:
        """One step down by the order's own chip; away from the clinic the same step is offered again."""
        self.page.locator("[data-face=rate]").click()
        ml_per_h = self._chip()
        self.page.locator("#rate-form .big-button").click()
        self.page.locator("#face-rate").wait_for(state="hidden")
        return f"rate {ml_per_h}"

    def _chip(self) -> str:
        """Press the lowest step; the chips may be renewed meanwhile, and what is pressed has to be what was read."""
        while True:
            ml_per_h = self.page.locator("#part-chips [data-ml]:not([data-up='1'])").last.get_attribute("data-ml")
            try:
                self.page.locator(f"#part-chips [data-ml='{ml_per_h}']:not([data-up='1'])").click(timeout=2000)
            except PlaywrightTimeout:
                continue
            return str(ml_per_h)

    def drop(self, kind: str, entry: str, number: int) -> str:
        """One drop of this kind around one entry."""
        if kind in ("request_lost", "answer_lost"):
            return self._lose(kind, entry, number)
        self.page.context.set_offline(True)
        words = self.enter(entry, number)
        if kind in AWAY_S:
            self.page.clock.fast_forward(AWAY_S[kind] * 1000)
        if kind == "tab_killed":
            context = self.page.context
            self.page.close(run_before_unload=False)
            self.page = context.new_page()
        self.page.context.set_offline(False)
        if kind == "tab_killed":
            self.open()
        return words

    def _lose(self, kind: str, entry: str, number: int) -> str:
        failed: list[str] = []

        def fail(route: Any) -> None:
            if failed or "preview=1" in (route.request.post_data or ""):  # once, and not the read-back of a rate
                route.continue_()
                return
            failed.append(kind)
            if kind == "answer_lost":
                route.fetch()
            route.abort()

        address = f"**/{ENTRIES[entry]}/"
        self.page.route(address, fail)
        words = self.enter(entry, number)
        self.page.unroute(address)
        assert failed, f"the {entry} met no loss"
        return words

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
    """`count` drops; `found` tells every note, core set, symptom and change of rate on the record."""
    began, drops, before = time.monotonic(), Drops(page, address, random.Random(SEED), []), Counter(found())
    plan = [(KINDS[place % len(KINDS)], list(ENTRIES)[place // len(KINDS) % len(ENTRIES)]) for place in range(count)]
    drops.random.shuffle(plan)
    drops.open()
    entered: Counter[str] = Counter()
    for number, (kind, entry) in enumerate(plan):
        entered[drops.drop(kind, entry, number)] += 1
        if drops.random.random() < 0.4:  # otherwise the next drop comes before the queue is empty
            drops.settle()
    drops.settle()
    replays = drops.replay()
    recorded = Counter(found()) - before
    if entered != recorded:
        print("lost:", dict(entered - recorded), "doubled:", dict(recorded - entered), flush=True)
    return {
        "drops": count,
        "by kind": _counted(kind for kind, _ in plan),
        "by entry": _counted(entry for _, entry in plan),
        "queues replayed": replays,
        "lost": (entered - recorded).total(),
        "doubled": (recorded - entered).total(),
        "minutes": round((time.monotonic() - began) / 60, 1),
    }


def _counted(names: Iterable[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(Counter(names).items()))


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
